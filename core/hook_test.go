package core

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestF3_WhatIsToldToHooks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event Event
		aside Aside
		want  []HookEvent
	}{
		"a session starts":                  {Event{Kind: EventStarted, Audience: Everyone}, "", []HookEvent{HookStarted}},
		"an operator takes it":              {Event{Kind: EventTaken, Audience: Everyone}, "", []HookEvent{HookAssigned}},
		"it is assigned":                    {Event{Kind: EventAssigned, Audience: AgentsOnly}, "", []HookEvent{HookAssigned}},
		"its customer rates it":             {Event{Kind: EventRated, Audience: Everyone}, "", []HookEvent{HookRated}},
		"it ends":                           {Event{Kind: EventEnded, Audience: Everyone}, "", []HookEvent{HookEnded}},
		"a customer writes":                 {Event{Kind: EventMessage, Audience: Everyone, ActorKind: ByCustomer}, AfterHours, []HookEvent{HookMessage}},
		"an agent answers":                  {Event{Kind: EventMessage, Audience: Everyone, ActorKind: ByAgent}, Offline, []HookEvent{HookMessage}},
		"a customer leaves an offline word": {Event{Kind: EventMessage, Audience: Everyone, ActorKind: ByCustomer}, Offline, []HookEvent{HookMessage, HookOffline}},
		"a note":                            {Event{Kind: EventMessage, Audience: AgentsOnly, ActorKind: ByAgent}, Offline, nil},
		"a note is edited":                  {Event{Kind: EventEdited, Audience: AgentsOnly}, "", nil},
		"a message is edited":               {Event{Kind: EventEdited, Audience: Everyone}, "", nil},
		"a record is created":               {Event{Kind: EventRecordCreated, Audience: AgentsOnly}, "", []HookEvent{HookRecord}},
		"a record is changed":               {Event{Kind: EventRecordChanged, Audience: AgentsOnly}, "", nil},
		"an agent joins":                    {Event{Kind: EventJoined, Audience: Everyone}, "", nil},
		"a channel was changed":             {Event{Kind: EventChannelChanged}, "", nil},
	} {
		if got := HookEventsOf(c.event, c.aside); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestF3_AHookWantsWhatItHasSubscribed(t *testing.T) {
	t.Parallel()
	all := Hook{Events: []HookEvent{HookEnded}, EnabledAt: 100}
	one := Hook{Events: []HookEvent{HookEnded}, EnabledAt: 100, Departments: []DepartmentID{7, 8}}
	off := Hook{Events: []HookEvent{HookEnded}}
	for name, c := range map[string]struct {
		hook Hook
		e    Event
		as   HookEvent
		want bool
	}{
		"of any department":        {all, Event{At: 200, Department: 9}, HookEnded, true},
		"of one of its own":        {one, Event{At: 200, Department: 8}, HookEnded, true},
		"of another":               {one, Event{At: 200, Department: 9}, HookEnded, false},
		"another event":            {all, Event{At: 200}, HookStarted, false},
		"before it was there":      {all, Event{At: 99}, HookEnded, false},
		"while it is switched off": {off, Event{At: 200}, HookEnded, false},
	} {
		if got := c.hook.Wants(c.e, c.as); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestF3_AHookIsChecked(t *testing.T) {
	t.Parallel()
	good := Hook{Name: "ERP", Events: HookEvents}
	if err := good.Check(); err != nil {
		t.Errorf("got %v, want none", err)
	}
	for field, change := range map[string]func(*Hook){
		"name":        func(h *Hook) { h.Name = strings.Repeat("a", 201) },
		"events":      func(h *Hook) { h.Events = []HookEvent{HookEnded, HookTest} },
		"departments": func(h *Hook) { h.Departments = make([]DepartmentID, 101) },
	} {
		bad := good
		change(&bad)
		if e, ok := errors.AsType[*Error](bad.Check()); !ok || e.Kind != Invalid || e.Field != field {
			t.Errorf("%s: got %v", field, e)
		}
	}
	for field, bad := range map[string]Hook{"name": {Events: HookEvents}, "events": {Name: "ERP"}} {
		if e, ok := errors.AsType[*Error](bad.Check()); !ok || e.Field != field {
			t.Errorf("no %s: got %v", field, e)
		}
	}
}

func TestF3_WhatBecomesOfACall(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	owed := Time(1_000_000)
	for name, c := range map[string]struct {
		status     int
		retryAfter time.Duration
		after      time.Duration // since it was owed
		want       HookVerdict
	}{
		"taken":                       {200, 0, 0, HookVerdict{State: HookDelivered}},
		"taken, without a word":       {204, 0, 4 * day, HookVerdict{State: HookDelivered}},
		"gone":                        {410, 0, 0, HookVerdict{State: HookParked, Off: true}},
		"no answer":                   {0, 0, 0, HookVerdict{State: HookOwed, Pause: 2500 * time.Millisecond, Whole: true}},
		"an error of its own":         {500, 0, 0, HookVerdict{State: HookOwed, Pause: 2500 * time.Millisecond, Whole: true}},
		"busy until later":            {503, time.Hour, 0, HookVerdict{State: HookOwed, Pause: time.Hour, Whole: true}},
		"busy for a day":              {503, day, 0, HookVerdict{State: HookOwed, Pause: time.Hour, Whole: true}},
		"refused for a day":           {422, day, 0, HookVerdict{State: HookOwed, Pause: time.Hour}},
		"too many, without a time":    {429, 0, 0, HookVerdict{State: HookOwed, Pause: 2500 * time.Millisecond, Whole: true}},
		"too many, for a minute":      {429, time.Minute, 0, HookVerdict{State: HookOwed, Pause: time.Minute, Whole: true}},
		"too many, for no time":       {429, time.Millisecond, 0, HookVerdict{State: HookOwed, Pause: 2500 * time.Millisecond, Whole: true}},
		"elsewhere":                   {302, 0, 0, HookVerdict{State: HookOwed, Pause: 2500 * time.Millisecond, Whole: true}},
		"refused, as this one is":     {422, 0, 0, HookVerdict{State: HookOwed, Pause: 2500 * time.Millisecond}},
		"refused just before the end": {400, 0, 3*day - time.Second, HookVerdict{State: HookOwed, Pause: 2500 * time.Millisecond}},
		"refused for three days":      {400, 0, 3 * day, HookVerdict{State: HookParked, Pause: 2500 * time.Millisecond}},
		"no answer for three days":    {0, 0, 3 * day, HookVerdict{State: HookParked, Pause: 2500 * time.Millisecond, Whole: true}},
	} {
		if got := JudgeHook(HookCall{OwedAt: owed, Since: owed}, c.status, c.retryAfter, owed.Add(c.after), 0); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
	// One that is replayed has its three days again.
	if got := JudgeHook(HookCall{OwedAt: owed, Since: owed.Add(5 * day)}, 400, 0, owed.Add(6*day), 0); got.State != HookOwed {
		t.Errorf("a replayed one: got %v", got.State)
	}
}

func TestF3_ThePausesGrowToAnHour(t *testing.T) {
	t.Parallel()
	for attempts, want := range []time.Duration{5 * time.Second, 20 * time.Second, 80 * time.Second, 320 * time.Second, 1280 * time.Second, time.Hour, time.Hour} {
		least, most := HookPause(int64(attempts), 0), HookPause(int64(attempts), 0.999999999)
		if least != want/2 || most < want*9/10 || most > want {
			t.Errorf("after %d: got %v to %v, want %v to %v", attempts, least, most, want/2, want)
		}
	}
	if got := HookPause(1<<40, 0.5); got > time.Hour || got < 30*time.Minute {
		t.Errorf("after very many: got %v", got)
	}
}
