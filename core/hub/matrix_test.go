package hub

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

var update = flag.Bool("update", false, "write testdata/matrix.txt anew")

// The matrix of every deed, done by everybody, in every state: a line for each in testdata/matrix.txt says what becomes of it: the refusal, or the
// events that it makes and the state after it. Boris holds what is held; Anna has joined it where she is the participant. Who is refused leaves no
// trace: the next tries the same deed in the same session. A new deed, a deleted
// check or another event changes the matrix: look at what is different, then write it with go test ./core/hub -run WhoMayDoWhat -update.
func TestWhoMayDoWhatInWhichState(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	admin := s.agent("Ada Admin", core.Roles{})
	admin.Agent.Admin = true
	gone := s.agent("Gus Gone", core.Roles{s.support: core.Operator})
	gone.Agent.DisabledAt = 1
	operator := s.agent("Olga Hill", core.Roles{s.support: core.Operator})
	narrow := s.agent("Nils Own", core.Roles{s.support: core.Operator})
	narrow.Own = []core.DepartmentID{s.support}
	barred := s.agent("Bea Less", core.Roles{s.support: core.Supervisor})
	barred.Agent.Permissions = core.UseChat
	bot := s.agent("Robin", core.Roles{s.support: core.Operator | core.Supervisor})
	bot.Agent.Bot = true
	actors := []struct {
		name string
		core.Actor
	}{
		{"stranger", s.eve}, {"admin without a role", admin}, {"disabled", gone}, {"operator", operator}, {"operator who sees their own", narrow},
		{"holder", s.boris}, {"participant", s.anna}, {"supervisor", s.sofia}, {"both", s.oleg}, {"supervisor who may not block", barred},
		{"bot", bot},
	}
	var got strings.Builder
	made := map[core.Verb]bool{}
	n := 0
	for _, d := range core.Deeds {
		for _, state := range core.States {
			fmt.Fprintf(&got, "%s, %s\n", d.Verb(), state)
			var id core.SessionID // 0: one is still to be made
			var deed core.Deed
			for _, a := range actors {
				if id == 0 {
					n++
					id = s.in(state, fmt.Sprintf("visitor %d", n))
					deed = s.on(d, id)
				}
				before := s.kinds(id)
				_, err := s.hub.Do(context.Background(), a.Actor, deed, "")
				after := s.kinds(id)[len(before):]
				outcome := string(core.KindOf(err))
				switch {
				case err == nil:
					made[d.Verb()] = true
					outcome = fmt.Sprintf("ok %v, %s", after, s.session(id).State)
					id = 0
				case len(after) > 0:
					t.Errorf("%s, %s: %s is refused, and yet it made %v", d.Verb(), state, a.name, after)
				}
				fmt.Fprintf(&got, "  %-29s%s\n", a.name, outcome)
			}
		}
	}
	for _, d := range core.Deeds {
		if !made[d.Verb()] && d.Verb() != core.VerbRetry { // of what has failed only: owe_test.go has it
			t.Errorf("nobody can %s in any state", d.Verb())
		}
	}
	if *update {
		if err := os.WriteFile("testdata/matrix.txt", []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Fatalf("line %d of the matrix: got %q; the file has something else, or nothing", i+1, line)
		}
	}
	if got.String() != string(want) {
		t.Error("the file has more lines than there are cells")
	}
	s.healthy()
}

// noted lets an agent note something, and gives the note.
func (s *shop) noted(who core.Actor, id core.SessionID) core.EventID {
	s.t.Helper()
	return must(s.hub.Do(context.Background(), who, core.Note{Session: id, Text: "x"}, "")).Event.ID
}

// heard gives the session's first message of the customer.
func (s *shop) heard(id core.SessionID) core.EventID {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Session == id && e.Kind == core.EventMessage && e.ActorKind == core.ByCustomer {
			return e.ID
		}
	}
	s.t.Fatal("the customer has said nothing")
	return 0
}

