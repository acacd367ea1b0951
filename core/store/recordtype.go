package store

import (
	"context"
	"slices"

	"parley/core"
)

const (
	recordTypeColumns = `id, department, name, binding, use, remote, fields, version, created_at, removed_at`
	selectRecordType  = `SELECT ` + recordTypeColumns + ` FROM record_types `
)

const selectOneRecordType = selectRecordType + `WHERE id = ?`

// RecordType gives a type, also one that was removed; NotFound if there is none.
func (w *Work) RecordType(id core.RecordTypeID) (t core.RecordType, err error) {
	return t, w.get(&t, selectOneRecordType, id)
}

// RecordType gives a type, also one that was removed; NotFound if there is none.
func (s *Store) RecordType(ctx context.Context, id core.RecordTypeID) (core.RecordType, error) {
	return one[core.RecordType](ctx, s, "store.RecordType", selectOneRecordType, id)
}

const selectRecordTypesOf = selectRecordType + `WHERE department = ? AND removed_at = 0 ORDER BY id`

// RecordTypesOf gives the types that a department offers, in the order in which they were added. Nobody changes them while the department is locked.
func (w *Work) RecordTypesOf(d core.DepartmentID) (types []core.RecordType, err error) {
	g := w.group
	return types, w.read(g.query(&types, g.tx.Rebind(selectRecordTypesOf), d))
}

const selectRecordTypes = selectRecordType + `WHERE removed_at = 0 AND department IN (?) ORDER BY department, id`

// RecordTypes gives the types that departments offer, in the order in which they were added.
func (s *Store) RecordTypes(ctx context.Context, departments []core.DepartmentID) ([]core.RecordType, error) {
	return all[core.RecordType](ctx, s, "store.RecordTypes", selectRecordTypes, someOf(departments))
}

const selectBoundTypes = selectRecordType + `WHERE removed_at = 0 AND binding = ? ORDER BY id`

// BoundTypes gives the types whose records a binding's provider keeps.
func (s *Store) BoundTypes(ctx context.Context, b core.BindingID) ([]core.RecordType, error) {
	return all[core.RecordType](ctx, s, "store.BoundTypes", selectBoundTypes, b)
}

const upsertRecordType = `INSERT INTO record_types (` + recordTypeColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET name = excluded.name, fields = excluded.fields, version = excluded.version, removed_at = excluded.removed_at`

// PutRecordType adds a type, or changes it.
func (w *Work) PutRecordType(t core.RecordType) {
	w.change(upsertRecordType, t.ID, t.Department, t.Name, t.Binding, string(t.Use), t.Remote, t.Fields, t.Version, t.CreatedAt, t.RemovedAt)
}

// maxSaid is how many of a customer's messages are looked at for what forms begin with.
const maxSaid = 200

const selectSaidByCustomer = `SELECT text FROM log
	WHERE session = ? AND kind = 'message' AND actor_kind = 'customer' AND audience = 'everyone' AND deleted_at = 0 AND text <> '' ORDER BY seq LIMIT ?`

// RecordForms gives the types for a use that a session's department offers, and what each form begins with; NotFound if the scope does not see it.
func (s *Store) RecordForms(ctx context.Context, scope core.Scope, id core.SessionID, use core.RecordUse) ([]core.RecordForm, error) {
	row, err := s.Session(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	types, err := s.RecordTypes(ctx, []core.DepartmentID{row.Department})
	types = slices.DeleteFunc(types, func(t core.RecordType) bool { return t.Use != use })
	if err != nil || len(types) == 0 {
		return nil, err
	}
	return s.Forms(ctx, row, types...)
}

// Forms gives what forms of some types begin with for a session. Whoever asks has seen it.
func (s *Store) Forms(ctx context.Context, row Summary, types ...core.RecordType) ([]core.RecordForm, error) {
	said, err := all[string](ctx, s, "store.Forms", selectSaidByCustomer, row.ID, maxSaid)
	if err != nil {
		return nil, err
	}
	forms := make([]core.RecordForm, len(types))
	for i, t := range types {
		forms[i] = core.RecordForm{RecordType: t, Values: t.Prefill(row.Session, core.Customer{ID: row.Customer, Name: row.CustomerName}, said)}
	}
	return forms, nil
}
