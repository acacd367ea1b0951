package core

import (
	"slices"
	"time"
)

// MaxQuiet is how long an agent is not to be disturbed at most, whatever a channel says: it can say so again.
const MaxQuiet = 7 * 24 * time.Hour

// Quiet is what a channel has said of an agent: that they are not to be disturbed. Their availability is lowered for as long, and comes back, unless they
// say something themselves meanwhile. The zero Quiet is of an agent who may be disturbed.
type Quiet struct {
	QuietBy     ChannelID    `db:"quiet_by"`
	QuietFormer Availability `db:"quiet_former"` // what comes back; "" where nothing was lowered, or they have spoken since
	QuietUntil  Time         `db:"quiet_until"`
}

// Quieten does what a channel says: they are not to be disturbed until a time, or, where that is not after now, they may be again. It never raises
// what they have said. Of two channels the first counts until its time is over. False: that changes nothing.
func (a *Agent) Quieten(by ChannelID, to Availability, until, now Time) bool {
	active, until := a.QuietUntil > now, min(until, now.Add(MaxQuiet))
	switch {
	case active && a.QuietBy != by:
		return false
	case until <= now:
		return a.Waken()
	case active && a.QuietUntil == until:
		return false
	case active:
		a.QuietUntil = until
		return true
	}
	a.Waken()
	a.Quiet = Quiet{QuietBy: by, QuietUntil: until}
	if slices.Index(Availabilities, a.Availability) < slices.Index(Availabilities, to) {
		a.QuietFormer, a.Availability = a.Availability, to
	}
	return true
}

// Waken lets them be disturbed again: what was lowered comes back. False: they might be anyway.
func (a *Agent) Waken() bool {
	if a.QuietUntil == 0 {
		return false
	}
	if a.QuietFormer != "" {
		a.Availability = a.QuietFormer
	}
	a.Quiet = Quiet{}
	return true
}

// Speak keeps what they say of themselves, which holds whatever a channel says until its time is over. False: it is what they have said.
func (a *Agent) Speak(word Availability) bool {
	if a.Availability == word && a.QuietFormer == "" {
		return false
	}
	a.Availability, a.QuietFormer = word, ""
	return true
}
