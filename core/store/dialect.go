package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"parley/core"
	"parley/migrations"
)

// dialect is what the two databases say differently.
type dialect interface {
	open() (read, write *sqlx.DB, err error)
	migrations(*sql.DB) (*goose.Provider, error)

	time() string // the query for the database's own time, in microseconds
	loads() loads
	ids([]int64) any      // the argument of a statement in loads that takes many ids
	texts([]string) any   // … many texts
	places([]place) []any // … many places on channels
	presence(node string, all []core.Presence, until core.Time) (query string, args []any)
	flush(context.Context, *group) error // writes what the group changed, log rows last
	putSearch(ctx context.Context, tx *sqlx.Tx, stretches, put, dropped [][]any) error
	checkpoint(context.Context, *sqlx.DB) error

	snapshot() *sql.TxOptions // of a transaction that sees one moment only
	columns() string          // the query for every table's columns, in order
	references() string       // … for which table refers to which
}

// loads are the statements that bring a group's rows, locked where the database knows row locks. Each takes many keys in
// the form that ids, texts and places give.
type loads struct {
	repeats, talking, departmentsOf, departments, sessions, participants, agents, carried, routes, identities, blocked, lanes, lease, file, agent, documents, everybody, hooks, auditHead string

	lockCounted string // keeps everybody else from writing what the doctor counts; "": a transaction does
}

func dialectOf(address string) (dialect, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "sqlite":
		if rest != "" && !strings.HasPrefix(rest, "//") {
			return sqliteDialect{path: rest}, nil
		}
	case "postgres", "postgresql":
		if _, err := pgx.ParseConfig(address); err == nil {
			return postgresDialect{url: address}, nil
		}
	}
	return nil, &core.Error{Op: "store.Open", Kind: core.Invalid, Field: "database_url",
		Reason: "must be sqlite:FILE or postgres://USER@HOST/NAME"}
}

func init() { sqlx.BindDriver("sqlite", sqlx.QUESTION) }

type sqliteDialect struct{ path string }

// The pragmas of every connection: full durability, one writer beside readers, a log that is copied back rarely.
const sqlitePragmas = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(3000)&_pragma=foreign_keys(1)&" +
	"_pragma=wal_autocheckpoint(16000)&_pragma=cache_size(-16000)&_pragma=temp_store(2)"

func (d sqliteDialect) open() (read, write *sqlx.DB, err error) {
	file := "file:" + (&url.URL{Path: d.path}).EscapedPath() + "?" + sqlitePragmas
	writer, err := newKeeping(file + "&_txlock=immediate")
	if err != nil {
		return nil, nil, err
	}
	reader, err := newKeeping(file + "&_pragma=query_only(1)")
	if err != nil {
		return nil, nil, err
	}
	read, write = sqlx.NewDb(sql.OpenDB(reader), "sqlite"), sqlx.NewDb(sql.OpenDB(writer), "sqlite")
	write.SetMaxOpenConns(1)
	readers := max(4, runtime.NumCPU())
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return read, write, nil
}

func (sqliteDialect) migrations(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations.Files, "sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
}

func (sqliteDialect) loads() loads {
	const in = " IN (SELECT value FROM json_each(?)) "
	return loads{
		repeats: selectRepeat + "WHERE l.dedupe" + in,
		talking: `SELECT s.id, s.channel, s.conversation FROM json_each(?) k
			JOIN sessions s ON s.channel = k.value ->> 0 AND s.conversation = k.value ->> 1 WHERE s.ended_at = 0`,
		departmentsOf: `SELECT department, CASE WHEN ended_at = 0 THEN assignee ELSE 0 END AS agent, TRUE AS own FROM sessions WHERE id IN (SELECT value FROM json_each(?1))
			UNION SELECT r.department, r.agent, FALSE FROM sessions s` + joinRoutes + `WHERE s.ended_at = 0 AND s.id IN (SELECT value FROM json_each(?1))`,
		departments:  selectDepartment + "WHERE id" + in,
		sessions:     selectSession + "WHERE id" + in,
		participants: selectParticipant + "WHERE session" + in,
		carried:      selectLoad + "WHERE agent" + in,
		routes:       selectRoutes + "WHERE r.agent" + in + routesOnly,
		agents:       selectAgentRoles + "WHERE a.id" + in,
		identities: `SELECT i.id, i.channel, i.remote, i.customer FROM json_each(?) k
			JOIN identities i ON i.channel = k.value ->> 0 AND i.remote = k.value ->> 1`,
		blocked:   selectBlocked + `WHERE (channel, remote) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
		lanes:     selectLane + `WHERE (channel, lane) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
		lease:     `SELECT epoch FROM leases WHERE name = ?`,
		file:      selectFile,
		agent:     selectAgentAlone,
		everybody: selectEverybody,
		hooks:     selectHooks,
		documents: selectDocument + "WHERE department" + in,
		auditHead: selectAuditHead,
	}
}

func (sqliteDialect) time() string { return `SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)` }

func (sqliteDialect) ids(ids []int64) any      { return jsonText(ids) }
func (sqliteDialect) texts(texts []string) any { return jsonText(texts) }
func (sqliteDialect) places(ps []place) []any {
	pairs := make([][2]any, len(ps))
	for i, p := range ps {
		pairs[i] = [2]any{int64(p.channel), string(p.remote)}
	}
	return []any{jsonText(pairs)}
}

