package hub

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

func numbered(n int) (tags []string) {
	for i := range n {
		tags = append(tags, fmt.Sprint("tag ", i))
	}
	return tags
}

func TestUnansweredEndsASessionC14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		waiting, held := s.write("1", "hi"), s.write("2", "hi")
		s.do(s.sofia, core.Unanswered{Session: waiting})
		s.do(s.boris, core.Take{Session: held})
		s.do(s.boris, core.Unanswered{Session: held, Version: s.session(held).Version})
		for _, id := range []core.SessionID{waiting, held} {
			if got := s.session(id); got.State != core.Over || got.Outcome != core.NotAnswered || got.EndedAt == 0 {
				t.Errorf("got %+v, want it ended as unanswered", got)
			}
			s.mu.Lock()
			if e := s.events[len(s.events)-1]; e.Kind != core.EventEnded || e.Outcome != core.NotAnswered {
				t.Errorf("got event %+v", e)
			}
			s.mu.Unlock()
		}
		if err := s.tries(s.boris, core.Unanswered{Session: held}); core.KindOf(err) != core.Ended {
			t.Errorf("again: got %v, want ended", err)
		}
		if next := s.write("1", "hello?"); next == waiting {
			t.Error("a message after the end went into the ended session")
		}
		s.healthy()
	})
}

func TestPriorityAndTagsC9(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "hi")
		if got := s.session(id); got.Priority != core.Normal || got.Tags != "" {
			t.Errorf("at first: got %q and %q", got.Priority, got.Tags)
		}
		version := s.session(id).Version
		s.do(s.sofia, core.Prioritise{Session: id, Priority: core.Urgent})
		s.do(s.boris, core.Tag{Session: id, Add: []string{"VIP", " big   Order", "vip"}})
		s.do(s.anna, core.Tag{Session: id, Add: []string{"refund"}, Remove: []string{"Vip", "never there"}})
		got := s.session(id)
		if got.Priority != core.Urgent || !slices.Equal(got.Tags.List(), []string{"big order", "refund"}) || got.Version != version {
			t.Errorf("got %q, %q, version %d; want urgent, two tags, version %d", got.Priority, got.Tags.List(), got.Version, version)
		}
		s.mu.Lock()
		last := s.events[len(s.events)-1]
		for _, e := range s.events {
			if (e.Kind == core.EventPrioritised || e.Kind == core.EventTagged) && e.Audience != core.AgentsOnly {
				t.Errorf("the customer sees %s", e.Kind)
			}
		}
		s.mu.Unlock()
		if x := must(core.ParseExtra(last.Data)); !slices.Equal(x.Added, []string{"refund"}) || !slices.Equal(x.Removed, []string{"vip"}) {
			t.Errorf("got %+v, want what came and what went", x)
		}
		s.do(s.anna, core.Tag{Session: id, Add: numbered(18)})
		if err := s.tries(s.anna, core.Tag{Session: id, Add: []string{"one more"}}); core.KindOf(err) != core.Invalid {
			t.Errorf("the 21st tag: got %v, want invalid", err)
		}
		s.do(s.anna, core.Tag{Session: id, Add: []string{"one more"}, Remove: []string{"refund"}})
		s.do(s.anna, core.End{Session: id})
		s.do(s.anna, core.Prioritise{Session: id, Priority: core.Low})
		s.do(s.anna, core.Tag{Session: id, Remove: s.session(id).Tags.List()})
		if got := s.session(id); got.Priority != core.Low || got.Tags != "" {
			t.Errorf("after the end: got %q and %q", got.Priority, got.Tags)
		}
		s.healthy()
	})
}

