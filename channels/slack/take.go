package slack

import (
	"context"
	"time"

	"parley/core"
)

const (
	workTime  = 10 * time.Second // for one event; when Slack has sent it again meanwhile, that waits for its turn
	afterTime = 20 * time.Second // for what follows the answer
)

// call is something that Slack has told us. finish must follow.
type call struct {
	turn *turn // nil: it needs not wait for others
	do   func(ctx context.Context) (reply, error)
}

// finish does what Slack has told. The error passes.
func (c call) finish(ctx context.Context, hold time.Duration) (reply, error) {
	if c.turn != nil {
		if err := c.turn.wait(ctx, hold); err != nil {
			return reply{}, err
		}
		defer c.turn.leave()
	}
	if c.do == nil {
		return reply{}, nil
	}
	return c.do(ctx)
}

// follow does what is still to do when Slack has its answer.
func (r reply) follow(ctx context.Context) {
	if r.after == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterTime)
	defer cancel()
	r.after(ctx)
}

// takeEvent takes an event in, at the place in its thread that its time gives it. The error is Busy if too many wait, and else says that
// it is no event.
func (a *Adapter) takeEvent(body []byte) (call, error) {
	d, err := receive(a.settings, body)
	if err != nil {
		return call{}, err
	}
	switch d.kind {
	case didNothing:
		return call{}, nil
	case didEcho:
		a.sighted(d)
		if d.mark != "" {
			a.echoed(d.mark, d.remote())
		}
		if !d.inThread() {
			a.roots.add(d.key())
		}
		return call{}, nil
	case didDoubt:
		select {
		case a.doubt <- struct{}{}:
		default: // it will be asked anyway
		}
		return call{}, nil
	case didRest:
		return call{do: func(context.Context) (reply, error) {
			return reply{after: func(ctx context.Context) { a.quieten(ctx, d.user, d.rest) }}, nil
		}}, nil
	case didVisit:
		return call{do: func(context.Context) (reply, error) {
			return reply{after: func(ctx context.Context) { a.showHome(ctx, d.user, true, "") }}, nil
		}}, nil
	}
	turn, ok := a.lanes.enter(a.expect(d), d.at)
	if !ok {
		return call{}, &core.Error{Op: "slack.takeEvent", Kind: core.Busy, RetryAfter: time.Second}
	}
	return call{turn: turn, do: func(ctx context.Context) (reply, error) { return a.do(ctx, d) }}, nil
}

// takePress takes in what somebody has pressed.
func (a *Adapter) takePress(body []byte) (call, error) {
	p, err := readPress(body)
	return call{do: func(ctx context.Context) (reply, error) { return a.press(ctx, p), nil }}, err
}

// takeCommand takes in what somebody has typed after /parley.
func (a *Adapter) takeCommand(c command) call {
	return call{do: func(ctx context.Context) (reply, error) { return a.command(ctx, c), nil }}
}
