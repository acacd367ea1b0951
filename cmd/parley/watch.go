package main

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"parley/core"
	"parley/core/store"
)

// lookTime is how often the database is looked at for what another process has done: that is in force within 2 s.
const lookTime = 1500 * time.Millisecond

// watch tells the adapters which channels there are, and how their departments stand to customers.
type watch struct {
	store    *store.Store
	log      *slog.Logger
	adapters []adapter
	bell     chan struct{} // one slot: settings are others now, or not
	openings func(context.Context) (map[core.DepartmentID]core.Opening, error)
	show     func(map[core.DepartmentID]core.Opening) // to customers of sites

	kinds  sync.Map   // of core.ChannelID: the kind of each channel
	mu     sync.Mutex // held while it looks
	known  []placed   // as the adapters were told
	shown  map[core.DepartmentID]core.Opening
	failed bool // the database did not answer the last time
}

// Run looks for changes until ctx ends.
func (w *watch) Run(ctx context.Context) error {
	tick := time.NewTicker(lookTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-w.bell:
		}
		w.look(ctx)
	}
}

// ring lets Run look at once. It does not block.
func (w *watch) ring() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

// look tells the adapters, if anything has changed. While the database does not answer, they go on with what they know.
func (w *watch) look(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, err := w.read(ctx)
	var openings map[core.DepartmentID]core.Opening
	if err == nil {
		openings, err = w.openings(ctx)
	}
	if err != nil {
		if !w.failed && ctx.Err() == nil {
			w.log.Warn("channels cannot be read", "error", err)
		}
		w.failed = true
		return
	}
	w.failed = false
	if !reflect.DeepEqual(openings, w.shown) {
		w.shown = openings
		w.show(openings)
	}
	if reflect.DeepEqual(now, w.known) {
		return
	}
	w.known = now
	for _, c := range now {
		w.kinds.Store(c.ID, c.Kind)
	}
	for _, a := range w.adapters {
		if err := a.set(now); err != nil {
			w.log.Error("channel is not in force", "error", err)
		}
	}
}

// can says what a channel can do; false while it is not known here.
func (w *watch) can(id core.ChannelID) (core.Capabilities, bool) {
	k, known := kinds[w.kind(id)]
	return k.can, known
}

// kind names the kind of a channel; "" while it is not known here.
func (w *watch) kind(id core.ChannelID) string {
	name, _ := w.kinds.Load(id)
	kind, _ := name.(string)
	return kind
}

func (w *watch) read(ctx context.Context) ([]placed, error) {
	channels, err := w.store.Channels(ctx)
	if err != nil {
		return nil, err
	}
	departments, err := w.store.AllDepartments(ctx)
	if err != nil {
		return nil, err
	}
	names := map[core.DepartmentID]string{}
	for _, d := range departments {
		names[d.ID] = d.Name
	}
	placements := make([]placed, len(channels))
	for i, c := range channels {
		placements[i] = placed{c, names[c.Department]}
	}
	return placements, nil
}
