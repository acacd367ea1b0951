package search

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"parley/core"
	"parley/core/store"
)

// Limits of a step.
const (
	mostRows  = 1000    // of the log
	mostText  = 1 << 20 // bytes of texts; the rest of the rows is left to the next step
	mostAsked = 2000    // of words, or of sessions, in one question to the database
)

// Kinds of words in the index, by their first letter.
const (
	kindWord = "w" // in a message
	kindName = "n" // in a session's name; only its first stretch has those

	kindDepartment = "d"
	kindChannel    = "c"
	kindAgent      = "a" // holds it, or has ever joined it
	kindState      = "s"
	kindOutcome    = "o"
	kindRating     = "r"
	kindTag        = "t"
	kindHour       = "h" // in which it began, in UTC
	kindFirst      = "f" // the session's first stretch
)

// place is a stretch by its session.
type place struct {
	session core.SessionID
	part    int64
}

func placeOf(e core.Event) place { return place{e.Session, (e.Seq - 1) / stretchRows} }

// part is a part of the log on its way into the index.
type part struct {
	search    *Search
	from      store.SearchState
	stretches map[place]*store.Stretch
	changed   map[int64]bool // numbers of stretches that are new, or others now
	next      int64          // the newest stretch's number

	put, drop map[int64]map[string]*set // by block and word
}

// read makes a step of rows of the log.
func (p *part) read(ctx context.Context, events []core.Event) (store.SearchStep, error) {
	p.stretches, p.changed, p.next = map[place]*store.Stretch{}, map[int64]bool{}, p.from.Stretches
	p.put, p.drop = map[int64]map[string]*set{}, map[int64]map[string]*set{}
	events = p.affordable(events)
	sessions, began := sessionsOf(events)
	renamed, err := p.search.Store.Renamed(ctx, began)
	if err != nil {
		return store.SearchStep{}, err
	}
	sessions = distinct(append(sessions, renamed...))
	if err := p.load(ctx, sessions); err != nil {
		return store.SearchStep{}, err
	}
	for _, e := range events {
		if e.Kind == core.EventStarted || e.Kind == core.EventMessage {
			p.stretch(placeOf(e))
		}
		if e.Kind == core.EventMessage && e.DeletedAt == 0 {
			p.add(p.stretch(placeOf(e)), kindWord, words(textOf(e)))
		}
	}
	if err := p.amend(ctx, events); err != nil {
		return store.SearchStep{}, err
	}
	if err := p.mark(ctx, sessions); err != nil {
		return store.SearchStep{}, err
	}
	return p.step(ctx, events[len(events)-1].ID)
}

// affordable gives as many of the first rows as one step has room for, and one at least.
func (p *part) affordable(events []core.Event) []core.Event {
	bytes := 0
	for i, e := range events {
		if bytes += len(e.Text); i > 0 && bytes > mostText {
			return events[:i]
		}
	}
	return events
}

// sessionsOf gives the sessions of rows, and those of them that began.
func sessionsOf(events []core.Event) (all, began []core.SessionID) {
	for _, e := range events {
		if e.Session == 0 {
			continue
		}
		all = append(all, e.Session)
		if e.Kind == core.EventStarted {
			began = append(began, e.Session)
		}
	}
	return distinct(all), distinct(began)
}

func distinct[V core.SessionID | core.EventID | int64](all []V) []V {
	slices.Sort(all)
	return slices.Compact(all)
}

// load finds the stretches that there are of sessions.
func (p *part) load(ctx context.Context, sessions []core.SessionID) error {
	for some := range slices.Chunk(sessions, mostAsked) {
		rows, err := p.search.Store.StretchesOf(ctx, some)
		if err != nil {
			return err
		}
		for _, t := range rows {
			p.stretches[place{t.Session, t.Part}] = &t
		}
	}
	return nil
}

