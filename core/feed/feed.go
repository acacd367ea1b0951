package feed

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley/core"
)

// Log is the log as the feed reads it. Rows come in ascending order and only after they are committed; ids are dense.
type Log interface {
	// Generation tells this log from the one that it continues after a restore. It does not change while the log is open.
	Generation(ctx context.Context) (core.Generation, error)
	// LogHead gives the newest row's id, zero if there is none.
	LogHead(ctx context.Context) (core.EventID, error)
	// LogAfter gives at most limit rows after a place.
	LogAfter(ctx context.Context, after core.EventID, limit int) ([]core.Event, error)
	// ConversationAfter gives at most limit rows of a conversation after a place, those with audience everyone.
	ConversationAfter(ctx context.Context, c core.ChannelID, conversation core.RemoteID, after core.EventID, limit int) ([]core.Event, error)
	// ConversationBefore gives the last rows of a conversation before a place (zero: the end), those with audience
	// everyone, at most limit, in ascending order, and whether there are more before them.
	ConversationBefore(ctx context.Context, c core.ChannelID, conversation core.RemoteID, before core.EventID, limit int) (events []core.Event, more bool, err error)
	// ConversationRead gives the newest of the customer's messages that agents who joined its session have read, zero if there is none.
	ConversationRead(ctx context.Context, c core.ChannelID, conversation core.RemoteID) (core.EventID, error)
}

// What may wait for the pump besides rows. A hint too many is not shown; a read mark too many is shown when its session
// changes next.
const (
	waitingHints   = 256
	waitingTouched = 4096
)

// Feed shows the log to its followers. All methods are safe for use by many at once.
type Feed struct {
	log    Log
	sealed core.CursorSeal // of any generation
	logger *slog.Logger

	poll         time.Duration
	reach        int
	visitorReach int
	batch        int // rows delivered at once: about the largest group that the writer commits
	page         int // rows read from the log at once
	snapshot     int // events of a visitor's snapshot

	bell chan struct{} // one slot: rung, or not

	generation atomic.Int64 // of the log; known once the ring is

	// mu guards the ring and what waits for the pump. It is held for moments only, so that Publish never waits for a
	// sink. Who needs both locks takes live first.
	mu      sync.Mutex
	ring    ring
	missing bool // rows are known to exist beyond the ring
	touched map[core.Touched]struct{}
	hints   []core.Hint

	// live guards the followers. It is held while sinks are told something, and while a newcomer joins: so a newcomer
	// finds everybody at the same place, and who has left is not told anything more.
	live        sync.Mutex
	sent        core.EventID // everybody has been told all up to here; written under both locks, read under either
	groups      map[string]*group
	departments map[core.DepartmentID][]*group
	visitors    map[place]*visitorFollower
	affected    map[*group]struct{} // used within one delivery
	looks       map[place]struct{}  // where agents may have read further; each is followed, or was

	looking chan struct{} // one slot: there are looks
}

// Option changes a setting of a Feed.
type Option func(*Feed)

// WithLogger sets where outages of the log are told. Default: nowhere.
func WithLogger(l *slog.Logger) Option { return func(f *Feed) { f.logger = l } }

// WithPoll sets how often the log is looked at when nothing rings. Default: 2 s.
func WithPoll(d time.Duration) Option { return func(f *Feed) { f.poll = d } }

// WithReach sets how many rows an agent's cursor may lie behind and still be continued. Default: 5,000.
func WithReach(rows int) Option { return func(f *Feed) { f.reach = rows } }

// WithVisitorReach sets how many events of their conversation a visitor's cursor may lie behind and still be continued.
// Default: 200.
func WithVisitorReach(events int) Option { return func(f *Feed) { f.visitorReach = events } }

// WithRing limits what is held in memory. Default: 4,096 rows and 16 MiB.
func WithRing(rows, bytes int) Option {
	return func(f *Feed) { f.ring.maxEvents, f.ring.maxBytes = rows, bytes }
}

