package outbox_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// sibling gives another new database of the same kind.
func sibling(t *testing.T, url string) string {
	t.Helper()
	if strings.HasPrefix(url, "sqlite:") {
		return storetest.SQLite(t)
	}
	return storetest.Postgres(t)
}

// What becomes of a message by what the network answers: B3, CHANNELS 5, cases 22, 23, 29.
func TestWhatBecomesOfAMessageB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		for name, c := range map[string]struct {
			err    error
			panics bool
			state  core.DeliveryState
			reason string
			events []core.EventKind
		}{
			"taken":                   {nil, false, core.Sent, "", []core.EventKind{core.EventDelivery}},
			"refused":                 {fails(core.Invalid, 0), false, core.Failed, "It says so.", []core.EventKind{core.EventDelivery}},
			"refused without a word":  {&core.Error{Kind: core.Forbidden}, false, core.Failed, "The channel refused it.", []core.EventKind{core.EventDelivery}},
			"the customer is gone":    {fails(core.Gone, 0), false, core.Failed, "It says so.", []core.EventKind{core.EventDelivery, core.EventLost}},
			"the connection broke":    {fails(core.Uncertain, 0), false, core.MaySent, "may not have arrived", []core.EventKind{core.EventDelivery}},
			"an error nobody knows":   {errors.New("EOF"), false, core.MaySent, "may not have arrived", []core.EventKind{core.EventDelivery}},
			"a panic of the adapter":  {nil, true, core.MaySent, "may not have arrived", []core.EventKind{core.EventDelivery}},
			"a kind that is not said": {&core.Error{Op: "test"}, false, core.Failed, "The channel refused it.", []core.EventKind{core.EventDelivery}},
		} {
			a := &adapter{can: core.Capabilities{EditOut: true}, parts: int(h.last.Load())} // names that were not there before
			a.step = func(o core.Outgoing) (core.Receipt, error) {
				if o.Content.Text != "it" {
					return a.takes(o)
				}
				if c.panics {
					panic("a bug")
				}
				if c.err != nil {
					return core.Receipt{}, c.err
				}
				return a.takes(o)
			}
			who := core.RemoteID(name)
			s := h.session(channel, who)
			id := h.say(s, "it")
			h.edit(id, "it")
			r := h.run(a)
			h.became(id, c.state)
			if got := h.message(id).Reason; !strings.Contains(got, c.reason) || (c.reason == "") != (got == "") {
				t.Errorf("%s: got the reason %q, want %q", name, got, c.reason)
			}
			h.drained()
			if got := h.kinds(s); !slices.Equal(got, c.events) {
				t.Errorf("%s: got the events %v, want %v", name, got, c.events)
			}
			next := h.say(s, "next") // the lane goes on
			h.became(next, core.Sent)
			h.turn(time.Hour)
			h.stays(func() bool { return h.state(id) == c.state }, name+" stays so")
			sends, edits := 0, 0
			for _, o := range a.asked() {
				if o.Content.Text != "next" && o.Verb == core.OutSend {
					sends++
				} else if o.Verb == core.OutEdit {
					edits++
				}
			}
			wantEdits := 0
			if c.state == core.Sent {
				wantEdits = 1
			}
			if sends != 1 || edits != wantEdits {
				t.Errorf("%s: got %d sends and %d edits", name, sends, edits)
			}
			r.end()
		}
	})
}

// CHANNELS 5, case 29: whoever answers again is there again.
func TestWhoIsGoneIsFoundByTheNextThatArrives(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := &adapter{}
		gone := true
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			a.mu.Lock()
			defer func() { gone = o.Content.Text == "1"; a.mu.Unlock() }()
			if gone {
				return core.Receipt{}, fails(core.Gone, 0)
			}
			return core.Receipt{Part: core.RemoteID(o.Content.Text)}, nil
		}
		s := h.session(channel, "carla")
		r := h.run(a)
		h.became(h.say(s, "1"), core.Failed)
		h.became(h.say(s, "2"), core.Failed) // its state is known already
		h.became(h.say(s, "3"), core.Sent)
		want := []core.EventKind{core.EventDelivery, core.EventLost, core.EventDelivery, core.EventDelivery, core.EventFound}
		if got := h.kinds(s); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		r.end()
	})
}

// CHANNELS 5, case 30: the key is refused in the middle; with another all that waits goes out, once.
func TestARefusedKeyStopsTheChannelAndKeepsTheQueueB5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := &adapter{}
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			if o.Content.Text != "1" {
				return core.Receipt{}, fails(core.Unauthorized, 0)
			}
			return a.takes(o)
		}
		s := h.session(channel, "carla")
		var ids []core.EventID
		for _, text := range []string{"1", "2", "3"} {
			ids = append(ids, h.say(s, text))
		}
		ids = append(ids, h.say(h.session(channel, "dora"), "4"))
		r := h.run(a)
		if err := r.ended(); core.KindOf(err) != core.Unauthorized {
			t.Fatalf("got %v, want unauthorized", err)
		}
		h.release(r.epoch)
		for _, id := range ids[1:] {
			if got := h.state(id); got != core.Queued {
				t.Errorf("with a refused key: got %q, want it queued", got)
			}
		}
		h.turn(72 * time.Hour) // the key's days are not those of what waits for it
		flaky := true
		with := &adapter{parts: 100}
		with.step = func(o core.Outgoing) (core.Receipt, error) {
			with.mu.Lock()
			fail := flaky && o.Content.Text == "2"
			flaky = flaky && !fail
			with.mu.Unlock()
			if fail {
				return core.Receipt{}, fails(core.Unavailable, 0)
			}
			return with.takes(o)
		}
		r = h.run(with)
		h.until(func() bool {
			return slices.ContainsFunc(with.asked(), func(o core.Outgoing) bool { return o.Content.Text == "2" })
		}, "the second is tried")
		h.putOff()
		h.turn(5 * time.Second)
		for _, id := range ids {
			h.became(id, core.Sent)
		}
		if got := append(a.sees("carla"), with.sees("carla")...); !slices.Equal(got, []string{"send 1", "send 2", "send 3"}) {
			t.Errorf("the customer sees %q", got)
		}
		if got := append(a.sees("dora"), with.sees("dora")...); !slices.Equal(got, []string{"send 4"}) {
			t.Errorf("the other customer sees %q", got)
		}
		r.end()
	})
}