// stretch gives the stretch at a place, a new one if there is none.
func (p *part) stretch(at place) *store.Stretch {
	t := p.stretches[at]
	if t == nil {
		t = &store.Stretch{Number: p.next, Session: at.session, Part: at.part}
		p.next++
		p.stretches[at], p.changed[t.Number] = t, true
	}
	return t
}

func (p *part) add(t *store.Stretch, kind string, words []string) { note(p.put, t.Number, kind, words) }
func (p *part) remove(t *store.Stretch, kind string, words []string) {
	note(p.drop, t.Number, kind, words)
}

func note(in map[int64]map[string]*set, number int64, kind string, words []string) {
	block := number / blockSize
	if in[block] == nil {
		in[block] = map[string]*set{}
	}
	for _, w := range words {
		s := in[block][kind+w]
		if s == nil {
			s = &set{}
			in[block][kind+w] = s
		}
		s.put(int(number % blockSize))
	}
}

// textOf is all of a message in which words are looked for: what was said, and on lines of their own the names of its files.
func textOf(e core.Event) string {
	if e.Data == "" {
		return e.Text
	}
	x, err := core.ParseExtra(e.Data)
	if err != nil || len(x.Media) == 0 {
		return e.Text
	}
	lines := []string{e.Text}
	for _, m := range x.Media {
		lines = append(lines, m.Name)
	}
	return strings.TrimPrefix(strings.Join(lines, "\n"), "\n")
}

// amend takes the words out that messages no longer have, and puts in those that they have instead.
func (p *part) amend(ctx context.Context, events []core.Event) error {
	former := map[core.EventID][]string{} // words that a message had
	var about []core.EventID
	for _, e := range events {
		switch e.Kind {
		case core.EventEdited, core.EventDeleted, core.EventFile:
			about = append(about, e.About)
		default:
			continue
		}
		if x, err := core.ParseExtra(e.Data); err == nil && x.Was != "" {
			former[e.About] = append(former[e.About], words(x.Was)...)
		}
	}
	messages, err := p.search.Store.MessagesOf(ctx, distinct(about))
	if err != nil {
		return err
	}
	had := map[*store.Stretch][]string{}
	for _, m := range messages {
		t := p.stretch(placeOf(m))
		had[t] = append(had[t], former[m.ID]...)
		if m.DeletedAt != 0 {
			had[t] = append(had[t], words(textOf(m))...)
		}
	}
	has, err := p.present(ctx, had)
	if err != nil {
		return err
	}
	for t, gone := range had {
		p.add(t, kindWord, has[t])
		p.remove(t, kindWord, without(gone, has[t]))
	}
	return nil
}

// present gives the words of all messages of stretches as they stand.
func (p *part) present(ctx context.Context, of map[*store.Stretch][]string) (map[*store.Stretch][]string, error) {
	has := map[*store.Stretch][]string{}
	for t := range of {
		messages, err := p.search.Store.MessagesWithin(ctx, t.Session, t.Part*stretchRows, (t.Part+1)*stretchRows)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			has[t] = append(has[t], words(textOf(m))...)
		}
	}
	return has, nil
}

// mark keeps up what filters ask for, and names.
func (p *part) mark(ctx context.Context, sessions []core.SessionID) error {
	marks, names := map[core.SessionID][]string{}, map[core.SessionID]store.Indexed{}
	for some := range slices.Chunk(sessions, mostAsked) {
		rows, parts, err := p.search.Store.Indexed(ctx, some)
		if err != nil {
			return err
		}
		for _, r := range rows {
			marks[r.ID], names[r.ID] = marksOf(r), r
		}
		for _, a := range parts {
			marks[a.Session] = append(marks[a.Session], markOf(kindAgent, a.Agent))
		}
	}
	for at, t := range p.stretches {
		if names[at.session].ID == 0 {
			continue
		}
		now := slices.Clone(marks[at.session])
		if at.part == 0 {
			now = append(now, kindFirst)
			p.rename(t, names[at.session])
		}
		slices.Sort(now)
		p.remark(t, slices.Compact(now))
	}
	return nil
}

