package channels

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/core"
)

// post is one channel in a supervisor's care.
type post struct {
	*Supervisor
	channel core.Channel
	adapter core.Adapter
	broken  error           // why there is no adapter
	stopped context.Context //nolint:containedctx // ends when the channel is removed or changed
	stop    context.CancelFunc
	started bool

	mu     sync.Mutex
	health core.Health
	epoch  int64 // of the lease, also when it is over; zero: there was none yet
	held   bool  // it is not over, as far as is known here
	news   chan struct{}
}

// run runs the channel whenever its lease can be had, until the supervisor stops or the channel changes.
func (p *post) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.stopped, cancel)() //nolint:contextcheck // the channel's own end, beside the program's
	for pause := firstPause; ctx.Err() == nil; {
		epoch, ok, err := p.Leases.TakeLease(ctx, p.lease(), p.Holder, p.Lease)
		if err != nil || !ok {
			p.wait(ctx, p.Lease/3)
			continue
		}
		began := p.Clock()
		err = p.hold(ctx, epoch)
		if ctx.Err() != nil {
			return
		}
		switch core.KindOf(err) {
		case core.Unauthorized:
			p.fare(core.Reconnect, reasonOf(err))
		case core.Gone: // another node has it
		default:
			p.fare(core.Troubled, reasonOf(err))
		}
		p.Log.Warn("channel stopped", "channel", p.channel.Slug, "error", err)
		p.tell(ctx)
		if core.KindOf(err) == core.Unauthorized {
			<-ctx.Done() // until there are other settings
			return
		}
		if p.Clock().Sub(began) > longestTime {
			pause = firstPause
		}
		p.wait(ctx, pause)
		pause = min(2*pause, longestTime)
	}
}

func (p *post) lease() string { return "channel " + p.channel.ID.String() }

func (p *post) wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// hold receives and sends under the lease until ctx ends or one of them fails, and gives the lease back.
func (p *post) hold(ctx context.Context, epoch int64) error {
	p.holds(epoch, true)
	defer func() {
		p.holds(epoch, false)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
		defer cancel()
		if err := p.Leases.ReleaseLease(last, p.lease(), epoch); err != nil {
			p.Log.Info("lease not given back; it ends by itself", "channel", p.channel.Slug, "error", err)
		}
	}()
	if p.broken != nil {
		return p.broken
	}
	p.fare(core.Running, "")
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.renew(ctx, epoch) })
	group.Go(func() error { return p.adapter.Run(ctx) })
	group.Go(func() error {
		return p.Send(ctx, Charge{Channel: p.channel.ID, Lease: p.lease(), Epoch: epoch, Adapter: p.adapter, Sent: p.sent})
	})
	group.Go(func() error { return p.report(ctx) })
	return group.Wait()
}

// renew holds the lease. Where the database has not answered for as long as the lease lasts, another may have it.
func (p *post) renew(ctx context.Context, epoch int64) error {
	tick := time.NewTicker(p.Lease / 3)
	defer tick.Stop()
	until := p.Clock().Add(p.Lease)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		asked := p.Clock()
		err := p.Leases.RenewLease(ctx, p.lease(), epoch, p.Lease)
		switch {
		case err == nil:
			until = asked.Add(p.Lease)
		case ctx.Err() != nil:
			return nil
		case core.KindOf(err) == core.Gone, p.Clock().After(until):
			return &core.Error{Op: "channels.renew", Kind: core.Gone, Reason: "Another node runs this channel now.", Err: err}
		}
	}
}

// report writes down how the channel fares: at once when that changes, and every half minute.
func (p *post) report(ctx context.Context) error {
	tick := time.NewTicker(healthTime)
	defer tick.Stop()
	for {
		p.tell(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-p.news:
		}
	}
}

func (p *post) tell(ctx context.Context) {
	p.mu.Lock()
	p.health.ToldAt = core.At(p.Clock())
	h, epoch := p.health, p.epoch
	p.mu.Unlock()
	err := p.Health(ctx, h, p.lease(), epoch)
	if err != nil && ctx.Err() == nil && core.KindOf(err) != core.Gone { // whoever has it tells
		p.Log.Warn("health not written", "channel", p.channel.Slug, "error", err)
	}
}

func (p *post) holds(epoch int64, held bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.epoch, p.held = epoch, held
}

func (p *post) holding() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held
}

// healthy tells whether the channel runs here and fares well.
func (p *post) healthy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held && p.health.State == core.Running
}

// fare notes how the channel fares.
func (p *post) fare(state core.HealthState, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.health.State == state && p.health.Reason == reason {
		return
	}
	if p.health.State != state {
		p.health.Since = core.At(p.Clock())
	}
	p.health.State, p.health.Reason = state, reason
	select {
	case p.news <- struct{}{}:
	default:
	}
}

func (p *post) trouble(reason string) {
	if reason == "" {
		p.fare(core.Running, "")
	} else {
		p.fare(core.Troubled, reason)
	}
}

func (p *post) received() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.ReceivedAt = core.At(p.Clock())
}

func (p *post) sent() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.SentAt = core.At(p.Clock())
}
