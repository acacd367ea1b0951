//go:build linux

package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// A write is answered within the writer's timeout also where the database is gone; late is by how much a busy machine may be later.
const late = 20 * time.Second

// senders write without a pause, each in a conversation of its own; what is not kept they say again under the same key.
type senders struct {
	h       *house
	wait    sync.WaitGroup
	stop    chan struct{}
	mu      sync.Mutex
	kept    map[string]core.Event // by key: what was acknowledged
	slowest time.Duration

	refused, repeats atomic.Int64
}

func (h *house) senders(n int) *senders {
	s := &senders{h: h, stop: make(chan struct{}), kept: map[string]core.Event{}}
	for i := range n {
		s.wait.Go(func() {
			for m := 0; ; m++ {
				select {
				case <-s.stop:
					return
				default:
				}
				s.send(core.RemoteID(fmt.Sprint("sender ", i)), fmt.Sprintf("c3:%d-%d", i, m))
			}
		})
	}
	return s
}

// send says one thing until it is acknowledged.
func (s *senders) send(who core.RemoteID, key string) {
	for {
		start := time.Now()
		c, err := s.h.do(keyed(s.h.hear(who, key), key, key))
		took := time.Since(start)
		s.mu.Lock()
		s.slowest = max(s.slowest, took)
		if err == nil {
			s.kept[key] = c.Events[len(c.Events)-1]
		}
		s.mu.Unlock()
		switch core.KindOf(err) {
		case core.Unavailable:
			s.refused.Add(1)
			time.Sleep(20 * time.Millisecond)
			continue
		case "":
			if err == nil {
				if c.Repeat {
					s.repeats.Add(1)
				}
				return
			}
		}
		s.h.t.Errorf("%s: %v", key, err)
		return
	}
}

func (s *senders) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

// since waits for an acknowledgement of something that began after now, and says how long that took.
func (s *senders) since(t *testing.T, limit time.Duration) time.Duration {
	t.Helper()
	start := time.Now()
	for before := s.count(); s.count() <= before; time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > limit {
			t.Fatalf("nothing was acknowledged for %v", limit)
		}
	}
	return time.Since(start)
}

// A write is answered in time whatever the database does; what was acknowledged is there once; and all goes on by itself.
func TestPostgreSQLIsGone(t *testing.T) {
	t.Parallel()
	cluster := storetest.Cluster(t)
	// As on a slow disk, most of a group's time passes in its COMMIT: there most faults shall fall.
	slow := bare(t, cluster.URL())
	for _, setting := range []string{"commit_delay = 5000", "commit_siblings = 0"} {
		if _, err := slow.Writing().Exec("ALTER DATABASE postgres SET " + setting); err != nil {
			t.Fatal(err)
		}
	}
	h := open(t, cluster.URL())
	h.hurry(4 * time.Second)
	s := h.senders(8)
	for _, fault := range []struct {
		name  string
		begin func()
		gone  time.Duration
		end   func()
	}{
		{"it hangs", cluster.Stop, 6 * time.Second, cluster.Continue},
		{"it is killed", cluster.Kill, 2 * time.Second, cluster.Start},
		{"it hangs for a moment", cluster.Stop, 200 * time.Millisecond, cluster.Continue},
		{"it is killed and back at once", cluster.Kill, 0, cluster.Start},
		{"it is killed again", cluster.Kill, 0, cluster.Start},
		{"and again", cluster.Kill, 0, cluster.Start},
		{"and once more", cluster.Kill, 0, cluster.Start},
	} {
		s.since(t, 5*time.Second+late)
		time.Sleep(200 * time.Millisecond)
		before := s.refused.Load()
		fault.begin()
		time.Sleep(min(fault.gone, 50*time.Millisecond))
		if fault.gone > time.Second {
			notReady(t, h.store, fault.name)
			reads(t, h, fault.name)
		}
		time.Sleep(fault.gone)
		fault.end()
		recovered := s.since(t, 5*time.Second+late)
		ready(t, h.store, fault.name)
		if _, err := h.store.Talking(ctx, h.desk, "sender 0"); err != nil {
			t.Errorf("%s: reading afterwards: %v", fault.name, err)
		}
		if fault.gone > time.Second && s.refused.Load() == before {
			t.Errorf("%s: no write was refused", fault.name)
		}
		t.Logf("%s: %d refused, the first write kept %v after its end", fault.name, s.refused.Load()-before, recovered)
	}
	s.since(t, 5*time.Second+late)
	close(s.stop)
	s.wait.Wait()

	t.Logf("%d kept, %d refused, %d repeats, the slowest answer after %v", len(s.kept), s.refused.Load(), s.repeats.Load(), s.slowest)
	if s.slowest > 4*time.Second+late {
		t.Errorf("the slowest answer took %v, want it within 4 s and what a busy machine takes", s.slowest)
	}
	rows, err := h.store.LogAfter(ctx, 0, 10_000_000)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, e := range rows {
		if e.Kind == core.EventMessage {
			found[e.Text]++
		}
	}
	for key, e := range s.kept {
		if found[key] != 1 {
			t.Fatalf("%s was acknowledged and is there %d times", key, found[key])
		}
		if row := at(rows, e.ID); row.Text != key || row.Seq != e.Seq {
			t.Fatalf("%s was acknowledged as event %d, which is %+v", key, int64(e.ID), row)
		}
	}
	if len(found) != len(s.kept) {
		t.Errorf("got %d messages, want the %d that were acknowledged: all were said until they were", len(found), len(s.kept))
	}
	h.healthy()
}

func notReady(t *testing.T, s *store.Store, name string) {
	t.Helper()
	start := time.Now()
	short, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := s.Ready(short)
	if took := time.Since(start); core.KindOf(err) != core.Unavailable || took > 2*time.Second+late {
		t.Errorf("%s: ready said %v after %v, want unavailable within two seconds", name, err, took)
	}
}

// reads says whether a read with a deadline is refused as clearly as a write.
func reads(t *testing.T, h *house, name string) {
	t.Helper()
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if _, err := h.store.LogHead(short); core.KindOf(err) != core.Unavailable {
		t.Errorf("%s: a read got %v, want unavailable", name, err)
	}
}

func ready(t *testing.T, s *store.Store, name string) {
	t.Helper()
	short, cancel := context.WithTimeout(ctx, late)
	defer cancel()
	if err := s.Ready(short); err != nil {
		t.Errorf("%s: ready said %v afterwards", name, err)
	}
}

// A node waits for its database: one that is started first works when the database comes.
func TestANodeThatStartsBeforePostgreSQL(t *testing.T) {
	t.Parallel()
	cluster := storetest.Cluster(t)
	open(t, cluster.URL()).wrote("carla", "hi")
	cluster.Kill()
	early := bare(t, cluster.URL())
	w := storetest.Write(t, early, func(core.Committed) {}, store.WithTimeout(2*time.Second))
	notReady(t, early, "it is not there yet")
	if _, err := w.Do(ctx, store.Job{Do: func(*store.Work) error { return nil }}); core.KindOf(err) != core.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	cluster.Start()
	ready(t, early, "it came")
	w = storetest.Write(t, early, func(core.Committed) {})
	if _, err := w.Do(ctx, store.Job{Do: func(*store.Work) error { return nil }}); err != nil {
		t.Errorf("got %v, want it done", err)
	}
}
