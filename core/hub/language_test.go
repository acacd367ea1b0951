package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

func TestC28_ALanguageIsATagOfBCP47(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]core.Language{
		"de": "de", "DE_at": "de-AT", "pt-br": "pt-BR", "zh-hant-tw": "zh-Hant-TW", "iw": "he", "nb": "no", "en-US-u-ca-buddhist": "en-US", "de-CH-1996": "de-CH", "tlh": "tlh",
		"": "", "und": "", "und-DE": "", "xx": "", "english": "", "x-private": "", "*": "", "de\x00": "", "d\xff": "", strings.Repeat("de-", 30): "",
	} {
		got, err := LanguageOf("language", text)
		var e *core.Error
		if got != want || (err == nil) != (want != "") || err != nil && (!errors.As(err, &e) || e.Kind != core.Invalid || e.Field != "language") {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// can says what an agent speaks and is good at.
func (f floor) can(who core.Actor, languages, skills string) {
	f.t.Helper()
	c := AbilitiesChange{Languages: core.Languages(languages).List(), Skills: core.Skills(skills).List()}
	must(f.hub.SetAbilities(context.Background(), f.sofia, who.Agent.ID, c))
}

// writes lets a customer write whose channel tells of their language.
func (f floor) writes(visitor, language string) core.SessionID {
	f.t.Helper()
	f.said++
	in := f.message(visitor, fmt.Sprint(visitor, f.said), "hi")
	in.Profile.Language = language
	if err := f.hub.Receive(context.Background(), in); err != nil {
		f.t.Fatal(err)
	}
	return must(f.store.Talking(context.Background(), f.channel, core.RemoteID(visitor))).ID
}

func TestC28_WhatWaitsIsKeptForWhoSuits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "round_robin", "language": {"seconds": 30}, "skills": {"seconds": 60}, "skill_tags": "refunds"`)
		f.here(1, f.anna)
		f.here(1, f.boris)
		f.can(f.anna, "en", "")
		f.can(f.boris, "de-DE", "refunds")
		first := f.writes("first", "de-AT")
		if got := f.holder(first); got != "Boris" {
			t.Fatalf("got %q, want Boris, who speaks it", got)
		}
		if got := f.session(first).Language; got != "de-AT" {
			t.Errorf("got language %q", got)
		}
		second := f.writes("second", "de")
		f.settled()
		f.pass(29 * time.Second)
		if got := f.holder(second); got != "" {
			t.Fatalf("%s has it in the time", got)
		}
		f.settled()
		f.pass(time.Second)
		if got := f.holder(second); got != "Anna" {
			t.Fatalf("after the time it is %q's, want Anna's, who has room", got)
		}
		f.settled()

		third, fourth := f.writes("third", "de"), f.writes("fourth", "en-US") // behind it
		f.do(f.anna, core.End{Session: second})
		if a, b := f.holder(third), f.holder(fourth); a != "" || b != "Anna" {
			t.Fatalf("got %q and %q, want Anna to get what is hers, and the other to wait", a, b)
		}
		f.do(f.boris, core.End{Session: first})
		if got := f.holder(third); got != "Boris" {
			t.Errorf("got %q, want Boris, who is free", got)
		}
		f.settled()

		tagged := f.writes("tagged", "")
		f.do(f.sofia, core.Tag{Session: tagged, Add: []string{"refunds", "vip"}})
		f.do(f.anna, core.End{Session: fourth})
		if got := f.holder(tagged); got != "" {
			t.Errorf("%s has what asks for a skill", got)
		}
		f.do(f.sofia, core.Tag{Session: tagged, Remove: []string{"refunds"}})
		f.pass(0)
		if got := f.holder(tagged); got != "Anna" {
			t.Errorf("got %q, want Anna: it asks for nothing any more", got)
		}
		f.settled()
	})
}

func TestC28_WhatOneLearnsBringsWhatWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "least_busy", "language": {"strict": true}`)
		f.here(0, f.anna)
		ids := []core.SessionID{f.writes("one", "fr"), f.writes("two", "fr"), f.writes("three", "fr")}
		f.pass(20 * time.Minute)
		if f.holder(ids[0]) != "" {
			t.Fatal("strict: it is given to who does not speak it")
		}
		f.settled()
		f.do(f.sofia, core.SetLanguage{Session: ids[1], Language: "de"})
		f.can(f.anna, "de", "")
		if got := f.holder(ids[1]); got != "Anna" {
			t.Errorf("got %q, want Anna, who speaks it now", got)
		}
		must(f.hub.SetAbilities(context.Background(), f.boris, f.boris.Agent.ID, AbilitiesChange{Languages: []core.Language{"it"}}))
		f.here(1, f.boris)
		f.do(f.sofia, core.SetLanguage{Session: ids[2], Language: "it-CH"})
		f.pass(0)
		if a, b := f.holder(ids[0]), f.holder(ids[2]); a != "" || b != "Boris" {
			t.Errorf("got %q and %q, want the Italian one Boris's", a, b)
		}
		f.do(f.anna, core.Take{Session: ids[0]}) // by hand everybody takes everything
		f.settled()
	})
}

