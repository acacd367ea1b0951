package main

import (
	"path/filepath"
	"testing"
)

// P10: after a restart everybody is back from their cursor, and what was written meanwhile is acknowledged and shown.
func TestAfterAStormEverybodyIsBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := newDatabase(t.Context(), "sqlite", dir, "")
	if err != nil {
		t.Fatal(err)
	}
	r := newReport(t.Output(), "storm", nil)
	c := stormCommand{Customers: 2, Rate: 50, Seconds: 0.1, Rounds: 1}
	if err := c.on(t.Context(), bed{r, db, filepath.Join(dir, "server"), theProgram(t)}, warmup); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Failures {
		t.Error(f)
	}
	if r.Counts["sqlite: acknowledged"] == 0 {
		t.Error("nobody was acknowledged")
	}
}
