package store_test

import (
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// moved puts a waiting session into another department, as far as a store sees it.
func (h *house) moved(id core.SessionID, to core.DepartmentID) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		former := s.Department
		if err := queue(w, former, -1); err != nil {
			return err
		}
		s.Transfer(to, w.Now())
		w.Append(&s, core.Event{Kind: core.EventTransferred, Audience: core.AgentsOnly, ActorKind: core.BySystem, Former: former})
		return queue(w, to, 1)
	})
}

func TestASessionMovesBetweenRoomsC6(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "old", "both")
		h.must(h.do(h.surface("both", h.sales)))
		h.must(h.do(h.surface("new", h.sales)))
		id := h.wrote("carla", "hi")
		h.owing()
		for _, room := range []core.RemoteID{"old", "both"} {
			h.thread(id, room, "1")
		}
		h.must(h.do(h.moved(id, h.sales)))
		// Where there is a thread already, nothing comes of opening one.
		want := []string{"both open transferred", "both card transferred", "new open transferred", "new card transferred", "old card transferred"}
		moved := map[core.RemoteID]bool{}
		for _, room := range []core.RemoteID{"old", "both", "new"} {
			tasks, err := h.store.Tasks(ctx, slack, []string{id.String() + "/" + string(room) + "/card"})
			if err != nil || len(tasks) != 1 {
				t.Fatalf("got %+v, %v, want one task", tasks, err)
			}
			moved[room] = tasks[0].Card.Moved == core.MovedDepartment
		}
		if !moved["old"] || moved["both"] || moved["new"] {
			t.Errorf("moved: got %v, want it in the old room only", moved)
		}
		if got := h.owing(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		h.must(h.do(h.hear("carla", "again")))
		if got, want := h.owing(), []string{"both send again", "both card again", "new send again", "new card again"}; !slices.Equal(got, want) {
			t.Errorf("after that: got %q, want %q", got, want)
		}
		event := h.told()[len(h.told())-2]
		if event.Former != h.support || event.Department != h.sales {
			t.Errorf("got an event from %s to %s", event.Former, event.Department)
		}
		log, err := h.store.LogAfter(ctx, event.ID-1, 1)
		if err != nil || len(log) != 1 || log[0] != event {
			t.Errorf("got %+v, %v from the log, want %+v", log, err, event)
		}
		findings, err := h.store.Doctor(ctx, false)
		if err != nil || len(findings) > 0 {
			t.Errorf("recount: got %v, %v", findings, err)
		}
	})
}
