package core

import (
	"testing"
	"time"
)

func TestC20_WhatAsksForAPerson(t *testing.T) {
	t.Parallel()
	b := Bot{Seconds: 30, Words: "human, Talk to a person,оператор"}
	for text, want := range map[string]bool{
		"human": true, " HUMAN! ": true, "«Human»": true, "talk to a person, please": false, "Talk to a  person.": true, "Оператор": true,
		"are you human?": false, "humane": false, "": false, "!": false, ",": false,
	} {
		if got := b.Asks(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
	if (Bot{Words: ""}).Asks("") || (Bot{Words: ","}).Asks("?") {
		t.Error("nothing asks for a person")
	}
}

func TestC20_WhenABotsSessionGoesToPeople(t *testing.T) {
	t.Parallel()
	const now = Time(1_000_000_000_000)
	ago := func(d time.Duration) Time { return now.Add(-d) }
	with := func(waits Time) Session {
		return Session{State: Active, Bot: true, Assignee: 7, HeldAt: ago(time.Hour), WaitingSince: waits}
	}
	b := Bot{Agent: 7, Seconds: 30}
	for name, c := range map[string]struct {
		s      Session
		serves bool
		lapse  Lapse
		next   Time
	}{
		"answered":                     {with(0), true, NoLapse, 0},
		"asked just now":               {with(now), true, NoLapse, now.Add(30 * time.Second)},
		"asked half a minute ago":      {with(ago(30 * time.Second)), true, BotSilent, 0},
		"answered, and serves no more": {with(0), false, BotOff, 0},
		"snoozed":                      {Session{State: Active, Bot: true, Assignee: 7, WaitingSince: ago(time.Hour), SnoozedAt: ago(time.Minute)}, false, NoLapse, 0},
		"a person's":                   {Session{State: Active, Assignee: 7, WaitingSince: ago(time.Hour)}, false, NoLapse, 0},
		"ended":                        {Session{State: Over, Bot: true, Assignee: 7}, false, NoLapse, 0},
	} {
		if lapse, next := b.Look(c.s, c.serves, now); lapse != c.lapse || next != c.next {
			t.Errorf("%s: got %q, %v, want %q, %v", name, lapse, next, c.lapse, c.next)
		}
	}
	if lapse, next := (HandOff{Absence: Timeout{On: true, Seconds: 1}, FirstResponse: Timeout{On: true, Seconds: 1}}).Look(with(ago(time.Minute)), ago(time.Hour), 0, now); lapse != NoLapse || next != 0 {
		t.Errorf("the hand-off of people: got %q, %v, want none", lapse, next)
	}
	if marks, _ := (Service{WaitingMaximum: 1, IdleWarning: 1, IdleCritical: 1}).Look(with(ago(time.Minute)), now); marks != "" {
		t.Errorf("marks: got %q, want none", marks)
	}
}

func TestC20_ABotServesWhereItIsChosenAndWorks(t *testing.T) {
	t.Parallel()
	bot := func(change func(*Actor)) Actor {
		a := Actor{Agent: Agent{ID: 7, Bot: true}, Roles: Roles{1: Operator}}
		change(&a)
		return a
	}
	for name, c := range map[string]struct {
		bot  Actor
		want bool
	}{
		"as it should be":         {bot(func(*Actor) {}), true},
		"disabled":                {bot(func(a *Actor) { a.Agent.DisabledAt = 1 }), false},
		"a person":                {bot(func(a *Actor) { a.Agent.Bot = false }), false},
		"another":                 {bot(func(a *Actor) { a.Agent.ID = 8 }), false},
		"no operator":             {bot(func(a *Actor) { a.Roles = Roles{1: Supervisor} }), false},
		"operator somewhere else": {bot(func(a *Actor) { a.Roles = Roles{2: Operator} }), false},
	} {
		if got := (Bot{Agent: 7}).Serves(c.bot, 1); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
	can := Candidate{Role: Operator, Availability: AgentAvailable, Present: true}
	if can.Bar() != "" {
		t.Fatalf("a person: got %q, want no bar", can.Bar())
	}
	if can.Bot = true; can.Bar() != BarRole || can.Receiving() || can.Room() != 0 {
		t.Errorf("a bot: got %q, want it to be no candidate", can.Bar())
	}
}
