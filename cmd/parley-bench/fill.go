package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// The rows of many sessions, as the program itself would have left them: a customer each, who says something and is
// answered; all have ended but the last, of which some are held by the agent, and the newest wait. Their ids are numbers from 1,
// which no maker of ids gives any more. The one parameter, by its place, is how many there are: n is a session's number.
const (
	fillNumbers   = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1) `
	fillCustomers = `INSERT INTO customers (id, name, created_at) ` + fillNumbers + `SELECT n, 'Visitor N' || n, 1767225600000000 + n FROM numbers`

	fillIdentities = `INSERT INTO identities (id, channel, remote, customer) ` + fillNumbers +
		`SELECT n, (SELECT MIN(id) FROM channels), 'visitor-' || n, n FROM numbers`

	fillSessions = `INSERT INTO sessions (id, number, department, channel, conversation, identity, state, outcome, assignee, assigned_by, version,
		last_seq, messages, customer_messages, read_seq, unread, customer_read_seq, started_at, ended_at, last_at, waiting_since,
		last_customer_at, last_agent_at, first_reply_at, connected, preview, tags) ` + fillNumbers + `
		SELECT n, n, d.id, c.id, 'visitor-' || n, n, m.state,
			CASE WHEN m.state = 'ended' THEN 'completed_by_operator' ELSE '' END, CASE WHEN m.state = 'waiting' THEN 0 ELSE a.id END,
			CASE WHEN m.state = 'waiting' THEN 0 ELSE a.id END, CASE m.state WHEN 'waiting' THEN 1 WHEN 'active' THEN 2 ELSE 3 END,
			CASE m.state WHEN 'waiting' THEN 2 WHEN 'active' THEN 4 ELSE 5 END, CASE WHEN m.state = 'waiting' THEN 1 ELSE 2 END, 1,
			CASE WHEN m.state = 'waiting' THEN 0 ELSE 4 END, CASE WHEN m.state = 'waiting' THEN 1 ELSE 0 END, 0,
			1767225600000000 + n, CASE WHEN m.state = 'ended' THEN 1767225700000000 + n ELSE 0 END, 1767225600000000 + n,
			CASE WHEN m.state = 'waiting' THEN 1767225600000000 + n ELSE 0 END, 1767225600000000 + n,
			CASE WHEN m.state = 'waiting' THEN 0 ELSE 1767225650000000 + n END, CASE WHEN m.state = 'waiting' THEN 0 ELSE 1767225650000000 + n END,
			m.state <> 'waiting', 'Is the blue lamp in stock?', CASE WHEN n % 20 = 0 THEN 'vip' ELSE '' END
		FROM (SELECT n, CASE WHEN n > $1 - 1000 THEN 'waiting' WHEN n > $1 - 1050 THEN 'active' ELSE 'ended' END AS state FROM numbers) m
		CROSS JOIN departments d CROSS JOIN channels c CROSS JOIN agents a`

	fillParticipants = `INSERT INTO participants (session, agent, joined_at, left_at, read_seq)
		SELECT s.id, s.assignee, s.last_agent_at, 0, 4 FROM sessions s WHERE s.assignee <> 0`

	fillLog = `INSERT INTO log (id, at, kind, department, session, seq, actor_kind, actor, name, audience, target, outcome, text, dedupe, body_hash)
		SELECT (SELECT MAX(id) FROM log) + ROW_NUMBER() OVER (ORDER BY s.id, m.seq), s.started_at + m.seq, m.kind, s.department, s.id, m.seq,
			CASE WHEN m.seq > 2 THEN 'agent' ELSE 'customer' END, CASE WHEN m.seq > 2 THEN s.assignee ELSE s.identity END,
			CASE WHEN m.seq > 2 THEN 'Agent' ELSE '' END, 'everyone', 0, CASE WHEN m.kind = 'ended' THEN s.outcome ELSE '' END,
			CASE WHEN m.seq = 2 THEN m.text || ' Order X' || s.id ELSE m.text END,
			CASE WHEN m.kind = 'message' THEN 'fill:' || s.id || '-' || m.seq END, NULL
		FROM sessions s JOIN (
			SELECT 1 AS seq, 'started' AS kind, '' AS text UNION ALL
			SELECT 2, 'message', 'Is the blue lamp in stock?' UNION ALL
			SELECT 3, 'taken', '' UNION ALL
			SELECT 4, 'message', 'It is. Shall I put one aside for you?' UNION ALL
			SELECT 5, 'ended', '') m ON m.seq <= s.last_seq`

	fillLoad         = `UPDATE agent_load SET open_sessions = (SELECT COUNT(*) FROM sessions WHERE state = 'active')`
	fillDepartments  = `UPDATE departments SET unassigned = (SELECT COUNT(*) FROM sessions WHERE state = 'waiting')`
	fillInstallation = `UPDATE installation SET number = (SELECT COUNT(*) FROM sessions)`
)

// A session of many messages: the customer of the first one goes on. The parameter is how many.
const (
	fillTalk = `INSERT INTO log (id, at, kind, department, session, seq, actor_kind, actor, name, audience, target, outcome, text, dedupe, body_hash) ` + fillNumbers + `
		SELECT (SELECT MAX(id) FROM log) + m.n, s.last_at + m.n, 'message', s.department, s.id, s.last_seq + m.n, 'customer', s.identity, '', 'everyone', 0, '',
			'And what of lamp ' || m.n || '?', 'talk:' || m.n, NULL FROM sessions s CROSS JOIN numbers m WHERE s.id = 1`
	fillTalked = `UPDATE sessions SET last_seq = last_seq + $1, messages = messages + $1, customer_messages = customer_messages + $1, unread = unread + $1 WHERE id = 1`
)

// filling is one statement with how many rows it is about; zero: it does not say.
type filling struct {
	statement string
	rows      int
}

// fill adds so many sessions, more than two thousand in all, to a database that was furnished with one agent.
func fill(ctx context.Context, db database, sessions int) error {
	return db.fill(ctx, []filling{
		{fillCustomers, sessions}, {fillIdentities, sessions}, {fillSessions, sessions}, {fillParticipants, 0}, {fillLog, 0}, {fillLoad, 0},
		{fillDepartments, 0}, {fillInstallation, 0},
	})
}

// talk lets the first session have so many messages more.
func talk(ctx context.Context, db database, messages int) error {
	return db.fill(ctx, []filling{{fillTalk, messages}, {fillTalked, messages}})
}

func (db database) fill(ctx context.Context, all []filling) error {
	driver, address := "pgx", db.url
	if db.kind == "sqlite" {
		driver, address = "sqlite", "file:"+strings.TrimPrefix(db.url, "sqlite:")
	}
	c, err := sql.Open(driver, address)
	if err != nil {
		return err
	}
	defer c.Close()
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, f := range all {
		var args []any
		if f.rows > 0 {
			args = append(args, f.rows)
		}
		if _, err := tx.ExecContext(ctx, f.statement, args...); err != nil {
			return fmt.Errorf("%.30s: %w", f.statement, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "ANALYZE")
	return err
}
