package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// common are the flags of all commands that start the program.
type common struct {
	Database string `enum:"sqlite,postgres,both" default:"both" help:"On which database: ${enum}."`
	Postgres string `env:"PARLEY_TEST_POSTGRES" placeholder:"URL" help:"A PostgreSQL server where databases may be made and dropped."`
	Binary   string `type:"existingfile" placeholder:"FILE" help:"The program; built from the sources unless given."`
	Dir      string `type:"existingdir" placeholder:"FOLDER" help:"Where to put databases, and so which disk is measured; the temporary folder unless given."`
	JSON     string `name:"json" type:"path" placeholder:"FILE" help:"Write the run here."`
}

// kinds are the databases that the run is for.
func (c *common) kinds() ([]string, error) {
	kinds := []string{c.Database}
	if c.Database == "both" {
		kinds = []string{"sqlite", "postgres"}
	}
	if c.Database != "sqlite" && c.Postgres == "" {
		return nil, errors.New("PostgreSQL is not measured without a server: set PARLEY_TEST_POSTGRES or --postgres, or say --database sqlite")
	}
	return kinds, nil
}

// folder makes the run's own folder. done removes it, unless keep is said of it.
func (c *common) folder() (dir string, done func(keep bool), err error) {
	dir, err = os.MkdirTemp(c.Dir, "parley-bench-")
	return dir, func(keep bool) {
		if !keep {
			_ = os.RemoveAll(dir)
		}
	}, err
}

// program gives the binary to run.
func (c *common) program(ctx context.Context, dir string, o overlay) (string, error) {
	if c.Binary != "" {
		return c.Binary, nil
	}
	return build(ctx, dir, o)
}

// database is one made for a run.
type database struct {
	kind string
	url  string
	drop func()
}

// newDatabase makes a database: a file in the folder, or one on the server.
func newDatabase(ctx context.Context, kind, dir, server string) (database, error) {
	name := "parley_bench_" + strings.ToLower(rand.Text()[:12])
	if kind == "sqlite" {
		return database{kind, "sqlite:" + filepath.Join(dir, name+".db"), func() {}}, nil
	}
	u, err := url.Parse(server)
	if err != nil {
		return database{}, errors.New("the address of the PostgreSQL server is none")
	}
	if err := administer(ctx, server, "CREATE DATABASE "+name); err != nil {
		return database{}, err
	}
	u.Path = "/" + name
	return database{kind, u.String(), func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // also when the run was interrupted
		defer cancel()
		_ = administer(ctx, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}}, nil
}

func administer(ctx context.Context, server, statement string) error {
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("PostgreSQL does not answer: %w", err)
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, statement)
	return err
}