// remark gives a stretch its marks.
func (p *part) remark(t *store.Stretch, now []string) {
	written := strings.Join(now, "\n")
	if written == t.Marks {
		return
	}
	var before []string
	if t.Marks != "" {
		before = strings.Split(t.Marks, "\n")
	}
	p.remove(t, "", without(before, now))
	p.add(t, "", without(now, before))
	t.Marks, p.changed[t.Number] = written, true
}

// rename gives a session's first stretch its customer's name, beside its number.
func (p *part) rename(t *store.Stretch, s store.Indexed) {
	if t.Name == s.Name && !p.changed[t.Number] {
		return
	}
	now := append(words(s.Name), strconv.FormatInt(s.Number, 10))
	p.remove(t, kindName, without(words(t.Name), now))
	p.add(t, kindName, now)
	t.Name, p.changed[t.Number] = s.Name, true
}

// without gives those of all that are not among others.
func without(all, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, w := range others {
		known[w] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(w string) bool { return known[w] })
}

// marksOf gives what filters ask for of a session.
func marksOf(s store.Indexed) []string {
	marks := []string{markOf(kindDepartment, s.Department), markOf(kindChannel, s.Channel), kindState + string(s.State), hourMark(s.StartedAt)}
	if s.Outcome != "" {
		marks = append(marks, kindOutcome+string(s.Outcome))
	}
	if s.Rating != "" {
		marks = append(marks, kindRating+string(s.Rating))
	}
	if s.Assignee != 0 {
		marks = append(marks, markOf(kindAgent, s.Assignee))
	}
	for _, tag := range s.Tags.List() {
		marks = append(marks, kindTag+tag)
	}
	return marks
}

func markOf[V ~int64](kind string, id V) string { return kind + strconv.FormatInt(int64(id), 36) }

func hourMark(at core.Time) string { return kindHour + at.Std().Format("2006010215") }

// step joins what is to be in the index with what is.
func (p *part) step(ctx context.Context, seen core.EventID) (store.SearchStep, error) {
	s := store.SearchStep{From: p.from, To: p.from}
	s.To.Seen, s.To.Stretches = seen, p.next
	for _, t := range p.stretches {
		if p.changed[t.Number] {
			s.Stretches = append(s.Stretches, *t)
		}
	}
	slices.SortFunc(s.Stretches, func(a, b store.Stretch) int { return int(a.Number - b.Number) })
	for _, block := range p.blocks() {
		words, err := p.join(ctx, block)
		if err != nil {
			return s, err
		}
		s.Words = append(s.Words, words...)
	}
	return s, nil
}

// blocks lists those that the part touches.
func (p *part) blocks() []int64 {
	var all []int64
	for b := range p.put {
		all = append(all, b)
	}
	for b := range p.drop {
		all = append(all, b)
	}
	return distinct(all)
}

// join gives the words of a block that are others now.
func (p *part) join(ctx context.Context, block int64) ([]store.BlockWord, error) {
	var asked []string
	for w := range p.put[block] {
		asked = append(asked, w)
	}
	for w := range p.drop[block] {
		if p.put[block][w] == nil {
			asked = append(asked, w)
		}
	}
	slices.Sort(asked)
	var out []store.BlockWord
	for some := range slices.Chunk(asked, mostAsked) {
		rows, err := p.search.Store.BlockWords(ctx, []int64{block}, some)
		if err != nil {
			return nil, err
		}
		before := map[string][]byte{}
		for _, r := range rows {
			before[r.Word] = r.Stretches
		}
		for _, w := range some {
			var now set
			now.join(before[w])
			was := now
			if gone := p.drop[block][w]; gone != nil {
				now.without(gone)
			}
			if come := p.put[block][w]; come != nil {
				now.or(come)
			}
			if now != was {
				out = append(out, store.BlockWord{Block: block, Word: w, Stretches: now.encode()})
			}
		}
	}
	return out, nil
}