// A queue of what nobody here speaks does not stand in the way of what comes after it.
func TestC28_WhatNobodySpeaksStopsNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "manual"`)
		together(3*givePage/2, func(i int) {
			in := f.message(fmt.Sprint("french ", i), fmt.Sprint(i), "salut")
			in.Profile.Language = "fr"
			if err := f.hub.Receive(context.Background(), in); err != nil {
				t.Error(err)
			}
		})
		f.distribute(`"strategy": "round_robin", "language": {"strict": true}`)
		f.here(1, f.anna)
		f.can(f.anna, "de", "")
		if got := f.holder(f.writes("dora", "de")); got != "Anna" {
			t.Errorf("got %q, want Anna's what she speaks", got)
		}
	})
}

func TestC28_WhoComesBackGoesToWhomTheyTalkedTo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "least_busy", "last_agent": {"on": true, "seconds": 60}`)
		f.here(1, f.anna)
		met := f.writes("carla", "")
		if f.holder(met) != "Anna" {
			t.Fatal("what comes is not given")
		}
		f.do(f.anna, core.End{Session: met})
		f.here(1, f.boris)
		other := f.writes("dora", "")
		if got := f.holder(other); got != "Boris" {
			t.Fatalf("one who was never here: got %q, want Boris, who never had one", got)
		}
		f.do(f.boris, core.End{Session: other})
		back := f.writes("carla", "")
		if got := f.holder(back); got != "Anna" {
			t.Fatalf("got %q, want Anna again", got)
		}
		again := f.writes("dora", "")
		if got := f.holder(again); got != "Boris" {
			t.Fatalf("got %q, want Boris again", got)
		}
		f.do(f.boris, core.End{Session: again})
		f.do(f.anna, core.End{Session: back})
		full := f.writes("emil", "") // one of them is full now
		holder, free := f.anna, f.boris
		if f.holder(full) == "Boris" {
			holder, free = f.boris, f.anna
		}
		theirs := map[core.AgentID]string{f.anna.Agent.ID: "carla", f.boris.Agent.ID: "dora"}[holder.Agent.ID]
		waits := f.writes(theirs, "")
		if got := f.holder(waits); got != "" {
			t.Fatalf("%s has it, although %s may get room", got, holder.Agent.Name)
		}
		f.settled()
		f.pass(59 * time.Second)
		f.settled()
		f.do(holder, core.End{Session: full})
		if got := f.holder(waits); got != holder.Agent.PublicName {
			t.Errorf("got %q, want %s, who has room again", got, holder.Agent.PublicName)
		}
		f.do(holder, core.Release{Session: waits})
		if got := f.holder(waits); got != free.Agent.PublicName {
			t.Errorf("put back: got %q, want %s's at once", got, free.Agent.PublicName)
		}
		f.do(free, core.End{Session: waits})
		if s := f.session(waits); s.LastAgent != 0 {
			t.Errorf("kept for %s, who has put it back", s.LastAgent)
		}

		must(f.hub.SetAvailability(context.Background(), free, core.AgentAway))
		away := f.writes(theirs, "") // whom they talked to last is away
		if got := f.holder(away); got != holder.Agent.PublicName {
			t.Errorf("got %q, want %s's at once: nobody waits for who is away", got, holder.Agent.PublicName)
		}
		f.settled()
	})
}

