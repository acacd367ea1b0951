package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"parley/core"
	"parley/core/store"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Bring the tables up to this program. The server does it by itself."`
	Down   migrateDown   `cmd:"" help:"Take the newest step back, with all that its tables hold."`
	Status migrateStatus `cmd:"" help:"List the steps."`
}

type migrateUp struct{}

func (migrateUp) Run(p *program) error {
	return p.migrate(true, func(ctx context.Context, s *store.Store) error { return s.Migrate(ctx) })
}

type migrateDown struct{}

func (migrateDown) Run(p *program) error {
	return p.migrate(false, func(ctx context.Context, s *store.Store) error { return s.MigrateDown(ctx) })
}

type migrateStatus struct{}

func (migrateStatus) Run(p *program) error {
	return p.migrate(false, func(context.Context, *store.Store) error { return nil })
}

// migrate changes the tables and lists the steps as they are then.
func (p *program) migrate(mayMake bool, change func(context.Context, *store.Store) error) (err error) {
	c, s, err := p.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if mayMake {
		err = c.makeFolder()
	} else if !c.exists() {
		err = c.absent()
	}
	if err != nil {
		return err
	}
	ctx := context.Background()
	if err := change(ctx, s); err != nil {
		return err
	}
	steps, err := s.Steps(ctx)
	if err != nil {
		return err
	}
	for _, step := range steps {
		state := "not applied"
		if !step.Applied.IsZero() {
			state = "applied " + core.At(step.Applied).Std().Format(time.RFC3339)
		}
		fmt.Fprintf(p.stdout, "%s: %s\n", path.Base(step.Name), state)
	}
	return nil
}
