package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"parley/core"
	"parley/core/store"
)

// judge takes of some stretches what is found in them as they stand now.
func (f *finding) judge(ctx context.Context, numbers []int64) (full bool, err error) {
	stretches, err := f.Store.Stretches(ctx, numbers)
	if err != nil {
		return false, err
	}
	seen, err := f.seen(ctx, stretches)
	if err != nil {
		return false, err
	}
	stretches = slices.DeleteFunc(stretches, func(t store.Stretch) bool { _, is := seen[t.Session]; return !is })
	order := 1
	if !f.q.Oldest {
		order = -1
	}
	slices.SortFunc(stretches, func(a, b store.Stretch) int { return order * cmp.Compare(a.Number, b.Number) })
	messages := map[place][]core.Event{}
	if f.q.In != Names {
		if messages, err = f.said(ctx, stretches, order); err != nil {
			return false, err
		}
	}
	for _, t := range stretches {
		if f.q.In == Names {
			full = f.named(t, seen[t.Session])
		} else {
			full = f.heard(t, seen[t.Session], messages[place{t.Session, t.Part}])
		}
		if full {
			return true, nil
		}
	}
	if f.looked += len(numbers); f.looked >= mostLooked {
		f.page.Next = f.endOf(numbers[len(numbers)-1]).String()
		return true, nil
	}
	return false, nil
}

// endOf is the cursor behind a whole stretch.
func (f *finding) endOf(number int64) cursor {
	if f.q.Oldest {
		return cursor{number, math.MaxInt64}
	}
	return cursor{number, 0}
}

// seen gives those sessions of stretches that the reader sees now and the filter lets through: as they are, not as the index has them.
func (f *finding) seen(ctx context.Context, of []store.Stretch) (map[core.SessionID]store.Summary, error) {
	var ids []core.SessionID
	for _, t := range of {
		ids = append(ids, t.Session)
	}
	rows, err := f.Store.Summaries(ctx, f.scope, distinct(ids))
	if err != nil {
		return nil, err
	}
	joined := map[core.SessionID]bool{}
	if f.q.Agent != 0 {
		with, err := f.Store.WithAgent(ctx, f.q.Agent, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range with {
			joined[id] = true
		}
	}
	seen := map[core.SessionID]store.Summary{}
	for _, r := range rows {
		if f.q.lets(r.Session, joined[r.ID]) {
			seen[r.ID] = r
		}
	}
	return seen, nil
}

// lets tells whether a session is one of those asked for.
func (f Filter) lets(s core.Session, joined bool) bool {
	return (len(f.State) == 0 || slices.Contains(f.State, s.State)) &&
		(f.Outcome == "" || f.Outcome == s.Outcome) &&
		(f.Rating == "" || f.Rating == s.Rating) &&
		(f.Assignee == 0 || f.Assignee == s.Assignee) &&
		(f.Agent == 0 || f.Agent == s.Assignee || joined) &&
		(f.Department == 0 || f.Department == s.Department) &&
		(f.Channel == 0 || f.Channel == s.Channel) &&
		(f.Tag == "" || slices.Contains(s.Tags.List(), core.FoldTag(f.Tag))) &&
		s.StartedAt >= f.From && (f.To == 0 || s.StartedAt < f.To)
}

// named gives a session whose name or number is looked for.
func (f *finding) named(t store.Stretch, s store.Summary) (full bool) {
	at := f.endOf(t.Number)
	if at == f.from {
		return false
	}
	name := nameOf(s)
	found, is := f.wanted.in(name)
	if !is {
		return false
	}
	return f.give(at, Found{Session: s, Snippet: snippetOf(name, found)})
}

// nameOf is what a session is called: by its customer, and its number.
func nameOf(s store.Summary) string {
	return strings.TrimSpace(s.CustomerName + "\n#" + strconv.FormatInt(s.Number, 10))
}

// said gives the messages of stretches, in order.
func (f *finding) said(ctx context.Context, in []store.Stretch, order int) (map[place][]core.Event, error) {
	var numbers []int64
	for _, t := range in {
		numbers = append(numbers, t.Number)
	}
	rows, err := f.Store.StretchMessages(ctx, numbers, stretchRows)
	slices.SortFunc(rows, func(a, b core.Event) int { return order * cmp.Compare(a.Seq, b.Seq) })
	messages := map[place][]core.Event{}
	for _, m := range rows {
		messages[placeOf(m)] = append(messages[placeOf(m)], m)
	}
	return messages, err
}

// heard gives those messages of a stretch that have what is looked for.
func (f *finding) heard(t store.Stretch, s store.Summary, messages []core.Event) (full bool) {
	for _, m := range messages {
		if t.Number == f.from.stretch && (f.q.Oldest && m.Seq <= f.from.seq || !f.q.Oldest && m.Seq >= f.from.seq) && f.q.After != "" {
			continue
		}
		text := textOf(m)
		found, is := f.wanted.in(text)
		if is && f.give(cursor{t.Number, m.Seq}, Found{Session: s, Message: m, Snippet: snippetOf(text, found)}) {
			return true
		}
	}
	return false
}

// give puts something on the page. Full: there is one more than fits, so it goes on after the last that does.
func (f *finding) give(at cursor, found Found) (full bool) {
	if len(f.page.Items) == f.q.Limit {
		f.page.Next = f.last.String()
		return true
	}
	f.page.Items, f.last = append(f.page.Items, found), at
	return false
}
