package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// sealed is the seal of the tests' houses: their writers have no key.
var sealed core.AuditSeal

// note is a job that adds to the audit log.
func note(what string) store.Job {
	return store.Job{Do: func(w *store.Work) error {
		w.Audit(core.AuditEntry{
			Hand: core.Hand{Kind: core.ByAgent, Agent: 11}, Action: core.AuditAgentChanged, Subject: core.AuditedAgent, SubjectID: "agt_b", Changes: what,
		})
		return nil
	}}
}

func (h *house) checked(seal core.AuditSeal) store.AuditState {
	h.t.Helper()
	state, err := h.store.CheckAudit(ctx, seal)
	if err != nil {
		h.t.Fatal(err)
	}
	return state
}

// fault names the damage, "" for none.
func (h *house) fault() string {
	h.t.Helper()
	state := h.checked(sealed)
	if state.Fault == nil {
		return ""
	}
	return state.Fault.String()
}

// G5: whatever somebody does to the audit log with SQL, the first entry that it is about is named.
func TestG5_WhatIsDoneToTheAuditLogByHandIsNamed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		for i := range 6 {
			h.must(h.do(note(fmt.Sprintf(`{"name":{"after":"%d"}}`, i))))
		}
		if got := h.checked(sealed); got.Fault != nil || got.Entries != 6 || got.Newest.No != 6 || !sealed.Holds(got.Head) {
			t.Fatalf("before: got %+v", got)
		}
		h.change("CREATE TABLE kept AS SELECT * FROM audit")
		h.change("CREATE TABLE kept_head AS SELECT * FROM audit_head")
		const swap = "UPDATE audit SET no = CASE no WHEN -3 THEN 5 ELSE 3 END WHERE no IN (-3, -5)"
		for _, c := range []struct {
			want       string
			statements []string
		}{
			{"entry 3 is not as it was written", []string{`UPDATE audit SET changes = '{}' WHERE no = 3`}},
			{"entry 6 is not as it was written", []string{`UPDATE audit SET actor = 12 WHERE no = 6`}},
			{"entry 3 is missing", []string{`DELETE FROM audit WHERE no = 3`}},
			{"entry 6 is missing", []string{`DELETE FROM audit WHERE no = 6`}},
			{"entries 1 to 6 are missing", []string{`DELETE FROM audit`}},
			{"entry 3 is missing", []string{`DELETE FROM audit WHERE no = 3`, `UPDATE audit SET no = 3 WHERE no = 4`, `UPDATE audit SET no = 4 WHERE no = 5`, `UPDATE audit SET no = 5 WHERE no = 6`}},
			{"entry 7 was not written by Parley", []string{`INSERT INTO audit SELECT 7, at, actor_kind, actor, api_key, action, subject, subject_id, changes, hash FROM audit WHERE no = 2`}},
			{"entry 3 stands as number 5", []string{`UPDATE audit SET no = -no WHERE no IN (3, 5)`, swap}},
			{"where it ends, at entry 5, is not as it was written", []string{`DELETE FROM audit WHERE no = 6`, `UPDATE audit_head SET no = 5, hash = (SELECT hash FROM audit WHERE no = 5)`}},
			{"where it ends", []string{`DELETE FROM audit_head`}},
		} {
			for _, s := range c.statements {
				h.change(s)
			}
			if got := h.fault(); !strings.HasPrefix(got, c.want) {
				t.Errorf("%v: got %q, want %q", c.statements, got, c.want)
			}
			h.change("DELETE FROM audit")
			h.change("INSERT INTO audit SELECT * FROM kept")
			h.change("DELETE FROM audit_head")
			h.change("INSERT INTO audit_head SELECT * FROM kept_head")
		}
		if got := h.fault(); got != "" {
			t.Errorf("after all: got %q", got)
		}
		if got := h.checked(core.NewAuditSeal(core.Key{1})).Fault; got == nil || got.From != 1 {
			t.Errorf("with another key: got %v, want the first entry", got)
		}
	})
}

// Who drops the newest entries and puts the end back is seen, also when others were added since.
func TestG5_AnEndThatWasPutBackStaysSeen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		for range 3 {
			h.must(h.do(note("")))
		}
		h.change("DELETE FROM audit WHERE no = 3")
		h.change("UPDATE audit_head SET no = 2, hash = (SELECT hash FROM audit WHERE no = 2)")
		h.must(h.do(note("")))
		got := h.checked(sealed)
		if got.Fault != nil || !slices.Equal(got.Marked, []int64{3}) || got.Entries != 4 {
			t.Errorf("got %+v, want entry 3 to tell of it", got)
		}
		if h.log.count("run parley doctor") != 1 {
			t.Error("nobody was told")
		}
	})
}

