package socket

import (
	"bufio"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// pipe gives away a connection that lives in memory, where no time passes but a test's.
type pipe struct {
	http.ResponseWriter
	conn net.Conn
}

func (p pipe) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return p.conn, bufio.NewReadWriter(bufio.NewReader(p.conn), bufio.NewWriter(p.conn)), nil
}

// dialPipe connects within a bubble.
func dialPipe(t *testing.T, o Options) *client {
	t.Helper()
	here, there := net.Pipe()
	t.Cleanup(func() { _ = here.Close() })
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	upgraded := make(chan error, 1)
	go func() { upgraded <- Upgrade(pipe{httptest.NewRecorder(), there}, r, newHandler(), o) }()
	c := &client{t: t, conn: here, r: bufio.NewReaderSize(here, 256)}
	c.greeted()
	if err := <-upgraded; err != nil {
		t.Fatal(err)
	}
	return c
}

// closedAfter reads up to the close frame, hangs up, and says how long it took to come.
func (c *client) closedAfter(code Code) time.Duration {
	c.t.Helper()
	began := time.Now()
	for {
		_ = c.conn.SetReadDeadline(time.Now().Add(time.Hour))
		if _, err := c.r.Peek(1); err != nil {
			c.t.Fatalf("read up to the close frame: %v, want %d", err, code)
		}
		opcode, payload, err := c.frame()
		if err != nil {
			c.t.Fatal(err)
		}
		if opcode != 8 {
			continue
		}
		if got := Code(binary.BigEndian.Uint16(payload)); got != code {
			c.t.Errorf("close code: got %d, want %d", got, code)
		}
		_ = c.conn.Close()
		return time.Since(began)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	const first = 10 * time.Second
	for name, test := range map[string]struct {
		first time.Duration
		speak func(*client)
		code  Code
		after time.Duration
	}{
		"a peer that is silent is closed with 4408": {0, func(*client) {}, CloseIdle, idleTimeout},
		"a text renews": {0, renew(masked(0x81, []byte("x"))), CloseIdle, idleTimeout},
		"a ping renews": {0, renew(masked(0x89, nil)), CloseIdle, idleTimeout},
		"a pong renews": {0, renew(masked(0x8a, nil)), CloseIdle, idleTimeout},
		"a peer that says nothing first is closed with 4400": {first, func(*client) {}, CloseBadFrame, first},
		"pings do not stand for the first text":              {first, pings(9), CloseBadFrame, time.Second},
		"after the first text the idle time counts":          {first, func(c *client) { c.text("hello") }, CloseIdle, idleTimeout},
		"the first text may come as late as its time allows": {first, late(first - time.Second), CloseIdle, idleTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, _ := newTestGroup(t)
				g.write = time.Hour // a pipe keeps nothing for a peer that does not read
				c := dialPipe(t, Options{Group: g, FirstFrame: test.first})
				test.speak(c)
				if got := c.closedAfter(test.code); got != test.after {
					t.Errorf("closed after %v, want %v", got, test.after)
				}
			})
		})
	}
}

// renew speaks for twice the idle time.
func renew(frame []byte) func(*client) {
	return func(c *client) {
		for range 6 {
			time.Sleep(idleTimeout / 3)
			c.write(frame)
		}
	}
}

// pings pings each second.
func pings(times int) func(*client) {
	return func(c *client) {
		for range times {
			time.Sleep(time.Second)
			c.write(masked(0x89, nil))
		}
	}
}

func late(wait time.Duration) func(*client) {
	return func(c *client) {
		time.Sleep(wait)
		c.text("hello")
	}
}
