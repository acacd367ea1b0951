package search

import (
	"slices"
	"strings"

	"parley/core"
)

// Limits of a query.
const (
	maxQuery   = 256 // bytes
	maxClauses = 16  // words
)

// phrase is words that follow each other directly. Of the last, the beginning is enough if it is a prefix.
type phrase struct {
	words  []string
	prefix bool
}

// clause is one word of a query: any of its alternatives, of which all phrases are to be there.
type clause struct{ alternatives [][]phrase }

// wanted is a query's text, understood: all its clauses are to be there, in any order.
type wanted []clause

// parse understands what somebody has typed. Nothing in it is an operator. The last word need not be finished.
func parse(text string) (wanted, error) {
	if len(text) > maxQuery {
		return nil, invalid("q", "is too long: 256 bytes are enough to look for something")
	}
	var w wanted
	all := tokens(text)
	for i := 0; i < len(all); {
		c, n := clauseAt(all, i)
		i += n
		w = append(w, c)
	}
	if len(w) > maxClauses {
		return nil, invalid("q", "has too many words: 16 are enough to look for something")
	}
	return w, nil
}

// clauseAt gives the clause that begins at a token, and how many tokens it is made of.
func clauseAt(all []token, i int) (clause, int) {
	last := func(n int) bool { return i+n == len(all) }
	if whole := wholeAfter(all, i); whole > 0 { // a number in groups: as a whole, or its groups
		n := whole - i + 1
		groups := make([]phrase, 0, n)
		for _, g := range all[i:whole] {
			groups = append(groups, phrase{words: []string{g.word}})
		}
		groups[len(groups)-1].prefix = last(n)
		return clause{[][]phrase{{{words: []string{all[whole].word}, prefix: last(n)}}, groups}}, n
	}
	first := all[i]
	switch first.sort {
	case letter:
		return one(phrase{words: []string{first.word}, prefix: last(1)}), 1
	case pair:
		n := 1
		for i+n < len(all) && all[i+n].sort == pair && all[i+n].start < all[i+n-1].end {
			n++
		}
		if n == 1 { // one letter, which begins a pair or stands alone
			return one(phrase{words: []string{first.word}, prefix: true}), 1
		}
		var p phrase
		for _, t := range all[i : i+n-1] { // the last is a letter alone, which need not end a run elsewhere
			p.words = append(p.words, t.word)
		}
		return one(p), n
	}
	return one(phrase{words: []string{first.word}}), 1
}

func one(p phrase) clause { return clause{[][]phrase{{p}}} }

// wholeAfter gives the index of the number whose first group stands at i; zero: there is none.
func wholeAfter(all []token, i int) int {
	for j := i + 1; j < len(all) && j <= i+mostGroups; j++ {
		if all[j].groups == j-i {
			return j
		}
	}
	return 0
}

// span is a part of a text, in bytes.
type span struct{ start, end int }

// in gives where all clauses are in a text, in order; false: one is not there.
func (w wanted) in(text string) ([]span, bool) {
	all := tokens(text)
	var found []span
	for _, c := range w {
		here := c.in(all)
		if len(here) == 0 {
			return nil, false
		}
		found = append(found, here...)
	}
	return merged(found), true
}

// in gives where a clause is: of its alternatives, the first that is there.
func (c clause) in(all []token) []span {
	for _, phrases := range c.alternatives {
		var found []span
		for _, p := range phrases {
			here := p.in(all)
			if len(here) == 0 {
				found = nil
				break
			}
			found = append(found, here...)
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// in gives all places of a phrase.
func (p phrase) in(all []token) (found []span) {
	for i := range all {
		if i+len(p.words) > len(all) {
			break
		}
		if p.at(all[i:]) {
			found = append(found, span{all[i].start, all[i+len(p.words)-1].end})
		}
	}
	return found
}

func (p phrase) at(some []token) bool {
	for i, word := range p.words {
		if some[i].word != word && (!p.prefix || i != len(p.words)-1 || !strings.HasPrefix(some[i].word, word)) {
			return false
		}
	}
	return true
}

// merged puts spans in order, and those that overlap together.
func merged(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return a.start - b.start })
	var out []span
	for _, s := range all {
		if last := len(out) - 1; last >= 0 && s.start <= out[last].end {
			out[last].end = max(out[last].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

func invalid(field, reason string) error {
	return &core.Error{Op: "search.Find", Kind: core.Invalid, Field: field, Reason: reason}
}
