package store

import (
	"context"

	"parley/core"
)

// Each of these reads what is open or owed, by an index that has nothing else, or a row for each department or channel.
const (
	selectSessionsFigures = `SELECT dep.slug AS department, s.state AS state, count(*) AS sessions FROM departments dep
		CROSS JOIN sessions s WHERE s.department = dep.id AND s.ended_at = 0 AND s.state <> 'empty' GROUP BY dep.slug, s.state ORDER BY dep.slug, s.state`

	selectQueueFigures = `SELECT dep.slug AS department, COALESCE((SELECT min(s.waiting_since) FROM sessions s
		WHERE s.department = dep.id AND s.ended_at = 0 AND s.state = 'waiting'), 0) AS since FROM departments dep ORDER BY dep.slug`

	selectChannelFigures = `SELECT c.slug AS channel, c.kind AS kind, COALESCE(h.state, '') AS state,
		(SELECT COALESCE(sum(l.owed), 0) FROM lanes l WHERE l.channel = c.id) AS owed,
		(SELECT count(*) FROM lanes l WHERE l.channel = c.id AND l.sending) AS sending,
		(SELECT count(*) FROM lanes l WHERE l.channel = c.id AND NOT l.sending AND l.attempts > 0) AS retrying,
		(SELECT COALESCE(min(o.owed_at), 0) FROM deliveries o WHERE o.channel = c.id) AS since
		FROM channels c LEFT JOIN health h ON h.channel = c.id ORDER BY c.slug`
)

// Figures says how the installation looks now.
func (s *Store) Figures(ctx context.Context) (core.Figures, error) {
	const op = "store.Figures"
	var f core.Figures
	var err error
	if f.Head, err = s.LogHead(ctx); err != nil {
		return f, err
	}
	if f.Sessions, err = all[core.SessionsFigure](ctx, s, op, selectSessionsFigures); err != nil {
		return f, err
	}
	if f.Queues, err = all[core.QueueFigure](ctx, s, op, selectQueueFigures); err != nil {
		return f, err
	}
	f.Channels, err = all[core.ChannelFigure](ctx, s, op, selectChannelFigures)
	return f, err
}
