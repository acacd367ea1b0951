package widget

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/socket"
)

// rig is a widget over real sockets, with an inbox and a feed of the test's.
type rig struct {
	*Widget
	inbox   *inbox
	feed    *visitorFeed
	brought *shelf
	group   *socket.Group
	log     *logBook
	clock   *clock
	address string
}

const shop = "https://shop.test"

func shopChannel() core.Channel {
	return core.Channel{
		ID: 7, Slug: "support-widget", Kind: Kind, Department: 3, Settings: json.RawMessage(`{"origins":["https://shop.test"]}`),
	}
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{inbox: &inbox{}, feed: newVisitorFeed(), brought: &shelf{}, log: &logBook{}, clock: &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.group = socket.NewGroup(log)
	r.Widget = New(r.inbox, r.feed, r.brought, r.group, "https://parley.test", r.clock.Now, log)
	if err := r.Set([]Live{{shopChannel(), "Support"}}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	r.address = server.Listener.Addr().String()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.group.CloseAll(ctx, socket.CloseGoingAway, "the test is over"); err != nil {
			t.Errorf("CloseAll: %v", err)
		}
		server.Close()
	})
	return r
}

// clock is turned by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// logBook collects what is logged.
type logBook struct {
	mu sync.Mutex
	b  bytes.Buffer
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

// inbox keeps what it is given and answers with answer.
type inbox struct {
	mu     sync.Mutex
	got    []core.Inbound
	answer func(context.Context, core.Inbound) error
}

func (i *inbox) Receive(ctx context.Context, in core.Inbound) error {
	i.mu.Lock()
	i.got = append(i.got, in)
	answer := i.answer
	i.mu.Unlock()
	if answer == nil {
		return nil
	}
	return answer(ctx, in)
}

func (i *inbox) answerWith(f func(context.Context, core.Inbound) error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = f
}

func (i *inbox) all() []core.Inbound {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]core.Inbound(nil), i.got...)
}

func (i *inbox) count(verb core.InboundVerb) int {
	n := 0
	for _, in := range i.all() {
		if in.Verb == verb {
			n++
		}
	}
	return n
}

// visitorFeed shows a snapshot to whoever follows, and tells the test who does.
type visitorFeed struct {
	snapshot core.VisitorFrame
	err      error
	older    func(before string, limit int) (core.VisitorFrame, error)
	follows  chan follow
	stops    chan core.RemoteID
}

type follow struct {
	channel core.ChannelID
	who     core.RemoteID
	after   string
	to      core.VisitorSink
}

func newVisitorFeed() *visitorFeed {
	return &visitorFeed{
		snapshot: core.VisitorFrame{Cursor: "c0", Start: "s0"},
		follows:  make(chan follow, 100), stops: make(chan core.RemoteID, 100),
	}
}

func (f *visitorFeed) FollowVisitor(_ context.Context, c core.ChannelID, who core.RemoteID, after string, to core.VisitorSink) (func(), error) {
	if f.err != nil {
		return nil, f.err
	}
	to.Frame(f.snapshot)
	f.follows <- follow{c, who, after, to}
	return func() { f.stops <- who }, nil
}

func (f *visitorFeed) OlderVisitor(_ context.Context, _ core.ChannelID, _ core.RemoteID, before string, limit int) (core.VisitorFrame, error) {
	return f.older(before, limit)
}

// SeenVisitor reads cursors like seen-12.
func (f *visitorFeed) SeenVisitor(_ core.ChannelID, _ core.RemoteID, sealed string) (core.EventID, error) {
	var id core.EventID
	if _, err := fmt.Sscanf(sealed, "seen-%d", (*int64)(&id)); err != nil {
		return 0, &core.Error{Op: "feed.SeenVisitor", Kind: core.Invalid, Field: "cursor"}
	}
	return id, nil
}

// client is a browser, but one that sends what it is told to.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

