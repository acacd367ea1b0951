package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// RELIABILITY 4, the soak in CI's form: whatever fails on either side, customers, agents, threads and the database agree on every message.
func TestASoakAgrees(t *testing.T) {
	t.Parallel()
	r := soaked(t, theProgram(t), soakRun{length: 90 * time.Second, sessions: 50, rate: 50, least: 1500})
	for _, f := range r.Failures {
		t.Error(f)
	}
	if got := r.Counts["sqlite: said"]; got < 1000 {
		t.Errorf("said: got %d messages, want thousands", got)
	}
}

// The harness finds what it is for, in the networks and in the program.
func TestASoakFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	for plant, found := range map[string]string{
		plantDoubled: "is shown", plantSwallowed: "is shown", plantTurned: "out of order", plantUnposted: "has of others", "leaked": "a note",
		plantRepeated: "is shown", "told": "shows the secret",
	} {
		t.Run(plant, func(t *testing.T) {
			t.Parallel()
			with, err := planted(t.Context(), plant)
			if err != nil {
				t.Fatal(err)
			}
			binary := theProgram(t)
			if with != nil {
				if binary, err = build(t.Context(), t.TempDir(), with); err != nil {
					t.Fatal(err)
				}
			}
			// On a busy machine so little may be said that the fault does not come about.
			for _, length := range []time.Duration{8 * time.Second, 30 * time.Second, time.Minute} {
				r := soaked(t, binary, soakRun{length: length, sessions: 18, rate: 40, plant: plant})
				if slices.ContainsFunc(r.Failures, func(f string) bool { return strings.Contains(f, found) }) {
					return
				}
			}
			t.Errorf("no run found %q", found)
		})
	}
}

func soaked(t *testing.T, binary string, run soakRun) *report {
	t.Helper()
	r := newReport(t.Output(), "soak", nil)
	run.kind, run.dir, run.binary, run.seed = "sqlite", t.TempDir(), binary, uint64(time.Now().UnixNano())
	r.say("seed %d", run.seed)
	run.url = "sqlite:" + filepath.Join(t.TempDir(), "soak.db")
	if err := soak(t.Context(), run, r); err != nil {
		t.Fatal(err)
	}
	_ = r.close("") // prints the counts
	return r
}
