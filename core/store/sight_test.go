package store_test

import (
	"fmt"
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// parts are what Boris can be to a session that Anna holds, or held.
var parts = map[string]*core.Participant{
	"nothing": nil, "in it": {JoinedAt: 1}, "not in it any more": {JoinedAt: 1, LeftAt: 2}, "a reader only": {ReadSeq: 1},
}

// Where operators do not see what colleagues hold, every read shows what core.Scope says it shows, and nothing else.
func TestC7EveryReadShowsAnOperatorOnlyTheQueueAndTheirOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		boris := core.Scope{Agent: h.boris.Agent.ID, Departments: []core.DepartmentID{h.support}, Own: []core.DepartmentID{h.support}}
		whole := core.Scope{Agent: h.boris.Agent.ID, Departments: []core.DepartmentID{h.support}}
		shown := map[core.State][]core.SessionID{}
		for _, state := range core.States {
			for _, holder := range []core.Actor{h.anna, h.boris} {
				for name, part := range parts {
					name = fmt.Sprintf("%s, held by %s, of which Boris is %s", state, holder.Agent.Name, name)
					id := h.standing(name, state, holder, part)
					s := must(h.store.Session(ctx, whole, id))
					want := boris.Shows(s.Session, s.Part(h.boris.Agent.ID))
					if want {
						shown[state] = append(shown[state], id)
					}
					for _, r := range h.readsOf(id) {
						if _, n, err := r.do(whole); err != nil || n == 0 {
							t.Errorf("%s: %s, where all is seen: got %d, %v", name, r.name, n, err)
						}
						found, n, err := r.do(boris)
						if ok := err == nil && n > 0; ok != want || !want && core.KindOf(err) != r.kind {
							t.Errorf("%s: %s: got %v, %v; want it shown: %v", name, r.name, found, err, want)
						}
					}
				}
			}
		}
		for _, states := range [][]core.State{nil, {core.Waiting}, {core.Pending}, {core.Active}, {core.Over}, {core.Pending, core.Active}, core.States} {
			var want []core.SessionID
			for state, ids := range shown {
				if states == nil || slices.Contains(states, state) {
					want = append(want, ids...)
				}
			}
			for _, department := range []core.DepartmentID{0, h.support} {
				var got []core.SessionID
				for _, s := range h.pages(boris, store.SessionFilter{State: states, Department: department}, 3) {
					got = append(got, s.ID)
				}
				if !slices.Equal(states, []core.State{core.Waiting}) && !slices.IsSortedFunc(got, func(a, b core.SessionID) int { return int(b - a) }) {
					t.Errorf("list of %v: got %v, want newest first", states, got)
				}
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("list of %v: got %v, want %v", states, got, want)
				}
			}
		}
		for _, s := range h.pages(boris, store.SessionFilter{Assignee: h.anna.Agent.ID}, 3) {
			if !slices.Contains(shown[s.State], s.ID) {
				t.Errorf("Anna's sessions: got %s, which Boris does not see", s.ID)
			}
		}
	})
}

// standing gives a session of a new customer in a state, with Boris's part in it.
func (h *house) standing(customer string, state core.State, holder core.Actor, part *core.Participant) core.SessionID {
	h.t.Helper()
	id := h.wrote(core.RemoteID(customer), "a secret text")
	h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error {
		switch state {
		case core.Empty:
			s.State = core.Empty
		case core.Waiting:
		default:
			s.Hold(holder.Agent.ID, h.sofia.Agent.ID, w.Now())
		}
		if state == core.Active {
			s.Arrive()
		}
		if state == core.Over {
			s.End(core.CompletedByOperator, w.Now())
		}
		if part != nil {
			p := *part
			p.Session, p.Agent = s.ID, h.boris.Agent.ID
			w.PutParticipant(p)
		}
		w.PutSession(s)
		return nil
	})))
	return id
}

// An actor is loaded with how the departments are set in which they have a role.
func TestC7AnActorKnowsWhereTheySeeOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		set := func(d core.DepartmentID, own bool) {
			h.must(h.do(store.Job{Do: func(w *store.Work) error {
				department, err := w.Department(d)
				department.Own = own
				w.PutDepartment(department)
				return err
			}}))
		}
		set(h.support, true)
		for _, c := range []struct {
			who  core.Actor
			want []core.DepartmentID
		}{{h.boris, []core.DepartmentID{h.support}}, {h.sofia, nil}, {h.oleg, nil}, {h.eve, nil}} {
			a := must(h.store.AgentByEmail(ctx, c.who.Agent.Email))
			if got := a.Scope().Own; !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", c.who.Agent.Name, got, c.want)
			}
		}
		set(h.support, false)
		if a := must(h.store.AgentByEmail(ctx, h.boris.Agent.Email)); a.Scope().Own != nil {
			t.Errorf("set back: got %v", a.Scope().Own)
		}
	})
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}
