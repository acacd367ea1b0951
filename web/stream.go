package web

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/socket"
)

const (
	streamPath    = "/api/v1/events"
	roundEvery    = 250 * time.Millisecond // a socket gets at most four frames of summaries a second
	recheckEvery  = 30 * time.Second       // all rights are looked at again, whatever was heard
	rowsPerFrame  = 100
	idsPerRead    = 500
	encodedEvents = 1024 // events kept encoded, so that many sockets share one text
	framesAtOnce  = 50   // a client's frames in framesSpan
	framesSpan    = 5 * time.Second
)

// events upgrades to the stream of STREAM.md.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	f, err := s.welcome(r)
	if err != nil {
		p := s.tell(r.Context(), err)
		p.write(w)
		s.log.InfoContext(r.Context(), "request", "method", r.Method, "route", streamPath, "status", p.Status)
		return
	}
	if err := socket.Upgrade(w, r, f, socket.Options{Group: s.sockets, Kind: "agent", Frames: framesAtOnce, Span: framesSpan}); err != nil {
		s.log.InfoContext(r.Context(), "stream not opened", "route", streamPath, "error", err)
		return
	}
	s.log.InfoContext(r.Context(), "stream opened", "route", streamPath, "streams", s.sockets.Count())
}

// welcome makes a follower for who asks, if they may have a stream.
func (s *Server) welcome(r *http.Request) (*follower, error) {
	key, byKey := keyOf(r)
	token := s.cookie.read(r)
	// Browsers always say where a socket comes from, and send the cookie from anywhere. Who says nothing is a program.
	if _, said := r.Header["Origin"]; said && !socket.SameOrigin(r, []string{s.origin}) || !said && !byKey && token != "" {
		return nil, problem(codeCrossSite)
	}
	actor, err := s.authenticate(r)
	if err != nil {
		return nil, err
	}
	return &follower{stream: s.stream, agent: actor.Agent.ID, actor: actor, after: r.URL.Query().Get("after"), again: func(ctx context.Context) (core.Actor, error) {
		if byKey {
			return s.store.ActorByKey(ctx, key)
		}
		actor, _, err := s.store.ActorByLogin(ctx, token)
		return actor, err
	}}, nil
}

// stream pays what sockets are owed: rows of lists, counters, cursors and a look at their agents' rights. One goroutine
// does that for all of them, reading each session once for everybody; an idle socket costs it nothing.
type stream struct {
	server *Server
	wake   chan struct{} // one slot: rung, or not

	mu        sync.Mutex
	followers map[*follower]struct{}
	owing     map[*follower]struct{}
	stale     bool                      // names of agents may be others
	moved     map[core.AgentID]struct{} // who has come or gone, and nobody has been told

	texts sync.Mutex
	ring  [encodedEvents]encodedEvent
}

type encodedEvent struct {
	id   core.EventID
	text []byte
}

func newStream(s *Server) *stream {
	return &stream{server: s, wake: make(chan struct{}, 1), followers: map[*follower]struct{}{}, owing: map[*follower]struct{}{}, moved: map[core.AgentID]struct{}{}, stale: true}
}

func (s *stream) enter(f *follower) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followers[f] = struct{}{}
	s.server.presence.Enter(f.agent)
}

func (s *stream) leave(f *follower) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.followers, f)
	delete(s.owing, f)
	s.server.presence.Leave(f.agent)
}

// owe notes that a follower is to be paid, soon.
func (s *stream) owe(f *follower) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.followers[f]; open {
		s.owing[f] = struct{}{}
		s.ringBell()
	}
}

// renamed notes that somebody may have another name.
func (s *stream) renamed() {
	s.mu.Lock()
	s.stale = true
	s.mu.Unlock()
}

func (s *stream) ringBell() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// encoded gives an event's text, made once for all sockets.
func (s *stream) encoded(e *core.Event) []byte {
	s.texts.Lock()
	defer s.texts.Unlock()
	kept := &s.ring[e.ID%encodedEvents]
	if kept.id == e.ID {
		return kept.text
	}
	name, known := s.server.names.peek(e.Target)
	text := encode(eventOf(*e, name))
	if known || e.Target == 0 {
		*kept = encodedEvent{e.ID, text}
	}
	return text
}

// run pays at once when nothing was paid lately, and else collects.
func (s *stream) run(ctx context.Context) error {
	recheck := time.NewTicker(recheckEvery)
	defer recheck.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-recheck.C:
			s.suspectAll()
		case <-s.wake:
		}
		pause.Reset(roundEvery)
		if err := s.round(ctx); err != nil && ctx.Err() == nil {
			s.server.log.WarnContext(ctx, "streams wait", "error", err)
			pause.Reset(time.Second)
			s.ringBell()
		}
	}
}

func (s *stream) suspectAll() {
	s.mu.Lock()
	all := slices.Collect(maps.Keys(s.followers))
	s.mu.Unlock()
	for _, f := range all {
		f.mu.Lock()
		f.suspect = true
		f.mu.Unlock()
		s.owe(f)
	}
}

// bill is what one follower is owed in one round.
type bill struct {
	f       *follower
	actor   core.Actor
	rows    []core.SessionID
	count   bool
	suspect bool
	all     bool         // nothing is left over: the cursor may move to
	upTo    core.EventID // here
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
	b := &bill{f: f, actor: f.actor, count: f.count, suspect: f.suspect, upTo: f.reached}
	f.count, f.suspect = false, false
	for id := range f.owed {
		if len(b.rows) == rowsPerFrame {
			break
		}
		b.rows = append(b.rows, id)
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
	for _, id := range b.rows {
		b.f.touch(id)
	}
}

// row is a session's row for all who see it.
type row struct {
	department core.DepartmentID
	assignee   core.AgentID
	text       []byte
}

func (s *stream) pay(ctx context.Context, bills []*bill) error {
	bills, err := s.recheck(ctx, bills)
	if err != nil {
		return err
	}
	rows, err := s.rows(ctx, bills)
	if err != nil {
		return err
	}
	counted := map[core.AgentID][]byte{}
	for _, b := range bills {
		scope := b.actor.Scope()
		var texts [][]byte
		for _, id := range b.rows {
			r, ok := rows[id]
			if !ok || !scope.Sees(r.department) {
				texts = append(texts, encode(GoneSession{id.String(), true}))
				continue
			}
			texts = append(texts, r.text)
			b.count = b.count || r.assignee == b.actor.Agent.ID
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
			case !maps.Equal(now.Roles, b.actor.Roles) || now.Agent.Admin != b.actor.Agent.Admin:
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
		for _, id := range b.rows {
			wanted[id] = struct{}{}
		}
		everything.Departments = append(everything.Departments, b.actor.Scope().Departments...)
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
			rows[r.ID] = row{r.Department, r.Assignee, encode(sessionOf(r))}
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
