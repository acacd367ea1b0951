package core

import (
	"strings"
	"testing"
	"time"
)

func TestASilentCustomerIsWarnedAndThenLeftC23(t *testing.T) {
	t.Parallel()
	const start = Time(1_000_000_000_000_000)
	at := func(d time.Duration) Time { return start.Add(d) }
	on := AutoClose{Site: 1800, Messenger: 86400, Warning: 300}
	talk := Session{State: Active, LastAt: start} // the agent spoke last, at the start
	warned := talk
	warned.WarnedAt = at(25 * time.Minute)
	late := talk
	late.WarnedAt = at(2 * time.Hour)
	wrote := warned
	wrote.LastAt = at(26 * time.Minute) // and was answered
	waits := talk
	waits.WaitingSince = start
	over := talk
	over.State = Over
	aside := talk
	aside.SnoozedAt = at(time.Minute)
	back := warned
	back.WokenAt = at(10 * time.Hour)
	tests := map[string]struct {
		rule  AutoClose
		s     Session
		pulls bool
		now   Time
		want  Silence
		next  Time
	}{
		"it has just begun":                           {on, talk, true, start, Bearable, at(25 * time.Minute)},
		"on a messenger it may last a day":            {on, talk, false, at(time.Hour), Bearable, at(24*time.Hour - 5*time.Minute)},
		"five minutes before the end they are told":   {on, talk, true, at(25 * time.Minute), Warns, at(30 * time.Minute)},
		"told, they have their five minutes":          {on, warned, true, at(29 * time.Minute), Bearable, at(30 * time.Minute)},
		"then it ends":                                {on, warned, true, at(30 * time.Minute), Expires, 0},
		"nobody looked for two hours: they are told":  {on, talk, true, at(2 * time.Hour), Warns, at(2*time.Hour + 5*time.Minute)},
		"… and have their five minutes":               {on, late, true, at(2*time.Hour + 4*time.Minute), Bearable, at(2*time.Hour + 5*time.Minute)},
		"who wrote meanwhile has all the time again":  {on, wrote, true, at(30 * time.Minute), Bearable, at(51 * time.Minute)},
		"who waits for an answer is not silent":       {on, waits, true, at(3 * time.Hour), Bearable, 0},
		"what has ended does not end again":           {on, over, true, at(3 * time.Hour), Bearable, 0},
		"one that is snoozed rests":                   {on, aside, true, at(3 * time.Hour), Bearable, 0},
		"back from a snooze all begins anew":          {on, back, true, at(10 * time.Hour), Bearable, at(10*time.Hour + 25*time.Minute)},
		"… with a warning of its own":                 {on, back, true, at(10*time.Hour + 25*time.Minute), Warns, at(10*time.Hour + 30*time.Minute)},
		"where nobody has said anything":              {on, Session{State: Empty, LastAt: start}, true, at(3 * time.Hour), Bearable, 0},
		"switched off":                                {AutoClose{Warning: 300}, talk, true, at(3 * time.Hour), Bearable, 0},
		"without a warning it ends at once":           {AutoClose{Site: 60}, talk, true, at(time.Minute), Expires, 0},
		"a warning longer than the silence is halved": {AutoClose{Site: 60, Warning: 300}, talk, true, at(10 * time.Second), Bearable, at(30 * time.Second)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, next := tt.rule.Look(tt.s, tt.pulls, tt.now)
			if got != tt.want || next != tt.next {
				t.Errorf("got %q, next at %v; want %q, %v", got, next.Sub(start), tt.want, tt.next.Sub(start))
			}
		})
	}
}

func TestTheWarningSaysHowLongC23(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * 3600
	for warning, want := range map[Seconds]string{300: "5 minutes", 60: "1 minute", 90: "2 minutes", 7200: "2 hours", 30: "30 seconds", 86400: "1 day"} {
		want = "We have not heard from you for a while. This conversation ends in " + want + " unless you write."
		if got := (AutoClose{Site: year, Warning: warning}).SilenceWarning(true); got != want {
			t.Errorf("%d: got %q, want %q", warning, got, want)
		}
	}
	halved := AutoClose{Site: 60, Messenger: 3600, Warning: 300}
	for pulls, want := range map[bool]string{true: "in 30 seconds ", false: "in 5 minutes "} {
		if got := halved.SilenceWarning(pulls); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q: no more than half of the silence is left", got, want)
		}
	}
}
