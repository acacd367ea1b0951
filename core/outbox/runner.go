package outbox

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"parley/core"
	"parley/core/store"
)

// Limits of one channel's sending.
const (
	maxUnderWay = 64                     // calls of the adapter at once, each in another lane
	maxFetches  = 8                      // of those, what brings a file: it may take minutes, and words must not wait for it
	callTime    = 30 * time.Second       // for one call
	graceTime   = 4 * time.Second        // for calls under way when the channel stops
	hiccupTime  = 500 * time.Millisecond // after the database did not answer
)

// runner is one channel's sending. Its fields belong to run's goroutine but for what a call needs, which is not changed.
type runner struct {
	*Outbox
	Post
	can     core.Capabilities
	pace    *pace
	ring    chan struct{}
	results chan result
	busy    int
	fetches int      // of those that are busy
	doubt   []string // lanes whose claim the database has not confirmed: marked, it may be, and surely not begun
}

// result is what a call that is over, and written down, means for those that follow.
type result struct {
	err   error  // ends the channel's sending
	fetch bool   // it was one
	stop  string // the bucket that the network wants to rest, "" for none
	whole bool   // the whole channel
	until time.Time
}

func (r *runner) run(ctx context.Context) error {
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	err := r.send(ctx, calls)
	err = errors.Join(err, r.unmark(context.WithoutCancel(ctx)))
	defer time.AfterFunc(graceTime, cancel).Stop()
	for ; r.busy > 0; r.busy-- {
		err = errors.Join(err, (<-r.results).err)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// send takes heads and lets them be done until ctx ends or nothing more may be sent.
func (r *runner) send(ctx, calls context.Context) error {
	if err := r.recover(ctx); err != nil {
		return err
	}
	for {
		pause, err := r.next(ctx, calls)
		if passing(err) {
			pause, err = hiccupTime, nil
		}
		if err != nil {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-r.ring:
		case <-timer.C:
		case done := <-r.results:
			r.busy--
			if done.fetch {
				r.fetches--
			}
			err = done.err
			r.rest(done)
		}
		timer.Stop()
		if ctx.Err() != nil || err != nil && !passing(err) {
			return err
		}
	}
}

// passing tells whether an error is of a database that does not answer just now.
func passing(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Unavailable || kind == core.Busy
}

// rest stops what the network wants to rest.
func (r *runner) rest(done result) {
	switch {
	case done.whole:
		r.pace.whole.stop(done.until)
	case done.stop != "":
		r.pace.of(done.stop, r.clock()).stop(done.until)
	}
}

// next begins what may begin now, and says how long there will be nothing else unless something happens.
func (r *runner) next(ctx, calls context.Context) (time.Duration, error) {
	if err := r.unmark(ctx); err != nil {
		return 0, err
	}
	for {
		free := maxUnderWay - r.busy
		if free == 0 { // a result wakes it
			return r.poll, nil
		}
		now := r.clock()
		if wait := r.pace.whole.wait(now); wait > 0 {
			return min(wait, r.poll), nil
		}
		due, err := r.store.Due(ctx, r.Channel, core.At(now), free, maxFetches-r.fetches)
		if err != nil {
			return 0, err
		}
		if len(due) == 0 {
			break
		}
		tasks, err := r.claim(ctx, due, now)
		if err != nil {
			return 0, err
		}
		for _, t := range tasks {
			r.busy++
			if t.Verb == core.OutFetch {
				r.fetches++
			}
			go func() {
				done := r.do(calls, t)
				done.fetch = t.Verb == core.OutFetch
				r.results <- done
			}()
		}
	}
	due, err := r.store.NextDue(ctx, r.Channel, r.fetches < maxFetches)
	if err != nil || due == 0 {
		return r.poll, err
	}
	return min(max(due.Std().Sub(r.clock()), time.Millisecond), r.poll), nil
}

// task is a lane's head that is under way.
type task struct {
	store.Task
	lane core.Lane
}

// claim marks heads as under way, durably, as far as there are tokens; the others wait for theirs.
func (r *runner) claim(ctx context.Context, due []core.Lane, now time.Time) ([]task, error) {
	later := map[string]core.Time{}
	for i, l := range due {
		if r.pace.whole.wait(now) > 0 {
			due = due[:i] // the others keep their places
			break
		}
		bucket := r.pace.of(l.Bucket, now)
		if wait := bucket.wait(now); wait > 0 {
			later[l.Lane] = core.At(now.Add(wait + time.Microsecond - 1)) // rounded up: before that there is no token
			continue
		}
		bucket.take(now)
		r.pace.whole.take(now)
		r.doubt = append(r.doubt, l.Lane)
	}
	slices.SortFunc(due, func(a, b core.Lane) int { return cmp.Compare(a.Lane, b.Lane) }) // the order in which others lock them
	// What is marked is begun, also while the channel stops: else it would look as if it might have been sent.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
	defer cancel()
	var taken map[string]core.Lane
	_, err := r.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		taken = map[string]core.Lane{}
		if err := w.Holds(r.Lease, r.Epoch); err != nil {
			return err
		}
		for _, l := range due {
			l, err := w.Lane(l.Channel, l.Lane)
			if core.KindOf(err) == core.NotFound || err == nil && l.Sending {
				continue
			}
			if err != nil {
				return err
			}
			if at, waits := later[l.Lane]; waits {
				l.DueAt = at
			} else {
				l.Sending, l.Epoch = true, r.Epoch
				if l.Since == 0 {
					l.Since = w.Now()
				}
				taken[l.Lane] = l
			}
			w.PutLane(l)
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	tasks, err := r.tasks(ctx, taken)
	if err == nil {
		r.doubt = nil
	}
	return tasks, err
}

// tasks reads what the heads are, as it stands now: an edit that came meanwhile goes out with its message.
func (r *runner) tasks(ctx context.Context, taken map[string]core.Lane) ([]task, error) {
	if len(taken) == 0 {
		return nil, nil
	}
	var lanes []string
	for name := range taken {
		lanes = append(lanes, name)
	}
	rows, err := r.store.Tasks(ctx, r.Channel, lanes)
	if err != nil {
		return nil, err
	}
	tasks := make([]task, len(rows))
	for i, t := range rows {
		tasks[i] = task{t, taken[t.Lane]}
	}
	return tasks, nil
}

// unmark gives back the heads that are in doubt. The writer does it after whatever it still did about their claim.
func (r *runner) unmark(ctx context.Context) error {
	if len(r.doubt) == 0 {
		return nil
	}
	_, err := r.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		if err := w.Holds(r.Lease, r.Epoch); err != nil {
			return err
		}
		for _, name := range r.doubt {
			l, err := w.Lane(r.Channel, name)
			switch {
			case core.KindOf(err) == core.NotFound:
			case err != nil:
				return err
			case l.Sending:
				l.Sending = false
				w.PutLane(l)
			}
		}
		return nil
	}})
	if err == nil {
		r.doubt = nil
	}
	return err
}
