package store

import (
	"context"

	"parley/core"
)

const (
	recordColumns = `id, type, binding, department, session, form, title, fields, version, state, reason, remote, address, attempts, due_at,
	created_at, created_by, changed_at, rule`
	selectRecord     = `SELECT ` + recordColumns + ` FROM records WHERE id = ?`
	selectRecordForm = `SELECT ` + recordColumns + ` FROM records WHERE form = ?`
)

// RecordOf gives the record that was made of a form; NotFound if none was.
func (w *Work) RecordOf(form string) (core.Record, error) {
	for _, r := range w.group.records {
		if r.Form == form {
			return r, nil
		}
	}
	var r core.Record
	return r, w.get(&r, selectRecordForm, form)
}

// Record gives a record, as this group's jobs have left it; NotFound if there is none. Whoever changes it has locked its session.
func (w *Work) Record(id core.RecordID) (core.Record, error) {
	if r, known := w.group.records[id]; known {
		return r, nil
	}
	var r core.Record
	return r, w.get(&r, selectRecord, id)
}

const insertRecord = `INSERT INTO records (` + recordColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// AddRecord adds a record.
func (w *Work) AddRecord(r core.Record) {
	w.hold(r)
	w.change(insertRecord, r.ID, r.Type, r.Binding, r.Department, r.Session, r.Form, r.Title, r.Fields, r.Version, string(r.State), r.Reason,
		string(r.Remote), r.Address, r.Attempts, r.DueAt, r.CreatedAt, r.CreatedBy, r.ChangedAt, r.Rule)
}

const updateRecord = `UPDATE records SET title = ?, fields = ?, version = ?, state = ?, reason = ?, remote = ?, address = ?, attempts = ?, due_at = ?,
	changed_at = ? WHERE id = ?`

// PutRecord changes a record.
func (w *Work) PutRecord(r core.Record) {
	w.hold(r)
	w.change(updateRecord, r.Title, r.Fields, r.Version, string(r.State), r.Reason, string(r.Remote), r.Address, r.Attempts, r.DueAt, r.ChangedAt, r.ID)
}

// hold lets the group's other jobs see a record as it is now.
func (w *Work) hold(r core.Record) {
	g := w.group
	before, known := g.records[r.ID]
	g.records[r.ID] = r
	g.undo = append(g.undo, func() {
		if delete(g.records, r.ID); known {
			g.records[r.ID] = before
		}
	})
}

const insertRecordEdit = `INSERT INTO record_edits (record, version, at, agent, name, changes) VALUES (?, ?, ?, ?, ?, ?)`

// AddRecordEdit keeps what was changed in a record.
func (w *Work) AddRecordEdit(of core.RecordID, e core.RecordEdit) {
	w.change(insertRecordEdit, of, e.Version, e.At, e.Agent, e.Name, e.Changes)
}

// RecordRow is a record as lists show it.
type RecordRow struct {
	core.Record
	TypeName string `db:"type_name"`
	Number   int64  `db:"number"`   // of its session
	Customer string `db:"customer"` // their name
	Author   string `db:"author"`   // who has created it
}

// selectRecords reads records with their sessions, which bound what a reader sees of them.
var selectRecords = `SELECT ` + of("r", recordColumns) + `, t.name AS type_name, s.number, c.name AS customer, COALESCE(a.name, '') AS author
	FROM records r JOIN record_types t ON t.id = r.type JOIN sessions s ON s.id = r.session JOIN identities i ON i.id = s.identity
	JOIN customers c ON c.id = i.customer LEFT JOIN agents a ON a.id = r.created_by WHERE ` + seen

var (
	selectRecordPage = selectRecords + ` AND r.id < ? AND (CAST(? AS BIGINT) = 0 OR r.type = ?) AND (CAST(? AS BIGINT) = 0 OR r.department = ?)
		AND (CAST(? AS TEXT) = '' OR r.state = ?) AND (CAST(? AS TEXT) = '' OR lower(r.title) LIKE ? ESCAPE '!') ORDER BY r.id DESC LIMIT ?`
	selectRecordsOf  = selectRecords + ` AND r.session = ? AND t.use = 'record' ORDER BY r.id`
	selectRecordSeen = selectRecords + ` AND r.id = ?`
)

