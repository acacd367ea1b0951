package store

import (
	"context"

	"github.com/jmoiron/sqlx"
)

const (
	sqliteInsertCustomer    = `INSERT INTO customers (id, name, created_at) VALUES (?, ?, ?)`
	sqliteInsertIdentity    = `INSERT INTO identities (id, channel, remote, customer) VALUES (?, ?, ?, ?)`
	sqliteUpsertParticipant = `INSERT INTO participants (session, agent, joined_at, left_at, read_seq) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (session, agent) DO UPDATE SET joined_at = excluded.joined_at, left_at = excluded.left_at, read_seq = excluded.read_seq`
	sqliteUpsertLoad = `INSERT INTO agent_load (` + loadColumns + `) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (agent) DO UPDATE SET own_limit = excluded.own_limit, open_sessions = excluded.open_sessions,
		last_ended_at = excluded.last_ended_at, last_assigned_at = excluded.last_assigned_at`
	sqliteUpsertBlocked = `INSERT INTO blocked (` + blockedColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (channel, remote) DO UPDATE SET session = excluded.session, agent = excluded.agent, name = excluded.name,
		since = excluded.since, until = excluded.until, dropped = excluded.dropped, noticed_at = excluded.noticed_at`
	sqliteInsertEvent = `INSERT INTO log (id, at, kind, department, session, seq, actor_kind, actor, name, audience, target, outcome, text, dedupe,
		body_hash, about, data, state, reason, former)
		VALUES (?, ?, ?, ?, NULLIF(?, 0), NULLIF(?, 0), ?, ?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, ?, ?)`
	sqliteUpdateMessage  = `UPDATE log SET text = ?2, data = ?3, state = ?4, reason = ?5, edited_at = ?6, deleted_at = ?7 WHERE id = ?1`
	sqliteInsertPart     = `INSERT INTO parts (channel, remote, message, no, room, file, said, thread) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	sqliteInsertDelivery = `INSERT INTO deliveries (channel, lane, no, rank, verb, session, message, merge, owed_at, room, due_at, file)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqliteInsertLane = `INSERT INTO lanes (` + laneColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqliteUpdateLane = `UPDATE lanes SET last_no = ?3, owed = ?4, rank = ?5, due_at = ?6, attempts = ?7, step = ?8, since = ?9, sending = ?10,
		epoch = ?11 WHERE channel = ?1 AND lane = ?2`
	sqliteInsertFile = `INSERT INTO files (` + fileColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqliteUpdateFile = `UPDATE files SET name = ?2, type = ?3, size = ?4, state = ?5, message = ?6 WHERE id = ?1`
	sqliteWake       = `INSERT INTO timers (kind, id, due_at) VALUES (?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET due_at = min(due_at, excluded.due_at)`
	sqlitePutDocument = `INSERT INTO settings (` + documentColumns + `) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (department) DO UPDATE SET own = excluded.own, version = excluded.version, changed_at = excluded.changed_at,
		changed_by = excluded.changed_by`
	deleteLane = `DELETE FROM lanes WHERE channel = ? AND lane = ?`
)

// flush writes the group inside its transaction, which has held the database's one write lock since it began.
func (sqliteDialect) flush(ctx context.Context, g *group) error {
	if err := g.changeSettings(); err != nil {
		return err
	}
	customers, _ := g.customers.split()
	identities, _ := g.identities.split()
	added, updated := g.sessions.split()
	_, departments := g.departments.split()
	_, participants := g.participants.split()
	_, messages := g.messages.split()
	_, blocked := g.blocked.split()
	lanesAdded, lanesChanged, lanesEmptied := g.laneRows()
	if err := g.number(added); err != nil {
		return err
	}
	if len(g.events) > 0 {
		if err := g.giveIDs(); err != nil {
			return err
		}
	}
	if err := g.chain(); err != nil {
		return err
	}
	filesAdded, filesChanged := g.fileRows()
	for _, s := range []struct {
		query string
		rows  [][]any
	}{
		{sessionRows.sqliteUpdate, valuesOf(updated, sessionRows.changes)}, // before the added ones: a conversation has one open session
		{sqliteInsertCustomer, valuesOf(customers, customerValues)},
		{sqliteInsertIdentity, valuesOf(identities, identityValues)},
		{sessionRows.sqliteInsert, valuesOf(added, sessionRows.values)},
		{departmentRows.sqliteUpdate, valuesOf(departments, departmentRows.changes)},
		{sqliteUpsertLoad, g.carriedRows()},
		{sqliteUpsertParticipant, valuesOf(participants, participantValues)},
		{sqliteUpsertBlocked, valuesOf(blocked, blockedValues)},
		{sqliteInsertEvent, g.eventRows()},
		{sqliteUpdateMessage, valuesOf(messages, messageChanges)},
		{sqliteInsertPart, g.partRows()},
		{sqliteInsertFile, filesAdded},
		{sqliteUpdateFile, filesChanged},
		{sqliteInsertDelivery, g.owedRows()},
		{sqliteInsertLane, lanesAdded},
		{sqliteUpdateLane, lanesChanged},
		{deleteLane, lanesEmptied},
		{sqliteWake, g.wakeRows()},
		{sqlitePutDocument, g.documentRows()},
	} {
		if err := sqliteEach(ctx, g.tx, s.query, s.rows); err != nil {
			return err
		}
	}
	return nil
}

// sqliteEach runs one prepared statement for each row: there is no way to the server that a merged one would save.
func sqliteEach(ctx context.Context, tx *sqlx.Tx, query string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	stmt, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer stmt.Close() //nolint:errcheck // ends with the transaction anyway
	for _, r := range rows {
		if _, err := stmt.ExecContext(ctx, r...); err != nil {
			return err
		}
	}
	return nil
}
