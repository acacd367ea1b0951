package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"parley/core"
)

// DatabaseTime gives the time by which leases are counted: the database's own, which all nodes share.
func (s *Store) DatabaseTime(ctx context.Context) (core.Time, error) {
	if s.leaseClock != nil {
		return core.At(s.leaseClock()), nil
	}
	var now core.Time
	err := s.read.GetContext(ctx, &now, s.dialect.time())
	return now, err
}

const takeLease = `INSERT INTO leases (name, holder, epoch, until) VALUES (?, ?, 1, ?)
	ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = leases.epoch + 1, until = excluded.until WHERE leases.until < ? OR leases.until > ?
	RETURNING epoch`

// TakeLease makes the holder the one who may do something, such as run a channel, for a time. The epoch marks all that is written
// under it. ok is false while another holds it. A lease that would last for more than twice that time was had before the database's clock was set back,
// and is nobody's.
func (s *Store) TakeLease(ctx context.Context, name, holder string, d time.Duration) (epoch int64, ok bool, err error) {
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return 0, false, fail("store.TakeLease", err)
	}
	err = s.write.GetContext(ctx, &epoch, s.write.Rebind(takeLease), name, holder, now.Add(d), now, now.Add(2*d))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return epoch, err == nil, fail("store.TakeLease", err)
}

const renewLease = `UPDATE leases SET until = ? WHERE name = ? AND epoch = ?`

// RenewLease holds a lease for longer; Gone if another has taken it.
func (s *Store) RenewLease(ctx context.Context, name string, epoch int64, d time.Duration) error {
	const op = "store.RenewLease"
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return fail(op, err)
	}
	done, err := s.write.ExecContext(ctx, s.write.Rebind(renewLease), now.Add(d), name, epoch)
	if err != nil {
		return fail(op, err)
	}
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		return s.refuse(op, name, epoch)
	}
	return fail(op, err)
}

// ReleaseLease gives a lease back, so that another need not wait for its end.
func (s *Store) ReleaseLease(ctx context.Context, name string, epoch int64) error {
	_, err := s.write.ExecContext(ctx, s.write.Rebind(renewLease), 0, name, epoch)
	return fail("store.ReleaseLease", err)
}

// Holds refuses with Gone a job whose lease another has taken: whoever was asleep may not write any more. Until this group is
// stored nobody can take it.
func (w *Work) Holds(name string, epoch int64) error {
	g := w.group
	held, known := g.leases[name]
	if !known {
		if err := w.get(&held, g.loads.lease, name); err != nil && core.KindOf(err) != core.NotFound {
			return err
		}
		g.leases[name] = held
	}
	if held != epoch {
		return g.writer.store.refuse("store.Holds", name, epoch)
	}
	return nil
}

// refuse counts a write under an epoch that is over, and gives its error.
func (s *Store) refuse(op, name string, epoch int64) error {
	s.log.Info("write refused: another node holds the lease", "lease", name, "epoch", epoch, "refused", s.refused.Add(1))
	return &core.Error{Op: op, Kind: core.Gone, Reason: "Another node runs this channel now."}
}

// RefusedWrites tells how many writes of this process were refused because their lease was another's by then. They changed nothing.
func (s *Store) RefusedWrites() int64 { return s.refused.Load() }
