package channels

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"parley/core"
)

// Split cuts a content into parts whose texts are at most limit units long; the same content always gives the same parts. Nothing
// is written into the texts, no numbers either: put together, the parts are the text but for white space where it was cut.
//
// A cut is at a paragraph, else at a line, a sentence or a word, as long as that fills half a part; else at whatever of these there
// is; else between characters as people count them, and within one only if it is longer than limit by itself. Links and blocks of
// code that fit into a part are not cut, unless other characters stick to them. Marks end with a part and begin again with the
// next. Media go with the first part. A content within the limit is its own only part, and so is any where limit is zero.
func Split(c core.Content, limit int, unit core.TextUnit) []core.Content {
	if limit <= 0 || measure(c.Text, unit) <= limit {
		return []core.Content{c}
	}
	t := survey(c, limit, unit)
	var parts []core.Content
	for begin := 0; begin < t.last(); {
		to, next := t.last(), t.last()
		if farthest := t.farthest(begin, limit); farthest < to {
			to = t.cut(begin, farthest, limit)
			next = t.skip(to)
			for to > begin && t.places[to-1].blank {
				to--
			}
		}
		if part := t.part(begin, to); strings.TrimSpace(part.Text) != "" {
			parts = append(parts, part)
		}
		begin = next
	}
	if len(parts) == 0 { // nothing but white space
		parts = []core.Content{{}}
	}
	parts[0].Media = c.Media
	return parts
}

// measure is the length of a text in a unit.
func measure(s string, unit core.TextUnit) int {
	switch unit {
	case core.UnitUTF16:
		n := 0
		for _, r := range s {
			n += utf16.RuneLen(r)
		}
		return n
	case core.UnitRune:
		return utf8.RuneCountInString(s)
	}
	return len(s)
}

// grade is how well a text can be cut at a place.
type grade int

const (
	betweenCharacters grade = iota
	betweenWords
	betweenSentences
	betweenLines
	betweenParagraphs
)

// place is where a character begins, or the text ends.
type place struct {
	byte, point, unit int // what is before it
	grade             grade
	held              bool // a link or block that fits into a part goes on here
	blank, newline    bool // the character that begins here
}

// terrain is a text seen as places where it can be cut.
type terrain struct {
	core.Content
	places []place
}

func survey(c core.Content, limit int, unit core.TextUnit) terrain {
	t := terrain{Content: c, places: make([]place, 0, len(c.Text)+1)}
	var at place
	for character := range characters(c.Text) {
		for long := measure(character, unit) > limit; character != ""; {
			piece := character
			if long {
				_, n := utf8.DecodeRuneInString(character)
				piece = character[:n]
			}
			at.blank = strings.IndexFunc(piece, func(r rune) bool { return !breaks(r) }) < 0
			at.newline = at.blank && strings.ContainsAny(piece, "\n\r\u0085\u2028\u2029")
			t.places = append(t.places, at)
			at.byte += len(piece)
			at.point += utf8.RuneCountInString(piece)
			at.unit += measure(piece, unit)
			character = character[len(piece):]
		}
	}
	t.places = append(t.places, place{byte: at.byte, point: at.point, unit: at.unit})
	for i := 1; i < t.last(); i++ {
		t.places[i].grade = t.gradeAt(i)
	}
	t.hold(limit)
	return t
}

// characters gives the characters of a text as people count them. uniseg also finds sentences, but looks ahead so far for that
// that ". " and 60,000 spaces take it half a minute. It does not know yet that Indic consonants join over a virama:
// https://unicode.org/reports/tr29/#GB9c
func characters(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for begin, rest, state := 0, s, -1; rest != ""; {
			_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
			at := len(s) - len(rest)
			if joins(s[begin:at], rest) {
				continue
			}
			if !yield(s[begin:at]) {
				return
			}
			begin = at
		}
	}
}

