package store

import (
	"context"

	"parley/core"
)

const (
	bindingColumns   = `id, name, provider, settings, sealed, version, created_at, removed_at, reason, since, tried_at, failures, rest_until`
	selectBinding    = `SELECT ` + bindingColumns + ` FROM bindings `
	selectBindings   = selectBinding + `ORDER BY name, id`
	selectOneBinding = selectBinding + `WHERE id = ?`
)

// Bindings gives all bindings, also those that were removed, by name.
func (s *Store) Bindings(ctx context.Context) ([]core.Binding, error) {
	return all[core.Binding](ctx, s, "store.Bindings", selectBindings)
}

// Binding gives a binding, also one that was removed; NotFound if there is none.
func (s *Store) Binding(ctx context.Context, id core.BindingID) (core.Binding, error) {
	return one[core.Binding](ctx, s, "store.Binding", selectOneBinding, id)
}

// Bindings gives all bindings, also those that were removed.
func (w *Work) Bindings() (bindings []core.Binding, err error) {
	g := w.group
	return bindings, w.read(g.query(&bindings, selectBindings))
}

// Binding gives a binding, also one that was removed; NotFound if there is none.
func (w *Work) Binding(id core.BindingID) (b core.Binding, err error) {
	return b, w.get(&b, selectOneBinding, id)
}

const (
	upsertBinding = `INSERT INTO bindings (` + bindingColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings, sealed = excluded.sealed, version = excluded.version, removed_at = excluded.removed_at,
	reason = excluded.reason, since = excluded.since, tried_at = excluded.tried_at, failures = excluded.failures, rest_until = excluded.rest_until`
	hastenRecords  = `UPDATE records SET due_at = ? WHERE binding = ? AND state = 'owed'`
	hastenLinks    = `UPDATE records SET link_due_at = ? WHERE binding = ? AND link_due_at <> 0`
	hastenSearches = `UPDATE account_searches SET due_at = ? WHERE binding = ? AND due_at <> 0`
)

// PutBinding adds or changes a binding, and lets what is owed to it be tried at once.
func (w *Work) PutBinding(b core.Binding) {
	w.change(upsertBinding, b.ID, b.Name, b.Provider, b.Settings, b.Sealed, b.Version, b.CreatedAt, b.RemovedAt, b.Reason, b.Since, b.TriedAt, b.Failures, b.RestUntil)
	for _, hasten := range []string{hastenRecords, hastenLinks, hastenSearches} {
		w.change(hasten, w.Now(), b.ID)
	}
}

const updateBindingHealth = `UPDATE bindings SET reason = ?, since = ?, tried_at = ?, failures = ?, rest_until = ? WHERE id = ?`

// NoteBinding notes how a binding's system did when it was asked.
func (w *Work) NoteBinding(b core.Binding) {
	w.change(updateBindingHealth, b.Reason, b.Since, b.TriedAt, b.Failures, b.RestUntil, b.ID)
}

const selectBindingFigures = `SELECT b.id, (SELECT count(*) FROM records WHERE binding = b.id AND state = 'owed')
	+ (SELECT count(*) FROM records WHERE binding = b.id AND link_due_at <> 0)
	+ (SELECT count(*) FROM account_searches WHERE binding = b.id AND due_at <> 0) AS owed,
	(SELECT count(*) FROM records WHERE binding = b.id AND state = 'parked') AS parked FROM bindings b`

// BindingFigures counts what a binding's system is to be asked for, and the records that it has refused.
type BindingFigures struct {
	ID     core.BindingID `db:"id"`
	Owed   int64          `db:"owed"` // records that it is to have, links of others, and accounts that it is to find
	Parked int64          `db:"parked"`
}

// BindingFigures gives those of all bindings.
func (s *Store) BindingFigures(ctx context.Context) (map[core.BindingID]BindingFigures, error) {
	rows, err := all[BindingFigures](ctx, s, "store.BindingFigures", selectBindingFigures)
	return by(rows, func(f BindingFigures) core.BindingID { return f.ID }), err
}
