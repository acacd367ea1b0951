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

	selectBindingsFigures = `SELECT binding, kind, sum(owed) AS owed, sum(parked) AS parked, COALESCE(min(since), 0) AS since FROM (
		SELECT bound.name AS binding, bound.kind AS kind,
			(SELECT count(*) FROM (SELECT 1 FROM records rc WHERE rc.binding = bound.id AND rc.state = 'owed' LIMIT ?) AS counted) AS owed,
			(SELECT count(*) FROM (SELECT 1 FROM records rc WHERE rc.binding = bound.id AND rc.state = 'parked' LIMIT ?) AS counted) AS parked,
			(SELECT min(rc.changed_at) FROM records rc WHERE rc.binding = bound.id AND rc.state = 'owed') AS since
		FROM (SELECT 0 AS id, 'parley' AS name, 'parley' AS kind UNION ALL SELECT id, CASE WHEN removed_at = 0 THEN name ELSE 'removed' END,
			CASE WHEN removed_at = 0 THEN provider ELSE 'removed' END FROM bindings) AS bound
		) AS figures GROUP BY kind, binding ORDER BY kind, binding`

	selectHooksFigures = `SELECT h.name AS hook,
		(SELECT count(*) FROM (SELECT 1 FROM hook_calls k WHERE k.hook = h.id AND k.state = 'owed' LIMIT ?) AS counted) AS owed,
		(SELECT count(*) FROM (SELECT 1 FROM hook_calls k WHERE k.hook = h.id AND k.state = 'parked' LIMIT ?) AS counted) AS parked,
		COALESCE((SELECT min(k.since) FROM hook_calls k WHERE k.hook = h.id AND k.state = 'owed'), 0) AS since FROM hooks h ORDER BY h.name`

	selectRulesFigures = `SELECT dep.slug AS department, sum(CASE WHEN r.enabled_at <> 0 THEN r.failures ELSE 0 END) AS failures
		FROM record_rules r JOIN departments dep ON dep.id = r.department GROUP BY dep.slug ORDER BY dep.slug`

	// Without hooks, or rules, that are switched on nobody follows the log for them.
	selectFollowed = `SELECT follower, CASE WHEN follows AND head > seen THEN head - seen ELSE 0 END AS behind FROM (
		SELECT 'hooks' AS follower, EXISTS (SELECT 1 FROM hooks WHERE enabled_at <> 0) AS follows, (SELECT max(seen) FROM hook_cursor) AS seen, CAST(? AS BIGINT) AS head
		UNION ALL SELECT 'rules', EXISTS (SELECT 1 FROM record_rules WHERE enabled_at <> 0), (SELECT max(seen) FROM rule_cursor), CAST(? AS BIGINT)
		UNION ALL SELECT 'search', TRUE, (SELECT max(seen) FROM search), CAST(? AS BIGINT)) AS followers ORDER BY follower`
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
	if f.Channels, err = all[core.ChannelFigure](ctx, s, op, selectChannelFigures); err != nil {
		return f, err
	}
	if f.Bindings, err = all[core.BindingFigure](ctx, s, op, selectBindingsFigures, core.MaxFigure, core.MaxFigure); err != nil {
		return f, err
	}
	if f.Hooks, err = all[core.HookFigure](ctx, s, op, selectHooksFigures, core.MaxFigure, core.MaxFigure); err != nil {
		return f, err
	}
	if f.Rules, err = all[core.RulesFigure](ctx, s, op, selectRulesFigures); err != nil {
		return f, err
	}
	f.Followed, err = all[core.FollowedFigure](ctx, s, op, selectFollowed, f.Head, f.Head, f.Head)
	return f, err
}
