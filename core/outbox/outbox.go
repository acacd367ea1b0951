package outbox

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"parley/core"
	"parley/core/file"
	"parley/core/store"
)

// Outbox sends what is owed to channels. Its methods may be called by many at once.
type Outbox struct {
	store  *store.Store
	writer *store.Writer
	files  *file.Store
	clock  core.Clock
	chance func() float64
	poll   time.Duration
	log    *slog.Logger

	mu    sync.Mutex
	bells map[core.ChannelID]chan struct{}
}

// Config is what an outbox needs.
type Config struct {
	Store  *store.Store
	Writer *store.Writer
	Files  *file.Store // nil where no channel has files
	Clock  core.Clock
	Chance func() float64 // for jitter, from [0, 1); nil: random
	Poll   time.Duration  // how often the database is looked at when nothing rings; zero: 2 s
	Log    *slog.Logger
}

// New makes an outbox.
func New(c Config) *Outbox {
	if c.Chance == nil {
		c.Chance = rand.Float64
	}
	if c.Poll == 0 {
		c.Poll = 2 * time.Second
	}
	return &Outbox{
		store: c.Store, writer: c.Writer, files: c.Files, clock: c.Clock, chance: c.Chance, poll: c.Poll, log: c.Log.With("room", "outbox"),
		bells: map[core.ChannelID]chan struct{}{},
	}
}

// Ring says that something is owed to channels. It does not block; a bell that nobody hears costs the time until the next look.
func (o *Outbox) Ring(channels []core.ChannelID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range channels {
		strike(o.bells[c])
	}
}

// RingAll says that something may be owed to any channel. It does not block.
func (o *Outbox) RingAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, bell := range o.bells {
		strike(bell)
	}
}

// strike rings a bell. A channel that was never run here has none: whoever runs it looks first.
func strike(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

func (o *Outbox) bell(c core.ChannelID) chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bells[c] == nil {
		o.bells[c] = make(chan struct{}, 1)
	}
	return o.bells[c]
}

// Post is a channel that is run here, under a lease.
type Post struct {
	Channel core.ChannelID
	Lease   string
	Epoch   int64
	Adapter core.Adapter
	Sent    func() // the network has taken something; may be nil
}

// Run sends what is owed to the channel until ctx ends, and then waits for what is under way. It returns Unauthorized when the
// network refuses the channel's key, Gone when another node has taken the lease, and nil when ctx ends.
func (o *Outbox) Run(ctx context.Context, p Post) error {
	can := p.Adapter.Capabilities()
	r := &runner{
		Outbox: o, Post: p, can: can, ring: o.bell(p.Channel), results: make(chan result, maxUnderWay), pace: newPace(can),
	}
	return r.run(ctx)
}
