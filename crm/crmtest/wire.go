package crmtest

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"parley/core"
	"parley/core/webhook"
	"parley/crm"
)

// Wire is what is between a provider and a system that is played by an HTTP server: a Driver has one to be Networked.
type Wire struct {
	t       T
	mu      sync.Mutex
	breaks  []Fault
	revoked bool
	barred  bool
	closed  chan struct{}
	release func() // lets go what hangs
}

// NewWire makes one, which hangs no longer than the test. Serve closes its servers in the right order; a server of the test's own hands its Close to Cleanup
// before NewWire is called, for the last that is handed over is run first, and Close waits for what hangs.
func NewWire(t T) *Wire {
	w := &Wire{t: t, closed: make(chan struct{})}
	w.release = sync.OnceFunc(func() { close(w.closed) })
	t.Cleanup(w.release)
	return w
}

// Serve plays a system on 127.0.0.1 for as long as the test, and gives its address: http://127.0.0.1:<port>.
func (w *Wire) Serve(system http.Handler) (address string) {
	s := httptest.NewServer(system)
	w.t.Cleanup(func() {
		w.release()
		s.Close()
	})
	return s.URL
}

// Account is one of a kind of system, that may be on 127.0.0.1. The settings that are not given are the kind's own; those that cannot be fail the test.
func (w *Wire) Account(kind crm.Kind, settings core.FieldValues, keys map[string]core.Secret) crm.Account {
	w.t.Helper()
	filled, err := kind.Fill(settings)
	if err != nil {
		w.t.Fatalf("settings: %v", err)
	}
	guard := webhook.NewGuard([]string{"127.0.0.1"})
	client := guard.Client(callTime)
	w.t.Cleanup(client.CloseIdleConnections)
	client.Transport = barrier{w, client.Transport, webhook.NewGuard(nil).Client(callTime).Transport}
	return crm.Account{Settings: filled, Keys: maps.Clone(keys), Guard: guard, HTTP: client, Clock: core.SystemClock}
}

// callTime is when a call ends at the latest: as late as on a busy machine.
const callTime = time.Minute

// barrier makes calls until the wire is barred; then a Guard's client has them that lets nothing of this machine be called.
type barrier struct {
	wire         *Wire
	open, barred http.RoundTripper
}

// RoundTrip makes a call, or refuses it.
func (b barrier) RoundTrip(r *http.Request) (*http.Response, error) {
	b.wire.mu.Lock()
	barred := b.wire.barred
	b.wire.mu.Unlock()
	if barred {
		return b.barred.RoundTrip(r)
	}
	return b.open.RoundTrip(r)
}

// Bar lets no call go out from now on, of the providers whose accounts Account has made.
func (w *Wire) Bar() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.barred = true
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
