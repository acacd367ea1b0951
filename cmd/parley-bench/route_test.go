package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// A short run: that the command measures what it says, and that who is freed has the next; how fast is another matter.
func TestDistributionIsMeasured(t *testing.T) {
	t.Parallel()
	c := routeCommand{Agents: 20, Each: 2, Waiting: 40, Decisions: 8, Rounds: 2}
	c.Postgres = os.Getenv("PARLEY_TEST_POSTGRES")
	kinds := []string{"sqlite"}
	if c.Postgres != "" {
		kinds = append(kinds, "postgres")
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := newReport(&out, "route", nil)
			if err := c.on(context.Background(), kind, t.TempDir(), r); err != nil {
				t.Fatal(err)
			}
			if err := r.close(""); err != nil {
				t.Errorf("%v\n%s", err, out.String())
			}
			if len(r.Figures) != 4 || r.Figures[0].Goal != "P7" || !strings.Contains(out.String(), "goal ≤ 100") {
				t.Errorf("figures: got %+v", r.Figures)
			}
			if got := r.Counts[kind+": given with an end"]; got != 16 {
				t.Errorf("given: got %d, want 16", got)
			}
		})
	}
}
