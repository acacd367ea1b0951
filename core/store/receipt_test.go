package store_test

import (
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// receipts lets rooms mark what has reached the customer, or not.
func (h *house) receipts(on bool, rooms ...core.RemoteID) {
	h.t.Helper()
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		for _, room := range rooms {
			w.AddSurface(core.Surface{Channel: slack, Room: room, Department: h.support, Receipts: on, CreatedAt: w.Now()})
		}
		return nil
	}}))
}

func TestWhatHasArrivedIsMarkedWhereItWasSaidS12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A", "B")
		id := h.wrote("carla", "hi")
		h.must(h.do(h.take(h.anna, id)))
		hello := h.did(said(h.say(h.anna, id, "hello"), "A", "A/1"))
		h.shown(hello, "B", "B/1") // its copy
		web := h.did(h.say(h.anna, id, "from the workspace"))
		h.shown(web, "A", "A/2")
		note := h.did(said(h.note(h.anna, id, "note"), "A", "A/3"))
		h.owing()
		arrived := func(m core.Event) store.Job {
			return h.happens(id, core.Event{Kind: core.EventDelivery, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: m.ID, State: core.Sent})
		}
		expect := func(name string, want ...string) {
			t.Helper()
			if got := h.owing(); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		h.must(h.do(arrived(hello)))
		expect("rooms without receipts")
		h.receipts(true, "A", "B")
		h.group(arrived(hello), arrived(hello), arrived(web), arrived(note))
		expect("twice", "A mark hello", "A mark note")
		h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error { return w.Seen(s, 0, hello.Seq-1) })))
		expect("seen what was before")
		h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error { return w.Seen(s, hello.Seq-1, note.Seq) })))
		expect("seen by the customer, who sees no notes", "A mark hello")
		h.receipts(false, "A")
		h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error { return w.Seen(s, 0, note.Seq) })))
		expect("receipts are off again")

		failed := core.Delivery{Channel: slack, Room: "A", Session: id, Message: hello.ID}
		tell := func(remote core.RemoteID, is core.DeliveryState) store.Job {
			return h.on(id, func(w *store.Work, _ core.Session) error {
				m, err := w.Message(hello.ID)
				if err != nil {
					return err
				}
				m.State = is
				w.PutMessage(m)
				return w.AddTelling(failed, remote)
			})
		}
		h.must(h.do(tell("A/t1", core.Failed)))
		expect("what has failed")
		h.must(h.do(tell("A/t2", core.Sent)))
		expect("what arrived while it was told", "A tell hello")
		h.must(h.do(arrived(hello)))
		if got := h.task(id, "A"); !slices.Equal(got.Parts, []core.RemoteID{"A/t1", "A/t2"}) || got.Verb != core.OutTell {
			t.Errorf("got %s of %q, want what was told", got.Verb, got.Parts)
		}
		expect("what was told before", "A tell hello")
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.RemoveTelling(slack, "A/t1")
			w.RemoveTelling(slack, "A/t2")
			return nil
		}}))
		h.must(h.do(arrived(hello)))
		expect("when it is said")
		h.healthy()
	})
}
