package storetest

import (
	"context"
	"testing"

	"parley/core"
	"parley/core/store"
)

// Restored opens a new database, at an address, that holds what another one does, as after a backup and a restore.
func Restored(t testing.TB, from *store.Store, url string, clock core.Clock) *store.Store {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	x, err := from.Snapshot(ctx)
	must(err)
	to := Bare(t, url, clock)
	r, err := to.Restore(ctx, x.Schema)
	must(err)
	for _, table := range x.Tables {
		var rows [][]any
		must(x.Rows(ctx, table, func(row []any) error { rows = append(rows, row); return nil }))
		must(r.Fill(ctx, table, rows))
	}
	must(x.Close())
	must(r.Finish(ctx, store.Completion{Check: x.Check}))
	return to
}
