package crmtest

import (
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Wire is what is between a provider and a system that is played by an HTTP server: a Driver has one to be Networked.
type Wire struct {
	mu      sync.Mutex
	breaks  []Fault
	revoked bool
	closed  chan struct{}
}

// NewWire makes one, which hangs no longer than the test.
func NewWire(t T) *Wire {
	w := &Wire{closed: make(chan struct{})}
	t.Cleanup(func() { close(w.closed) })
	return w
}

// Break lets the next calls that create something go wrong, as many times.
func (w *Wire) Break(times int, f Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range times {
		w.breaks = append(w.breaks, f)
	}
}

// Revoke lets the account's key be refused from now on.
func (w *Wire) Revoke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.revoked = true
}

// Revoked tells whether it is.
func (w *Wire) Revoked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.revoked
}

// Reply is an answer in JSON.
type Reply struct {
	Status int
	Body   string
}

// Write writes it.
func (r Reply) Write(to http.ResponseWriter) {
	to.Header().Set("Content-Type", "application/json")
	to.WriteHeader(r.Status)
	_, _ = io.WriteString(to, r.Body)
}

// Create answers a call that creates something, whose body has been read: by what is done, or as the next fault says. throttle and nameless are what the
// system says when there are too many calls, and a well-formed answer of its own without the record's id.
func (w *Wire) Create(to http.ResponseWriter, r *http.Request, throttle, nameless Reply, do func() Reply) {
	w.mu.Lock()
	f := Fault{Done: true}
	if len(w.breaks) > 0 {
		f, w.breaks = w.breaks[0], w.breaks[1:]
	}
	w.mu.Unlock()
	var done Reply
	if f.Done {
		done = do()
	}
	page := func(status int) {
		to.Header().Set("Content-Type", "text/html")
		to.WriteHeader(status)
		_, _ = io.WriteString(to, "<html><body><h1>Bad gateway</h1></body></html>")
	}
	switch f.Kind {
	case "":
		done.Write(to)
	case Throttle:
		if f.RetryAfter > 0 {
			to.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
		}
		throttle.Write(to)
	case ServerError:
		page(http.StatusBadGateway)
	case Page:
		page(http.StatusOK)
	case BrokenJSON:
		Reply{http.StatusOK, `{"id": "17", "results": [{"id": "1`}.Write(to)
	case NoID:
		nameless.Write(to)
	case Drop:
		panic(http.ErrAbortHandler)
	case Hang:
		select {
		case <-r.Context().Done():
		case <-w.closed:
		}
	}
}
