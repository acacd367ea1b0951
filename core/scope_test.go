package core

import (
	"slices"
	"testing"
)

func TestC7WhatAnOperatorSeesWhereColleaguesAreNotSeen(t *testing.T) {
	t.Parallel()
	const anna, boris = AgentID(1), AgentID(2)
	operator := Actor{Agent: Agent{ID: boris}, Roles: Roles{7: Operator}, Own: []DepartmentID{7}}
	for _, c := range []struct {
		name  string
		state State
		by    AgentID
		mine  Participant
		want  bool
	}{
		{"what waits is anybody's", Waiting, 0, Participant{}, true},
		{"what is assigned to them", Pending, boris, Participant{}, true},
		{"what is assigned to a colleague", Pending, anna, Participant{}, false},
		{"what they hold", Active, boris, Participant{JoinedAt: 1}, true},
		{"what a colleague holds", Active, anna, Participant{}, false},
		{"what they have joined", Active, anna, Participant{JoinedAt: 1}, true},
		{"what they have left", Active, anna, Participant{JoinedAt: 1, LeftAt: 2}, false},
		{"what they have only read", Active, anna, Participant{ReadSeq: 3}, false},
		{"what they held when it ended", Over, boris, Participant{}, true},
		{"what ended after they had left: they took part in it (D2)", Over, anna, Participant{JoinedAt: 1, LeftAt: 2}, true},
		{"what a colleague has ended", Over, anna, Participant{}, false},
		{"what has ended in the queue", Over, 0, Participant{}, false},
	} {
		s := Session{Department: 7, State: c.state, Assignee: c.by}
		if got := operator.Scope().Shows(s, c.mine); got != c.want {
			t.Errorf("%s: shown: got %v, want %v", c.name, got, c.want)
		}
		if got := StandingIn(s, operator, c.mine) != 0; got != c.want {
			t.Errorf("%s: standing: got %v, want %v", c.name, got, c.want)
		}
		if got := KindOf(Allow(VerbJoin, s, StandingIn(s, operator, c.mine))) != NotFound; got != c.want {
			t.Errorf("%s: joining knows of it: got %v, want %v", c.name, got, c.want)
		}
		for name, whole := range map[string]Actor{
			"a supervisor":                   {Agent: Agent{ID: boris}, Roles: Roles{7: Supervisor}, Own: []DepartmentID{7}},
			"both":                           {Agent: Agent{ID: boris}, Roles: Roles{7: Operator | Supervisor}, Own: []DepartmentID{7}},
			"where colleagues are seen":      {Agent: Agent{ID: boris}, Roles: Roles{7: Operator}},
			"where it is so elsewhere":       {Agent: Agent{ID: boris}, Roles: Roles{7: Operator, 8: Operator}, Own: []DepartmentID{8}},
			"who has no role where it is so": {Agent: Agent{ID: boris}, Roles: Roles{7: Operator}, Own: []DepartmentID{8}},
		} {
			if !whole.Scope().Shows(s, c.mine) || StandingIn(s, whole, c.mine) == 0 {
				t.Errorf("%s, %s: not shown", c.name, name)
			}
		}
	}
	elsewhere := Session{Department: 9, State: Waiting}
	if operator.Scope().Shows(elsewhere, Participant{JoinedAt: 1}) {
		t.Error("what waits in a department where they have no role is shown")
	}
}

func TestAScopeInADepartment(t *testing.T) {
	t.Parallel()
	a := Actor{Agent: Agent{ID: 2}, Roles: Roles{7: Operator, 8: Operator, 9: Supervisor}, Own: []DepartmentID{7, 9}}
	s := a.Scope()
	if !slices.Equal(s.Departments, []DepartmentID{7, 8, 9}) || !slices.Equal(s.Own, []DepartmentID{7}) {
		t.Errorf("got %+v", s)
	}
	for d, own := range map[DepartmentID]bool{7: true, 8: false, 9: false} {
		if in := s.In(d); !slices.Equal(in.Departments, []DepartmentID{d}) || in.Narrow(d) != own || in.Agent != 2 {
			t.Errorf("in %d: got %+v", d, in)
		}
	}
}
