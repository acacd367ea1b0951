package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestAPanicIsAnsweredAndTheOthersCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		before := len(h.told())
		r := h.group(h.hear("a", "one"), then(h.hear("b", "two"), func(*store.Work) error { panic("boom") }), h.hear("c", "three"))
		if r[0].err != nil || r[2].err != nil {
			t.Fatalf("neighbours: %v, %v", r[0].err, r[2].err)
		}
		if err := r[1].err; err == nil || !strings.Contains(err.Error(), "boom") || core.KindOf(err) != "" {
			t.Errorf("got %v, want the panic as an error without a kind", err)
		}
		if got := len(h.told()) - before; got != 4 {
			t.Errorf("got %d events, want the neighbours' 4", got)
		}
		if got := h.log.count("deed failed"); got != 1 {
			t.Errorf("a panic was logged %d times, want once", got)
		}
		h.did(h.hear("b", "the writer goes on"))
		h.healthy()
	})
}

// An error that only the database finds: the group is replayed in halves until the one job that causes it is alone.
func TestAnUnexpectedErrorFailsItsJobAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for _, bad := range []int{0, 2, 4} {
			h := open(t, sibling(t, url))
			before := len(h.told())
			jobs := make([]store.Job, 5)
			for i := range jobs {
				jobs[i] = keyed(h.hear(core.RemoteID(fmt.Sprint("visitor ", i)), "hi"), fmt.Sprint("test:", i), "hi")
			}
			jobs[bad] = then(jobs[bad], func(w *store.Work) error { // the slug is in use
				w.AddDepartment(core.Department{ID: 77, Slug: "support", Name: "Another", Zone: "UTC"})
				return nil
			})
			for i, r := range h.group(jobs...) {
				switch {
				case i == bad && (r.err == nil || core.KindOf(r.err) != ""):
					t.Errorf("the bad job: got %v, want an error without a kind", r.err)
				case i != bad && (r.err != nil || r.commit.Repeat || len(r.commit.Events) != 2):
					t.Errorf("job %d beside bad job %d: got %v and %v, want two events and no repeat", i, bad, r.commit, r.err)
				}
			}
			told := h.told()[before:]
			if len(told) != 8 || !slices.IsSortedFunc(told, func(a, b core.Event) int { return int(a.ID - b.ID) }) {
				t.Errorf("got %d published events, want the 8 of the others in order", len(told))
			}
			if got := h.count("sessions WHERE last_seq = 2"); got != 4 {
				t.Errorf("got %d sessions, want 4", got)
			}
			if halves, failed := h.log.count("replayed in halves"), h.log.count("job failed again"); halves < 2 || failed != 1 {
				t.Errorf("got %d replays and %d jobs that failed again, want some and 1", halves, failed)
			}
			h.healthy()
		}
	})
}

// C12: what ends one session and begins the next is no reason to replay a group.
func TestOneGroupEndsASessionAndBeginsTheNextC12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		first := h.wrote("carla", "hi")
		both := store.Job{Do: func(w *store.Work) error {
			if err := h.end(first).Do(w); err != nil {
				return err
			}
			return h.hear("carla", "one more thing").Do(w)
		}}
		next := h.must(h.do(both)).Events
		second := next[len(next)-1].Session
		if second == first {
			t.Error("a message after the end went into the ended session")
		}
		for i, r := range h.group(h.end(second), h.hear("carla", "and another")) {
			if r.err != nil {
				t.Errorf("job %d: %v", i, r.err)
			}
		}
		if got := h.log.count("replayed"); got != 0 {
			t.Errorf("groups were replayed %d times", got)
		}
		if got := h.count("sessions WHERE ended_at = 0"); got != 1 {
			t.Errorf("got %d open sessions, want 1", got)
		}
		h.healthy()
	})
}

func TestAFullQueueIsBusy(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	release := h.hold()
	var wait sync.WaitGroup
	var mu sync.Mutex
	kinds := map[core.Kind]int{}
	for range store.MaxWaiting + 50 {
		wait.Go(func() {
			_, err := h.do(store.Job{Do: func(*store.Work) error { return nil }})
			mu.Lock()
			defer mu.Unlock()
			kinds[core.KindOf(err)]++
		})
	}
	h.until(func() bool { mu.Lock(); defer mu.Unlock(); return kinds[core.Busy] == 50 })
	if got := h.writer.Waiting(); got != store.MaxWaiting {
		t.Errorf("got %d jobs that wait, want %d", got, store.MaxWaiting)
	}
	_, err := h.do(store.Job{Do: refuse})
	if e, ok := errors.AsType[*core.Error](err); !ok || e.Kind != core.Busy || e.RetryAfter == 0 {
		t.Errorf("got %v, want busy with a time to come again", err)
	}
	release()
	wait.Wait()
	if kinds[""] != store.MaxWaiting || kinds[core.Busy] != 50 {
		t.Errorf("got %v, want %d done and 50 busy", kinds, store.MaxWaiting)
	}
}

