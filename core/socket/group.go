package socket

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// Group owns connections: it knows all that live, and ends them together.
type Group struct {
	log                 *slog.Logger
	idle, write, linger time.Duration
	returns             time.Duration // for handlers, when CloseAll has cut their connections

	tasks   sync.WaitGroup // upgrades under way, readers, writers and workers
	workers workers

	mu     sync.Mutex
	conns  map[*Conn]struct{}
	kinds  map[string]int // how many live, by Options.Kind
	code   Code           // with which all are closed; zero while new ones are taken
	reason string
}

// NewGroup makes a group without connections.
func NewGroup(log *slog.Logger) *Group {
	g := &Group{
		log: log, idle: idleTimeout, write: writeTimeout, linger: lingerTime, returns: returnTime,
		conns: map[*Conn]struct{}{}, kinds: map[string]int{},
	}
	g.workers.tasks = &g.tasks
	return g
}

// Count is how many connections live.
func (g *Group) Count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.conns)
}

// Counts is how many connections of each kind live. A kind that once had one stays.
func (g *Group) Counts() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.kinds)
}

// CloseWhere ends the connections whose handler matches, as Conn.Close does. It does not wait for them.
func (g *Group) CloseWhere(match func(Handler) bool, code Code, reason string) {
	for _, c := range g.all() {
		if match(c.handler) {
			c.Close(code, reason)
		}
	}
}

// Each does something with the handler of every connection.
func (g *Group) Each(do func(Handler)) {
	for _, c := range g.all() {
		do(c.handler)
	}
}

// CloseAll takes no new connections from now on, ends all there are, and waits for them. When ctx is done it cuts those
// that are left, and gives their handlers one more second; an error says that one has still not returned.
func (g *Group) CloseAll(ctx context.Context, code Code, reason string) error {
	g.mu.Lock()
	g.code, g.reason = code, reason
	g.mu.Unlock()
	g.workers.stop()
	g.CloseWhere(func(Handler) bool { return true }, code, reason)

	gone := make(chan struct{})
	go func() {
		g.tasks.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
	}
	for _, c := range g.all() {
		c.hangUp()
	}
	select {
	case <-gone:
		return nil
	case <-time.After(g.returns):
		return fmt.Errorf("close sockets: %d have not ended: %w", g.Count(), context.Cause(ctx))
	}
}

func (g *Group) all() []*Conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]*Conn, 0, len(g.conns))
	for c := range g.conns {
		all = append(all, c)
	}
	return all
}

// enter keeps a place for a connection, unless the group has been closed.
func (g *Group) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.code != 0 {
		return false
	}
	g.tasks.Add(1)
	return true
}

// join makes a connection that entered one of the group.
func (g *Group) join(c *Conn) {
	g.mu.Lock()
	g.conns[c] = struct{}{}
	g.kinds[c.options.Kind]++
	code, reason := g.code, g.reason
	g.mu.Unlock()
	if code != 0 {
		c.Close(code, reason)
	}
}

func (g *Group) leave(c *Conn) {
	g.mu.Lock()
	delete(g.conns, c)
	g.kinds[c.options.Kind]--
	g.mu.Unlock()
	g.tasks.Done()
}
