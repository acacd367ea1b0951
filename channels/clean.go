package channels

import (
	"strings"
	"unicode/utf8"

	"parley/core"
)

const (
	ellipsis  = "…"
	maxRemote = 1024 // what core.Content.Check takes, in bytes
)

// Clean makes of what a network sent something that core.Content.Check accepts, unless there is nothing left of it: a content that
// is neither text nor media. Control characters go but for tabs and line ends, what is not UTF-8 becomes U+FFFD, and a text that is
// too long ends in "…". Marks move with their text. A text of white space only becomes none.
func Clean(c core.Content) core.Content {
	var text strings.Builder
	moved := make([]int, 1, len(c.Text)+1) // by code point of the old text, those before it in the new
	length := 0
	for _, r := range c.Text {
		if !isControl(r) {
			text.WriteRune(r)
			length++
		}
		moved = append(moved, length)
	}
	cleaned := core.Content{Text: shorten(text.String(), core.MaxText)}
	if len(cleaned.Text) < text.Len() {
		length = utf8.RuneCountInString(cleaned.Text) - 1 // no mark reaches over "…"
	}
	if strings.TrimSpace(cleaned.Text) == "" {
		cleaned.Text, length = "", 0
	}
	for _, e := range clamped(len(moved)-1, c.Entities) {
		first := moved[e.Offset]
		e.Length = moved[end(e)] - first
		e.Offset = first
		cleaned.Entities = append(cleaned.Entities, e)
	}
	cleaned.Entities = mend(length, cleaned.Entities)
	for _, m := range c.Media[:min(len(c.Media), core.MaxMedia)] {
		m.Kind, m.Name, m.Type, m.Size = CleanName(m.Kind), CleanName(m.Name), CleanName(m.Type), max(m.Size, 0)
		if len(m.Remote) > maxRemote || !utf8.ValidString(string(m.Remote)) || strings.ContainsRune(string(m.Remote), 0) {
			m.Remote = "" // it is seen, but cannot be fetched
		}
		cleaned.Media = append(cleaned.Media, m)
	}
	return cleaned
}

// CleanName makes one line of at most core.MaxName bytes of a name that a network sent. It may be "".
func CleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f:
			return ' '
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // they turn what stands beside the name
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return shorten(strings.Join(strings.Fields(s), " "), core.MaxName)
}

// isControl tells whether core refuses the character in a text.
func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
}

// shorten cuts a text to so many bytes, between characters as people count them, and ends it with "…" if it had to.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	limit -= len(ellipsis)
	kept := 0
	for character := range characters(s) {
		if kept+len(character) > limit {
			break
		}
		kept += len(character)
	}
	if kept == 0 { // one character that is longer than all
		for kept = limit; !utf8.RuneStart(s[kept]); kept-- {
		}
	}
	return s[:kept] + ellipsis
}
