package main

import (
	"context"
	"log/slog"
	"time"

	"parley/core"
)

// queueTime is how often a queue is looked at for the customers in it, at most (DESIGN 5).
const queueTime = 2 * time.Second

// queue shows the customers who are connected to this node how they stand in it.
type queue struct {
	wanted func() bool // customers are connected here
	waits  func(context.Context) (map[core.Talk]core.Wait, error)
	show   func(map[core.Talk]core.Wait)
	log    *slog.Logger
}

// Run looks until ctx ends. While the database does not answer, customers see what they saw.
func (q *queue) Run(ctx context.Context) error {
	tick := time.NewTicker(queueTime)
	defer tick.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if !q.wanted() {
			continue
		}
		waits, err := q.waits(ctx)
		if err == nil {
			q.show(waits)
		} else if !failed && ctx.Err() == nil {
			q.log.Warn("queues cannot be read", "error", err)
		}
		failed = err != nil
	}
}
