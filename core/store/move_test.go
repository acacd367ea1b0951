package store_test

import (
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func (h *house) move(from, to core.RemoteID) error {
	h.t.Helper()
	_, err := h.do(store.Job{Do: func(w *store.Work) error { _, err := w.MoveSurface(slack, from, to); return err }})
	return err
}

func (h *house) surfaces() []core.Surface {
	h.t.Helper()
	all, err := h.store.Surfaces(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestARoomIsMovedS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			for _, d := range []core.DepartmentID{h.support, h.sales} {
				w.AddSurface(core.Surface{Channel: slack, Room: "A", Department: d, Replies: core.RepliesInside, Hold: 5, Receipts: true, CreatedAt: w.Now()})
			}
			return nil
		}}))
		quiet, owed, over, unseen := h.wrote("carla", "hi"), h.wrote("dora", "hi"), h.wrote("emil", "hi"), h.wrote("fritz", "hi")
		h.owing()
		for id, thread := range map[core.SessionID]core.RemoteID{quiet: "1", owed: "2", over: "3"} {
			h.thread(id, "A", thread)
		}
		h.must(h.do(h.end(over)))
		h.owing()
		h.did(h.hear("dora", "one"))
		h.did(h.hear("dora", "two"))
		if err := h.move("Z", "B"); core.KindOf(err) != core.NotFound {
			t.Errorf("a room that is none: got %v, want not found", err)
		}
		h.must(store.Commit{}, h.move("A", "B"))
		want := []string{"B open hi", "B leave hi", "B open two", "B send one", "B send two", "B leave two"}
		if got := h.owing(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, thread := range []core.RemoteID{"1", "2", "3"} {
			if n := h.count("threads WHERE room = 'A' AND thread = ? AND lost", string(thread)); n != 1 {
				t.Errorf("thread %s is not lost", thread)
			}
		}
		var rooms []core.RemoteID
		for _, f := range h.surfaces() {
			rooms = append(rooms, f.Room)
			if f.Replies != core.RepliesInside || f.Hold != 5 || !f.Receipts {
				t.Errorf("got %+v, want its settings to go with it", f)
			}
		}
		if !slices.Equal(rooms, []core.RemoteID{"B", "B"}) {
			t.Errorf("got the rooms %q, want B for both departments", rooms)
		}
		if got, err := h.store.ThreadSession(ctx, slack, in("A", "1")); err != nil || got != quiet {
			t.Errorf("what is said in the old thread: got %v, %v, want it to belong to the session", got, err)
		}
		h.did(h.hear("carla", "more"))
		h.did(h.hear("fritz", "more"))
		if got := h.task(quiet, "B"); got.Former != in("A", "1") || got.Thread != "" || !got.Served || len(got.Recent) != 1 {
			t.Errorf("the new thread: got %+v", got)
		}
		if got := h.task(unseen, "B"); got.Former != (core.Address{}) {
			t.Errorf("one that had no thread: got %+v", got.Former)
		}
		h.owing()
		h.healthy()
	})
}

// What becomes of replies in the old room's threads does not change with the room's settings, and ends with the new room.
func TestAMovedRoomKeepsItsMannersS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		add := func(room core.RemoteID, replies core.Replies) {
			t.Helper()
			h.must(h.do(store.Job{Do: func(w *store.Work) error {
				w.AddSurface(core.Surface{Channel: slack, Room: room, Department: h.support, Replies: replies, CreatedAt: w.Now()})
				return nil
			}}))
		}
		manners := func(name string, room core.RemoteID, want core.Replies) {
			t.Helper()
			if f, err := h.store.Surface(ctx, slack, room); f.Replies != want || want == "" && core.KindOf(err) != core.NotFound || want != "" && f.Room != room {
				t.Errorf("%s: got %+v, %v, want %q", name, f, err, want)
			}
		}
		add("A", core.RepliesInside)
		h.must(store.Commit{}, h.move("A", "B"))
		add("B", core.RepliesOut)
		manners("the new room", "B", core.RepliesOut)
		manners("the old room", "A", core.RepliesInside)
		h.must(store.Commit{}, h.move("B", "C"))
		manners("moved on", "A", core.RepliesInside)
		manners("moved on, the one between", "B", core.RepliesOut)
		h.must(store.Commit{}, h.move("C", "A"))
		manners("back to the first", "A", core.RepliesOut)
		manners("back, the one between", "B", core.RepliesOut)
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.RemoveSurface(core.Surface{Channel: slack, Room: "A", Department: h.support})
			return nil
		}}))
		manners("removed", "A", "")
		manners("removed, whence it came", "C", "")
		add("C", core.RepliesInside)
		manners("added anew", "C", core.RepliesInside)
	})
}

// What is said in an old thread of a room that was moved is held and marked as in the new room, where its copy stands.
func TestWhatIsSaidInAMovedRoomS12S14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.AddSurface(core.Surface{Channel: slack, Room: "A", Department: h.support, Hold: 5, Receipts: true, CreatedAt: w.Now()})
			return nil
		}}))
		id := h.wrote("carla", "hi")
		h.must(h.do(h.take(h.anna, id)))
		h.owing()
		h.thread(id, "A", "old")
		h.must(store.Commit{}, h.move("A", "B"))
		h.owing()
		h.thread(id, "B", "new")
		m := h.did(saidIn(h.say(h.anna, id, "hello"), "old", "A/1"))
		if got, want := h.owing(), []string{"B send hello", "B card hello"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		h.must(h.do(saidIn(h.on(id, func(w *store.Work, s core.Session) error {
			if hold, err := w.Hold(s); hold != 5 || err != nil {
				t.Errorf("it is held for %v, %v, want 5ns", hold, err)
			}
			return nil
		}), "old", "A/2")))
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			return w.AddPartOf(core.Delivery{Message: m.ID, Channel: slack, Room: "B"}, "new", "B/copy")
		}}))
		h.must(h.do(h.happens(id, core.Event{Kind: core.EventDelivery, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: m.ID, State: core.Sent})))
		if got := h.task(id, "B"); got.Verb != core.OutMark || !slices.Equal(got.Parts, []core.RemoteID{"B/copy"}) {
			t.Errorf("got %s of %q, want a sign on the copy", got.Verb, got.Parts)
		}
		h.owing()
		h.healthy()
	})
}

// A room to which another moves that shows the same sessions already owes nothing twice.
func TestTwoRoomsBecomeOneS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A", "B")
		id := h.wrote("carla", "hi")
		h.thread(id, "A", "1")
		h.thread(id, "B", "2")
		h.must(store.Commit{}, h.move("A", "B"))
		if got, want := h.owing(), []string{"B open started", "B send hi", "B card started"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := h.surfaces(); len(got) != 1 || got[0].Room != "B" {
			t.Errorf("got %+v, want B once", got)
		}
		h.healthy()
	})
}
