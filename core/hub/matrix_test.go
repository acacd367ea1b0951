package hub

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

// The matrix of every deed, done by everybody, in every state: one line each in testdata/matrix.txt. Boris holds what is held;
// Anna has joined it where she is the participant. A new deed, or a deleted check, changes the matrix.
func TestWhoMayDoWhatInWhichState(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	admin := s.agent("Ada Admin", core.Roles{})
	admin.Agent.Admin = true
	gone := s.agent("Gus Gone", core.Roles{s.support: core.Operator})
	gone.Agent.DisabledAt = 1
	actors := []struct {
		name string
		core.Actor
	}{
		{"stranger", s.eve}, {"admin", admin}, {"disabled", gone}, {"operator", s.oleg}, {"holder", s.boris}, {"participant", s.anna},
		{"supervisor", s.sofia},
	}
	s.oleg.Roles = core.Roles{s.support: core.Operator}
	actors[3].Actor = s.oleg

	var got strings.Builder
	fmt.Fprintf(&got, "%-12s%-9s", "deed", "state")
	for _, a := range actors {
		fmt.Fprintf(&got, "%-12s", a.name)
	}
	got.WriteString("\n")
	n := 0
	for _, d := range core.Deeds {
		for _, state := range core.States {
			fmt.Fprintf(&got, "%-12s%-9s", d.Verb(), state)
			for _, a := range actors {
				n++
				id := s.in(state, fmt.Sprintf("visitor %d", n))
				_, err := s.hub.Do(context.Background(), a.Actor, s.on(d, id), "")
				outcome := "ok"
				if err != nil {
					outcome = string(core.KindOf(err))
				}
				fmt.Fprintf(&got, "%-12s", outcome)
			}
			got.WriteString("\n")
		}
	}
	want, err := os.ReadFile("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	if trimmed(got.String()) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", trimmed(got.String()), want)
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

func trimmed(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// in gives a new session in the state.
func (s *shop) in(state core.State, visitor string) core.SessionID {
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
	case core.Block:
		return core.Block{Session: id, For: core.ForDay}
	case core.Unblock: // in an ended session, of a block of Sofia's; of nobody who is blocked in others
		if !s.session(id).Open() {
			s.do(s.sofia, core.Block{Session: id, For: core.ForDay})
		}
		return core.Unblock{Session: id}
	case core.Read:
		return core.Read{Session: id, Seq: 1}
	case core.Typing:
		return core.Typing{Session: id}
	case core.Edit:
		return core.Edit{Session: id, Message: s.noted(s.boris, id), Text: "y"}
	case core.Delete:
		return core.Delete{Session: id, Message: s.noted(s.boris, id)}
	case core.React:
		return core.React{Session: id, Message: s.heard(id), Emoji: "👍"}
	case core.Retry: // of what has not failed: invalid to those who may
		return core.Retry{Session: id, Message: s.noted(s.boris, id)}
	}
	s.t.Fatalf("the matrix has no input for %q", d.Verb())
	return nil
}
