package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// fleet is the clients of a path run: customers who write, and the sockets of agents who follow all their sessions.
type fleet struct {
	nodes   []string // addresses, which customers and agents are spread over by turns
	channel string
	agents  int
	bytes   int // of a message

	writers []*writer
	streams []*line
	lines   sync.WaitGroup

	until  atomic.Int64 // writers go on until then, in nanoseconds; zero: each message is sent by hand
	writes sync.WaitGroup
	pushed atomic.Int64 // messages that agents were shown
	shown  atomic.Int64 // own messages that visitors were shown
	timed  atomic.Bool  // messages carry when they were sent

	mu     sync.Mutex
	pushes [][]time.Duration // from the customer's sending to an agent's screen, while timed, by the agent's node
	broken error             // why the run is worth nothing
	down   chan struct{}     // closed when broken is set
}

// writer is a customer who waits for each acknowledgement before the next message.
type writer struct {
	fleet *fleet
	line  *line
	begun chan struct{} // closed at the first acknowledgement

	mu    sync.Mutex
	sent  map[string]time.Time // not acknowledged
	acks  int64
	times []time.Duration // of the acknowledgements
}

// perSocket is how many sessions one socket may follow (web/STREAM.md): an agent who follows more has more tabs open.
const perSocket = 50

// newFleet connects the customers, has each say something, and lets the agents follow.
func newFleet(ctx context.Context, nodes []string, h house, customers, agents, size int) (*fleet, error) {
	f := emptyFleet(nodes, h, size)
	if err := f.greet(ctx, customers); err != nil {
		return f, err
	}
	rows, err := newAgentAPI(f.node(0), h.agents[0]).sessions(ctx)
	if err != nil {
		return f, err
	}
	if len(rows) != customers {
		return f, fmt.Errorf("%d customers have %d sessions", customers, len(rows))
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	for i := range agents {
		for part := range slices.Chunk(ids, perSocket) {
			if err := f.watch(ctx, h, i, part); err != nil {
				return f, err
			}
		}
		f.agents++
	}
	return f, nil
}

func emptyFleet(nodes []string, h house, size int) *fleet {
	return &fleet{nodes: nodes, channel: h.channel.Slug, bytes: size, pushes: make([][]time.Duration, len(nodes)), down: make(chan struct{})}
}

func (f *fleet) node(i int) string { return f.nodes[i%len(f.nodes)] }

// greet connects customers, and has each say something.
func (f *fleet) greet(ctx context.Context, customers int) error {
	for range customers {
		w, err := f.connect()
		if err != nil {
			return err
		}
		f.writers = append(f.writers, w)
		if err := w.send(); err != nil {
			return err
		}
	}
	for _, w := range f.writers {
		select {
		case <-w.begun:
		case <-f.down:
			return f.failed()
		case <-time.After(waitTime):
			return fmt.Errorf("a first message was not acknowledged within %v", waitTime)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// writersOf are the customers of one node.
func (f *fleet) writersOf(node int) []*writer {
	var some []*writer
	for i := node; i < len(f.writers); i += len(f.nodes) {
		some = append(some, f.writers[i])
	}
	return some
}

// watch opens a socket of an agent that follows the sessions.
func (f *fleet) watch(ctx context.Context, h house, agent int, sessions []string) error {
	following := make(chan struct{})
	l, err := newAgentAPI(f.node(agent), h.agents[agent%len(h.agents)]).dialStream("", func(b []byte) {
		if bytes.HasPrefix(b, []byte(`{"type":"following"`)) {
			close(following)
		}
		f.push(b, agent%len(f.nodes))
	})
	if err != nil {
		return err
	}
	f.streams = append(f.streams, l)
	f.read(l)
	if err := l.send(follow(sessions)); err != nil {
		return err
	}
	select {
	case <-following:
		return nil
	case <-time.After(waitTime):
		return fmt.Errorf("an agent's socket did not follow within %v", waitTime)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *fleet) read(l *line) {
	f.lines.Go(func() {
		if err := l.run(); err != nil {
			f.spoil(fmt.Errorf("a connection ended: %w", err))
		}
	})
}

// spoil notes why the run is worth nothing; only the first reason is kept.
func (f *fleet) spoil(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken == nil {
		f.broken = err
		close(f.down)
	}
}

// failed gives why the run is worth nothing, nil if it is worth something.
func (f *fleet) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}

// close hangs up.
func (f *fleet) close() {
	for _, w := range f.writers {
		w.line.hangUp()
	}
	for _, l := range f.streams {
		l.hangUp()
	}
	f.lines.Wait()
}

// ping keeps the agents' sockets, which say nothing else, from being closed as idle.
func (f *fleet) ping() error {
	var err error
	for _, l := range f.streams {
		err = errors.Join(err, l.send([]byte(`{"type":"ping"}`)))
	}
	for _, w := range f.writers {
		err = errors.Join(err, w.line.send([]byte(`{"type":"ping"}`)))
	}
	return err
}

var (
	aMessage = []byte(`"kind":"message"`)
	aTime    = []byte(`"text":"@`)
)

// push counts what an agent of a node is shown.
func (f *fleet) push(b []byte, node int) {
	if !bytes.HasPrefix(b, []byte(`{"type":"events"`)) {
		return
	}
	n := bytes.Count(b, aMessage)
	if n == 0 {
		return
	}
	f.pushed.Add(int64(n))
	if !f.timed.Load() {
		return
	}
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		at := bytes.Index(b, aTime)
		if at < 0 {
			return
		}
		b = b[at+len(aTime):]
		if end := bytes.IndexByte(b, ' '); end > 0 {
			if sent, err := strconv.ParseInt(string(b[:end]), 10, 64); err == nil {
				f.pushes[node] = append(f.pushes[node], now.Sub(time.Unix(0, sent)))
			}
		}
	}
}

// connect opens a customer's socket.
func (f *fleet) connect() (*writer, error) {
	w := &writer{fleet: f, begun: make(chan struct{}), sent: map[string]time.Time{}}
	l, err := dialVisitor(f.node(len(f.writers)), f.channel, w.take)
	if err != nil {
		return nil, err
	}
	w.line = l
	f.read(l)
	return w, l.send(hello("", ""))
}

var (
	anAck  = []byte(`{"type":"ack","id":"`)
	events = []byte(`{"type":"events"`)
	isMine = []byte(`"mine":true`)
)

func (w *writer) take(b []byte) {
	switch {
	case bytes.HasPrefix(b, anAck):
		w.acknowledged(string(b[len(anAck) : len(b)-2]))
	case bytes.HasPrefix(b, events):
		w.fleet.shown.Add(int64(bytes.Count(b, isMine)))
	case bytes.HasPrefix(b, []byte(`{"type":"refused"`)):
		w.fleet.spoil(fmt.Errorf("a message was refused: %s", b))
	}
}

func (w *writer) acknowledged(id string) {
	now := time.Now()
	w.mu.Lock()
	sent := w.sent[id]
	delete(w.sent, id)
	w.acks++
	w.times = append(w.times, now.Sub(sent))
	first := w.acks == 1
	w.mu.Unlock()
	if first {
		close(w.begun)
		return
	}
	until := w.fleet.until.Load()
	if until == 0 {
		return
	}
	if now.UnixNano() < until {
		if w.send() == nil {
			return
		}
	}
	w.fleet.writes.Done()
}

// send says the next message.
func (w *writer) send() error {
	id, now := newID(), time.Now()
	w.mu.Lock()
	w.sent[id] = now
	w.mu.Unlock()
	return w.line.send(clientFrame{Type: "message", ID: id, Text: text(now, w.fleet.bytes)}.encode())
}

// text is a message of so many bytes, about, that begins with when it was sent.
func text(now time.Time, size int) string {
	const words = " Is the blue lamp in stock, and when would it be here? I would like to have it before the holidays, if that can be done."
	b := strconv.AppendInt([]byte{'@'}, now.UnixNano(), 10)
	for len(b) < size {
		b = append(b, words[:min(len(words), size-len(b))]...)
	}
	return string(append(b, ' '))
}

// flow lets all customers write for a while, and returns when all is acknowledged, with the number of acknowledgements
// and the time until the last.
func (f *fleet) flow(d time.Duration) (acks int64, took time.Duration) {
	before := f.acks()
	begin := time.Now()
	f.until.Store(begin.Add(d).UnixNano())
	for _, w := range f.writers {
		f.writes.Add(1)
		if w.send() != nil {
			f.writes.Done()
		}
	}
	done := make(chan struct{})
	go func() {
		f.writes.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-f.down: // some will never be acknowledged
	}
	took = time.Since(begin)
	f.until.Store(0)
	return f.acks() - before, took
}

// pace sends so many messages a second, by turns of some customers and whatever is answered, for a while.
func pace(ctx context.Context, writers []*writer, rate float64, d time.Duration) error {
	begin := time.Now()
	for n := 0; ; n++ {
		due := begin.Add(time.Duration(float64(n) / rate * float64(time.Second)))
		if due.Sub(begin) > d || ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(time.Until(due))
		if err := writers[n%len(writers)].send(); err != nil {
			return err
		}
	}
}

// open tells whether something is unacknowledged.
func (f *fleet) open() bool {
	return slices.ContainsFunc(f.writers, func(w *writer) bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.sent) > 0
	})
}

// settled waits until nothing is unacknowledged and agents have been shown as much as they should, five seconds at most.
func (f *fleet) settled(ctx context.Context, pushes, shown int64) {
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until) && ctx.Err() == nil; pause(ctx, 2*time.Millisecond) {
		if !f.open() && f.pushed.Load() >= pushes && f.shown.Load() >= shown {
			return
		}
	}
}

func (f *fleet) acks() int64 {
	var n int64
	for _, w := range f.writers {
		w.mu.Lock()
		n += w.acks
		w.mu.Unlock()
	}
	return n
}

// takeTimes gives the times of all acknowledgements since the last call, and of the pushes to the agents of each node.
func (f *fleet) takeTimes() (acks []time.Duration, pushes [][]time.Duration) {
	for _, w := range f.writers {
		w.mu.Lock()
		acks = append(acks, w.times...)
		w.times = w.times[:0]
		w.mu.Unlock()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	pushes, f.pushes = f.pushes, make([][]time.Duration, len(f.nodes))
	return acks, pushes
}
