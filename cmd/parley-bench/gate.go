package main

import (
	"context"
	"sync"
)

// gate lets clients through while the program serves. Its zero value is shut.
type gate struct {
	mu sync.Mutex
	up chan struct{} // closed while the gate is open
}

func (g *gate) now() chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.up == nil {
		g.up = make(chan struct{})
	}
	return g.up
}

// wait returns true when the gate is open, and false when ctx has ended.
func (g *gate) wait(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-g.now():
		return ctx.Err() == nil
	}
}

func (g *gate) open() { close(g.now()) }

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.up = nil
}
