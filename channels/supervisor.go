package channels

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"time"

	"parley/core"
)

// Leases say which node runs a channel. Their time is the database's.
type Leases interface {
	// TakeLease makes the holder the one who runs it; ok is false while another does.
	TakeLease(ctx context.Context, name, holder string, d time.Duration) (epoch int64, ok bool, err error)
	// RenewLease holds it for longer; Gone when another has taken it.
	RenewLease(ctx context.Context, name string, epoch int64, d time.Duration) error
	ReleaseLease(ctx context.Context, name string, epoch int64) error
}

// Charge is a channel that runs here, under a lease: what sends for it needs to know.
type Charge struct {
	Channel core.ChannelID
	Lease   string
	Epoch   int64
	Adapter core.Adapter
	Sent    func() // the network has taken something
}

// Reports are what an adapter tells about itself while it runs.
type Reports struct {
	Received func()              // the network has said something, and it is stored
	Trouble  func(reason string) // something is wrong, and it goes on trying; "": all is well again
}

// Config is what a supervisor needs.
type Config struct {
	Leases Leases
	// Health writes down how a channel fares, under its lease; Gone when another has taken that.
	Health func(ctx context.Context, h core.Health, lease string, epoch int64) error
	Send   func(context.Context, Charge) error                   // sends what is owed until ctx ends
	Open   func(core.Channel, Reports) (a core.Adapter, _ error) // nil: a kind that needs no running; does no I/O
	Holder string                                                // names this process
	Lease  time.Duration                                         // how long a lease is taken; zero: 10 s
	Clock  core.Clock
	Log    *slog.Logger
}

const (
	leaseTime   = 10 * time.Second
	firstPause  = time.Second // before a channel that failed runs again
	longestTime = time.Minute
	healthTime  = 30 * time.Second
	writeTime   = 5 * time.Second // for one look at the database while stopping, and to show that somebody writes
	maxTyping   = 8               // calls at once that show it
)

// Supervisor runs the installation's channels, each on one node at a time, again when one fails, and says how they fare.
type Supervisor struct {
	Config
	changed chan struct{}
	typing  chan struct{} // one slot for each call under way

	mu    sync.Mutex
	want  []core.Channel
	posts map[core.ChannelID]*post
}

// NewSupervisor makes a supervisor that runs nothing yet.
func NewSupervisor(c Config) *Supervisor {
	if c.Lease == 0 {
		c.Lease = leaseTime
	}
	return &Supervisor{Config: c, changed: make(chan struct{}, 1), typing: make(chan struct{}, maxTyping), posts: map[core.ChannelID]*post{}}
}

// Held is how many leases this node holds.
func (s *Supervisor) Held() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.holding() {
			n++
		}
	}
	return n
}

// Set says which channels there are. One whose settings changed is run anew.
func (s *Supervisor) Set(all []core.Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.want = all
	for id, p := range s.posts {
		if !p.wanted(all) {
			p.stop()
			delete(s.posts, id)
		}
	}
	for _, c := range all {
		if s.posts[c.ID] != nil {
			continue
		}
		if p := s.open(c); p != nil {
			s.posts[c.ID] = p
		}
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// open makes a channel's adapter; nil for a kind that needs none.
func (s *Supervisor) open(c core.Channel) *post {
	p := &post{Supervisor: s, channel: c, news: make(chan struct{}, 1)}
	p.stopped, p.stop = context.WithCancel(context.Background())
	p.health = core.Health{Channel: c.ID, Since: core.At(s.Clock())}
	adapter, err := s.Open(c, Reports{Received: p.received, Trouble: p.trouble})
	if err == nil && adapter == nil {
		return nil
	}
	p.adapter, p.broken = adapter, err
	return p
}

// Run runs the channels until ctx ends, and then until all have stopped.
func (s *Supervisor) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	for {
		s.mu.Lock()
		for _, p := range s.posts {
			if !p.started {
				p.started = true
				running.Go(func() { p.run(ctx) })
			}
		}
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil
		case <-s.changed:
		}
	}
}

// ServeHTTP hands a network's call to the adapter of its channel: /hooks/{kind}/{slug}. Any node may be called.
func (s *Supervisor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var handler http.Handler
	for _, p := range s.posts {
		if p.channel.Kind == r.PathValue("kind") && p.channel.Slug == r.PathValue("slug") {
			handler, _ = p.adapter.(http.Handler)
		}
	}
	s.mu.Unlock()
	if handler == nil {
		http.Error(w, "no such channel", http.StatusNotFound)
		return
	}
	handler.ServeHTTP(w, r)
}

// Healthy gives the channels that run here and fare well.
func (s *Supervisor) Healthy() []core.ChannelID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []core.ChannelID
	for id, p := range s.posts {
		if p.healthy() {
			all = append(all, id)
		}
	}
	return all
}

// adapter gives the adapter of a channel, nil if it has none that works.
func (s *Supervisor) adapter(id core.ChannelID) core.Adapter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.posts[id]; p != nil {
		return p.adapter
	}
	return nil
}

// Check asks a channel's network whether all is well: the test button. The answer is a line for people.
func (s *Supervisor) Check(ctx context.Context, id core.ChannelID) (string, error) {
	a := s.adapter(id)
	if a == nil {
		return "", &core.Error{Op: "channels.Check", Kind: core.NotFound, Reason: "This channel is not running here."}
	}
	return Check(ctx, a)
}

// Check asks an adapter's network whether all is well.
func Check(ctx context.Context, a core.Adapter) (string, error) {
	c, ok := a.(core.Checker)
	if !ok {
		return "", &core.Error{Op: "channels.Check", Kind: core.Invalid, Reason: "This kind of channel has nothing to test."}
	}
	return c.Check(ctx)
}

// Typing shows a customer that an agent writes, where the channel can. It does not block.
func (s *Supervisor) Typing(h core.Hint) {
	if h.By != core.ByAgent {
		return
	}
	t, ok := s.adapter(h.Channel).(core.Typist)
	if !ok {
		return
	}
	select {
	case s.typing <- struct{}{}:
	default: // many write; it is of no use later
		return
	}
	go func() {
		defer func() { <-s.typing }()
		ctx, cancel := context.WithTimeout(context.Background(), writeTime)
		defer cancel()
		if err := t.Typing(ctx, core.Address{Conversation: h.Conversation}); err != nil {
			s.Log.Debug("typing was not shown", "channel", h.Channel.String(), "error", err)
		}
	}()
}

// wanted tells whether the post's channel is among those that there are, unchanged.
func (p *post) wanted(all []core.Channel) bool {
	for _, c := range all {
		if c.ID == p.channel.ID {
			return reflect.DeepEqual(c, p.channel)
		}
	}
	return false
}

// reasonOf gives what people are told of an error.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Reason != "" {
		return e.Reason
	}
	return "It stopped by itself; it is started again."
}
