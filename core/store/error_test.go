package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// failure is an error that a driver really gave.
type failure struct {
	name string
	err  error
	kind core.Kind
}

func (f failure) check(t *testing.T) {
	t.Helper()
	if f.err == nil {
		t.Errorf("%s: there was no error", f.name)
		return
	}
	for _, err := range []error{f.err, fmt.Errorf("wrapped: %w", f.err)} {
		got := store.Fail("store.Test", err)
		e, ok := errors.AsType[*core.Error](got)
		if !ok || e.Kind != f.kind || e.Op != "store.Test" || !errors.Is(got, f.err) || (e.RetryAfter > 0) != (f.kind == core.Unavailable) {
			t.Errorf("%s: got %#v of %v, want %q", f.name, got, err, f.kind)
		}
	}
}

const ours = core.Kind("") // our bug

func TestKindsOfDriversErrors(t *testing.T) {
	t.Parallel()
	if err := store.Fail("store.Test", nil); err != nil {
		t.Errorf("no error: got %v", err)
	}
	if got := store.Fail("store.Test", errRefused); !errors.Is(got, errRefused) || got.Error() != errRefused.Error() {
		t.Errorf("an error of ours: got %v, want it as it was", got)
	}
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		db := h.store.Writing()
		exec := func(statement string) error { _, err := db.Exec(statement); return err }
		short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
		gone, leave := context.WithCancel(ctx)
		leave()
		_, late := db.ExecContext(short, long(url))
		_, left := db.ExecContext(gone, "SELECT 1")
		conn, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		_ = tx.Rollback()
		for _, f := range []failure{
			{"a unique key", exec("INSERT INTO departments (id, slug, name, zone, unassigned, created_at) VALUES (9, 'support', 'X', 'UTC', 0, 0)"), ours},
			{"a foreign key", exec("INSERT INTO keys (id, agent, hash, name, created_at) VALUES (1, 4711, 'x', 'x', 0)"), ours},
			{"a column that must be", exec("INSERT INTO departments (id) VALUES (9)"), ours},
			{"no such table", exec("SELECT 1 FROM nowhere"), ours},
			{"no statement", exec("SELEKT"), ours},
			{"a deadline", late, core.Unavailable},
			{"a caller who left", left, core.Unavailable},
			{"a connection that was given back", conn.PingContext(ctx), core.Unavailable},
			{"a transaction that is over", tx.Commit(), core.Unavailable},
		} {
			f.check(t)
		}
		if _, err := h.store.LogAfter(short, 0, 1); core.KindOf(err) != core.Unavailable {
			t.Errorf("a read past its deadline: got %v, want unavailable", err)
		}
		h.did(h.hear("carla", "all goes on"))
	})
}

// long is a statement that takes its time.
func long(url string) string {
	if strings.HasPrefix(url, "sqlite:") {
		return "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) FROM n"
	}
	return "SELECT pg_sleep(60)"
}

func TestKindsOfErrorsOfTheConnection(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	h := open(t, url)
	conn, err := h.store.Writing().Connx(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var pid int
	if err := conn.GetContext(ctx, &pid, "SELECT pg_backend_pid()"); err != nil {
		t.Fatal(err)
	}
	h.change("SELECT pg_terminate_backend(?)", pid)
	_, ended := conn.ExecContext(ctx, "SELECT 1")
	_, after := conn.ExecContext(ctx, "SELECT 1")
	direct, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	_ = direct.Close(ctx)
	_, closed := direct.Exec(ctx, "SELECT 1")
	for _, f := range []failure{
		{"a connection that was closed", closed, core.Unavailable},
		{"a connection that the server ended", ended, core.Unavailable},
		{"the same again", after, core.Unavailable},
		{"nobody listens", bare(t, "postgres://postgres@127.0.0.1:1/postgres?sslmode=disable").Reading().Ping(), core.Unavailable},
		{"no such host", bare(t, "postgres://postgres@host.invalid/postgres?sslmode=disable").Reading().Ping(), core.Unavailable},
		{"no such database", bare(t, strings.Replace(url, "/parley_test_", "/parley_none_", 1)).Reading().Ping(), core.Unavailable},
	} {
		f.check(t)
	}
	h.did(h.hear("carla", "all goes on"))
}

// A full disk: what does not fit is refused clearly, nothing of it stays, and when there is room again the same goes on.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	var pages int
	if err := h.store.Reading().Get(&pages, "PRAGMA page_count"); err != nil {
		t.Fatal(err)
	}
	h.change(fmt.Sprint("PRAGMA max_page_count = ", pages+25))
	large := strings.Repeat("x", 30_000)
	kept, refused := 0, 0
	var jobs []store.Job
	for i := range 20 {
		jobs = append(jobs, keyed(h.hear("carla", large), fmt.Sprint("test:", i), "large"))
		_, err := h.do(jobs[i])
		switch {
		case err == nil:
			kept++
		case core.KindOf(err) == core.Unavailable:
			refused++
		default:
			t.Fatalf("message %d: got %v, want unavailable", i, err)
		}
	}
	if kept == 0 || refused == 0 {
		t.Fatalf("%d kept, %d refused: the disk was not full in between", kept, refused)
	}
	if got := h.count("log WHERE kind = 'message'"); got != kept {
		t.Errorf("got %d messages, want the %d that were answered", got, kept)
	}
	if _, err := h.store.Talking(ctx, h.desk, "carla"); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	h.healthy()
	h.change("PRAGMA max_page_count = 100000")
	repeats := 0
	for _, j := range jobs {
		if h.must(h.do(j)).Repeat {
			repeats++
		}
	}
	if got := h.count("log WHERE kind = 'message'"); got != len(jobs) || repeats != kept {
		t.Errorf("with room again: got %d messages and %d repeats, want %d and %d", got, repeats, len(jobs), kept)
	}
	h.healthy()
}

// Another process holds the file's write lock for longer than anybody waits.
func TestAFileThatIsLocked(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	id := h.wrote("carla", "hi")
	h.hurry(time.Second)
	var path string
	if err := h.store.Reading().Get(&path, "SELECT file FROM pragma_database_list WHERE name = 'main'"); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error)
	for range 5 {
		go func() {
			start := time.Now()
			_, err := h.do(keyed(h.hear("carla", "again"), "test:again", "again"))
			if took := time.Since(start); took > time.Second+late {
				err = fmt.Errorf("answered after %v: %w", took, err)
			}
			results <- err
		}()
	}
	if s, err := h.store.Session(ctx, h.scope(), id); err != nil || s.Messages != 1 {
		t.Errorf("reading meanwhile: got %d messages, %v", s.Messages, err)
	}
	for range 5 {
		if err := <-results; core.KindOf(err) != core.Unavailable {
			t.Errorf("got %v, want unavailable", err)
		}
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	h.hurry(patience)
	h.did(keyed(h.hear("carla", "again"), "test:again", "again")) // it may have been done after its senders were answered
	if got := h.session(id).Messages; got != 2 {
		t.Errorf("when the lock is gone: got %d messages, want the first and this one", got)
	}
	h.healthy()
}

func TestAFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := bare(t, "sqlite:"+filepath.Join(t.TempDir(), "nowhere", "parley.db"))
	if err := s.Ready(ctx); core.KindOf(err) != core.Unavailable {
		t.Errorf("ready: got %v, want unavailable", err)
	}
	if err := s.Migrate(ctx); core.KindOf(err) != core.Unavailable {
		t.Errorf("migrate: got %v, want unavailable", err)
	}
}
