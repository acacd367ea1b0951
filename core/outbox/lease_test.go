package outbox_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/outbox"
	"parley/core/store"
	"parley/core/store/storetest"
)

// hung is an adapter that tells what it is asked for and does not answer before it is let.
func hung() (a *adapter, asked chan core.Outgoing, let chan error) {
	asked, let = make(chan core.Outgoing, 10), make(chan error, 10)
	a = &adapter{can: core.Capabilities{EditOut: true}}
	a.step = func(o core.Outgoing) (core.Receipt, error) {
		asked <- o
		if err := <-let; err != nil {
			return core.Receipt{}, err
		}
		return a.takes(o)
	}
	return a, asked, let
}

// CHANNELS 5, case 24: a node falls asleep while it sends, another takes the channel, and the first one wakes.
func TestAnotherNodeTakesTheChannelB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		carla, dora := h.session(channel, "carla"), h.session(channel, "dora")
		before := &adapter{}
		r := h.run(before)
		edited := h.say(dora, "hello")
		h.became(edited, core.Sent)
		r.end()

		sent, next := h.say(carla, "once"), h.say(carla, "next")
		h.edit(edited, "hello there")
		asleep, asked, let := hung()
		first := h.run(asleep)
		<-asked
		<-asked
		h.release(first.epoch) // as when it has ended by itself

		awake := node(t, url)
		a := &adapter{can: core.Capabilities{EditOut: true}, parts: 100}
		second := awake.run(a)
		h.became(sent, core.MaySent)
		h.became(next, core.Sent)
		h.drained()
		if got := a.sees("carla"); !slices.Equal(got, []string{"send next"}) {
			t.Errorf("the second node said %q, want nothing twice", got)
		}
		if got := a.sees("dora"); !slices.Equal(got, []string{"edit hello there"}) {
			t.Errorf("the second node said %q, want the edit repeated", got)
		}
		told, rows := h.message(sent), h.kinds(carla)
		let <- nil
		let <- nil
		if err := first.ended(); core.KindOf(err) != core.Gone {
			t.Errorf("the first node's run ended with %v, want gone", err)
		}
		if got := h.message(sent); got != told || len(h.kinds(carla)) != len(rows) || len(h.parts(sent)) != 0 {
			t.Errorf("the first node wrote: %+v", got)
		}
		second.end()
	})
}

// An epoch that is over claims nothing, also where nothing was under way.
func TestAnEpochThatIsOverSendsNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		stale := h.take()
		h.release(stale)
		h.take()
		id := h.say(h.session(channel, "carla"), "hi")
		a := &adapter{}
		if err := h.under(a, stale).ended(); core.KindOf(err) != core.Gone {
			t.Errorf("got %v, want gone", err)
		}
		if a.count() != 0 || h.state(id) != core.Queued {
			t.Errorf("got %d calls; the message is %q", a.count(), h.state(id))
		}
	})
}

// A process that dies leaves its mark: what it was sending is not sent again, what is the same when done twice is.
func TestAfterACrashB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for _, edits := range []bool{true, false} {
			h := open(t, sibling(t, url))
			a := &adapter{can: core.Capabilities{EditOut: edits}}
			r := h.run(a)
			changed := h.say(h.session(channel, "dora"), "hello")
			h.became(changed, core.Sent)
			r.end()
			h.edit(changed, "hello there")
			sent := h.say(h.session(channel, "carla"), "hi")
			waits := h.say(h.message(sent).Session, "and")
			dead := h.take()
			h.release(dead)
			h.do(func(w *store.Work) error { // as far as it came
				for _, lane := range []string{"carla", "dora"} {
					l, err := w.Lane(channel, lane)
					if err != nil {
						return err
					}
					l.Sending, l.Epoch, l.Since = true, dead, w.Now()
					w.PutLane(l)
				}
				return nil
			})
			r = h.run(a)
			h.became(waits, core.Sent)
			h.drained()
			if got := h.state(sent); got != core.MaySent {
				t.Errorf("what was being sent: got %q", got)
			}
			if got := a.sees("carla"); !slices.Equal(got, []string{"send and"}) {
				t.Errorf("the customer sees %q", got)
			}
			want := []string{"send hello", "edit hello there"}
			if !edits { // a correction is a message: it may have gone out, and so does not again
				want = want[:1]
				if got := h.message(changed); got.State != core.Sent || got.Reason != "The change may not have reached the customer." {
					t.Errorf("a correction that was under way: got %+v", got)
				}
			}
			if got := a.sees("dora"); !slices.Equal(got, want) {
				t.Errorf("the other customer sees %q, want %q", got, want)
			}
			r.end()
		}
	})
}

