package search

import (
	"strings"
	"unicode/utf8"
)

// Limits of a snippet.
const (
	snippetBytes  = 240
	snippetBefore = 60 // bytes before the first mark
	mostMarks     = 50
)

// Snippet is a piece of a text, as it is, with the places that were looked for.
type Snippet struct {
	Text  string
	Marks []Mark
	Begun bool // there is text before it
	Cut   bool // there is text after it
}

// Mark is a place in a snippet. Offset and Length count Unicode code points, as those of core.Entity.
type Mark struct{ Offset, Length int }

// snippetOf gives the piece of a text around what was found first.
func snippetOf(text string, found []span) Snippet {
	start, end := 0, len(text)
	if len(text) > snippetBytes {
		if len(found) > 0 && found[0].start > snippetBefore {
			start = atRune(text, found[0].start-snippetBefore)
			if space := strings.IndexAny(text[start:found[0].start], " \n"); space >= 0 { // a word is not cut where that can be helped
				start += space + 1
			}
		}
		end = atRune(text, min(len(text), start+snippetBytes))
	}
	s := Snippet{Text: text[start:end], Begun: start > 0, Cut: end < len(text)}
	for _, f := range found {
		from, to := max(f.start, start), min(f.end, end)
		if from >= to || len(s.Marks) == mostMarks {
			break
		}
		s.Marks = append(s.Marks, Mark{
			Offset: utf8.RuneCountInString(text[start:from]), Length: utf8.RuneCountInString(text[from:to]),
		})
	}
	return s
}

// atRune gives the nearest place at or before one where a rune begins.
func atRune(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
