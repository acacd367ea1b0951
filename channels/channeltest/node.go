package channeltest

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"parley/channels"
	"parley/core"
	"parley/core/hub"
	"parley/core/outbox"
	"parley/core/store"
)

const (
	leaseTime = 6 * time.Second // by the clock that is turned; renewed every third of it, by the one that is not
	pollTime  = time.Second     // of the outbox, which is rung when the clock is turned
)

// node is one process of the house: with its own connection to the database, as another machine has.
type node struct {
	*house
	hub     *hub.Hub
	outbox  *outbox.Outbox
	runs    *channels.Supervisor
	cancel  context.CancelFunc
	stopped chan struct{}
	dead    atomic.Bool

	before, after func(core.Inbound) // what happens before and after the hub takes something; set before it runs
}

// start starts a node and lets it run all channels, as soon as it has their leases.
func (h *house) start() *node { return h.startWith(nil, nil) }

// startWith starts a node in which something happens before, and after, each time the hub takes something.
func (h *house) startWith(before, after func(core.Inbound)) *node {
	h.Helper()
	s, err := h.open()
	if err != nil {
		h.Fatalf("open the database: %v", err)
	}
	n := &node{house: h, before: before, after: after, stopped: newSignal()}
	log := h.logger()
	w := store.NewWriter(s, func(c core.Committed) { n.outbox.Ring(c.Owed) }, store.WithTimeout(patience))
	n.outbox = outbox.New(outbox.Config{Store: s, Writer: w, Files: h.files, Clock: h.now, Chance: func() float64 { return 0 }, Poll: pollTime, Log: log})
	n.hub, err = hub.New(hub.Config{
		Writer: w, Store: s, Files: h.files, Hints: func(core.Hint) {}, Can: h.canOf, IDs: &core.IDMaker{}, Clock: h.now, Log: log,
	})
	if err != nil {
		h.Fatalf("make the hub: %v", err)
	}
	h.mu.Lock()
	h.nodes = append(h.nodes, n)
	number := len(h.nodes)
	h.mu.Unlock()
	n.runs = channels.NewSupervisor(channels.Config{
		Leases: mortal{s, n}, Health: s.PutHealth, Open: n.openAdapter, Holder: fmt.Sprint("node ", number), Lease: leaseTime, Clock: h.now, Log: log,
		Send: func(ctx context.Context, c channels.Charge) error { return n.outbox.Run(ctx, outbox.Post(c)) },
	})
	var ctx context.Context
	ctx, n.cancel = context.WithCancel(context.Background())
	written, cancelWriter := context.WithCancel(context.Background())
	var writing sync.WaitGroup
	writing.Go(func() { _ = w.Run(written) })
	go func() {
		defer close(n.stopped)
		_ = n.runs.Run(ctx)
		cancelWriter()
		writing.Wait()
		_ = s.Close()
	}()
	n.set()
	return n
}

// set says which channels there are.
func (n *node) set() {
	var all []core.Channel
	for _, a := range n.accounts {
		a.mu.Lock()
		all = append(all, a.channel)
		a.mu.Unlock()
	}
	n.runs.Set(all)
	mux := http.NewServeMux()
	mux.Handle("/hooks/{kind}/{slug}", n.runs)
	for _, a := range n.accounts {
		if d, ok := a.Driver.(Hooked); ok {
			d.Calls(mux)
		}
	}
}

func (h *house) of(id core.ChannelID) *account {
	for _, a := range h.accounts {
		if a.channel.ID == id {
			return a
		}
	}
	return nil
}

func (h *house) canOf(id core.ChannelID) (core.Capabilities, bool) {
	if a := h.of(id); a != nil {
		return a.about.Can, true
	}
	return core.Capabilities{}, false
}

func (n *node) openAdapter(c core.Channel, r channels.Reports) (core.Adapter, error) {
	return n.of(c.ID).Open(c, Desk{Inbox: n, Reports: r, Clock: n.now, Log: n.logger()})
}

// Receive is the inbox of the node's adapters.
func (n *node) Receive(ctx context.Context, in core.Inbound) error {
	n.hangIfDead()
	if n.before != nil {
		n.before(in)
	}
	n.hangIfDead()
	err := n.hub.Receive(ctx, in)
	if err == nil && n.after != nil {
		n.after(in)
	}
	n.hangIfDead()
	return err
}

// hangIfDead never returns from a dead node, until the case has ended.
func (n *node) hangIfDead() {
	if n.dead.Load() {
		<-n.over
	}
}

// stop stops the node as a program is stopped, and waits until it has.
func (n *node) stop() {
	n.Helper()
	n.cancel()
	select {
	case <-n.stopped:
	case <-time.After(patience):
		n.Errorf("the node does not stop")
	}
}

// die ends the node in the middle of everything: what it does is never finished, and it renews no lease. Those that it had run out.
func (n *node) die() {
	n.dead.Store(true)
	n.turn(time.Minute)
}

// halt stops a node that may be dead.
func (n *node) halt() {
	n.cancel()
	select {
	case <-n.stopped:
	case <-time.After(patience):
		n.Errorf("a node does not stop")
	}
}

// mortal are the leases of a node that may die.
type mortal struct {
	*store.Store
	node *node
}

// TakeLease takes a lease.
func (m mortal) TakeLease(ctx context.Context, name, holder string, d time.Duration) (int64, bool, error) {
	if m.node.dead.Load() {
		return 0, false, nil
	}
	return m.Store.TakeLease(ctx, name, holder, d)
}

// RenewLease holds a lease for longer.
func (m mortal) RenewLease(ctx context.Context, name string, epoch int64, d time.Duration) error {
	if m.node.dead.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return m.Store.RenewLease(ctx, name, epoch, d)
}

// ReleaseLease gives a lease back.
func (m mortal) ReleaseLease(ctx context.Context, name string, epoch int64) error {
	if m.node.dead.Load() {
		return nil
	}
	return m.Store.ReleaseLease(ctx, name, epoch)
}
