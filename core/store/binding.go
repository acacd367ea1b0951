package store

import (
	"context"

	"parley/core"
)

const (
	bindingColumns   = `id, name, provider, settings, sealed, created_at, removed_at, reason, since`
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
	return bindings, w.read(g.tx.SelectContext(g.ctx, &bindings, selectBindings))
}

// Binding gives a binding, also one that was removed; NotFound if there is none.
func (w *Work) Binding(id core.BindingID) (b core.Binding, err error) {
	return b, w.get(&b, selectOneBinding, id)
}

const (
	upsertBinding = `INSERT INTO bindings (` + bindingColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings, sealed = excluded.sealed, removed_at = excluded.removed_at,
	reason = excluded.reason, since = excluded.since`
	hastenRecords = `UPDATE records SET due_at = ? WHERE binding = ? AND state = 'owed'`
)

// PutBinding adds or changes a binding, and lets what is owed to it be tried at once.
func (w *Work) PutBinding(b core.Binding) {
	w.change(upsertBinding, b.ID, b.Name, b.Provider, b.Settings, b.Sealed, b.CreatedAt, b.RemovedAt, b.Reason, b.Since)
	w.change(hastenRecords, w.Now(), b.ID)
}

const updateBindingHealth = `UPDATE bindings SET reason = ?, since = ? WHERE id = ? AND reason <> ?`

// NoteBinding notes why a binding's system did not take a record just now; "": it answered.
func (w *Work) NoteBinding(id core.BindingID, reason string) {
	since := w.Now()
	if reason == "" {
		since = 0
	}
	w.change(updateBindingHealth, reason, since, id, reason)
}

const selectBindingFigures = `SELECT binding AS id, COALESCE(sum(CASE WHEN state = 'owed' THEN 1 ELSE 0 END), 0) AS owed,
	COALESCE(sum(CASE WHEN state = 'parked' THEN 1 ELSE 0 END), 0) AS parked FROM records
	WHERE state IN ('owed', 'parked') AND binding <> 0 GROUP BY binding`

// BindingFigures counts the records that a binding's system is to have, and those that it has refused.
type BindingFigures struct {
	ID     core.BindingID `db:"id"`
	Owed   int64          `db:"owed"`
	Parked int64          `db:"parked"`
}

// BindingFigures gives those of all bindings that have some.
func (s *Store) BindingFigures(ctx context.Context) ([]BindingFigures, error) {
	return all[BindingFigures](ctx, s, "store.BindingFigures", selectBindingFigures)
}
