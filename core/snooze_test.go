package core

import (
	"testing"
	"time"
)

func TestASnoozeEndsByItselfOrWithWhatBecomesOfTheSessionC26(t *testing.T) {
	t.Parallel()
	const start = Time(1_000_000_000_000_000)
	const now = start + 60_000_000
	for name, tt := range map[string]struct {
		until  Time
		do     func(s *Session)
		asleep bool
		woken  Woken
	}{
		"nothing happens":                   {0, func(*Session) {}, true, ""},
		"it is not time yet":                {now + 1, func(*Session) {}, true, ""},
		"its time has come":                 {now, func(*Session) {}, false, WokenByTime},
		"its time has long come":            {start + 1, func(*Session) {}, false, WokenByTime},
		"its holder answers, and it stays":  {0, func(s *Session) { s.HearAgent(Content{Text: "x"}, now) }, true, ""},
		"it is back in the queue":           {0, func(s *Session) { s.Release(now) }, false, ""},
		"it is in another's queue":          {0, func(s *Session) { s.Transfer(2, now) }, false, ""},
		"it has ended":                      {0, func(s *Session) { s.End(Expired, now) }, false, ""},
		"it is back, and somebody answers":  {0, func(s *Session) { s.Wake(WokenByCustomer, now); s.HearAgent(Content{Text: "x"}, now) }, false, ""},
		"it is back, and is put aside anew": {0, func(s *Session) { s.Wake(WokenByCustomer, now); s.Snooze(now+1, now) }, true, ""},
	} {
		s := Session{State: Active, LastAt: start}
		s.Snooze(tt.until, start)
		if tt.do(&s); s.Wakes(now) {
			s.Wake(WokenByTime, now)
		}
		if s.Snoozed() != tt.asleep || s.Woken != tt.woken || !tt.asleep && (s.SnoozedUntil != 0 || s.WokenAt != now) {
			t.Errorf("%s: got %+v", name, s)
		}
		if runs := s.Runs(start); (runs == 0) != tt.asleep {
			t.Errorf("%s: its times run since %v", name, runs)
		}
	}
}

func TestForHowLongASessionCanBeSnoozedC26(t *testing.T) {
	t.Parallel()
	const now = Time(1_000_000_000_000_000)
	for until, ok := range map[Time]bool{
		0: true, now + 1: true, now.Add(MaxSnooze): true, now: false, now - 1: false, 1: false, now.Add(MaxSnooze + time.Second): false,
	} {
		if err := CheckSnooze(until, now); (err == nil) != ok || err != nil && KindOf(err) != Invalid {
			t.Errorf("until %v: got %v", until, err)
		}
	}
}
