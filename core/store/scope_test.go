package store_test

import (
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// A reader without a role in a session's department learns nothing of it by any read that takes a scope.
func TestAForeignDepartmentIsNotThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.populate()
		id := h.wrote("a secret customer", "a secret text")
		h.did(h.take(h.anna, id))
		h.did(h.note(h.anna, id, "a secret note"))
		h.did(h.on(id, func(w *store.Work, _ core.Session) error { // even who took part once
			w.PutParticipant(core.Participant{Session: id, Agent: h.eve.Agent.ID, JoinedAt: 1, LeftAt: 2})
			return nil
		}))
		row, err := h.store.Session(ctx, h.anna.Scope(), id)
		if err != nil {
			t.Fatal(err)
		}
		theirs := row.Customer
		none := core.NotFound
		reads := append(h.readsOf(id), []read{
			{"Sessions of the department", none, h.listed(store.SessionFilter{Department: h.support})},
			{"Colleagues of the department", none, func(s core.Scope) (any, int, error) {
				r, err := h.store.Colleagues(ctx, s, h.support)
				return r, len(r), err
			}},
			{"Departments", "", func(s core.Scope) (any, int, error) {
				r, err := h.store.Departments(ctx, s)
				return only(r, func(d core.Department) bool { return d.ID == h.support }, err)
			}},
			{"Colleagues of all", "", func(s core.Scope) (any, int, error) {
				r, err := h.store.Colleagues(ctx, s, 0)
				return only(r, func(c core.Colleague) bool { return c.Department == h.support }, err)
			}},
			{"Counters", "", func(s core.Scope) (any, int, error) {
				a := core.Actor{Agent: h.anna.Agent, Roles: core.Roles{}}
				for _, d := range s.Departments {
					a.Roles[d] = core.Operator | core.Supervisor
				}
				r, err := h.store.Counters(ctx, a)
				return only(r.Departments, func(c core.DepartmentCounters) bool { return c.Department == h.support }, err)
			}},
		}...)
		for name, f := range map[string]store.SessionFilter{
			"all":           {},
			"open ones":     {State: []core.State{core.Active}},
			"held ones":     {State: []core.State{core.Active}, Assignee: h.anna.Agent.ID},
			"hers":          {Assignee: h.anna.Agent.ID},
			"what she took": {Participant: h.anna.Agent.ID},
			"what Eve took": {Participant: h.eve.Agent.ID},
			"a customer's":  {Customer: theirs},
		} {
			reads = append(reads, read{"Sessions: " + name, "", h.listed(f)})
		}
		queued := h.wrote("another secret customer", "hi")
		reads = append(reads, read{"Sessions: the queue", "", func(s core.Scope) (any, int, error) {
			page, err := h.store.Sessions(ctx, s, store.SessionFilter{State: []core.State{core.Waiting}}, "", 100)
			return only(page.Items, func(s store.Summary) bool { return s.ID == queued }, err)
		}})

		for _, r := range reads {
			for who, scope := range map[string]core.Scope{"an operator of the department": h.anna.Scope(), "its supervisor": h.sofia.Scope()} {
				if found, n, err := r.do(scope); err != nil || n == 0 {
					t.Errorf("%s by %s: got %v, %v; want to find it", r.name, who, found, err)
				}
			}
			for who, scope := range map[string]core.Scope{"an operator elsewhere": h.eve.Scope(), "somebody without a role": {Agent: h.anna.Agent.ID}} {
				found, n, err := r.do(scope)
				if core.KindOf(err) != r.kind || err == nil && n > 0 {
					t.Errorf("%s by %s: got %v, %v; want nothing and %q", r.name, who, found, err, r.kind)
				}
				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("%s by %s: the error says %q", r.name, who, err)
				}
			}
		}
		if _, err := h.store.Session(ctx, h.anna.Scope(), 4711); core.KindOf(err) != core.NotFound {
			t.Errorf("a session that is not there: got %v, want what a foreign one gets", err)
		}
	})
}

// read is a way to a session. It finds something, or else has an error of a kind; "" if it finds nothing without one.
type read struct {
	name string
	kind core.Kind
	do   func(core.Scope) (found any, n int, err error)
}

// readsOf gives all reads that name a session, or something in it.
func (h *house) readsOf(id core.SessionID) []read {
	h.t.Helper()
	none := core.NotFound
	customer := must(h.store.Session(ctx, core.Scope{Departments: []core.DepartmentID{h.support, h.sales}}, id)).Customer
	message := h.did(h.on(id, func(w *store.Work, s core.Session) error {
		w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.AgentsOnly, ActorKind: core.BySystem, Text: "a secret file"})
		w.AddFile(core.File{ID: core.FileID(id), Key: id.String(), Name: "secret.txt", State: core.FileReady, Agent: h.oleg.Agent.ID})
		w.Claim(core.FileID(id))
		return nil
	})).ID
	return []read{
		{"Session", none, func(s core.Scope) (any, int, error) { r, err := h.store.Session(ctx, s, id); return r, 1, err }},
		{"Summaries", "", func(s core.Scope) (any, int, error) {
			r, err := h.store.Summaries(ctx, s, []core.SessionID{id})
			return r, len(r), err
		}},
		{"Participants", none, func(s core.Scope) (any, int, error) {
			r, err := h.store.Participants(ctx, s, id)
			return r, 1, err
		}},
		{"Messages before", none, func(s core.Scope) (any, int, error) {
			r, _, err := h.store.Messages(ctx, s, id, 0, 0, 50)
			return r, len(r), err
		}},
		{"Messages after", none, func(s core.Scope) (any, int, error) {
			r, _, err := h.store.Messages(ctx, s, id, 0, 1, 50)
			return r, len(r), err
		}},
		{"Customer", none, func(s core.Scope) (any, int, error) {
			r, channels, err := h.store.Customer(ctx, s, customer)
			return r, len(channels), err
		}},
		{"Card", none, func(s core.Scope) (any, int, error) { r, err := h.store.Card(ctx, s, id); return r, 1, err }},
		{"MessageIn", none, func(s core.Scope) (any, int, error) { r, err := h.store.MessageIn(ctx, s, message); return r, 1, err }},
		{"File", none, func(s core.Scope) (any, int, error) {
			r, err := h.store.File(ctx, s, core.FileID(id))
			return r, 1, err
		}},
	}
}

// listed reads a list, as far as it has something of Support.
func (h *house) listed(f store.SessionFilter) func(core.Scope) (any, int, error) {
	return func(s core.Scope) (any, int, error) {
		page, err := h.store.Sessions(ctx, s, f, "", 100)
		return only(page.Items, func(s store.Summary) bool { return s.Department == h.support }, err)
	}
}

func only[V any](rows []V, want func(V) bool, err error) (any, int, error) {
	var found []V
	for _, r := range rows {
		if want(r) {
			found = append(found, r)
		}
	}
	return found, len(found), err
}
