package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/core"
	"parley/core/store"
)

// G5: what commands change is in the audit log, sealed with the installation's key, and the doctor names a row that somebody has changed.
func TestG5_TheDoctorNamesWhatWasDoneToTheAuditLog(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.must("department", "add", "--name", "Support")
	p.must("agent", "add", "--email", "anna@example.test", "--name", "Anna", "--operator", "support")
	p.must("key", "add", "--agent", "anna@example.test", "--name", "crm")
	if got := p.must("doctor"); !strings.HasPrefix(got, allWell) || !strings.Contains(got, "audit log: 3 entries, all as they were written; the newest is of ") {
		t.Errorf("got %q", got)
	}
	file := filepath.Join(p.dir, "data", "parley.db")
	s, err := store.Open(store.Options{URL: "sqlite:" + file, Clock: core.SystemClock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // was only read
	all, err := s.Audit(context.Background(), store.AuditFilter{}, 0, 9)
	if err != nil || len(all) != 3 || all[1].Kind != core.ByCommand || all[1].Action != core.AuditAgentAdded {
		t.Fatalf("got %+v, %v", all, err)
	}

	db, err := sqlx.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // each statement has had its answer
	if _, err := db.Exec(`UPDATE audit SET changes = replace(changes, '"admin":{"after":false}', '"admin":{"after":true}') WHERE no = 2`); err != nil {
		t.Fatal(err)
	}
	stdout, _, status := p.do("doctor")
	if status != exitFailed || !strings.Contains(stdout, "audit log: entry 2 is not as it was written: somebody has changed it\n") {
		t.Errorf("got status %d, %q", status, stdout)
	}

	if err := os.Rename(filepath.Join(p.dir, "data", "secret.key"), filepath.Join(p.dir, "key")); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := p.do("agent", "disable", "anna@example.test"); status != exitUsage || !strings.Contains(stderr, "is not there, and all that is changed is sealed with it") {
		t.Errorf("without the key: got status %d, %q", status, stderr)
	}
	key, err := os.ReadFile(filepath.Join(p.dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	p.with("PARLEY_SECRET_KEY="+strings.TrimSpace(string(key))).must("agent", "disable", "anna@example.test")
}