func TestAGroupHasLimits(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	for _, c := range []struct {
		name       string
		jobs, size int
		want       []int // events of each group
	}{
		{"at most so many jobs", store.MaxGroup + 3, 1, []int{store.MaxGroup, 3}},
		{"at most so many bytes, and the job that exceeds them", 9, store.MaxGroupSize / 4, []int{4, 4, 1}},
		{"a job alone may be larger", 2, store.MaxGroupSize * 2, []int{1, 1}},
	} {
		id := h.wrote("carla", "hi")
		jobs := make([]store.Job, c.jobs)
		for i := range jobs {
			jobs[i] = h.say(h.anna, id, "hello")
			jobs[i].Size = c.size
		}
		h.mu.Lock()
		h.published = nil
		h.mu.Unlock()
		h.group(jobs...)
		var got []int
		for _, c := range h.published {
			got = append(got, len(c.Events))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got groups of %v, want %v", c.name, got, c.want)
		}
	}
	h.healthy()
}

func TestWhoHasGoneIsNotServed(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	release := h.hold()
	short, leave := context.WithCancel(ctx)
	errs := make(chan error)
	go func() { _, err := h.writer.Do(short, h.hear("gone", "hi")); errs <- err }()
	h.until(func() bool { return h.writer.Waiting() == 1 })
	leave()
	if err := <-errs; core.KindOf(err) != core.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	over, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()
	if _, err := h.writer.Do(over, h.hear("late", "hi")); core.KindOf(err) != core.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	release()
	h.wrote("carla", "hi")
	if got := h.count("sessions"); got != 1 {
		t.Errorf("got %d sessions, want only the one whose customer is here", got)
	}
}

// Whatever is handed in while the writer stops is done and answered, or refused at once; never left to its deadline.
func TestStoppingAnswersEverybody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		for round := range 6 {
			run, stop := context.WithCancel(ctx)
			w := store.NewWriter(h.store, h.publish, store.WithTimeout(4*patience))
			stopped := make(chan error, 1)
			go func() { stopped <- w.Run(run) }()
			var wait sync.WaitGroup
			var mu sync.Mutex
			kinds, slowest := map[core.Kind]int{}, time.Duration(0)
			for i := range 8 {
				wait.Go(func() {
					for n := 0; ; n++ {
						start := time.Now()
						_, err := w.Do(ctx, h.hear(core.RemoteID(fmt.Sprintf("%d %d %d", round, i, n)), "hi"))
						took := time.Since(start)
						mu.Lock()
						kinds[core.KindOf(err)]++
						slowest = max(slowest, took)
						mu.Unlock()
						if err != nil {
							return
						}
					}
				})
			}
			h.until(func() bool { mu.Lock(); defer mu.Unlock(); return kinds[""] > 20 })
			stop()
			if err := <-stopped; err != nil {
				t.Fatal(err)
			}
			wait.Wait()
			if kinds[core.Unavailable] != 8 || len(kinds) != 2 {
				t.Fatalf("got %v, want all done and then 8 unavailable", kinds)
			}
			if slowest > 3*patience {
				t.Fatalf("round %d: an answer took %v", round, slowest)
			}
			if _, err := w.Do(ctx, h.hear("late", "hi")); core.KindOf(err) != core.Unavailable {
				t.Fatalf("after the stop: got %v, want unavailable", err)
			}
		}
		if got, want := h.count("sessions"), h.count("log WHERE kind = 'started'"); got != want || h.count("sessions WHERE conversation = 'late'") != 0 {
			t.Errorf("got %d sessions and %d beginnings", got, want)
		}
		h.healthy()
	})
}

func TestWhatWaitedBeforeTheStopIsWritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		run, stop := context.WithCancel(ctx)
		w := store.NewWriter(h.store, h.publish)
		errs := make(chan error, 60)
		for i := range cap(errs) {
			go func() {
				_, err := w.Do(ctx, h.hear(core.RemoteID(fmt.Sprint("visitor ", i)), "hi"))
				errs <- err
			}()
		}
		h.until(func() bool { return w.Waiting() == cap(errs) })
		stop() // it has not begun yet, and all the same
		if err := w.Run(run); err != nil {
			t.Fatal(err)
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		if got := h.count("sessions"); got != cap(errs) {
			t.Errorf("got %d sessions, want %d", got, cap(errs))
		}
		h.healthy()
	})
}
