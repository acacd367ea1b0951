package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// Finding is a kept number that is not what a recount gives.
type Finding struct {
	What string // which row: "session 12 (ses_…)", "department Support"
	Name string // which number
	Kept int64
	Real int64
	Mend bool // whether Doctor can put it right
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s is kept as %d, counted %d", f.What, f.Name, f.Kept, f.Real)
}

type sessionCount struct {
	ID       core.SessionID `db:"id"`
	Number   int64          `db:"number"`
	LastSeq  int64          `db:"last_seq"`
	Messages int64          `db:"messages"`
	Customer int64          `db:"customer_messages"`
	ReadSeq  int64          `db:"read_seq"`
	Unread   int64          `db:"unread"`

	Rows         int64 `db:"real_rows"`
	RealSeq      int64 `db:"real_seq"`
	RealMessages int64 `db:"real_messages"`
	RealCustomer int64 `db:"real_customer"`
	RealMark     int64 `db:"real_mark"`
	RealUnread   int64 `db:"real_unread"`
}

type departmentCount struct {
	ID         core.DepartmentID `db:"id"`
	Name       string            `db:"name"`
	Unassigned int64             `db:"unassigned"`
	Real       int64             `db:"real_unassigned"`
}

type agentCount struct {
	ID   core.AgentID `db:"id"`
	Name string       `db:"name"`
	Open int64        `db:"open_sessions"`
	Real int64        `db:"real_open"`
}

type laneCount struct {
	Channel core.ChannelID `db:"channel"`
	Slug    string         `db:"slug"`
	Lane    string         `db:"lane"`
	There   bool           `db:"there"`
	Owed    int64          `db:"owed"`
	LastNo  int64          `db:"last_no"`

	RealOwed int64 `db:"real_owed"`
	RealLast int64 `db:"real_last"`
}

const (
	// The recount of FEATURES C10, from the log and the read marks alone.
	recountSessions = `WITH marks AS (
		SELECT s.id AS session, COALESCE((SELECT max(p.read_seq) FROM participants p
			WHERE p.session = s.id AND (s.assignee = 0 OR p.agent = s.assignee)), 0) AS mark FROM sessions s
	), counted AS (
		SELECT l.session, m.mark, count(*) AS real_rows, max(l.seq) AS real_seq,
			count(*) FILTER (WHERE l.kind = 'message' AND l.audience = 'everyone') AS real_messages,
			count(*) FILTER (WHERE l.kind = 'message' AND l.actor_kind = 'customer') AS real_customer,
			count(*) FILTER (WHERE l.kind = 'message' AND l.actor_kind = 'customer' AND l.seq > m.mark) AS real_unread
		FROM log l JOIN marks m ON m.session = l.session GROUP BY l.session, m.mark
	)
	SELECT s.id, s.number, s.last_seq, s.messages, s.customer_messages, s.read_seq, s.unread,
		c.real_rows, c.real_seq, c.real_messages, c.real_customer, c.mark AS real_mark, c.real_unread
	FROM sessions s JOIN counted c ON c.session = s.id
	WHERE (s.last_seq, s.messages, s.customer_messages, s.read_seq, s.unread, s.last_seq)
		<> (c.real_seq, c.real_messages, c.real_customer, c.mark, c.real_unread, c.real_rows) ORDER BY s.id`
	recountDepartments = `SELECT d.id, d.name, d.unassigned, (SELECT count(*) FROM sessions s
		WHERE s.department = d.id AND s.ended_at = 0 AND s.state = 'waiting') AS real_unassigned FROM departments d ORDER BY d.name`
	recountAgents = `SELECT a.id, a.name, COALESCE(l.open_sessions, 0) AS open_sessions, (SELECT count(*) FROM sessions s
		WHERE s.assignee = a.id AND s.ended_at = 0) AS real_open FROM agents a LEFT JOIN agent_load l ON l.agent = a.id ORDER BY a.name, a.id`
	// Deliveries whose lane is not there would never be sent.
	recountLanes = `WITH counted AS (
		SELECT channel, lane, count(*) AS real_owed, max(no) AS real_last FROM deliveries GROUP BY channel, lane
	), known AS (
		SELECT channel, lane FROM lanes UNION SELECT channel, lane FROM counted
	)
	SELECT k.channel, h.slug, k.lane, l.lane IS NOT NULL AS there, COALESCE(l.owed, 0) AS owed, COALESCE(l.last_no, 0) AS last_no,
		COALESCE(c.real_owed, 0) AS real_owed, COALESCE(c.real_last, l.last_no, 0) AS real_last
	FROM known k JOIN channels h ON h.id = k.channel LEFT JOIN lanes l ON l.channel = k.channel AND l.lane = k.lane
	LEFT JOIN counted c ON c.channel = k.channel AND c.lane = k.lane
	WHERE COALESCE(l.owed, 0) <> COALESCE(c.real_owed, 0) OR l.last_no <> c.real_last OR c.real_owed IS NULL ORDER BY h.slug, k.lane`
	recountLog = `SELECT COALESCE(max(id) - min(id) + 1, 0) AS kept, count(*) AS real FROM log`

	mendSession    = `UPDATE sessions SET last_seq = ?, messages = ?, customer_messages = ?, read_seq = ?, unread = ? WHERE id = ?`
	mendDepartment = `UPDATE departments SET unassigned = ? WHERE id = ?`
	mendAgent      = `INSERT INTO agent_load (` + loadColumns + `) VALUES (?, 0, ?, 0, 0)
		ON CONFLICT (agent) DO UPDATE SET open_sessions = excluded.open_sessions`
	mendLane    = `UPDATE lanes SET owed = ?, last_no = ? WHERE channel = ? AND lane = ?`
	mendMissing = `INSERT INTO lanes (` + laneColumns + `) VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, FALSE, 0)`
)

