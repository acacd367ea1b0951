package core

import (
	"testing"
	"time"
)

func TestWhenASessionIsTakenFromItsHolderC5(t *testing.T) {
	t.Parallel()
	const start = Time(1_000_000_000_000_000)
	at := func(seconds int) Time { return start.Add(time.Duration(seconds) * time.Second) }
	on := HandOff{FirstResponse: Timeout{true, 60}, FollowUp: Timeout{true, 180}, Absence: Timeout{true, 120}}
	fresh := Session{State: Pending, WaitingSince: start, HeldAt: start}
	talk := Session{State: Active, WaitingSince: start, HeldAt: at(-900), LastAgentAt: at(-30)}
	with := func(s Session, change func(*Session)) Session { change(&s); return s }
	for name, tt := range map[string]struct {
		rule  HandOff
		s     Session
		gone  Time
		works Time
		now   int
		want  Lapse
		next  Time
	}{
		"as shipped, only absence counts":             {Shipped.HandOff, fresh, 0, 0, 0, NoLapse, at(120)},
		"… and who is there is looked at again":       {Shipped.HandOff, fresh, 0, 0, 600, NoLapse, at(720)},
		"… and who is gone loses it":                  {Shipped.HandOff, talk, at(1), 0, 121, Absent, 0},
		"all is off":                                  {HandOff{}, talk, at(-60), 0, 9999, NoLapse, 0},
		"an answer is not there yet":                  {on, fresh, 0, 0, 59, NoLapse, at(60)},
		"it is not there in time (S5.2)":              {on, fresh, 0, 0, 60, NoFirstResponse, 0},
		"typing is no answer (S5.2)":                  {on, with(fresh, func(s *Session) { s.TypedAt = at(59) }), 0, 0, 60, NoFirstResponse, 0},
		"who has joined has not answered":             {on, with(fresh, func(s *Session) { s.State = Active }), 0, 0, 60, NoFirstResponse, 0},
		"the next holder has all the time again":      {on, with(talk, func(s *Session) { s.HeldAt = at(50) }), 0, 0, 60, NoLapse, at(110)},
		"… and is late after theirs":                  {on, with(talk, func(s *Session) { s.HeldAt = at(50) }), 0, 0, 110, NoFirstResponse, 0},
		"their time begins with the customer's word":  {on, with(fresh, func(s *Session) { s.WaitingSince = at(40) }), 0, 0, 60, NoLapse, at(100)},
		"no follow-up is not there yet":               {on, talk, 0, 0, 100, NoLapse, at(180)},
		"the follow-up is not there in time (S5.3)":   {on, talk, 0, 0, 180, NoFollowUp, 0},
		"typing stops the timer (S5.3)":               {on, with(talk, func(s *Session) { s.TypedAt = at(170) }), 0, 0, 180, NoLapse, at(300)},
		"… which begins anew":                         {on, with(talk, func(s *Session) { s.TypedAt = at(170) }), 0, 0, 350, NoFollowUp, 0},
		"the last word stops it (S5.3)":               {on, with(talk, func(s *Session) { s.WaitingSince = 0 }), 0, 0, 9999, NoLapse, 0},
		"transferred, it is nobody's (S5.3)":          {on, with(talk, func(s *Session) { s.State = Waiting }), at(1), 0, 9999, NoLapse, 0},
		"what has ended is taken from nobody":         {on, with(talk, func(s *Session) { s.State = Over }), at(1), 0, 9999, NoLapse, 0},
		"gone, and not for long":                      {on, talk, at(30), 0, 149, NoLapse, at(150)},
		"gone for long (S5.4)":                        {on, talk, at(30), 0, 150, Absent, 0},
		"gone long before the customer wrote":         {on, talk, at(-600), 0, 119, NoLapse, at(120)},
		"who has done something just now is not gone": {on, with(talk, func(s *Session) { s.ActedAt = at(100) }), at(-600), 0, 150, NoLapse, at(180)},
		"gone counts while the customer waits only":   {on, with(talk, func(s *Session) { s.WaitingSince = 0 }), at(-600), 0, 9999, NoLapse, 0},
		"the first of two reasons is told":            {on, fresh, at(-600), 0, 9999, NoFirstResponse, 0},
		"nobody works: looked at when they do":        {on, talk, at(-600), at(5000), 300, NoLapse, at(5120)},
		"… and two minutes later":                     {on, talk, at(-600), at(5000), 5120, Absent, 0},
		"they have worked all the time":               {on, talk, 0, at(-9999), 180, NoFollowUp, 0},
		"an answer at the moment of taking is one":    {on, with(fresh, func(s *Session) { s.LastAgentAt = s.HeldAt }), 0, 0, 60, NoLapse, at(180)},
	} {
		if got, next := tt.rule.Look(tt.s, tt.gone, tt.works, at(tt.now)); got != tt.want || next != tt.next {
			t.Errorf("%s: got %q, next at %v; want %q, %v", name, got, next.Sub(start), tt.want, tt.next.Sub(start))
		}
	}
}

