package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

var (
	ctx        = context.Background()
	errRefused = &core.Error{Op: "test", Kind: core.Forbidden}
)

// morning is when the tests' clocks begin.
var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// clock stands still until it is turned.
type clock struct{ past atomic.Int64 }

func (c *clock) now() time.Time       { return morning.Add(time.Duration(c.past.Load())) }
func (c *clock) turn(d time.Duration) { c.past.Add(int64(d)) }

// house is a store with its writer, two departments with a channel each, and the people of the tests: Anna and Boris are
// operators of Support, Sofia its supervisor, Oleg both; Eve is an operator of Sales. Ids count from 1 and the clock
// stands still, so that two houses in which the same happens have the same rows.
type house struct {
	t                             *testing.T
	clock                         clock
	store                         *store.Store
	writer                        *store.Writer
	last                          atomic.Int64 // newest id
	support, sales                core.DepartmentID
	desk, shop                    core.ChannelID // of Support, of Sales
	anna, boris, sofia, oleg, eve core.Actor
	log                           logged

	mu        sync.Mutex
	published []core.Committed
}

// logged keeps the log's warnings and errors.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(b))
	return len(b), nil
}

func (l *logged) count(message string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if strings.Contains(line, message) {
			n++
		}
	}
	return n
}

// enter opens a house's database without a writer and without people.
func enter(t *testing.T, url string) *house {
	t.Helper()
	h := &house{t: t, support: 1, sales: 2, desk: 3, shop: 4}
	h.last.Store(100)
	s, err := store.Open(store.Options{URL: url, Clock: h.clock.now, Log: slog.New(slog.NewTextHandler(&h.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	h.store = s
	h.anna = person(11, "Anna Berg", core.Roles{h.support: core.Operator})
	h.boris = person(12, "Boris Lind", core.Roles{h.support: core.Operator})
	h.sofia = person(13, "Sofia Marin", core.Roles{h.support: core.Supervisor})
	h.oleg = person(14, "Oleg Novak", core.Roles{h.support: core.Operator | core.Supervisor})
	h.eve = person(15, "Eve Stone", core.Roles{h.sales: core.Operator})
	return h
}

// node is a house's second writer, as another process on the same database has it.
func node(t *testing.T, url string, firstID int64) *house {
	t.Helper()
	h := enter(t, url)
	h.last.Store(firstID)
	h.writer = storetest.Write(t, h.store, h.publish)
	return h
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// hurry gives the house another writer, which answers within a time.
func (h *house) hurry(timeout time.Duration) {
	h.t.Helper()
	h.writer = storetest.Write(h.t, h.store, h.publish, store.WithTimeout(timeout))
}

func open(t *testing.T, url string) *house {
	t.Helper()
	h := node(t, url, 100)
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		w.AddDepartment(core.Department{ID: h.support, Slug: "support", Name: "Support", Zone: "Europe/Berlin", CreatedAt: w.Now()})
		w.AddDepartment(core.Department{ID: h.sales, Slug: "sales", Name: "Sales", Zone: "Europe/Berlin", CreatedAt: w.Now()})
		w.AddChannel(core.Channel{ID: h.desk, Slug: "desk", Kind: "widget", Department: h.support, Settings: []byte(`{}`), CreatedAt: w.Now()})
		w.AddChannel(core.Channel{ID: h.shop, Slug: "shop", Kind: "widget", Department: h.sales, Settings: []byte(`{}`), CreatedAt: w.Now()})
		for _, a := range []core.Actor{h.anna, h.boris, h.sofia, h.oleg, h.eve} {
			w.PutAgent(a)
		}
		return nil
	}}))
	return h
}

// sibling gives another new database of the same kind.
func sibling(t *testing.T, url string) string {
	t.Helper()
	if strings.HasPrefix(url, "sqlite:") {
		return storetest.SQLite(t)
	}
	return storetest.Postgres(t)
}

func person(id core.AgentID, name string, roles core.Roles) core.Actor {
	return core.Actor{Roles: roles, Agent: core.Agent{
		ID: id, Email: core.FoldEmail(core.PublicName(name) + "@example.test"), Name: name, PublicName: core.PublicName(name),
		PasswordHash: "none", CreatedAt: core.At(morning), Availability: core.AgentAvailable, Permissions: core.AtFirst,
	}}
}

func (h *house) publish(c core.Committed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.published = append(h.published, c)
}

// told gives all published events, in the order of publishing.
func (h *house) told() []core.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	var events []core.Event
	for _, c := range h.published {
		events = append(events, c.Events...)
	}
	return events
}

