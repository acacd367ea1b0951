package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"parley/core"
)

// Options say where the data is.
type Options struct {
	URL        string // sqlite:PATH or postgres://…; never logged
	Clock      core.Clock
	LeaseClock core.Clock // for tests: instead of the database's own
	Log        *slog.Logger
}

// Store is a connection to the database. Its methods may be called by many at once.
type Store struct {
	read       *sqlx.DB // for reads: never waits for the writer
	write      *sqlx.DB // for the writer and migrations
	dialect    dialect
	clock      core.Clock
	leaseClock core.Clock
	log        *slog.Logger
	refused    atomic.Int64 // writes under epochs that were over
}

// Open prepares the connection; the database need not be there yet, and nothing is created before Migrate.
func Open(o Options) (*Store, error) {
	d, err := dialectOf(o.URL)
	if err != nil {
		return nil, err
	}
	read, write, err := d.open()
	if err != nil {
		return nil, &core.Error{Op: "store.Open", Kind: core.Invalid, Field: "database_url", Err: err}
	}
	return &Store{read: read, write: write, dialect: d, clock: o.Clock, leaseClock: o.LeaseClock, log: o.Log.With("room", "store")}, nil
}

// Close ends all connections. The Writer must have stopped before.
func (s *Store) Close() error {
	if s.read == s.write {
		return s.read.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// Ready says whether the database answers now and has the tables of this program.
func (s *Store) Ready(ctx context.Context) error {
	var number int64
	return fail("store.Ready", s.read.GetContext(ctx, &number, "SELECT number FROM installation"))
}

// Migrate brings the tables up to this program's version. Nodes that start together do it one after the other.
func (s *Store) Migrate(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return fail("store.Migrate", err)
}

// MigrateDown takes the newest step back.
func (s *Store) MigrateDown(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	if _, err = p.Down(ctx); errors.Is(err, goose.ErrNoNextVersion) {
		return &core.Error{Op: "store.MigrateDown", Kind: core.Invalid, Reason: "there is no step to take back"}
	}
	return fail("store.MigrateDown", err)
}

// Step is one migration and when it was applied, zero if it was not.
type Step struct {
	Number  int64
	Name    string
	Applied time.Time
}

// Steps lists the migrations in order.
func (s *Store) Steps(ctx context.Context) ([]Step, error) {
	p, err := s.provider()
	if err != nil {
		return nil, err
	}
	status, err := p.Status(ctx)
	if err != nil {
		return nil, fail("store.Steps", err)
	}
	var steps []Step
	for _, m := range status {
		steps = append(steps, Step{Number: m.Source.Version, Name: m.Source.Path, Applied: m.AppliedAt})
	}
	return steps, nil
}

func (s *Store) provider() (*goose.Provider, error) {
	p, err := s.dialect.migrations(s.write.DB)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

const (
	selectKeyCheck = `SELECT key_check FROM installation`
	updateKeyCheck = `UPDATE installation SET key_check = ? WHERE key_check = ''`
)

// CheckKey keeps the check of the installation's secret key on first use, and refuses another key ever after: what the
// first one sealed could not be read.
func (s *Store) CheckKey(ctx context.Context, k core.Key) error {
	if _, err := s.write.ExecContext(ctx, s.write.Rebind(updateKeyCheck), k.Check()); err != nil {
		return fail("store.CheckKey", err)
	}
	var check string
	if err := s.write.GetContext(ctx, &check, selectKeyCheck); err != nil {
		return fail("store.CheckKey", err)
	}
	if check == unfinished {
		return &core.Error{Op: "store.CheckKey", Kind: core.Invalid, Reason: "a backup was not restored to its end: run parley restore once more"}
	}
	if check != k.Check() {
		return &core.Error{Op: "store.CheckKey", Kind: core.Invalid, Field: "secret_key",
			Reason: "this database was made with another secret key"}
	}
	return nil
}

// Keyed tells whether the database has been made with a secret key already.
func (s *Store) Keyed(ctx context.Context) (bool, error) {
	check, err := one[string](ctx, s, "store.Keyed", selectKeyCheck)
	return check != "", err
}

// one reads the row that the query finds; NotFound if there is none.
func one[V any](ctx context.Context, s *Store, op, query string, args ...any) (V, error) {
	var row V
	err := s.read.GetContext(ctx, &row, s.read.Rebind(query), args...)
	if errors.Is(err, sql.ErrNoRows) {
		return row, &core.Error{Op: op, Kind: core.NotFound}
	}
	return row, fail(op, err)
}

// all reads the rows that the query finds. Slices among args become lists for IN (?).
func all[V any](ctx context.Context, s *Store, op, query string, args ...any) ([]V, error) {
	query, args, err := sqlx.In(query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	var rows []V
	err = collect(ctx, s.read, &rows, s.read.Rebind(query), args...)
	return rows, fail(op, err)
}

// by lets rows be found by what key gives of each.
func by[K comparable, V any](rows []V, key func(V) K) map[K]V {
	found := make(map[K]V, len(rows))
	for _, r := range rows {
		found[key(r)] = r
	}
	return found
}

// collect reads all rows that a query finds into a slice of structs or of columns. It is sqlx's Select, but rows are no *sqlx.Rows: what those embed
// is reached by tail calls, each of which leaves an entry on the race detector's stack (https://go.dev/issue/73915). A writer's grew until a third of
// what tests take went into it.
func collect(ctx context.Context, from sqlx.QueryerContext, to any, query string, args ...any) error {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	into := reflect.ValueOf(to).Elem()
	one := into.Type().Elem()
	if one.Kind() == reflect.Struct && !reflect.PointerTo(one).Implements(reflect.TypeFor[sql.Scanner]()) {
		return sqlx.StructScan(rows, to)
	}
	into.SetLen(0)
	for rows.Next() {
		column := reflect.New(one)
		if err := rows.Scan(column.Interface()); err != nil {
			return err
		}
		into.Set(reflect.Append(into, column.Elem()))
	}
	return rows.Err()
}
