package outbox_test

import (
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func (h *house) relocate(from, to core.RemoteID) {
	h.t.Helper()
	h.do(func(w *store.Work) error { _, err := w.MoveSurface(channel, from, to); return err })
}

// The old room was archived: what waits for it goes to the new one, in a thread that begins with what was said, and nothing more to the old one but
// where the session is now.
func TestWhatWaitsGoesToTheNewRoomS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		b := &board{}
		a := b.adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		a.set(func() {
			b.before = func(o core.Outgoing) error {
				if o.To.Conversation == "R" {
					return fails(core.Unavailable, time.Hour)
				}
				return nil
			}
		})
		h.note(id, "one")
		h.note(id, "two")
		h.until(func() bool {
			return slices.ContainsFunc(a.asked(), func(o core.Outgoing) bool { return o.Content.Text == "one" })
		}, "the old room is tried")
		h.relocate("R", "S")
		h.drained()
		if got, want := a.lines("S"), []string{"new card", "part 3 send one", "part 3 send two", "part 3 leave [part 5]"}; !slices.Equal(got, want) {
			t.Errorf("the new room: got %q, want %q", got, want)
		}
		roots := a.roots()
		old := core.Address{Conversation: "R", Thread: "part 1"}
		if last := roots[len(roots)-1]; last.Former != old || !slices.Equal(texts(last.Recent), []string{"hi"}) || last.To.Conversation != "S" {
			t.Errorf("the new thread: got %+v", last)
		}
		calls := a.asked()
		if last := calls[len(calls)-1]; last.Verb != core.OutLeave || last.Former != old || last.To != (core.Address{Conversation: "S", Thread: "part 3"}) {
			t.Errorf("the old card: got %+v", last)
		}
		h.note(id, "three")
		h.drained()
		if got := a.lines("S"); got[len(got)-1] != "part 3 send three" || h.shownIn("R", "part 1") != id || h.shownIn("S", "part 3") != id {
			t.Errorf("afterwards: got %q", got)
		}
		r.end()
	})
}

// What was on its way to the old room when it was moved, or came to it while it was, is not lost.
func TestWhatIsUnderWayWhileARoomMovesS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		b := &board{}
		a := b.adapter(core.Capabilities{})
		begun, let := make(chan bool, 10), make(chan error, 10)
		step := a.step
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			if o.Content.Text == "under way" && o.To.Conversation == "R" {
				begun <- true
				if err := <-let; err != nil {
					return core.Receipt{}, err
				}
			}
			return step(o)
		}
		r := h.run(a)
		h.drained()
		h.note(id, "under way")
		h.note(id, "behind it")
		<-begun
		h.relocate("R", "S")
		let <- fails(core.Unavailable, 0)
		h.settles()
		late := h.happens(id, core.Event{Kind: core.EventJoined, Audience: core.AgentsOnly}, core.Active) // shown nowhere
		h.do(func(w *store.Work) error {
			return w.Owe(core.Delivery{Channel: channel, Lane: id.String() + "/R", Room: "R", Rank: core.AgentCopies, Verb: core.OutSend, Session: id, Message: late}, "R")
		})
		h.settles()
		got := a.since("S")
		slices.Sort(got)
		if want := []string{"leave [part 4]", "send ", "send behind it", "send under way"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		r.end()
	})
}
