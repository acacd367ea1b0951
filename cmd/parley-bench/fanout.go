package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type fanoutCommand struct {
	common

	Agents    int     `default:"1000" help:"Whose streams follow all sessions of one department."`
	Customers int     `default:"8" help:"Visitors who write, by turns, each in a session; 50 at most."`
	Rate      float64 `default:"20" help:"Messages a second, of which every agent is shown each."`
	Seconds   float64 `default:"5" help:"A round's length."`
	Rounds    int     `default:"5" help:"One more warms up."`
}

// Run measures on each database.
func (c *fanoutCommand) Run(ctx context.Context) error {
	if c.Agents < 1 || c.Customers < 1 || c.Customers > perSocket || c.Rate <= 0 {
		return fmt.Errorf("at least one agent, 1 to %d customers and a rate are needed", perSocket)
	}
	return c.measure(ctx, "fanout", map[string]any{
		"agents": c.Agents, "customers": c.Customers, "rate": c.Rate, "seconds": c.Seconds, "rounds": c.Rounds,
	}, nil, c.on)
}

func (c *fanoutCommand) on(ctx context.Context, b bed) error {
	h, srv, err := b.furnished(ctx, c.Agents)
	if err != nil {
		return err
	}
	defer srv.close()
	if _, err := srv.start(ctx); err != nil {
		return err
	}
	f, err := newFleet(ctx, []string{srv.addr}, h, c.Customers, c.Agents, 100)
	defer f.close()
	if err == nil {
		err = c.rounds(ctx, b, srv, f)
	}
	if err = errors.Join(err, f.failed()); err != nil {
		return fmt.Errorf("%w\n%s", err, srv.tail())
	}
	return nil
}

func (c *fanoutCommand) rounds(ctx context.Context, b bed, srv *server, f *fleet) error {
	var times, shares []float64
	f.timed.Store(true)
	for round := -1; round < c.Rounds; round++ { // the first warms up and does not count
		busy, pushed, begin := timeOf(srv.pid()), f.pushed.Load(), time.Now()
		err := f.counted(ctx, b.kind, b.url, b.report, func() error {
			return pace(ctx, f.writers, c.Rate, time.Duration(c.Seconds*float64(time.Second)))
		})
		busy, pushed = timeOf(srv.pid())-busy, f.pushed.Load()-pushed
		if err = errors.Join(err, f.ping()); err != nil {
			return err
		}
		if round < 0 {
			f.takeTimes()
			continue
		}
		times = append(times, microsecondsEach(busy, pushed))
		shares = append(shares, 100*busy.Seconds()/time.Since(begin).Seconds())
	}
	_, pushes := f.takeTimes()
	name := fmt.Sprintf("%s, %d agents, %s/s", b.kind, c.Agents, number(c.Rate))
	if median(times) > 0 {
		b.add(figure{Goal: "P5", Name: name + ": processor time an event", Value: median(times), Unit: "µs", AtMost: 5, Spread: spread(times)})
		b.add(figure{Name: name + ": of one core", Value: median(shares), Unit: "%", Spread: spread(shares)})
	}
	b.add(figure{Name: name + ": push p50", Value: milliseconds(quantile(pushes[0], 0.5)), Unit: "ms"})
	b.add(figure{Name: name + ": push p99", Value: milliseconds(quantile(pushes[0], 0.99)), Unit: "ms"})
	return nil
}