const sqlitePresence = `INSERT INTO presence (agent, node, surface, until) SELECT value ->> 0, ?2, value ->> 1, ?3 FROM json_each(?1) WHERE TRUE
	ON CONFLICT (agent, node, surface) DO UPDATE SET until = excluded.until`

func (sqliteDialect) presence(node string, all []core.Presence, until core.Time) (string, []any) {
	pairs := make([][2]any, len(all))
	for i, p := range all {
		pairs[i] = [2]any{int64(p.Agent), p.Surface}
	}
	return sqlitePresence, []any{jsonText(pairs), node, until}
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // numbers and strings always marshal
		panic(err)
	}
	return string(b)
}

// checkpoint copies the write-ahead log back while readers go on.
func (sqliteDialect) checkpoint(ctx context.Context, db *sqlx.DB) error {
	_, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	return err
}

type postgresDialect struct{ url string }

func (d postgresDialect) open() (read, write *sqlx.DB, err error) {
	config, err := pgx.ParseConfig(d.url)
	if err != nil {
		return nil, nil, err
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 3 * time.Second
	}
	// A weaker setting of the server or role would break "accepted means kept".
	config.RuntimeParams["synchronous_commit"] = "on"
	// Who waited for a lock must then see what its holder committed: a decision after FOR UPDATE, and log ids, rest on it.
	config.RuntimeParams["default_transaction_isolation"] = "read committed"
	config.RuntimeParams["application_name"] = "parley"
	db := sqlx.NewDb(stdlib.OpenDB(*config), "pgx")
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	return db, db, nil
}

func (postgresDialect) migrations(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations.Files, "postgres")
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("make migration lock: %w", err)
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
}

func (postgresDialect) loads() loads {
	return loads{
		repeats: selectRepeat + "WHERE l.dedupe = ANY($1)",
		talking: `SELECT s.id, s.channel, s.conversation FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS k (channel, conversation)
			JOIN sessions s ON s.channel = k.channel AND s.conversation = k.conversation WHERE s.ended_at = 0`,
		departmentsOf: `SELECT department, CASE WHEN ended_at = 0 THEN assignee ELSE 0 END AS agent, TRUE AS own FROM sessions WHERE id = ANY($1)
			UNION SELECT r.department, r.agent, FALSE FROM sessions s` + joinRoutes + `WHERE s.ended_at = 0 AND s.id = ANY($1)`,
		departments:  selectDepartment + "WHERE id = ANY($1) ORDER BY id FOR UPDATE",
		sessions:     selectSession + "WHERE id = ANY($1) ORDER BY id FOR UPDATE",
		participants: selectParticipant + "WHERE session = ANY($1)",
		carried:      selectLoad + "WHERE agent = ANY($1) ORDER BY agent FOR UPDATE",
		routes:       selectRoutes + "WHERE r.agent = ANY($1)" + routesOnly,
		agents:       selectAgentRoles + "WHERE a.id = ANY($1)",
		identities: `SELECT i.id, i.channel, i.remote, i.customer FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS k (channel, remote)
			JOIN identities i ON i.channel = k.channel AND i.remote = k.remote`,
		blocked: selectBlocked + `WHERE (channel, remote) IN (SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])))
			ORDER BY channel, remote FOR UPDATE`,
		lanes: selectLane + `WHERE (channel, lane) IN (SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])))
			ORDER BY channel, lane FOR UPDATE`,
		lease:     `SELECT epoch FROM leases WHERE name = ? FOR SHARE`,
		file:      selectFile + ` FOR UPDATE`,
		agent:     selectAgentAlone + ` FOR NO KEY UPDATE`,
		everybody: selectEverybody + ` FOR UPDATE`,
		hooks:     selectHooks + ` FOR NO KEY UPDATE`, // what is owed to them meanwhile only looks whether they are there
		documents: selectDocument + "WHERE department = ANY($1)",
		auditHead: selectAuditHead + ` FOR UPDATE`,
		// EXCLUSIVE waits for row locks too, and in the order in which a group takes them.
		lockCounted: "LOCK TABLE departments, sessions, agent_load, lanes, deliveries, records, account_values IN EXCLUSIVE MODE",
	}
}

func (postgresDialect) time() string {
	return `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`
}

func (postgresDialect) ids(ids []int64) any      { return ids }
func (postgresDialect) texts(texts []string) any { return texts }
func (postgresDialect) places(ps []place) []any {
	channels, remotes := make([]int64, len(ps)), make([]string, len(ps))
	for i, p := range ps {
		channels[i], remotes[i] = int64(p.channel), string(p.remote)
	}
	return []any{channels, remotes}
}

const postgresPresence = `INSERT INTO presence (agent, node, surface, until)
	SELECT agent, CAST($3 AS TEXT), surface, CAST($4 AS BIGINT) FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS n (agent, surface)
	ON CONFLICT (agent, node, surface) DO UPDATE SET until = excluded.until`

func (postgresDialect) presence(node string, all []core.Presence, until core.Time) (string, []any) {
	agents, surfaces := make([]int64, len(all)), make([]string, len(all))
	for i, p := range all {
		agents[i], surfaces[i] = int64(p.Agent), p.Surface
	}
	return postgresPresence, []any{agents, surfaces, node, int64(until)}
}

func (postgresDialect) checkpoint(context.Context, *sqlx.DB) error { return nil }
