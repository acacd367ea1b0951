package web

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"parley/core"
	"parley/core/socket"
	"parley/core/store"
)

// bill is what one follower is owed in one round.
type bill struct {
	f       *follower
	actor   core.Actor
	rows    []debt
	kept    map[core.SessionID][][]byte // events that are passed on with their session's row, or not at all
	count   bool
	suspect bool
	watched map[core.SessionID]struct{}
	seen    []core.SessionID // whose rows may be seen
	unseen  []debt           // whose rows may not be seen
	all     bool             // nothing is left over: the cursor may move to
	upTo    core.EventID     // here
}

// debt is a row that is owed. Where its session is not the agent's to see, the client is told that it is gone, if tell says so.
type debt struct {
	id   core.SessionID
	tell bool
}

// round pays everybody. What could not be read is owed again.
func (s *stream) round(ctx context.Context) error {
	s.mu.Lock()
	owing, stale, moved := s.owing, s.stale, s.moved
	s.owing, s.stale, s.moved = map[*follower]struct{}{}, false, map[core.AgentID]struct{}{}
	s.mu.Unlock()
	if stale {
		if err := s.server.names.refresh(ctx); err != nil {
			s.renamed()
			s.restore(owing)
			s.server.Moved(slices.Collect(maps.Keys(moved)))
			return err
		}
	}
	s.tellMoved(moved)
	bills := make([]*bill, 0, len(owing))
	for f := range owing {
		bills = append(bills, f.bill())
	}
	err := s.pay(ctx, bills)
	if err != nil {
		for _, b := range bills {
			b.unpaid()
		}
		s.restore(owing)
	}
	return err
}

func (s *stream) restore(owing map[*follower]struct{}) {
	for f := range owing {
		s.owe(f)
	}
}

// bill takes what the follower is owed; of very much, a part.
func (f *follower) bill() *bill {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := &bill{f: f, actor: f.actor, kept: map[core.SessionID][][]byte{}, count: f.count, suspect: f.suspect, watched: f.watched, upTo: f.reached}
	f.count, f.suspect, f.watched = false, false, nil
	for id, tell := range f.owed {
		if len(b.rows) == rowsPerFrame {
			break
		}
		_, told := f.gone[id]
		b.rows = append(b.rows, debt{id, tell && !told})
		if kept, ok := f.kept[id]; ok {
			b.kept[id] = kept
			delete(f.kept, id)
			f.keeps -= len(kept)
		}
		delete(f.owed, id)
	}
	if b.all = len(f.owed) == 0; b.all {
		f.owed = nil
	} else {
		f.stream.owe(f)
	}
	return b
}

// unpaid puts a bill back.
func (b *bill) unpaid() {
	b.f.mu.Lock()
	defer b.f.mu.Unlock()
	b.f.count, b.f.suspect = b.f.count || b.count, b.f.suspect || b.suspect
	for _, r := range b.rows {
		b.f.touch(r.id, r.tell)
		if kept, ok := b.kept[r.id]; ok {
			b.f.kept[r.id] = append(kept, b.f.kept[r.id]...)
			b.f.keeps += len(kept)
		}
	}
	for id := range b.watched {
		if b.f.watched == nil {
			b.f.watched = map[core.SessionID]struct{}{}
		}
		b.f.watched[id] = struct{}{}
	}
}

// row is a session's row for all who see it.
type row struct {
	store.Summary
	text []byte
}

func (s *stream) pay(ctx context.Context, bills []*bill) error {
	bills, err := s.recheck(ctx, bills)
	if err != nil {
		return err
	}
	bills = s.note(ctx, bills)
	rows, err := s.rows(ctx, bills)
	if err != nil {
		return err
	}
	counted := map[core.AgentID][]byte{}
	for _, b := range bills {
		scope := b.f.scope
		var texts [][]byte
		for _, d := range b.rows {
			r, ok := rows[d.id]
			if !ok || !scope.Shows(r.Session, r.Part(scope.Agent)) {
				b.unseen = append(b.unseen, d)
				if d.tell {
					texts = append(texts, encode(GoneSession{d.id.String(), true}))
				}
				continue
			}
			texts = append(texts, r.text)
			b.count = b.count || r.Assignee == scope.Agent
			b.seen = append(b.seen, d.id)
		}
		var counters []byte
		if b.count {
			if counters, err = s.count(ctx, b.actor, counted); err != nil {
				return err
			}
		}
		b.f.settle(b, texts, counters)
		b.rows, b.count = nil, false // paid, if another one's cannot be
	}
	return nil
}

