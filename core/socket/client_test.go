package socket

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// client is a WebSocket client that sends byte by byte what it is told to, also what no client should.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

const handshake = "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// dial connects; with is sent together with the handshake.
func dial(t testing.TB, address string, with ...byte) *client {
	t.Helper()
	return dialBuffered(t, address, 0, with)
}

func dialBuffered(t testing.TB, address string, receive int, with []byte) *client {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if receive > 0 {
		if err := conn.(*net.TCPConn).SetReadBuffer(receive); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &client{t: t, conn: conn, r: bufio.NewReaderSize(conn, 256)}
	c.write(append([]byte(handshake), with...))
	c.greeted()
	return c
}

// greeted reads the answer to the handshake.
func (c *client) greeted() {
	t := c.t
	t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Sec-Websocket-Accept"); response.StatusCode != 101 || got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Fatalf("handshake: got %s and accept %q", response.Status, got)
	}
}

func (c *client) write(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

// masked makes a frame as clients must send it. first is the header's first byte: 0x81 is a whole text.
func masked(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := [4]byte{1, 2, 3, 4}
	b = append(b, mask[:]...)
	for i, p := range payload {
		b = append(b, p^mask[i%4])
	}
	return b
}

func (c *client) text(s string) {
	c.t.Helper()
	c.write(masked(0x81, []byte(s)))
}

// frame reads one frame.
func (c *client) frame() (opcode byte, payload []byte, err error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	var h [10]byte
	if _, err := io.ReadFull(c.r, h[:2]); err != nil {
		return 0, nil, err
	}
	n := uint64(h[1])
	switch n {
	case 126:
		_, err = io.ReadFull(c.r, h[2:4])
		n = uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		_, err = io.ReadFull(c.r, h[2:10])
		n = binary.BigEndian.Uint64(h[2:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(c.r, payload)
	return h[0] & 0x0f, payload, err
}

// want reads a text frame and compares.
func (c *client) want(text string) {
	c.t.Helper()
	opcode, payload, err := c.frame()
	if err != nil {
		c.t.Fatalf("read a frame: %v, want %.40q", err, text)
	}
	if opcode != 1 || string(payload) != text {
		c.t.Fatalf("frame: got opcode %d %.80q, want text %.40q", opcode, payload, text)
	}
}

// wantClose reads up to the close frame, answers it, and sees the server hang up: cleanly, unless the server already had a
// close frame and may have gone before this one.
func (c *client) wantClose(code Code) {
	c.t.Helper()
	for {
		opcode, payload, err := c.frame()
		if err != nil {
			c.t.Fatalf("read up to the close frame: %v, want %d", err, code)
		}
		if opcode != 8 {
			continue
		}
		if len(payload) < 2 {
			c.t.Fatalf("close frame: got %v, want %d", payload, code)
		}
		if got := Code(binary.BigEndian.Uint16(payload)); got != code {
			c.t.Fatalf("close code: got %d %q, want %d", got, payload[2:], code)
		}
		if strings.Contains(string(payload[2:]), "gws") {
			c.t.Errorf("close reason: got %q, want none of the parser's words", payload[2:])
		}
		_, _ = c.conn.Write(masked(0x88, payload[:2])) // the server may already have gone
		first := code != CloseNormal && code != CloseProtocol && code != 4000
		if _, err := io.Copy(io.Discard, c.r); err != nil && (first || !errors.Is(err, syscall.ECONNRESET)) {
			c.t.Errorf("after the close frame: got %v, want the end", err)
		}
		return
	}
}

// handler answers with what it hears, and remembers its connection and that it was closed.
type handler struct {
	conn    chan *Conn
	closed  chan struct{}
	message func(*Conn, []byte)
	opened  func(*Conn)
}

func newHandler() *handler {
	return &handler{
		conn: make(chan *Conn, 1), closed: make(chan struct{}),
		message: func(c *Conn, b []byte) { c.Send([]byte(string(b))) },
	}
}

func (h *handler) Open(c *Conn) {
	h.conn <- c
	if h.opened != nil {
		h.opened(c)
	}
}

func (h *handler) Message(c *Conn, b []byte) { h.message(c, b) }

// Closed panics when it is called twice.
func (h *handler) Closed(*Conn) { close(h.closed) }

func (h *handler) wantClosed(t testing.TB) {
	t.Helper()
	select {
	case <-h.closed:
	case <-time.After(patience):
		t.Fatal("Closed was not called")
	}
}

// logBook collects what is logged.
type logBook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newTestGroup makes a group that is patient with slow peers.
func newTestGroup(t testing.TB) (*Group, *logBook) {
	book := &logBook{}
	g := NewGroup(slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug})))
	g.write, g.linger, g.returns = patience, patience, patience
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := g.CloseAll(ctx, CloseGoingAway, "the test is over"); err != nil {
			t.Errorf("CloseAll: %v", err)
		}
	})
	return g, book
}

// serve gives the address of a server that upgrades each request for the next handler.
func serve(t testing.TB, o Options, next func() Handler) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = Upgrade(w, r, next(), o)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// serveOne is serve for one connection.
func serveOne(t testing.TB, o Options) (address string, h *handler) {
	h = newHandler()
	return serve(t, o, func() Handler { return h }), h
}

func say(n int) string { return fmt.Sprintf("number %d", n) }
