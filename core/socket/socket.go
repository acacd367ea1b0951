package socket

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/lxzan/gws"

	"parley/core"
)

// Limits of every connection, in bytes.
const (
	MaxFrame   = 96 << 10  // one frame from the peer: 98,304
	MaxWaiting = 256 << 10 // all that waits to be sent to it
)

// How long peers may take.
const (
	idleTimeout  = 60 * time.Second // for the next frame, whatever it is
	writeTimeout = 10 * time.Second // to take what is written
	lingerTime   = 2 * time.Second  // to answer a close frame
	returnTime   = time.Second      // for handlers, when their connections were cut
)

const (
	readBuffer = 256      // per connection, for as long as it lives; larger frames are read past it
	sendBuffer = 64 << 10 // asked of the kernel, so that it does not hold megabytes for a peer that stopped reading
)

// Handler is what a connection is for. Its methods are called one at a time, each after the one before has returned; a
// panic in one is logged and closes that connection with 1011.
type Handler interface {
	// Open is first. What it sends is sent before all else.
	Open(*Conn)
	// Message is one text frame. It is not checked to be UTF-8, and b is valid only until Message returns. While it has
	// not returned, nothing more is read from this peer.
	Message(c *Conn, b []byte)
	// Closed is last, once, whoever ended the connection.
	Closed(*Conn)
}

// Options say how a connection is treated.
type Options struct {
	Group      *Group        // who owns it; required
	Kind       string        // for whom it is, in one word: how many there are of each is counted
	FirstFrame time.Duration // within which the first text frame must come, else 4400; zero: as any other
	Frames     int           // at most so many frames in Span, else 4429; zero: as many as may come
	Span       time.Duration
}

// Upgrade makes a WebSocket of the request and returns; the handler is called from then on until the connection ends. The
// caller has checked who asks, the Origin included. A request that cannot be upgraded is answered, and the error, a
// *core.Error, says why: Invalid, or Unavailable when the group has been closed.
func Upgrade(w http.ResponseWriter, r *http.Request, h Handler, o Options) error {
	if status, reason := refusal(r); status != 0 {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Sec-WebSocket-Version", "13")
		http.Error(w, reason, status)
		return &core.Error{Op: "socket.Upgrade", Kind: core.Invalid, Reason: reason}
	}
	if !o.Group.enter() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "the server stops", http.StatusServiceUnavailable)
		return &core.Error{Op: "socket.Upgrade", Kind: core.Unavailable, RetryAfter: time.Second}
	}
	raw, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		o.Group.tasks.Done()
		http.Error(w, "no WebSocket here", http.StatusInternalServerError)
		return &core.Error{Op: "socket.Upgrade", Kind: core.Unavailable, Err: err}
	}
	c := newConn(raw, h, o)
	reader := bufio.NewReaderSize(early(buffered.Reader, &c.wire), readBuffer)
	ws, err := upgrader.UpgradeFromConn(&c.wire, reader, r)
	if err != nil { // the peer has gone: all that could be wrong with the request was looked at before
		o.Group.tasks.Done()
		return &core.Error{Op: "socket.Upgrade", Kind: core.Unavailable, Err: err}
	}
	c.wire.upgraded = true
	o.Group.join(c)
	go c.run(ws)
	return nil
}

var upgrader = gws.NewUpgrader(events{}, &gws.ServerOption{
	ReadMaxPayloadSize: MaxFrame,
	ReadBufferSize:     readBuffer,
	HandshakeTimeout:   writeTimeout,
	NewSession:         func() gws.SessionStorage { return nil },
})

// refusal is the answer to a request that is no WebSocket handshake, zero if it is one. The parser would answer 400 to all
// of them, after the connection was taken from the HTTP server.
func refusal(r *http.Request) (status int, reason string) {
	if r.Method != http.MethodGet {
		return http.StatusMethodNotAllowed, "a WebSocket begins with GET"
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || !hasToken(r.Header["Connection"], "upgrade") ||
		r.Header.Get("Sec-WebSocket-Version") != "13" {
		return http.StatusUpgradeRequired, "this is a WebSocket"
	}
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	if err != nil || len(key) != 16 {
		return http.StatusBadRequest, "the Sec-WebSocket-Key is not 16 bytes in base64"
	}
	return 0, ""
}

func hasToken(header []string, token string) bool {
	for _, line := range header {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// early puts what the peer sent together with its handshake before the rest. The parser by itself would drop it.
func early(buffered *bufio.Reader, rest io.Reader) io.Reader {
	n := buffered.Buffered()
	if n == 0 {
		return rest
	}
	b, _ := buffered.Peek(n)
	return io.MultiReader(bytes.NewReader(bytes.Clone(b)), rest)
}

func newConn(raw net.Conn, h Handler, o Options) *Conn {
	inner := raw
	if tls, ok := raw.(interface{ NetConn() net.Conn }); ok {
		inner = tls.NetConn()
	}
	if tcp, ok := inner.(interface{ SetWriteBuffer(int) error }); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // a wish; whether the kernel grants it changes nothing here
	}
	c := &Conn{handler: h, options: o}
	c.wire = wire{Conn: raw, owner: c}
	return c
}
