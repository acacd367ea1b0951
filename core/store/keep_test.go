package store

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"
)

// keptDB gives a database over connections that keep their statements.
func keptDB(t *testing.T) *sqlx.DB {
	t.Helper()
	read, write, err := sqliteDialect{path: filepath.Join(t.TempDir(), "kept.db")}.open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = read.Close(), write.Close() })
	write.MustExec("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
	write.MustExec("INSERT INTO things VALUES (1, 'one'), (2, 'two'), (3, 'three')")
	return write
}

// first reads the first row of those that the query finds, and leaves the others.
func first(t *testing.T, db *sqlx.DB, query string) []any {
	t.Helper()
	rows, err := db.Queryx(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	row, err := rows.SliceScan()
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// A statement that is asked for again while its rows are still read is another one, and both say what they should.
func TestKeptStatementsMayBeNested(t *testing.T) {
	db := keptDB(t)
	tx := db.MustBegin()
	defer tx.Rollback()
	const query = "SELECT id FROM things WHERE id > ? ORDER BY id"
	for range 3 {
		var pairs []string
		outer, err := tx.Query(query, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer outer.Close()
		for outer.Next() {
			var a int
			if err := outer.Scan(&a); err != nil {
				t.Fatal(err)
			}
			var inner []int
			if err := tx.Select(&inner, query, a); err != nil {
				t.Fatal(err)
			}
			pairs = append(pairs, fmt.Sprint(a, inner))
		}
		if err := outer.Err(); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(pairs); got != "[1 [2 3] 2 [3] 3 []]" {
			t.Fatal(got)
		}
	}
}

// What is wrong once does not spoil the next time: a refused row, rows not read to their end, a call whose time was over.
func TestKeptStatementsSurviveErrors(t *testing.T) {
	db := keptDB(t)
	const insert, query = "INSERT INTO things VALUES (?, ?)", "SELECT name FROM things ORDER BY id"
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 3 {
		if _, err := db.Exec(insert, 10+i, "one"); err == nil {
			t.Fatal("a name was taken twice")
		}
		if _, err := db.Exec(insert, 10+i, fmt.Sprint("fresh ", i)); err != nil {
			t.Fatal(err)
		}
		if row := first(t, db, query); row[0] != "one" {
			t.Fatal(row)
		}
		var names []string
		if err := db.SelectContext(over, &names, query); err == nil {
			t.Fatal("answered after its time")
		}
		if err := db.Select(&names, query); err != nil || len(names) != 4+i {
			t.Fatal(names, err)
		}
	}
}

// A kept statement sees the tables as they are now: another process may migrate them.
func TestKeptStatementsSeeNewTables(t *testing.T) {
	db := keptDB(t)
	const query = "SELECT * FROM things WHERE id = 1"
	for columns := range 3 {
		if row := first(t, db, query); len(row) != 2+columns {
			t.Fatal(row)
		}
		db.MustExec(fmt.Sprintf("ALTER TABLE things ADD COLUMN more%d TEXT", columns))
	}
}

// However many different statements there are, a connection keeps few.
func TestKeptStatementsAreFew(t *testing.T) {
	db := keptDB(t)
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for i := range 3 * maxKept {
		var n int
		if err := conn.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d FROM things WHERE id = 1", i)).Scan(&n); err != nil || n != i {
			t.Fatal(n, err)
		}
	}
	err = conn.Raw(func(c any) error {
		if n := len(c.(*keeper).idle); n == 0 || n > maxKept {
			t.Errorf("keeps %d statements", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
