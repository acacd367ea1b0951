package outbox_test

import (
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// hold answers in a session; that is sent after a while only.
func (h *house) hold(id core.SessionID, text string, d time.Duration) core.EventID {
	h.t.Helper()
	events := h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByAgent, Actor: 7, Name: "Anna", Text: text, State: core.Queued})
		return w.Owe(core.Delivery{
			Channel: s.Channel, Lane: string(s.Conversation), Verb: core.OutSend, Session: s.ID, DueAt: w.Now().Add(d),
		}, string(s.Conversation))
	})
	return events[0].ID
}

// put changes how a message stands, and owes nothing.
func (h *house) put(id core.EventID, how func(*core.Event)) {
	h.t.Helper()
	session := h.message(id).Session
	h.do(func(w *store.Work) error {
		if _, err := w.Session(session); err != nil {
			return err
		}
		m, err := w.Message(id)
		how(&m)
		w.PutMessage(m)
		return err
	})
}

func TestWhatIsHeldBackCanBeChangedS4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.session(channel, "carla")
		a := &adapter{can: core.Capabilities{}} // it cannot edit: a change that came too late would be a correction
		r := h.run(a)
		edited := h.hold(id, "Helo", 3*time.Second)
		gone := h.hold(id, "You fool", 3*time.Second)
		h.turn(2 * time.Second)
		late := h.hold(id, "Bye", 3*time.Second)
		h.stays(func() bool { return len(a.asked()) == 0 }, "nothing is sent before its time")
		h.put(edited, func(m *core.Event) { m.Text, m.EditedAt = "Hello", core.At(h.now()) })
		h.put(gone, func(m *core.Event) { m.DeletedAt = core.At(h.now()) })
		r.end() // nor does another process know better
		r = h.run(a)
		h.turn(time.Second - time.Microsecond)
		h.stays(func() bool { return len(a.asked()) == 0 }, "nothing is sent a moment before its time")
		h.turn(time.Microsecond)
		h.became(edited, core.Sent)
		h.became(gone, core.Dropped)
		h.stays(func() bool { return h.state(late) == core.Queued }, "each has its own time")
		h.turn(2 * time.Second)
		h.became(late, core.Sent)
		h.drained()
		if got := a.sees("carla"); !slices.Equal(got, []string{"send Hello", "send Bye"}) {
			t.Errorf("the customer sees %q", got)
		}
		r.end()
	})
}

// What is said elsewhere waits for what is held back before it: the order stays.
func TestWhatIsHeldBackKeepsItsPlaceS4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		carla, dora := h.session(channel, "carla"), h.session(channel, "dora")
		a := &adapter{}
		r := h.run(a)
		h.hold(carla, "first", 3*time.Second)
		h.say(carla, "second")
		h.became(h.say(dora, "beside"), core.Sent)
		h.stays(func() bool { return len(a.sees("carla")) == 0 }, "the order stays")
		h.turn(3 * time.Second)
		h.drained()
		if got := a.sees("carla"); !slices.Equal(got, []string{"send first", "send second"}) {
			t.Errorf("the customer sees %q", got)
		}
		r.end()
	})
}
