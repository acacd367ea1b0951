package socket

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

func TestCloseAllTellsEachClientToComeBack(t *testing.T) {
	t.Parallel()
	const sockets = 200
	g, _ := newTestGroup(t)
	address := serve(t, Options{Group: g}, func() Handler { return newHandler() })
	var seen sync.WaitGroup
	for range sockets {
		c := dial(t, address)
		seen.Go(func() { c.wantClose(CloseGoingAway) })
	}
	waitForCount(t, g, sockets)
	g.linger = time.Hour // who answers is not waited for
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	if err := g.CloseAll(ctx, CloseGoingAway, "the server stops"); err != nil {
		t.Errorf("CloseAll: got %v, want nil", err)
	}
	if ctx.Err() != nil {
		t.Error("CloseAll waited for who had answered")
	}
	t.Logf("%d sockets closed in %v", sockets, time.Since(began))
	seen.Wait()
	if got := g.Count(); got != 0 {
		t.Errorf("connections afterwards: got %d, want 0", got)
	}
	if got := statusOf(t, address, handshake); got != 503 {
		t.Errorf("a new connection: got %d, want 503", got)
	}
}

func TestCloseAllCutsThoseThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	g.linger = time.Hour
	address, h := serveOne(t, Options{Group: g})
	dial(t, address)
	<-h.conn
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := g.CloseAll(ctx, CloseGoingAway, "the server stops"); err != nil {
		t.Errorf("CloseAll: got %v, want nil", err)
	}
	h.wantClosed(t)
}

func TestCloseAllNamesAHandlerThatDoesNotReturn(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	address, h := serveOne(t, Options{Group: g})
	stuck, entered := make(chan struct{}), make(chan struct{})
	h.message = func(*Conn, []byte) { close(entered); <-stuck }
	dial(t, address).text("x")
	<-entered
	g.returns = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := g.CloseAll(ctx, CloseGoingAway, "the server stops"); err == nil {
		t.Error("CloseAll with a stuck handler: got nil, want an error")
	}
	close(stuck)
	h.wantClosed(t)
}

func TestCloseWhereEndsOnlyThoseThatMatch(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	going, staying := newHandler(), newHandler()
	goes := dial(t, serve(t, Options{Group: g}, func() Handler { return going }))
	stays := dial(t, serve(t, Options{Group: g}, func() Handler { return staying }))
	<-going.conn
	<-staying.conn
	g.CloseWhere(func(h Handler) bool { return h == Handler(going) }, CloseGone, "gone")
	goes.wantClose(CloseGone)
	stays.text("I am here")
	stays.want("I am here")
}

func TestManySendersAndAnEndDoNotRace(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	for range 20 {
		address, h := serveOne(t, Options{Group: g})
		c := dial(t, address)
		conn := <-h.conn
		var senders sync.WaitGroup
		for range 4 {
			senders.Go(func() {
				for conn.Send([]byte("text")) {
				}
			})
		}
		senders.Go(func() {
			time.Sleep(5 * time.Millisecond)
			conn.Close(CloseGone, "enough")
		})
		go func() {
			for {
				if _, _, err := c.frame(); err != nil {
					return
				}
			}
		}()
		senders.Wait()
		_ = c.conn.Close()
		h.wantClosed(t)
	}
}

// hijackLate closes the group while an upgrade is under way.
type hijackLate struct {
	http.ResponseWriter
	before func()
}

func (h hijackLate) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h.before()
	return http.NewResponseController(h.ResponseWriter).Hijack()
}

func TestAnUpgradeThatCloseAllOvertakesIsClosedToo(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	h := newHandler()
	stopped := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = Upgrade(hijackLate{w, func() {
			go func() { stopped <- g.CloseAll(context.Background(), CloseGoingAway, "the server stops") }()
			for closed := false; !closed; time.Sleep(time.Millisecond) {
				g.mu.Lock()
				closed = g.code != 0
				g.mu.Unlock()
			}
		}}, r, h, Options{Group: g})
	}))
	t.Cleanup(server.Close)
	dial(t, server.Listener.Addr().String()).wantClose(CloseGoingAway)
	if err := <-stopped; err != nil {
		t.Errorf("CloseAll: got %v, want nil", err)
	}
	h.wantClosed(t)
}
