package search

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"parley/core"
	"parley/core/store"
)

// form is how words and marks are made. Whoever changes what tokens or marksOf give counts it up: an index of another form is made anew.
const form = 2

const (
	lease     = "search"
	leaseTime = 10 * time.Second

	restTime  = 200 * time.Millisecond // between two steps at least: many small ones would cost more
	restShare = 2                      // a step of some length is followed by a rest of so many times that: who speaks goes first
	stepTime  = 30 * time.Second       // for one step
	lastPause = 5 * time.Second        // after steps that failed
)

// Config is what a Search needs.
type Config struct {
	Store  *store.Store
	Holder string // names this process
	Clock  core.Clock
	Within time.Duration // for one page of what is found; zero: 2 s
	Log    *slog.Logger
}

// Search keeps the index, on one node at a time, and finds with it, on all. Its methods may be called by many at once.
type Search struct {
	Config
	store.Wake     // lets Run look soon: something was said
	parts      int // mostParts
}

// New makes a search. It finds what is in the index; what comes gets there while Run runs somewhere.
func New(c Config) *Search {
	c.Within = cmp.Or(c.Within, findTime)
	return &Search{Config: c, Wake: store.NewWake(), parts: mostParts}
}

// Run keeps the index within two seconds of the log, until ctx ends. Of several nodes one does it; the others wait until it stops or has
// been silent for ten seconds.
func (x *Search) Run(ctx context.Context) error {
	x.Store.Perform(ctx, store.Duty{Name: lease, Holder: x.Holder, Lease: leaseTime, Clock: x.Clock, Log: x.Log}, x.follow)
	return nil
}

// follow follows the log for as long as the lease can be renewed.
func (x *Search) follow(ctx context.Context, t *store.Tenure) error {
	return t.Rounds(ctx, x.Wake, func(ctx context.Context) (bool, time.Duration, error) {
		began := x.Clock()
		more, err := x.Step(ctx)
		return more, max(restTime, min(restShare*x.Clock().Sub(began), lastPause)), err
	})
}

// Step takes the next part of the log into the index; more tells whether there may be another. It is all or nothing: killed at any moment,
// the next one begins where this one began.
func (x *Search) Step(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	state, err := x.Store.SearchState(ctx)
	if err != nil {
		return false, err
	}
	if Stale(state) {
		return true, x.Rebuild(ctx)
	}
	events, err := x.Store.LogAfter(ctx, state.Seen, mostRows)
	if err != nil || len(events) == 0 {
		return false, err
	}
	p := &part{search: x, from: state}
	step, err := p.read(ctx, events)
	if err != nil {
		return false, err
	}
	err = x.Store.PutSearch(ctx, step)
	if core.KindOf(err) == core.Gone { // it was emptied, or another node thought that this one was gone: as it is now, then
		err = nil
	}
	return step.To.Seen < state.Head, err
}

// Stale tells whether an index was made by another program, or of a log that is gone: it cannot be continued.
func Stale(s store.SearchState) bool { return s.Form != form || s.Seen > s.Head }

// Rebuild empties the index. Run makes it anew, from the beginning of the log; meanwhile less is found.
func (x *Search) Rebuild(ctx context.Context) error { return x.Store.EmptySearch(ctx, form) }
