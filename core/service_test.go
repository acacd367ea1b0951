package core

import (
	"testing"
	"time"
)

func TestASessionPassesItsThresholdsC18(t *testing.T) {
	t.Parallel()
	const now = Time(1_000_000_000_000_000)
	ago := func(minutes int) Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	in := func(minutes int) Time { return now.Add(time.Duration(minutes) * time.Minute) }
	all := Service{WaitingMaximum: 300, IdleWarning: 120, IdleCritical: 240, DurationWarning: 3600, DurationCritical: 7200}
	for name, tt := range map[string]struct {
		rule Service
		s    Session
		want Marks
		next Time
	}{
		"a new one":                          {all, Session{State: Waiting, StartedAt: now, WaitingSince: now}, "", in(5)},
		"one that nobody takes":              {all, Session{State: Waiting, StartedAt: ago(5), WaitingSince: ago(5)}, "waiting_maximum", in(55)},
		"one that its holder has not joined": {all, Session{State: Pending, StartedAt: ago(5), WaitingSince: ago(5)}, "waiting_maximum\nidle_warning\nidle_critical", in(55)},
		"one whose holder does not answer":   {all, Session{State: Active, StartedAt: ago(10), WaitingSince: ago(3)}, "idle_warning", in(1)},
		"… for longer":                       {all, Session{State: Active, StartedAt: ago(10), WaitingSince: ago(9)}, "idle_warning\nidle_critical", in(50)},
		"one whose holder spoke last":        {all, Session{State: Active, StartedAt: ago(10)}, "", in(50)},
		"a long one":                         {all, Session{State: Active, StartedAt: ago(60)}, "duration_warning", in(60)},
		"one that is far too long":           {all, Session{State: Active, StartedAt: ago(600)}, "duration_warning\nduration_critical", 0},
		"one that has ended":                 {all, Session{State: Over, StartedAt: ago(600), WaitingSince: ago(600)}, "", 0},
		"one that was taken too late":        {all, Session{State: Active, StartedAt: ago(6), WaitingSince: ago(1), Marks: "waiting_maximum"}, "waiting_maximum", in(1)},
		"… and was answered":                 {all, Session{State: Active, StartedAt: ago(6), Marks: "waiting_maximum"}, "", in(54)},
		"… where any wait is allowed by now": {Service{}, Session{State: Active, WaitingSince: ago(9), Marks: "waiting_maximum"}, "", 0},
		"one that is snoozed rests":          {all, Session{State: Active, StartedAt: ago(600), WaitingSince: ago(600), SnoozedAt: ago(1)}, "", 0},
		"back from a snooze it begins anew":  {all, Session{State: Active, StartedAt: ago(600), WaitingSince: ago(600), WokenAt: ago(1)}, "", in(1)},
		"an empty one":                       {all, Session{State: Empty, StartedAt: ago(600)}, "", 0},
		"where nothing is set":               {Service{}, Session{State: Waiting, StartedAt: ago(600), WaitingSince: ago(600)}, "", 0},
		"a warning alone":                    {Service{IdleWarning: 60}, Session{State: Active, StartedAt: ago(9), WaitingSince: ago(9)}, "idle_warning", 0},
	} {
		if got, next := tt.rule.Look(tt.s, now); got != tt.want || next != tt.next {
			t.Errorf("%s: got %q, next in %v; want %q, %v", name, got, next.Sub(now), tt.want, tt.next.Sub(now))
		}
	}
}
