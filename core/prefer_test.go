package core

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestC28_LanguagesAreOneWhateverTheirRegion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		some Languages
		one  Language
		want bool
	}{
		{"de,en", "de", true}, {"de,en", "de-AT", true}, {"de-CH,en", "de", true}, {"de-CH", "de-AT", true}, {"zh-Hant", "zh-Hans", true},
		{"de,en", "fr", false}, {"de", "del", false}, {"", "de", false}, {"de", "", false}, {"", "", false}, {"und", "", true}, {"de,und", "", true}, {"und", "de", false},
	} {
		if got := c.some.Has(c.one); got != c.want {
			t.Errorf("%q of %q: got %v, want %v", c.one, c.some, got, c.want)
		}
	}
	if got := LanguagesOf([]Language{"fr", "de", "fr"}).With("en,de"); got != "de,en,fr" {
		t.Errorf("got %q, want each once, in order", got)
	}
}

func TestC28_SkillsAreSlugs(t *testing.T) {
	t.Parallel()
	if got, err := SkillsOf("skills", []string{"technical", "refunds", "technical"}); err != nil || got != "refunds,technical" {
		t.Errorf("got %q, %v", got, err)
	}
	for name, some := range map[string][]string{"a comma": {"a,b"}, "a space": {"big orders"}, "capitals": {"VIP"}, "nothing": {""}, "too many": make([]string, MaxSkills+1)} {
		if _, err := SkillsOf("skills", some); KindOf(err) != Invalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
}

// One speaks German, one has the skill, one held the customer's session before; the session's customer waits since second 100.
func TestC28_WhoSuitsComesFirst(t *testing.T) {
	t.Parallel()
	const german, skilled, former, other = 0, 1, 2, 3
	all := []Candidate{free(1, 9), free(2, 9), free(3, 9), free(4, 9)}
	all[german].Languages, all[skilled].Skills = "de-DE", "refunds,technical"
	all[german].Open, all[skilled].Open, all[former].Open = 3, 2, 1 // without a preference it is the other one's
	second := func(n int64) Time { return Time(0).Add(time.Duration(n) * time.Second) }
	asks := Session{WaitingSince: second(100), Language: "de-AT", Tags: "refunds\nvip", LastAgent: 3}
	held := func(c Candidate) Candidate { c.Open = c.Limit; return c }
	busy := func(c Candidate) Candidate { c.Availability = AgentBusy; return c }
	language, skills := Distribution{Language: Preference{Seconds: 30}}, Distribution{Skills: Preference{Seconds: 20}, SkillTags: "refunds, technical"}
	last := Distribution{LastAgent: Timeout{On: true, Seconds: 10}}
	strict := Distribution{Language: Preference{Strict: true}}
	every := Distribution{Language: language.Language, Skills: skills.Skills, SkillTags: skills.SkillTags, LastAgent: last.LastAgent}
	for name, c := range map[string]struct {
		how  Distribution
		at   int64
		s    func(*Session)
		all  func([]Candidate)
		want int
		next Time
	}{
		"nothing is preferred":                              {Distribution{}, 100, nil, nil, other, Never},
		"who speaks the language, at once":                  {language, 100, nil, nil, german, second(130)},
		"… is full: nobody else within the time":            {language, 129, nil, func(a []Candidate) { a[german] = held(a[german]) }, -1, second(130)},
		"… is full: another one after it":                   {language, 130, nil, func(a []Candidate) { a[german] = held(a[german]) }, other, Never},
		"… still comes first after it":                      {language, 900, nil, nil, german, Never},
		"… though busy":                                     {language, 900, nil, func(a []Candidate) { a[german] = busy(a[german]) }, german, Never},
		"the language is not known":                         {language, 100, func(s *Session) { s.Language = "" }, nil, other, Never},
		"nobody speaks it":                                  {language, 100, func(s *Session) { s.Language = "fr" }, nil, -1, second(130)},
		"who speaks it has put it back":                     {language, 100, func(s *Session) { s.PutBackBy = 1 }, nil, -1, second(130)},
		"nobody else, ever":                                 {strict, 9000, nil, func(a []Candidate) { a[german] = held(a[german]) }, -1, Never},
		"who has the skill":                                 {skills, 100, nil, nil, skilled, second(120)},
		"a skill that nobody has":                           {skills, 100, func(s *Session) { s.Tags = "refunds\nsales" }, nil, skilled, second(120)}, // sales is no skill here
		"all skills that it asks for":                       {skills, 100, func(s *Session) { s.Tags = "refunds\ntechnical" }, func(a []Candidate) { a[other].Skills = "refunds" }, skilled, second(120)},
		"tags that ask for nothing":                         {skills, 100, func(s *Session) { s.Tags = "vip" }, nil, other, Never},
		"whom they talked to last":                          {last, 100, nil, nil, former, second(110)},
		"whom they talked to is full: nobody else at first": {last, 109, nil, func(a []Candidate) { a[former] = held(a[former]) }, -1, second(110)},
		"whom they talked to is full: another one then":     {last, 110, nil, func(a []Candidate) { a[former] = held(a[former]) }, other, Never},
		"whom they talked to is away":                       {last, 110, nil, func(a []Candidate) { a[former].Availability = AgentAway }, other, Never},
		"whom they talked to has put it back":               {last, 110, func(s *Session) { s.PutBackBy = 3 }, nil, other, Never},
		"they talked to nobody":                             {last, 100, func(s *Session) { s.LastAgent = 0 }, nil, other, Never},
		"all are preferred: whom they talked to last":       {every, 100, nil, nil, former, second(120)},
		"all are preferred: then the language":              {every, 130, nil, func(a []Candidate) { a[former] = held(a[former]) }, german, Never},
		"all are preferred: the language without the skill": {every, 119, nil, func(a []Candidate) { a[former] = held(a[former]) }, -1, second(120)},
		"both before one": {every, 900, nil, func(a []Candidate) {
			a[former] = held(a[former])
			a[other].Languages, a[other].Skills = "de", "refunds"
		}, other, Never},
	} {
		for _, strategy := range Strategies[1:] {
			who, s := slices.Clone(all), asks
			if c.all != nil {
				c.all(who)
			}
			if c.s != nil {
				c.s(&s)
			}
			c.how.Strategy = strategy
			if got, next := c.how.Choose(s, who, second(c.at)); got != c.want || next != c.next {
				t.Errorf("%s, %s: got %d and %d, want %d and %d", name, strategy, got, next, c.want, c.next)
			}
		}
	}
}

// Whatever is preferred: what Choose says of later is when somebody gets it, and nobody does before.
func TestC28_WhatIsKeptIsGivenWhenItIsSaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		speak := rapid.SampledFrom([]Languages{"", "de", "de,en", "en-GB"})
		can := rapid.SampledFrom([]Skills{"", "refunds", "refunds,vip"})
		seconds := func(name string) Seconds { return Seconds(rapid.Int64Range(0, 3).Draw(t, name)) }
		all := make([]Candidate, rapid.IntRange(0, 5).Draw(t, "agents"))
		for i := range all {
			all[i] = free(AgentID(i+1), rapid.Int64Range(0, 2).Draw(t, "limit"))
			all[i].Open = rapid.Int64Range(0, 2).Draw(t, "open")
			all[i].Languages, all[i].Skills = speak.Draw(t, "languages"), can.Draw(t, "skills")
		}
		how := Distribution{
			Strategy: rapid.SampledFrom(Strategies[1:]).Draw(t, "strategy"), SkillTags: "refunds,vip",
			Language: Preference{seconds("language"), rapid.Bool().Draw(t, "strict")}, Skills: Preference{Seconds: seconds("skills")},
			LastAgent: Timeout{rapid.Bool().Draw(t, "last"), 1 + seconds("last agent")},
		}
		s := Session{
			Language: rapid.SampledFrom([]Language{"", "de-AT", "en", "fr"}).Draw(t, "language"), Tags: Tags(rapid.SampledFrom([]string{"", "vip", "refunds\nvip"}).Draw(t, "tags")),
			LastAgent: AgentID(rapid.IntRange(0, 3).Draw(t, "held by")), PutBackBy: AgentID(rapid.IntRange(0, 3).Draw(t, "put back by")),
		}
		most := -1
		for at := range Time(6) {
			now := at.Add(time.Duration(at) * time.Second)
			i, next := how.Choose(s, all, now)
			if next <= now {
				t.Fatalf("at %d: to be looked at again at %d", now, next)
			}
			if i < 0 {
				if most >= 0 {
					t.Fatalf("at %d nobody may have it any more", now)
				}
				if then, _ := how.Choose(s, all, next); next != Never && then < 0 {
					t.Fatalf("at %d, which was said, nobody gets it", next)
				}
				if early, _ := how.Choose(s, all, next-1); early >= 0 {
					t.Fatalf("somebody gets it before %d", next)
				}
				continue
			}
			c := all[i]
			known := how.LastAgent.On && c.Agent == s.LastAgent
			if c.Bar() != "" || c.Agent == s.PutBackBy || how.Language.Strict && s.Language != "" && !c.Languages.Has(s.Language) && !known {
				t.Fatalf("it goes to %+v", c)
			}
			most = i
		}
	})
}

