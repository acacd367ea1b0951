package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"parley/core"
)

const (
	openTime  = 15 * time.Second // until a connection says hello
	writeTime = 5 * time.Second
	maxFrame  = 2 << 20 // bytes: an event, and room to grow
	maxAtOnce = 256     // envelopes that are worked on; one that comes then is not acknowledged, and Slack sends it again
	soonTime  = 5 * time.Second
)

const reasonHungUp = "The connection to Slack breaks off again and again."

// packet is what comes over the connection: https://docs.slack.dev/apis/events-api/using-socket-mode
type packet struct {
	Type     string          `json:"type"`
	Reason   string          `json:"reason"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
}

// link is a connection. Slack allows several, and shares what it tells between them.
type link struct {
	*Adapter
	conn  *websocket.Conn
	since time.Time
	hello chan struct{} // closed when Slack has said it
	leave chan struct{} // closed when Slack wants us to open another
	ended chan struct{} // closed when nothing more comes
	work  errgroup.Group
	mu    sync.Mutex // for writing
	over  atomic.Bool
}

// listen keeps a connection open until ctx ends. When Slack asks for another, that is opened first, and the old one read until it is
// drained: so nothing is late, and nothing comes out of order.
func (a *Adapter) listen(ctx context.Context) error {
	var retired sync.WaitGroup
	defer retired.Wait()
	var old *link
	retire := func() {
		if l := old; l != nil {
			retired.Go(func() { l.drain(ctx) })
		}
		old = nil
	}
	defer retire()
	for failures := int64(0); ctx.Err() == nil; {
		l, err := a.connect(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case core.KindOf(err) == core.Unauthorized:
			return err
		case err != nil:
			a.trouble(troubleSocket, reasonOf(err), err)
			wait(ctx, a.rest(failures, err))
			failures++
			continue
		}
		retire()
		a.trouble(troubleSocket, "", nil)
		old = l
		select {
		case <-ctx.Done():
			return nil
		case <-l.leave:
		case <-l.ended:
		}
		if a.config.Clock().Sub(l.since) >= soonTime {
			failures = 0
			continue
		}
		if failures++; failures > 1 {
			a.trouble(troubleSocket, reasonHungUp, nil)
			wait(ctx, a.rest(failures, nil))
		}
	}
	return nil
}

// connect opens a connection, and waits until Slack says hello on it. From then on what comes is worked on.
func (a *Adapter) connect(ctx context.Context) (*link, error) {
	const op = "slack.Run"
	_, address, err := a.api.api.StartSocketModeContext(ctx)
	if err != nil {
		return nil, asked(op, err)
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: openTime}
	conn, response, err := dialer.DialContext(ctx, address, nil)
	if response != nil {
		_ = response.Body.Close()
	}
	if err != nil { // the address has a ticket in it, and is not shown
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return nil, &core.Error{Op: op, Kind: core.Unavailable, Reason: reasonAway, Err: fmt.Errorf("open a connection: %w", err)}
	}
	l := &link{
		Adapter: a, conn: conn, since: a.config.Clock(),
		hello: make(chan struct{}), leave: make(chan struct{}), ended: make(chan struct{}),
	}
	l.work.SetLimit(maxAtOnce)
	go l.read(ctx)
	timer := time.NewTimer(openTime)
	defer timer.Stop()
	select {
	case <-l.hello:
		return l, nil
	case <-l.ended:
		err = errors.New("it was closed before Slack said hello")
	case <-timer.C:
		err = errors.New("slack does not say hello")
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.close()
	return nil, &core.Error{Op: op, Kind: core.Unavailable, Reason: reasonAway, Err: err}
}

// drain reads the connection for a while yet, and closes it.
func (l *link) drain(ctx context.Context) {
	timer := time.NewTimer(l.pace.drain)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-l.ended:
	case <-timer.C:
	}
	l.close()
}

// close closes the connection when all that came over it is answered.
func (l *link) close() {
	l.over.Store(true)
	_ = l.conn.SetReadDeadline(l.now())
	<-l.ended
	_ = l.work.Wait()
	_ = l.conn.Close()
}

// now is for deadlines, which are the machine's, whatever the clock of the rules says.
func (l *link) now() time.Time { return core.SystemClock() }

// read reads the connection until it ends. It never waits for what it has read.
func (l *link) read(ctx context.Context) {
	defer close(l.ended)
	l.conn.SetReadLimit(maxFrame)
	l.conn.SetPingHandler(func(data string) error {
		if err := l.extend(); err != nil {
			return err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.conn.WriteControl(websocket.PongMessage, []byte(data), l.now().Add(writeTime))
	})
	greeted, left := false, false
	for {
		if l.extend() != nil {
			return
		}
		_, text, err := l.conn.ReadMessage()
		if err != nil {
			return
		}
		var p packet
		if json.Unmarshal(text, &p) != nil {
			l.config.Log.WarnContext(ctx, "something unreadable came over the connection")
			continue
		}
		switch {
		case p.Type == "hello" && !greeted:
			greeted = true
			close(l.hello)
		case p.Type == "disconnect" && !left:
			left = true
			close(l.leave)
		case p.Envelope != "":
			l.take(ctx, p)
		}
	}
}

// extend lets the connection be quiet for a while from now. The error says that nothing more is to be read.
func (l *link) extend() error {
	if err := l.conn.SetReadDeadline(l.now().Add(l.pace.quiet)); err != nil {
		return err
	}
	if l.over.Load() { // looked at last, so that close cannot be missed
		return net.ErrClosed
	}
	return nil
}

// take takes an envelope in. It is acknowledged when what it says is stored, and also when nobody could ever make sense of it.
func (l *link) take(ctx context.Context, p packet) {
	var c call
	var err error
	switch p.Type {
	case "events_api":
		c, err = l.takeEvent(p.Payload)
	case "interactive":
		c, err = l.takePress(p.Payload)
	case "slash_commands":
		var typed command
		typed, err = readCommand(p.Payload)
		c = l.takeCommand(typed)
	}
	switch {
	case core.KindOf(err) == core.Busy:
		l.config.Log.InfoContext(ctx, "slack is asked to tell it again", "error", err)
		return
	case err != nil:
		l.config.Log.WarnContext(ctx, "something from Slack could not be read", "type", p.Type)
		c = call{}
	}
	if !l.work.TryGo(func() error { l.finish(ctx, p.Envelope, c); return nil }) {
		l.config.Log.InfoContext(ctx, "slack is asked to tell it again: too much comes at once")
		if c.turn != nil {
			c.turn.drop()
		}
	}
}

// finish does what an envelope says, and acknowledges it.
func (l *link) finish(ctx context.Context, envelope string, c call) {
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	answer, err := c.finish(ctx, l.pace.hold)
	if err != nil {
		l.config.Log.InfoContext(ctx, "slack is asked to tell it again", "error", err)
		return
	}
	ack := map[string]any{"envelope_id": envelope}
	if answer.body != nil {
		ack["payload"] = answer.body
	}
	text, err := json.Marshal(ack)
	if err != nil { // words and blocks always marshal
		panic(err)
	}
	l.mu.Lock()
	_ = l.conn.SetWriteDeadline(l.now().Add(writeTime))
	err = l.conn.WriteMessage(websocket.TextMessage, text)
	l.mu.Unlock()
	if err != nil { // Slack tells it again, and finds it done
		l.config.Log.InfoContext(ctx, "an acknowledgement was not sent", "error", err)
	}
	answer.follow(ctx)
}
