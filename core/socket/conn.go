package socket

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/lxzan/gws"

	"parley/core"
)

// Conn is one connection, from its handler's side. Its methods never block and may be called by many at once, also when
// the connection has ended.
type Conn struct {
	wire    wire
	handler Handler
	options Options

	// Of the reader alone.
	frames Window
	spoken bool // a text frame has come

	mu       sync.Mutex
	queue    []frame // what waits, in order; a close frame is the last
	waiting  int     // bytes in queue and with the writer
	code     Code    // with which the connection ends; zero while it is open
	writing  bool    // a writer runs
	answered bool    // the peer's close frame has come
	cut      bool    // nothing can be written any more
}

// Send queues one text frame and tells whether it did. It does not when the connection has ended, or when more than
// MaxWaiting would wait: then the connection ends with CloseSlow. The bytes must not change afterwards; many connections
// may be sent the same ones.
func (c *Conn) Send(text []byte) bool { return c.send(frame{gws.OpcodeText, text}) }

// Close ends the connection: what waits is sent, then the code; the peer has two seconds to answer. Of several calls the
// first counts. The reason is for people, at most 123 bytes, and repeats nothing that was received.
func (c *Conn) Close(code Code, reason string) { c.close(code, reason, false) }

// run reads until the connection has ended.
func (c *Conn) run(ws *gws.Conn) {
	g := c.options.Group
	defer g.leave(c)
	limit := g.idle
	if c.mute() {
		limit = c.options.FirstFrame
	}
	c.listen(core.SystemClock(), limit)
	c.read(ws)
	c.drain()
	c.hangUp()
	g.log.Debug("socket closed", "code", c.ended())
}

// read lets the parser read. It takes the length of a frame from the peer without looking at its sign and panics, outside
// of its own recovery: that must end this connection, not the program.
func (c *Conn) read(ws *gws.Conn) {
	defer c.closed()
	defer func() {
		if p := recover(); p != nil {
			c.options.Group.log.Warn("socket frame could not be parsed", "panic", fmt.Sprint(p))
			c.close(CloseProtocol, parserReasons[CloseProtocol], true)
		}
	}()
	ws.ReadLoop()
}

// heard counts a frame that came whole, and tells whether it matters. It gives the peer time for the next one; but until
// the first text frame has come, only the time for that counts.
func (c *Conn) heard(text bool) bool {
	now := core.SystemClock()
	if o := c.options; o.Frames > 0 && !c.frames.Allow(core.At(now), o.Frames, o.Span) {
		c.Close(CloseTooMany, "too many frames")
		return false
	}
	c.spoken = c.spoken || text
	if c.mute() {
		return c.ended() == 0
	}
	return c.listen(now, c.options.Group.idle)
}

// mute tells whether the peer still owes its first text frame.
func (c *Conn) mute() bool { return c.options.FirstFrame > 0 && !c.spoken }

// listen moves the read deadline, and tells whether the connection is open.
func (c *Conn) listen(now time.Time, limit time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 { // then the deadline is that of the end
		return false
	}
	_ = c.wire.SetReadDeadline(now.Add(limit)) // fails only when the connection has ended
	return true
}

// silent ends a connection whose peer let the read deadline pass.
func (c *Conn) silent() {
	if c.mute() {
		c.Close(CloseBadFrame, "no first frame in time")
		return
	}
	c.Close(CloseIdle, "nothing heard for too long")
}

func (c *Conn) open() {
	c.options.Group.workers.run(func() {
		defer c.recovered()
		c.handler.Open(c)
	})
}

func (c *Conn) message(b []byte) {
	c.options.Group.workers.run(func() {
		defer c.recovered()
		c.handler.Message(c, b)
	})
}

func (c *Conn) closed() {
	defer c.recovered()
	c.handler.Closed(c)
}

// recovered keeps a handler's panic to its own connection. What was panicked with is logged only if the runtime made it:
// anything else could hold words of a customer.
func (c *Conn) recovered() {
	p := recover()
	if p == nil {
		return
	}
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	c.options.Group.log.Error("socket handler panicked", "panic", what, "stack", string(debug.Stack()))
	c.Close(CloseInternal, "internal error")
}

func (c *Conn) ended() Code {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}
