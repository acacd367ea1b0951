package core

import (
	"slices"
	"testing"
	"time"
)

func TestTheQueueServesByPriorityAndAgeC3(t *testing.T) {
	t.Parallel()
	const now = Time(1_000_000_000_000_000)
	waits := func(p Priority, minutes int) Session {
		return Session{ID: SessionID(100*len(p) + minutes), Priority: p, WaitingSince: now.Add(-time.Duration(minutes) * time.Minute)}
	}
	for name, want := range map[string][]Session{
		"of one priority, who has waited longest":         {waits(Normal, 3), waits(Normal, 2), waits(Normal, 1)},
		"at the same time, who matters most":              {waits(Urgent, 1), waits(High, 1), waits(Normal, 1), waits(Low, 1)},
		"a step is gained in ten minutes":                 {waits(Normal, 12), waits(High, 1), waits(Normal, 10), waits(Normal, 3)},
		"so that who matters least is served in its turn": {waits(Low, 31), waits(Urgent, 0), waits(Low, 29)},
	} {
		got := slices.Clone(want)
		slices.Reverse(got)
		slices.SortFunc(got, func(a, b Session) int { return int(a.Place() - b.Place()) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
