package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// bed is what a measurement stands on: a database of one kind and the program.
type bed struct {
	*report
	database
	dir    string
	binary string
}

// furnished fills the database with a house of so many agents, and gives a server on it that does not run yet.
func (b bed) furnished(ctx context.Context, agents int) (house, *server, error) {
	h, err := furnish(ctx, b.url, agents)
	if err != nil {
		return h, nil, err
	}
	srv, err := newServer(b.binary, b.dir, b.url)
	return h, srv, err
}

// measure makes a database of each kind and lets on measure with it. What is in with lies over the program's sources.
func (c *common) measure(ctx context.Context, command string, settings map[string]any, with overlay, on func(context.Context, bed) error) error {
	binary := ""
	return c.each(command, settings, func(kind, dir string, r *report) (err error) {
		if binary == "" {
			if binary, err = c.program(ctx, dir, with); err != nil {
				return err
			}
		}
		return c.measureOn(ctx, kind, bed{report: r, dir: filepath.Join(dir, kind), binary: binary}, on)
	})
}

// each lets on measure for each kind of database, in a folder that is gone afterwards.
func (c *common) each(command string, settings map[string]any, on func(kind, dir string, r *report) error) error {
	kinds, err := c.kinds()
	if err != nil {
		return err
	}
	dir, done, err := c.folder()
	if err != nil {
		return err
	}
	defer func() { done(false) }()
	r := newReport(os.Stdout, command, settings)
	for _, kind := range kinds {
		if err := on(kind, dir, r); err != nil {
			return errors.Join(err, r.close(c.JSON))
		}
	}
	return r.close(c.JSON)
}

func (c *common) measureOn(ctx context.Context, kind string, b bed, on func(context.Context, bed) error) error {
	var err error
	if b.database, err = newDatabase(ctx, kind, filepath.Dir(b.dir), c.Postgres); err != nil {
		return err
	}
	defer b.drop()
	return on(ctx, b)
}
