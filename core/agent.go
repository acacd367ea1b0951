package core

import (
	"slices"
	"strings"
)

// Agent is a person of the company.
type Agent struct {
	ID           AgentID      `db:"id"`
	Email        string       `db:"email"`       // folded by FoldEmail; unique
	Name         string       `db:"name"`        // for colleagues
	PublicName   string       `db:"public_name"` // for customers
	PasswordHash Secret       `db:"password_hash"`
	Admin        bool         `db:"admin"`
	Bot          bool         `db:"bot"` // a program, which works over the API: sessions begin with it, and it gets none otherwise
	CreatedAt    Time         `db:"created_at"`
	DisabledAt   Time         `db:"disabled_at"`
	Availability Availability `db:"availability"`
	AwaySince    Time         `db:"away_since"`  // when they became away or offline, by whichever word; zero: they are not
	Given        Permissions  `db:"given"`       // to them in person
	Permissions  Permissions  `db:"permissions"` // what they may: Given, and what their groups may; kept with every change of these
	Abilities
	Quiet
}

// PublicName is what customers see of an agent who has set nothing else: the first name.
func PublicName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// FoldEmail gives the form of an address in which it is stored and looked up.
func FoldEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// CheckEmail says whether s can be an agent's address.
func CheckEmail(s string) error {
	if err := CheckName("email", s); err != nil {
		return err
	}
	name, host, ok := strings.Cut(s, "@")
	if !ok || name == "" || host == "" || strings.ContainsAny(s, " \t<>\",;") || strings.Contains(host, "@") {
		return invalid("email", "is not an e-mail address")
	}
	return nil
}

// Role is what an agent is in one department, either or both.
type Role uint8

// The roles.
const (
	Operator   Role = 1 << iota // answers customers
	Supervisor                  // watches and steers
)

// Has tells whether r includes all of want.
func (r Role) Has(want Role) bool { return r&want == want }

// Names lists the roles in words.
func (r Role) Names() []string {
	var names []string
	if r.Has(Operator) {
		names = append(names, "operator")
	}
	if r.Has(Supervisor) {
		names = append(names, "supervisor")
	}
	return names
}

// Roles are the roles that an agent holds, by department.
type Roles map[DepartmentID]Role

// Departments lists, in order, the departments in which any of the roles is held.
func (r Roles) Departments(any Role) []DepartmentID {
	var ids []DepartmentID
	for d, role := range r {
		if role&any != 0 {
			ids = append(ids, d)
		}
	}
	slices.Sort(ids)
	return ids
}

// ActorKind says who did something.
type ActorKind string

// The kinds of actor.
const (
	ByCustomer ActorKind = "customer"
	ByAgent    ActorKind = "agent"
	BySystem   ActorKind = "system"
	ByCommand  ActorKind = "command" // who gives commands on the machine; in the audit log only
)

// Actor is an agent who asks for something, with the rights they had when they asked.
type Actor struct {
	Agent Agent
	Roles Roles
	Own   []DepartmentID // in order: where operators see of each other's sessions none that somebody holds (Sight)
	Key   KeyID          // the API key they came with; zero: a login
}

// Origin is the namespace of the actor's idempotency keys.
func (a Actor) Origin() string {
	if a.Key != 0 {
		return "k" + a.Key.String()
	}
	return "a" + a.Agent.ID.String()
}
