package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// Restoration fills an empty database with the rows of a snapshot, of this kind of database or the other. Until Finish has returned the
// database is not one that can be served.
type Restoration struct {
	store  *Store
	tx     *sqlx.Tx
	tables []Table // that may be filled
	done   bool
}

// unfinished stands in the place of the secret key's check while a restore is not finished.
const unfinished = "restoring"

// statementSize is how many values go with one statement: both databases take as many.
const statementSize = 8000

// Restore begins to fill the database with rows of a schema. The error is Invalid where that is newer than this program's, or where the
// database has something in it already, but for what an earlier restore has left that did not finish.
func (s *Store) Restore(ctx context.Context, schema int64) (*Restoration, error) {
	const op = "store.Restore"
	p, err := s.provider()
	if err != nil {
		return nil, err
	}
	if newest := p.ListSources()[len(p.ListSources())-1].Version; schema > newest || schema < 1 {
		return nil, &core.Error{Op: op, Kind: core.Invalid, Field: "from",
			Reason: fmt.Sprintf("was made by a newer Parley: its tables are of version %d, this program's of version %d", schema, newest)}
	}
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	if err := s.vacant(ctx); err != nil {
		return nil, err
	}
	if has > 0 {
		if _, err := p.DownTo(ctx, 0); err != nil {
			return nil, fail(op, err)
		}
	}
	if _, err := p.UpTo(ctx, schema); err != nil {
		return nil, fail(op, err)
	}
	tx, err := s.write.BeginTxx(ctx, nil)
	if err != nil {
		return nil, fail(op, err)
	}
	r := &Restoration{store: s, tx: tx}
	if r.tables, err = tables(ctx, tx, s.dialect); err == nil {
		_, err = tx.ExecContext(ctx, deleteInstallation)
	}
	if err != nil {
		return nil, errors.Join(fail(op, err), r.Undo(ctx))
	}
	return r, nil
}

const deleteInstallation = `DELETE FROM installation`

// vacant refuses a database in which somebody has something.
func (s *Store) vacant(ctx context.Context) error {
	const op = "store.Restore"
	tx, err := s.read.BeginTxx(ctx, nil)
	if err != nil {
		return fail(op, err)
	}
	defer func() { _ = tx.Rollback() }() // it was only read
	all, err := tables(ctx, tx, s.dialect)
	if err != nil {
		return fail(op, err)
	}
	if slices.ContainsFunc(all, func(t Table) bool { return t.Name == "installation" }) {
		var checks []string
		if err := tx.SelectContext(ctx, &checks, selectKeyCheck); err != nil || slices.Contains(checks, unfinished) {
			return fail(op, err)
		}
	}
	for _, t := range all {
		var rows bool
		if err := tx.GetContext(ctx, &rows, "SELECT EXISTS (SELECT 1 FROM "+quoted(t.Name)+")"); err != nil {
			return fail(op, err)
		}
		if rows && t.Name != "installation" {
			return &core.Error{Op: op, Kind: core.Invalid, Field: "database_url",
				Reason: "the database is not empty: a backup is restored into a new one only"}
		}
	}
	return nil
}

// Fill adds rows of a table. Tables come as Snapshot.Tables lists them. The error is Invalid where the schema has no such table or columns.
func (r *Restoration) Fill(ctx context.Context, t Table, rows [][]any) error {
	const op = "store.Restoration.Fill"
	i := slices.IndexFunc(r.tables, func(has Table) bool { return has.Name == t.Name })
	if i < 0 || len(t.Columns) == 0 || slices.ContainsFunc(t.Columns, func(c string) bool { return !slices.Contains(r.tables[i].Columns, c) }) {
		return &core.Error{Op: op, Kind: core.Invalid, Field: "from", Reason: "has a table that this program does not know"}
	}
	if check := slices.Index(t.Columns, "key_check"); t.Name == "installation" && check >= 0 {
		for _, row := range rows {
			row[check] = unfinished
		}
	}
	one := "(" + strings.Repeat("?, ", len(t.Columns)-1) + "?)"
	for some := range slices.Chunk(rows, max(1, statementSize/len(t.Columns))) {
		query := "INSERT INTO " + quoted(t.Name) + " (" + quoted(t.Columns...) + ") VALUES " + strings.Repeat(one+", ", len(some)-1) + one
		if _, err := r.tx.ExecContext(ctx, r.tx.Rebind(query), slices.Concat(some...)...); err != nil {
			return fail(op, err)
		}
	}
	return nil
}

const (
	finishLanes        = `UPDATE lanes SET doubt = last_no, sending = FALSE, since = 0`
	finishChannels     = `UPDATE channels SET sealed = ''`
	finishInstallation = `UPDATE installation SET key_check = ?, generation = ?`
)

// Completion is what a restored installation goes on with.
type Completion struct {
	Check    string // of the secret key
	Resealed bool   // it is another one than before
	Audit    core.AuditSeal
	AsOf     core.Time // when the backup was made
}

// Finish makes the database one that can be served: its tables are this program's, cursors from before are no longer good, and what it owes
// may have been sent by whoever went on after the snapshot. Where the secret key is another one, what the channels keep sealed is dropped, and the audit
// log is sealed anew. The audit log says that this was done.
func (r *Restoration) Finish(ctx context.Context, c Completion) error {
	const op = "store.Restoration.Finish"
	r.done = true
	if err := r.tx.Commit(); err != nil {
		return fail(op, err)
	}
	if err := r.store.Migrate(ctx); err != nil {
		return err
	}
	tx, err := r.store.write.BeginTxx(ctx, nil)
	if err != nil {
		return fail(op, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	_, err = tx.ExecContext(ctx, finishLanes)
	if err == nil && c.Resealed {
		_, err = tx.ExecContext(ctx, finishChannels)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, tx.Rebind(finishInstallation), c.Check, core.NewGeneration())
	}
	if err == nil {
		err = r.store.noteRestore(ctx, tx, c)
	}
	if err == nil {
		err = tx.Commit()
	}
	return fail(op, err)
}

// noteRestore adds to the audit log that it was restored.
func (s *Store) noteRestore(ctx context.Context, tx *sqlx.Tx, c Completion) error {
	end, err := endOfAudit(ctx, tx, c.Audit, selectAuditHead)
	if err == nil && c.Resealed {
		err = end.reseal(ctx)
	}
	if err != nil {
		return err
	}
	what := map[string]any{"as_of": c.AsOf}
	if c.Resealed {
		what["sealed_anew"] = end.head.No // up to here nobody could tell whether entries had been changed
	}
	now := core.At(s.clock())
	return end.add(ctx, now, core.AuditEntry{
		At: now, Hand: core.Hand{Kind: core.ByCommand}, Action: core.AuditRestored, Subject: core.AuditedInstallation,
		Changes: core.ChangesOf(nil, what).Text(),
	})
}

// Undo leaves an empty database behind, also after Finish has failed.
func (r *Restoration) Undo(ctx context.Context) error {
	if !r.done {
		if err := r.tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) { // it ends with its context, too
			return fail("store.Restoration.Undo", err)
		}
	}
	p, err := r.store.provider()
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, 0)
	return fail("store.Restoration.Undo", err)
}