// A crash between two parts: the first is noted, the second nobody knows of.
func TestACrashBetweenParts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		asleep, asked, let := hung()
		asleep.step = func(o core.Outgoing) (core.Receipt, error) {
			asked <- o
			if o.Step == 1 {
				<-let
				return core.Receipt{}, fails(core.Unavailable, 0)
			}
			return core.Receipt{Part: "first", More: true}, nil
		}
		id := h.say(h.session(channel, "carla"), "one two")
		first := h.run(asleep)
		<-asked
		<-asked
		h.release(first.epoch)
		a := words(nil)
		second := node(t, url).run(a)
		h.became(id, core.MaySent)
		let <- nil
		if err := first.ended(); core.KindOf(err) != core.Gone {
			t.Errorf("got %v, want gone", err)
		}
		if got := h.parts(id); !slices.Equal(got, []core.RemoteID{"first"}) || a.count() != 0 {
			t.Errorf("got the parts %v and %d calls", got, a.count())
		}
		h.change(id, core.OutSend, func(m *core.Event) { m.State = core.Queued }) // the agent's word
		second.h.box.Ring([]core.ChannelID{channel})
		h.became(id, core.Sent)
		if got := a.sees("carla"); !slices.Equal(got, []string{"two"}) {
			t.Errorf("the customer sees %q", got)
		}
		second.end()
	})
}

// A run that is stopped waits for what is under way, and begins nothing else.
func TestAStopWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a, asked, let := hung()
		s := h.session(channel, "carla")
		id, next := h.say(s, "now"), h.say(s, "later")
		r := h.run(a)
		<-asked
		r.stop()
		h.stays(func() bool { return len(r.done) == 0 }, "the run waits")
		let <- nil
		r.end()
		if h.state(id) != core.Sent || h.state(next) != core.Queued || a.count() != 1 {
			t.Errorf("got %q, %q and %d calls", h.state(id), h.state(next), a.count())
		}
		lanes, err := h.store.UnderWay(ctx, channel, 10)
		if err != nil || len(lanes) != 0 {
			t.Errorf("got %+v under way, %v", lanes, err)
		}
	})
}

// Who does not answer in the grace of a stop is not waited for any longer; the adapter learns of it by its context.
func TestAStopHasAnEnd(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	asked := make(chan struct{}, 1)
	id := h.say(h.session(channel, "carla"), "hi")
	living, stop := context.WithCancel(ctx)
	epoch := h.take()
	done := make(chan error, 1)
	go func() {
		done <- h.box.Run(living, outbox.Post{Channel: channel, Lease: lease, Epoch: epoch, Adapter: slow{asked}})
	}()
	<-asked
	began := time.Now()
	stop()
	if err := <-done; err != nil || time.Since(began) < 3*time.Second || time.Since(began) > 20*time.Second { // a call may take 30
		t.Errorf("got %v after %v, want the end after the grace of four seconds", err, time.Since(began))
	}
	if got := h.state(id); got != core.MaySent {
		t.Errorf("got %q: the connection was cut while it was being sent", got)
	}
}

// slow answers only to the end of its context.
type slow struct{ asked chan struct{} }

func (slow) Run(context.Context) error       { return nil }
func (slow) Capabilities() core.Capabilities { return core.Capabilities{} }
func (s slow) Deliver(ctx context.Context, _ core.Outgoing) (core.Receipt, error) {
	s.asked <- struct{}{}
	<-ctx.Done()
	return core.Receipt{}, ctx.Err()
}

// Stopped at any moment, what was not tried is not taken for sent.
func TestStopsLeaveNothingUncertain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := &adapter{}
		var ids []core.EventID
		for i := range 20 {
			for j := range 5 {
				ids = append(ids, h.say(h.session(channel, core.RemoteID(fmt.Sprint(i, " ", j))), "hi"))
			}
			r := h.run(a)
			time.Sleep(time.Duration(i) * 500 * time.Microsecond)
			r.end()
		}
		r := h.run(a)
		h.drained()
		r.end()
		for _, id := range ids {
			if got := h.state(id); got != core.Sent {
				t.Errorf("got %q", got)
			}
		}
		if got := a.count(); got != len(ids) {
			t.Errorf("got %d calls, want %d", got, len(ids))
		}
	})
}

// Not parallel: it counts goroutines.
func TestARunLeavesNoGoroutine(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	for range 3 { // the database has its own
		h.say(h.session(channel, core.RemoteID(fmt.Sprint("before ", h.last.Load()))), "hi")
	}
	count := func() int {
		n, same := runtime.NumGoroutine(), 0
		for ; same < 10; time.Sleep(5 * time.Millisecond) {
			if now := runtime.NumGoroutine(); now == n {
				same++
			} else {
				n, same = now, 0
			}
		}
		return n
	}
	a := &adapter{}
	r := h.run(a)
	h.drained()
	r.end()
	before := count()
	for i := range 5 {
		for j := range 40 {
			h.say(h.session(channel, core.RemoteID(fmt.Sprint(i, " ", j))), "hi")
		}
		r := h.run(a)
		h.drained()
		r.end()
	}
	after := count()
	for end := time.Now().Add(30 * time.Second); after > before && time.Now().Before(end); {
		after = count()
	}
	if after > before {
		t.Errorf("got %d goroutines, want %d", after, before)
	}
}
