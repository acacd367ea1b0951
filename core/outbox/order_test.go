package outbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// CHANNELS 5, case 20.
func TestAFailingHeadHoldsItsLaneAndNoOtherB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var down [50]core.EventID
		a := &adapter{}
		broken := true
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			a.mu.Lock()
			fail := broken && o.To.Conversation == "ill"
			a.mu.Unlock()
			if fail {
				return core.Receipt{}, fails(core.Unavailable, 0)
			}
			return a.takes(o)
		}
		ill := h.session(channel, "ill")
		first, second, third := h.say(ill, "1"), h.say(ill, "2"), h.say(ill, "3")
		for i := range down {
			down[i] = h.say(h.session(channel, core.RemoteID(fmt.Sprint("well ", i))), "hi")
		}
		r := h.run(a)
		for _, id := range down {
			h.became(id, core.Sent)
		}
		for _, id := range []core.EventID{first, second, third} {
			if got := h.state(id); got != core.Queued {
				t.Errorf("behind a failing head: got %q, want it queued", got)
			}
		}
		for _, o := range a.asked() {
			if o.To.Conversation == "ill" && o.Content.Text != "1" {
				t.Errorf("%q was tried before its turn", o.Content.Text)
			}
		}
		h.putOff()
		a.mu.Lock()
		broken = false
		a.mu.Unlock()
		h.turn(5 * time.Minute)
		h.became(third, core.Sent)
		if got, want := a.sees("ill"), []string{"send 1", "send 2", "send 3"}; !slices.Equal(got, want) {
			t.Errorf("the customer sees %q, want %q", got, want)
		}
		if got := a.taken.Load(); got != 53 {
			t.Errorf("told of %d that were taken, want 53", got)
		}
		r.end()
		if got := h.backlog(); got != 0 {
			t.Errorf("%d are still owed", got)
		}
	})
}

func TestAHundredOfALaneArriveInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := &adapter{}
		r := h.run(a)
		s := h.session(channel, "carla")
		var want []string
		var last core.EventID
		for i := range 100 {
			want = append(want, fmt.Sprint("send ", i))
			last = h.say(s, fmt.Sprint(i))
		}
		h.became(last, core.Sent)
		if got := a.sees("carla"); !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		ids := map[string]bool{}
		for _, o := range a.asked() {
			ids[o.ID] = true
		}
		if len(ids) != 100 {
			t.Errorf("got %d ids of 100 deliveries", len(ids))
		}
		r.end()
	})
}

func TestCustomersWordsGoFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		for i, rank := range []core.Rank{core.Cards, core.AgentCopies, core.CustomerWords, core.Cards, core.AgentCopies, core.CustomerWords} {
			id := h.session(channel, core.RemoteID(fmt.Sprint("at ", i)))
			h.turn(time.Second)
			h.do(func(w *store.Work) error {
				s, err := w.Session(id)
				if err != nil {
					return err
				}
				return speak(w, s, fmt.Sprint(rank), rank)
			})
		}
		a := &adapter{can: core.Capabilities{ChannelRate: core.Rate{Calls: 1, Per: time.Second, Burst: 1}}}
		r := h.run(a)
		for n := range 6 {
			h.until(func() bool { return h.backlog() == int64(5-n) }, fmt.Sprintf("%d are owed", 5-n))
			h.turn(time.Second)
		}
		var got string
		for _, o := range a.asked() {
			got += o.Content.Text
		}
		if want := "001122"; got != want {
			t.Errorf("got the ranks %s, want %s", got, want)
		}
		r.end()
	})
}

// Another channel's deliveries are not this one's, also where both know a conversation by the same name (CHANNELS 5, case 19).
func TestChannelsDoNotMix(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		here, there := h.say(h.session(channel, "42"), "here"), h.say(h.session(other, "42"), "there")
		a := &adapter{}
		r := h.run(a)
		h.became(here, core.Sent)
		h.stays(func() bool { return h.state(there) == core.Queued }, "the other channel's waits")
		if got := a.asked(); len(got) != 1 || got[0].Content.Text != "here" || got[0].To.Conversation != "42" ||
			got[0].By != core.ByAgent || got[0].Name != "Anna" {
			t.Errorf("got %+v", got)
		}
		r.end()
	})
}

// Ten thousand lanes wait. Stopped in the middle, every one has been sent once, and noted, or not at all.
func TestTenThousandLanes(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	const lanes, enough, page = 10_000, 600, 500
	for from := 0; from < lanes; from += page {
		h.do(func(w *store.Work) error {
			for i := range page {
				s := begin(w, channel, core.RemoteID(fmt.Sprint(from+i)), int64(1000+3*(from+i)))
				if err := speak(w, s, "hi", core.CustomerWords); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var under, most int
	a := &adapter{}
	a.step = func(o core.Outgoing) (core.Receipt, error) {
		a.mu.Lock()
		under++
		most = max(most, under)
		a.mu.Unlock()
		time.Sleep(time.Millisecond)
		receipt, err := a.takes(o)
		a.mu.Lock()
		under--
		a.mu.Unlock()
		return receipt, err
	}
	r := h.run(a)
	h.until(func() bool { return h.backlog() <= lanes-enough }, "enough are sent")
	r.end()
	if left := h.backlog(); left < 1 || int64(len(a.calls))+left != lanes || len(a.shown) != len(a.calls) {
		t.Errorf("got %d calls in %d lanes, with %d left of %d", len(a.calls), len(a.shown), left, lanes)
	}
	if most > 64 || most < 2 {
		t.Errorf("got %d calls at once, want some, and at most 64", most)
	}
	if lanes, err := h.store.UnderWay(ctx, channel, 1); err != nil || len(lanes) != 0 {
		t.Errorf("got %+v under way, %v", lanes, err)
	}
}
