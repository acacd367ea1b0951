package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"

	"parley/core"
	"parley/core/hub"
	"parley/core/store"
)

// office is where a command changes settings: the store, and a hub with a writer of its own. A server on the same database
// learns of it from the log.
type office struct {
	*store.Store
	config *config
	hub    *hub.Hub
	close  func()
}

// open prepares the store; the error says what is wrong with its address. Nothing is made, and nothing connects.
func (c *config) open(log *slog.Logger) (*store.Store, error) {
	return store.Open(store.Options{URL: c.databaseURL, Clock: core.SystemClock, Log: log})
}

// quiet is the log of a command that ends with its error anyway.
var quiet = slog.New(slog.DiscardHandler)

// store opens the database for a command that can do without tables.
func (p *program) store() (*config, *store.Store, error) {
	c, err := p.config()
	if err != nil {
		return nil, nil, err
	}
	s, err := c.open(quiet)
	if err != nil {
		return nil, nil, err
	}
	return &c, s, nil
}

// office opens the database for a command. What is needed to begin with makes it; everything else wants it there.
func (p *program) office(ctx context.Context, mayMake bool) (*office, error) {
	c, s, err := p.store()
	if err != nil {
		return nil, err
	}
	o := &office{Store: s, config: c}
	if err = c.tables(ctx, s, mayMake); err == nil {
		err = o.unlock(ctx) // what is changed is sealed with the key
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	writer := store.NewWriter(s, func(core.Committed) {}, store.WithAudit(core.NewAuditSeal(c.key)))
	o.hub, err = hub.New(hub.Config{
		Writer: writer, Store: s, Hints: func(core.Hint) {}, Can: nothing, IDs: &core.IDMaker{}, Clock: core.SystemClock, Log: quiet, By: core.ByCommand,
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = writer.Run(ctx) // each job has had its own answer
	}()
	o.close = func() {
		stop()
		<-gone
		_ = s.Close() // what was written has been committed
	}
	return o, nil
}

// nothing is what channels can do for an office, where nobody speaks.
func nothing(core.ChannelID) (core.Capabilities, bool) { return core.Capabilities{}, false }

// tables finds out whether the database has the tables of this program. New ones are made only in an empty database: a
// server of another version may run on any other.
func (c *config) tables(ctx context.Context, s *store.Store, mayMake bool) error {
	if !mayMake && !c.exists() {
		return c.absent()
	}
	if mayMake {
		if err := c.makeFolder(); err != nil {
			return err
		}
	}
	steps, err := s.Steps(ctx)
	if err != nil {
		return err
	}
	missing := 0
	for _, step := range steps {
		if step.Applied.IsZero() {
			missing++
		}
	}
	switch {
	case missing == 0:
		return nil
	case missing < len(steps):
		return &badInput{c.from["database_url"], "the database is older than this program: run parley migrate up"}
	case mayMake:
		return s.Migrate(ctx)
	}
	return c.absent()
}

func (c *config) absent() error {
	return &badInput{c.from["database_url"], "there is no database yet: the server makes it, or parley migrate up"}
}

// exists tells whether SQLite's file is there. Of a server only connecting tells.
func (c *config) exists() bool {
	path, ok := c.databaseFile()
	if !ok {
		return true
	}
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// department finds a department by its slug or its exact name.
func (o *office) department(ctx context.Context, flag, name string) (core.Department, error) {
	all, err := o.AllDepartments(ctx)
	if err != nil {
		return core.Department{}, err
	}
	for _, same := range []func(core.Department) bool{
		func(d core.Department) bool { return d.Slug == name },
		func(d core.Department) bool { return d.Name == name },
	} {
		for _, d := range all {
			if same(d) {
				return d, nil
			}
		}
	}
	return core.Department{}, &badInput{flag, "no department has that slug or name"}
}

// seal hides a channel's secret with the installation's key.
func (o *office) seal(ctx context.Context, slug string, secret core.Secret) (string, error) {
	if err := o.unlock(ctx); err != nil {
		return "", err
	}
	return core.NewSecretSeal(o.config.key).Seal(secret, sealOf(slug)), nil
}

// unlock loads the installation's key, and finds out whether it is this database's.
func (o *office) unlock(ctx context.Context) error {
	keyed, err := o.Keyed(ctx)
	if err != nil {
		return err
	}
	if keyed && !o.config.hasKey() { // a new one would be another one
		return &badInput{o.config.from["secret_key"],
			"is not there, and all that is changed is sealed with it: give the key of the server (--secret-key-file), or its data folder (--data-dir)"}
	}
	if err := o.config.loadKey(); err != nil {
		return err
	}
	return o.CheckKey(ctx, o.config.key)
}
