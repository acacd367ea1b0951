package feed

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"parley/core"
)

const (
	firstPause  = 100 * time.Millisecond // after the log could not be read; doubled each time
	lastPause   = 2 * time.Second
	readTimeout = 10 * time.Second // a connection that hangs is an outage too
)

// Run delivers what is published, and what others wrote, until ctx ends; then it returns nil. An outage of the log is
// logged once, waited out, and costs no follower its place.
func (f *Feed) Run(ctx context.Context) error {
	var marks sync.WaitGroup
	marks.Go(func() { f.tellMarks(ctx) })
	defer marks.Wait()
	look := time.NewTimer(0)
	defer look.Stop()
	var pause time.Duration // zero: the log can be read
	warm := false
	for {
		asked := false // the log is to be read
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			asked = true
		case <-f.bell:
			asked = pause == 0 && f.lacks()
		}
		err := f.advance(ctx, asked)
		if err == nil && asked && !warm {
			err = f.warm(ctx)
			warm = err == nil
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			if pause == 0 {
				f.logger.WarnContext(ctx, "log cannot be read", "error", err)
			}
			pause = min(max(2*pause, firstPause), lastPause)
			look.Reset(pause)
		case asked:
			if pause != 0 {
				f.logger.InfoContext(ctx, "log is read again")
			}
			pause = 0
			look.Reset(f.poll)
		}
	}
}

// lacks tells whether there are rows to deliver that are not in memory.
func (f *Feed) lacks() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.missing || f.ring.known && f.sent < f.ring.floor
}

// advance delivers all that is in memory and, if asked, what the log has beyond it.
func (f *Feed) advance(ctx context.Context, asked bool) error {
	if asked {
		if err := f.start(ctx); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		if page, touched, hints := f.take(); len(page)+len(touched)+len(hints) > 0 {
			f.deliver(page, touched, hints)
			continue
		}
		if !asked {
			return nil
		}
		page, err := f.read(ctx)
		if err != nil {
			return err
		}
		f.deliver(page, nil, nil)
		asked = len(page) == f.page
	}
	return ctx.Err()
}

// take gives what is in memory and has not been delivered: the next rows, and all else that waits.
func (f *Feed) take() (page []core.Event, touched []core.Touched, hints []core.Hint) {
	f.mu.Lock()
	defer f.mu.Unlock()
	page, _ = f.ring.after(f.sent, f.batch)
	if len(f.touched) > 0 {
		touched = slices.Collect(maps.Keys(f.touched))
		clear(f.touched)
	}
	hints, f.hints = f.hints, nil
	return page, touched, hints
}

// read gets the next rows to deliver from the log and lengthens the ring by them.
func (f *Feed) read(ctx context.Context) ([]core.Event, error) {
	f.mu.Lock()
	from := f.sent
	f.missing = false // what is announced from now on may not be in the page
	f.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	page, err := f.log.LogAfter(ctx, from, f.page)
	if err != nil || len(page) == 0 {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ring.fill(page)
	return page, nil
}

// warm fills the ring with what was written before the program started, so that those who come back after a restart
// are served from memory.
func (f *Feed) warm(ctx context.Context) error {
	f.mu.Lock()
	floor := f.ring.floor
	old := ring{maxEvents: f.ring.maxEvents, maxBytes: f.ring.maxBytes}
	f.mu.Unlock()
	old.begin(max(0, floor-core.EventID(old.maxEvents)))
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	for old.head() < floor {
		page, err := f.log.LogAfter(ctx, old.head(), f.page)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		old.fill(page)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if rows, covered := f.ring.after(old.head(), math.MaxInt); covered && old.add(rows) {
		f.ring = old
	}
	return nil
}

// deliver tells everybody, and moves the place up to which everybody has been told. Hints go first: who has said what
// they were writing is not writing any more.
func (f *Feed) deliver(page []core.Event, touched []core.Touched, hints []core.Hint) {
	f.live.Lock()
	defer f.live.Unlock()
	for _, h := range hints {
		f.hintAgents(h)
		f.hintVisitors(h)
	}
	f.tellAgents(page, touched)
	f.tellVisitors(page)
	f.lookAfter(page, touched)
	if len(page) > 0 {
		f.mu.Lock()
		f.sent = page[len(page)-1].ID
		f.mu.Unlock()
	}
}
