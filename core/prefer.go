package core

import (
	"cmp"
	"math"
	"slices"
)

// Preference says for how long what waits is kept for those who suit it (FEATURES C28).
type Preference struct {
	Seconds Seconds `json:"seconds" doc:"for so long, from when the customer began to wait, only operators who suit get it by itself; after that they come before others; 0: off, unless strict"`
	Strict  bool    `json:"strict" doc:"nobody else gets it by itself, however long it waits"`
}

// On tells whether it is one.
func (p Preference) On() bool { return p.Seconds > 0 || p.Strict }

// ends gives when the others may have a session too, Never if they may not.
func (p Preference) ends(s Session) Time {
	if p.Strict {
		return Never
	}
	return s.WaitingSince.Add(p.Seconds.Time())
}

// Never is a time that does not come.
const Never Time = math.MaxInt64

// asked gives the skills that a session asks for.
func (d Distribution) asked(s Session) []string {
	if !d.Skills.On() {
		return nil
	}
	known := list(d.SkillTags)
	return slices.DeleteFunc(s.Tags.List(), func(tag string) bool { return !slices.Contains(known, tag) })
}

// What it is worth in the choice that a candidate suits: the last agent before the language, and that before the skills.
const (
	suitsBySkill = 1 << iota
	suitsByLanguage
	suitsByMemory
)

// suits says how well a candidate suits a session, the more the better, and from when on they may get it. Whom the customer talked to last suits in
// every way: they did then.
func (d Distribution) suits(s Session, c Candidate) (worth int, from Time) {
	remembered := d.LastAgent.On && s.LastAgent != 0
	if remembered && c.Agent == s.LastAgent {
		return suitsByMemory | suitsByLanguage | suitsBySkill, 0
	}
	if remembered {
		from = s.WaitingSince.Add(d.LastAgent.Seconds.Time())
	}
	if d.Language.On() && s.Language != "" {
		if c.Languages.Has(s.Language) {
			worth |= suitsByLanguage
		} else {
			from = max(from, d.Language.ends(s))
		}
	}
	if asked := d.asked(s); len(asked) > 0 {
		has := c.Skills.List()
		if !slices.ContainsFunc(asked, func(skill string) bool { return !slices.Contains(has, skill) }) {
			worth |= suitsBySkill
		} else {
			from = max(from, d.Skills.ends(s))
		}
	}
	return worth, from
}

// Prefers tells whether sessions are kept for some operators, or go to them first.
func (d Distribution) Prefers() bool { return d.LastAgent.On || d.Language.On() || d.Skills.On() }

func (d Distribution) checkPreferences(path string) error {
	for _, tag := range list(d.SkillTags) {
		if CheckSlug("", tag) != nil {
			return invalid(path+".skill_tags", "must be names of skills, of a-z, 0-9 and single dashes, such as refunds, technical")
		}
	}
	return cmp.Or(checkSeconds(path+".language.seconds", d.Language.Seconds), checkSeconds(path+".skills.seconds", d.Skills.Seconds),
		d.LastAgent.check(path+".last_agent"))
}
