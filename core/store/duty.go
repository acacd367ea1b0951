package store

import (
	"context"
	"log/slog"
	"time"

	"parley/core"
)

// Duty is something that one node at a time does for all.
type Duty struct {
	Name   string        // of its lease, and in the log
	Holder string        // names this process
	Lease  time.Duration // for how long who does it may be silent before another does
	Clock  core.Clock
	Log    *slog.Logger
}

// Tenure is a time during which this node does a duty.
type Tenure struct {
	Epoch int64 // marks what is written under it: Work.Holds

	store   *Store
	duty    Duty
	renewed time.Time
}

// Perform does the duty whenever no other node does, until ctx ends: do goes on until ctx ends too, or something fails, and asks Tenure.Renew
// again and again. The lease is given back when do returns. An outage of the database is logged once.
func (s *Store) Perform(ctx context.Context, d Duty, do func(context.Context, *Tenure) error) {
	failed := false
	for ctx.Err() == nil {
		epoch, ok, err := s.TakeLease(ctx, d.Name, d.Holder, d.Lease)
		if err == nil && ok {
			err = do(ctx, &Tenure{Epoch: epoch, store: s, duty: d, renewed: d.Clock()})
			d.giveBack(ctx, s, epoch)
		}
		if err != nil && !failed && ctx.Err() == nil {
			d.Log.WarnContext(ctx, "a duty of one node stands still", "duty", d.Name, "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
		case <-time.After(d.Lease / 3):
		}
	}
}

// Renew keeps the lease, when it is time for that; Gone if another node has taken it.
func (t *Tenure) Renew(ctx context.Context) error {
	now := t.duty.Clock()
	if now.Sub(t.renewed) < t.duty.Lease/3 {
		return nil
	}
	t.renewed = now
	return t.store.RenewLease(ctx, t.duty.Name, t.Epoch, t.duty.Lease)
}

// idleTime is for how long nobody looks when there was nothing more and nothing rings: so a follower of the log is a second behind at most.
const idleTime = 800 * time.Millisecond

// Rounds does a round and rests, again and again, for as long as the lease can be renewed and no round fails. After one that leaves no more to be
// done it waits until somebody rings, or might have.
func (t *Tenure) Rounds(ctx context.Context, wake Wake, round func(context.Context) (more bool, rest time.Duration, err error)) error {
	for ctx.Err() == nil {
		if err := t.Renew(ctx); err != nil {
			return err
		}
		more, rest, err := round(ctx)
		if err != nil {
			return err
		}
		pause(ctx, nil, rest)
		if !more {
			pause(ctx, wake, idleTime)
		}
	}
	return nil
}

// Wake lets a round come before its time.
type Wake chan struct{}

// NewWake makes one.
func NewWake() Wake { return make(Wake, 1) }

// Ring says that something has happened. It does not block.
func (w Wake) Ring() {
	select {
	case w <- struct{}{}:
	default:
	}
}

func pause(ctx context.Context, wake Wake, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-wake:
	case <-time.After(d):
	}
}

func (d Duty) giveBack(ctx context.Context, s *Store, epoch int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.Lease/3)
	defer cancel()
	if err := s.ReleaseLease(ctx, d.Name, epoch); err != nil {
		d.Log.InfoContext(ctx, "lease not given back; it ends by itself", "duty", d.Name, "error", err)
	}
}
