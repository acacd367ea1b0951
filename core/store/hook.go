package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"parley/core"
)

const (
	selectHook = `SELECT id, name, url, events, departments, enabled_at, reason, sealed, former, former_until, created_at, version, due_at, failures
	FROM hooks `
	selectHooks   = selectHook + `ORDER BY name`
	selectOneHook = selectHook + `WHERE id = ?`
)

// hookRow reads a hook.
type hookRow struct {
	ID          core.HookID `db:"id"`
	Name        string      `db:"name"`
	URL         string      `db:"url"`
	Events      string      `db:"events"`
	Departments string      `db:"departments"`
	EnabledAt   core.Time   `db:"enabled_at"`
	Reason      string      `db:"reason"`
	Sealed      string      `db:"sealed"`
	Former      string      `db:"former"`
	FormerUntil core.Time   `db:"former_until"`
	CreatedAt   core.Time   `db:"created_at"`
	Version     int64       `db:"version"`
	DueAt       core.Time   `db:"due_at"`
	Failures    int64       `db:"failures"`
}

func (r hookRow) hook() core.Hook {
	h := core.Hook{
		ID: r.ID, Name: r.Name, URL: r.URL, EnabledAt: r.EnabledAt, Reason: r.Reason, Sealed: r.Sealed, Former: r.Former, FormerUntil: r.FormerUntil,
		CreatedAt: r.CreatedAt, Version: r.Version, DueAt: r.DueAt, Failures: r.Failures,
	}
	for _, e := range strings.Fields(r.Events) {
		h.Events = append(h.Events, core.HookEvent(e))
	}
	for _, text := range strings.Fields(r.Departments) {
		d, _ := strconv.ParseInt(text, 36, 64) // PutHook wrote it
		h.Departments = append(h.Departments, core.DepartmentID(d))
	}
	return h
}

// Hooks gives all hooks, by name.
func (s *Store) Hooks(ctx context.Context) ([]core.Hook, error) {
	rows, err := all[hookRow](ctx, s, "store.Hooks", selectHooks)
	return hooksOf(rows), err
}

// Hook gives a hook; NotFound if there is none.
func (s *Store) Hook(ctx context.Context, id core.HookID) (core.Hook, error) {
	row, err := one[hookRow](ctx, s, "store.Hook", selectOneHook, id)
	return row.hook(), err
}

// Hooks gives all hooks. Nobody else changes one meanwhile.
func (w *Work) Hooks() ([]core.Hook, error) {
	g := w.group
	if g.hooks != nil {
		return slices.Clone(g.hooks), nil
	}
	var rows []hookRow
	if err := w.read(g.query(&rows, g.loads.hooks)); err != nil {
		return nil, err
	}
	g.hooks = hooksOf(rows)
	return slices.Clone(g.hooks), nil
}

// keep puts a hook in the place of the one with its id, or takes that away.
func (w *Work) keep(h core.Hook, there bool) {
	if _, err := w.Hooks(); err != nil { // or this one would stand for all; the error fails the group
		return
	}
	g, before := w.group, w.group.hooks
	g.hooks = slices.DeleteFunc(slices.Clone(before), func(k core.Hook) bool { return k.ID == h.ID })
	if there {
		g.hooks = append(g.hooks, h)
	}
	g.undo = append(g.undo, func() { g.hooks = before })
}

func hooksOf(rows []hookRow) []core.Hook {
	hooks := []core.Hook{}
	for _, r := range rows {
		hooks = append(hooks, r.hook())
	}
	return hooks
}

const (
	// Without hooks nobody follows the log, and the first one is told nothing of the past.
	followHooks = `INSERT INTO hook_cursor (id, seen, no) SELECT 1, (SELECT COALESCE(max(id), 0) FROM log), 0
	WHERE NOT EXISTS (SELECT 1 FROM hooks WHERE enabled_at <> 0) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`
	upsertHook = `INSERT INTO hooks (id, name, url, events, departments, enabled_at, reason, sealed, former, former_until, created_at, version, due_at, failures)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)
	ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, events = excluded.events, departments = excluded.departments,
	enabled_at = excluded.enabled_at, reason = excluded.reason, sealed = excluded.sealed, former = excluded.former, former_until = excluded.former_until,
	version = excluded.version, due_at = 0, failures = 0`
	parkHook = `UPDATE hook_calls SET state = 'parked', reason = ? WHERE hook = ? AND state = 'owed'`
)

// PutHook adds or changes a hook, and lets it be called at once. What is owed to one that is switched off is parked.
func (w *Work) PutHook(h core.Hook) {
	var events, departments []string
	for _, e := range h.Events {
		events = append(events, string(e))
	}
	for _, d := range h.Departments {
		departments = append(departments, strconv.FormatInt(int64(d), 36))
	}
	w.keep(h, true)
	w.change(followHooks)
	w.change(upsertHook, h.ID, h.Name, h.URL, strings.Join(events, " "), strings.Join(departments, " "), h.EnabledAt, h.Reason, h.Sealed, h.Former,
		h.FormerUntil, h.CreatedAt, h.Version)
	if !h.Enabled() {
		w.change(parkHook, "The hook was switched off.", h.ID)
	}
}

const deleteHook = `DELETE FROM hooks WHERE id = ?`

// RemoveHook takes a hook away, with all that it was told.
func (w *Work) RemoveHook(id core.HookID) {
	w.keep(core.Hook{ID: id}, false)
	w.change(deleteHook, id)
}

const selectHookFigures = `SELECT h.id, (SELECT count(*) FROM hook_calls WHERE hook = h.id AND state = 'owed') AS owed,
	(SELECT count(*) FROM hook_calls WHERE hook = h.id AND state = 'parked') AS parked FROM hooks h`

// HookFigures counts what is owed to a hook, and what was given up.
type HookFigures struct {
	ID     core.HookID `db:"id"`
	Owed   int64       `db:"owed"`
	Parked int64       `db:"parked"`
}

// HookFigures gives those of all hooks.
func (s *Store) HookFigures(ctx context.Context) (map[core.HookID]HookFigures, error) {
	rows, err := all[HookFigures](ctx, s, "store.HookFigures", selectHookFigures)
	return by(rows, func(f HookFigures) core.HookID { return f.ID }), err
}
