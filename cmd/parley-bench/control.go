package main

import (
	"cmp"
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"parley/core"
)

// control is the product's own writer on a database of its own, without sockets.
type control struct {
	engine *engine
	house  house
	db     database
	people []core.RemoteID
	bytes  int
}

func newControl(ctx context.Context, kind, dir string, p *pathCommand) (*control, error) {
	db, err := newDatabase(ctx, kind, dir, p.Postgres)
	if err != nil {
		return nil, err
	}
	e, err := startEngine(ctx, db.url)
	if err != nil {
		db.drop()
		return nil, err
	}
	c := &control{engine: e, db: db, bytes: p.Bytes}
	for range p.Customers {
		c.people = append(c.people, core.RemoteID(core.HashToken(core.NewToken())))
	}
	if c.house, err = e.furnish(ctx, 1); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *control) close() {
	_ = c.engine.stop()
	c.db.drop()
}

// flow lets as many senders write for a while, each waiting for its message to be durable, and gives messages a second and the
// processor time of each.
func (c *control) flow(ctx context.Context, d time.Duration) (rate, microseconds float64, err error) {
	var senders sync.WaitGroup
	var written atomic.Int64
	var mu sync.Mutex
	var failed error
	begin, busy := time.Now(), timeOf(os.Getpid())
	for _, who := range c.people {
		senders.Go(func() {
			for now := time.Now(); now.Sub(begin) < d; now = time.Now() {
				err := c.engine.hub.Receive(ctx, core.Inbound{
					Channel: c.house.channel.ID, Department: c.house.department, Verb: core.InboundMessage, Dedupe: newID(),
					Identity: who, Conversation: who, Content: core.Content{Text: text(now, c.bytes)},
				})
				if err != nil {
					mu.Lock()
					failed = cmp.Or(failed, err) // the others fail alike
					mu.Unlock()
					return
				}
				written.Add(1)
			}
		})
	}
	senders.Wait()
	n := written.Load()
	return float64(n) / time.Since(begin).Seconds(), microsecondsEach(timeOf(os.Getpid())-busy, n), failed
}
