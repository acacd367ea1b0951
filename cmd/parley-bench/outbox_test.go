package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// A short run: that the command measures what it says, and loses nothing; how fast is another matter.
func TestTheOutboxIsMeasured(t *testing.T) {
	t.Parallel()
	c := outboxCommand{Destinations: 40, Rate: 100, Seconds: 1, Rounds: 2}
	c.Postgres = os.Getenv("PARLEY_TEST_POSTGRES")
	kinds := []string{"sqlite"}
	if c.Postgres != "" {
		kinds = append(kinds, "postgres")
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := newReport(&out, "outbox", nil)
			if err := c.on(context.Background(), kind, t.TempDir(), r); err != nil {
				t.Fatal(err)
			}
			if err := r.close(""); err != nil {
				t.Errorf("%v\n%s", err, out.String())
			}
			if len(r.Figures) != 3 || r.Figures[0].Goal != "P11" || r.Figures[0].Ratio <= 0 || !strings.Contains(out.String(), "goal ≤ 1.20") {
				t.Errorf("figures: got %+v", r.Figures)
			}
			if got, want := r.Counts[kind+": taken by the network"], int64(2*2*(100-100/illEvery)); got < want*9/10 || got > want {
				t.Errorf("taken: got %d, want about %d", got, want)
			}
		})
	}
}
