package hub

import (
	"context"
	"encoding/json"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

// as gives an agent as they are loaded when they ask for something.
func (s *shop) as(who core.Actor) core.Actor {
	s.t.Helper()
	return must(s.store.AgentByEmail(context.Background(), who.Agent.Email))
}

func TestC7WhoDoesNotSeeASessionDoesNothingToIt(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), open(t, storetest.SQLite(t))
	admin := s.agent("Ada Admin", core.Roles{})
	admin.Agent.Admin = true
	set := func(d core.DepartmentID, own string) {
		t.Helper()
		if _, err := s.hub.SetSettings(ctx, admin, d, json.RawMessage(own), 0); err != nil {
			t.Fatal(err)
		}
	}
	own := func(d core.DepartmentID) (is bool) {
		for _, each := range must(s.store.AllDepartments(ctx)) {
			is = is || each.ID == d && each.Own
		}
		return is
	}
	set(0, `{"sight": {"colleagues": false}}`)
	set(s.sales, `{"sight": {"colleagues": true}}`)
	later := must(s.hub.AddDepartment(ctx, "Later", "", "UTC"))
	for d, want := range map[core.DepartmentID]bool{s.support: true, s.sales: false, later.ID: true} {
		if got := own(d); got != want {
			t.Errorf("what is set for all, and for one: got %v, want %v", got, want)
		}
	}

	id := s.write("carla", "hi")
	s.do(s.boris, core.Take{Session: id})
	for _, d := range core.Deeds {
		deed := s.on(d, id)
		if _, err := s.hub.Do(ctx, s.as(s.anna), deed, ""); core.KindOf(err) != core.NotFound {
			t.Errorf("%s of what a colleague holds: got %v, want not found", d.Verb(), err)
		}
	}
	if _, err := s.hub.Desk(1).Card(ctx, s.as(s.anna), id); core.KindOf(err) != core.NotFound {
		t.Errorf("its card: got %v, want not found", err)
	}
	s.do(s.as(s.sofia), core.Assign{Session: id, To: s.anna.Agent.ID})
	s.do(s.as(s.anna), core.Say{Session: id, Text: "now mine"})
	given, err := s.hub.Do(ctx, s.as(s.anna), core.Assign{Session: id, To: s.boris.Agent.ID}, "once")
	again, err2 := s.hub.Do(ctx, s.as(s.anna), core.Assign{Session: id, To: s.boris.Agent.ID}, "once")
	if err != nil || err2 != nil || !again.Repeat || again.Event.ID != given.Event.ID || again.Session.ID != 0 {
		t.Errorf("giving it away, twice: got %v, and %+v, %v; want the first answer without the session", err, again, err2)
	}

	set(0, `{}`)
	s.do(s.as(s.anna), core.Join{Session: id})
	s.healthy()
}
