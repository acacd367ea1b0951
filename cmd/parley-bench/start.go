package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

type startCommand struct {
	common

	Sessions int `default:"100000" help:"In the full database; PERFORMANCE asks for 1000000, which takes minutes to make."`
	Rounds   int `default:"5" help:"Starts of each kind; one more warms up."`
}

const (
	mebibyte   = 1 << 20
	restBefore = time.Second // until memory is looked at
)

// Run measures starts on each database, new, empty and full.
func (c *startCommand) Run(ctx context.Context) error {
	kinds, err := c.kinds()
	if err != nil {
		return err
	}
	dir, done, err := c.folder()
	if err != nil {
		return err
	}
	defer func() { done(false) }()
	binary, err := c.program(ctx, dir, nil)
	if err != nil {
		return err
	}
	r := newReport(os.Stdout, "start", map[string]any{"sessions": c.Sessions, "rounds": c.Rounds})
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	r.add(figure{Goal: "P9", Name: "the program's size", Value: float64(info.Size()) / mebibyte, Unit: "MiB", AtMost: 50})
	for _, kind := range kinds {
		if err := c.on(ctx, kind, dir, binary, r); err != nil {
			return errors.Join(err, r.close(c.JSON))
		}
	}
	return r.close(c.JSON)
}

func (c *startCommand) on(ctx context.Context, kind, dir, binary string, r *report) error {
	var fresh []float64
	for n := range c.Rounds + 1 {
		took, err := c.first(ctx, kind, filepath.Join(dir, fmt.Sprint(kind, n)), binary)
		if err != nil {
			return err
		}
		if n > 0 {
			fresh = append(fresh, took)
		}
	}
	r.add(figure{Goal: "P9", Name: kind + ": the very first start, which makes the tables", Value: median(fresh), Unit: "ms",
		AtMost: 150, Spread: spread(fresh)})

	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return err
	}
	defer db.drop()
	if _, err := furnish(ctx, db.url, 1); err != nil {
		return err
	}
	srv, err := newServer(binary, filepath.Join(dir, kind), db.url)
	if err != nil {
		return err
	}
	defer srv.close()
	if err := c.measure(ctx, srv, kind+": empty", r); err != nil {
		return err
	}
	begin := time.Now()
	if err := fill(ctx, db, c.Sessions); err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	r.say("    %s: %d sessions made in %.0f s", kind, c.Sessions, time.Since(begin).Seconds())
	if out, err := srv.command(ctx, "doctor").CombinedOutput(); err != nil {
		return fmt.Errorf("the full database is not in order: %w\n%s", err, out)
	}
	return c.measure(ctx, srv, fmt.Sprintf("%s: %d sessions", kind, c.Sessions), r)
}

// first starts on a database that has no tables yet.
func (c *startCommand) first(ctx context.Context, kind, dir, binary string) (float64, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return 0, err
	}
	defer db.drop()
	srv, err := newServer(binary, dir, db.url)
	if err != nil {
		return 0, err
	}
	defer srv.close()
	took, err := srv.start(ctx)
	if err != nil {
		return 0, err
	}
	return milliseconds(took), srv.stop()
}

// measure starts again and again on the same database.
func (c *startCommand) measure(ctx context.Context, srv *server, name string, r *report) error {
	var times, sizes []float64
	for n := range c.Rounds + 1 {
		took, err := srv.start(ctx)
		if err != nil {
			return err
		}
		pause(ctx, restBefore)
		size := memoryOf(srv.pid())
		if err := srv.stop(); err != nil {
			return err
		}
		if n > 0 {
			times, sizes = append(times, milliseconds(took)), append(sizes, float64(size)/mebibyte)
		}
	}
	r.add(figure{Goal: "P9", Name: name + ": to /readyz", Value: median(times), Unit: "ms", AtMost: 150, Spread: spread(times)})
	if median(sizes) > 0 {
		r.add(figure{Goal: "P9", Name: name + ": RSS after start", Value: median(sizes), Unit: "MiB", AtMost: 40, Spread: spread(sizes)})
	}
	return nil
}
