package store

import (
	"context"
	"time"

	"parley/core"
)

// HookCalls says which calls of a hook are meant.
type HookCalls struct {
	Hook     core.HookID
	ID       string         // this one alone; "": any
	State    core.HookState // "": any
	From, To core.Time      // when they were owed: from the one to below the other; zero: any
}

// where gives a part of a query, and what it asks for.
func (c HookCalls) where() (string, []any) {
	to := c.To
	if to == 0 {
		to = newest
	}
	return `WHERE hook = ? AND (? = '' OR id = ?) AND (? = '' OR state = ?) AND owed_at >= ? AND owed_at < ?`,
		[]any{c.Hook, c.ID, c.ID, string(c.State), string(c.State), c.From, to}
}

const (
	countHookCalls  = `SELECT count(*) FROM hook_calls `
	replayHookCalls = `UPDATE hook_calls SET state = 'owed', since = ?, due_at = 0, attempts = 0 `
	wakeHook        = `UPDATE hooks SET due_at = 0, failures = 0 WHERE id = ?`
)

// ReplayHook owes calls again, with the ids and bodies that they have, and tells how many.
func (w *Work) ReplayHook(c HookCalls) (int64, error) {
	where, args := c.where()
	var n int64
	if err := w.get(&n, countHookCalls+where, args...); err != nil {
		return 0, err
	}
	w.change(wakeHook, c.Hook) // first, as SettleHookCall does: who waits for a hook holds none of its calls
	w.change(replayHookCalls+where, append([]any{w.Now()}, args...)...)
	return n, nil
}

const (
	hookCallColumns = `SELECT no, hook, id, event, about, session, body, state, owed_at, since, due_at, attempts, tried_at, took, status, answer, reason
	FROM hook_calls `
	pageHookCalls = ` AND no < ? ORDER BY no DESC LIMIT ?`
)

// HookCalls gives a page of what a hook is and was told, newest first, and whether there is more; before is a No, zero for the newest.
func (s *Store) HookCalls(ctx context.Context, c HookCalls, before int64, limit int) ([]core.HookCall, bool, error) {
	if before == 0 {
		before = newest
	}
	where, args := c.where()
	rows, err := all[core.HookCall](ctx, s, "store.HookCalls", hookCallColumns+where+pageHookCalls, append(args, before, limit+1)...)
	if len(rows) > limit {
		return rows[:limit], true, err
	}
	return rows, false, err
}

const selectHookCursor = `SELECT COALESCE(max(x.seen), 0) AS seen, COALESCE(max(x.no), 0) AS no, (SELECT COALESCE(max(id), 0) FROM log) AS head
	FROM hook_cursor x`

// HookCursor is how far the log has been followed for hooks.
type HookCursor struct {
	Seen core.EventID `db:"seen"` // the newest row of the log that is owed to whom it concerns
	No   int64        `db:"no"`   // the newest call
	Head core.EventID `db:"head"` // the newest row of the log
}

// HookCursor tells how far the log has been followed.
func (s *Store) HookCursor(ctx context.Context) (HookCursor, error) {
	return one[HookCursor](ctx, s, "store.HookCursor", selectHookCursor)
}

var selectHookSessions = selectSummary + `WHERE s.id IN (?)`

// HookSessions gives sessions whatever their department, in no order.
func (s *Store) HookSessions(ctx context.Context, ids []core.SessionID) ([]Summary, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	const op = "store.HookSessions"
	rows, err := all[Summary](ctx, s, op, selectHookSessions, ids)
	if err != nil {
		return nil, err
	}
	return rows, s.presence(ctx, op, rows)
}

const (
	moveHookCursor = `UPDATE hook_cursor SET seen = ?, no = ?` // a hook that is there has made it
	insertHookCall = `INSERT INTO hook_calls (no, hook, id, event, about, session, body, state, owed_at, since, due_at, attempts, tried_at, took, status,
	answer, reason) SELECT ?, id, ?, ?, ?, ?, ?, 'owed', ?, ?, 0, 0, 0, 0, 0, '', '' FROM hooks WHERE id = ? AND enabled_at <> 0`
)

