package core

import (
	"cmp"
	"slices"
)

// Strategy says how what waits in a department comes to its operators.
type Strategy string

// The strategies (FEATURES C3). All of them serve the queue in the order of Session.Place.
const (
	Manual        Strategy = "manual"         // operators take from the queue; nothing is assigned by itself
	RoundRobin    Strategy = "round_robin"    // to the available operator of whose capacity the smallest part is in use
	LeastBusy     Strategy = "least_busy"     // to the available operator with the fewest sessions
	PriorityFirst Strategy = "priority_first" // as least busy, and what is urgent to those who are busy as well
)

// Strategies lists them all.
var Strategies = []Strategy{Manual, RoundRobin, LeastBusy, PriorityFirst}

// Distribution says how sessions come to operators, and how many at once (FEATURES C3, C4).
type Distribution struct {
	Strategy  Strategy `json:"strategy" doc:"who gets what waits: manual (nobody, they take it), round_robin, least_busy or priority_first"`
	Ceiling   int64    `json:"ceiling" doc:"sessions that an agent may hold at once, at most, whatever limit is their own; 0: any number"`
	HardLimit bool     `json:"hard_limit" doc:"nobody takes or is given more than that by hand either; otherwise they are asked first"`

	Language  Preference `json:"language" doc:"operators who speak the customer's language"`
	Skills    Preference `json:"skills" doc:"operators with all the skills that a session asks for"`
	SkillTags string     `json:"skill_tags" doc:"with a comma between: by such a tag a session asks for the skill of that name"`
	LastAgent Timeout    `json:"last_agent" doc:"who comes back goes first to whom they talked to last, if that operator receives sessions then, and for so long to nobody else"`
}

// MaxLimit is the highest limit of sessions at once that can be set.
const MaxLimit = 1000

// CheckLimit says whether n can be a limit of sessions at once; zero is none. The error is Invalid, with the field.
func CheckLimit(field string, n int64) error {
	if n < 0 || n > MaxLimit {
		return invalid(field, "must be from 0 to 1000")
	}
	return nil
}

func (d Distribution) check(path string) error {
	if !slices.Contains(Strategies, d.Strategy) {
		return invalid(path+".strategy", "must be manual, round_robin, least_busy or priority_first")
	}
	return cmp.Or(CheckLimit(path+".ceiling", d.Ceiling), d.checkPreferences(path))
}

// Automatic tells whether sessions are assigned by themselves.
func (d Distribution) Automatic() bool { return d.Strategy != Manual }

// Limit is how many sessions an agent with that limit of their own is to hold at once; zero: any number.
func (d Distribution) Limit(own int64) int64 {
	if own == 0 || d.Ceiling != 0 && d.Ceiling < own {
		return d.Ceiling
	}
	return own
}

// Load is what an agent carries, kept with the deeds.
type Load struct {
	Agent          AgentID `db:"agent"`
	Own            int64   `db:"own_limit"`        // how many sessions they want at once; zero: they have not said
	Open           int64   `db:"open_sessions"`    // sessions that they hold
	LastEndedAt    Time    `db:"last_ended_at"`    // when one that they held last ended; zero: none has
	LastAssignedAt Time    `db:"last_assigned_at"` // when they last came to hold one, however they did
}

// Candidate is an agent as distribution sees them in one department.
type Candidate struct {
	Load
	Role         Role         `db:"role"`
	Disabled     bool         `db:"disabled"`
	Bot          bool         `db:"bot"`
	Availability Availability `db:"availability"`
	Present      bool         `db:"present"`
	Limit        int64        `db:"-"` // what Distribution.Limit makes of their own
	Abilities
}

// Bar is what keeps an agent from getting sessions, "" if nothing does.
type Bar string

// The bars, the first that holds.
const (
	BarRole   Bar = "role"   // is no operator of the department, or works here no more, or is a bot
	BarAway   Bar = "away"   // says so, or that they are offline
	BarAbsent Bar = "absent" // is on no surface
	BarFull   Bar = "full"   // has as many as they may
)

// Bar is the one rule of who is eligible: distribution, who counts as receiving and what lists of agents say are all this.
func (c Candidate) Bar() Bar {
	switch {
	case !c.Role.Has(Operator) || c.Disabled || c.Bot:
		return BarRole
	case c.Availability != AgentAvailable && c.Availability != AgentBusy:
		return BarAway
	case !c.Present:
		return BarAbsent
	case c.Full():
		return BarFull
	}
	return ""
}

// Full tells whether they hold as many sessions as they may.
func (c Candidate) Full() bool { return c.Limit != 0 && c.Open >= c.Limit }

// Receiving tells whether sessions may come to them, if not now (FEATURES C4, RULES S5.31): all full is not offline.
func (c Candidate) Receiving() bool {
	b := c.Bar()
	return b == "" || b == BarFull
}

// Room is how many sessions more they can be given; MaxLimit where they want any number.
func (c Candidate) Room() int64 {
	switch {
	case c.Bar() != "":
		return 0
	case c.Limit == 0:
		return MaxLimit
	}
	return c.Limit - c.Open
}

// Choose gives the place among all of who gets the session: -1 if it is to wait, and then from when on one of them may have it for whom it is too
// early now, Never if there is none. Whoever put it back is not given it again: that was done by hand, or for a reason that still holds. Who suits it
// (FEATURES C28) comes before all others. Busy agents come after all who are available, but for what is urgent under priority first.
func (d Distribution) Choose(s Session, all []Candidate, now Time) (best int, next Time) {
	best, next = -1, Never
	if !d.Automatic() {
		return best, next
	}
	var first Candidate
	var most int
	urgent := d.Strategy == PriorityFirst && s.Priority == Urgent
	for i, c := range all {
		if c.Bar() != "" || c.Agent == s.PutBackBy {
			continue
		}
		worth, from := d.suits(s, c)
		switch {
		case from > now:
			next = min(next, from)
		case best < 0 || worth > most || worth == most && d.before(c, first, urgent):
			best, first, most = i, c, worth
		}
	}
	return best, next
}

// before tells whether a is served before b: both are eligible, and suit as well.
func (d Distribution) before(a, b Candidate, urgent bool) bool {
	if !urgent && a.Availability != b.Availability {
		return a.Availability == AgentAvailable
	}
	first, second := cmp.Compare(a.part(b), b.part(a)), cmp.Compare(a.Open, b.Open)
	if d.Strategy != RoundRobin {
		first, second = second, first
	}
	return cmp.Or(first, second, cmp.Compare(a.LastEndedAt, b.LastEndedAt), cmp.Compare(a.LastAssignedAt, b.LastAssignedAt),
		cmp.Compare(a.Agent, b.Agent)) < 0
}

// part is the part of c's capacity that is in use, as a number to compare with what the other gives for c; nothing of any number.
func (c Candidate) part(other Candidate) int64 {
	if c.Limit == 0 {
		return 0
	}
	return c.Open * max(other.Limit, 1)
}
