package store_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// leased opens a store on a database whose leases go by a clock that the test turns.
func leased(t *testing.T, url string, c *clock) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{URL: url, Clock: c.now, LeaseClock: c.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestALeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		var c clock
		s := leased(t, url, &c)
		take := func(holder string, want int64) {
			t.Helper()
			epoch, ok, err := s.TakeLease(ctx, "channel 1", holder, time.Minute)
			if err != nil || ok != (want > 0) || epoch != want {
				t.Errorf("%s: got %d, %v, %v, want %d", holder, epoch, ok, err, want)
			}
		}
		renew := func(epoch int64, want core.Kind) {
			t.Helper()
			if err := s.RenewLease(ctx, "channel 1", epoch, time.Minute); core.KindOf(err) != want || (err != nil) != (want != "") {
				t.Errorf("renew %d: got %v, want %q", epoch, err, want)
			}
		}
		renew(1, core.Gone) // there is none
		take("a", 1)
		take("b", 0)
		take("a", 0) // as after a restart: it is another holder
		c.turn(59 * time.Second)
		renew(1, "")
		c.turn(60 * time.Second)
		take("b", 0)
		c.turn(time.Microsecond)
		take("b", 2)
		renew(1, core.Gone)
		if got := s.RefusedWrites(); got != 2 {
			t.Errorf("got %d refused writes, want the two renewals", got)
		}
		renew(2, "")
		if err := s.ReleaseLease(ctx, "channel 1", 1); err != nil { // who has lost it gives nothing back
			t.Error(err)
		}
		take("a", 0)
		if err := s.ReleaseLease(ctx, "channel 1", 2); err != nil {
			t.Error(err)
		}
		take("a", 3)
		if epoch, ok, err := s.TakeLease(ctx, "channel 2", "b", time.Minute); epoch != 1 || !ok || err != nil {
			t.Errorf("another lease: got %d, %v, %v", epoch, ok, err)
		}
	})
}

func TestOneOfManyTakesALease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url) // by the database's own time
		for round := range 5 {
			var wait sync.WaitGroup
			var mu sync.Mutex
			var won []int64
			for range 8 {
				wait.Go(func() {
					epoch, ok, err := h.store.TakeLease(ctx, "one", "somebody", time.Minute)
					if err != nil {
						t.Error(err)
					}
					if ok {
						mu.Lock()
						won = append(won, epoch)
						mu.Unlock()
					}
				})
			}
			wait.Wait()
			if len(won) != 1 || won[0] != int64(round+1) {
				t.Fatalf("round %d: won by %v", round, won)
			}
			if err := h.store.ReleaseLease(ctx, "one", won[0]); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What is written under an epoch that is over is refused, and leaves nothing.
func TestWhoHasLostTheLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		under := func(epoch int64, text string) store.Job {
			return store.Job{Do: func(w *store.Work) error {
				if err := w.Holds("one", epoch); err != nil {
					return err
				}
				return h.say(h.anna, id, text).Do(w)
			}}
		}
		if _, err := h.do(under(1, "nobody holds it")); core.KindOf(err) != core.Gone {
			t.Errorf("got %v, want gone", err)
		}
		first, _, err := h.store.TakeLease(ctx, "one", "a", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		h.must(h.do(under(first, "one")))
		if err := h.store.ReleaseLease(ctx, "one", first); err != nil {
			t.Fatal(err)
		}
		second, ok, err := h.store.TakeLease(ctx, "one", "b", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		for i, r := range h.group(under(first, "late"), under(second, "two"), under(first, "late"), under(second, "three")) {
			if want := map[bool]core.Kind{true: core.Gone}[i%2 == 0]; core.KindOf(r.err) != want {
				t.Errorf("job %d: got %v, want %q", i, r.err, want)
			}
		}
		if got := h.session(id).Messages; got != 4 {
			t.Errorf("got %d messages, want the customer's and three", got)
		}
		if got := h.store.RefusedWrites(); got != 3 {
			t.Errorf("got %d refused writes, want 3", got)
		}
		h.healthy()
	})
}

// A lease is not taken between a holder's check and its commit.
func TestALeaseIsNotTakenFromUnderAGroup(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	h := open(t, url)
	var c clock
	other := leased(t, url, &c)
	epoch, _, err := other.TakeLease(ctx, "one", "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c.turn(time.Hour)
	checked, gate, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	let := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(let) // before the writer is waited for
	go func() {
		_, err := h.do(store.Job{Do: func(w *store.Work) error {
			if err := w.Holds("one", epoch); err != nil {
				return err
			}
			close(checked)
			<-gate
			return nil
		}})
		done <- err
	}()
	<-checked
	taken := make(chan error, 1)
	go func() {
		_, ok, err := other.TakeLease(ctx, "one", "b", time.Minute)
		if !ok && err == nil {
			err = errRefused
		}
		taken <- err
	}()
	h.until(func() bool {
		return h.count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
	})
	let()
	if err := <-done; err != nil {
		t.Errorf("the group: %v", err)
	}
	if err := <-taken; err != nil {
		t.Errorf("the other: %v", err)
	}
}
