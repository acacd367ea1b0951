package feed

import (
	"context"
	"slices"
	"sync"

	"parley/core"
)

// Bell tells the nodes of an installation of each other's doings. What it carries may be lost: it says where to look, and whoever looks
// by themselves finds the same, later. Hints alone are not found so, and worth no more.
type Bell interface {
	// Ring tells the other nodes. It never blocks.
	Ring(p Peal)
	// Run brings what other nodes ring until ctx ends; then it returns nil.
	Run(ctx context.Context) error
}

// Peal is what one node tells the others.
type Peal struct {
	Head     core.EventID     `json:"head,omitempty"` // the log reaches at least here
	Touched  []core.Touched   `json:"touched,omitempty"`
	Hints    []core.Hint      `json:"hints,omitempty"`
	Owed     []core.ChannelID `json:"owed,omitempty"`     // channels to which more is owed now
	Settings bool             `json:"settings,omitempty"` // settings or people are others now
	Presence bool             `json:"presence,omitempty"` // somebody has come or gone
	All      bool             `json:"all,omitempty"`      // peals were lost: look everywhere
}

// PealOf says what other nodes are to be told of a committed group.
func PealOf(c core.Committed) Peal {
	p := Peal{Touched: c.Touched, Owed: c.Owed}
	for _, e := range c.Events {
		p.Head = e.ID
		p.Settings = p.Settings || e.Session == 0
	}
	return p
}

// How much of each kind one peal tells. Of what is more, read marks and hints are left out, and owing channels become All.
const (
	maxTouched = 512
	maxHints   = 64
	maxOwed    = 256
)

// join adds what another peal says.
func (p *Peal) join(more Peal) {
	p.Head = max(p.Head, more.Head)
	for _, t := range more.Touched {
		if len(p.Touched) < maxTouched && !slices.Contains(p.Touched, t) {
			p.Touched = append(p.Touched, t)
		}
	}
	p.Hints = append(p.Hints, more.Hints[:min(len(more.Hints), maxHints-len(p.Hints))]...)
	for _, c := range more.Owed {
		switch {
		case slices.Contains(p.Owed, c):
		case len(p.Owed) < maxOwed:
			p.Owed = append(p.Owed, c)
		default:
			p.All = true
		}
	}
	p.Settings = p.Settings || more.Settings
	p.Presence = p.Presence || more.Presence
	p.All = p.All || more.All
}

// empty tells whether nothing is said.
func (p *Peal) empty() bool {
	return p.Head == 0 && len(p.Touched)+len(p.Hints)+len(p.Owed) == 0 && !p.Settings && !p.Presence && !p.All
}

// Tower holds the bells of nodes in one process. An installation without Redis is one node: its bell has nobody to tell.
type Tower struct {
	mu    sync.Mutex
	bells []*local
}

// local is one node's bell in a tower.
type local struct {
	tower *Tower
	hear  func(Peal)
}

// Hang gives a node its bell. hear is told what the others ring, by many at once; it must not block.
func (t *Tower) Hang(hear func(Peal)) Bell {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := &local{t, hear}
	t.bells = append(t.bells, b)
	return b
}

// Ring tells the others at once.
func (b *local) Ring(p Peal) {
	b.tower.mu.Lock()
	all := b.tower.bells[:len(b.tower.bells):len(b.tower.bells)]
	b.tower.mu.Unlock()
	for _, other := range all {
		if other != b {
			other.hear(p)
		}
	}
}

// Run waits for the end.
func (*local) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
