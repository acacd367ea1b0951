package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type pathCommand struct {
	common

	Customers int     `default:"64" help:"Visitors who write, each waiting for its acknowledgement before the next message."`
	Agents    int     `default:"4" help:"Agents who follow all sessions."`
	Rate      float64 `help:"Instead of as much as goes: so many messages a second, for the times of acknowledgements and pushes."`
	Seconds   float64 `default:"2" help:"A round's length; of a paced run five times as much."`
	Rounds    int     `default:"5" help:"Of path and control, by turns."`
	Bytes     int     `default:"100" help:"Of a message."`
	Profile   string  `type:"path" placeholder:"FILE" help:"Write a CPU profile of the program during the rounds; FILE gets the database's name before its ending."`
}

func (c *pathCommand) round() time.Duration { return time.Duration(c.Seconds * float64(time.Second)) }

// Run measures on each database.
func (c *pathCommand) Run(ctx context.Context) error {
	var with overlay
	if c.Profile != "" {
		with = withProfiles
	}
	return c.measure(ctx, "path", map[string]any{
		"customers": c.Customers, "agents": c.Agents, "rate": c.Rate, "seconds": c.Seconds, "rounds": c.Rounds, "bytes": c.Bytes,
	}, with, c.on)
}

func (c *pathCommand) on(ctx context.Context, b bed) error {
	h, srv, err := b.furnished(ctx, c.Agents)
	if err != nil {
		return err
	}
	defer srv.close()
	profiles := ""
	if c.Profile != "" {
		if profiles, err = freeAddress(); err != nil {
			return err
		}
		srv.env = append(srv.env, "PARLEY_BENCH_PROFILES="+profiles)
	}
	if _, err := srv.start(ctx); err != nil {
		return err
	}
	f, err := newFleet(ctx, []string{srv.addr}, h, c.Customers, c.Agents, c.Bytes)
	defer f.close()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, srv.tail())
	}
	p := &pathRun{pathCommand: c, kind: b.kind, fleet: f, server: srv, url: b.url, report: b.report}
	if c.Rate > 0 {
		err = p.paced(ctx)
	} else {
		err = p.byTurns(ctx, filepath.Dir(b.dir), profiles)
	}
	if err = errors.Join(err, f.failed()); err != nil {
		return fmt.Errorf("%w\n%s", err, srv.tail())
	}
	return nil
}

// pathRun is a run on one database.
type pathRun struct {
	*pathCommand
	kind   string
	fleet  *fleet
	server *server
	url    string
	report *report
}

// byTurns measures path and control by turns.
func (p *pathRun) byTurns(ctx context.Context, dir, profiles string) error {
	c, err := newControl(ctx, p.kind, dir, p.pathCommand)
	if err != nil {
		return err
	}
	defer c.close()
	var stopProfile func() error
	var ratios, paths, controls, pathTimes, controlTimes []float64
	for round := -1; round < p.Rounds; round++ { // the first warms up and does not count
		if round == 0 && profiles != "" {
			stopProfile = p.profile(ctx, profiles)
		}
		var path, pathTime float64
		err := p.fleet.counted(ctx, p.kind, p.url, p.report, func() error {
			busy := timeOf(p.server.pid())
			acks, took := p.fleet.flow(p.round())
			path, pathTime = float64(acks)/took.Seconds(), microsecondsEach(timeOf(p.server.pid())-busy, acks)
			return nil
		})
		if err != nil {
			return err
		}
		control, controlTime, err := c.flow(ctx, p.round())
		if err = errors.Join(err, p.fleet.ping(), ctx.Err(), p.fleet.failed()); err != nil {
			return err
		}
		if round < 0 {
			p.fleet.takeTimes()
			continue
		}
		ratios, paths, controls = append(ratios, path/control), append(paths, path), append(controls, control)
		pathTimes, controlTimes = append(pathTimes, pathTime), append(controlTimes, controlTime)
	}
	if stopProfile != nil {
		if err := stopProfile(); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("%s, %d customers, %d agents", p.kind, p.Customers, p.Agents)
	f := figure{Goal: "P1", Name: name, Value: median(paths), Unit: "msgs/s", Ratio: median(ratios), AtLeast: 0.6, Stretch: 0.75,
		Spread: spread(ratios), Control: spread(controls)}
	if p.Customers >= 1000 {
		f.AtLeast, f.Stretch = 0.4, 0.55
	}
	p.report.add(f)
	p.report.add(figure{Name: name + ": the writer alone", Value: median(controls), Unit: "msgs/s", Spread: spread(controls)})
	if median(pathTimes) > 0 {
		p.report.add(figure{Name: name + ": processor time a message", Value: median(pathTimes), Unit: "µs", Spread: spread(pathTimes)})
		p.report.add(figure{Name: name + ": of the writer alone", Value: median(controlTimes), Unit: "µs", Spread: spread(controlTimes)})
	}
	acks, _ := p.fleet.takeTimes()
	p.report.add(figure{Name: name + ": ack p50", Value: milliseconds(quantile(acks, 0.5)), Unit: "ms"})
	p.report.add(figure{Name: name + ": ack p99", Value: milliseconds(quantile(acks, 0.99)), Unit: "ms"})
	return nil
}

// paced measures times at a rate that leaves room.
func (p *pathRun) paced(ctx context.Context) error {
	for _, d := range []time.Duration{p.round(), 5 * p.round()} { // the first warms up
		p.fleet.takeTimes()
		p.fleet.timed.Store(true)
		if err := p.fleet.counted(ctx, p.kind, p.url, p.report, func() error { return pace(ctx, p.fleet.writers, p.Rate, d) }); err != nil {
			return err
		}
	}
	acks, pushes := p.fleet.takeTimes()
	name := fmt.Sprintf("%s, paced %s/s", p.kind, number(p.Rate))
	ackTail := figure{Name: name + ": ack p99", Value: milliseconds(quantile(acks, 0.99)), Unit: "ms"}
	pushTail := figure{Name: name + ": push p99", Value: milliseconds(quantile(pushes[0], 0.99)), Unit: "ms"}
	if p.Rate <= 40 {
		pushTail.Goal, pushTail.AtMost = "P3", 5
	} else {
		ackTail.Goal, ackTail.AtMost = "P3", 20
	}
	p.report.add(figure{Name: name + ": ack p50", Value: milliseconds(quantile(acks, 0.5)), Unit: "ms"})
	p.report.add(ackTail)
	p.report.add(figure{Name: name + ": push p50", Value: milliseconds(quantile(pushes[0], 0.5)), Unit: "ms"})
	p.report.add(pushTail)
	return nil
}

// profile records where the program's time goes; it includes the rounds of the control, in which the program rests. What
// it returns ends the recording.
func (p *pathRun) profile(ctx context.Context, addr string) func() error {
	ending := filepath.Ext(p.Profile)
	file := strings.TrimSuffix(p.Profile, ending) + "-" + p.kind + ending
	seconds := int(2*p.Seconds*float64(p.Rounds)) - 1
	done := make(chan error, 1)
	go func() {
		done <- download(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", addr, max(seconds, 1)), file)
	}()
	return func() error { return <-done }
}

func download(ctx context.Context, url, file string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, answer.Body)
	return errors.Join(err, out.Close())
}
