package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// words is an adapter for which each word is a part; before does what must go wrong.
func words(before func(a *adapter, o core.Outgoing) error) *adapter {
	a := &adapter{can: core.Capabilities{EditOut: true, DeleteOut: true}}
	a.step = func(o core.Outgoing) (core.Receipt, error) {
		if before != nil {
			if err := before(a, o); err != nil {
				return core.Receipt{}, err
			}
		}
		all := strings.Fields(o.Content.Text)
		switch o.Verb {
		case core.OutSend:
			return core.Receipt{Part: a.shows(o, all[o.Step]), More: o.Step+1 < len(all)}, nil
		case core.OutDelete:
			a.shows(o, "no "+string(o.Parts[0]))
			return core.Receipt{Gone: o.Parts[0], More: len(o.Parts) > 1}, nil
		}
		a.shows(o, string(o.Parts[o.Step])+" is "+all[o.Step])
		return core.Receipt{More: o.Step+1 < len(all)}, nil
	}
	return a
}

func (h *house) parts(id core.EventID) (parts []core.RemoteID) {
	h.t.Helper()
	h.do(func(w *store.Work) (err error) {
		parts, err = w.Parts(core.Delivery{Message: id, Channel: channel})
		return err
	})
	return parts
}

// CHANNELS 5, cases 21 and 25: what has gone out does not go out again.
func TestATextInPartsGoesOnWhereItWasB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for name, kind := range map[string]core.Kind{"told to wait": core.Throttled, "no answer": core.Unavailable} {
			h := open(t, sibling(t, url))
			failed := false
			a := words(func(a *adapter, o core.Outgoing) error {
				a.mu.Lock()
				defer a.mu.Unlock()
				if o.Step == 1 && !failed {
					failed = true
					return fails(kind, time.Minute)
				}
				return nil
			})
			s := h.session(channel, "carla")
			id, next := h.say(s, "one two three"), h.say(s, "next")
			r := h.run(a)
			h.asks(a, 2, "until the second fails")
			if got := h.message(id); got.State != core.Queued || len(h.parts(id)) != 1 {
				t.Errorf("%s: in the middle: got %q with %v", name, got.State, h.parts(id))
			}
			h.turn(time.Minute)
			h.became(next, core.Sent)
			if got, want := a.sees("carla"), []string{"one", "two", "three", "next"}; !slices.Equal(got, want) {
				t.Errorf("%s: the customer sees %q, want %q", name, got, want)
			}
			if got := h.parts(id); !slices.Equal(got, []core.RemoteID{"part 1", "part 2", "part 3"}) {
				t.Errorf("%s: got the parts %v", name, got)
			}
			h.edit(id, "four five six")
			h.change(id, core.OutDelete, func(m *core.Event) {}) // the message stands: only what is owed is looked at
			h.drained()
			want := []string{"part 1 is four", "part 2 is five", "part 3 is six", "no part 1", "no part 2", "no part 3"}
			if got := a.sees("carla")[4:]; !slices.Equal(got, want) {
				t.Errorf("%s: then the customer sees %q, want %q", name, got, want)
			}
			if got := h.parts(id); len(got) != 0 {
				t.Errorf("%s: left are the parts %v", name, got)
			}
			r.end()
		}
	})
}

// An adapter whose network names nothing still goes on from step to step.
func TestPartsWithoutNames(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	a := &adapter{}
	a.step = func(o core.Outgoing) (core.Receipt, error) {
		a.shows(o, fmt.Sprint("step ", o.Step))
		return core.Receipt{More: o.Step < 2}, nil
	}
	id := h.say(h.session(channel, "carla"), "hi")
	r := h.run(a)
	h.became(id, core.Sent)
	if got := a.sees("carla"); !slices.Equal(got, []string{"step 0", "step 1", "step 2"}) {
		t.Errorf("got %q", got)
	}
	r.end()
}

