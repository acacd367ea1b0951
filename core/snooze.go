package core

import "time"

// MaxSnooze is how long a session can be put aside at most; until the customer writes it can be for as long as they are silent.
const MaxSnooze = 365 * 24 * time.Hour

// Woken says what brought a session back that was snoozed (FEATURES C26).
type Woken string

// What can bring it back.
const (
	WokenByTime     Woken = "time"
	WokenByCustomer Woken = "customer" // they wrote
	WokenByHand     Woken = "hand"
)

// CheckSnooze says whether a session can be put aside until then; zero: until the customer writes.
func CheckSnooze(until, now Time) error {
	switch {
	case until != 0 && until <= now:
		return invalid("until", "must be a time to come")
	case until > now.Add(MaxSnooze):
		return invalid("until", "must be within a year")
	}
	return nil
}

// Snoozed tells whether its holder has put the session aside.
func (s Session) Snoozed() bool { return s.SnoozedAt != 0 }

// Snooze puts the session aside until a time, or until the customer writes if that is zero: they wake it in either case.
func (s *Session) Snooze(until, now Time) {
	s.SnoozedAt, s.SnoozedUntil, s.Woken = now, until, ""
}

// Wakes tells whether it is time for a snoozed session to come back.
func (s Session) Wakes(now Time) bool { return s.SnoozedUntil != 0 && s.SnoozedUntil <= now }

// Wake brings a snoozed session back. It stands on top of its holder's list, and says why, until somebody answers or puts it aside again.
func (s *Session) Wake(by Woken, now Time) {
	s.Rouse(now)
	s.Woken = by
}

// Rouse ends what a snooze means, because something else became of the session.
func (s *Session) Rouse(now Time) {
	if s.Snoozed() {
		s.WokenAt = now
	}
	s.SnoozedAt, s.SnoozedUntil, s.Woken = 0, 0, ""
}

// Runs gives since when a time of the session's rules runs that began then; zero: it does not. While the session is snoozed all of them
// rest, and they begin anew when it comes back; in an empty one none has begun.
func (s Session) Runs(from Time) Time {
	if from == 0 || s.Snoozed() || s.State == Empty {
		return 0
	}
	return max(from, s.WokenAt)
}
