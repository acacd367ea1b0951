package search

import (
	"context"
	"unicode/utf8"

	"parley/core"
	"parley/core/store"
)

// atom is what a stretch must be in: one of some words of the index, or of all those from one to below another, or all of some atoms.
type atom struct {
	any         []string
	from, below string // "": no range
	either      [][]atom
}

// atomsOf says what the index is asked. It is asked for all that narrows, so that hardly any candidate is read in vain.
func atomsOf(w wanted, q Query, scope core.Scope) []atom {
	kind := kindWord
	var all []atom
	if q.In == Names {
		kind = kindName
		all = append(all, atom{any: []string{kindFirst}})
	}
	for _, c := range w {
		var a atom
		for _, phrases := range c.alternatives {
			var these []atom
			for _, p := range phrases {
				these = append(these, p.atoms(kind)...)
			}
			a.either = append(a.either, these)
		}
		all = append(all, a)
	}
	departments := scope.Departments
	if q.Department != 0 {
		departments = []core.DepartmentID{q.Department}
	}
	var marks []string
	for _, d := range departments {
		marks = append(marks, markOf(kindDepartment, d))
	}
	if q.In != Within { // that session's department was asked for already, as it is now
		all = append(all, atom{any: marks})
	}
	return append(all, q.atoms()...)
}

// atoms of a phrase: each of its words, wherever.
func (p phrase) atoms(kind string) []atom {
	var all []atom
	for i, w := range p.words {
		a := atom{any: []string{kind + w}}
		if p.prefix && i == len(p.words)-1 {
			a = atom{from: kind + w, below: kind + w + string(utf8.MaxRune)}
		}
		all = append(all, a)
	}
	return all
}

func (f Filter) atoms() []atom {
	var all []atom
	if len(f.State) > 0 {
		var marks []string
		for _, s := range f.State {
			marks = append(marks, kindState+string(s))
		}
		all = append(all, atom{any: marks})
	}
	for _, mark := range []struct {
		asked bool
		word  string
	}{
		{f.Outcome != "", kindOutcome + string(f.Outcome)},
		{f.Rating != "", kindRating + string(f.Rating)},
		{f.Assignee != 0, markOf(kindAgent, f.Assignee)},
		{f.Agent != 0, markOf(kindAgent, f.Agent)},
		{f.Channel != 0, markOf(kindChannel, f.Channel)},
		{f.Tag != "", kindTag + core.FoldTag(f.Tag)},
	} {
		if mark.asked {
			all = append(all, atom{any: []string{mark.word}})
		}
	}
	if f.From != 0 || f.To != 0 {
		hours := atom{from: kindHour, below: kindHour + string(utf8.MaxRune)}
		if f.From != 0 {
			hours.from = hourMark(f.From)
		}
		if f.To != 0 {
			hours.below = hourMark(f.To) + string(utf8.MaxRune)
		}
		all = append(all, hours)
	}
	return all
}

// index is what some blocks have of what is asked.
type index struct {
	words  map[int64]map[string]*set
	ranges map[int64]map[[2]string]*set
}

// in gives the stretches of a block that are in an atom.
func (a atom) in(x index, block int64) set {
	var s set
	for _, w := range a.any {
		if found := x.words[block][w]; found != nil {
			s.or(found)
		}
	}
	if found := x.ranges[block][[2]string{a.from, a.below}]; a.from != "" && found != nil {
		s.or(found)
	}
	for _, these := range a.either {
		all := these[0].in(x, block)
		for _, b := range these[1:] {
			more := b.in(x, block)
			all.and(&more)
		}
		s.or(&all)
	}
	return s
}

// words collects the words, and the ranges, that an atom asks for.
func (a atom) words(words *[]string, ranges *[][2]string) {
	*words = append(*words, a.any...)
	if a.from != "" {
		*ranges = append(*ranges, [2]string{a.from, a.below})
	}
	for _, these := range a.either {
		for _, b := range these {
			b.words(words, ranges)
		}
	}
}

// hasRange tells whether an atom asks for one.
func (a atom) hasRange() bool {
	var words []string
	var ranges [][2]string
	a.words(&words, &ranges)
	return len(ranges) > 0
}

// candidates gives the stretches of blocks in which what is asked for may be. Ranges, which may be long, are read only of blocks that have
// much of all else: a few stretches are sooner read themselves.
func (f *finding) candidates(ctx context.Context, blocks []int64) (map[int64]*set, error) {
	x := index{words: map[int64]map[string]*set{}, ranges: map[int64]map[[2]string]*set{}}
	var words []string
	var ranges [][2]string
	for _, a := range f.asked {
		a.words(&words, &ranges)
	}
	rows, err := f.Store.BlockWords(ctx, blocks, words)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if x.words[r.Block] == nil {
			x.words[r.Block] = map[string]*set{}
		}
		s := &set{}
		s.join(r.Stretches)
		x.words[r.Block][r.Word] = s
	}
	sets := map[int64]*set{}
	var left []int64
	for _, b := range blocks {
		s := f.all(x, b, false)
		sets[b] = &s
		if s.count() > atOnce {
			left = append(left, b)
		}
	}
	for _, between := range ranges {
		rows, err := f.Store.BlockWordsBetween(ctx, left, between[0], between[1])
		if err != nil {
			return nil, err
		}
		x.addRange(between, rows)
	}
	for _, b := range left {
		s := f.all(x, b, true)
		sets[b] = &s
	}
	return sets, nil
}

func (x index) addRange(between [2]string, rows []store.BlockWord) {
	for _, r := range rows {
		if x.ranges[r.Block] == nil {
			x.ranges[r.Block] = map[[2]string]*set{}
		}
		s := x.ranges[r.Block][between]
		if s == nil {
			s = &set{}
			x.ranges[r.Block][between] = s
		}
		s.join(r.Stretches)
	}
}

// all gives the stretches of a block that are in all atoms; without ranges, in all that ask for none.
func (f *finding) all(x index, block int64, ranges bool) set {
	var s set
	if s = (set{}); f.only != nil && f.only[block] != nil {
		s = *f.only[block]
	} else {
		for i := range s {
			s[i] = ^uint64(0)
		}
	}
	for _, a := range f.asked {
		if ranges || !a.hasRange() {
			in := a.in(x, block)
			s.and(&in)
		}
	}
	return s
}
