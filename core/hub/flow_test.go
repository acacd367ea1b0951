package hub

import (
	"context"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

func TestAConversationFromFirstMessageToEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "Is the Linna lamp in stock?")
		if got := s.session(id); got.State != core.Waiting || got.Number != 1 || got.Unread != 1 || got.LastSeq != 2 {
			t.Fatalf("after the first message: %+v", got)
		}
		s.do(s.anna, core.Take{Session: id})
		s.do(s.anna, core.Say{Session: id, Text: "It is."})
		s.do(s.boris, core.Note{Session: id, Text: "Two left."})
		s.write("carla", "Great")
		if got := s.session(id); got.State != core.Active || got.Assignee != s.anna.Agent.ID || got.Unread != 1 || got.Messages != 3 || !got.Connected {
			t.Fatalf("in the middle: %+v", got)
		}
		s.do(s.anna, core.Read{Session: id, Seq: 99})
		if got := s.session(id).Unread; got != 0 {
			t.Errorf("C10: after reading: got %d unread, want 0", got)
		}
		s.do(s.anna, core.End{Session: id})
		if got := s.session(id); got.State != core.Over || got.Outcome != core.CompletedByOperator || got.EndedAt == 0 {
			t.Fatalf("at the end: %+v", got)
		}
		want := []core.EventKind{"started", "message", "taken", "message", "message", "message", "ended"}
		if got := s.kinds(id); !slices.Equal(got, want) {
			t.Errorf("got events %v, want %v", got, want)
		}
		next := s.write("carla", "One more thing")
		if next == id {
			t.Error("C12: a message after the end went into the ended session")
		}
		s.healthy()
	})
}

func TestHolding(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "one")
		s.write("carla", "two")

		s.do(s.sofia, core.Assign{Session: id, To: s.boris.Agent.ID})
		if got := s.session(id); got.State != core.Pending || got.Assignee != s.boris.Agent.ID || got.Connected {
			t.Fatalf("S4.3: after assigning: %+v", got)
		}
		s.do(s.boris, core.Say{Session: id, Text: "Hello"})
		if got := s.session(id); got.State != core.Active || got.Unread != 0 || got.WaitingSince != 0 {
			t.Fatalf("after the assignee spoke: %+v", got)
		}
		s.write("carla", "three")
		s.do(s.boris, core.Release{Session: id})
		if got := s.session(id); got.State != core.Waiting || got.Assignee != 0 || got.Unread != 1 || got.WaitingSince == 0 {
			t.Fatalf("C8: after releasing: %+v", got)
		}
		s.do(s.oleg, core.Say{Session: id, Text: "I will help"})
		if got := s.session(id); got.State != core.Active || got.Assignee != s.oleg.Agent.ID {
			t.Fatalf("the first answer takes: %+v", got)
		}
		s.do(s.anna, core.Join{Session: id})
		s.do(s.anna, core.Say{Session: id, Text: "Me too"})
		s.do(s.anna, core.Leave{Session: id})
		s.do(s.anna, core.Assign{Session: id, To: s.anna.Agent.ID})
		if got := s.session(id); got.State != core.Active || got.Assignee != s.anna.Agent.ID {
			t.Fatalf("after assigning to oneself: %+v", got)
		}
		want := []core.EventKind{
			"started", "message", "message", "assigned", "joined", "message", "message", "released", "taken", "message",
			"joined", "message", "left", "assigned", "joined",
		}
		if got := s.kinds(id); !slices.Equal(got, want) {
			t.Errorf("got events %v,\nwant %v", got, want)
		}
		meetings := 0
		for _, e := range s.events {
			if (e.Kind == core.EventTaken || e.Kind == core.EventJoined) && e.Audience == core.Everyone {
				meetings++
			}
			if e.Kind == core.EventAssigned && e.Audience != core.AgentsOnly {
				t.Error("S2.14: the customer sees a transfer")
			}
		}
		if meetings != 1 {
			t.Errorf("A8: the customer was connected %d times, want 1", meetings)
		}
		s.healthy()
	})
}