func (h *house) id() int64 { return h.last.Add(1) }

func (h *house) do(j store.Job) (store.Commit, error) { return h.writer.Do(ctx, j) }

func (h *house) must(c store.Commit, err error) store.Commit {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// result is what came of a job.
type result struct {
	commit store.Commit
	err    error
}

// group commits the jobs as one group, in this order, and gives their answers.
func (h *house) group(jobs ...store.Job) []result {
	h.t.Helper()
	results := make([]result, len(jobs))
	var wait sync.WaitGroup
	release := h.hold()
	before := h.writer.Waiting()
	for i, j := range jobs {
		wait.Go(func() { results[i].commit, results[i].err = h.do(j) })
		h.until(func() bool { return h.writer.Waiting() == before+i+1 })
	}
	release()
	wait.Wait()
	return results
}

// hold keeps the writer busy with a job until release is called.
func (h *house) hold() (release func()) {
	h.t.Helper()
	running, gate, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := h.do(store.Job{Do: func(*store.Work) error { close(running); <-gate; return nil }})
		done <- err
	}()
	<-running
	return func() {
		h.t.Helper()
		close(gate)
		if err := <-done; err != nil {
			h.t.Fatal(err)
		}
	}
}

// until waits for something that is about to happen.
func (h *house) until(happened func() bool) {
	h.t.Helper()
	for end := time.Now().Add(patience); !happened(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			h.t.Fatal("it did not happen")
		}
	}
}

// tables in which anything may be kept.
var tables = []string{
	"installation", "departments", "agents", "roles", "logins", "keys", "channels", "customers", "identities", "sessions", "participants", "log",
	"lanes", "deliveries", "parts", "parked", "leases", "health",
	"surfaces", "threads", "links", "link_codes", "blocked", "presence", "nodes", "agent_load", "agent_groups", "group_members",
	"record_types", "records", "record_edits", "accounts", "account_searches", "account_values", "bindings", "record_rules", "rule_cursor",
}

// dump writes down every row.
func (h *house) dump() string {
	h.t.Helper()
	var b strings.Builder
	for _, table := range tables {
		if err := h.dumpTable(&b, table); err != nil {
			h.t.Fatal(err)
		}
	}
	return b.String()
}

func (h *house) dumpTable(b *strings.Builder, table string) error {
	rows, err := h.store.Reading().Queryx("SELECT * FROM " + table + " ORDER BY 1, 2")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.SliceScan()
		if err != nil {
			return err
		}
		fmt.Fprintln(b, table, values)
	}
	return rows.Err()
}

// healthy recounts everything that the deeds keep, and looks whether the log is.
func (h *house) healthy() {
	h.t.Helper()
	findings, err := h.store.Doctor(ctx, false)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range findings {
		h.t.Errorf("recount: %s", f)
	}
	h.healthyLog()
}

// healthyLog looks whether log ids and seqs are dense.
func (h *house) healthyLog() {
	h.t.Helper()
	events, err := h.store.LogAfter(ctx, 0, 1_000_000)
	if err != nil {
		h.t.Fatal(err)
	}
	seqs := map[core.SessionID]int64{}
	for i, e := range events {
		if e.ID != core.EventID(i+1) {
			h.t.Fatalf("row %d of the log has id %d", i+1, int64(e.ID))
		}
		if e.Session == 0 {
			continue
		}
		if seqs[e.Session]++; e.Seq != seqs[e.Session] {
			h.t.Fatalf("session %s: got seq %d, want %d", e.Session, e.Seq, seqs[e.Session])
		}
	}
}

func (h *house) session(id core.SessionID) core.Session {
	h.t.Helper()
	s, err := h.store.Session(ctx, core.Scope{Departments: []core.DepartmentID{h.support, h.sales}}, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return s.Session
}

// count counts what a query finds.
func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	if err := h.store.Reading().Get(&n, h.store.Reading().Rebind("SELECT count(*) FROM "+query), args...); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// change does to the database what no deed does.
func (h *house) change(statement string, args ...any) {
	h.t.Helper()
	if _, err := h.store.Writing().Exec(h.store.Writing().Rebind(statement), args...); err != nil {
		h.t.Fatal(err)
	}
}
