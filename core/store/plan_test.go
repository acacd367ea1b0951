package store_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// sorts may sort what they have found: the few participants of a session or of a page of them, what one conversation missed, the
// departments of one agent, what waits for one message, who was in a few sessions, the first of each rank, the few threads of a session, what one agent holds,
// a row for each binding or hook.
var sorts = map[string]bool{
	"present": true, "presence": true, "conversation after": true, "counters": true, "parked for a message": true, "due": true, "parts of messages": true,
	"threads of sessions": true, "the thread of a session": true, "where a message was said": true, "cards of an agent": true, "links of an agent": true, "open sessions by state": true,
	"who took part": true, "what bindings are to have": true, "what hooks are to be told": true, "who follows the log": true,
}

// No reader goes through all sessions or all of the log, and lists come from an index in their order.
func TestPlans(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.fill(4000, 5)
		h.types(contact)
		h.crowd(4000)
		sqlite := strings.HasPrefix(url, "sqlite:")
		// PostgreSQL sorts a handful rather than walk an index, if it may.
		unsorted := []string{"SET enable_sort = off", "SET enable_incremental_sort = off", "SET enable_bitmapscan = off", "SET enable_seqscan = off"}
		for _, c := range []struct {
			name    string
			prepare []string
			explain string
			scan    *regexp.Regexp
			sort    string
		}{
			{"without statistics", nil, "EXPLAIN QUERY PLAN ", regexp.MustCompile(`SCAN (s|l|p|d|v|o|k|rc|sessions|log|participants|lanes|deliveries|parts|parked|threads|links|i|identities|b|blocked|t|w|search_stretches|search_words|audit|records|account_values|hook_calls)\b`), "TEMP B-TREE"},
			{"with statistics", []string{"ANALYZE"}, "EXPLAIN ", regexp.MustCompile(`Seq Scan on (sessions|log|participants|lanes|deliveries|parts|parked|threads|links|search_stretches|search_words|audit|records|account_values|hook_calls)\b`), ""},
			{"in order", unsorted, "EXPLAIN ", regexp.MustCompile(`Seq Scan on (sessions|log|participants|lanes|deliveries|parts|parked|threads|links|search_stretches|search_words|audit|records|account_values|hook_calls)\b`), "Sort"},
		} {
			if sqlite != strings.Contains(c.explain, "QUERY PLAN") {
				continue
			}
			conn, err := h.store.Reading().Connx(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, statement := range c.prepare {
				if _, err := conn.ExecContext(ctx, statement); err != nil {
					t.Fatal(err)
				}
			}
			for _, s := range store.Statements([]core.DepartmentID{1, 2, 101}, 11, h.desk, "visitor 5", 3905) {
				plan := explain(t, conn, c.explain+s.Query, s.Args)
				if found := c.scan.FindString(plan); found != "" {
					t.Errorf("%s, %s: %s in\n%s", s.Name, c.name, found, plan)
				}
				if c.sort != "" && strings.Contains(plan, c.sort) && !sorts[s.Name] {
					t.Errorf("%s, %s: sorted in\n%s", s.Name, c.name, plan)
				}
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func explain(t *testing.T, c *sqlx.Conn, query string, args []any) string {
	t.Helper()
	query, args, err := sqlx.In(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.QueryxContext(ctx, c.Rebind(query), args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		values, err := rows.SliceScan()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, values[len(values)-1])
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

// fill adds sessions with events, most of them ended, as years of work leave them: over ten departments and five agents.
func (h *house) fill(sessions, events int) {
	h.t.Helper()
	numbers := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", sessions)
	for d := range 8 {
		h.change("INSERT INTO departments (id, slug, name, zone, unassigned, created_at) VALUES (?, ?, ?, 'UTC', 0, 0)", 101+d, fmt.Sprint("d", d), fmt.Sprint("D", d))
	}
	h.change("INSERT INTO customers (id, name, created_at) " + numbers + "SELECT i, 'a customer', 0 FROM n WHERE i <= 500")
	h.change("INSERT INTO identities (id, channel, remote, customer) " + numbers + "SELECT i, 3, 'visitor ' || i, i FROM n WHERE i <= 500")
	h.change(`INSERT INTO sessions (id, number, department, channel, conversation, identity, state, outcome, assignee, assigned_by, version, last_seq,
		messages, customer_messages, read_seq, unread, customer_read_seq, started_at, ended_at, last_at, waiting_since, last_customer_at, last_agent_at,
		first_reply_at, connected, preview) ` + numbers + `SELECT i, i, CASE WHEN i % 10 < 2 THEN 1 + i % 10 ELSE 99 + i % 10 END, 3,
		'visitor ' || (1 + i % 500), 1 + i % 500, CASE WHEN ended > 0 THEN 'ended' WHEN i % 3 = 0 THEN 'waiting' ELSE 'active' END, '',
		CASE WHEN ended = 0 AND i % 3 = 0 THEN 0 ELSE 11 + i % 5 END, 0, 1, 0, 0, 0, 0, 0, 0, i, ended, i, i, i, i, i, TRUE, 'hello'
		FROM (SELECT i, CASE WHEN i <= (SELECT max(i) FROM n) - 400 THEN i + 1 ELSE 0 END AS ended FROM n) AS m`)
	h.change("INSERT INTO participants (session, agent, joined_at, left_at, read_seq) SELECT id, assignee, 1, 0, 0 FROM sessions WHERE assignee <> 0")
	h.change(strings.Replace(numbers, fmt.Sprint(sessions), fmt.Sprint(events), 1)+`INSERT INTO log (id, at, kind, department, session, seq, actor_kind, actor, name,
		audience, target, outcome, text, dedupe, body_hash) SELECT ? * s.id + n.i + 1000, s.id, 'message', s.department, s.id, n.i, 'customer', s.identity, '',
		'everyone', 0, '', 'hello', 'c3:' || (? * s.id + n.i), NULL FROM sessions s, n`, events, events)
	h.change("INSERT INTO lanes (channel, lane, bucket, last_no, owed, rank, due_at, attempts, step, since, sending, epoch) " + numbers +
		"SELECT 3, 'visitor ' || i, 'visitor ' || i, 5, 5, i % 3, i, 0, 0, 0, i % 500 = 0, 1 FROM n")
	h.change("INSERT INTO deliveries (channel, lane, no, rank, verb, session, message, merge, owed_at) " + numbers +
		"SELECT 3, 'visitor ' || i, m.no, 0, 'send', i, 1000 + i, '', 0 FROM n, (SELECT 1 AS no UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) m")
	h.change("INSERT INTO parts (channel, remote, message, no) " + numbers + "SELECT 3, 'name ' || i, 1000 + i, 0 FROM n")
	h.change("INSERT INTO threads (channel, room, thread, session, made_at, lost) " + numbers + "SELECT 3, 'room', 'thread ' || i, i, i, FALSE FROM n")
	h.change("INSERT INTO links (channel, remote, agent, created_at) " + numbers + "SELECT 3, 'team/user ' || i, 11 + i % 5, i FROM n")
	h.change("INSERT INTO search_stretches (number, session, part, name, marks) SELECT id, id, 0, 'a customer', '' FROM sessions")
	h.change("INSERT INTO search_words (block, word, stretches) "+numbers+"SELECT i / 100, 'w' || i, ? FROM n", []byte{1, 0})
	h.change("INSERT INTO parked (id, channel, dedupe, target, document, reason, at) " + numbers +
		"SELECT i, 3, 'd' || i, CASE WHEN i % 2 = 0 THEN 'other ' || i ELSE '' END, '{}', '', i FROM n")
	h.change("INSERT INTO hooks (id, name, url, events, departments, enabled_at, reason, sealed, former, former_until, created_at, due_at, failures) " +
		numbers + "SELECT i, 'hook ' || i, '', '', '', 1, '', '', '', 0, 0, 0, 0 FROM n WHERE i <= 5")
	h.change("INSERT INTO hook_calls (no, hook, id, event, about, session, body, state, owed_at, since, due_at, attempts, tried_at, took, status, answer, reason) " +
		numbers + "SELECT i, 1 + i % 5, 'call ' || i, '', i, i, '', CASE i % 20 WHEN 0 THEN 'owed' WHEN 1 THEN 'parked' ELSE 'delivered' END, i, i, 0, 0, 0, 0, 0, '', '' FROM n")
	h.change("INSERT INTO audit (no, at, actor_kind, actor, api_key, action, subject, subject_id, changes, hash) " + numbers +
		"SELECT 100 + i, i, 'agent', 11 + i % 50, 0, 'a' || (i % 20), 'session', 'ses_' || i, '', '' FROM n")
}
