package outbox_test

import (
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// places lets a session's customer be shown their place, as the hub does; "" takes it back.
func (h *house) places(id core.SessionID, text string) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		d := core.Delivery{Channel: s.Channel, Lane: string(s.Conversation), Verb: core.OutEdit, Session: s.ID, Merge: "place"}
		if s.QueueSeq == 0 {
			s.QueueSeq, d.Verb, d.Merge = s.LastSeq+1, core.OutSend, ""
			w.Append(&s, core.Event{
				Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.BySystem, Text: core.QueueNotice, Data: core.Extra{Queue: true}.Data(), State: core.Queued,
			})
		} else {
			m, err := w.MessageBySeq(s.ID, s.QueueSeq)
			if err != nil {
				return err
			}
			d.Message = m.ID
		}
		if s.QueueText = text; text == "" {
			s.QueueSeq, d.Verb, d.Merge = 0, core.OutDelete, "gone"
		}
		w.PutSession(s)
		return w.Owe(d, d.Lane)
	})
}

func TestA6_ThePlaceInTheQueueIsSentAsItStandsByThen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.session(channel, "carla")
		a := &adapter{can: core.Capabilities{EditOut: true, DeleteOut: true}}
		h.places(id, "number 3")
		h.places(id, "number 2")
		r := h.run(a)
		h.drained()
		h.places(id, "number 1")
		h.drained()
		h.places(id, "")
		h.drained()
		if got, want := a.sees("carla"), []string{"send number 2", "edit number 2", "edit number 1", "delete "}; !slices.Equal(got, want) {
			t.Errorf("they see %q, want %q", got, want)
		}
		r.end()

		h.places(id, "number 1")
		h.places(id, "")
		r = h.run(a)
		h.drained()
		if got := a.sees("carla"); len(got) != 4 {
			t.Errorf("taken back before it was sent: they see %q", got[4:])
		}
		r.end()
	})
}

// The process is killed while the message is under way: whether it has come nobody knows. It is not sent again, and what changes is not either.
func TestA6_ThePlaceInTheQueueIsNeverThereTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.session(channel, "carla")
		a := &adapter{can: core.Capabilities{EditOut: true, DeleteOut: true}}
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			_, _ = a.takes(o)
			return core.Receipt{}, fails(core.Uncertain, 0)
		}
		h.places(id, "number 3")
		r := h.run(a)
		h.drained()
		h.turn(time.Minute)
		h.places(id, "number 2")
		h.places(id, "")
		h.drained()
		if got, want := a.sees("carla"), []string{"send number 3"}; !slices.Equal(got, want) {
			t.Errorf("they see %q, want %q", got, want)
		}
		r.end()
	})
}
