package core

import (
	"slices"
	"strings"
	"unicode"
)

// Bot says which bot a department's sessions begin with, and when it hands them to people (FEATURES C20).
type Bot struct {
	Agent   AgentID `json:"agent" doc:"the bot, an operator of the department, with which sessions begin; empty: they begin in the queue"`
	Seconds Seconds `json:"seconds" doc:"how long the bot may leave its customer without an answer, from 5 to 600"`
	Words   string  `json:"words" doc:"with a comma between: a customer who writes one of them, and nothing else, asks for a person"`
}

// How long a bot may take to answer.
const (
	shortestBotTime Seconds = 5
	longestBotTime  Seconds = 600
)

// maxBotWords bounds the words that ask for a person, in bytes.
const maxBotWords = 1000

func (b Bot) check(path string) error {
	if b.Seconds < shortestBotTime || b.Seconds > longestBotTime {
		return invalid(path+".seconds", "must be from 5 to 600 seconds")
	}
	return checkBytes(path+".words", b.Words, maxBotWords)
}

// Asks tells whether a customer's text asks for a person: it is one of the words, whatever its case and what stands around it.
func (b Bot) Asks(text string) bool {
	if len(text) > maxBotWords {
		return false
	}
	said := words(text)
	return said != "" && slices.ContainsFunc(strings.Split(b.Words, ","), func(word string) bool { return words(word) == said })
}

// words is a text as it is compared with another: letters and digits in lower case, and one space where something else is between them.
func words(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) }), " ")
}

// Serves tells whether sessions of a department are with that bot: it may be disabled by now, or no operator there, or another one was chosen.
func (b Bot) Serves(bot Actor, d DepartmentID) bool {
	return b.Agent != 0 && bot.Agent.ID == b.Agent && bot.Agent.Bot && bot.Agent.DisabledAt == 0 && bot.Roles[d].Has(Operator)
}

// Look says whether a session that its bot has is handed to people now and why, and when to look again if nothing happens; never if that is zero.
// serves is what Serves says of the bot.
func (b Bot) Look(s Session, serves bool, now Time) (Lapse, Time) {
	since := s.Runs(s.WaitingSince)
	switch {
	case !s.Bot || !s.Open() || s.Snoozed():
		return NoLapse, 0
	case !serves:
		return BotOff, 0
	case since == 0:
		return NoLapse, 0
	}
	at := max(since, s.HeldAt).Add(b.Seconds.Time())
	if at <= now {
		return BotSilent, 0
	}
	return NoLapse, at
}
