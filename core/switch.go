package core

import "time"

// Switch says whether new sessions are taken at all (FEATURES C17). Each department has one, and above them all stands the installation's.
// Hands, rules and the threshold set it.
type Switch struct {
	SwitchedOn bool     `db:"switched_on"`
	SwitchedBy SwitchBy `db:"switched_by"` // "": as in the beginning
	SwitchedAt Time     `db:"switched_at"`
}

// SwitchBy is what set a switch as it stands.
type SwitchBy string

// What sets a switch.
const (
	ByHand      SwitchBy = "hand"
	ByRule      SwitchBy = "rule"
	ByThreshold SwitchBy = "threshold"
)

// Flip sets the switch; false changes nothing. A switch that is off is taken over by a hand, and from the threshold by a rule too: then the
// threshold does not switch on again what it has switched off (S1.4).
func (s *Switch) Flip(on bool, by SwitchBy, now Time) bool {
	takesOver := !on && by != s.SwitchedBy && (by == ByHand || s.SwitchedBy == ByThreshold)
	if s.SwitchedOn == on && !takesOver {
		return false
	}
	*s = Switch{on, by, now}
	return true
}

// SwitchByHand sets the switch. Off also ends the use of rules, until somebody turns it on again (S1.10).
func (d *Department) SwitchByHand(on bool, now Time) bool {
	if !on {
		d.RuledAt = 0
	}
	return d.Flip(on, ByHand, now)
}

// UseRules begins to follow the rules, which set the switch once, or ends that, which leaves it (S1.9). By is the rule that set it.
func (d *Department) UseRules(use bool, rules Rules, now Time) (flipped bool, by string) {
	if !use {
		d.RuledAt = 0
		return false, ""
	}
	d.RuledAt = now
	on, by := rules.wants(zoneOf(d.Zone), now.Std())
	return d.Flip(on, ByRule, now), by
}

// FollowRules sets the switch if the rules have had an edge since they were last followed, and gives when they have the next; zero: never, or they
// are not in use. What was set by hand since the last edge stays until then. Where the clock was set back, what is stays until the next edge.
func (d *Department) FollowRules(rules Rules, now Time) (flipped bool, by string, next Time) {
	if d.RuledAt == 0 || rules == "" {
		return false, "", 0
	}
	d.RuledAt = min(d.RuledAt, now)
	place, p := zoneOf(d.Zone), rules.plan()
	edge := At(p.edge(place, d.RuledAt.Std()))
	if edge == 0 || edge > now {
		return false, "", edge
	}
	flipped, by = d.UseRules(true, rules, now)
	return flipped, by, At(p.edge(place, now.Std()))
}

const (
	// ThresholdRest is how long the threshold keeps off at least what it has switched off.
	ThresholdRest = 60 * time.Second
	// thresholdLook is how often it is then seen whether fewer wait.
	thresholdLook = 5 * time.Second
)

// Crowd switches off where as many wait as the threshold says; 0 is none.
func (d *Department) Crowd(threshold, waiting int64, now Time) bool {
	return threshold > 0 && waiting >= threshold && d.SwitchedOn && d.Flip(false, ByThreshold, now)
}

// Crowded tells whether the threshold has switched off, and nobody has since.
func (d Department) Crowded() bool { return !d.SwitchedOn && d.SwitchedBy == ByThreshold }

// Thin switches on again what the threshold has switched off, after its rest and when fewer wait; else it gives when to look again.
func (d *Department) Thin(threshold, waiting int64, now Time) (flipped bool, next Time) {
	if !d.Crowded() {
		return false, 0
	}
	if off := now.Sub(d.SwitchedAt); off >= 0 && off < ThresholdRest { // below zero: the clock was set back
		return false, d.SwitchedAt.Add(ThresholdRest)
	}
	if threshold > 0 && waiting >= threshold {
		return false, now.Add(thresholdLook)
	}
	return d.Flip(true, ByThreshold, now), 0
}
