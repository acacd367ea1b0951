package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/core"
	"parley/core/socket"
)

const (
	stopTime     = 10 * time.Second       // for everything to stop
	doorTime     = 5 * time.Second        // of that, until nobody is inside any more; then the writer may still need 4 s
	maxDrain     = 3 * time.Second        // of that, before the doors close
	stepTime     = time.Second            // of that, for connections on which nobody has asked for anything yet
	databaseTime = 500 * time.Millisecond // between two looks for the database at the start
)

// run serves until ctx ends or a part fails, and then stops everything in the reverse of the order in which it was started.
// Requests are answered from the beginning: while the database is not there, with 503.
func (n *node) run(ctx context.Context) error {
	parts, all := newParts(ctx)
	parts.start(all, "http", n.answer)
	err := n.awaitDatabase(all)
	if err == nil {
		if failed := n.files.Check(all); failed != nil { // all else goes on without them
			n.log.Warn("files cannot be kept or read now", "error", failed)
		}
		parts.start(all, "bell", n.bell.Run)
		parts.start(all, "writer", n.writer.Run)
		parts.start(all, "feed", n.feed.Run)
		parts.start(all, "hub", n.hub.Run)
		if n.prepare != nil {
			err = n.prepare(all, n)
		}
	}
	if err == nil {
		n.watch.look(all)
		parts.start(all, "channels", n.channels.Run)
		parts.start(all, "records", n.records.Run)
		parts.start(all, "watch", n.watch.Run)
		parts.start(all, "queue", n.queue.Run)
		parts.start(all, "presence", n.presence.Run)
		parts.start(all, "search", n.search.Run)
		parts.start(all, "hooks", n.hooks.Run)
		parts.start(all, "rules", n.rules.Run)
		parts.start(all, "web", n.web.Run)
		parts.start(all, "doors", n.doors)
		<-all.Done()
	}
	if ctx.Err() != nil {
		n.log.Info("stopping")
		err = nil
	}
	return errors.Join(err, parts.stop(), n.store.Close(), n.files.Close())
}

// awaitDatabase waits until the database answers, with the tables of this program and the secret key that it was made with.
func (n *node) awaitDatabase(ctx context.Context) error {
	waiting := false
	for {
		err := n.store.Migrate(ctx)
		if err == nil {
			err = n.store.CheckKey(ctx, n.config.key)
		}
		if core.KindOf(err) != core.Unavailable {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !waiting {
			n.log.Warn("waiting for the database", "error", err)
			waiting = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(databaseTime):
		}
	}
}

// answer takes connections until the doors have closed.
func (n *node) answer(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- n.server.Serve(n.listener) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = errors.Join(n.server.Close(), <-ended)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// doors lets requests in. When ctx ends, /readyz says so at once, and while the drain lasts all else goes on, so that a balancer can
// turn to another node. Then nothing new comes in, sockets are told to come back, and what is under way is answered.
func (n *node) doors(ctx context.Context) error {
	n.gate.state.Store(open)
	n.log.Info("serving", "addr", n.listener.Addr().String(), "public_url", n.publicURL, "version", version)
	if n.announce != nil {
		n.announce()
	}
	<-ctx.Done()
	n.gate.state.Store(stopping)
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), doorTime)
	defer cancel()
	time.Sleep(n.config.drain)
	sockets := make(chan error, 1)
	go func() { sockets <- n.sockets.CloseAll(limit, socket.CloseGoingAway, "the server stops") }()
	defer time.AfterFunc(stepTime, n.doorstep.clear).Stop()
	err := n.server.Shutdown(limit)
	if err != nil {
		err = errors.Join(fmt.Errorf("answer what is under way: %w", err), n.server.Close())
	}
	return errors.Join(err, <-sockets)
}

// How far the gate is open.
const (
	starting int32 = iota
	open
	stopping
)

// gate stands before everything that needs the database, and keeps it closed until that is there.
type gate struct {
	state atomic.Int32
	next  http.Handler
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	state := g.state.Load()
	if state == starting && needsDatabase(r.URL.Path) || state == stopping && r.URL.Path == "/readyz" {
		h := w.Header()
		h.Set("Content-Type", "application/problem+json")
		h.Set("Cache-Control", "no-store")
		h.Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"type":"/problems/unavailable","title":"Not available","status":503,"code":"unavailable",`+
			`"detail":"Parley is starting or stopping. Try again in a moment."}`)
		return
	}
	g.next.ServeHTTP(w, r)
}

// parts run beside each other.
type parts struct {
	group *errgroup.Group
	stops []func()
}

// newParts gives the context of all parts: it ends when ctx does, and when any part fails.
func newParts(ctx context.Context) (*parts, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	return &parts{group: group}, ctx
}

// start runs a part until its turn to stop comes.
func (p *parts) start(ctx context.Context, name string, part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	gone := make(chan struct{})
	p.group.Go(func() error {
		defer close(gone)
		if err := part(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	p.stops = append(p.stops, func() { cancel(); <-gone })
}

// stop stops all parts, the last one first, each before the next is told. The error is the first that any of them had.
func (p *parts) stop() error {
	done := make(chan error, 1)
	go func() {
		for _, stop := range slices.Backward(p.stops) {
			stop()
		}
		done <- p.group.Wait()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(stopTime):
		return fmt.Errorf("not everything stopped within %v", stopTime)
	}
}
