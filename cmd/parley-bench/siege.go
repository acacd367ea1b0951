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
	house  house
	gate   gate

	flying   atomic.Int64 // requests that were sent and not answered
	stopping atomic.Bool  // nobody begins anything new

	// What was met. Those marked so are looked at round by round.
	told, retries, repeats, stored, reconnects, gaps, snapshots, refusals atomic.Int64
	retriedNow, storedNow                                                 atomic.Bool

	mu       sync.Mutex
	failures []string
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
