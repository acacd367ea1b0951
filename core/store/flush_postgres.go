package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

const (
	postgresInsertCustomers = `INSERT INTO customers (id, name, created_at)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]))`
	postgresInsertIdentities = `INSERT INTO identities (id, channel, remote, customer)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]), CAST($4 AS BIGINT[]))`
	postgresUpsertLoads = `INSERT INTO agent_load (` + loadColumns + `)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]))
		ON CONFLICT (agent) DO UPDATE SET own_limit = excluded.own_limit, open_sessions = excluded.open_sessions,
		last_ended_at = excluded.last_ended_at, last_assigned_at = excluded.last_assigned_at`
	postgresUpsertParticipants = `INSERT INTO participants (session, agent, joined_at, left_at, read_seq)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]))
		ON CONFLICT (session, agent) DO UPDATE SET joined_at = excluded.joined_at, left_at = excluded.left_at, read_seq = excluded.read_seq`
	postgresUpsertBlocked = `INSERT INTO blocked (` + blockedColumns + `)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS TEXT[]),
			CAST($6 AS BIGINT[]), CAST($7 AS BIGINT[]), CAST($8 AS BIGINT[]), CAST($9 AS BIGINT[]))
		ON CONFLICT (channel, remote) DO UPDATE SET session = excluded.session, agent = excluded.agent, name = excluded.name,
		since = excluded.since, until = excluded.until, dropped = excluded.dropped, noticed_at = excluded.noticed_at`
	// The lock makes log ids dense and in commit order over all nodes; the number is Parley's alone. It is taken when all other rows are
	// written, and ends with the transaction: whoever holds it waits for no row, so it can neither deadlock nor keep others from theirs.
	postgresLockLog   = `SELECT pg_advisory_xact_lock(7020584)`
	postgresInsertLog = `INSERT INTO log (id, at, kind, department, session, seq, actor_kind, actor, name, audience, target, outcome, text, dedupe, body_hash,
			about, data, state, reason, former)
		SELECT id, at, kind, department, NULLIF(session, 0), NULLIF(seq, 0), actor_kind, actor, name, audience, target, outcome, text,
			NULLIF(dedupe, ''), body_hash, about, data, state, reason, former
		FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]), CAST($6 AS BIGINT[]),
			CAST($7 AS TEXT[]), CAST($8 AS BIGINT[]), CAST($9 AS TEXT[]), CAST($10 AS TEXT[]), CAST($11 AS BIGINT[]), CAST($12 AS TEXT[]),
			CAST($13 AS TEXT[]), CAST($14 AS TEXT[]), CAST($15 AS BYTEA[]),
			CAST($16 AS BIGINT[]), CAST($17 AS TEXT[]), CAST($18 AS TEXT[]), CAST($19 AS TEXT[]),
			CAST($20 AS BIGINT[]))
		AS n (id, at, kind, department, session, seq, actor_kind, actor, name, audience, target, outcome, text, dedupe, body_hash, about, data,
			state, reason, former)`
)

const (
	postgresUpdateMessages = `UPDATE log l SET text = n.text, data = n.data, state = n.state, reason = n.reason, edited_at = n.edited_at,
		deleted_at = n.deleted_at
		FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), CAST($4 AS TEXT[]), CAST($5 AS TEXT[]), CAST($6 AS BIGINT[]),
			CAST($7 AS BIGINT[]))
		AS n (id, text, data, state, reason, edited_at, deleted_at) WHERE l.id = n.id`
	postgresInsertParts = `INSERT INTO parts (channel, remote, message, no, room, file, said, thread)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS TEXT[]),
			CAST($6 AS BIGINT[]), CAST($7 AS BOOLEAN[]), CAST($8 AS TEXT[]))
		ON CONFLICT DO NOTHING`
	postgresInsertDeliveries = `INSERT INTO deliveries (channel, lane, no, rank, verb, session, message, merge, owed_at, room, due_at, file)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS TEXT[]),
			CAST($6 AS BIGINT[]), CAST($7 AS BIGINT[]), CAST($8 AS TEXT[]), CAST($9 AS BIGINT[]), CAST($10 AS TEXT[]),
			CAST($11 AS BIGINT[]), CAST($12 AS BIGINT[]))`
	postgresInsertLanes = `INSERT INTO lanes (` + laneColumns + `)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]),
			CAST($6 AS BIGINT[]), CAST($7 AS BIGINT[]), CAST($8 AS BIGINT[]), CAST($9 AS BIGINT[]), CAST($10 AS BIGINT[]),
			CAST($11 AS BOOLEAN[]), CAST($12 AS BIGINT[]))`
	postgresUpdateLanes = `UPDATE lanes l SET last_no = n.last_no, owed = n.owed, rank = n.rank, due_at = n.due_at, attempts = n.attempts,
		step = n.step, since = n.since, sending = n.sending, epoch = n.epoch
		FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]),
			CAST($6 AS BIGINT[]), CAST($7 AS BIGINT[]), CAST($8 AS BIGINT[]), CAST($9 AS BIGINT[]), CAST($10 AS BOOLEAN[]),
			CAST($11 AS BIGINT[]))
		AS n (channel, lane, last_no, owed, rank, due_at, attempts, step, since, sending, epoch)
		WHERE l.channel = n.channel AND l.lane = n.lane`
	postgresInsertFiles = `INSERT INTO files (` + fileColumns + `)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), CAST($4 AS TEXT[]), CAST($5 AS BIGINT[]), CAST($6 AS TEXT[]),
			CAST($7 AS TEXT[]), CAST($8 AS BIGINT[]), CAST($9 AS BIGINT[]), CAST($10 AS TEXT[]), CAST($11 AS TEXT[]), CAST($12 AS BIGINT[]),
			CAST($13 AS BIGINT[]))`
	postgresUpdateFiles = `UPDATE files f SET name = n.name, type = n.type, size = n.size, state = n.state, message = n.message
		FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), CAST($4 AS BIGINT[]), CAST($5 AS TEXT[]), CAST($6 AS BIGINT[]))
		AS n (id, name, type, size, state, message) WHERE f.id = n.id`
	postgresWake = `INSERT INTO timers (kind, id, due_at)
		SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]))
		ON CONFLICT (kind, id) DO UPDATE SET due_at = least(timers.due_at, excluded.due_at)`
	postgresPutDocuments = `INSERT INTO settings (` + documentColumns + `)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]))
		ON CONFLICT (department) DO UPDATE SET own = excluded.own, version = excluded.version, changed_at = excluded.changed_at,
		changed_by = excluded.changed_by`
	postgresDeleteLanes = `DELETE FROM lanes WHERE (channel, lane) IN (SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])))`
)

