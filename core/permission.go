package core

import (
	"cmp"
	"slices"
	"strings"
)

// Permissions say what an agent may do besides what their roles let them: a set. The bits are stored, so none is ever given another meaning.
type Permissions int64

// The permissions.
const (
	UseChat        Permissions = 1 << iota // roles count: without it nothing of any department is seen or done (RULES S1.16)
	BlockCustomers                         // keep customers out, and let them in again
	SeeAllSessions                         // see what colleagues hold, also where operators do not (FEATURES C7)
	ChangeSettings                         // change the settings of the departments where one is a supervisor
)

// AtFirst is what everybody may until an admin says otherwise.
const AtFirst = UseChat | BlockCustomers

var permissionWords = []struct {
	is   Permissions
	word string
}{{UseChat, "use_chat"}, {BlockCustomers, "block_customers"}, {SeeAllSessions, "see_all_sessions"}, {ChangeSettings, "change_settings"}}

// Has tells whether p includes all of want.
func (p Permissions) Has(want Permissions) bool { return p&want == want }

// Words lists the permissions as they are written.
func (p Permissions) Words() []string {
	words := []string{}
	for _, w := range permissionWords {
		if p.Has(w.is) {
			words = append(words, w.word)
		}
	}
	return words
}

// ParsePermissions reads permissions; Invalid, with the field, if one is none.
func ParsePermissions(field string, words []string) (Permissions, error) {
	var p Permissions
	for _, word := range words {
		i := slices.IndexFunc(permissionWords, func(w struct {
			is   Permissions
			word string
		}) bool {
			return w.word == word
		})
		if i < 0 {
			return 0, invalid(field, "must be of "+strings.Join(Permissions(-1).Words(), ", "))
		}
		p |= permissionWords[i].is
	}
	return p, nil
}

// MaySet tells whether the actor changes the settings of a department, or, for zero, of all.
func (a Actor) MaySet(d DepartmentID) bool {
	return a.Agent.Admin || d != 0 && a.Roles[d].Has(Supervisor) && a.Agent.Permissions.Has(ChangeSettings)
}

// Limits of groups.
const (
	MaxGroups       = 200
	MaxGroupDepth   = 8
	MaxGroupMembers = 1000
)

// Group is agents with permissions. Its members have them, and so have those of all groups below it.
type Group struct {
	ID          GroupID     `db:"id"`
	Name        string      `db:"name"`   // unique
	Parent      GroupID     `db:"parent"` // zero: none
	Permissions Permissions `db:"permissions"`
	Members     []AgentID   `db:"-"` // in order
}

// Everybody is the group of all agents: what it may, all may. It has neither a parent nor a list of members, and is always there.
const Everybody GroupID = 1

// Groups are all groups, Everybody among them.
type Groups []Group

// Find gives a group; false if there is none.
func (gs Groups) Find(id GroupID) (Group, bool) {
	for _, g := range gs {
		if g.ID == id {
			return g, true
		}
	}
	return Group{}, false
}

// line gives a group and those above it, as far as the deepest may reach.
func (gs Groups) line(id GroupID) []Group {
	var line []Group
	for range MaxGroupDepth + 1 {
		g, ok := gs.Find(id)
		if !ok {
			break
		}
		line, id = append(line, g), g.Parent
	}
	return line
}

// Held is what the members of a group may by it: its own permissions and those of the groups above it.
func (gs Groups) Held(id GroupID) Permissions {
	var p Permissions
	for _, g := range gs.line(id) {
		p |= g.Permissions
	}
	return p
}

// Of works out what an agent may: what everybody may, what their groups may, and what was given to them in person.
func (gs Groups) Of(a AgentID, given Permissions) Permissions {
	p := given | gs.Held(Everybody)
	for _, g := range gs {
		if slices.Contains(g.Members, a) {
			p |= gs.Held(g.ID)
		}
	}
	return p
}

// With gives the groups with one of them changed or added. The error is Invalid, with the field.
func (gs Groups) With(g Group) (Groups, error) {
	after := slices.DeleteFunc(slices.Clone(gs), func(each Group) bool { return each.ID == g.ID })
	if err := cmp.Or(CheckName("name", g.Name), after.check(g)); err != nil {
		return gs, err
	}
	after = append(after, g)
	for _, each := range after {
		line := after.line(each.ID)
		switch top := line[len(line)-1]; {
		case top.Parent != 0 && slices.ContainsFunc(line, func(l Group) bool { return l.ID == top.Parent }):
			return gs, invalid("parent", "is this group, or one below it")
		case len(line) > MaxGroupDepth:
			return gs, invalid("parent", "is too deep: groups are nested at most eight deep")
		}
	}
	return after, nil
}

// check says whether a group may stand beside the others.
func (gs Groups) check(g Group) error {
	_, above := gs.Find(g.Parent)
	switch {
	case slices.ContainsFunc(gs, func(each Group) bool { return strings.EqualFold(each.Name, g.Name) }):
		return invalid("name", "is in use already")
	case g.ID == Everybody && (g.Parent != 0 || len(g.Members) > 0):
		return invalid("parent", "is not for the group of everybody, nor has it members: all agents are in it")
	case g.Parent == Everybody, g.Parent != 0 && !above && g.Parent != g.ID:
		return invalid("parent", "is no group under which others can be")
	case len(gs) >= MaxGroups:
		return invalid("name", "is one too many: there can be at most 200 groups")
	case len(g.Members) > MaxGroupMembers:
		return invalid("members", "are too many: at most 1000")
	}
	return nil
}
