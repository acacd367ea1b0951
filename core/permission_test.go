package core

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestG4PermissionsAreInheritedFromTheGroupsAbove(t *testing.T) {
	t.Parallel()
	const anna, boris, eve = AgentID(1), AgentID(2), AgentID(3)
	groups := Groups{
		{ID: Everybody, Name: "Everybody", Permissions: UseChat},
		{ID: 5, Name: "Agencies", Permissions: ChangeSettings, Members: []AgentID{eve}},
		{ID: 6, Name: "North", Parent: 5, Permissions: BlockCustomers},
		{ID: 7, Name: "Hamburg", Parent: 6, Permissions: SeeAllSessions, Members: []AgentID{anna}},
	}
	for _, c := range []struct {
		name  string
		who   AgentID
		given Permissions
		want  Permissions
	}{
		{"in no group: what everybody may", boris, 0, UseChat},
		{"given in person besides", boris, SeeAllSessions, UseChat | SeeAllSessions},
		{"S1.39: in a group: all of those above too", anna, 0, UseChat | SeeAllSessions | BlockCustomers | ChangeSettings},
		{"in a group at the top: nothing of those below", eve, 0, UseChat | ChangeSettings},
	} {
		if got := groups.Of(c.who, c.given); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got.Words(), c.want.Words())
		}
	}
}

func TestG4WhatAGroupCannotBe(t *testing.T) {
	t.Parallel()
	groups := Groups{{ID: Everybody, Name: "Everybody"}}
	for i := range GroupID(MaxGroupDepth) {
		parent := 9 + i
		if i == 0 {
			parent = 0
		}
		groups = append(groups, Group{ID: 10 + i, Name: fmt.Sprint("g", int(i)), Parent: parent})
	}
	full := slices.Clone(groups)
	for i := range MaxGroups - len(groups) {
		full = append(full, Group{ID: GroupID(100 + i), Name: fmt.Sprint("more", i)})
	}
	for name, c := range map[string]struct {
		in    Groups
		group Group
		field string
	}{
		"one more beside the others":       {groups, Group{ID: 50, Name: "New", Parent: 16}, ""},
		"a name of its own kept":           {groups, Group{ID: 17, Name: "g7", Parent: 16}, ""},
		"moved to the top":                 {groups, Group{ID: 17, Name: "g7"}, ""},
		"no name":                          {groups, Group{ID: 50}, "name"},
		"another's name":                   {groups, Group{ID: 50, Name: "G3"}, "name"},
		"the name of everybody":            {groups, Group{ID: 50, Name: "everybody"}, "name"},
		"too deep":                         {groups, Group{ID: 50, Name: "New", Parent: 17}, "parent"},
		"below itself":                     {groups, Group{ID: 12, Name: "g2", Parent: 12}, "parent"},
		"below one that is below it":       {groups, Group{ID: 12, Name: "g2", Parent: 15}, "parent"},
		"all below the last":               {groups, Group{ID: 10, Name: "g0", Parent: 17}, "parent"},
		"below one that is not there":      {groups, Group{ID: 50, Name: "New", Parent: 99}, "parent"},
		"below everybody":                  {groups, Group{ID: 50, Name: "New", Parent: Everybody}, "parent"},
		"everybody below another":          {groups, Group{ID: Everybody, Name: "Everybody", Parent: 10}, "parent"},
		"everybody with members":           {groups, Group{ID: Everybody, Name: "Everybody", Members: []AgentID{1}}, "parent"},
		"what everybody may":               {groups, Group{ID: Everybody, Name: "Everybody", Permissions: UseChat}, ""},
		"one too many":                     {full, Group{ID: 50, Name: "New"}, "name"},
		"a change where there are so many": {full, Group{ID: 100, Name: "Another"}, ""},
		"too many members":                 {groups, Group{ID: 50, Name: "New", Members: make([]AgentID, MaxGroupMembers+1)}, "members"},
	} {
		_, err := c.in.With(c.group)
		var e *Error
		if c.field == "" && err != nil || c.field != "" && (!errors.As(err, &e) || e.Kind != Invalid || e.Field != c.field) {
			t.Errorf("%s: got %v, want field %q", name, err, c.field)
		}
	}
}

func TestG4PermissionsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, w := range permissionWords {
		if got, err := ParsePermissions("give", w.is.Words()); err != nil || got != w.is {
			t.Errorf("%s: got %v, %v", w.word, got, err)
		}
	}
	if _, err := ParsePermissions("give", []string{"use_chat", "fly"}); KindOf(err) != Invalid {
		t.Errorf("an unknown one: got %v", err)
	}
	if got := AtFirst.Words(); !slices.Equal(got, []string{"use_chat", "block_customers"}) {
		t.Errorf("what everybody may at first: got %v: what installations of today have changes", got)
	}
}

func TestG4WhoChangesSettings(t *testing.T) {
	t.Parallel()
	with := func(p Permissions, r Role) Actor {
		return Actor{Agent: Agent{ID: 1, Permissions: p}, Roles: Roles{7: r}}
	}
	for name, c := range map[string]struct {
		who      Actor
		one, all bool
	}{
		"an admin":                         {Actor{Agent: Agent{ID: 1, Admin: true}}, true, true},
		"a supervisor":                     {with(AtFirst, Supervisor), false, false},
		"a supervisor to whom it is given": {with(ChangeSettings, Supervisor), true, false},
		"an operator to whom it is given":  {with(ChangeSettings, Operator), false, false},
	} {
		if c.who.MaySet(7) != c.one || c.who.MaySet(0) != c.all || !c.who.Agent.Admin && c.who.MaySet(8) {
			t.Errorf("%s: got %v, %v", name, c.who.MaySet(7), c.who.MaySet(0))
		}
	}
}
