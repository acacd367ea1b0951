package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

type idleCommand struct {
	common

	Sockets int           `default:"19000" help:"Of each sort; fewer where no more files may be open."`
	Settle  time.Duration `default:"130s" help:"How long all rest before memory is looked at. The runtime collects garbage at least every two minutes."`
}

const (
	kibibyte   = 1 << 10
	warmup     = 64  // sockets that are opened and closed before anything is measured
	otherFiles = 500 // of a process with sockets
	idleAgents = 8   // whose sockets they are
)

// Run measures on each database.
func (c *idleCommand) Run(ctx context.Context) error {
	n, err := socketsAllowed(c.Sockets)
	if err != nil {
		return err
	}
	return c.measure(ctx, "idle", map[string]any{"sockets": n, "settle": c.Settle.String()}, nil, func(ctx context.Context, b bed) error {
		if n < c.Sockets {
			b.say("    %d sockets of each sort instead of %d: no more files may be open here", n, c.Sockets)
		}
		return c.on(ctx, b, n)
	})
}

// socketsAllowed is how many of so many sockets a process may have. Go has raised the limit as far as it goes, in this
// process as in its child.
func socketsAllowed(wanted int) (int, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	if wanted < warmup || limit.Cur < warmup+otherFiles {
		return 0, fmt.Errorf("%d sockets with %d open files allowed: at least %d sockets are needed", wanted, limit.Cur, warmup)
	}
	return int(min(uint64(wanted), limit.Cur-otherFiles)), nil
}

func (c *idleCommand) on(ctx context.Context, b bed, n int) error {
	h, srv, err := b.furnished(ctx, idleAgents)
	if err != nil {
		return err
	}
	defer srv.close()
	for _, part := range []func() error{
		func() error { return c.visitors(ctx, b, srv, h, n) },
		func() error { return c.agents(ctx, b, srv, h, n) },
	} {
		if _, err := srv.start(ctx); err != nil {
			return err
		}
		if err := errors.Join(part(), srv.stop()); err != nil {
			return fmt.Errorf("%w\n%s", err, srv.tail())
		}
	}
	return nil
}

// visitors measures those who come back: their sessions are made by the process before.
func (c *idleCommand) visitors(ctx context.Context, b bed, srv *server, h house, n int) error {
	all := newCrowd(srv.addr, h, n)
	come := func(n int, do func(context.Context)) error {
		ctx, cancel := context.WithCancel(ctx)
		defer all.scattered()
		defer cancel()
		if err := all.gather(ctx, n); err != nil {
			return err
		}
		do(ctx)
		return ctx.Err()
	}
	nothing := func(context.Context) {}
	if err := come(n, nothing); err != nil {
		return err
	}
	if err := srv.stop(); err != nil {
		return err
	}
	if _, err := srv.start(ctx); err != nil {
		return err
	}
	if err := come(warmup, nothing); err != nil {
		return err
	}
	pause(ctx, restBefore)
	before := memoryOf(srv.pid())
	if err := come(n, func(ctx context.Context) {
		c.rest(ctx, all.keep)
		c.add(b, "an idle visitor", before, memoryOf(srv.pid()), n, 8, 6.5)
	}); err != nil {
		return err
	}
	if there := all.unresumed.Load(); there > 0 {
		b.fail("%s: %d visitors came back and were not resumed", b.kind, there)
	}
	return nil
}

// agents measures sockets of agents, each of which follows one session.
func (c *idleCommand) agents(ctx context.Context, b bed, srv *server, h house, n int) error {
	var page struct{ Items []sessionRow }
	if err := newAgentAPI(srv.addr, h.agents[0]).get(ctx, "/api/v1/sessions?limit=1", &page); err != nil {
		return err
	}
	if len(page.Items) == 0 {
		return errors.New("there is no session to follow")
	}
	come := func(n int, do func(*fleet)) error {
		f := emptyFleet([]string{srv.addr}, h, 0)
		defer f.close()
		for i := range n {
			if err := f.watch(ctx, h, i, []string{page.Items[0].ID}); err != nil {
				return err
			}
		}
		do(f)
		return errors.Join(f.failed(), ctx.Err())
	}
	if err := come(warmup, func(*fleet) {}); err != nil {
		return err
	}
	pause(ctx, restBefore)
	before := memoryOf(srv.pid())
	return come(n, func(f *fleet) {
		c.rest(ctx, func(ctx context.Context) { keepAlive(ctx, n, func(i int) *line { return f.streams[i] }) })
		c.add(b, "an idle agent", before, memoryOf(srv.pid()), n, 16, 0)
	})
}

// rest waits while keep keeps the sockets alive.
func (c *idleCommand) rest(ctx context.Context, keep func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, c.Settle)
	defer cancel()
	keep(ctx)
}

func (c *idleCommand) add(b bed, who string, before, after int64, n int, most, stretch float64) {
	if after == 0 {
		b.say("    %s: this system does not tell how much memory a process has", b.kind)
		return
	}
	b.add(figure{
		Goal: "P4", Name: fmt.Sprintf("%s: RSS of %s, %d sockets", b.kind, who, n),
		Value: float64(after-before) / float64(n) / kibibyte, Unit: "KiB", AtMost: most, Stretch: stretch,
	})
	b.add(figure{Name: b.kind + ": RSS before the first", Value: float64(before) / mebibyte, Unit: "MiB"})
}
