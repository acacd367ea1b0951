package socket

import (
	"encoding/binary"
	"io"
	"net"
	"sync"

	"github.com/lxzan/gws"

	"parley/core"
)

// frame is one frame on its way out.
type frame struct {
	opcode gws.Opcode
	data   []byte
}

const maxHeader = 10

func (f frame) size() int { return maxHeader + len(f.data) }

// header writes the frame's header into b: final, not masked, as servers send.
func (f frame) header(b *[maxHeader]byte) []byte {
	b[0] = 0x80 | byte(f.opcode)
	switch n := len(f.data); {
	case n < 126:
		b[1] = byte(n)
		return b[:2]
	case n <= 0xffff:
		b[1] = 126
		binary.BigEndian.PutUint16(b[2:], uint16(n))
		return b[:4]
	default:
		b[1] = 127
		binary.BigEndian.PutUint64(b[2:], uint64(n))
		return b[:10]
	}
}

// send queues a frame and sees to it that somebody writes.
func (c *Conn) send(f frame) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 || c.cut {
		return false
	}
	if c.waiting+f.size() > MaxWaiting {
		c.end(CloseSlow, "too much waits to be sent", true)
		return false
	}
	c.push(f)
	return true
}

func (c *Conn) close(code Code, reason string, drop bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(code, reason, drop)
}

// end queues the close frame, in place of what waits if drop. The caller holds mu.
func (c *Conn) end(code Code, reason string, drop bool) {
	if c.code != 0 {
		return
	}
	c.code = code
	if c.cut {
		return
	}
	g := c.options.Group
	_ = c.wire.SetReadDeadline(core.SystemClock().Add(g.write + g.linger)) // the end of it all
	if drop {
		for _, f := range c.queue {
			c.waiting -= f.size()
		}
		c.queue = nil
	}
	data := binary.BigEndian.AppendUint16(nil, uint16(code))
	c.push(frame{gws.OpcodeCloseConnection, append(data, reason[:min(len(reason), 123)]...)})
}

// push is the end of the queue. The caller holds mu.
func (c *Conn) push(f frame) {
	c.queue = append(c.queue, f)
	c.waiting += f.size()
	if !c.writing {
		c.writing = true
		c.options.Group.tasks.Add(1) // the reader has not left yet, so this is never the first
		go c.write()
	}
}

// A batch is what is written with one call.
const (
	batchFrames = 32
	batchBytes  = 32 << 10
	smallBatch  = 2 << 10 // is copied together, which is cheaper than to tell the kernel of its parts
)

// batch has room for what a writer needs, so that it allocates nothing.
type batch struct {
	headers [batchFrames][maxHeader]byte
	parts   [2 * batchFrames][]byte
	out     net.Buffers
	small   [smallBatch]byte
}

// writeTo writes the first n parts.
func (b *batch) writeTo(w io.Writer, n, size int) error {
	defer clear(b.parts[:n])
	if size <= smallBatch {
		together := b.small[:0]
		for _, p := range b.parts[:n] {
			together = append(together, p...)
		}
		_, err := w.Write(together)
		return err
	}
	b.out = b.parts[:n]
	_, err := b.out.WriteTo(w)
	return err
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// write writes until nothing waits.
func (c *Conn) write() {
	defer c.options.Group.tasks.Done()
	b := batches.Get().(*batch)
	defer batches.Put(b)
	n, size, last := c.take(b, 0)
	for ; n > 0; n, size, last = c.take(b, size) {
		err := c.wire.SetWriteDeadline(core.SystemClock().Add(c.options.Group.write))
		if err == nil {
			err = b.writeTo(c.wire.Conn, n, size)
		}
		if err != nil {
			c.hangUp()
			return
		}
	}
	if last {
		c.finish()
	}
}

// take moves the first frames that wait into b, as n parts of size bytes; written is the size of the batch before. When
// nothing waits, there are no parts and the writer is no longer one; last tells that there will be no other.
func (c *Conn) take(b *batch, written int) (n, size int, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting -= written
	taken := 0
	for taken < len(c.queue) && taken < batchFrames && size < batchBytes {
		f := c.queue[taken]
		b.parts[n], b.parts[n+1] = f.header(&b.headers[taken]), f.data
		size += f.size()
		taken, n = taken+1, n+2
	}
	if taken < len(c.queue) {
		clear(c.queue[:taken])
		c.queue = c.queue[taken:]
		return n, size, false
	}
	c.queue = nil
	c.writing = n > 0
	return n, size, c.code != 0
}

// finish ends the connection once the close frame has been written: fully when the peer's has come, else by half, because
// a full close with something unread would make the kernel reset the connection, and the peer would never see the code.
func (c *Conn) finish() {
	if c.settled() {
		c.hangUp()
		return
	}
	if half, ok := c.wire.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = c.wire.SetReadDeadline(core.SystemClock().Add(c.options.Group.linger))
}

// drain reads what still comes, until the peer hangs up too or its time is over.
func (c *Conn) drain() {
	if c.settled() {
		return
	}
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c.wire.Conn}, make([]byte, 1024))
}

// settled tells whether each side has had the other's close frame.
func (c *Conn) settled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answered && !c.writing
}

// hangUp ends the connection at once; what waits is dropped.
func (c *Conn) hangUp() {
	c.mu.Lock()
	c.cut, c.queue = true, nil
	if c.code == 0 {
		c.code = closeLost
	}
	c.mu.Unlock()
	_ = c.wire.Conn.Close()
}
