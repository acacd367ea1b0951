// Package storetest gives tests a real database: SQLite in a folder of the test's own, and PostgreSQL where
// PARLEY_TEST_POSTGRES names a server, each test in a database of its own, which has all tables and no rows; and a real Redis.
package storetest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core"
	"parley/core/file"
	"parley/core/store"
)

// Each runs the test on every database, in parallel.
func Each(t *testing.T, test func(t *testing.T, url string)) { each(t, SQLite, Postgres, test) }

// EachEmpty is Each with databases in which there is nothing, not even tables.
func EachEmpty(t *testing.T, test func(t *testing.T, url string)) {
	each(t, EmptySQLite, EmptyPostgres, test)
}

func each(t *testing.T, sqlite, postgres func(testing.TB) string, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqlite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t))
	})
}

// SQLite gives the address of a new database file.
func SQLite(t testing.TB) string {
	t.Helper()
	url := EmptySQLite(t)
	file, err := tables()
	if err == nil {
		err = os.WriteFile(strings.TrimPrefix(url, "sqlite:"), file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// EmptySQLite is SQLite without tables.
func EmptySQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "parley.db") }

// Postgres gives the address of a new database on the server that PARLEY_TEST_POSTGRES names, and drops it afterwards.
// Without a server the test is skipped.
func Postgres(t testing.TB) string {
	t.Helper()
	return postgres(t, template)
}

// EmptyPostgres is Postgres without tables.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	return postgres(t, func(context.Context, string) (string, error) { return "template1", nil })
}

// postgres makes a database as a copy of another.
func postgres(t testing.TB, template func(context.Context, string) (string, error)) string {
	t.Helper()
	server := os.Getenv("PARLEY_TEST_POSTGRES")
	if server == "" {
		t.Skip("set PARLEY_TEST_POSTGRES to the address of a PostgreSQL server, as make test does")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("PARLEY_TEST_POSTGRES is not an address")
	}
	of, err := template(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	name := "parley_test_" + strings.ToLower(rand.Text()[:12])
	administer(t, server, "CREATE DATABASE "+name+" TEMPLATE "+of)
	t.Cleanup(func() { administer(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String()
}

func administer(t testing.TB, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("PostgreSQL of PARLEY_TEST_POSTGRES does not answer: %v", err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing to lose
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

// Open opens the database with all its tables, and closes it after the test.
func Open(t testing.TB, url string, clock core.Clock) *store.Store {
	t.Helper()
	s := Bare(t, url, clock)
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Turned is Open, with a clock by which leases and presence go too.
func Turned(t testing.TB, url string, clock core.Clock) *store.Store {
	t.Helper()
	s := opened(t, store.Options{URL: url, Clock: clock, LeaseClock: clock})
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Bare opens the database as it is, and closes it after the test.
func Bare(t testing.TB, url string, clock core.Clock) *store.Store {
	t.Helper()
	return opened(t, store.Options{URL: url, Clock: clock})
}

func opened(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// patience is how long a test's writer takes its time: on a busy machine, with the race detector, a deed can take seconds.
const patience = 30 * time.Second

// Write starts a writer for the store, and stops it, with all that was handed in, before the store closes.
func Write(t testing.TB, s *store.Store, publish func(core.Committed), opts ...store.WriterOption) *store.Writer {
	t.Helper()
	w := store.NewWriter(s, publish, append([]store.WriterOption{store.WithTimeout(patience)}, opts...)...)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return w
}

// Files keeps files in a folder of the test's own.
func Files(t testing.TB) *file.Store {
	t.Helper()
	s, err := file.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