func TestC28_TheChannelSaysFirstWhatTheCustomerSpeaks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := floor{openDay(t, url)}
		id := f.writes("carla", "no language at all")
		if got := f.session(id).Language; got != "" {
			t.Errorf("got %q of what is none", got)
		}
		f.writes("carla", "DE_at")
		f.writes("carla", "fr")
		if got := f.session(id).Language; got != "de-AT" {
			t.Errorf("got %q, want what the channel said first", got)
		}
		f.do(f.anna, core.SetLanguage{Session: id, Language: "EN"})
		f.do(f.anna, core.SetLanguage{Session: id, Language: "en"})
		f.writes("carla", "de-AT")
		if got := f.session(id).Language; got != "en" {
			t.Errorf("got %q, want Anna's word", got)
		}
		if err := f.shop.tries(f.anna, core.SetLanguage{Session: id, Language: "klingonish"}); core.KindOf(err) != core.Invalid {
			t.Errorf("no language: got %v", err)
		}
		var got []string
		for _, e := range f.events {
			if e.Kind == core.EventLanguage {
				got = append(got, string(e.ActorKind)+" "+e.Text+" "+string(e.Audience))
			}
		}
		if want := []string{"customer de-AT agents", "agent en agents"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		f.healthy()
	})
}

func TestC28_WhoSaysWhatAnAgentCan(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := floor{openDay(t, url)}
		german, skilled := AbilitiesChange{Languages: []core.Language{"de"}}, AbilitiesChange{Skills: []string{"refunds"}}
		for name, c := range map[string]struct {
			who    core.Actor
			change AbilitiesChange
			want   core.Kind
		}{
			"her languages herself":           {f.anna, german, ""},
			"her skills herself":              {f.anna, skilled, core.Forbidden},
			"a colleague":                     {f.boris, german, core.Forbidden},
			"her supervisor":                  {f.sofia, skilled, ""},
			"an admin":                        {admin(f.eve), skilled, ""},
			"a command":                       {core.Actor{}, german, ""},
			"who works elsewhere":             {f.eve, german, core.NotFound},
			"what is no language":             {f.anna, AbilitiesChange{Languages: []core.Language{"xx"}}, core.Invalid},
			"that she speaks what is unknown": {f.anna, AbilitiesChange{Languages: []core.Language{"und"}}, core.Invalid},
			"what is no slug":                 {f.sofia, AbilitiesChange{Skills: []string{"Big Orders"}}, core.Invalid},
		} {
			if _, err := f.hub.SetAbilities(context.Background(), c.who, f.anna.Agent.ID, c.change); core.KindOf(err) != c.want {
				t.Errorf("%s: got %v, want %q", name, err, c.want)
			}
		}
		if got := must(f.store.Agent(context.Background(), f.anna.Agent.ID)).Agent.Abilities; got != (core.Abilities{Languages: "de", Skills: "refunds"}) {
			t.Errorf("got %+v, want what was not named to stay", got)
		}
		if _, err := f.hub.SetAbilities(context.Background(), admin(f.anna), 5, german); core.KindOf(err) != core.NotFound {
			t.Errorf("nobody: got %v", err)
		}
	})
}
