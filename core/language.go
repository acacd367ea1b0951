package core

import (
	"slices"
	"strings"
)

// Language is what somebody speaks: a tag of BCP 47 in its one form, with script and region at most, such as de, de-AT or zh-Hant; "": not known.
type Language string

// Undetermined is how a set of languages names those sessions of which none is known.
const Undetermined Language = "und"

// Base gives the language without script and region, Undetermined where it is not known. Who speaks de-AT speaks de.
func (l Language) Base() string {
	if l == "" {
		l = Undetermined
	}
	base, _, _ := strings.Cut(string(l), "-")
	return base
}

// Languages are some, in order, with a comma between: a value that can be compared and kept as it is.
type Languages string

// LanguagesOf gives the set of some languages.
func LanguagesOf(some []Language) Languages {
	var words []string
	for _, l := range some {
		words = append(words, string(l))
	}
	return Languages(joined(words))
}

// List gives the languages one by one.
func (s Languages) List() []Language {
	var all []Language
	for _, word := range list(string(s)) {
		all = append(all, Language(word))
	}
	return all
}

// Has tells whether a language is in the set, whatever the script and region of either.
func (s Languages) Has(l Language) bool {
	return slices.ContainsFunc(s.List(), func(one Language) bool { return one.Base() == l.Base() })
}

// With gives the set with those of another.
func (s Languages) With(more Languages) Languages {
	return LanguagesOf(append(s.List(), more.List()...))
}

// Limits of languages and skills.
const (
	MaxLanguage  = 50 // bytes of a tag as it is written
	MaxLanguages = 20 // of one agent, or of one room
	MaxSkills    = 50 // of one agent
)

// Skills are slugs, in order, with a comma between. A session asks for a skill by a tag of that name, where its department says so.
type Skills string

// SkillsOf gives the set of some skills. The error is Invalid, with the field.
func SkillsOf(field string, some []string) (Skills, error) {
	if len(some) > MaxSkills {
		return "", invalid(field, "are more than 50")
	}
	for _, s := range some {
		if err := CheckSlug(field, s); err != nil {
			return "", err
		}
	}
	return Skills(joined(some)), nil
}

// List gives the skills one by one.
func (s Skills) List() []string { return list(string(s)) }

// joined puts words in order, each once, with a comma between.
func joined(words []string) string {
	words = slices.Sorted(slices.Values(words))
	return strings.Join(slices.Compact(words), ",")
}

// Abilities are what an agent can do that not all can (FEATURES C28).
type Abilities struct {
	Languages Languages `db:"languages"`
	Skills    Skills    `db:"skills"`
}
