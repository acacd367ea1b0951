package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// siege is what all clients of a crash run share.
type siege struct {
	server *server
	peer   *server // a second node on the same database, which nobody kills; nil: there is none
	house  house
	gate   gate // shut while there is nobody to serve
	turns  atomic.Int64

	flying   atomic.Int64 // requests that were sent and not answered
	stopping atomic.Bool  // nobody begins anything new
	ended    atomic.Bool  // nobody goes on with anything

	// What was met. Those marked so are looked at round by round.
	told, retries, repeats, stored, reconnects, gaps, snapshots, refusals, edits atomic.Int64
	retriedNow, storedNow                                                        atomic.Bool

	watch func(who string, shown []byte) // looks at all that comes to anybody; may be nil

	mu       sync.Mutex
	failures []string
}

// look looks at what somebody is shown, while the siege goes on.
func (s *siege) look(who string, shown []byte) {
	if s.watch != nil {
		s.watch(who, shown)
	}
}

// node gives an address to connect to: where there are two nodes, by turns.
func (s *siege) node() string {
	if s.peer != nil && s.turns.Add(1)%2 == 0 {
		return s.peer.addr
	}
	return s.server.addr
}

const manyFailures = 20

// fail notes something that must not happen.
func (s *siege) fail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.failures) < manyFailures {
		s.failures = append(s.failures, fmt.Sprintf(format, args...))
	}
}

// failed tells whether something has happened that must not.
func (s *siege) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.failures) > 0
}

// retried notes that a request is sent once more.
func (s *siege) retried() {
	s.retries.Add(1)
	s.retriedNow.Store(true)
}

// found notes that something was stored although its sender was not told.
func (s *siege) found() {
	s.stored.Add(1)
	s.storedNow.Store(true)
}

// utterance is something that a client wants stored: a message, or with no text the end of the session.
type utterance struct {
	ID   string `json:"id"`
	Text string `json:"text,omitempty"`
	Note bool   `json:"note,omitempty"`
}

// pause waits for d, less if ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
