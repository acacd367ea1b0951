package store

import (
	"reflect"
	"testing"

	"parley/core"
)

// What a statement says of a row's columns, and what is given to it, come from one list and are in one order.
func TestStoredRows(t *testing.T) {
	t.Parallel()
	type thing struct {
		ID    core.SessionID `db:"id"`
		Name  core.RemoteID  `db:"name"`
		Born  core.Time      `db:"born"`
		Alive bool           `db:"alive"`
		Other int64          `db:"other"`
	}
	rows := newStored[thing]("things", "id, born,\n\tname, alive", "born")
	row := thing{ID: 7, Name: "Ada", Born: 12, Alive: true, Other: 5}
	for what, c := range map[string]struct{ got, want any }{
		"a row":                      {rows.values(row), []any{int64(7), int64(12), "Ada", true}},
		"a change":                   {rows.changes(row), []any{int64(7), "Ada", true}},
		"SQLite adds":                {rows.sqliteInsert, "INSERT INTO things (id, born,\n\tname, alive) VALUES (?, ?, ?, ?)"},
		"SQLite changes":             {rows.sqliteUpdate, "UPDATE things SET name = ?2, alive = ?3 WHERE id = ?1"},
		"PostgreSQL adds":            {rows.postgresInsert, "INSERT INTO things (id, born,\n\tname, alive) SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]), CAST($4 AS BOOLEAN[]))"},
		"PostgreSQL changes":         {rows.postgresUpdate, "UPDATE things t SET name = n.name, alive = n.alive FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BOOLEAN[])) AS n (id, name, alive) WHERE t.id = n.id"},
		"columns under another name": {of("s", "id,\n\tborn"), "s.id, s.born"},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s:\ngot  %#v\nwant %#v", what, c.got, c.want)
		}
	}
}

// A new field of a session is kept, or somebody has said that it is not.
func TestEveryFieldOfASessionIsAColumn(t *testing.T) {
	t.Parallel()
	session := reflect.TypeFor[core.Session]()
	if got := len(sessionRows.columns); got != session.NumField() {
		t.Errorf("of the %d fields of a session %d are columns", session.NumField(), got)
	}
}