// What failed in the middle goes on from there when it is sent again.
func TestSentAgainAfterItsFirstPart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		broken := true
		a := words(func(a *adapter, o core.Outgoing) error {
			a.mu.Lock()
			defer a.mu.Unlock()
			if o.Step == 1 && broken {
				return fails(core.Uncertain, 0)
			}
			return nil
		})
		id := h.say(h.session(channel, "carla"), "one two")
		r := h.run(a)
		h.became(id, core.MaySent)
		a.mu.Lock()
		broken = false
		a.mu.Unlock()
		h.change(id, core.OutSend, func(m *core.Event) { m.State = core.Queued })
		h.became(id, core.Sent)
		if got := a.sees("carla"); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("the customer sees %q", got)
		}
		r.end()
	})
}

// What a later edit changes in a message whose edit is half done is done as another.
func TestAnEditInStepsTakesNoOtherIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var once bool
		a := words(func(a *adapter, o core.Outgoing) error {
			a.mu.Lock()
			defer a.mu.Unlock()
			if o.Verb == core.OutEdit && o.Step == 1 && !once {
				once = true
				return fails(core.Throttled, time.Minute)
			}
			return nil
		})
		id := h.say(h.session(channel, "carla"), "one two")
		r := h.run(a)
		h.became(id, core.Sent)
		h.edit(id, "three four")
		h.asks(a, 4, "until the second part of the edit fails")
		h.edit(id, "five six")
		h.edit(id, "seven eight")
		h.turn(time.Minute)
		h.drained()
		want := []string{"part 1 is seven", "part 2 is eight"}
		if got := a.sees("carla"); !slices.Equal(got[len(got)-2:], want) {
			t.Errorf("the customer sees %q, want at last %q", got, want)
		}
		r.end()
	})
}

func TestADeletedMessageIsNotSent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := words(nil)
		s := h.session(channel, "carla")
		id := h.say(s, "one")
		h.edit(id, "two")
		h.change(id, core.OutDelete, func(m *core.Event) { m.DeletedAt = core.At(h.now()) })
		next := h.say(s, "next")
		r := h.run(a)
		h.became(next, core.Sent)
		if got := h.state(id); got != core.Dropped {
			t.Errorf("got %q, want it dropped", got)
		}
		if got := a.asked(); len(got) != 1 {
			t.Errorf("got %+v, want the next message only", got)
		}
		if got := h.kinds(s); !slices.Equal(got, []core.EventKind{core.EventDelivery, core.EventDelivery}) {
			t.Errorf("got %v", got)
		}
		r.end()
	})
}

// A channel that finds is asked whether what was deleted had been posted: only then there is something to delete.
func TestADeletedMessageThatMayHaveBeenSentIsLookedForCHANNELS23(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for name, c := range map[string]struct {
			posted bool
			state  core.DeliveryState
			want   []string
		}{
			"it was posted": {true, core.Sent, []string{"one", "no part 1", "next"}},
			"it was not":    {false, core.Dropped, []string{"next"}},
		} {
			h := open(t, sibling(t, url))
			s := h.session(channel, "carla")
			id := h.say(s, "one")
			var made core.RemoteID
			a := words(nil)
			a.can.Finds = true
			plain := a.step
			a.step = func(o core.Outgoing) (core.Receipt, error) {
				switch {
				case o.Withdrawn:
					return core.Receipt{Part: made}, nil
				case o.Content.Text != "one" || o.Verb != core.OutSend:
					return plain(o)
				case c.posted:
					made = a.shows(o, "one")
				}
				return core.Receipt{}, fails(core.Uncertain, time.Minute)
			}
			r := h.run(a)
			h.asks(a, 1, "which has no answer")
			h.until(func() bool { return h.message(id).State == core.Queued }, "it waits")
			h.change(id, core.OutDelete, func(m *core.Event) { m.DeletedAt = core.At(h.now()) })
			h.say(s, "next")
			h.settles()
			if got := a.sees("carla"); !slices.Equal(got, c.want) || h.state(id) != c.state {
				t.Errorf("%s: the customer sees %q of what is %q, want %q, %q", name, got, h.state(id), c.want, c.state)
			}
			r.end()
		}
	})
}

