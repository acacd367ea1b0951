package socket

import (
	"encoding/binary"
	"errors"
	"net"
	"os"

	"github.com/lxzan/gws"
)

// wire is the connection as the parser has it. Past the handshake the parser reads from it and writes nothing but close
// frames, which go the way of all frames; so the reader never waits for the peer to read.
type wire struct {
	net.Conn
	owner    *Conn
	upgraded bool
}

// Read tells the owner why there is nothing more, before the parser makes something of its own of that.
func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.owner.silent()
	default:
		w.owner.hangUp()
	}
	return n, err
}

// Write takes the parser's close frame: the answer to the peer's, or its verdict on what the peer sent.
func (w *wire) Write(b []byte) (int, error) {
	if !w.upgraded {
		return w.Conn.Write(b)
	}
	code := CloseNormal
	if len(b) >= 4 {
		code = Code(binary.BigEndian.Uint16(b[2:]))
	}
	w.owner.close(code, parserReasons[code], false)
	return len(b), nil
}

// Close does nothing past the handshake: the owner closes when the peer has had its time.
func (w *wire) Close() error {
	if !w.upgraded {
		return w.Conn.Close()
	}
	return nil
}

// events is what the parser calls, from the reader's goroutine.
type events struct{}

func owner(ws *gws.Conn) *Conn { return ws.NetConn().(*wire).owner }

func (events) OnOpen(ws *gws.Conn) { owner(ws).open() }

// OnClose only looks for the peer's close frame. That the connection has ended is said by the reader, because the parser
// does not come here after a panic of its own.
func (events) OnClose(ws *gws.Conn, err error) {
	if _, ok := errors.AsType[*gws.CloseError](err); ok {
		c := owner(ws)
		c.mu.Lock()
		c.answered = true
		c.mu.Unlock()
	}
}

func (events) OnPing(ws *gws.Conn, payload []byte) {
	if c := owner(ws); c.heard(false) {
		c.send(frame{gws.OpcodePong, payload})
	}
}

func (events) OnPong(ws *gws.Conn, _ []byte) { owner(ws).heard(false) }

func (events) OnMessage(ws *gws.Conn, m *gws.Message) {
	defer func() { _ = m.Close() }() // gives the buffer back; cannot fail
	c := owner(ws)
	if !c.heard(m.Opcode == gws.OpcodeText) {
		return
	}
	if m.Opcode != gws.OpcodeText {
		c.Close(CloseBadFrame, "text frames only")
		return
	}
	c.message(m.Bytes())
}