// Doctor recounts in plain SQL what the deeds keep, and gives what differs; beside a running server too. With fix it writes
// the counted numbers, while all else that writes waits.
func (s *Store) Doctor(ctx context.Context, fix bool) ([]Finding, error) {
	const op = "store.Doctor"
	db := s.read
	if fix {
		db = s.write
	}
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, fail(op, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if lock := s.dialect.loads().lockCounted; fix && lock != "" {
		if _, err := tx.ExecContext(ctx, lock); err != nil {
			return nil, fail(op, err)
		}
	}
	findings, err := recount(ctx, tx, fix)
	if err == nil && fix {
		err = tx.Commit()
	}
	return findings, fail(op, err)
}

func recount(ctx context.Context, tx *sqlx.Tx, fix bool) ([]Finding, error) {
	var findings []Finding
	var sessions []sessionCount
	if err := tx.SelectContext(ctx, &sessions, recountSessions); err != nil {
		return nil, err
	}
	for _, c := range sessions {
		findings = append(findings, c.findings()...)
		if fix {
			if _, err := tx.ExecContext(ctx, tx.Rebind(mendSession), c.RealSeq, c.RealMessages, c.RealCustomer, c.RealMark, c.RealUnread, c.ID); err != nil {
				return nil, err
			}
		}
	}
	var departments []departmentCount
	if err := tx.SelectContext(ctx, &departments, recountDepartments); err != nil {
		return nil, err
	}
	for _, d := range departments {
		if d.Unassigned == d.Real {
			continue
		}
		findings = append(findings, Finding{What: "department " + d.Name, Name: "unassigned", Kept: d.Unassigned, Real: d.Real, Mend: true})
		if fix {
			if _, err := tx.ExecContext(ctx, tx.Rebind(mendDepartment), d.Real, d.ID); err != nil {
				return nil, err
			}
		}
	}
	for _, more := range []func(context.Context, *sqlx.Tx, bool) ([]Finding, error){recountHeld, recountOwed, recountFound} {
		found, err := more(ctx, tx, fix)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	var log struct{ Kept, Real int64 }
	if err := tx.GetContext(ctx, &log, recountLog); err != nil {
		return nil, err
	}
	if log.Kept != log.Real {
		findings = append(findings, Finding{What: "log", Name: "number of rows", Kept: log.Kept, Real: log.Real})
	}
	return findings, nil
}

// recountHeld recounts what agents hold.
func recountHeld(ctx context.Context, tx *sqlx.Tx, fix bool) ([]Finding, error) {
	var findings []Finding
	var agents []agentCount
	if err := tx.SelectContext(ctx, &agents, recountAgents); err != nil {
		return nil, err
	}
	for _, a := range agents {
		if a.Open == a.Real {
			continue
		}
		findings = append(findings, Finding{What: "agent " + a.Name, Name: "open sessions", Kept: a.Open, Real: a.Real, Mend: true})
		if fix {
			if _, err := tx.ExecContext(ctx, tx.Rebind(mendAgent), a.ID, a.Real); err != nil {
				return nil, err
			}
		}
	}
	return findings, nil
}

// recountOwed recounts what lanes owe. One that is empty is taken away, one that is missing is made, and its head tried at once.
func recountOwed(ctx context.Context, tx *sqlx.Tx, fix bool) ([]Finding, error) {
	var findings []Finding
	var lanes []laneCount
	if err := tx.SelectContext(ctx, &lanes, recountLanes); err != nil {
		return nil, err
	}
	for _, c := range lanes {
		what := fmt.Sprintf("lane %s of channel %s", c.Lane, c.Slug)
		if c.Owed != c.RealOwed || c.RealOwed == 0 {
			findings = append(findings, Finding{What: what, Name: "owed", Kept: c.Owed, Real: c.RealOwed, Mend: true})
		}
		if c.There && c.LastNo != c.RealLast {
			findings = append(findings, Finding{What: what, Name: "last_no", Kept: c.LastNo, Real: c.RealLast, Mend: true})
		}
		if !fix {
			continue
		}
		var err error
		switch {
		case c.RealOwed == 0:
			_, err = tx.ExecContext(ctx, tx.Rebind(deleteLane), c.Channel, c.Lane)
		case c.There:
			_, err = tx.ExecContext(ctx, tx.Rebind(mendLane), c.RealOwed, c.RealLast, c.Channel, c.Lane)
		default:
			_, err = tx.ExecContext(ctx, tx.Rebind(mendMissing), c.Channel, c.Lane, c.Lane, c.RealLast, c.RealOwed)
		}
		if err != nil {
			return nil, err
		}
	}
	return findings, nil
}

func (c sessionCount) findings() []Finding {
	what := fmt.Sprintf("session %d (%s)", c.Number, c.ID)
	var fs []Finding
	for _, n := range []struct {
		name       string
		kept, real int64
		mend       bool
	}{
		{"last_seq", c.LastSeq, c.RealSeq, true},
		{"messages", c.Messages, c.RealMessages, true},
		{"customer_messages", c.Customer, c.RealCustomer, true},
		{"read_seq", c.ReadSeq, c.RealMark, true},
		{"unread", c.Unread, c.RealUnread, true},
		{"number of events", c.RealSeq, c.Rows, false},
	} {
		if n.kept != n.real {
			fs = append(fs, Finding{What: what, Name: n.name, Kept: n.kept, Real: n.real, Mend: n.mend})
		}
	}
	return fs
}
