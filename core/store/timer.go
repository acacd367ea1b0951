package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"parley/core"
)

// Wake has a subject looked at by then, or earlier where it will be already.
func (w *Work) Wake(of core.Subject, by core.Time) {
	g := w.group
	before, waits := g.wakes[of]
	if waits && before <= by {
		return
	}
	g.wakes[of] = by
	g.undo = append(g.undo, func() {
		if waits {
			g.wakes[of] = before
		} else {
			delete(g.wakes, of)
		}
	})
}

const wakeOpen = `INSERT INTO timers (kind, id, due_at) SELECT 'session', id, ? FROM sessions WHERE department = ? AND ended_at = 0
	ORDER BY id ON CONFLICT (kind, id) DO UPDATE SET due_at = excluded.due_at WHERE timers.due_at > excluded.due_at`

// WakeOpen has all open sessions of a department looked at now.
func (w *Work) WakeOpen(d core.DepartmentID) { w.change(wakeOpen, w.Now(), d) }

const wakeDepartments = `INSERT INTO timers (kind, id, due_at) SELECT 'department', id, ? FROM departments WHERE TRUE
	ORDER BY id ON CONFLICT (kind, id) DO UPDATE SET due_at = excluded.due_at`

// WakeDepartments has all departments looked at now.
func (w *Work) WakeDepartments() { w.change(wakeDepartments, w.Now()) }

const selectTimer = `SELECT kind, id, due_at FROM timers WHERE kind = ? AND id = ?`

// Timer gives a subject's timer; NotFound if it has none. Whoever looks at the subject has locked it.
func (w *Work) Timer(of core.Subject) (core.Timer, error) {
	var t core.Timer
	return t, w.get(&t, selectTimer, of.Kind, of.ID)
}

const deleteTimer = `DELETE FROM timers WHERE kind = ? AND id = ?`

// Rest ends a look: the subject is looked at again by then, which may be later than before, or not at all if that is zero.
func (w *Work) Rest(of core.Subject, until core.Time) {
	w.change(deleteTimer, of.Kind, of.ID)
	if until != 0 {
		w.Wake(of, until)
	}
}

const selectDueTimers = `SELECT kind, id, due_at FROM timers WHERE due_at <= ? ORDER BY due_at LIMIT ?`

// DueTimers gives those that were due by then, the longest due first.
func (s *Store) DueTimers(ctx context.Context, by core.Time, limit int) ([]core.Timer, error) {
	return all[core.Timer](ctx, s, "store.DueTimers", selectDueTimers, by, limit)
}

func (g *group) wakeRows() [][]any {
	all := slices.SortedFunc(maps.Keys(g.wakes), func(a, b core.Subject) int { // the order in which everybody locks them
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	rows := make([][]any, len(all))
	for i, of := range all {
		rows[i] = []any{string(of.Kind), of.ID, int64(g.wakes[of])}
	}
	return rows
}
