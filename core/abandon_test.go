package core

import (
	"testing"
	"time"
)

func TestC1_WhoIsGoneForTenMinutesBeforeAnybodyJoinsAbandonsTheSession(t *testing.T) {
	t.Parallel()
	const start = Time(1_000_000_000_000_000)
	at := func(d time.Duration) Time { return start.Add(d) }
	waits := Session{State: Waiting, StartedAt: start, LastCustomerAt: start}
	pending, met, wrote, snoozed, woken, empty, over := waits, waits, waits, waits, waits, waits, waits
	pending.State = Pending
	met.Connected = true // and was put back since
	wrote.LastCustomerAt = at(4 * time.Minute)
	snoozed.State, snoozed.SnoozedAt = Pending, start
	woken.WokenAt = at(time.Hour)
	empty.State = Empty
	over.State = Over
	on, off := Shipped.Abandon, Abandon{Seconds: 600}
	for name, tt := range map[string]struct {
		rule Abandon
		s    Session
		seen Time
		now  Time
		ends bool
		next Time
	}{
		"there a moment ago":                   {on, waits, at(2 * time.Minute), at(2 * time.Minute), false, at(12 * time.Minute)},
		"gone for almost ten minutes":          {on, waits, at(2 * time.Minute), at(12*time.Minute - 1), false, at(12 * time.Minute)},
		"gone for ten minutes":                 {on, waits, at(2 * time.Minute), at(12 * time.Minute), true, 0},
		"never seen since they wrote":          {on, wrote, at(-time.Hour), at(5 * time.Minute), false, at(14 * time.Minute)},
		"… ten minutes ago":                    {on, wrote, at(-time.Hour), at(14 * time.Minute), true, 0},
		"nobody looks who is there":            {on, waits, 0, at(time.Hour), false, at(70 * time.Minute)},
		"assigned, and nobody has joined":      {on, pending, start, at(10 * time.Minute), true, 0},
		"somebody has joined":                  {on, met, start, at(time.Hour), false, 0},
		"snoozed by who has not joined":        {on, snoozed, start, at(time.Hour), false, 0},
		"back from that a moment ago":          {on, woken, start, at(time.Hour), false, at(70 * time.Minute)},
		"without a word, there is another end": {on, empty, start, at(time.Hour), false, 0},
		"ended":                                {on, over, start, at(time.Hour), false, 0},
		"switched off":                         {off, waits, start, at(time.Hour), false, 0},
		"a shorter time":                       {Abandon{On: true, Seconds: 60}, waits, start, at(time.Minute), true, 0},
	} {
		if ends, next := tt.rule.Look(tt.s, tt.seen, tt.now); ends != tt.ends || next != tt.next {
			t.Errorf("%s: got %t, %v; want %t, %v", name, ends, next.Sub(start), tt.ends, tt.next.Sub(start))
		}
	}
}