// Two processes add to one chain: no number is left out and none is given twice.
func TestG5_TwoNodesKeepOneChain(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	h := open(t, url)
	nodes := []*house{h, node(t, url, 5000)}
	const each = 20
	var wait sync.WaitGroup
	for n, node := range nodes {
		for i := range each {
			wait.Go(func() {
				if _, err := node.writer.Do(ctx, note(fmt.Sprint(n, i))); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wait.Wait()
	if got := h.checked(sealed); got.Fault != nil || got.Entries != 2*each || got.Head.No != 2*each {
		t.Errorf("got %+v", got)
	}
}

// A refused job leaves nothing in the audit log, and what it would have noted is no gap there.
func TestG5_WhatIsRefusedIsNotNoted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		refused := note("")
		do := refused.Do
		refused.Do = func(w *store.Work) error { _ = do(w); return errRefused }
		h.must(h.do(note("")))
		if _, err := h.writer.Do(ctx, refused); core.KindOf(err) != core.Forbidden {
			t.Fatalf("got %v", err)
		}
		h.must(h.do(note("")))
		again := node(t, url, 9000) // as after a restart
		again.must(again.do(note("")))
		if got := h.checked(sealed); got.Fault != nil || got.Entries != 3 {
			t.Errorf("got %+v, want 3 entries", got)
		}
	})
}

func TestG5_WhatIsNotedOnceInAWhile(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		read := func(agent core.AgentID, session string) store.Job {
			return store.Job{Do: func(w *store.Work) error {
				for range 2 { // in one group, too
					w.AuditOnce(core.AuditEntry{
						Hand: core.Hand{Kind: core.ByAgent, Agent: agent}, Action: core.AuditTranscriptRead, Subject: core.AuditedSession, SubjectID: session,
					}, core.At(h.clock.now().Truncate(core.ReadingTime)))
				}
				return nil
			}}
		}
		for _, step := range []struct {
			past    time.Duration
			agent   core.AgentID
			session string
			want    int64
		}{{0, 11, "ses_1", 1}, {0, 11, "ses_1", 1}, {0, 12, "ses_1", 2}, {0, 11, "ses_2", 3}, {59 * time.Minute, 11, "ses_1", 3}, {time.Minute, 11, "ses_1", 4}} {
			h.clock.turn(step.past)
			h.must(h.do(read(step.agent, step.session)))
			if got := h.checked(sealed); got.Entries != step.want || got.Fault != nil {
				t.Errorf("%+v: got %+v", step, got)
			}
		}
	})
}

// A restored installation goes on with the chain: with its key as it was, with another one sealed anew, and saying so.
func TestG5_ARestoreKeepsTheAuditLog(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite to postgres", "postgres to sqlite"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to, other := storetest.SQLite(t), storetest.EmptyPostgres(t), storetest.EmptyPostgres(t)
			if name == "postgres to sqlite" {
				from, to, other = storetest.Postgres(t), storetest.EmptySQLite(t), storetest.EmptySQLite(t)
			}
			h := open(t, from)
			for _, what := range []string{`{"name":{"after":"nül \u0001 <b>"}}`, ``, `{}`} {
				h.must(h.do(note(what)))
			}
			same := storetest.Restored(t, h.store, to, h.clock.now)
			state, err := same.CheckAudit(ctx, sealed)
			if err != nil || state.Fault != nil || state.Entries != 4 || state.Newest.Action != core.AuditRestored || len(state.Marked) != 0 {
				t.Errorf("with the same key: got %+v, %v", state, err)
			}

			seal := core.NewAuditSeal(core.Key{1})
			anew := storetest.Bare(t, other, h.clock.now)
			restored(t, h.store, anew, store.Completion{Check: "other", Resealed: true, Audit: seal, AsOf: core.At(morning)})
			state, err = anew.CheckAudit(ctx, seal)
			want := `{"as_of":{"after":"2026-03-02T09:00:00.000000Z"},"sealed_anew":{"after":3}}`
			if err != nil || state.Fault != nil || state.Entries != 4 || state.Newest.Changes != want || len(state.Marked) != 0 {
				t.Errorf("with another key: got %+v, %v", state, err)
			}
		})
	}
}

// restored fills an empty database with what another one holds.
func restored(t *testing.T, from, to *store.Store, c store.Completion) {
	t.Helper()
	x, err := from.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close() //nolint:errcheck // was only read
	r, err := to.Restore(ctx, x.Schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range x.Tables {
		var rows [][]any
		err := x.Rows(ctx, table, func(row []any) error { rows = append(rows, row); return nil })
		if err == nil {
			err = r.Fill(ctx, table, rows)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Finish(ctx, c); err != nil {
		t.Fatal(err)
	}
}

func TestG5_TheAuditLogIsFilteredAndTurnedPageByPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		for i := range 6 {
			h.must(h.do(store.Job{Do: func(w *store.Work) error {
				w.Audit(core.AuditEntry{
					Hand: core.Hand{Kind: core.ByAgent, Agent: core.AgentID(11 + i%2)}, Action: core.AuditActions[i%3], Subject: core.AuditedAgent,
					SubjectID: fmt.Sprint("agt_", i/3),
				})
				return nil
			}}))
			h.clock.turn(time.Minute)
		}
		since := func(minutes int) core.Time { return core.At(morning.Add(time.Duration(minutes) * time.Minute)) }
		for name, c := range map[string]struct {
			f      store.AuditFilter
			before int64
			limit  int
			want   []int64
		}{
			"all":               {store.AuditFilter{}, 0, 9, []int64{6, 5, 4, 3, 2, 1}},
			"a page":            {store.AuditFilter{}, 0, 2, []int64{6, 5}},
			"the next":          {store.AuditFilter{}, 5, 2, []int64{4, 3}},
			"an agent":          {store.AuditFilter{Actor: 11}, 0, 9, []int64{5, 3, 1}},
			"an action":         {store.AuditFilter{Action: core.AuditActions[1]}, 0, 9, []int64{5, 2}},
			"a subject":         {store.AuditFilter{Subject: "agt_1"}, 0, 9, []int64{6, 5, 4}},
			"from a time":       {store.AuditFilter{From: since(4)}, 0, 9, []int64{6, 5}},
			"before a time":     {store.AuditFilter{To: since(2)}, 0, 9, []int64{2, 1}},
			"all of it at once": {store.AuditFilter{11, core.AuditActions[1], "agt_1", since(1), since(9)}, 6, 9, []int64{5}},
			"nothing":           {store.AuditFilter{Subject: "agt_9"}, 0, 9, nil},
		} {
			found, err := h.store.Audit(ctx, c.f, c.before, c.limit)
			var got []int64
			for _, e := range found {
				got = append(got, e.No)
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, %v, want %v", name, got, err, c.want)
			}
		}
	})
}