// in gives a new session in the state.
func (s *shop) in(state core.State, visitor string) core.SessionID {
	if state == core.Empty {
		return s.sendEmpty(visitor)
	}
	id := s.write(visitor, "hi")
	if state == core.Waiting {
		return id
	}
	s.do(s.sofia, core.Assign{Session: id, To: s.boris.Agent.ID})
	if state == core.Pending {
		return id
	}
	s.do(s.boris, core.Take{Session: id})
	s.do(s.anna, core.Join{Session: id})
	if state == core.Over {
		s.do(s.boris, core.End{Session: id})
	}
	return id
}

// on gives the deed with valid input.
func (s *shop) on(d core.Deed, id core.SessionID) core.Deed {
	switch d.(type) {
	case core.Say:
		return core.Say{Session: id, Text: "x"}
	case core.Note:
		return core.Note{Session: id, Text: "x"}
	case core.Take:
		return core.Take{Session: id}
	case core.Release:
		return core.Release{Session: id}
	case core.Assign:
		return core.Assign{Session: id, To: s.anna.Agent.ID}
	case core.Join:
		return core.Join{Session: id}
	case core.Leave:
		return core.Leave{Session: id}
	case core.End:
		return core.End{Session: id}
	case core.Transfer:
		return core.Transfer{Session: id, To: s.sales}
	case core.Unanswered:
		return core.Unanswered{Session: id}
	case core.Prioritise:
		return core.Prioritise{Session: id, Priority: core.High}
	case core.Tag:
		return core.Tag{Session: id, Add: []string{"vip"}}
	case core.SetLanguage:
		return core.SetLanguage{Session: id, Language: "de"}
	case core.Block:
		return core.Block{Session: id, For: core.ForDay}
	case core.Unblock: // in an ended session, of a block of Sofia's; of nobody who is blocked in others
		if !s.session(id).Open() {
			s.do(s.sofia, core.Block{Session: id, For: core.ForDay})
		}
		return core.Unblock{Session: id}
	case core.Snooze:
		return core.Snooze{Session: id}
	case core.Unsnooze: // of one that is snoozed, where it can be
		if s.session(id).Assignee != 0 && s.session(id).Open() {
			s.do(s.sofia, core.Snooze{Session: id})
		}
		return core.Unsnooze{Session: id}
	case core.CreateRecord:
		return core.CreateRecord{Session: id, Type: s.typed().ID, Fields: core.FieldValues{"subject": "x"}}
	case core.EditRecord: // of what Sofia has created, where anything can be
		edit := core.EditRecord{Session: id, Fields: core.FieldValues{"subject": "y"}}
		if s.session(id).State != core.Empty {
			edit.Record = s.recorded(s.sofia, id, core.FieldValues{"subject": "x"})
		}
		return edit
	case core.MatchAccount:
		s.accounted()
		return core.MatchAccount{Session: id, Remote: "R1"}
	case core.RegisterAccount:
		return core.RegisterAccount{Session: id, Type: s.accounted().ID, Fields: core.FieldValues{"name": "x"}}
	case core.UnmatchAccount: // of what Sofia has matched, where anything can be
		s.accounted()
		if s.session(id).State != core.Empty {
			s.do(s.sofia, core.MatchAccount{Session: id, Remote: "R1"})
		}
		return core.UnmatchAccount{Session: id}
	case core.Read:
		return core.Read{Session: id, Seq: 1}
	case core.Typing:
		return core.Typing{Session: id}
	case core.Edit:
		return core.Edit{Session: id, Message: s.noted(s.boris, id), Text: "y"}
	case core.Delete:
		return core.Delete{Session: id, Message: s.noted(s.boris, id)}
	case core.React:
		if s.session(id).State == core.Empty {
			return core.React{Session: id, Message: s.noted(s.boris, id), Emoji: "👍"}
		}
		return core.React{Session: id, Message: s.heard(id), Emoji: "👍"}
	case core.Retry: // of what has not failed: invalid to those who may
		return core.Retry{Session: id, Message: s.noted(s.boris, id)}
	}
	s.t.Fatalf("the matrix has no input for %q", d.Verb())
	return nil
}
