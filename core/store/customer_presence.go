package store

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// presencePage is how many rows one statement says anew.
const presencePage = 500

// CROSS JOIN is the order in which SQLite goes: along the index of who waits in each department, not through the history of sessions.
const selectUnmet = `SELECT s.id, s.channel, s.conversation FROM departments CROSS JOIN sessions s WHERE s.department = departments.id AND s.ended_at = 0
	AND s.state IN ('waiting', 'pending') AND s.connected = FALSE`

// Unmet gives the open sessions that nobody has joined, by where their customers write.
func (s *Store) Unmet(ctx context.Context) (map[core.Talk]core.SessionID, error) {
	rows, err := all[struct {
		core.Talk
		ID core.SessionID `db:"id"`
	}](ctx, s, "store.Unmet", selectUnmet)
	unmet := make(map[core.Talk]core.SessionID, len(rows))
	for _, r := range rows {
		unmet[r.Talk] = r.ID
	}
	return unmet, err
}

const putCustomers = `INSERT INTO customer_presence (session, seen_at) SELECT id, ? FROM sessions WHERE id IN (?) ORDER BY id
	ON CONFLICT (session) DO UPDATE SET seen_at = excluded.seen_at`

// SeeCustomers says that the customers of these sessions are connected now, by the database's clock.
func (s *Store) SeeCustomers(ctx context.Context, of []core.SessionID) error {
	const op = "store.SeeCustomers"
	if len(of) == 0 {
		return nil
	}
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return fail(op, err)
	}
	of = slices.Sorted(slices.Values(of)) // the order in which everybody locks them
	for page := range slices.Chunk(of, presencePage) {
		query, args, err := sqlx.In(putCustomers, now, page)
		if err != nil {
			return fail(op, err)
		}
		if _, err := s.write.ExecContext(ctx, s.write.Rebind(query), args...); err != nil {
			return fail(op, err)
		}
	}
	return nil
}

const selectCustomerSeen = `SELECT COALESCE(MAX(seen_at), 0) FROM customer_presence WHERE session = ?`

// CustomerSeen gives when the session's customer was last known to be connected, or since when some node looks without a break if that is later, in
// the group's time; zero: none does.
func (w *Work) CustomerSeen(id core.SessionID) (core.Time, error) {
	g := w.group
	if err := g.attend(); err != nil || g.attended.known == 0 {
		return 0, w.read(err)
	}
	var seen core.Time
	if err := g.tx.GetContext(g.ctx, &seen, g.tx.Rebind(selectCustomerSeen), id); err != nil {
		return 0, w.read(err)
	}
	return max(seen.Add(g.attended.ahead), g.attended.known), nil
}