// OweHooks keeps calls, and that the log has been followed so far: each row of the log is owed once. Their numbers are given here. The job Holds the
// lease, and nobody moves the cursor without it. Gone if it is not where the step began.
func (w *Work) OweHooks(from HookCursor, seen core.EventID, calls []core.HookCall) error {
	var now HookCursor
	if err := w.get(&now, selectHookCursor); err != nil {
		return err
	}
	if now.Seen != from.Seen || now.No != from.No {
		return &core.Error{Op: "store.OweHooks", Kind: core.Gone, Reason: "The log was followed from elsewhere."}
	}
	w.change(moveHookCursor, seen, from.No+int64(len(calls)))
	for i, c := range calls {
		w.change(insertHookCall, from.No+int64(i)+1, c.ID, c.Event, c.About, c.Session, c.Body, c.OwedAt, c.OwedAt, c.Hook)
	}
	return nil
}

const selectHooksDue = `SELECT id, CASE WHEN due > due_at THEN due ELSE due_at END AS due_at FROM (
	SELECT h.id, h.due_at, (SELECT min(c.due_at) FROM hook_calls c WHERE c.hook = h.id AND c.state = 'owed') AS due FROM hooks h WHERE h.enabled_at <> 0
	) AS owing WHERE due IS NOT NULL`

// HookDue says when a hook can be called next.
type HookDue struct {
	ID    core.HookID `db:"id"`
	DueAt core.Time   `db:"due_at"`
}

// HooksDue gives the hooks to which something is owed.
func (s *Store) HooksDue(ctx context.Context) ([]HookDue, error) {
	return all[HookDue](ctx, s, "store.HooksDue", selectHooksDue)
}

const selectNextCall = hookCallColumns + `WHERE hook = ? AND state = 'owed' AND due_at <= ? ORDER BY no LIMIT 1`

// NextHookCall gives what a hook is to be told now; NotFound if there is nothing.
func (s *Store) NextHookCall(ctx context.Context, id core.HookID, now core.Time) (core.HookCall, error) {
	return one[core.HookCall](ctx, s, "store.NextHookCall", selectNextCall, id, now)
}

const (
	settleHookCall = `UPDATE hook_calls SET state = ?, due_at = ?, attempts = ?, tried_at = ?, took = ?, status = ?, answer = ?, reason = ?
	WHERE no = ? AND state = 'owed' AND since = ?`
	pauseHook  = `UPDATE hooks SET due_at = ?, failures = failures + 1 WHERE id = ?`
	resumeHook = `UPDATE hooks SET due_at = 0, failures = 0 WHERE id = ? AND failures <> 0`
	endHook    = `UPDATE hooks SET enabled_at = 0, reason = ?, version = version + 1 WHERE id = ?`
	parkOld    = `UPDATE hook_calls SET state = 'parked', reason = ? WHERE hook = ? AND state = 'owed' AND since <= ?`
)

// SettleHookCall writes down what an attempt has come to, in the state in which the call is now, and what the hook has with it. The job Holds the
// lease. Of a call that was replayed or parked meanwhile nothing is written.
func (w *Work) SettleHookCall(c core.HookCall, v core.HookVerdict) {
	switch { // the hook before the call, as in ReplayHook
	case v.Off:
		w.change(endHook, c.Reason, c.Hook)
	case v.Whole:
		w.change(pauseHook, c.DueAt, c.Hook)
	default:
		w.change(resumeHook, c.Hook)
	}
	w.change(settleHookCall, v.State, c.DueAt, c.Attempts, c.TriedAt, c.Took, c.Status, c.Answer, c.Reason, c.No, c.Since)
	switch {
	case v.Off:
		w.change(parkHook, c.Reason, c.Hook)
	case v.Whole && v.State == core.HookParked: // the others of that age would wait for as long, each after the other
		w.change(parkOld, c.Reason, c.Hook, c.TriedAt.Add(-core.HookGiveUp))
	}
}

const sweepHookCalls = `DELETE FROM hook_calls WHERE state <> 'owed' AND since < ?`

// SweepHookCalls forgets what was told, or given up, longer ago than that.
func (s *Store) SweepHookCalls(ctx context.Context, now core.Time, keep time.Duration) error {
	_, err := s.write.ExecContext(ctx, s.write.Rebind(sweepHookCalls), now.Add(-keep))
	return fail("store.SweepHookCalls", err)
}
