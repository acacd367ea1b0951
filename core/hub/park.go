package hub

import (
	"context"
	"time"

	"parley/core"
	"parley/core/store"
)

// How long and how often what is kept aside is looked at.
const (
	parkedTime = 14 * 24 * time.Hour
	ripeTime   = time.Minute
	ripePage   = 100
)

// park keeps aside what cannot be applied now.
func (h *Hub) park(w *store.Work, in core.Inbound, reason string) error {
	if len(in.Raw) > core.MaxRaw {
		in.Raw = in.Raw[:core.MaxRaw]
	}
	return w.Park(h.ids.Next(w.Now()), in, reason)
}

// unpark applies what was kept aside, now that what it is about has come. What still cannot be applied is given up.
func (h *Hub) unpark(ctx context.Context, p store.Parked) error {
	in := p.Inbound
	commit, err := h.writer.Do(ctx, store.Job{
		Dedupe: "c" + in.Channel.String() + ":" + in.Dedupe, Body: bodyOf(in),
		Do: func(w *store.Work) error {
			w.Unpark(p.ID)
			err := h.change(w, in)
			if kind := core.KindOf(err); kind == core.Invalid || kind == core.Forbidden {
				return nil
			}
			return err
		},
	})
	if commit.Repeat || core.KindOf(err) == core.Invalid { // it came again meanwhile, and was applied then
		_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error { w.Unpark(p.ID); return nil }})
	}
	return err
}

// Run looks after timers that are due, after agents who come, and after what is kept aside, until ctx ends: applies what can be by now, and
// forgets what has waited for 14 days.
func (h *Hub) Run(ctx context.Context) error {
	tick, look, sweep := time.NewTicker(ripeTime), time.NewTicker(lookTime), time.NewTicker(sweepTime)
	defer tick.Stop()
	defer look.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			if err := h.lookAround(ctx); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "timers cannot be looked at", "error", err)
			}
		case <-h.moved.wake:
			if err := h.welcome(ctx); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "agents who have come get nothing yet", "error", err)
			}
		case <-sweep.C:
			if err := h.sweep(ctx); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "what waits cannot be looked at", "error", err)
			}
		case <-tick.C:
			if err := h.tend(ctx); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "what is kept aside cannot be looked at", "error", err)
			}
		}
	}
}

func (h *Hub) tend(ctx context.Context) error {
	if err := h.waken(ctx); err != nil {
		return err
	}
	if err := h.dropStale(ctx); err != nil {
		return err
	}
	ripe, err := h.store.Ripe(ctx, ripePage)
	if err != nil {
		return err
	}
	for _, p := range ripe {
		if err := h.unpark(ctx, p); err != nil {
			return err
		}
	}
	return h.store.ForgetParked(ctx, core.At(h.clock().Add(-parkedTime)))
}
