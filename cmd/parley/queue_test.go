package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
)

func TestQueuesAreLookedAtEvery2sWhileACustomerIsThereA6(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var looked, shown atomic.Int64
		var wanted, fails atomic.Bool
		q := queue{
			wanted: wanted.Load,
			waits: func(context.Context) (map[core.Talk]core.Wait, error) {
				looked.Add(1)
				if fails.Load() {
					return nil, context.DeadlineExceeded
				}
				return nil, nil
			},
			show: func(map[core.Talk]core.Wait) { shown.Add(1) },
			log:  slog.New(slog.DiscardHandler),
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		minute := func(want, wantShown int64) {
			t.Helper()
			looked.Store(0)
			shown.Store(0)
			time.Sleep(time.Minute)
			synctest.Wait()
			if looked.Load() != want || shown.Load() != wantShown {
				t.Errorf("in a minute: looked %d times and showed %d, want %d and %d", looked.Load(), shown.Load(), want, wantShown)
			}
		}
		time.Sleep(time.Second)
		minute(0, 0)
		wanted.Store(true)
		minute(30, 30)
		fails.Store(true)
		minute(30, 0)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
