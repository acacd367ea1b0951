package store_test

import (
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// sorted lets a room show Support's sessions of some priorities; "": all.
func (h *house) sorted(room core.RemoteID, some core.PrioritySet) store.Job {
	return store.Job{Do: func(w *store.Work) error {
		f := core.Surface{Channel: slack, Room: room, Department: h.support, Priorities: some, CreatedAt: w.Now()}
		w.AddSurface(f)
		return w.RenewCards(f)
	}}
}

func (h *house) prioritised(id core.SessionID, p core.Priority) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		s.Priority = p
		w.Append(&s, core.Event{Kind: core.EventPrioritised, Audience: core.AgentsOnly, ActorKind: core.BySystem, Text: string(p)})
		return nil
	})
}

func TestRoomsShowSomePrioritiesS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "every")
		h.must(h.do(h.sorted("high", "high,urgent")))
		h.must(h.do(h.sorted("usual", "low,normal")))
		id := h.wrote("carla", "hi")
		expect := func(name string, want ...string) {
			t.Helper()
			if got := h.owing(); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		moved := func(room core.RemoteID) core.Moved {
			t.Helper()
			tasks, err := h.store.Tasks(ctx, slack, []string{id.String() + "/" + string(room) + "/card"})
			if err != nil || len(tasks) != 1 {
				t.Fatalf("%s: got %+v, %v, want one task", room, tasks, err)
			}
			return tasks[0].Card.Moved
		}
		expect("a normal one", "every open started", "every send hi", "every card started", "usual open started", "usual send hi", "usual card started")
		h.thread(id, "every", "1")
		h.thread(id, "usual", "1")
		h.must(h.do(h.prioritised(id, core.Urgent)))
		if moved("usual") != core.MovedPriority || moved("every") != "" || moved("high") != "" {
			t.Errorf("got %q, %q and %q, want it to have left the room of the usual ones", moved("usual"), moved("every"), moved("high"))
		}
		expect("urgent now", "every open urgent", "every card urgent", "high open urgent", "high card urgent", "usual card urgent")
		answer := h.did(then(h.take(h.anna, id), h.say(h.anna, id, "on my way").Do))
		expect("an answer", "every send on my way", "every card taken", "high send on my way", "high card taken")
		h.thread(id, "high", "1")
		h.shown(answer, "high", "high/1")

		h.must(h.do(h.prioritised(id, core.Low)))
		back := h.task(id, "usual")
		if back.Verb != core.OutOpen || back.Thread != "1" || len(back.Recent) != 1 || back.Recent[0].ID != answer.ID {
			t.Errorf("back in a room: got %s in %q with %+v, want what the thread has missed", back.Verb, back.Thread, back.Recent)
		}
		expect("low now", "every open low", "every card low", "high card low", "usual open low", "usual card low")
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.CatchUp(slack, in("usual", "1"), answer.Seq); return nil }}))
		h.must(h.do(h.prioritised(id, core.Normal)))
		if got := h.task(id, "usual"); len(got.Recent) != 0 {
			t.Errorf("told already: got %+v", got.Recent)
		}
		h.owing()

		h.must(h.do(h.sorted("usual", "low"))) // and the card that is there says so
		if moved("usual") != core.MovedPriority {
			t.Errorf("the room is for others now: got %q", moved("usual"))
		}
		expect("the room is for others now", "usual card normal")
		h.must(h.do(h.sorted("usual", "")))
		if moved("usual") != "" {
			t.Errorf("for all: got %q", moved("usual"))
		}
		h.owing()
		h.healthy()
	})
}

// A room that moves to one which shows others of the department's sessions already makes it show both.
func TestRoomsOfPrioritiesBecomeOneS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		h.must(h.do(h.sorted("A", "urgent")))
		h.must(h.do(h.sorted("B", "low,normal")))
		id := h.wrote("carla", "hi")
		h.must(h.do(h.prioritised(id, core.Urgent)))
		h.owing()
		h.thread(id, "A", "1")
		h.must(store.Commit{}, h.move("A", "B"))
		if got := h.surfaces(); len(got) != 1 || got[0].Room != "B" || got[0].Priorities != "low,normal,urgent" {
			t.Errorf("got %+v, want one room for both", got)
		}
		if got, want := h.owing(), []string{"B open urgent", "B leave urgent"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		h.healthy()
	})
}
