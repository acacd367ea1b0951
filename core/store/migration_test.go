package store_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
	"parley/migrations"
)

// bare opens a database in which there may be nothing.
func bare(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestMigrationsUpDownAndUp(t *testing.T) {
	t.Parallel()
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		s := bare(t, url)
		if err := s.Ready(ctx); err == nil {
			t.Error("a database without tables is ready")
		}
		applied := func() (n int) {
			t.Helper()
			steps, err := s.Steps(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for i, step := range steps {
				if step.Number != int64(i+1) || !strings.HasSuffix(step.Name, ".sql") {
					t.Errorf("got step %+v at place %d", step, i+1)
				}
				if !step.Applied.IsZero() {
					n++
				}
			}
			if len(steps) == 0 {
				t.Error("there are no steps")
			}
			return n
		}
		steps, _ := s.Steps(ctx)
		if got := applied(); got != 0 {
			t.Errorf("before: got %d steps applied", got)
		}
		for round := range 2 {
			for range 2 { // again changes nothing
				if err := s.Migrate(ctx); err != nil {
					t.Fatalf("up, round %d: %v", round, err)
				}
			}
			if got := applied(); got != len(steps) {
				t.Errorf("up, round %d: got %d steps applied, want %d", round, got, len(steps))
			}
			if err := s.Ready(ctx); err != nil {
				t.Errorf("up, round %d: %v", round, err)
			}
			for i := len(steps); i > 0; i-- {
				if err := s.MigrateDown(ctx); err != nil {
					t.Fatalf("down, round %d: %v", round, err)
				}
				if got := applied(); got != i-1 {
					t.Errorf("down, round %d: got %d steps applied, want %d", round, got, i-1)
				}
			}
			if err := s.Ready(ctx); err == nil {
				t.Errorf("down, round %d: the database is ready", round)
			}
			if err := s.MigrateDown(ctx); core.KindOf(err) != core.Invalid {
				t.Errorf("below the first step, round %d: got %v, want invalid", round, err)
			}
		}
		for _, table := range tables {
			if _, err := s.Reading().Exec("SELECT 1 FROM " + table); err == nil {
				t.Errorf("table %s is left after all steps down", table)
			}
		}
	})
}

// A number means the same change in both folders: the same names of tables, columns and indexes.
func TestMigrationsAreTheSameOnBothDatabases(t *testing.T) {
	t.Parallel()
	var files [2][]string
	for i, folder := range []string{"sqlite", "postgres"} {
		entries, err := fs.ReadDir(migrations.Files, folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			files[i] = append(files[i], e.Name())
		}
	}
	if !slices.Equal(files[0], files[1]) {
		t.Fatalf("got %v and %v", files[0], files[1])
	}
	names := regexp.MustCompile(`(?m)^\s*(CREATE\s.*|ALTER TABLE \w+\s+(?:ADD|DROP) COLUMN \w+|[a-z_]+)(?:$|[\s;])`)
	for _, name := range files[0] {
		var words [2][]string
		for i, folder := range []string{"sqlite", "postgres"} {
			text, err := fs.ReadFile(migrations.Files, folder+"/"+name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range names.FindAllStringSubmatch(string(text), -1) {
				words[i] = append(words[i], strings.TrimSpace(m[1]))
			}
		}
		if len(words[0]) < 2 {
			t.Errorf("%s: found only %v", name, words[0])
		}
		clean := func(w []string) (c []string) {
			for _, s := range w {
				c = append(c, strings.TrimSpace(strings.Split(s, "--")[0]))
			}
			return c
		}
		if a, b := clean(words[0]), clean(words[1]); !slices.Equal(a, b) {
			t.Errorf("%s: the folders differ:\n%v\n%v", name, a, b)
		}
	}
}

// Nodes that start together migrate one after the other.
func TestFourNodesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyPostgres(t)
	var wait sync.WaitGroup
	stores := make([]*store.Store, 4)
	for i := range stores {
		stores[i] = bare(t, url)
	}
	for _, s := range stores {
		wait.Go(func() {
			if err := s.Migrate(ctx); err != nil {
				t.Errorf("migrate: %v", err)
			}
			if err := s.Ready(ctx); err != nil {
				t.Errorf("ready: %v", err)
			}
		})
	}
	wait.Wait()
}

func TestAnotherSecretKeyIsRefused(t *testing.T) {
	t.Parallel()
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		s := bare(t, url)
		if err := s.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		first, second := core.NewKey(), core.NewKey()
		for range 2 {
			if err := s.CheckKey(ctx, first); err != nil {
				t.Fatal(err)
			}
			err := s.CheckKey(ctx, second)
			if e, ok := errors.AsType[*core.Error](err); !ok || e.Kind != core.Invalid || e.Field != "secret_key" || e.Reason == "" {
				t.Errorf("got %v, want invalid secret_key with a sentence", err)
			}
		}
		other := bare(t, url) // another process, the same database
		if err := other.CheckKey(ctx, second); core.KindOf(err) != core.Invalid {
			t.Errorf("by another process: got %v, want invalid", err)
		}
		var kept string
		if err := s.Reading().Get(&kept, "SELECT key_check FROM installation"); err != nil || strings.Contains(kept, first.Text().Reveal()) || kept == "" {
			t.Errorf("got %q, %v; want a check that is not the key", kept, err)
		}
	})
}

// "Accepted means kept" rests on these settings.
func TestDurability(t *testing.T) {
	t.Parallel()
	setting := func(t *testing.T, s *store.Store, query string) (value string) {
		t.Helper()
		if err := s.Writing().Get(&value, query); err != nil {
			t.Fatal(err)
		}
		return value
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		h := open(t, storetest.SQLite(t))
		for query, want := range map[string]string{
			"PRAGMA synchronous": "2", "PRAGMA journal_mode": "wal", "PRAGMA foreign_keys": "1", "PRAGMA busy_timeout": "3000",
		} {
			if got := setting(t, h.store, query); got != want {
				t.Errorf("%s: got %s, want %s", query, got, want)
			}
		}
		if _, err := h.store.Reading().Exec("DELETE FROM log"); err == nil {
			t.Error("the reading connection writes")
		}
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := storetest.EmptyPostgres(t)
		h := open(t, url)
		var name string
		if err := h.store.Writing().Get(&name, "SELECT current_database()"); err != nil {
			t.Fatal(err)
		}
		h.change("ALTER DATABASE " + name + " SET synchronous_commit = off") // as a role or a server might have it
		if got := setting(t, bare(t, url), "SHOW synchronous_commit"); got != "on" {
			t.Errorf("synchronous_commit: got %s, want on", got)
		}
	})
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "sqlite:", "sqlite://x/y", "postgres", "mysql://x/y", "postgres://user:a secret@host:notaport/x"} {
		_, err := store.Open(store.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		if e, ok := errors.AsType[*core.Error](err); !ok || e.Kind != core.Invalid || e.Field != "database_url" || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v, want invalid database_url, without the address", url, err)
		}
	}
}
