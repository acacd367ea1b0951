package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// directRoom begins the names of rooms in which customers and an app write to each other.
const directRoom = "D0C"

// directCustomer writes one numbered message after another to an app in Slack, and now and then edits one.
type directCustomer struct {
	app   *slackApp
	did   *deeds
	name  string
	pace  func() time.Duration
	ended chan struct{}

	mu   sync.Mutex
	said []string // as it stands
}

func (c *directCustomer) label() string                    { return c.name }
func (c *directCustomer) done() <-chan struct{}            { return c.ended }
func (c *directCustomer) mayMiss(string, []time.Time) bool { return false } // what may have been posted is looked for
func (c *directCustomer) room() string                     { return directRoom + strings.ToUpper(c.name) }

func (c *directCustomer) told() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.said...)
}

func (c *directCustomer) sees() []string {
	n := c.app.net
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for _, p := range n.posts {
		if p.room == c.room() && p.app != "" && !p.deleted {
			all = append(all, p.text)
		}
	}
	return all
}

// run writes until the siege ends. Each message is told until it is taken, before the next one is written.
func (c *directCustomer) run(ctx context.Context) {
	defer close(c.ended)
	n := c.app.net
	for i := 1; !n.siege.stopping.Load() && ctx.Err() == nil; i++ {
		p := &slackPost{room: c.room(), user: "U" + strings.ToUpper(c.name), text: fmt.Sprintf("%s %07d", c.name, i)}
		n.mu.Lock()
		p.ts = n.stampNow()
		n.keep(p)
		made := p.object()
		n.mu.Unlock()
		c.tell(made)
		c.mu.Lock()
		c.said = append(c.said, p.text)
		c.mu.Unlock()
		n.siege.told.Add(1)
		c.did.direct.Add(1)
		if pause(ctx, c.pace()); i%editsEvery == 0 {
			n.mu.Lock()
			before := p.object()
			p.text += " edited"
			changed := n.changed(p, before, "edited")
			n.mu.Unlock()
			c.tell(changed)
			c.mu.Lock()
			c.said[i-1] = p.text
			c.mu.Unlock()
			n.siege.edits.Add(1)
		}
	}
}

func (c *directCustomer) tell(what object) {
	for range 1 + c.app.net.twice() {
		c.app.hear("events_api", event(what), nil, slackTries)
	}
}

// twice is how often something is told once more.
func (n *slackNet) twice() int {
	if n.fate.strikes(toldTwice, 0.02) {
		return 1
	}
	return 0
}
