package store

import (
	"context"
	"database/sql/driver"

	"modernc.org/sqlite"
)

// maxKept is how many statements a connection keeps. With more it begins anew: lists of every length have statements of their own.
const maxKept = 128

// keeping connects to SQLite so that each connection keeps the statements that it has prepared. database/sql has them prepared anew for every
// query, which is up to a third of what SQLite costs us.
type keeping struct{ driver.Connector }

func newKeeping(dsn string) (keeping, error) {
	c, err := sqlite.NewConnector(dsn)
	return keeping{c}, err
}

func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keeper{sqliteConn: c.(sqliteConn), idle: map[string]sqliteStmt{}}, nil
}

// What the driver's parts can do.
type (
	sqliteConn interface {
		driver.Conn
		driver.ConnBeginTx
		driver.ConnPrepareContext
		driver.Pinger
		driver.SessionResetter
		driver.Validator
	}
	sqliteStmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	sqliteRows interface {
		driver.Rows
		driver.RowsColumnTypeDatabaseTypeName
	}
)

// keeper is a connection. database/sql lets one goroutine in at a time.
type keeper struct {
	sqliteConn
	idle map[string]sqliteStmt // by their SQL, those that nobody uses
}

// take gives a prepared statement, which is the caller's until put.
func (k *keeper) take(ctx context.Context, query string) (sqliteStmt, error) {
	if s, ok := k.idle[query]; ok {
		delete(k.idle, query)
		return s, nil
	}
	s, err := k.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(sqliteStmt), nil
}

// put takes a statement back.
func (k *keeper) put(query string, s sqliteStmt) error {
	if _, twice := k.idle[query]; twice {
		return s.Close()
	}
	if len(k.idle) >= maxKept {
		if err := k.forget(); err != nil {
			return err
		}
	}
	k.idle[query] = s
	return nil
}

func (k *keeper) forget() (err error) {
	for query, s := range k.idle {
		delete(k.idle, query)
		if e := s.Close(); e != nil {
			err = e
		}
	}
	return err
}

func (k *keeper) Close() error {
	if err := k.forget(); err != nil {
		_ = k.sqliteConn.Close()
		return err
	}
	return k.sqliteConn.Close()
}

func (k *keeper) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	return keptStmt{s, k, query}, nil
}

func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return result, k.put(query, s)
}

func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return keptRows{rows.(sqliteRows), keptStmt{s, k, query}}, nil
}

// keptStmt is a statement in use.
type keptStmt struct {
	sqliteStmt
	keeper *keeper
	query  string
}

func (s keptStmt) Close() error { return s.keeper.put(s.query, s.sqliteStmt) }

// keptRows are what a statement finds; it is in use until they are closed.
type keptRows struct {
	sqliteRows
	stmt keptStmt
}

func (r keptRows) Close() error {
	if err := r.sqliteRows.Close(); err != nil {
		_ = r.stmt.sqliteStmt.Close()
		return err
	}
	return r.stmt.Close()
}
