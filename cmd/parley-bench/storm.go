package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

type stormCommand struct {
	common

	Sockets   int     `default:"10000" help:"Of visitors with a session; fewer where no more files may be open."`
	Customers int     `default:"8" help:"Visitors who write beside them, by turns."`
	Rate      float64 `default:"100" help:"Messages a second."`
	Seconds   float64 `default:"5" help:"How long they write before a restart, to be compared with."`
	Rounds    int     `default:"3" help:"Restarts; what is before the first warms up, too."`
}

// stormTime is how long all may take to come back before the run is given up.
const stormTime = 2 * time.Minute

// Run measures on each database.
func (c *stormCommand) Run(ctx context.Context) error {
	if c.Customers < 1 || c.Rate <= 0 {
		return errors.New("at least one customer and a rate are needed")
	}
	n, err := socketsAllowed(c.Sockets)
	if err != nil {
		return err
	}
	return c.measure(ctx, "storm", map[string]any{
		"sockets": n, "customers": c.Customers, "rate": c.Rate, "seconds": c.Seconds, "rounds": c.Rounds,
	}, nil, func(ctx context.Context, b bed) error {
		if n < c.Sockets {
			b.say("    %d sockets instead of %d: no more files may be open here", n, c.Sockets)
		}
		return c.on(ctx, b, n)
	})
}

func (c *stormCommand) on(ctx context.Context, b bed, n int) error {
	h, srv, err := b.furnished(ctx, 1)
	if err != nil {
		return err
	}
	defer srv.close()
	if _, err := srv.start(ctx); err != nil {
		return err
	}
	all := newCrowd(srv.addr, h, n)
	defer all.scattered()
	staying, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := all.gather(staying, n); err != nil {
		return fmt.Errorf("%w\n%s", err, srv.tail())
	}
	all.running.Go(func() { all.keep(staying) })

	var fromReady, fromStop, ratios, tails, controls []float64
	for round := range c.Rounds {
		s, err := c.restart(ctx, b, srv, h, all)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, srv.tail())
		}
		was, is := milliseconds(quantile(s.before, 0.99)), milliseconds(quantile(s.meanwhile, 0.99))
		fromReady, fromStop = append(fromReady, s.fromReady.Seconds()), append(fromStop, s.fromStop.Seconds())
		ratios, tails, controls = append(ratios, is/was), append(tails, is), append(controls, was)
		b.say("    %s, restart %d: all back after %.2f s, %d messages meanwhile", b.kind, round+1, s.fromReady.Seconds(), len(s.meanwhile))
	}
	name := fmt.Sprintf("%s, %d sockets", b.kind, n)
	b.add(figure{Goal: "P10", Name: name + ": all resumed, from /readyz", Value: median(fromReady), Unit: "s", AtMost: 10, Spread: spread(fromReady)})
	b.add(figure{Name: name + ": all resumed, from the signal to stop", Value: median(fromStop), Unit: "s", Spread: spread(fromStop)})
	b.add(figure{Goal: "P10", Name: name + fmt.Sprintf(", %s/s: ack p99 meanwhile", number(c.Rate)), Value: median(tails), Unit: "ms", Ratio: median(ratios), AtMost: 3,
		Spread: spread(ratios), Control: spread(controls)})
	b.add(figure{Name: name + ": ack p99 before", Value: median(controls), Unit: "ms", Spread: spread(controls)})
	if anew := all.unresumed.Load(); anew > 0 {
		b.fail("%s: %d times a visitor came back and was not resumed", b.kind, anew)
	}
	return nil
}

// storm is what one restart was like.
type storm struct {
	before, meanwhile   []time.Duration // of acknowledgements
	fromReady, fromStop time.Duration   // until all were resumed
}

// restart lets customers write, stops the program and starts it again, and lets customers write until the whole crowd is back.
func (c *stormCommand) restart(ctx context.Context, b bed, srv *server, h house, all *crowd) (storm, error) {
	var s storm
	var err error
	if s.before, err = c.write(ctx, ctx, b, srv, h, time.Duration(c.Seconds*float64(time.Second))); err != nil {
		return s, err
	}
	began := time.Now()
	if err := srv.stop(); err != nil {
		return s, err
	}
	for all.here.Load() > 0 && ctx.Err() == nil { // nobody is counted who has not noticed yet
		pause(ctx, time.Millisecond)
	}
	if _, err := srv.start(ctx); err != nil {
		return s, err
	}
	ready := time.Now()
	storming, over := context.WithCancel(ctx)
	back := make(chan error, 1)
	go func() {
		defer over()
		err := all.await(ctx, len(all.visitors), stormTime)
		s.fromReady, s.fromStop = time.Since(ready), time.Since(began)
		back <- err
	}()
	s.meanwhile, err = c.write(ctx, storming, b, srv, h, stormTime)
	if err = errors.Join(err, <-back); err == nil && len(s.meanwhile) == 0 {
		err = errors.New("all were back before anybody could write: let there be more sockets")
	}
	return s, err
}

// write lets customers come and write for a while, less if during ends, and gives the times of their acknowledgements. Each
// begins as soon as they are in; their first words, which begin sessions, do not count.
func (c *stormCommand) write(ctx, during context.Context, b bed, srv *server, h house, d time.Duration) ([]time.Duration, error) {
	var mu sync.Mutex
	var all []time.Duration
	var writing errgroup.Group
	for range c.Customers {
		writing.Go(func() error {
			f := emptyFleet([]string{srv.addr}, h, 100)
			defer f.close()
			if err := f.greet(ctx, 1); err != nil {
				return err
			}
			f.takeTimes()
			if err := pace(during, f.writers, c.Rate/float64(c.Customers), d); err != nil && during.Err() == nil {
				return err
			}
			f.settled(ctx, 0, 0)
			f.settled(ctx, 0, f.acks())
			times, _ := f.takeTimes()
			mu.Lock()
			defer mu.Unlock()
			all = append(all, times...)
			b.Counts[b.kind+": acknowledged"] += f.acks()
			b.Counts[b.kind+": shown to visitors"] += f.shown.Load()
			if acks, shown := f.acks(), f.shown.Load(); f.open() || acks != shown {
				b.fail("%s: %d acknowledgements, but %d messages shown to their visitor; all are acknowledged: %t", b.kind, acks, shown, !f.open())
			}
			return f.failed()
		})
	}
	err := errors.Join(writing.Wait(), ctx.Err())
	return all, err
}
