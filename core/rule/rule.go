package rule

import (
	"context"
	"log/slog"
	"time"

	"parley/core"
	"parley/core/store"
)

const (
	lease     = "rules"
	leaseTime = 10 * time.Second

	pollTime = time.Second            // between two looks when nothing rings
	restTime = 100 * time.Millisecond // between two looks at least
	stepTime = 30 * time.Second       // for one step along the log
	lookTime = 3 * time.Second        // for rules to look at what has happened, in one step
)

// Config is what Rules need.
type Config struct {
	Store  *store.Store
	Writer *store.Writer
	Holder string // names this process

	// Create creates what a rule has found, and tells why it cannot. An error is not the rule's.
	Create func(w *store.Work, f core.RuleFind) (core.RuleFault, error)
	Clock  core.Clock
	Log    *slog.Logger
}

// Rules creates records by itself, on one node at a time, and tries rules where an admin asks for it, on all. Its methods may be called by many at once.
type Rules struct {
	Config
	store.Wake // lets Run look soon: something has happened
}

// New makes them. Nothing is created before Run runs somewhere.
func New(c Config) *Rules { return &Rules{Config: c, Wake: store.NewWake()} }

// Run creates records within a second of what happens, until ctx ends. Of several nodes one does it; the others wait until it stops or has been silent
// for ten seconds.
func (x *Rules) Run(ctx context.Context) error {
	x.Store.Perform(ctx, store.Duty{Name: lease, Holder: x.Holder, Lease: leaseTime, Clock: x.Clock, Log: x.Log}, x.hold)
	return nil
}

// hold follows the log for as long as the lease can be renewed.
func (x *Rules) hold(ctx context.Context, t *store.Tenure) error {
	h := &holding{Rules: x, epoch: t.Epoch}
	return t.Rounds(ctx, x.Wake, func(ctx context.Context) (bool, time.Duration, error) {
		more, err := h.follow(ctx)
		return more, restTime, err
	})
}

// holding is a time during which this node has the lease.
type holding struct {
	*Rules
	epoch int64
	seen  core.EventID // how far the log was followed, where nothing was found since the cursor
	ready map[core.RecordRuleID]*ready
}
