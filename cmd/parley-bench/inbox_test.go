package main

import (
	"os"
	"testing"
)

// P6, small: every view of the workspace is answered, and none of its statements goes through all that there is.
func TestTheInboxIsReadAlongIndexes(t *testing.T) {
	t.Parallel()
	c := inboxCommand{Sessions: smallSessions, Messages: smallMessages}
	c.Postgres = os.Getenv("PARLEY_TEST_POSTGRES")
	binary, err := c.explaining(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{"sqlite"}
	if c.Postgres != "" {
		kinds = append(kinds, "postgres")
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newReport(t.Output(), "inbox", nil)
			if err := c.on(t.Context(), kind, t.TempDir(), "", binary, r); err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Failures {
				t.Error(f)
			}
			if got := r.Counts[kind+": plans looked at"]; got < int64(len(views)) {
				t.Errorf("plans: got %d, want at least one for each of %d views", got, len(views))
			}
		})
	}
	t.Run("without an index", func(t *testing.T) {
		t.Parallel()
		r := newReport(t.Output(), "inbox", nil)
		h, err := c.open(t.Context(), "sqlite", t.TempDir(), smallSessions, smallMessages, r)
		if err != nil {
			t.Fatal(err)
		}
		defer h.close()
		if err := h.fill(t.Context(), []filling{{"DROP INDEX sessions_identity", 0}}); err != nil {
			t.Fatal(err)
		}
		if err := h.plans(t.Context(), binary, views, r); err != nil {
			t.Fatal(err)
		}
		if len(r.Failures) == 0 {
			t.Error("the list of a customer goes through all sessions, and nothing is said of it")
		}
	})
}

func TestAPlanThatGrowsIsNoticed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		lines []string
		bad   bool
	}{
		"along an index":                  {[]string{"SEARCH s USING INDEX sessions_open (department=?)"}, false},
		"all sessions":                    {[]string{"SCAN s"}, true},
		"sessions of a department sorted": {[]string{"SEARCH s USING INDEX sessions_open (department=?)", "USE TEMP B-TREE FOR ORDER BY"}, true},
		"a session's participants sorted": {[]string{"SEARCH p USING PRIMARY KEY (session=?)", "USE TEMP B-TREE FOR ORDER BY"}, false},
		"PostgreSQL, all of the log":      {[]string{"->  Seq Scan on log l  (cost=0.00..1.00 rows=1 width=8)"}, true},
		"PostgreSQL, many sorted":         {[]string{"Sort  (cost=0.00..1.00 rows=50000 width=8)"}, true},
		"PostgreSQL, few sorted":          {[]string{"Sort  (cost=0.00..1.00 rows=50 width=8)"}, false},
	} {
		if got := (plan{Lines: tt.lines}).fault(); (got != "") != tt.bad {
			t.Errorf("%s: got %q, want a fault: %t", name, got, tt.bad)
		}
	}
}
