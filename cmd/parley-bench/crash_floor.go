package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/store"
)

// shortTime is the shortest that a setting of a time can say: all timers of a crash run are so short that they fire in it.
const shortTime core.Seconds = 1

// busyHouse is how the department of a crash run works: what waits is given by itself, and every timer is on.
var busyHouse = busySettings()

func busySettings() core.Settings {
	s := core.Shipped
	s.Distribution.Strategy, s.Distribution.Ceiling, s.Distribution.HardLimit = core.RoundRobin, 4, true
	s.HandOff.FirstResponse = core.Timeout{On: true, Seconds: 2 * shortTime}
	s.HandOff.FollowUp = core.Timeout{On: true, Seconds: 2 * shortTime}
	s.HandOff.Absence = core.Timeout{On: true, Seconds: shortTime}
	s.AutoClose = core.AutoClose{Site: 2 * shortTime, Warning: shortTime}
	s.Service = core.Service{
		WaitingMaximum: shortTime, RaisePriority: true, IdleWarning: shortTime, IdleCritical: 2 * shortTime,
		DurationWarning: 2 * shortTime, DurationCritical: 3 * shortTime,
	}
	return s
}

// silenceWarning is what a silent customer is told.
var silenceWarning = busyHouse.AutoClose.SilenceWarning(true)

// How whoever works in a crash run makes its timers fire.
const (
	awayTime, hereTime = 1500 * time.Millisecond, 500 * time.Millisecond // of one agent after the other
	ignoredTime        = 3 * time.Second                                 // in which an agent who is full leaves one session alone
	silence            = 3 * time.Second                                 // of a quiet customer
	messagesASilence   = 5                                               // of a quiet customer, before each
	messagesASnooze    = 25                                              // of an operator, who then puts the session aside
	snoozeTime         = time.Second
)

// busy lets the house's department work by these settings.
func busy(ctx context.Context, url string, h house) error {
	e, err := startEngine(ctx, url)
	if err != nil {
		return err
	}
	boss, err := e.store.AgentByEmail(ctx, "agent1@example.test")
	if err != nil {
		return errors.Join(err, e.stop())
	}
	boss.Agent.Admin = true
	own, err := json.Marshal(map[string]any{
		"distribution": busyHouse.Distribution, "hand_off": busyHouse.HandOff, "auto_close": busyHouse.AutoClose, "service": busyHouse.Service,
	})
	if err == nil {
		_, err = e.hub.SetSettings(ctx, boss, h.department, own, 0)
	}
	return errors.Join(err, e.stop())
}

// falterings are the pace of a customer who now and then says nothing for so long that their session may end.
func (c *customer) falterings() time.Duration {
	if c.number%messagesASilence == 0 && !c.siege.stopping.Load() {
		return silence
	}
	return 0
}

// attend opens the workspace of every agent but the first, whose is the watcher's: sessions come only to who is there.
func (b *besiegers) attend(ctx context.Context, running *sync.WaitGroup) {
	for _, key := range b.house.agents[1:] {
		w := newWatcher(b.siege, newAgentAPI(b.node(), key), []string{})
		running.Go(func() { w.run(ctx) })
	}
}

// wander lets one agent after the other go away for a while, until the siege ends.
func (b *besiegers) wander(ctx context.Context) {
	for i := 1; !b.stopping.Load() && ctx.Err() == nil; i++ {
		api := newAgentAPI(b.node(), b.house.agents[i%len(b.house.agents)])
		b.declare(ctx, api, core.AgentAway)
		pause(ctx, awayTime)
		b.declare(ctx, api, core.AgentAvailable)
		pause(ctx, hereTime)
	}
}

// declare says whether an agent works, until that is answered.
func (b *besiegers) declare(ctx context.Context, api *agentAPI, word core.Availability) {
	for b.gate.wait(ctx) {
		status, err := api.do(ctx, http.MethodPut, "/api/v1/me/availability", map[string]any{"availability": word}, nil)
		switch {
		case err == nil && status == http.StatusOK:
			return
		case err == nil && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests:
			b.fail("an agent who says %s gets status %d", word, status)
			return
		}
		pause(ctx, 10*time.Millisecond)
	}
}

// How long the program may take, in the end, to do what is due: on a busy machine, too.
const (
	servedTime = time.Minute // several sweeps
	closedTime = 3 * time.Minute
	restTime   = 3 * time.Second // longer than any timer, in which nothing happens any more
)

// rules ends the work, and goes through what the log says of it.
func (b *besiegers) rules(ctx context.Context, url string) (*replay, error) {
	s, err := openStore(url)
	if err != nil {
		return nil, err
	}
	defer s.Close()                 //nolint:errcheck // nothing is written
	for _, o := range b.operators { // customers are silent now: to most an agent has the last word, and their sessions end by themselves
		for _, session := range o.held(ctx) {
			o.answer(ctx, session)
		}
	}
	if err := b.closing(ctx, s); err != nil {
		return nil, err
	}
	r, err := b.replayed(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, node := range []*server{b.server, b.peer} {
		if node == nil {
			continue
		}
		n, err := sweptUp(ctx, node.addr)
		if err != nil {
			return nil, err
		}
		if r.met["swept up"] += n; n > 0 {
			b.fail("%d sessions waited although there was room for them, until they were swept up", n)
		}
	}
	return r, nil
}

// closing ends the work: whoever waits and can be served is; and when all agents have gone away, every session that one of them holds is handed
// off or ends by itself. A timer that was forgotten keeps its session held for good.
func (b *besiegers) closing(ctx context.Context, s *store.Store) error {
	var unserved []core.DepartmentID
	err := until(ctx, servedTime, func() (done bool, err error) {
		unserved, err = s.Unserved(ctx, core.At(time.Now()))
		return len(unserved) == 0, err
	})
	if err != nil {
		return err
	}
	if len(unserved) > 0 {
		b.fail("sessions wait for whom there is somebody, %v after all was quiet", servedTime)
	}
	var leaving sync.WaitGroup
	for _, key := range b.house.agents {
		leaving.Go(func() { b.declare(ctx, newAgentAPI(b.node(), key), core.AgentAway) })
	}
	leaving.Wait()
	held, head, since := []sessionRow(nil), core.EventID(0), time.Now()
	err = until(ctx, closedTime, func() (bool, error) {
		rows, err := b.api.sessions(ctx)
		if err != nil {
			return false, err
		}
		held = slices.DeleteFunc(rows, func(r sessionRow) bool { return r.State != "pending" && r.State != "active" })
		now, err := s.LogHead(ctx)
		if now != head {
			head, since = now, time.Now()
		}
		return len(held) == 0 && time.Since(since) > restTime, err
	})
	if len(held) > 0 {
		b.fail("%d sessions are held by agents who have been away for %v, the first is number %d", len(held), closedTime, held[0].Number)
	}
	return err
}

// until asks again and again whether something is done, for so long at most.
func until(ctx context.Context, most time.Duration, done func() (bool, error)) error {
	for end := time.Now().Add(most); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 100*time.Millisecond) {
		if is, err := done(); is || err != nil {
			return err
		}
	}
	return ctx.Err()
}
