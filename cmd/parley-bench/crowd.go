package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is visitors with a session who look on, a socket each. Whose socket ends comes back with the cursor held, as
// channels/widget/PROTOCOL.md tells browsers to.
type crowd struct {
	addr, channel string
	visitors      []*onlooker

	here      atomic.Int64 // who have been shown all there is, on the socket that they have
	unresumed atomic.Int64 // how often somebody was shown what does not continue from their cursor
	last      atomic.Value // the last error of a connection
	running   sync.WaitGroup
}

// onlooker is one of them. It is a goroutine's at a time.
type onlooker struct {
	crowd         *crowd
	token, cursor string
	caughtUp      bool // on this connection
	line          atomic.Pointer[line]
}

const (
	comingAtOnce = 128 // visitors who are on their way in; in a restart all are
	comingTime   = 30 * time.Second
	pingEvery    = 30 * time.Second
)

func newCrowd(addr string, h house, size int) *crowd {
	c := &crowd{addr: addr, channel: h.channel.Slug}
	for range size {
		c.visitors = append(c.visitors, &onlooker{crowd: c})
	}
	return c
}

// gather lets the first n come, and returns when all have been shown all there is. They stay until ctx ends: scattered waits.
func (c *crowd) gather(ctx context.Context, n int) error {
	for i, o := range c.visitors[:n] {
		if err := c.await(ctx, i-comingAtOnce+1, comingTime); err != nil {
			return err
		}
		c.running.Go(func() { o.stay(ctx) })
	}
	return c.await(ctx, n, comingTime)
}

func (c *crowd) scattered() { c.running.Wait() }

// await waits until so many are here.
func (c *crowd) await(ctx context.Context, n int, limit time.Duration) error {
	for begin := time.Now(); c.here.Load() < int64(n); pause(ctx, time.Millisecond) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(begin) > limit {
			err, _ := c.last.Load().(failure)
			return errors.Join(fmt.Errorf("%d of %d visitors are there after %v", c.here.Load(), n, limit), err.error)
		}
	}
	return nil
}

// failure lets errors of all types be kept in one place.
type failure struct{ error }

// stay connects again and again until ctx ends.
func (o *onlooker) stay(ctx context.Context) {
	for failed := 0; ctx.Err() == nil; {
		l, err := dialVisitor(o.crowd.addr, o.crowd.channel, o.take)
		if err != nil {
			o.crowd.last.Store(failure{err})
			pause(ctx, rand.N(min(500*time.Millisecond<<min(failed, 6), 30*time.Second)))
			failed++
			continue
		}
		failed = 0
		release := context.AfterFunc(ctx, l.hangUp)
		if err = l.send(hello(o.token, o.cursor)); err == nil {
			o.line.Store(l) // not before: hello is the first frame
			err = l.run()
		}
		release()
		l.hangUp()
		if o.caughtUp {
			o.caughtUp = false
			o.crowd.here.Add(-1)
		}
		if err != nil {
			o.crowd.last.Store(failure{err})
			pause(ctx, 200*time.Millisecond+rand.N(1800*time.Millisecond))
		}
	}
}

func (o *onlooker) take(b []byte) {
	var f visitorFrame
	if err := json.Unmarshal(b, &f); err != nil {
		o.crowd.last.Store(failure{err})
		return
	}
	switch f.Type {
	case "welcome":
		if o.token == "" {
			o.token = f.Token
			o.say(clientFrame{Type: "message", ID: newID(), Text: text(time.Now(), 100)})
			return
		}
		o.say(clientFrame{Type: "ping"})
	case "ack":
		o.say(clientFrame{Type: "ping"})
	case "events":
		if o.cursor != "" && (f.After == nil || *f.After != o.cursor) {
			o.crowd.unresumed.Add(1)
		}
		o.cursor = f.Cursor
	case "refused":
		o.crowd.last.Store(failure{fmt.Errorf("a first message was refused: %s", b)})
	case "pong": // frames are answered in order: all that was missed has been shown
		if !o.caughtUp {
			o.caughtUp = true
			o.crowd.here.Add(1)
		}
	}
}

func (o *onlooker) say(f clientFrame) { _ = o.line.Load().send(f.encode()) } // a connection that is gone is noticed by its reader

// keep lets nobody be closed as idle until ctx ends.
func (c *crowd) keep(ctx context.Context) {
	keepAlive(ctx, len(c.visitors), func(i int) *line { return c.visitors[i].line.Load() })
}

// keepAlive pings on all lines, one after another, until ctx ends.
func keepAlive(ctx context.Context, n int, at func(i int) *line) {
	turn := time.NewTicker(pingEvery / time.Duration(n))
	defer turn.Stop()
	for i := 0; ; i = (i + 1) % n {
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
			if l := at(i); l != nil {
				_ = l.send([]byte(`{"type":"ping"}`)) // a connection that is gone is noticed by its reader
			}
		}
	}
}
