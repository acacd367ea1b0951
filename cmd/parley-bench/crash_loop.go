package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// tally is what the loop counts for itself.
type tally struct {
	kills       int64
	fewest      int64           // requests under way at a kill
	starts      []time.Duration // until it served again
	stops       []time.Duration // of a node that was asked to
	retried     int64           // rounds with a retry
	found       int64           // rounds with something stored whose sender had not been told
	both        int64
	roundsEnded int64
}

// endRound notes what was met since the last kill.
func (t *tally) endRound(s *siege) {
	retried, found := s.retriedNow.Swap(false), s.storedNow.Swap(false)
	if t.roundsEnded++; t.roundsEnded == 1 {
		return // nothing was killed before the first
	}
	if retried {
		t.retried++
	}
	if found {
		t.found++
	}
	if retried && found {
		t.both++
	}
}

// loop kills and starts.
func (b *besiegers) loop(ctx context.Context, run crashRun) (*tally, error) {
	moments := rand.New(rand.NewPCG(run.seed, 0))
	t := &tally{fewest: 1 << 30}
	fate, err := newNemesis(ctx, run.kind, run.url)
	if err != nil {
		return t, err
	}
	defer fate.close()
	for round := range run.rounds {
		pause(ctx, soonest+time.Duration(moments.Int64N(int64(latest-soonest))))
		for until := time.Now().Add(waitTime); b.flying.Load() < leastFlying; {
			if pause(ctx, 100*time.Microsecond); ctx.Err() != nil || time.Now().After(until) {
				return t, fmt.Errorf("round %d: only %d requests are under way", t.kills+1, b.flying.Load())
			}
		}
		if !b.server.running() {
			return t, fmt.Errorf("round %d: the program ended by itself", t.kills+1)
		}
		if round%livesALongOne == livesALongOne-1 {
			pause(ctx, longLife)
		}
		b.meet(ctx, round, fate)
		t.endRound(b.siege)
		t.fewest = min(t.fewest, b.flying.Load())
		if run.rolling {
			if err := b.roll(ctx, round, t); err != nil {
				return t, fmt.Errorf("round %d: %w", round+1, err)
			}
			continue
		}
		if b.peer == nil {
			b.gate.shut()
		}
		b.server.kill()
		t.kills++
		if b.peer == nil {
			if err := b.ear.free(ctx); err != nil {
				return t, err
			}
		}
		took, err := b.server.start(ctx)
		if err != nil {
			return t, fmt.Errorf("round %d: %w", t.kills, err)
		}
		t.starts = append(t.starts, took)
		if b.peer == nil {
			b.gate.open()
		}
	}
	return t, nil
}

// meet waits for a good moment for a kill: on a busy machine again, when most of what was under way has been answered by then.
func (b *besiegers) meet(ctx context.Context, round int, fate nemesis) {
	for range mostTries {
		switch round % 5 {
		case 0: // whenever it is
		case 1:
			b.awaitAnswer(ctx)
		default: // the group after the first answer is the first that is large
			b.awaitAnswer(ctx)
			fate.await(ctx)
		}
		if b.flying.Load() >= leastMet || ctx.Err() != nil {
			return
		}
		pause(ctx, time.Millisecond)
	}
}

// awaitAnswer waits until somebody is told that something is stored.
func (b *besiegers) awaitAnswer(ctx context.Context) {
	told := b.told.Load()
	for until := time.Now().Add(patience); b.told.Load() == told && time.Now().Before(until) && ctx.Err() == nil; {
		time.Sleep(50 * time.Microsecond)
	}
}

// quiet waits until everybody has been told that all they said is stored.
func (b *besiegers) quiet(ctx context.Context) error {
	timeout := time.After(waitTime)
	var writers []<-chan struct{}
	for _, c := range b.customers {
		writers = append(writers, c.done)
	}
	for _, o := range b.operators {
		writers = append(writers, o.done)
	}
	for _, done := range writers {
		select {
		case <-done:
		case <-timeout:
			return fmt.Errorf("somebody has waited %v for an acknowledgement", waitTime)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