func TestATransferIsSeamlessC6(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "one")
		s.do(s.anna, core.Say{Session: id, Text: "hello"})
		s.do(s.boris, core.Join{Session: id})
		s.write("carla", "two")
		s.do(s.boris, core.Read{Session: id, Seq: 99})
		s.write("carla", "three")
		mine := s.first(id, core.EventMessage)

		before := s.session(id)
		done := must(s.hub.Do(context.Background(), s.anna, core.Transfer{Session: id, To: s.sales, Version: before.Version}, "k1"))
		e := done.Event
		if e.Kind != core.EventTransferred || e.Department != s.sales || e.Former != s.support || e.Target != s.anna.Agent.ID || e.Audience != core.AgentsOnly {
			t.Errorf("got event %+v", e)
		}
		if x := must(core.ParseExtra(e.Data)); x.From != "Support" || x.To != "Sales" {
			t.Errorf("got %+v, want what the departments are called", x)
		}
		got := s.session(id)
		if got.State != core.Waiting || got.Assignee != 0 || got.Department != s.sales || got.Version != before.Version+1 {
			t.Errorf("got %+v, want it waiting in Sales", got)
		}
		if got.Unread != 1 || got.WaitingSince != before.WaitingSince {
			t.Errorf("got %d unread, waiting since %d; want 1 after the newest mark, and since %d", got.Unread, got.WaitingSince, before.WaitingSince)
		}
		if row := must(s.store.Session(context.Background(), s.eve.Scope(), id)); len(row.Present()) != 0 {
			t.Errorf("got %v in it, want nobody", row.Present())
		}

		again := must(s.hub.Do(context.Background(), s.anna, core.Transfer{Session: id, To: s.sales, Version: before.Version}, "k1"))
		if !again.Repeat || again.Event.ID != e.ID || again.Session.ID != 0 {
			t.Errorf("the same again: got %+v, want the first answer, without the session", again)
		}
		for _, d := range []core.Deed{core.Take{Session: id}, core.Note{Session: id, Text: "x"}, core.Edit{Session: id, Message: mine, Text: "x"}} {
			if err := s.tries(s.anna, d); core.KindOf(err) != core.NotFound {
				t.Errorf("%s in the old department: got %v, want that there is no such session", d.Verb(), err)
			}
		}
		if _, err := s.store.MessageIn(context.Background(), s.anna.Scope(), mine); core.KindOf(err) != core.NotFound {
			t.Errorf("a message to the old department: got %v, want not found", err)
		}
		if _, err := s.store.MessageIn(context.Background(), s.eve.Scope(), mine); err != nil {
			t.Errorf("a message from before to the new department: got %v", err)
		}
		if waits := s.waits(s.support, s.sales); !slices.Equal(waits, []int64{0, 1}) {
			t.Errorf("waiting in Support and Sales: got %v, want 0 and 1", waits)
		}
		s.healthy()

		if s.write("carla", "four") != id {
			t.Error("the customer's next message began another session")
		}
		s.do(s.eve, core.Say{Session: id, Text: "Sales here"})
		meetings := 0
		for _, e := range s.events {
			if (e.Kind == core.EventTaken || e.Kind == core.EventJoined || e.Kind == core.EventTransferred) && e.Audience == core.Everyone {
				meetings++
			}
		}
		if meetings != 1 {
			t.Errorf("A8: the customer was connected %d times, want 1", meetings)
		}
		s.do(s.eve, core.Transfer{Session: id, To: s.support})
		s.do(s.sofia, core.Transfer{Session: id, To: s.sales}) // from the queue
		if waits := s.waits(s.support, s.sales); !slices.Equal(waits, []int64{0, 1}) {
			t.Errorf("there and back: got %v, want 0 and 1", waits)
		}
		s.healthy()
	})
}

// waits gives how many sessions wait in departments, as kept.
func (s *shop) waits(departments ...core.DepartmentID) (waits []int64) {
	s.t.Helper()
	for _, id := range departments {
		for _, d := range must(s.store.AllDepartments(context.Background())) {
			if d.ID == id {
				waits = append(waits, d.Unassigned)
			}
		}
	}
	return waits
}

// Two nodes move sessions to and fro, while others take and end them: the queues' counters stay right.
func TestTransfersRaceBetweenTwoNodesC6(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	s := open(t, url)
	hubs := []*Hub{s.hub, s.node(url)}
	both := s.agent("Bea Both", core.Roles{s.support: core.Operator, s.sales: core.Operator})
	won := map[core.Verb]int{}
	for round := range 100 {
		id := s.write(fmt.Sprintf("visitor %d", round), "hi")
		deeds := []core.Deed{
			core.Transfer{Session: id, To: s.sales}, core.Transfer{Session: id, To: s.sales}, core.Take{Session: id},
			core.Transfer{Session: id, To: s.support}, core.Release{Session: id}, core.Unanswered{Session: id},
		}
		errs := make([]error, len(deeds))
		together(len(deeds), func(i int) { _, errs[i] = hubs[i%2].Do(context.Background(), both, deeds[i], "") })
		for i, err := range errs {
			if err == nil {
				won[deeds[i].Verb()]++
			} else if kind := core.KindOf(err); kind != core.Invalid && kind != core.Taken && kind != core.Ended && kind != core.Forbidden {
				t.Fatalf("round %d: %s: %v", round, deeds[i].Verb(), err)
			}
		}
	}
	if won[core.VerbTransfer] == 0 || won[core.VerbTake] == 0 || won[core.VerbUnanswered] != 100 {
		t.Errorf("got %v, want that each is done, and the end each time", won)
	}
	if waits := s.waits(s.support, s.sales); !slices.Equal(waits, []int64{0, 0}) {
		t.Errorf("waiting in Support and Sales: got %v, want nobody", waits)
	}
	s.healthy()
}