func TestWhatChangesNothingMakesNoEvent(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	id := s.write("carla", "hi")
	s.do(s.anna, core.Take{Session: id})
	before := len(s.kinds(id))
	version := s.session(id).Version
	s.do(s.anna, core.Take{Session: id})
	s.do(s.anna, core.Assign{Session: id, To: s.anna.Agent.ID})
	s.do(s.anna, core.Join{Session: id})
	s.do(s.anna, core.Read{Session: id, Seq: 2})
	s.do(s.anna, core.Read{Session: id, Seq: 1})
	s.do(s.anna, core.Prioritise{Session: id, Priority: core.Normal})
	s.do(s.anna, core.Tag{Session: id, Add: []string{"a"}, Remove: []string{"b"}})
	before++
	s.do(s.anna, core.Tag{Session: id, Add: []string{" A "}, Remove: []string{"b"}})
	s.do(s.anna, core.Tag{Session: id})
	if got := len(s.kinds(id)); got != before {
		t.Errorf("got %d events, want %d", got, before)
	}
	if got := s.session(id).Version; got != version {
		t.Errorf("got version %d, want %d", got, version)
	}
	s.healthy()
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	held, free, over := s.write("held", "hi"), s.write("free", "hi"), s.write("over", "hi")
	s.do(s.anna, core.Take{Session: held})
	s.do(s.anna, core.Take{Session: over})
	s.do(s.anna, core.End{Session: over})
	stale := s.session(free).Version + 7
	for _, c := range []struct {
		name   string
		who    core.Actor
		deed   core.Deed
		kind   core.Kind
		winner string
		field  string
	}{
		{"taking what another holds names the winner", s.boris, core.Take{Session: held}, core.Taken, "Anna Berg", ""},
		{"answering in what another holds names the winner", s.boris, core.Say{Session: held, Text: "x"}, core.Taken, "Anna Berg", ""},
		{"ending what another holds names the winner", s.boris, core.End{Session: held}, core.Taken, "Anna Berg", ""},
		{"a supervisor who is no operator does not take", s.sofia, core.Take{Session: free}, core.Forbidden, "", ""},
		{"nor answers", s.sofia, core.Say{Session: held, Text: "x"}, core.Forbidden, "", ""},
		{"an operator elsewhere does not know of it", s.eve, core.Take{Session: free}, core.NotFound, "", ""},
		{"an unknown session is the same", s.eve, core.Take{Session: 12345}, core.NotFound, "", ""},
		{"a message to an ended session", s.anna, core.Say{Session: over, Text: "x"}, core.Ended, "", ""},
		{"taking an ended session", s.boris, core.Take{Session: over}, core.Ended, "", ""},
		{"assigning with a stale version", s.boris, core.Assign{Session: held, To: s.boris.Agent.ID, Version: stale}, core.Taken, "Anna Berg", ""},
		{"ending one's own with a stale version has no winner", s.anna, core.End{Session: held, Version: stale}, core.Taken, "", ""},
		{"assigning to somebody who is no operator here", s.anna, core.Assign{Session: held, To: s.eve.Agent.ID}, core.Invalid, "", "agent"},
		{"assigning to a supervisor", s.anna, core.Assign{Session: held, To: s.sofia.Agent.ID}, core.Invalid, "", "agent"},
		{"assigning to nobody", s.anna, core.Assign{Session: held}, core.Invalid, "", "agent"},
		{"assigning to an unknown agent", s.anna, core.Assign{Session: held, To: 4711}, core.Invalid, "", "agent"},
		{"transferring with a stale version", s.boris, core.Transfer{Session: held, To: s.sales, Version: stale}, core.Taken, "Anna Berg", ""},
		{"transferring to its own department", s.anna, core.Transfer{Session: held, To: s.support}, core.Invalid, "", "department"},
		{"transferring to an unknown department", s.anna, core.Transfer{Session: held, To: 4711}, core.Invalid, "", "department"},
		{"transferring to none", s.anna, core.Transfer{Session: held}, core.Invalid, "", "department"},
		{"transferring an ended session", s.anna, core.Transfer{Session: over, To: s.sales}, core.Ended, "", ""},
		{"marking what another holds as unanswered", s.boris, core.Unanswered{Session: held}, core.Taken, "Anna Berg", ""},
		{"marking what is completed as unanswered", s.anna, core.Unanswered{Session: over}, core.Ended, "", ""},
		{"marking as unanswered with a stale version", s.anna, core.Unanswered{Session: held, Version: stale}, core.Taken, "", ""},
		{"a priority that there is not", s.anna, core.Prioritise{Session: held, Priority: "highest"}, core.Invalid, "", "priority"},
		{"an empty tag", s.anna, core.Tag{Session: held, Add: []string{"a", " "}}, core.Invalid, "", "add_tags"},
		{"a tag of 51 bytes", s.anna, core.Tag{Session: held, Add: []string{strings.Repeat("x", 51)}}, core.Invalid, "", "add_tags"},
		{"a tag on two lines", s.anna, core.Tag{Session: held, Remove: []string{"a\nb"}}, core.Invalid, "", "remove_tags"},
		{"more than 20 tags", s.anna, core.Tag{Session: held, Add: numbered(21)}, core.Invalid, "", "add_tags"},
		{"joining what nobody holds", s.anna, core.Join{Session: free}, core.Forbidden, "", ""},
		{"leaving what one holds", s.anna, core.Leave{Session: held}, core.Forbidden, "", ""},
		{"leaving what one never joined", s.boris, core.Leave{Session: held}, core.Forbidden, "", ""},
		{"releasing what another holds", s.boris, core.Release{Session: held}, core.Forbidden, "", ""},
		{"an empty text", s.anna, core.Say{Session: held, Text: " \n"}, core.Invalid, "", "text"},
		{"a NUL", s.anna, core.Say{Session: held, Text: "a\x00b"}, core.Invalid, "", "text"},
		{"invalid UTF-8", s.anna, core.Note{Session: held, Text: "a\xff"}, core.Invalid, "", "text"},
		{"a text over 65,536 bytes", s.anna, core.Say{Session: held, Text: string(make([]byte, core.MaxText+1))}, core.Invalid, "", "text"},
		{"a supervisor's reading leaves no trace", s.sofia, core.Read{Session: held, Seq: 1}, core.Forbidden, "", ""},
		{"typing elsewhere", s.eve, core.Typing{Session: held}, core.NotFound, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(s.events)
			_, err := s.hub.Do(context.Background(), c.who, c.deed, "")
			e, _ := err.(*core.Error) //nolint:errorlint // the hub's own
			if e == nil || e.Kind != c.kind || e.Winner != c.winner || e.Field != c.field {
				t.Errorf("got %v, want %s %q %q", err, c.kind, c.winner, c.field)
			}
			if len(s.events) != before {
				t.Error("a refused deed left an event")
			}
		})
	}
	s.healthy()
}

