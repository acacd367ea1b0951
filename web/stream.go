package web

import (
	"context"
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
