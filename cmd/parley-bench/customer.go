package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const (
	messagesASession = 20 // of a customer who ends sessions
	messagesASeen    = 10 // between two read marks
)

// customer is a visitor who writes one numbered message after another and keeps each until it is acknowledged, over as
// many connections as it takes; or, with silent set, another tab of such a one, which only looks on.
type customer struct {
	siege  *siege
	name   string
	ends   bool // the session, after some messages
	silent bool
	pace   func() time.Duration // to wait between two messages; nil: none
	fickle func() bool          // tells whether to hang up now, just after something was sent; nil: never

	token  chan string // holds the visitor's token once it is known
	screen screen
	done   chan struct{} // closed when all is acknowledged and nothing new comes

	// Of the goroutine that runs.
	mine    string // the token
	number  int
	said    []utterance // acknowledged, in order
	pending *utterance
	tried   bool // pending was sent before
	flies   bool // pending is on its way on this connection
	resumed bool // this connection has shown what was missed
	line    *line
}

func newCustomer(s *siege, name string) *customer {
	return &customer{siege: s, name: name, token: make(chan string, 1), done: make(chan struct{})}
}

// tab is another tab of the same visitor.
func (c *customer) tab(ctx context.Context) *customer {
	t := newCustomer(c.siege, c.name)
	t.silent = true
	select {
	case t.mine = <-c.token:
	case <-ctx.Done():
	}
	return t
}

// run stays connected until ctx ends.
func (c *customer) run(ctx context.Context) {
	for c.siege.gate.wait(ctx) {
		l, err := dialVisitor(c.siege.node(), c.siege.house.channel.Slug, c.take)
		if err != nil {
			pause(ctx, time.Millisecond)
			continue
		}
		c.line, c.resumed = l, false
		release := context.AfterFunc(ctx, l.hangUp)
		if err := l.send(hello(c.mine, c.screen.held())); err == nil {
			_ = l.run() // it ends with every crash
		}
		release()
		l.hangUp()
		c.land()
		c.siege.reconnects.Add(1)
	}
}

// land notes that the pending request will not be answered on this connection.
func (c *customer) land() {
	if c.flies {
		c.flies = false
		c.siege.flying.Add(-1)
	}
}

func (c *customer) take(b []byte) {
	c.siege.look(c.name, b)
	var f visitorFrame
	if err := json.Unmarshal(b, &f); err != nil {
		c.siege.fail("%s got a frame that is not JSON", c.name)
		return
	}
	switch f.Type {
	case "welcome":
		c.welcome(f.Token)
	case "events":
		c.show(f)
	case "older":
		if c.screen.before(f) {
			c.ask(clientFrame{Type: "older", Before: f.Start})
		}
	case "pong": // all that was missed has been shown: frames are answered in order
		c.resumed = true
		c.say()
	case "ack":
		c.acknowledged(f.ID)
	case "refused":
		c.refused(f)
	}
}

func (c *customer) welcome(token string) {
	if c.mine != "" && c.mine != token {
		c.siege.fail("%s came back and was taken for somebody else", c.name)
	}
	if c.mine == "" {
		c.mine = token
		c.token <- token
	}
	c.ask(clientFrame{Type: "ping"})
}

func (c *customer) ask(f clientFrame) { _ = c.line.send(f.encode()) } // a connection that is gone is noticed by its reader

// show puts events on the screen. If the message that was under way when the program died is among what was missed, it
// had been stored without an acknowledgement.
func (c *customer) show(f visitorFrame) {
	if f.After == nil && c.screen.held() != "" {
		c.siege.snapshots.Add(1)
	}
	switch c.screen.show(f) {
	case shownGap:
		c.siege.gaps.Add(1)
		c.line.hangUp() // and come back with the cursor held
		return
	case shownPart:
		c.ask(clientFrame{Type: "older", Before: f.Start})
	}
	if !c.resumed && c.pending != nil {
		for _, e := range f.Events {
			if e.Mine && e.ID != "" && e.ID == c.pending.ID {
				c.siege.found()
			}
		}
	}
}

// say sends what is pending, or else the next message.
func (c *customer) say() {
	if c.silent {
		return
	}
	if c.pending == nil {
		if c.siege.stopping.Load() {
			close(c.done)
			c.silent = true
			return
		}
		c.next()
	} else if c.tried {
		c.siege.retried()
	}
	f := clientFrame{Type: "message", ID: c.pending.ID, Text: c.pending.Text}
	if f.Text == "" {
		f.Type = "end"
	}
	if c.number%messagesASeen == 0 {
		c.ask(clientFrame{Type: "seen", Cursor: c.screen.held()})
	}
	c.tried = true
	if c.line.send(f.encode()) == nil {
		c.flies = true
		c.siege.flying.Add(1)
	}
	if c.fickle != nil && c.fickle() {
		c.line.hangUp()
	}
}

func (c *customer) next() {
	c.number++
	c.pending, c.tried = &utterance{ID: newID()}, false
	if !c.ends || c.number%(messagesASession+1) != 0 {
		c.pending.Text = fmt.Sprintf("%s %07d", c.name, c.number)
	}
}

func (c *customer) acknowledged(id string) {
	if c.pending == nil || c.pending.ID != id {
		c.siege.fail("%s got an acknowledgement of what it had not sent", c.name)
		return
	}
	c.land()
	c.said = append(c.said, *c.pending)
	c.pending = nil
	c.siege.told.Add(1)
	if c.pace != nil {
		time.Sleep(c.pace())
	}
	c.say()
}

// refused waits and sends again what may be accepted later.
func (c *customer) refused(f visitorFrame) {
	c.land()
	switch f.Kind {
	case "busy", "throttled", "unavailable":
		c.siege.refusals.Add(1)
		time.Sleep(time.Duration(min(f.RetryAfterMS, 1000)) * time.Millisecond)
		c.say()
	default:
		c.siege.fail("%s was refused for good: %s %s", c.name, f.Kind, f.Reason)
	}
}