// New makes a feed of the log. It shows nothing until Run runs.
func New(log Log, seal core.CursorSeal, opts ...Option) *Feed {
	f := &Feed{
		log: log, sealed: seal, logger: slog.New(slog.DiscardHandler),
		poll: 2 * time.Second, reach: 5000, visitorReach: 200,
		batch: 1024, page: 256, snapshot: 50,
		bell:        make(chan struct{}, 1),
		ring:        ring{maxEvents: 4096, maxBytes: 16 << 20},
		touched:     map[core.Touched]struct{}{},
		groups:      map[string]*group{},
		departments: map[core.DepartmentID][]*group{},
		visitors:    map[place]*visitorFollower{},
		affected:    map[*group]struct{}{},
		looks:       map[place]struct{}{},
		looking:     make(chan struct{}, 1),
	}
	for _, o := range opts {
		o(f)
	}
	return f
}

// Sent is the newest row of the log that all followers have been told of.
func (f *Feed) Sent() core.EventID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent
}

// Publish takes what the writer has committed, in commit order. It never blocks. Rows that do not continue what is in
// memory, because somebody else wrote before them, are read from the log instead.
func (f *Feed) Publish(c core.Committed) {
	f.mu.Lock()
	if !f.ring.add(c.Events) {
		f.missing = true
	}
	f.touch(c.Touched)
	f.mu.Unlock()
	f.ringBell()
}

// Hear takes what another node rang. It never blocks.
func (f *Feed) Hear(p Peal) {
	f.mu.Lock()
	if p.All || p.Head > f.ring.head() {
		f.missing = true
	}
	f.touch(p.Touched)
	f.hint(p.Hints...)
	f.mu.Unlock()
	f.ringBell()
}

// Hint shows a hint to the agents of its department and, if an agent made it, to its conversation's visitors. It never
// blocks; a hint may be lost.
func (f *Feed) Hint(h core.Hint) {
	f.mu.Lock()
	f.hint(h)
	f.mu.Unlock()
	f.ringBell()
}

// touch lets sessions that changed without an event wait for the pump. The caller holds mu, as for hint.
func (f *Feed) touch(all []core.Touched) {
	for _, t := range all {
		if len(f.touched) < waitingTouched {
			f.touched[t] = struct{}{}
		}
	}
}

func (f *Feed) hint(all ...core.Hint) {
	f.hints = append(f.hints, all[:min(len(all), waitingHints-len(f.hints))]...)
}

// ringBell wakes the pump. If it has not yet heard the last ring, that one says it all.
func (f *Feed) ringBell() {
	select {
	case f.bell <- struct{}{}:
	default:
	}
}

// start learns where the log stands, if that is not known yet. There are no followers before that.
func (f *Feed) start(ctx context.Context) error {
	f.mu.Lock()
	known := f.ring.known
	f.mu.Unlock()
	if known {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	generation, err := f.log.Generation(ctx)
	if err != nil {
		return err
	}
	head, err := f.log.LogHead(ctx)
	if err != nil {
		return err
	}
	f.live.Lock()
	defer f.live.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ring.known {
		f.generation.Store(int64(generation))
		f.ring.begin(head)
		f.sent = head
	}
	return nil
}

// Cursor writes an agent's place in the log, as Place reads it. There is none before somebody follows.
func (f *Feed) Cursor(at core.EventID) string { return core.Generation(f.generation.Load()).Cursor(at) }

// Place reads an agent's cursor; zero where it is none, or of a log that was replaced by a backup since. The error is Unavailable.
func (f *Feed) Place(ctx context.Context, cursor string) (core.EventID, error) {
	if err := f.start(ctx); err != nil {
		return 0, unavailable("feed.Place", err)
	}
	return core.Generation(f.generation.Load()).Place(cursor), nil
}

// seal is that of visitors' cursors.
func (f *Feed) seal() core.CursorSeal { return f.sealed.Of(core.Generation(f.generation.Load())) }

// exists tells whether the log has reached a cursor: one of a log that was lost lies in the future. One that
// another node gave may only lie beyond what this one has read.
func (f *Feed) exists(ctx context.Context, cursor core.EventID) (bool, error) {
	f.mu.Lock()
	head := f.ring.head()
	f.mu.Unlock()
	if cursor <= head {
		return true, nil
	}
	head, err := f.log.LogHead(ctx)
	if err != nil || cursor > head {
		return false, err
	}
	f.mu.Lock()
	f.missing = true
	f.mu.Unlock()
	f.ringBell()
	return true, nil
}

func unavailable(op string, err error) error {
	return &core.Error{Op: op, Kind: core.Unavailable, RetryAfter: time.Second, Err: err}
}
