package main

import (
	"context"

	"parley/core"
)

// counted does something that makes messages, and then holds what is stored and what agents and visitors were shown
// against the acknowledgements. name is how the run's counts begin.
func (f *fleet) counted(ctx context.Context, name, url string, r *report, do func() error) error {
	f.settled(ctx, 0, 0)
	head, err := logHead(ctx, url)
	if err != nil {
		return err
	}
	acks, pushed, shown := f.acks(), f.pushed.Load(), f.shown.Load()
	if err := do(); err != nil {
		return err
	}
	f.settled(ctx, 0, 0) // so that all acknowledgements are there
	f.settled(ctx, pushed+int64(f.agents)*(f.acks()-acks), shown+f.acks()-acks)
	after, err := logHead(ctx, url)
	if err != nil {
		return err
	}
	acks, pushed, shown = f.acks()-acks, f.pushed.Load()-pushed, f.shown.Load()-shown
	rows := int64(after - head)
	for what, n := range map[string]int64{"acknowledged": acks, "rows": rows, "pushes to agents": pushed, "shown to visitors": shown} {
		r.Counts[name+": "+what] += n
	}
	if rows != acks || pushed != acks*int64(f.agents) || shown != acks {
		r.fail("%s: %d acknowledgements, but %d rows, %d pushes to %d agents, %d shown to visitors",
			name, acks, rows, pushed, f.agents, shown)
	}
	return nil
}

// logHead reads the number of rows that the log has: its ids are dense.
func logHead(ctx context.Context, url string) (core.EventID, error) {
	s, err := openStore(url)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	return s.LogHead(ctx)
}
