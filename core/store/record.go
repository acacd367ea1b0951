package store

import (
	"context"

	"parley/core"
)

const (
	recordColumns = `id, type, binding, department, session, form, title, fields, version, state, reason, remote, address, attempts, due_at,
	created_at, created_by, changed_at, rule, linked, link_due_at`
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

const insertRecord = `INSERT INTO records (` + recordColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// AddRecord adds a record.
func (w *Work) AddRecord(r core.Record) {
	w.hold(r)
	w.change(insertRecord, r.ID, r.Type, r.Binding, r.Department, r.Session, r.Form, r.Title, r.Fields, r.Version, string(r.State), r.Reason,
		string(r.Remote), r.Address, r.Attempts, r.DueAt, r.CreatedAt, r.CreatedBy, r.ChangedAt, r.Rule, r.Linked, r.LinkDueAt)
	w.find(r)
}

const updateRecord = `UPDATE records SET title = ?, fields = ?, version = ?, state = ?, reason = ?, remote = ?, address = ?, attempts = ?, due_at = ?,
	changed_at = ?, linked = ?, link_due_at = ? WHERE id = ?`

// PutRecord changes a record.
func (w *Work) PutRecord(r core.Record) {
	w.hold(r)
	w.lose(r)
	w.change(updateRecord, r.Title, r.Fields, r.Version, string(r.State), r.Reason, string(r.Remote), r.Address, r.Attempts, r.DueAt, r.ChangedAt, r.Linked, r.LinkDueAt, r.ID)
	w.find(r)
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

// System is what keeps a record, as people are told of it.
type System struct {
	System  string    `db:"system"`     // the binding's name; "": Parley itself
	Trouble string    `db:"trouble"`    // why it took nothing when it was asked last; "": it answers
	Rests   core.Time `db:"rest_until"` // when it may be asked again; zero: at any time
}

// Why is a sentence for people: why the record is parked or still owed, or what else is to be said of it.
func (y System) Why(r core.Record) string {
	if r.State == core.RecordOwed && r.Reason == "" && y.Rests != 0 {
		return core.Saved(y.System, y.Trouble)
	}
	return r.Reason
}

const systemColumns = `COALESCE(b.name, '') AS system, COALESCE(b.reason, '') AS trouble, COALESCE(b.rest_until, 0) AS rest_until`

// RecordRow is a record as lists show it.
type RecordRow struct {
	core.Record
	System
	TypeName string `db:"type_name"`
	Number   int64  `db:"number"`   // of its session
	Customer string `db:"customer"` // their name
	Author   string `db:"author"`   // who has created it
}

// selectRecords reads records with their sessions, which bound what a reader sees of them. CROSS JOIN is the order in which SQLite goes: from the records,
// not through the history of sessions.
var selectRecords = `SELECT ` + of("r", recordColumns) + `, t.name AS type_name, s.number, c.name AS customer, COALESCE(a.name, '') AS author, ` + systemColumns + `
	FROM records r CROSS JOIN sessions s JOIN record_types t ON t.id = r.type JOIN identities i ON i.id = s.identity
	JOIN customers c ON c.id = i.customer LEFT JOIN agents a ON a.id = r.created_by LEFT JOIN bindings b ON b.id = r.binding
	WHERE s.id = r.session AND ` + seen

var (
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
	query, args := f.page(scope, before, limit)
	return all[RecordRow](ctx, s, "store.Records", query, args...)
}

// page asks only for what narrows, so that there is an index to go along.
func (f RecordFilter) page(scope core.Scope, before core.RecordID, limit int) (query string, args []any) {
	query, args = selectRecords+" AND r.id < ?", with(nil, scope, before)
	for _, by := range []struct {
		asked bool
		where string
		value any
	}{
		{f.Type != 0, "r.type = ?", f.Type},
		{f.Department != 0, "r.department = ?", f.Department},
		{f.State != "", "r.state = ?", f.State},
		{f.Title != "", "lower(r.title) LIKE ? ESCAPE '!'", containing(f.Title)},
	} {
		if by.asked {
			query, args = query+" AND "+by.where, append(args, by.value)
		}
	}
	return query + " ORDER BY r.id DESC LIMIT ?", append(args, limit)
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

// bindingLanes are the lanes of records: of all bindings, and of what Parley keeps itself.
const bindingLanes = `(SELECT id, rest_until FROM bindings UNION ALL SELECT 0, 0) b`

var (
	selectOwedRecords = `SELECT ` + of("r", recordColumns) + `, b.rest_until AS rest_until FROM ` + bindingLanes + ` JOIN records r
	ON r.id = (SELECT o.id FROM records o WHERE o.binding = b.id AND o.state = 'owed' ORDER BY o.attempts, o.id LIMIT 1) ORDER BY b.id`
	selectOwedLinks = `SELECT ` + of("r", recordColumns) + `, b.rest_until AS rest_until FROM ` + bindingLanes + ` JOIN records r
	ON r.id = (SELECT o.id FROM records o WHERE o.binding = b.id AND o.link_due_at <> 0 ORDER BY o.link_due_at LIMIT 1) ORDER BY b.id`
)

// OwedRecord is the first in its binding's lane.
type OwedRecord struct {
	core.Record
	RestUntil core.Time `db:"rest_until"` // of its binding
}

// OwedRecords gives of each binding the record that is to go to its provider next, due or not: one that has failed less often than others goes first, so that
// a single one that always fails holds up none.
func (s *Store) OwedRecords(ctx context.Context) ([]OwedRecord, error) {
	return all[OwedRecord](ctx, s, "store.OwedRecords", selectOwedRecords)
}

// OwedLinks gives of each binding the record that is to be linked with its customer's account next, due or not.
func (s *Store) OwedLinks(ctx context.Context) ([]OwedRecord, error) {
	return all[OwedRecord](ctx, s, "store.OwedLinks", selectOwedLinks)
}

// KeptRecord gives a record whoever sees its session: for its provider. NotFound if there is none.
func (s *Store) KeptRecord(ctx context.Context, id core.RecordID) (core.Record, error) {
	return one[core.Record](ctx, s, "store.KeptRecord", selectRecord, id)
}