func TestSinceWhenAHolderIsGoneC5(t *testing.T) {
	t.Parallel()
	const now, watch = Time(1_000_000_000), Time(100_000_000)
	ago := func(s int) Time { return now.Add(-time.Duration(s) * time.Second) }
	const slack = "chn_slack"
	seen := func(workspace, channel int) Attendance {
		return Attendance{Known: watch, Seen: map[string]Time{Workspace: ago(workspace), slack: ago(channel)}}
	}
	works := Actor{Roles: Roles{7: Operator}}
	away, disabled := works, works
	away.Agent.AwaySince, disabled.Agent.DisabledAt = ago(40), ago(50)
	for name, tt := range map[string]struct {
		actedOn string
		holder  Actor
		at      Attendance
		want    Time
	}{
		"the workspace is open":                           {Workspace, works, seen(-10, 500), 0},
		"it was closed":                                   {Workspace, works, seen(30, 500), ago(30)},
		"… and being linked in Slack does not count":      {Workspace, works, seen(30, -10), ago(30)},
		"the last thing was done in Slack":                {slack, works, seen(30, -10), 0},
		"… whose channel is broken, or they are unlinked": {slack, works, seen(30, 20), ago(20)},
		"… and they have the workspace open":              {slack, works, seen(-10, 20), 0},
		"… in another one":                                {"chn_other", works, seen(30, -10), ago(30)},
		"nothing was done yet: they are linked":           {"", works, seen(30, -10), 0},
		"… or nowhere":                                    {"", works, seen(30, 20), ago(20)},
		"they have never been there":                      {"", works, Attendance{Known: ago(60)}, ago(60)},
		"the hub was gone itself when they left":          {Workspace, works, Attendance{Known: ago(5), Seen: map[string]Time{Workspace: ago(900)}}, ago(5)},
		"nobody looks who is there":                       {Workspace, works, Attendance{Seen: map[string]Time{Workspace: ago(900)}}, 0},
		"away, with the workspace open":                   {Workspace, away, seen(-10, 500), ago(40)},
		"away, and linked in Slack":                       {slack, away, seen(500, -10), ago(40)},
		"away since before they left":                     {Workspace, away, seen(30, 500), ago(40)},
		"disabled":                                        {Workspace, disabled, seen(-10, -10), ago(50)},
		"without a role in the department":                {Workspace, Actor{Roles: Roles{8: Operator}}, seen(-10, -10), ago(300)},
	} {
		s := Session{Department: 7, State: Active, HeldAt: ago(300), ActedOn: tt.actedOn}
		if got := tt.at.Gone(s, tt.holder, now); got != tt.want {
			t.Errorf("%s: got %v ago, want %v", name, now.Sub(got), now.Sub(tt.want))
		}
	}
}

func TestSinceWhenAnAgentIsAway(t *testing.T) {
	t.Parallel()
	var a Agent
	for i, tt := range []struct {
		word Availability
		want Time
	}{{AgentAvailable, 0}, {AgentAway, 1}, {AgentOffline, 1}, {AgentBusy, 0}, {AgentOffline, 4}} {
		a.Availability = tt.word
		if a.Clock(Time(i)); a.AwaySince != tt.want {
			t.Errorf("%d: %s: away since %d, want %d", i, tt.word, a.AwaySince, tt.want)
		}
	}
}

func TestTypingIsNotedNowAndThenS5(t *testing.T) {
	t.Parallel()
	const now = Time(1_000_000_000)
	on := HandOff{FollowUp: Timeout{true, 180}}
	short := HandOff{FollowUp: Timeout{true, 4}}
	ago := func(s int) Time { return now.Add(-time.Duration(s) * time.Second) }
	for name, tt := range map[string]struct {
		rule HandOff
		s    Session
		want bool
	}{
		"at first":                   {on, Session{State: Active, WaitingSince: ago(9)}, true},
		"four seconds later":         {on, Session{State: Active, WaitingSince: ago(9), TypedAt: ago(4)}, false},
		"five seconds later":         {on, Session{State: Active, WaitingSince: ago(9), TypedAt: ago(5)}, true},
		"the timer is short":         {short, Session{State: Active, WaitingSince: ago(9), TypedAt: ago(2)}, true},
		"nobody waits for an answer": {on, Session{State: Active}, false},
		"nobody asks for it":         {Shipped.HandOff, Session{State: Active, WaitingSince: ago(9)}, false},
		"the session has ended":      {on, Session{State: Over, WaitingSince: ago(9)}, false},
	} {
		if got := tt.rule.Notes(tt.s, now); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}
