package main

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"
)

// line is one WebSocket to the program.
type line struct {
	gws.BuiltinEventHandler
	conn  *gws.Conn
	take  func([]byte) // called with each frame, whose bytes hold until it returns
	ended error
	cut   atomic.Bool
}

// dial opens a WebSocket. Nothing is read before run.
func dial(url string, header http.Header, take func([]byte)) (*line, error) {
	l := &line{take: take}
	conn, answer, err := gws.NewClient(l, &gws.ClientOption{
		Addr: url, RequestHeader: header, HandshakeTimeout: 10 * time.Second, ReadBufferSize: 4 << 10, ReadMaxPayloadSize: 8 << 20,
	})
	if err != nil {
		if answer != nil {
			err = fmt.Errorf("%w (status %d)", err, answer.StatusCode)
		}
		return nil, err
	}
	l.conn = conn
	return l, nil
}

// run reads until the connection ends, and says why it did: nil if by hangUp.
func (l *line) run() error {
	l.conn.ReadLoop()
	if l.cut.Load() {
		return nil
	}
	return l.ended
}

// send writes one text frame.
func (l *line) send(frame []byte) error { return l.conn.WriteMessage(gws.OpcodeText, frame) }

// hangUp ends the connection.
func (l *line) hangUp() {
	l.cut.Store(true)
	_ = l.conn.NetConn().Close()
}

// OnMessage is gws.Event's.
func (l *line) OnMessage(_ *gws.Conn, m *gws.Message) {
	l.take(m.Bytes())
	_ = m.Close()
}

// OnClose is gws.Event's.
func (l *line) OnClose(_ *gws.Conn, err error) {
	if l.ended = err; err == nil {
		l.ended = errors.New("the connection was closed")
	}
}

// OnPing is gws.Event's.
func (l *line) OnPing(c *gws.Conn, payload []byte) { _ = c.WritePong(payload) }