// request asks for a socket and gives the answer's status.
func (r *rig) request(t testing.TB, slug string, receive int, header ...string) (*client, int) {
	t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if receive > 0 {
		if err := conn.(*net.TCPConn).SetReadBuffer(receive); err != nil {
			t.Fatal(err)
		}
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, _ = fmt.Fprintf(conn, "GET /widget/v1/socket?channel=%s HTTP/1.1\r\nHost: parley.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", slug, strings.Join(header, ""))
	c := &client{t: t, conn: conn, r: bufio.NewReader(conn)}
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookies := response.Header["Set-Cookie"]; cookies != nil {
		t.Errorf("cookies: got %q, want none", cookies)
	}
	return c, response.StatusCode
}

// open is a socket of the shop's.
func (r *rig) open(t testing.TB) *client {
	t.Helper()
	return r.openSmall(t, 0)
}

func (r *rig) openSmall(t testing.TB, receive int) *client {
	t.Helper()
	c, status := r.request(t, "support-widget", receive, "Origin: "+shop+"\r\n")
	if status != http.StatusSwitchingProtocols {
		t.Fatalf("upgrade: got %d, want 101", status)
	}
	return c
}

// greet opens a socket, says hello as a new visitor and reads welcome and snapshot.
func (r *rig) greet(t testing.TB) (*client, follow) {
	t.Helper()
	c := r.open(t)
	c.say(`{"type":"hello","versions":[1]}`)
	c.next("welcome")
	c.next("events")
	return c, <-r.feed.follows
}

func (c *client) say(text string) {
	c.t.Helper()
	c.send(0x81, []byte(text))
}

func (c *client) send(first byte, payload []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(masked(first, payload)); err != nil {
		c.t.Fatal(err)
	}
}

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
	mask := [4]byte{9, 8, 7, 6}
	b = append(b, mask[:]...)
	for i, p := range payload {
		b = append(b, p^mask[i%4])
	}
	return b
}

func (c *client) frame() (opcode byte, payload []byte, err error) {
	var h [8]byte
	if _, err := io.ReadFull(c.r, h[:2]); err != nil {
		return 0, nil, err
	}
	opcode = h[0] & 0x0f
	n := uint64(h[1])
	switch n {
	case 126:
		_, err = io.ReadFull(c.r, h[:2])
		n = uint64(binary.BigEndian.Uint16(h[:]))
	case 127:
		_, err = io.ReadFull(c.r, h[:8])
		n = binary.BigEndian.Uint64(h[:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(c.r, payload)
	return opcode, payload, err
}

// want reads one text frame and compares it byte for byte.
func (c *client) want(frame string) {
	c.t.Helper()
	opcode, payload, err := c.frame()
	if err != nil || opcode != 1 || string(payload) != frame {
		c.t.Fatalf("frame: got opcode %d %.200q %v, want %.200q", opcode, payload, err, frame)
	}
}

// next reads one text frame, of the given type.
func (c *client) next(kind string) map[string]any {
	c.t.Helper()
	opcode, payload, err := c.frame()
	if err != nil || opcode != 1 {
		c.t.Fatalf("frame: got opcode %d %.200q %v, want %s", opcode, payload, err, kind)
	}
	var m map[string]any
	if err := json.Unmarshal(payload, &m); err != nil || m["type"] != kind {
		c.t.Fatalf("frame: got %.200q %v, want %s", payload, err, kind)
	}
	return m
}

// wantClose reads up to the close frame and answers it.
func (c *client) wantClose(code socket.Code) {
	c.t.Helper()
	for {
		opcode, payload, err := c.frame()
		if err != nil {
			c.t.Fatalf("read up to the close frame: %v, want %d", err, code)
		}
		if opcode != 8 {
			continue
		}
		if got := socket.Code(binary.BigEndian.Uint16(payload)); got != code {
			c.t.Fatalf("close code: got %d %q, want %d", got, payload[2:], code)
		}
		_, _ = c.conn.Write(masked(0x88, payload[:2]))
		_, _ = io.Copy(io.Discard, c.r)
		_ = c.conn.Close()
		return
	}
}

// wantAlive sees that the socket still answers.
func (c *client) wantAlive() {
	c.t.Helper()
	c.say(`{"type":"ping"}`)
	c.want(`{"type":"pong"}`)
}

// id makes the n-th client id.
func id(n int) string { return fmt.Sprintf("01963d2a-7e57-7c3f-9a41-%012x", n) }

func message(n int, text string) string {
	b, err := json.Marshal(map[string]string{"type": "message", "id": id(n), "text": text})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// eventually waits until what is true, for what happens in another goroutine.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
