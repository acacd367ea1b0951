package telegram

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
)

// over gives an adapter that calls a server over the network with its own client.
func over(t *testing.T, url string) *Adapter {
	t.Helper()
	a, err := New(Config{Channel: testChannel(polls), Token: testToken, APIURL: url, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.api.http.CloseIdleConnections)
	return a
}

// listen gives the address of a server that treats each connection as told, and how many there were.
func listen(t *testing.T, serve func(net.Conn)) (string, *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() { defer c.Close(); serve(c) }()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return "http://" + l.Addr().String(), &connections
}

func readRequest(c net.Conn) {
	if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
		io.Copy(io.Discard, r.Body)
	}
}

// TestABrokenConnection is CHANNELS 5 case 23: whether a message can have arrived is known by how far its request came.
func TestABrokenConnection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	l.Close()

	atOnce, _ := listen(t, func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) })
	after, afterConnections := listen(t, readRequest)
	reset, _ := listen(t, func(c net.Conn) { readRequest(c); c.(*net.TCPConn).SetLinger(0) })
	half, _ := listen(t, func(c net.Conn) {
		readRequest(c)
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":true")
	})
	noise, _ := listen(t, func(c net.Conn) { readRequest(c); fmt.Fprint(c, "hello\r\n\r\n") })
	insecure := httptest.NewUnstartedServer(http.NotFoundHandler())
	insecure.Config.ErrorLog = log.New(io.Discard, "", 0)
	insecure.StartTLS()
	t.Cleanup(insecure.Close)

	for _, c := range []struct {
		name, url string
		kind      core.Kind
		reason    string
	}{
		{"nobody listens", closed, core.Unavailable, reasonAway},
		{"the name does not exist", "http://telegram.invalid", core.Unavailable, reasonAway},
		{"a certificate that nobody knows", insecure.URL, core.Unavailable, reasonAway},
		{"closed when the request has come", after, core.Uncertain, reasonSilent},
		{"reset when the request has come", reset, core.Uncertain, reasonSilent},
		{"closed within the answer", half, core.Uncertain, reasonSilent},
		{"an answer that is none", noise, core.Uncertain, reasonSilent},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := over(t, c.url)
			_, err := a.Deliver(t.Context(), to(core.OutSend, "hello"))
			e := wantFault(t, err, c.kind, c.reason)
			if strings.Contains(err.Error(), "/bot") {
				t.Errorf("got %v, want it without the address", err)
			}
			if want := c.kind == core.Unavailable; (e.Scope == core.ScopeChannel) != want {
				t.Errorf("for the whole channel: got %q, want %v", e.Scope, want)
			}
		})
	}
	if got := afterConnections.Load(); got != 1 {
		t.Errorf("connections: got %d, want one: a message is never sent again by itself", got)
	}
	t.Run("reset at once", func(t *testing.T) {
		_, err := over(t, atOnce).Deliver(t.Context(), to(core.OutSend, strings.Repeat("x", 4096)))
		if kind := core.KindOf(err); kind != core.Unavailable && kind != core.Uncertain {
			t.Errorf("got %v, want not to be taken for sent", err)
		}
	})
}

func TestASlowServerIsUncertain(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	url, _ := listen(t, func(c net.Conn) { readRequest(c); <-hang })
	defer close(hang)
	a := over(t, url)
	err := a.api.call(t.Context(), 3*time.Second, "sendMessage", struct{}{}, nil)
	if e := fault("test", err); e.Kind != core.Uncertain {
		t.Errorf("got %v, want uncertain", err)
	}
	noSecret(t, err)
}

func TestAConnectionThatNeverStandsIsNotUncertain(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	url, _ := listen(t, func(net.Conn) { <-hang }) // no TLS comes
	defer close(hang)
	a := over(t, strings.Replace(url, "http", "https", 1))
	err := a.api.call(t.Context(), 200*time.Millisecond, "sendMessage", struct{}{}, nil)
	if e := fault("test", err); e.Kind != core.Unavailable || e.Reason != reasonAway {
		t.Errorf("got %v, want unavailable", err)
	}
}

func TestNoRedirectionIsFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	s := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(s.Close)
	_, err := over(t, s.URL).Deliver(t.Context(), to(core.OutSend, "x"))
	wantFault(t, err, core.Unavailable, reasonStrange)
	if elsewhere.Load() != 0 {
		t.Error("the message went elsewhere")
	}
}

// TestAConnectionThatWasClosedMeanwhileIsNoFailure: the network closes what is idle, and the next message needs another one.
func TestAConnectionThatWasClosedMeanwhileIsNoFailure(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"ok":true,"result":{"message_id":1}}`)
	}))
	s.Config.IdleTimeout = 50 * time.Millisecond
	closed := make(chan struct{}, 3)
	s.Config.ConnState = func(_ net.Conn, now http.ConnState) {
		if now == http.StateClosed {
			closed <- struct{}{}
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	a := over(t, s.URL)
	for range 3 {
		if _, err := a.Deliver(t.Context(), to(core.OutSend, "x")); err != nil {
			t.Fatal(err)
		}
		<-closed
		time.Sleep(300 * time.Millisecond) // the caller hears of it
	}
}
