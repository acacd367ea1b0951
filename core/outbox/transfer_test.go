package outbox_test

import (
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

const sales = core.DepartmentID(9)

// move puts a session into another department.
func (h *house) move(id core.SessionID, to core.DepartmentID) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		former := s.Department
		s.Transfer(to, w.Now())
		w.Append(&s, core.Event{Kind: core.EventTransferred, Audience: core.AgentsOnly, ActorKind: core.BySystem, Former: former})
		return nil
	})
}

func TestATransferMovesWhatIsShownC6(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		h.do(func(w *store.Work) error {
			w.AddDepartment(core.Department{ID: sales, Slug: "sales", Name: "Sales", Zone: "UTC", CreatedAt: w.Now()})
			w.AddSurface(core.Surface{Channel: channel, Room: "S", Department: sales, CreatedAt: w.Now()})
			return nil
		})
		carla := h.hears("carla")
		a := (&board{}).adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		h.move(carla, sales)
		h.drained()
		h.note(carla, "for Sales")
		h.drained()
		if got, want := a.sees("R"), []string{"new card", "part 1 send hi", "part 1 card waiting"}; !slices.Equal(got, want) {
			t.Errorf("the room that it left: got %q, want %q", got, want)
		}
		if got := a.sees("S"); len(got) != 2 || got[0] != "new card" || h.shownIn("S", "part 3") != carla && h.shownIn("S", "part 4") != carla {
			t.Errorf("the room where it came: got %q, want a thread and the note", got)
		}
		for _, o := range a.asked() {
			if moved := o.To.Conversation == "R" && o.Card.Department == sales; (o.Card.Moved == core.MovedDepartment) != moved {
				t.Errorf("%s in %s: moved is %v, want %v", o.Verb, o.To.Conversation, o.Card.Moved, moved)
			}
		}

		h.move(carla, department)
		h.drained()
		if got := a.lines("R"); !slices.Equal(got, []string{"new card", "part 1 send hi"}) {
			t.Errorf("back again: got %q, want the thread that it had", got)
		}
		caught := func() (all []string) {
			for _, o := range a.asked() {
				if o.To.Thread == "part 1" && o.Verb == core.OutCard && len(o.Recent) > 0 {
					all = append(all, texts(o.Recent)...)
				}
			}
			return all
		}
		if got := caught(); !slices.Equal(got, []string{"for Sales"}) {
			t.Errorf("back again: its thread is told %q, want what it has missed", got)
		}
		h.move(carla, sales)
		h.drained()
		h.move(carla, department)
		h.drained()
		if got := caught(); len(got) != 1 {
			t.Errorf("back once more: its thread was told %q, want that once", got)
		}
		r.end()

		dora := h.hears("dora") // and before anybody has shown it, it is gone
		h.move(dora, sales)
		before := len(a.sees("R"))
		r = h.run(a)
		h.drained()
		if got := a.sees("R"); len(got) != before {
			t.Errorf("a room that never showed it: got %q more", got[before:])
		}
		r.end()
	})
}
