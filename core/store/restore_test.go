package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// kept gives every row of a snapshot that a restore does not change, as text.
func kept(t *testing.T, s *store.Store) (rows []string) {
	t.Helper()
	x, err := s.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close() //nolint:errcheck // was only read
	for _, table := range x.Tables {
		if table.Name == "installation" || strings.HasPrefix(table.Name, "audit") { // a restore is noted there, see audit_test.go
			continue
		}
		err := x.Rows(ctx, table, func(row []any) error {
			var values []string // the two databases may have the columns in another order
			for i, v := range row {
				values = append(values, fmt.Sprintf("%s=%v(%T)", table.Columns[i], v, v))
			}
			slices.Sort(values)
			rows = append(rows, table.Name+" "+strings.Join(values, " "))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(rows)
	return rows
}

func TestASnapshotIsOfOneMomentH4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.must(h.do(keyed(h.hear("ada", "first"), "c3:1", "first")))
		want := map[string]int{"sessions": 1, "log": h.count("log"), "customers": 1, "identities": 1, "departments": 2}
		x, err := h.store.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()                       //nolint:errcheck // was only read
		h.must(h.do(h.hear("bob", "second"))) // who writes does not wait for it
		h.change("UPDATE sessions SET preview = 'other'")
		for _, table := range x.Tables {
			n := 0
			err := x.Rows(ctx, table, func(row []any) error {
				n++
				if i := slices.Index(table.Columns, "preview"); i >= 0 && row[i] == "other" {
					t.Error("the session is as it became later")
				}
				return nil
			})
			if w, ok := want[table.Name]; err != nil || ok && n != w {
				t.Errorf("%s: got %d rows, %v, want %d", table.Name, n, err, w)
			}
		}
	})
}

// One format for both databases: a shop that began with a file goes on with a server, and back.
func TestEachDatabaseIsRestoredOntoEachH4(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite to postgres", "postgres to sqlite"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := storetest.EmptySQLite(t), storetest.EmptyPostgres(t)
			if name == "postgres to sqlite" {
				from, to = to, from
			}
			h := open(t, from)
			h.must(h.do(keyed(h.hear("ada", "nül \u0001 'quoted' \"text\" <b>"), "c3:1", "body")))
			if err := h.store.CheckKey(ctx, core.Key{1}); err != nil {
				t.Fatal(err)
			}
			again := storetest.Restored(t, h.store, to, h.clock.now)
			if got, want := kept(t, again), kept(t, h.store); !slices.Equal(got, want) {
				for i := range min(len(got), len(want)) {
					if got[i] != want[i] {
						t.Errorf("got\n%s\nwant\n%s", got[i], want[i])
					}
				}
				t.Errorf("got %d rows, want %d", len(got), len(want))
			}
			if err := again.CheckKey(ctx, core.Key{1}); err != nil {
				t.Errorf("the same key: %v", err)
			}
			if err := again.CheckKey(ctx, core.Key{2}); core.KindOf(err) != core.Invalid {
				t.Errorf("another key: got %v, want Invalid", err)
			}
			before, err := h.store.Generation(ctx)
			after, failed := again.Generation(ctx)
			if err != nil || failed != nil || before == after {
				t.Errorf("the log is of generation %d, %v, and of %d, %v, before", after, failed, before, err)
			}
			if findings, err := again.Doctor(ctx, false); err != nil || len(findings) != 0 {
				t.Errorf("recount: %v, %v", findings, err)
			}
			if _, err := again.Restore(ctx, 1); core.KindOf(err) != core.Invalid {
				t.Errorf("once more, over what is there: got %v, want Invalid", err)
			}
		})
	}
}

func TestASnapshotOfOlderTablesIsBroughtUpH4(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	h.must(h.do(keyed(h.hear("ada", "it"), "c3:1", "it")))
	h.must(h.do(store.Job{Do: func(w *store.Work) error { // as whatever waits has a timer
		s, err := w.Open(h.desk, "ada")
		w.Wake(core.AboutSession(s.ID), w.Now())
		return err
	}}))
	steps, err := h.store.Steps(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := len(kept(t, h.store))
	if err := h.store.MigrateDown(ctx); err != nil {
		t.Fatal(err)
	}
	again := storetest.Restored(t, h.store, storetest.EmptySQLite(t), h.clock.now)
	if got := len(kept(t, again)); got != want {
		t.Errorf("got %d rows, want %d", got, want)
	}
	if now, err := again.Steps(ctx); err != nil || now[len(steps)-1].Applied.IsZero() {
		t.Errorf("the newest step is not applied: %v", err)
	}
	if _, err := storetest.Bare(t, storetest.EmptySQLite(t), h.clock.now).Restore(ctx, steps[len(steps)-1].Number+1); core.KindOf(err) != core.Invalid {
		t.Errorf("of newer tables: got %v, want Invalid", err)
	}
}

// A process that ends between the two steps of a restore leaves what no server serves, and the next restore takes away.
func TestARestoreThatWasNotFinishedH4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := storetest.Open(t, url, time.Now)
		if _, err := s.Writing().Exec("UPDATE installation SET key_check = 'restoring'"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Writing().Exec("INSERT INTO departments (id, slug, name, zone, unassigned, created_at) VALUES (9, 'half', 'Half', 'UTC', 0, 0)"); err != nil {
			t.Fatal(err)
		}
		if err := s.CheckKey(ctx, core.Key{1}); core.KindOf(err) != core.Invalid || !strings.Contains(err.Error(), "restored") {
			t.Errorf("a server begins with %v", err)
		}
		r, err := s.Restore(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Undo(ctx); err != nil {
			t.Fatal(err)
		}
		if steps, err := s.Steps(ctx); err != nil || !steps[0].Applied.IsZero() {
			t.Errorf("tables are left, %v", err)
		}
	})
}
