package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"

	"parley/core"
	"parley/core/store"
	"parley/migrations"
)

// Making the tables takes longer than most tests do. So it is done once, and each test has a copy.

// tables is an SQLite database with all tables.
var tables = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "parley-storetest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "parley.db")
	if err := migrate("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// templates are the databases to copy, by server.
var (
	templateLock sync.Mutex
	templates    = map[string]string{}
)

// template gives the name of a database with all tables on a PostgreSQL server, and makes it if there is none.
func template(ctx context.Context, server string) (string, error) {
	templateLock.Lock()
	defer templateLock.Unlock()
	if name, ok := templates[server]; ok {
		return name, nil
	}
	name, err := makeTemplate(ctx, server)
	if err != nil {
		return "", fmt.Errorf("make a database to copy: %w", err)
	}
	templates[server] = name
	return name, nil
}

// makeTemplate makes the database, unless it is there. Its name says what tables they are: it stays for the tests of other
// packages, and for the next time.
func makeTemplate(ctx context.Context, server string) (name string, err error) {
	version, err := tablesVersion()
	if err != nil {
		return "", err
	}
	name = "parley_tables_" + version
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer c.Close(ctx) //nolint:errcheck // nothing to lose
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", name); err != nil {
		return "", err
	}
	var there bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", errors.New("PARLEY_TEST_POSTGRES is not an address")
	}
	half := name + "_half" // until it has all
	if _, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+half); err != nil {
		return "", err
	}
	if _, err := c.Exec(ctx, "CREATE DATABASE "+half); err != nil {
		return "", err
	}
	u.Path = "/" + half
	if err := migrate(u.String()); err != nil {
		return "", err
	}
	_, err = c.Exec(ctx, "ALTER DATABASE "+half+" RENAME TO "+name)
	return name, err
}

// tablesVersion changes with every migration.
func tablesVersion() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.Files, "postgres", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := migrations.Files.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:16], err
}

func migrate(url string) error {
	s, err := store.Open(store.Options{URL: url, Clock: core.SystemClock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(context.Background()), s.Close())
}
