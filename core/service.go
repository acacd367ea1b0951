package core

import (
	"cmp"
	"slices"
	"strings"
)

// Service says how long customers may be kept before somebody is told (FEATURES C18, C22). Zero switches a threshold off.
type Service struct {
	WaitingMaximum   Seconds `json:"waiting_maximum" doc:"seconds that a customer may wait before anybody has joined; 0: any"`
	RaisePriority    bool    `json:"raise_priority" doc:"at the waiting maximum, the priority rises by a step"`
	IdleWarning      Seconds `json:"idle_warning" doc:"seconds without an answer in a session that somebody holds; 0: any"`
	IdleCritical     Seconds `json:"idle_critical" doc:"the same, when supervisors are told too"`
	DurationWarning  Seconds `json:"duration_warning" doc:"seconds that a session may last; 0: any"`
	DurationCritical Seconds `json:"duration_critical" doc:"the same, when supervisors are told too"`
}

func (v Service) check(path string) error {
	return cmp.Or(
		checkSeconds(path+".waiting_maximum", v.WaitingMaximum), checkSeconds(path+".idle_warning", v.IdleWarning),
		checkSeconds(path+".idle_critical", v.IdleCritical), checkSeconds(path+".duration_warning", v.DurationWarning),
		checkSeconds(path+".duration_critical", v.DurationCritical),
	)
}

// Mark says that a session has passed a threshold, one of Service or that of the hand-offs.
type Mark string

// The marks, in the order in which a session shows them.
const (
	MarkWaiting          Mark = "waiting_maximum"
	MarkIdle             Mark = "idle_warning"
	MarkIdleCritical     Mark = "idle_critical"
	MarkDuration         Mark = "duration_warning"
	MarkDurationCritical Mark = "duration_critical"
	MarkHandedOff        Mark = "handed_off"
)

// Critical tells whether supervisors are told of it, besides who holds the session.
func (m Mark) Critical() bool {
	return m == MarkWaiting || m == MarkIdleCritical || m == MarkDurationCritical || m == MarkHandedOff
}

// graver gives the mark that says all that m does, and more; "" if there is none.
func (m Mark) graver() Mark {
	switch m {
	case MarkIdle:
		return MarkIdleCritical
	case MarkDuration:
		return MarkDurationCritical
	}
	return ""
}

// Marks are a session's, one a line: a value that can be compared and kept as it is.
type Marks string

// List gives the marks one by one.
func (m Marks) List() []Mark {
	var all []Mark
	for line := range strings.Lines(string(m)) {
		all = append(all, Mark(strings.TrimSuffix(line, "\n")))
	}
	return all
}

// Has tells whether the mark is one of them.
func (m Marks) Has(mark Mark) bool { return slices.Contains(m.List(), mark) }

// Telling gives those that people are told of: not a warning of which the critical mark is there too.
func (m Marks) Telling() []Mark {
	return slices.DeleteFunc(m.List(), func(mark Mark) bool { return m.Has(mark.graver()) })
}

// ManyHandOffs is after how many hand-offs of a session supervisors are told (FEATURES C5).
const ManyHandOffs = 3

// Look says which thresholds a session has passed by now, and when it passes the next one if nothing happens; never if that is zero.
func (v Service) Look(s Session, now Time) (Marks, Time) {
	var passed []string
	var next Time
	look := func(m Mark, limit Seconds, since Time) {
		if since = s.Runs(since); limit == 0 || since == 0 {
			return
		}
		if at := since.Add(limit.Time()); at <= now {
			passed = append(passed, string(m))
		} else if next == 0 || at < next {
			next = at
		}
	}
	switch {
	case v.WaitingMaximum != 0 && s.Runs(s.WaitingSince) != 0 && s.Marks.Has(MarkWaiting): // it is told once a wait: until the answer, whoever holds it meanwhile
		passed = append(passed, string(MarkWaiting))
	case s.State == Waiting || s.State == Pending: // to the customer it is the same (FEATURES C1)
		look(MarkWaiting, v.WaitingMaximum, s.WaitingSince)
	}
	if (s.State == Pending || s.State == Active) && !s.Bot {
		look(MarkIdle, v.IdleWarning, s.WaitingSince)
		look(MarkIdleCritical, v.IdleCritical, s.WaitingSince)
	}
	if s.Open() {
		since := s.Began()
		look(MarkDuration, v.DurationWarning, since)
		look(MarkDurationCritical, v.DurationCritical, since)
	}
	if s.Open() && s.HandOffs >= ManyHandOffs && s.HandedAt > s.LastAgentAt { // until somebody answers
		passed = append(passed, string(MarkHandedOff))
	}
	return Marks(strings.Join(passed, "\n")), next
}
