package hub

import (
	"context"
	"encoding/json"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

func TestG4GroupsDecideWhatTheirMembersMay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		ctx, s := context.Background(), open(t, url)
		admin := s.agent("Ada Admin", core.Roles{})
		admin.Agent.Admin = true
		set := func(g core.Group) core.Group { t.Helper(); return must(s.hub.SetGroup(ctx, admin, g)) }
		may := func(who core.Actor, want core.Permissions) {
			t.Helper()
			if got := s.as(who).Agent.Permissions; got != want {
				t.Errorf("%s: got %v, want %v", who.Agent.Name, got.Words(), want.Words())
			}
		}
		for _, who := range []core.Actor{s.anna, s.sofia, s.oleg, s.eve} {
			may(who, core.AtFirst)
		}

		id := s.write("carla", "hi")
		set(core.Group{ID: core.Everybody, Name: "Everybody", Permissions: core.UseChat})
		top := set(core.Group{Name: "Agencies", Permissions: core.BlockCustomers})
		below := set(core.Group{Name: "North", Parent: top.ID, Members: []core.AgentID{s.anna.Agent.ID, s.anna.Agent.ID}})
		may(s.boris, core.UseChat)
		may(s.anna, core.UseChat|core.BlockCustomers)
		block := core.Block{Session: id, For: core.ForDay}
		if _, err := s.hub.Do(ctx, s.as(s.boris), block, ""); core.KindOf(err) != core.Forbidden {
			t.Errorf("blocking without the permission: got %v", err)
		}
		if _, err := s.hub.Do(ctx, s.as(s.eve), block, ""); core.KindOf(err) != core.NotFound {
			t.Errorf("blocking what one does not see, without the permission: got %v", err)
		}
		s.do(s.as(s.anna), block)

		if err := s.hub.Permit(ctx, admin, s.sofia.Agent.ID, core.ChangeSettings); err != nil {
			t.Fatal(err)
		}
		may(s.sofia, core.UseChat|core.ChangeSettings)
		own := json.RawMessage(`{"sight": {"colleagues": false}}`)
		if _, err := s.hub.SetSettings(ctx, s.as(s.sofia), s.support, own, 0); err != nil {
			t.Errorf("a supervisor with the permission sets their department: %v", err)
		}
		for _, d := range []core.DepartmentID{0, s.sales} {
			if _, err := s.hub.SetSettings(ctx, s.as(s.sofia), d, own, 0); core.KindOf(err) != core.Forbidden {
				t.Errorf("and another, or all: got %v", err)
			}
		}

		set(core.Group{ID: top.ID, Name: "Agencies", Permissions: core.SeeAllSessions})
		may(s.anna, core.UseChat|core.SeeAllSessions)
		if s.as(s.anna).Scope().Own != nil || s.as(s.boris).Scope().Own == nil {
			t.Error("C7: who was given to see all sessions does not, or who was not does")
		}
		set(core.Group{ID: core.Everybody, Name: "Everybody"})
		set(core.Group{ID: below.ID, Name: "North", Parent: top.ID, Permissions: core.UseChat, Members: below.Members})
		if len(s.as(s.boris).Roles) != 0 || len(s.as(s.anna).Roles) != 1 {
			t.Errorf("S1.16: who may not use the chat: got roles %v; who may: %v", s.as(s.boris).Roles, s.as(s.anna).Roles)
		}
		next := s.write("dora", "hi")
		if _, err := s.hub.Do(ctx, s.as(s.anna), core.Assign{Session: next, To: s.boris.Agent.ID}, ""); core.KindOf(err) != core.Invalid {
			t.Errorf("S1.16: assigning to who may not use the chat: got %v", err)
		}
		for _, c := range must(s.store.Colleagues(ctx, s.as(s.anna).Scope(), s.support)) {
			if c.ID != s.anna.Agent.ID {
				t.Errorf("S1.16: %s is offered as a colleague", c.Name)
			}
		}
		added := must(s.hub.AddAgent(ctx, NewAgent{Email: "nina@example.test", Name: "Nina New", Password: "long enough", Roles: core.Roles{s.support: core.Operator}}))
		may(core.Actor{Agent: added}, 0)

		for name, err := range map[string]error{
			"one with others below it": s.hub.RemoveGroup(ctx, admin, top.ID),
			"that of everybody":        s.hub.RemoveGroup(ctx, admin, core.Everybody),
		} {
			if core.KindOf(err) != core.Invalid {
				t.Errorf("removing %s: got %v", name, err)
			}
		}
		if err := s.hub.RemoveGroup(ctx, admin, below.ID); err != nil {
			t.Fatal(err)
		}
		may(s.anna, 0)
		for name, err := range map[string]error{
			"a supervisor who adds a group": second(s.hub.SetGroup(ctx, s.sofia, core.Group{Name: "Mine"})),
			"who removes one":               s.hub.RemoveGroup(ctx, s.sofia, top.ID),
			"who gives themselves more":     s.hub.Permit(ctx, s.sofia, s.sofia.Agent.ID, core.SeeAllSessions),
		} {
			if core.KindOf(err) != core.Forbidden {
				t.Errorf("%s: got %v", name, err)
			}
		}
		for name, g := range map[string]core.Group{"of a stranger": {Name: "X", Members: []core.AgentID{4711}}, "below none": {Name: "X", Parent: 4711}} {
			if _, err := s.hub.SetGroup(ctx, admin, g); core.KindOf(err) != core.Invalid {
				t.Errorf("a group %s: got %v", name, err)
			}
		}
	})
}

func second[V any](_ V, err error) error { return err }
