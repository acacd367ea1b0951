package main

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience is how long a nemesis waits before it strikes anyway: on a busy machine a first commit takes its time.
const patience = 15 * time.Second

// nemesis knows when a commit is under way: a crash then leaves something stored whose sender was not told, which is what
// retries are for. Moments that are only random meet too few of those.
type nemesis interface {
	await(ctx context.Context)
	close()
}

func newNemesis(ctx context.Context, kind, url string) (nemesis, error) {
	if kind == "sqlite" {
		return walWatch(strings.TrimPrefix(url, "sqlite:") + "-wal"), nil
	}
	c, err := pgx.Connect(ctx, url)
	return &activityWatch{c}, err
}

// walWatch is SQLite's write-ahead log, by file name: it changes with a commit, just before it is synced.
type walWatch string

func (w walWatch) await(ctx context.Context) {
	first := w.changed()
	for until := time.Now().Add(patience); w.changed().Equal(first) && time.Now().Before(until) && ctx.Err() == nil; {
		time.Sleep(50 * time.Microsecond)
	}
}

func (w walWatch) changed() time.Time {
	info, err := os.Stat(string(w))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

func (walWatch) close() {}

// activityWatch asks PostgreSQL what its other connections do.
type activityWatch struct{ conn *pgx.Conn }

const selectCommits = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query ILIKE 'commit%'`

func (w *activityWatch) await(ctx context.Context) {
	for until := time.Now().Add(patience); time.Now().Before(until) && ctx.Err() == nil; {
		n := 0
		if err := w.conn.QueryRow(ctx, selectCommits).Scan(&n); err != nil || n > 0 {
			return
		}
	}
}

func (w *activityWatch) close() { _ = w.conn.Close(context.Background()) }
