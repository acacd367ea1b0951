package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of what is kept of a text.
const (
	maxTokens = 10_000 // words past them are not found
	maxWord   = 64     // bytes of a word; what is longer is kept, and looked for, by its beginning
)

// Limits of what is taken for one number although it is written in groups, as phone numbers are.
const (
	fewestDigits = 7
	mostDigits   = 20
	mostGroups   = 8
	widestGap    = 3 // bytes between two groups
)

// token is a word of a text, folded, and where it stands.
type token struct {
	word       string
	start, end int  // bytes of the text
	sort       sort // letter, pair or sign
	groups     int  // of a number that is written in groups: how many tokens before this one are they; zero: it is none
}

// tokens gives the words of a text, in order. Letters of scripts without spaces come in pairs, and the last of a run alone, so that each letter
// begins one word. A number in groups comes once more as a whole, after its groups.
func tokens(text string) []token {
	t := tokenizer{text: text}
	for at := 0; at < len(text) && len(t.found) < maxTokens; {
		end := at + 1
		if text[at] >= utf8.RuneSelf || end < len(text) && text[end] >= utf8.RuneSelf {
			if n := norm.NFKC.NextBoundaryInString(text[at:], true); n > 0 {
				end = at + n
			}
			t.written = norm.NFKC.AppendString(t.written[:0], text[at:end])
		} else {
			t.written = append(t.written[:0], text[at])
		}
		for rest := t.written; len(rest) > 0; {
			r, n := utf8.DecodeRune(rest)
			rest = rest[n:]
			t.read(r, at, end)
		}
		at = end
	}
	t.endWord()
	t.endRun()
	t.endNumber()
	return t.found[:min(len(t.found), maxTokens)]
}

// tokenizer reads a text from its beginning to its end.
type tokenizer struct {
	text    string
	written []byte // the letters at hand, as Unicode composes them
	found   []token

	word       []byte // letters that are not a token yet
	start, end int    // of word

	before              []byte // a letter of a script without spaces, whose pair is to come
	beforeAt, beforeEnd int    // where it stands

	region rune // the first half of a flag
	number int  // the index of the first group of a number that may go on; those after it follow
	open   bool // there is such a number
}

// read takes the next rune of the composed text, which stands from start to end in the text as it is.
func (t *tokenizer) read(r rune, start, end int) {
	kind := sortOf(r)
	if kind == silent {
		return
	}
	if kind != letter {
		t.endWord()
	}
	if kind != pair {
		t.endRun()
	}
	if r < firstRegion || r > lastRegion {
		t.region = 0
	}
	switch kind {
	case letter:
		if len(t.word) == 0 {
			t.start = start
		}
		t.word, t.end = fold(t.word, r), end
	case pair:
		now := fold(nil, r)
		if t.before != nil {
			t.add(token{word: string(t.before) + string(now), start: t.beforeAt, end: end, sort: pair})
		}
		t.before, t.beforeAt, t.beforeEnd = now, start, end
	case sign:
		t.sign(r, start, end)
	}
}

// sign adds an emoji. Two regions are one flag.
func (t *tokenizer) sign(r rune, start, end int) {
	switch {
	case r < firstRegion || r > lastRegion:
		t.add(token{word: string(r), start: start, end: end, sort: sign})
	case t.region == 0:
		t.region = r
		t.add(token{word: string(r), start: start, end: end, sort: sign})
	default:
		last := &t.found[len(t.found)-1]
		last.word, last.end, t.region = string(t.region)+string(r), end, 0
	}
}

func (t *tokenizer) endRun() {
	if t.before != nil {
		t.add(token{word: string(t.before), start: t.beforeAt, end: t.beforeEnd, sort: pair})
		t.before = nil
	}
}

func (t *tokenizer) endWord() {
	if len(t.word) == 0 {
		return
	}
	t.add(token{word: cut(t.word), start: t.start, end: t.end, sort: letter})
	t.word = t.word[:0]
}

// cut gives a word's beginning that is kept.
func cut(word []byte) string {
	if len(word) <= maxWord {
		return string(word)
	}
	n := maxWord
	for !utf8.RuneStart(word[n]) {
		n--
	}
	return string(word[:n])
}

func (t *tokenizer) add(next token) {
	if t.open && !t.continues(next) {
		t.endNumber()
	}
	if !t.open && digits(next.word) {
		t.number, t.open = len(t.found), true
	}
	t.found = append(t.found, next)
}

// continues tells whether a token is the next group of the number at hand.
func (t *tokenizer) continues(next token) bool {
	between := t.text[t.found[len(t.found)-1].end:next.start]
	return digits(next.word) && len(t.found)-t.number < mostGroups && len(between) > 0 && len(between) <= widestGap &&
		strings.Trim(between, " \u00a0-./()") == ""
}

// endNumber adds the number at hand as a whole, if it is one in groups.
func (t *tokenizer) endNumber() {
	if !t.open {
		return
	}
	t.open = false
	groups := t.found[t.number:]
	var whole []byte
	for _, g := range groups {
		whole = append(whole, g.word...)
	}
	if len(groups) > 1 && len(whole) >= fewestDigits && len(whole) <= mostDigits {
		t.found = append(t.found, token{
			word: string(whole), start: groups[0].start, end: groups[len(groups)-1].end, sort: letter, groups: len(groups),
		})
	}
}

func digits(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(r rune) bool { return r < '0' || r > '9' })
}

// words gives each word of a text once.
func words(text string) []string {
	var all []string
	for _, t := range tokens(text) {
		all = append(all, t.word)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
