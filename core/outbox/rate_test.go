package outbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// count is how much the network was asked for.
func (a *adapter) count() int { return len(a.asked()) }

// asks waits until the network was asked so often and what came of that is written down, and looks whether it stays so.
func (h *house) asks(a *adapter, want int, when string) {
	h.t.Helper()
	h.until(func() bool { return a.count() >= want }, fmt.Sprintf("%d calls %s", want, when))
	h.until(func() bool {
		lanes, err := h.store.UnderWay(ctx, channel, 1)
		return err == nil && len(lanes) == 0
	}, fmt.Sprintf("%d calls written down %s", want, when))
	h.stays(func() bool { return a.count() == want }, fmt.Sprintf("%d calls %s", want, when))
}

// putOff waits until what is owed is to be tried later.
func (h *house) putOff() {
	h.t.Helper()
	h.until(func() bool {
		due, err := h.store.NextDue(ctx, channel, true)
		return err == nil && due > core.At(h.now())
	}, "it is put off")
}

func TestAConversationHasItsRateB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := &adapter{can: core.Capabilities{ConversationRate: core.Rate{Calls: 1, Per: time.Second, Burst: 3}}}
		s := h.session(channel, "carla")
		for i := range 6 {
			h.say(s, fmt.Sprint(i))
		}
		r := h.run(a)
		h.asks(a, 3, "of a burst of three")
		h.turn(999 * time.Millisecond)
		h.asks(a, 3, "before the second is over")
		h.say(h.session(channel, "dora"), "hi")
		h.asks(a, 4, "with another conversation's")
		h.turn(time.Millisecond)
		h.asks(a, 5, "after a second")
		h.turn(2 * time.Second)
		h.asks(a, 7, "after two more")
		r.end()
	})
}

func TestAChannelHasItsRateB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := &adapter{can: core.Capabilities{ChannelRate: core.Rate{Calls: 3, Per: time.Second, Burst: 2}}} // a third of a second is no number of microseconds
		for i := range 8 {
			h.say(h.session(channel, core.RemoteID(fmt.Sprint(i))), "hi")
			h.turn(time.Microsecond)
		}
		r := h.run(a)
		h.asks(a, 2, "of a burst of two")
		h.turn(333 * time.Millisecond)
		h.asks(a, 2, "before a third of a second")
		h.turn(time.Millisecond)
		h.asks(a, 3, "after it")
		h.turn(time.Minute)
		h.asks(a, 5, "after a minute, of which no more than the burst counts")
		h.turn(2 * time.Second)
		h.asks(a, 7, "after two seconds")
		h.turn(time.Second)
		h.drained()
		var got []string
		for _, o := range a.asked() {
			got = append(got, string(o.To.Conversation))
		}
		for _, together := range [][]string{got[:2], got[3:5], got[5:7]} {
			slices.Sort(together)
		}
		if want := []string{"0", "1", "2", "3", "4", "5", "6", "7"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want that who waits for the channel keeps the place", got)
		}
		r.end()
	})
}

// CHANNELS 5, case 21.
func TestRetryAfterStopsWhatItNamesB3(t *testing.T) {
	t.Parallel()
	for name, scope := range map[string]string{"a bucket": "", "the channel": core.ScopeChannel} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, url string) {
				h := open(t, url)
				a := &adapter{}
				again := false
				a.step = func(o core.Outgoing) (core.Receipt, error) {
					a.mu.Lock()
					again = again || o.Again
					a.mu.Unlock()
					if o.To.Conversation == "carla" && !o.Again {
						return core.Receipt{}, &core.Error{Op: "test", Kind: core.Throttled, RetryAfter: time.Hour, Scope: scope}
					}
					return a.takes(o)
				}
				slow := h.say(h.session(channel, "carla"), "hi")
				r := h.run(a)
				h.asks(a, 1, "before the network told it to wait")
				quick := h.say(h.session(channel, "dora"), "hi")
				if scope == "" {
					h.became(quick, core.Sent)
				}
				h.turn(time.Hour - time.Second)
				h.stays(func() bool {
					return h.state(slow) == core.Queued && (h.state(quick) == core.Sent) == (scope == "")
				}, "who was told to wait an hour waits")
				h.turn(time.Second)
				h.became(slow, core.Sent)
				h.became(quick, core.Sent)
				if got := a.count(); got != 3 || !again {
					t.Errorf("got %d calls, again %v; want 3, one of them again", got, again)
				}
				r.end()
			})
		})
	}
}

// A wait of no time, or without one, is a second at least and then longer; nothing is lost by it.
func TestAThrottledHeadIsTriedLaterAndLater(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for _, kind := range []core.Kind{core.Throttled, core.Unavailable, core.Busy} {
			h := open(t, sibling(t, url))
			a := &adapter{step: func(core.Outgoing) (core.Receipt, error) { return core.Receipt{}, fails(kind, 0) }}
			id := h.say(h.session(channel, "carla"), "hi")
			r := h.run(a)
			h.asks(a, 1, "at first")
			h.turn(time.Second - time.Microsecond)
			h.asks(a, 1, "within a second")
			h.turn(time.Microsecond)
			h.asks(a, 2, "after a second")
			for range 20 { // the pause's least is a second; here chance is always at its least
				h.turn(time.Second)
			}
			h.asks(a, 3, "after many seconds at once")
			if got := h.state(id); got != core.Queued {
				t.Errorf("%s: got %q", kind, got)
			}
			r.end()
		}
	})
}

func TestAfterADayItHasFailedB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := &adapter{}
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			if o.Content.Text == "never" {
				return core.Receipt{}, fails(core.Throttled, time.Hour)
			}
			return a.takes(o)
		}
		s := h.session(channel, "carla")
		h.turn(48 * time.Hour) // the time that something is owed does not count, but that in which it is tried
		never, next := h.say(s, "never"), h.say(s, "next")
		r := h.run(a)
		for n := range 24 {
			h.until(func() bool { return a.count() == n+1 }, fmt.Sprintf("try %d", n+1))
			h.putOff()
			if got := h.state(never); got != core.Queued {
				t.Fatalf("after %d hours: got %q", n, got)
			}
			h.turn(time.Hour)
		}
		h.became(never, core.Failed)
		if got := h.message(never).Reason; got != "The channel has not taken it for 24 hours." {
			t.Errorf("got the reason %q", got)
		}
		h.turn(time.Hour)
		h.became(next, core.Sent)
		r.end()
	})
}
