package store

import (
	"context"

	"parley/core"
)

const putHealth = `INSERT INTO health (channel, state, reason, since, received_at, sent_at, told_at)
	SELECT CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)
	FROM leases WHERE name = ? AND epoch = ?
	ON CONFLICT (channel) DO UPDATE SET state = excluded.state, reason = excluded.reason, since = excluded.since,
	received_at = excluded.received_at, sent_at = excluded.sent_at, told_at = excluded.told_at`

// PutHealth says how a channel fares; Gone if another has taken the lease since that epoch.
func (s *Store) PutHealth(ctx context.Context, h core.Health, lease string, epoch int64) error {
	const op = "store.PutHealth"
	done, err := s.write.ExecContext(ctx, s.write.Rebind(putHealth),
		h.Channel, string(h.State), h.Reason, h.Since, h.ReceivedAt, h.SentAt, h.ToldAt, lease, epoch)
	if err != nil {
		return fail(op, err)
	}
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		return s.refuse(op, lease, epoch)
	}
	return fail(op, err)
}

const selectHealths = `SELECT c.id AS channel, COALESCE(h.state, '') AS state, COALESCE(h.reason, '') AS reason, COALESCE(h.since, 0) AS since,
	COALESCE(h.received_at, 0) AS received_at, COALESCE(h.sent_at, 0) AS sent_at, COALESCE(h.told_at, 0) AS told_at,
	(SELECT COALESCE(sum(l.owed), 0) FROM lanes l WHERE l.channel = c.id) AS backlog,
	(SELECT count(*) FROM parked p WHERE p.channel = c.id) AS parked
	FROM channels c LEFT JOIN health h ON h.channel = c.id ORDER BY c.slug`

// Healths says how each channel fares, by slug.
func (s *Store) Healths(ctx context.Context) ([]core.Health, error) {
	return all[core.Health](ctx, s, "store.Healths", selectHealths)
}
