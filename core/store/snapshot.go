package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// Snapshot is the whole database as it is at one moment, whatever is written meanwhile. It is read for a backup, and by one goroutine; nobody
// who writes waits for it. What is not in it: logins and link codes, which would let in who has left since, what nodes tell of themselves, and
// the index of what was said, which is made from the rest.
type Snapshot struct {
	Schema int64  // the newest migration that was applied
	Check  string // of the secret key
	Tables []Table
	tx     *sqlx.Tx
}

// Table is a table as a backup has it: without columns that the database makes of others.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// notKept are tables whose rows are not in a snapshot.
var notKept = []string{"goose_db_version", "logins", "link_codes", "leases", "health", "presence", "customer_presence", "nodes", "search", "search_stretches", "search_words"}

const selectSchema = `SELECT max(version_id) FROM goose_db_version WHERE is_applied`

// Snapshot begins one, to be closed. The error is Unavailable where the database does not answer.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	const op = "store.Snapshot"
	tx, err := s.read.BeginTxx(ctx, s.dialect.snapshot())
	if err != nil {
		return nil, fail(op, err)
	}
	x := &Snapshot{tx: tx}
	err = tx.GetContext(ctx, &x.Schema, selectSchema)
	if err == nil {
		err = tx.GetContext(ctx, &x.Check, selectKeyCheck)
	}
	if err == nil {
		x.Tables, err = tables(ctx, tx, s.dialect)
	}
	if err != nil {
		return nil, errors.Join(fail(op, err), x.Close())
	}
	return x, nil
}

// Close ends the snapshot.
func (x *Snapshot) Close() error { return fail("store.Snapshot", x.tx.Rollback()) }

// Rows gives each row of a table, its values in the order of the columns: int64, string, bool, []byte or nil, on both databases alike. Files
// that no message has claimed are left out: nobody has sent them yet.
func (x *Snapshot) Rows(ctx context.Context, t Table, each func(row []any) error) error {
	const op = "store.Snapshot.Rows"
	query := "SELECT " + quoted(t.Columns...) + " FROM " + quoted(t.Name) // as the database itself calls them
	if t.Name == "files" {
		query += " WHERE message <> 0"
	}
	rows, err := x.tx.QueryxContext(ctx, query)
	if err != nil {
		return fail(op, err)
	}
	defer rows.Close() //nolint:errcheck // Err has told
	types, err := rows.ColumnTypes()
	if err != nil {
		return fail(op, err)
	}
	for rows.Next() {
		row, err := rows.SliceScan()
		if err != nil {
			return fail(op, err)
		}
		for i, v := range row {
			if n, isNumber := v.(int64); isNumber && types[i].DatabaseTypeName() == "BOOLEAN" { // SQLite's
				row[i] = n != 0
			}
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return fail(op, rows.Err())
}

const selectKeptFiles = `SELECT id, key, size FROM files WHERE state = 'ready' AND message <> 0`

// KeptFile is a file that a message has claimed and whose bytes are there.
type KeptFile struct {
	ID   core.FileID `db:"id"`
	Key  string      `db:"key"`
	Size int64       `db:"size"`
}

// Files gives all files whose bytes belong to the snapshot. They stay where they are also when it is closed.
func (x *Snapshot) Files(ctx context.Context) (files []KeptFile, err error) {
	return files, fail("store.Snapshot.Files", x.tx.SelectContext(ctx, &files, selectKeptFiles))
}

// tables lists the tables that are kept, each after those to which it refers.
func tables(ctx context.Context, tx *sqlx.Tx, d dialect) ([]Table, error) {
	var columns []struct{ Name, Field string }
	if err := tx.SelectContext(ctx, &columns, d.columns()); err != nil {
		return nil, err
	}
	var links []struct{ Child, Parent string }
	if err := tx.SelectContext(ctx, &links, d.references()); err != nil {
		return nil, err
	}
	var names []string
	fields, parents := map[string][]string{}, map[string][]string{}
	for _, c := range columns {
		if !slices.Contains(notKept, c.Name) {
			names, fields[c.Name] = append(names, c.Name), append(fields[c.Name], c.Field)
		}
	}
	for _, l := range links {
		parents[l.Child] = append(parents[l.Child], l.Parent)
	}
	var all []Table
	var add func(name string)
	add = func(name string) {
		if fields[name] == nil || slices.ContainsFunc(all, func(t Table) bool { return t.Name == name }) {
			return
		}
		for _, p := range parents[name] {
			if p != name {
				add(p)
			}
		}
		all = append(all, Table{name, fields[name]})
	}
	for _, name := range slices.Compact(names) {
		add(name)
	}
	return all, nil
}

// quoted gives names as both databases take them.
func quoted(names ...string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
	}
	return strings.Join(all, ", ")
}

func (sqliteDialect) snapshot() *sql.TxOptions { return nil } // what it reads first fixes what it reads

func (sqliteDialect) columns() string {
	return `SELECT t.name AS name, c.name AS field FROM pragma_table_list t, pragma_table_info(t.name) c
		WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY t.name, c.cid`
}

func (sqliteDialect) references() string {
	return `SELECT DISTINCT t.name AS child, f."table" AS parent FROM pragma_table_list t, pragma_foreign_key_list(t.name) f
		WHERE t.schema = 'main' ORDER BY 1, 2`
}

func (postgresDialect) snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

func (postgresDialect) columns() string {
	return `SELECT c.table_name AS name, c.column_name AS field FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' ORDER BY c.table_name, c.ordinal_position`
}

func (postgresDialect) references() string {
	return `SELECT DISTINCT c.relname AS child, p.relname AS parent FROM pg_constraint k
		JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = k.connamespace
		WHERE k.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2`
}