// Deleted between its parts, it goes no further, and what has gone out is taken back.
func TestDeletedBetweenItsParts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := words(func(_ *adapter, o core.Outgoing) error {
			if o.Verb == core.OutSend && o.Step == 1 {
				return fails(core.Throttled, time.Minute)
			}
			return nil
		})
		id := h.say(h.session(channel, "carla"), "one two")
		r := h.run(a)
		h.asks(a, 2, "until the second part fails")
		h.change(id, core.OutDelete, func(m *core.Event) { m.DeletedAt = core.At(h.now()) })
		h.turn(time.Minute)
		h.drained()
		if got := a.sees("carla"); !slices.Equal(got, []string{"one", "no part 1"}) || h.state(id) != core.Dropped {
			t.Errorf("the customer sees %q; the message is %q", got, h.state(id))
		}
		r.end()
	})
}

// CHANNELS 5, case 28.
func TestACorrectionWhereNothingCanBeEdited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for _, replies := range []bool{true, false} {
			h := open(t, sibling(t, url))
			a := &adapter{can: core.Capabilities{ReplyOut: replies}}
			s := h.session(channel, "carla")
			id := h.say(s, "It is 5 euro.")
			r := h.run(a)
			h.became(id, core.Sent)
			h.change(id, core.OutEdit, func(m *core.Event) {
				m.Text, m.Data = "It is 6 euro.", core.Extra{Entities: []core.Entity{{Kind: core.Bold, Offset: 6, Length: 1}}}.Data()
			})
			h.drained()
			calls := a.asked()
			last := calls[len(calls)-1]
			if len(calls) != 2 || last.Verb != core.OutSend || last.Content.Text != "Correction: It is 6 euro." || (last.ReplyTo == "part 1") != replies {
				t.Fatalf("got %+v", calls)
			}
			if e := last.Content.Entities[0]; e.Offset != 18 || e.Length != 1 || h.message(id).Data == "" {
				t.Errorf("got the mark %+v, want it moved with the text", e)
			}
			if got := h.parts(id); len(got) != 2 { // so that both are deleted with it
				t.Errorf("got the parts %v", got)
			}
			a.step = func(core.Outgoing) (core.Receipt, error) { return core.Receipt{}, fails(core.Uncertain, 0) }
			h.edit(id, "It is 7 euro.")
			h.drained()
			if m := h.message(id); a.count() != 3 || m.State != core.Sent || m.Reason != "The change may not have reached the customer." {
				t.Errorf("a correction of which nobody knows: got %d calls and %+v", a.count(), m)
			}
			r.end()
		}
	})
}

func TestWhatHappensToAChange(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var answer error
		a := words(func(a *adapter, o core.Outgoing) error {
			a.mu.Lock()
			defer a.mu.Unlock()
			if o.Verb == core.OutSend {
				return nil
			}
			return answer
		})
		tell := func(err error) { a.mu.Lock(); defer a.mu.Unlock(); answer = err }
		s := h.session(channel, "carla")
		id := h.say(s, "one")
		r := h.run(a)
		h.became(id, core.Sent)
		tell(fails(core.Invalid, 0))
		h.edit(id, "two")
		h.drained()
		reason := "The change has not reached the customer. It says so."
		if m := h.message(id); m.State != core.Sent || m.Reason != reason {
			t.Errorf("a refused edit: got %+v", m)
		}
		tell(nil)
		h.change(id, core.OutReact, func(m *core.Event) { m.Data = core.Extra{}.WithReaction(core.ByAgent, "👍").Data() })
		h.drained()
		if m := h.message(id); m.Reason != reason {
			t.Errorf("a reaction took the edit's reason away: %q", m.Reason)
		}
		tell(fails(core.Uncertain, 0)) // an edit done twice is an edit done
		h.edit(id, "three")
		h.asks(a, 4, "for an edit of which nobody knows")
		tell(nil)
		h.turn(time.Minute)
		h.drained()
		if m := h.message(id); m.State != core.Sent || m.Reason != "" {
			t.Errorf("an edit that arrived: got %+v", m)
		}
		if got := a.sees("carla"); got[len(got)-1] != "part 1 is three" {
			t.Errorf("the customer sees %q", got)
		}
		r.end()
	})
}