func TestC28_WhoseSessionItWasForgetsIt(t *testing.T) {
	t.Parallel()
	s := Session{State: Pending, Assignee: 7, LastAgent: 7}
	s.Release(1)
	if s.LastAgent != 0 || s.PutBackBy != 7 {
		t.Errorf("put back: got %+v", s)
	}
	s = Session{State: Pending, Assignee: 8, LastAgent: 7}
	if s.HandOff(1); s.LastAgent != 7 {
		t.Error("what another puts back is forgotten")
	}
	if s.Transfer(2, 1); s.LastAgent != 0 {
		t.Error("another department remembers it")
	}
}

func TestS14_WhatNoRoomShows(t *testing.T) {
	t.Parallel()
	room := func(p PrioritySet, l Languages) Surface { return Surface{Department: 1, Priorities: p, Languages: l} }
	low := []Priority{Low, Normal}
	for name, c := range map[string]struct {
		all  []Surface
		want []Gap
	}{
		"no room":                        {nil, nil},
		"a room for all":                 {[]Surface{room("", "")}, nil},
		"a room for all, and one more":   {[]Surface{room("urgent", "de"), room("", "")}, nil},
		"rooms by priority":              {[]Surface{room("high,urgent", "")}, []Gap{{low, ""}}},
		"a priority that none has":       {[]Surface{room("low", ""), room("normal,urgent", "")}, []Gap{{[]Priority{High}, ""}}},
		"rooms by language":              {[]Surface{room("", "de"), room("", "en,und")}, []Gap{{Priorities, "de,en,und"}}},
		"a priority without its own":     {[]Surface{room("high,urgent", ""), room("low,normal", "de")}, []Gap{{low, "de"}}},
		"both, of which some have both":  {[]Surface{room("low,normal", "de"), room("high,urgent", "en")}, []Gap{{low, "de"}, {[]Priority{High, Urgent}, "en"}}},
		"of another department are none": {[]Surface{{Department: 2}}, nil},
	} {
		got := Unshown(c.all, 1)
		if !slices.EqualFunc(got, c.want, func(a, b Gap) bool { return slices.Equal(a.Priorities, b.Priorities) && a.But == b.But }) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