// joins tells whether what ends in a virama is one character with what follows.
func joins(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(before, "\u200d"))
	next, _ := utf8.DecodeRuneInString(after)
	return strings.ContainsRune("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d", last) && unicode.IsLetter(next)
}

// breaks tells whether the white space may be where a text is cut.
func breaks(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00a0' && r != '\u2007' && r != '\u202f'
}

func (t terrain) last() int { return len(t.places) - 1 }

// gradeAt grades the end of a word, and of a sentence in a script that has no spaces.
func (t terrain) gradeAt(i int) grade {
	before, _ := utf8.DecodeLastRuneInString(t.Text[:t.places[i].byte])
	switch {
	case t.places[i-1].blank:
		return betweenCharacters
	case t.places[i].blank:
		lines := 0
		for ; t.places[i].blank; i++ {
			if t.places[i].newline {
				lines++
			}
		}
		switch {
		case lines > 1:
			return betweenParagraphs
		case lines > 0:
			return betweenLines
		case strings.ContainsRune(".!?…:;。！？।؟", before):
			return betweenSentences
		}
		return betweenWords
	case strings.ContainsRune("。！？", before):
		return betweenSentences
	}
	return betweenCharacters
}

// hold marks the places within links and blocks that should stay whole.
func (t terrain) hold(limit int) {
	for _, e := range clamped(t.places[t.last()].point, t.Entities) {
		if e.Kind != core.Link && e.Kind != core.Pre {
			continue
		}
		first, _ := slices.BinarySearchFunc(t.places, e.Offset, byPoint)
		after, _ := slices.BinarySearchFunc(t.places, end(e), byPoint)
		if first > 0 && t.places[first].point > e.Offset {
			first-- // the character that it begins in
		}
		if t.places[after].unit-t.places[first].unit > limit {
			continue
		}
		for i := first + 1; i < after; i++ {
			t.places[i].held = true
		}
	}
}

func byPoint(p place, point int) int { return p.point - point }

// farthest is the last place to which a part that begins here can go. It is always farther than here.
func (t terrain) farthest(begin, limit int) int {
	i := begin + 1
	for i < t.last() && t.places[i+1].unit-t.places[begin].unit <= limit {
		i++
	}
	return i
}

// cut chooses where a part ends that could go as far as farthest.
func (t terrain) cut(begin, farthest, limit int) int {
	half := begin // what is after it fills at least half a part
	for 2*(t.places[half+1].unit-t.places[begin].unit) < limit {
		half++
	}
	for _, whole := range []bool{true, false} {
		for _, try := range []struct {
			after int
			least grade
		}{{half, betweenWords}, {begin, betweenWords}, {begin, betweenCharacters}} {
			if at, ok := t.best(try.after, farthest, try.least, whole); ok {
				return at
			}
		}
	}
	return farthest
}

// best finds the last of the best places after one and up to another. whole: not within what is held.
func (t terrain) best(after, to int, least grade, whole bool) (int, bool) {
	best, found := 0, false
	for i := to; i > after; i-- {
		p := t.places[i]
		if p.grade >= least && (!whole || !p.held) && (!found || p.grade > t.places[best].grade) {
			best, found = i, true
		}
	}
	return best, found
}

// skip gives the place where the next part begins: after the white space, but the indentation of a line stays.
func (t terrain) skip(from int) int {
	next, line := from, 0
	for ; t.places[next].blank; next++ {
		if t.places[next].newline {
			line = next + 1
		}
	}
	if line > 0 {
		return line
	}
	return next
}

// part is the content between two places.
func (t terrain) part(from, to int) core.Content {
	a, b := t.places[from], t.places[to]
	part := core.Content{Text: t.Text[a.byte:b.byte]}
	for _, e := range t.Entities {
		first, last := max(e.Offset, a.point), min(end(e), b.point)
		if first < last {
			e.Offset, e.Length = first-a.point, last-first
			part.Entities = append(part.Entities, e)
		}
	}
	slices.SortStableFunc(part.Entities, compare)
	return part
}
