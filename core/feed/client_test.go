package feed_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"parley/core"
	"parley/core/feed"
)

// agentClient is an agent's browser: it holds a cursor through all its connections, and what it has seen since it last
// fetched everything anew. What it is told wrongly it keeps as faults.
type agentClient struct {
	scope core.Scope

	mu      sync.Mutex
	cursor  core.EventID
	base    core.EventID // all before was fetched, not told
	seen    []core.EventID
	anew    int // how often it had to fetch everything
	touched []core.Touched
	hints   []core.Hint
	batches int
	empty   int // batches that only moved the cursor
	refuse  bool
	faults  []string

	conn *agentConn
}

// agentConn is one connection of it, and the sink.
type agentConn struct {
	*agentClient
	after core.EventID
	began bool
	over  bool // refused, or stop has returned
	busy  atomic.Bool
	stop  func()
}

// connect follows from the cursor held.
func (c *agentClient) connect(ctx context.Context, f *feed.Feed) error {
	conn := &agentConn{agentClient: c, after: c.held()}
	stop, err := f.Follow(ctx, c.scope, conn.after, conn)
	c.mu.Lock()
	defer c.mu.Unlock()
	conn.stop, c.conn = stop, conn
	conn.over = conn.over || err != nil
	return err
}

// disconnect stops following; from then on no word may come.
func (c *agentClient) disconnect() {
	if c.conn == nil {
		return
	}
	c.conn.stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn.over, c.conn = true, nil
}

func (c *agentClient) held() core.EventID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cursor
}

func (c *agentClient) ids() []core.EventID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.seen)
}

func (c *agentClient) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (c *agentClient) connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn != nil && !c.conn.over
}

func (c *agentConn) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf("agent %d: ", int64(c.scope.Agent))+fmt.Sprintf(format, args...))
}

// enter begins every call of the sink; exit ends it.
func (c *agentConn) enter(what string) {
	alone := c.busy.CompareAndSwap(false, true)
	c.mu.Lock()
	if !alone {
		c.fault("%s while another call was not over", what)
	}
	if c.over {
		c.fault("%s after the connection was over", what)
	}
	if c.began == (what == "Begin") {
		c.fault("%s with began %v", what, c.began)
	}
}

func (c *agentConn) exit() bool {
	defer c.mu.Unlock()
	c.busy.Store(false)
	return !c.over
}

func (c *agentConn) Begin(cursor core.EventID, resumed bool) bool {
	c.enter("Begin")
	c.began = true
	if resumed && (cursor != c.after || cursor == 0) {
		c.fault("resumed at %d, got from %d", cursor, c.after)
	}
	if !resumed {
		c.cursor, c.base, c.seen = cursor, cursor, nil
		c.anew++
	}
	return c.exit()
}

func (c *agentConn) Batch(b feed.Batch) bool {
	c.enter("Batch")
	if c.refuse {
		c.refuse, c.over = false, true
		return c.exit()
	}
	if b.After != c.cursor {
		c.fault("batch after %d, held %d", b.After, c.cursor)
	}
	if len(b.Events)+len(b.Touched) == 0 && b.Cursor == b.After {
		c.fault("batch at %d that says nothing", b.After)
	}
	last := b.After
	for _, e := range b.Events {
		if e.ID <= last {
			c.fault("event %d after %d", e.ID, last)
		}
		last = e.ID
		c.seen = append(c.seen, e.ID)
	}
	if last > b.Cursor {
		c.fault("event %d in a batch to %d", last, b.Cursor)
	}
	c.cursor = b.Cursor
	c.touched = append(c.touched, b.Touched...)
	c.batches++
	if len(b.Events)+len(b.Touched) == 0 {
		c.empty++
	}
	return c.exit()
}

func (c *agentConn) Hint(h core.Hint) bool {
	c.enter("Hint")
	c.hints = append(c.hints, h)
	return c.exit()
}

// visitorClient is a visitor's tab: it holds a sealed cursor and what it shows.
type visitorClient struct {
	channel      core.ChannelID
	conversation core.RemoteID

	mu        sync.Mutex
	cursor    string
	start     string
	more      bool
	shown     []core.VisitorEvent
	snapshots int
	frames    int
	hints     []string
	read      []string
	refuse    bool
	faults    []string

	conn *visitorConn
}

type visitorConn struct {
	*visitorClient
	over bool
	busy atomic.Bool
	stop func()
}

func (c *visitorClient) connect(ctx context.Context, f *feed.Feed) error {
	conn := &visitorConn{visitorClient: c}
	c.mu.Lock()
	after := c.cursor
	c.mu.Unlock()
	stop, err := f.FollowVisitor(ctx, c.channel, c.conversation, after, conn)
	c.mu.Lock()
	defer c.mu.Unlock()
	conn.stop, c.conn = stop, conn
	conn.over = conn.over || err != nil
	return err
}

func (c *visitorClient) disconnect() {
	if c.conn == nil {
		return
	}
	c.conn.stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn.over, c.conn = true, nil
}

func (c *visitorClient) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (c *visitorClient) connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn != nil && !c.conn.over
}

func (c *visitorClient) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return textsOf(c.shown)
}

func textsOf(events []core.VisitorEvent) []string {
	var texts []string
	for _, e := range events {
		texts = append(texts, e.Text)
	}
	return texts
}

func (c *visitorConn) fault(format string, args ...any) {
	c.faults = append(c.faults, "visitor "+string(c.conversation)+": "+fmt.Sprintf(format, args...))
}

func (c *visitorConn) enter(what string) {
	alone := c.busy.CompareAndSwap(false, true)
	c.mu.Lock()
	if !alone {
		c.fault("%s while another call was not over", what)
	}
	if c.over {
		c.fault("%s after the connection was over", what)
	}
}

func (c *visitorConn) exit() bool {
	defer c.mu.Unlock()
	c.busy.Store(false)
	return !c.over
}

func (c *visitorConn) Frame(v core.VisitorFrame) bool {
	c.enter("Frame")
	if c.refuse {
		c.refuse, c.over = false, true
		return c.exit()
	}
	c.frames++
	if v.After == "" {
		c.snapshots++
		c.shown, c.start, c.more = nil, v.Start, v.More
		if v.Start == "" {
			c.fault("snapshot without a start")
		}
	} else {
		if v.After != c.cursor {
			c.fault("frame after a cursor that is not held")
		}
		if len(v.Events) == 0 {
			c.fault("frame without events")
		}
	}
	if v.Cursor == "" || v.Cursor == v.After {
		c.fault("frame whose cursor does not move")
	}
	c.cursor = v.Cursor
	c.shown = append(c.shown, v.Events...)
	return c.exit()
}

func (c *visitorConn) Read(ref string) bool {
	c.enter("Read")
	c.read = append(c.read, ref)
	return c.exit()
}

func (c *visitorConn) Hint(name string) bool {
	c.enter("Hint")
	c.hints = append(c.hints, name)
	return c.exit()
}
