package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"parley/core/store/storetest"
)

const (
	crashRounds   = 50
	plantedRounds = 12
	peerRounds    = 20
)

// The program is built once for all tests.
var (
	buildOnce sync.Once
	built     string
	buildErr  error
)

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

func theProgram(t *testing.T) string {
	t.Helper()
	buildOnce.Do(func() {
		var dir string
		if dir, buildErr = os.MkdirTemp("", "parley-bench-test-"); buildErr == nil {
			built, buildErr = build(t.Context(), dir, nil)
		}
	})
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	return built
}

// RELIABILITY 1: kill -9 under load loses, doubles and disorders nothing, on either database.
func TestACrashLosesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		r := besiege(t, theProgram(t), url, crashRounds)
		for _, f := range r.Failures {
			t.Error(f)
		}
		kind, _, _ := strings.Cut(url, ":")
		if got := r.Counts[kind+": kills"]; got != crashRounds {
			t.Errorf("kills: got %d, want %d", got, crashRounds)
		}
	})
}

// One of two nodes is killed again and again, and its clients go to the other: it is as if nothing had happened.
func TestACrashOfOneOfTwoNodesLosesNothing(t *testing.T) {
	t.Parallel()
	run := crashRun{kind: "postgres", url: storetest.Postgres(t), rounds: peerRounds, peer: true, redis: storetest.SharedRedis(t)}
	r := newReport(t.Output(), "crash", nil)
	run.dir, run.binary, run.seed = t.TempDir(), theProgram(t), 1
	if err := crash(t.Context(), run, r); err != nil {
		t.Fatal(err)
	}
	_ = r.close("") // prints the counts
	for _, f := range r.Failures {
		t.Error(f)
	}
	if got := r.Counts["postgres: kills"]; got != peerRounds {
		t.Errorf("kills: got %d, want %d", got, peerRounds)
	}
}

// The harness finds what it is for: a program that acknowledges before it commits loses messages in a crash.
func TestTheLoopFindsAnAnswerBeforeTheCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		binary, err := build(t.Context(), t.TempDir(), answersTooSoon(t))
		if err != nil {
			t.Fatal(err)
		}
		r := besiege(t, binary, url, plantedRounds)
		kind, _, _ := strings.Cut(url, ":")
		if r.Counts[kind+": stored: acknowledged and lost"] == 0 || len(r.Failures) == 0 {
			t.Errorf("got failures %q and counts %v, want a message that was acknowledged and lost", r.Failures, r.Counts)
		}
	})
}

func besiege(t *testing.T, binary, url string, rounds int) *report {
	t.Helper()
	kind, _, _ := strings.Cut(url, ":")
	r := newReport(t.Output(), "crash", nil)
	run := crashRun{kind: kind, url: url, dir: t.TempDir(), binary: binary, rounds: rounds, seed: 1}
	if err := crash(t.Context(), run, r); err != nil {
		t.Fatal(err)
	}
	_ = r.close("") // prints the counts
	return r
}

// answersTooSoon is the store's writer with the answers of a group put before its commit, which takes as long as on a slow
// disk.
func answersTooSoon(t *testing.T) overlay {
	t.Helper()
	const file = "core/store/writer.go"
	source, err := os.ReadFile(filepath.Join("..", "..", file))
	if err != nil {
		t.Fatal(err)
	}
	const commit = "\tif err := tx.Commit(); err != nil {\n"
	const answer, answered = "g.answer(jobs, answers, spans)", "later"
	text := string(source)
	for _, part := range []string{commit, answer} {
		if strings.Count(text, part) != 1 {
			t.Fatalf("%s has changed: the planted fault looks for this text, once:\n%s", file, part)
		}
	}
	text = strings.Replace(text, answer, answered, 1)
	soon := "\t" + answered + " := " + answer + "\n\ttime.Sleep(200 * time.Millisecond)\n"
	return overlay{file: strings.Replace(text, commit, soon+commit, 1)}
}