// settle sends what the bill is about, and then moves the client's cursor.
func (f *follower) settle(b *bill, rows [][]byte, counters []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if passed := f.learn(b); len(passed) > 0 {
		held := f.cursor(f.held)
		f.conn.Send(eventsText(held, held, passed))
	}
	if bytes.Equal(counters, f.shown) {
		counters = nil
	}
	if len(rows) > 0 || counters != nil {
		f.conn.Send(summariesText(rows, counters))
	}
	if counters != nil {
		f.shown = counters
	}
	if b.all && b.upTo != f.held {
		f.conn.Send(eventsText(f.cursor(f.held), f.cursor(b.upTo), nil))
		f.held = b.upTo
	}
}

// learn notes what the rows have shown, and gives the events that may be passed on.
func (f *follower) learn(b *bill) (passed [][]byte) {
	for _, id := range b.seen {
		delete(f.gone, id)
		if seen, ok := f.followed[id]; ok {
			passed = append(passed, b.kept[id]...)
			f.followed[id] = seen || !f.owed[id] // what has happened since may have withdrawn it
		}
	}
	for _, d := range b.unseen {
		if f.gone == nil || len(f.gone) >= maxGone {
			f.gone = map[core.SessionID]struct{}{}
		}
		if d.tell {
			f.gone[d.id] = struct{}{}
		}
		if _, ok := f.followed[d.id]; ok {
			f.followed[d.id] = false
		}
	}
	return passed
}

// recheck looks at the rights of those who are suspect, ends the sockets of those who have others now, and gives the rest.
func (s *stream) recheck(ctx context.Context, bills []*bill) ([]*bill, error) {
	var rest []*bill
	for _, b := range bills {
		if b.suspect {
			now, err := b.f.again(ctx)
			switch {
			case core.KindOf(err) == core.Unauthorized:
				b.f.conn.Close(socket.CloseSignedOut, "signed out")
				continue
			case err != nil:
				return nil, err
			case !maps.Equal(now.Roles, b.actor.Roles) || now.Agent.Admin != b.actor.Agent.Admin || !slices.Equal(now.Scope().Own, b.f.scope.Own):
				b.f.conn.Close(socket.CloseRoleChanged, "other roles now")
				continue
			}
			b.suspect = false
			b.f.mu.Lock()
			b.f.actor, b.actor = now, now
			b.f.mu.Unlock()
		}
		rest = append(rest, b)
	}
	return rest, nil
}

// rows reads every session that anybody is owed, once.
func (s *stream) rows(ctx context.Context, bills []*bill) (map[core.SessionID]row, error) {
	wanted := map[core.SessionID]struct{}{}
	var everything core.Scope
	for _, b := range bills {
		for _, d := range b.rows {
			wanted[d.id] = struct{}{}
		}
		everything.Departments = append(everything.Departments, b.f.scope.Departments...)
	}
	slices.Sort(everything.Departments)
	everything.Departments = slices.Compact(everything.Departments)
	rows := make(map[core.SessionID]row, len(wanted))
	for ids := range slices.Chunk(slices.Collect(maps.Keys(wanted)), idsPerRead) {
		read, err := s.server.store.Summaries(ctx, everything, ids)
		if err != nil {
			return nil, err
		}
		for _, r := range read {
			rows[r.ID] = row{r, encode(sessionOf(r))}
		}
	}
	return rows, nil
}

// count gives an agent's counters, read once for all their sockets.
func (s *stream) count(ctx context.Context, a core.Actor, counted map[core.AgentID][]byte) ([]byte, error) {
	if text, ok := counted[a.Agent.ID]; ok {
		return text, nil
	}
	c, err := s.server.store.Counters(ctx, a)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(countersOf(c))
	counted[a.Agent.ID] = text
	return text, err
}