func TestCountersAsTheWorkedTableS3_3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		one := s.write("1", "first")
		two, three := s.write("2", "first"), s.write("3", "first")
		s.do(s.anna, core.Take{Session: one})
		s.do(s.oleg, core.Take{Session: two})
		s.do(s.anna, core.Take{Session: three})
		s.do(s.anna, core.Say{Session: one, Text: "hello"})
		s.write("1", "a")
		s.write("1", "b")
		s.do(s.anna, core.Read{Session: three, Seq: 9})
		s.write("4", "x")
		s.write("5", "x")
		for _, c := range []struct {
			who                       core.Actor
			unread, unassigned, badge int64
		}{{s.anna, 1, 2, 1}, {s.sofia, 0, 2, 2}, {s.oleg, 1, 2, 3}, {s.eve, 0, 0, 0}} {
			got := must(s.store.Counters(context.Background(), c.who))
			if got.Unread != c.unread || got.Unassigned != c.unassigned || got.Badge != c.badge {
				t.Errorf("%s: got %+v, want %d %d %d", c.who.Agent.Name, got, c.unread, c.unassigned, c.badge)
			}
		}
		if got := s.session(one).Unread; got != 2 {
			t.Errorf("S3.5: got %d unread messages, want 2", got)
		}
		s.healthy()
	})
}
