package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

type clusterCommand struct {
	common

	Redis     string  `env:"PARLEY_TEST_REDIS" placeholder:"URL" help:"Where the two nodes ring each other; a redis-server of the run's own unless given."`
	Customers int     `default:"64" help:"Visitors who write; of two nodes half at each."`
	Agents    int     `default:"4" help:"Agents who follow all sessions; of two nodes half at each."`
	Rate      float64 `default:"40" help:"Messages a second where the times of pushes are measured."`
	Seconds   float64 `default:"2" help:"A round's length; of a paced one five times as much."`
	Rounds    int     `default:"5" help:"By turns; one more warms up."`
}

// Run measures on PostgreSQL, which is what several nodes share.
func (c *clusterCommand) Run(ctx context.Context) error {
	if c.Database == "sqlite" {
		return errors.New("several nodes need PostgreSQL: leave --database out")
	}
	if c.Customers < 2 || c.Agents < 2 || c.Rate <= 0 {
		return errors.New("at least two customers, two agents and a rate are needed")
	}
	c.Database = "postgres"
	return c.measure(ctx, "cluster", map[string]any{
		"customers": c.Customers, "agents": c.Agents, "rate": c.Rate, "seconds": c.Seconds, "rounds": c.Rounds,
	}, nil, c.on)
}

// site is nodes on a database of theirs, and their clients.
type site struct {
	nodes []*server
	url   string
	fleet *fleet
}

// on sets two nodes beside one that is alone, which has a database of its own and no Redis.
func (c *clusterCommand) on(ctx context.Context, b bed) error {
	redis, stop := c.Redis, func() {}
	if redis == "" {
		var err error
		if redis, stop, err = startRedis(ctx, b.dir); err != nil {
			return err
		}
	}
	defer stop()
	other, err := newDatabase(ctx, b.kind, b.dir, c.Postgres)
	if err != nil {
		return err
	}
	defer other.drop()
	one := &site{url: other.url}
	defer one.close()
	if err := c.open(ctx, one, b.binary, filepath.Join(b.dir, "one"), ""); err != nil {
		return err
	}
	two := &site{url: b.url}
	defer two.close()
	if err := c.open(ctx, two, b.binary, filepath.Join(b.dir, "two"), redis); err != nil {
		return err
	}
	err = errors.Join(c.times(ctx, b, two), c.throughput(ctx, b, one, two), one.fleet.failed(), two.fleet.failed())
	if err != nil {
		return fmt.Errorf("%w\n%s", err, two.nodes[0].tail())
	}
	return nil
}

// open starts one node, or with Redis two, and lets everybody come.
func (c *clusterCommand) open(ctx context.Context, s *site, binary, dir, redis string) error {
	h, err := furnish(ctx, s.url, c.Agents)
	if err != nil {
		return err
	}
	first, err := newServer(binary, dir, s.url)
	if err != nil {
		return err
	}
	s.nodes = append(s.nodes, first)
	if redis != "" {
		first.env = append(first.env, "PARLEY_REDIS_URL="+redis)
	}
	if _, err := first.start(ctx); err != nil {
		return err
	}
	addresses := []string{first.addr}
	if redis != "" {
		second, err := first.startPeer(ctx)
		if err != nil {
			return err
		}
		s.nodes, addresses = append(s.nodes, second), append(addresses, second.addr)
	}
	s.fleet, err = newFleet(ctx, addresses, h, c.Customers, c.Agents, 100)
	return err
}

func (s *site) close() {
	if s.fleet != nil {
		s.fleet.close()
	}
	for i := len(s.nodes) - 1; i >= 0; i-- {
		s.nodes[i].close()
	}
}

func (c *clusterCommand) round() time.Duration {
	return time.Duration(c.Seconds * float64(time.Second))
}

// times lets the customers of each node write by turns. The agents of both are shown every message, so what disturbs the
// machine disturbs both.
func (c *clusterCommand) times(ctx context.Context, b bed, two *site) error {
	var near, far []time.Duration
	var ratios, controls []float64
	f := two.fleet
	f.timed.Store(true)
	defer f.timed.Store(false)
	for round := -1; round < c.Rounds; round++ { // the first warms up and does not count
		here := max(round, 0) % 2
		f.takeTimes()
		err := f.counted(ctx, "two nodes, paced", two.url, b.report, func() error {
			return pace(ctx, f.writersOf(here), c.Rate, 5*c.round())
		})
		if err = errors.Join(err, f.ping()); err != nil {
			return err
		}
		if round < 0 {
			continue
		}
		_, pushes := f.takeTimes()
		near, far = append(near, pushes[here]...), append(far, pushes[1-here]...)
		was, is := milliseconds(quantile(pushes[here], 0.99)), milliseconds(quantile(pushes[1-here], 0.99))
		ratios, controls = append(ratios, is/was), append(controls, was)
	}
	name := fmt.Sprintf("paced %s/s", number(c.Rate))
	b.add(figure{Name: name + ": push p50 on the same node", Value: milliseconds(quantile(near, 0.5)), Unit: "ms"})
	b.add(figure{Name: name + ": push p50 across nodes", Value: milliseconds(quantile(far, 0.5)), Unit: "ms"})
	b.add(figure{Name: name + ": push p99 on the same node", Value: milliseconds(quantile(near, 0.99)), Unit: "ms"})
	b.add(figure{Goal: "P8", Name: name + ": push p99 across nodes", Value: milliseconds(quantile(far, 0.99)), Unit: "ms", Ratio: median(ratios), AtMost: 2,
		Spread: spread(ratios), Control: spread(controls)})
	return nil
}

// throughput lets everybody write as much as goes, on one node and on two by turns.
func (c *clusterCommand) throughput(ctx context.Context, b bed, one, two *site) error {
	flow := func(name string, s *site) (rate float64, err error) {
		err = s.fleet.counted(ctx, name, s.url, b.report, func() error {
			acks, took := s.fleet.flow(c.round())
			rate = float64(acks) / took.Seconds()
			return nil
		})
		return rate, err
	}
	var ratios, ones, twos []float64
	for round := -1; round < c.Rounds; round++ { // the first warms up and does not count
		alone, err := flow("one node", one)
		if err != nil {
			return err
		}
		together, err := flow("two nodes", two)
		if err = errors.Join(err, one.fleet.ping(), two.fleet.ping(), ctx.Err()); err != nil {
			return err
		}
		if round < 0 {
			continue
		}
		ratios, ones, twos = append(ratios, together/alone), append(ones, alone), append(twos, together)
	}
	name := fmt.Sprintf("%d customers, %d agents", c.Customers, c.Agents)
	b.add(figure{Goal: "P8", Name: name + ", two nodes", Value: median(twos), Unit: "msgs/s", Ratio: median(ratios), AtLeast: 0.9,
		Spread: spread(ratios), Control: spread(ones)})
	b.add(figure{Name: name + ", one node", Value: median(ones), Unit: "msgs/s", Spread: spread(ones)})
	return nil
}