// flush writes the group inside its transaction: settings, rows, numbers, and the log last.
func (postgresDialect) flush(ctx context.Context, g *group) error {
	if err := g.changeSettings(); err != nil {
		return err
	}
	customers, _ := g.customers.split()
	identities, _ := g.identities.split()
	added, updated := g.sessions.split()
	_, departments := g.departments.split()
	_, participants := g.participants.split()
	_, blocked := g.blocked.split()
	if err := postgresAll(ctx, g.tx, []flight{
		{sessionRows.postgresUpdate, valuesOf(updated, sessionRows.changes)},
		{departmentRows.postgresUpdate, valuesOf(departments, departmentRows.changes)},
		{postgresUpsertLoads, g.carriedRows()},
		{postgresInsertCustomers, valuesOf(customers, customerValues)},
		{postgresInsertIdentities, valuesOf(identities, identityValues)},
	}); err != nil {
		return err
	}
	if err := g.number(added); err != nil {
		return err
	}
	if err := postgresAll(ctx, g.tx, []flight{
		{sessionRows.postgresInsert, valuesOf(added, sessionRows.values)},
		{postgresUpsertParticipants, valuesOf(participants, participantValues)},
		{postgresUpsertBlocked, valuesOf(blocked, blockedValues)},
	}); err != nil {
		return err
	}
	_, messages := g.messages.split()
	lanesAdded, lanesChanged, lanesEmptied := g.laneRows()
	if err := postgresAll(ctx, g.tx, []flight{
		{postgresUpdateMessages, valuesOf(messages, messageChanges)},
		{postgresInsertLanes, lanesAdded},
		{postgresUpdateLanes, lanesChanged},
		{postgresDeleteLanes, lanesEmptied},
		{postgresWake, g.wakeRows()},
		{postgresPutDocuments, g.documentRows()},
	}); err != nil {
		return err
	}
	if err := g.chain(); err != nil {
		return err
	}
	if len(g.events) > 0 {
		if _, err := g.tx.ExecContext(ctx, postgresLockLog); err != nil {
			return err
		}
		if err := g.giveIDs(); err != nil { // after the lock, in a statement of its own, so that it sees all that others committed
			return err
		}
	}
	filesAdded, filesChanged := g.fileRows()
	return postgresAll(ctx, g.tx, []flight{
		{postgresInsertLog, g.eventRows()},
		{postgresInsertFiles, filesAdded},
		{postgresUpdateFiles, filesChanged},
		{postgresInsertParts, g.partRows()},
		{postgresInsertDeliveries, g.owedRows()},
	})
}

// flight is a statement with the rows that it takes as one array a column.
type flight struct {
	query string
	rows  [][]any
}

func postgresAll(ctx context.Context, tx *sqlx.Tx, flights []flight) error {
	for _, f := range flights {
		if len(f.rows) == 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, f.query, columnsOf(f.rows)...); err != nil {
			return err
		}
	}
	return nil
}

// columnsOf turns rows of plain values into one typed slice a column.
func columnsOf(rows [][]any) []any {
	columns := make([]any, len(rows[0]))
	for c, first := range rows[0] {
		switch first.(type) {
		case int64:
			columns[c] = column[int64](rows, c)
		case string:
			columns[c] = column[string](rows, c)
		case bool:
			columns[c] = column[bool](rows, c)
		case []byte:
			columns[c] = column[[]byte](rows, c)
		default:
			panic(fmt.Sprintf("no array for %T", first))
		}
	}
	return columns
}

func column[V any](rows [][]any, c int) []V {
	values := make([]V, len(rows))
	for i, r := range rows {
		values[i] = r[c].(V)
	}
	return values
}
