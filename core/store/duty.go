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

func (d Duty) giveBack(ctx context.Context, s *Store, epoch int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.Lease/3)
	defer cancel()
	if err := s.ReleaseLease(ctx, d.Name, epoch); err != nil {
		d.Log.InfoContext(ctx, "lease not given back; it ends by itself", "duty", d.Name, "error", err)
	}
}
