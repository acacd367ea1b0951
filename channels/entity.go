package channels

import (
	"cmp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"parley/core"
)

// FromUTF16 gives marks whose offsets and lengths count UTF-16 units of the text, as Telegram's and JavaScript's do, in code
// points. Whatever reaches past the end of the text ends there, half of a surrogate pair counts as the whole, marks that overlap
// are cut so that they nest, and those that core would refuse are left out. What it returns, core.CheckEntities accepts.
func FromUTF16(text string, marks []core.Entity) []core.Entity {
	if len(marks) == 0 {
		return nil
	}
	points := make([]int, 0, len(text)) // by unit, the code point that it belongs to
	length := 0
	for _, r := range text {
		for range utf16.RuneLen(r) {
			points = append(points, length)
		}
		length++
	}
	var counted []core.Entity
	for _, e := range clamped(len(points), marks) {
		first, last := points[e.Offset], points[e.Offset+e.Length-1]
		e.Offset, e.Length = first, last+1-first
		counted = append(counted, e)
	}
	return mend(length, counted)
}

// ToUTF16 gives marks that count code points of the text in UTF-16 units, repaired in the same way.
func ToUTF16(text string, marks []core.Entity) []core.Entity {
	if len(marks) == 0 {
		return nil
	}
	units := make([]int, 1, len(text)+1) // by code point, the units before it
	for _, r := range text {
		units = append(units, units[len(units)-1]+utf16.RuneLen(r))
	}
	mended := mend(len(units)-1, marks)
	for i, e := range mended {
		mended[i].Offset, mended[i].Length = units[e.Offset], units[end(e)]-units[e.Offset]
	}
	return mended
}

func end(e core.Entity) int { return e.Offset + e.Length }

// clamped gives the marks as far as they lie in a text of that length.
func clamped(length int, marks []core.Entity) []core.Entity {
	var inside []core.Entity
	for _, e := range marks {
		if e.Offset >= 0 && e.Offset < length && e.Length > 0 {
			e.Length = min(e.Length, length-e.Offset)
			inside = append(inside, e)
		}
	}
	return inside
}

// mend makes marks that core accepts of any, for a text of so many code points. They come in order and nest: of two that overlap,
// the later is cut in two where the earlier ends. A mark within another of its kind says nothing, and goes.
func mend(length int, marks []core.Entity) []core.Entity {
	queue := slices.DeleteFunc(clamped(length, marks), func(e core.Entity) bool { return !acceptable(e) })
	for i, e := range queue {
		if len(e.Language) > maxLanguage || !utf8.ValidString(e.Language) {
			queue[i].Language = ""
		}
	}
	slices.SortStableFunc(queue, compare)
	queue = queue[:min(len(queue), core.MaxEntities)]
	var nested, open []core.Entity // open: those that the next may lie in, the innermost last
	for len(queue) > 0 && len(nested) < core.MaxEntities {
		e := queue[0]
		queue = queue[1:]
		for len(open) > 0 && end(open[len(open)-1]) <= e.Offset {
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			if edge := end(open[len(open)-1]); edge < end(e) {
				rest := e
				rest.Offset, rest.Length = edge, end(e)-edge
				at, _ := slices.BinarySearchFunc(queue, rest, compare)
				queue = slices.Insert(queue, at, rest)
				e.Length = edge - e.Offset
			}
		}
		if slices.ContainsFunc(open, func(o core.Entity) bool { return o.Kind == e.Kind }) {
			continue
		}
		nested, open = append(nested, e), append(open, e)
	}
	return nested
}

// compare puts marks in the order of the text, the wider first where two begin together.
func compare(a, b core.Entity) int {
	return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
}

// maxLanguage is what core.CheckEntities takes of a language, in bytes.
const maxLanguage = 40

// acceptable tells whether core takes a mark, wherever it lies and whatever its language.
func acceptable(e core.Entity) bool {
	e.Offset, e.Length, e.Language = 0, 1, ""
	return core.CheckEntities("entities", "x", []core.Entity{e}) == nil
}
