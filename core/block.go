package core

import (
	"slices"
	"time"
)

// Term says how long a block holds (FEATURES C13).
type Term string

// The terms.
const (
	ForDay     Term = "day" // the rest of the day where the department is, an hour at least
	For24Hours Term = "24h"
	ForWeek    Term = "7d"      // seven times that
	ForAlways  Term = "forever" // until somebody lifts it
)

// Terms lists all terms, from the shortest.
var Terms = []Term{ForDay, For24Hours, ForWeek, ForAlways}

// leastBlock is how long a block holds at least.
const leastBlock = time.Hour

// CheckTerm says whether t is one of the terms.
func CheckTerm(t Term) error {
	if !slices.Contains(Terms, t) {
		return invalid("for", "must be day, 24h, 7d or forever")
	}
	return nil
}

// Until says when a block of this term ends that begins now, in a department of that time zone; zero: never.
func (t Term) Until(now Time, zone string) Time {
	switch t {
	case ForDay:
		return max(tomorrow(now, zone), now.Add(leastBlock))
	case For24Hours:
		return now.Add(24 * time.Hour)
	case ForWeek:
		return now.Add(7 * 24 * time.Hour)
	}
	return 0
}

// tomorrow is when the next day begins in the zone; in UTC if there is no such zone.
func tomorrow(now Time, zone string) Time {
	here, err := time.LoadLocation(zone)
	if err != nil {
		here = time.UTC
	}
	year, month, day := now.Std().In(here).Date()
	next := time.Date(year, month, day+1, 0, 0, 0, 0, here)
	if next.Day() == day { // the clocks leave midnight out, and this is before it: the day ends where they jump
		_, next = next.ZoneBounds()
	}
	if before := next.Add(-time.Hour); before.Day() == next.Day() { // they show it twice, and this is the second time
		next = before
	}
	return At(next)
}

// Blocked is the newest block of a channel's customer: until it ends, what they do is counted, and nothing else becomes of it.
type Blocked struct {
	Channel   ChannelID `db:"channel"`
	Remote    RemoteID  `db:"remote"`     // their identity
	Session   SessionID `db:"session"`    // where it was done; the notice is said there
	Agent     AgentID   `db:"agent"`      // who did it
	Name      string    `db:"name"`       // … and what they are called
	Since     Time      `db:"since"`      // zero: they were never blocked
	Until     Time      `db:"until"`      // when it ends, or was lifted; zero: never
	Dropped   int64     `db:"dropped"`    // what was counted
	NoticedAt Time      `db:"noticed_at"` // when they were told, where they have to be
}

// Holds tells whether the block keeps its customer out now.
func (b Blocked) Holds(now Time) bool { return b.Since != 0 && (b.Until == 0 || now < b.Until) }

// Notice is what the customer is told, with the time as clocks in the zone show it.
func (b Blocked) Notice(zone string) string {
	if b.Until == 0 {
		return "You cannot write to us here any more. What you write does not reach us."
	}
	here, err := time.LoadLocation(zone)
	if err != nil {
		here = time.UTC
	}
	until := b.Until.Std().In(here)
	if up := until.Truncate(time.Minute); up.Before(until) { // said to the minute, and never too early
		until = up.Add(time.Minute)
	}
	return "You cannot write to us until " + until.Format("2 January 2006, 15:04 MST") + ". What you write before that does not reach us."
}