// RecordFilter narrows a list of records; what is zero does not narrow.
type RecordFilter struct {
	Type       core.RecordTypeID
	Department core.DepartmentID
	State      core.RecordState
	Title      string // a part of it, in small letters
}

// Records gives a page of the records whose sessions the scope sees, newest first: those before an id, 0 for the newest.
func (s *Store) Records(ctx context.Context, scope core.Scope, f RecordFilter, before core.RecordID, limit int) ([]RecordRow, error) {
	if before == 0 {
		before = newest
	}
	return all[RecordRow](ctx, s, "store.Records", selectRecordPage,
		with(nil, scope, before, f.Type, f.Type, f.Department, f.Department, string(f.State), string(f.State), f.Title, containing(f.Title), limit)...)
}

// RecordsOf gives a session's records, oldest first, if the scope sees it. Its customer's account is none of them.
func (s *Store) RecordsOf(ctx context.Context, scope core.Scope, id core.SessionID) ([]RecordRow, error) {
	return all[RecordRow](ctx, s, "store.RecordsOf", selectRecordsOf, with(nil, scope, id)...)
}

// Record gives a record whose session the scope sees; NotFound if it sees none such.
func (s *Store) Record(ctx context.Context, scope core.Scope, id core.RecordID) (RecordRow, error) {
	found, err := all[RecordRow](ctx, s, "store.Record", selectRecordSeen, with(nil, scope, id)...)
	if err == nil && len(found) == 0 {
		err = missing("store.Record")
	}
	if err != nil {
		return RecordRow{}, err
	}
	return found[0], nil
}

const selectRecordMarks = `SELECT r.id, t.name AS type_name, r.title, r.state, r.reason, r.address
	FROM records r JOIN record_types t ON t.id = r.type WHERE r.session = ? AND t.use = 'record' ORDER BY r.id DESC LIMIT ?`

// recorded adds to cards what was created from their sessions.
func (s *Store) recorded(ctx context.Context, cards []core.Card) error {
	for i := range cards {
		c := &cards[i]
		if c.Made == 0 {
			continue
		}
		rows, err := all[RecordRow](ctx, s, "store.recorded", selectRecordMarks, c.Session, core.MaxCardRecords)
		if err != nil {
			return err
		}
		for _, r := range rows {
			c.Records = append(c.Records, *r.Mark(core.RecordType{Name: r.TypeName, Use: core.UseRecord}))
		}
	}
	return nil
}

const selectRecordEdits = `SELECT version, at, agent, name, changes FROM record_edits WHERE record = ? ORDER BY version DESC LIMIT ?`

// RecordEdits gives the newest changes of a record, the newest first. Whoever asks has seen the record.
func (s *Store) RecordEdits(ctx context.Context, id core.RecordID, limit int) ([]core.RecordEdit, error) {
	return all[core.RecordEdit](ctx, s, "store.RecordEdits", selectRecordEdits, id, limit)
}

const selectOwedRecords = `SELECT ` + recordColumns + ` FROM records
	WHERE id IN (SELECT min(id) FROM records WHERE state = 'owed' GROUP BY binding) ORDER BY binding`

// OwedRecords gives the first record that is owed in each binding's lane, due or not.
func (s *Store) OwedRecords(ctx context.Context) ([]core.Record, error) {
	return all[core.Record](ctx, s, "store.OwedRecords", selectOwedRecords)
}

// KeptRecord gives a record whoever sees its session: for its provider. NotFound if there is none.
func (s *Store) KeptRecord(ctx context.Context, id core.RecordID) (core.Record, error) {
	return one[core.Record](ctx, s, "store.KeptRecord", selectRecord, id)
}

const selectRecordsOfType = `SELECT ` + recordColumns + ` FROM records WHERE type = ? AND remote <> '' AND id < ? ORDER BY id DESC LIMIT ?`

// KeptRecords gives the records of a type that its provider has, newest first: those before an id, 0 for the newest.
func (s *Store) KeptRecords(ctx context.Context, t core.RecordTypeID, before core.RecordID, limit int) ([]core.Record, error) {
	if before == 0 {
		before = newest
	}
	return all[core.Record](ctx, s, "store.KeptRecords", selectRecordsOfType, t, before, limit)
}
