package store_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// load lets several senders write through each house at once: customers of their own and one conversation that all share.
// It gives the events of all answers.
func load(t *testing.T, senders, each int, houses ...*house) []core.Event {
	t.Helper()
	var mu sync.Mutex
	var answered []core.Event
	var wait sync.WaitGroup
	for i, h := range houses {
		for s := range senders {
			wait.Go(func() {
				for n := range each {
					job := h.hear("shared", "hi")
					switch n % 4 {
					case 0:
						job = h.hear(core.RemoteID(fmt.Sprintf("visitor %d %d %d", i, s, n)), "hi")
					case 1:
						job = h.hear(core.RemoteID(fmt.Sprintf("regular %d %d", i, s)), "hi")
					}
					c, err := h.do(keyed(job, fmt.Sprintf("test:%d %d %d", i, s, n), "hi"))
					for core.KindOf(err) == core.Unavailable { // the file's one lock may go to the other process for too long
						c, err = h.do(keyed(job, fmt.Sprintf("test:%d %d %d", i, s, n), "hi"))
					}
					if err != nil {
						t.Errorf("sender %d of node %d: %v", s, i, err)
						return
					}
					mu.Lock()
					answered = append(answered, c.Events...)
					mu.Unlock()
				}
			})
		}
	}
	wait.Wait()
	return answered
}

// S3: log ids are dense and in commit order over all nodes, and so is every session's seq.
func TestIDsAreDenseAndInCommitOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		a, b := open(t, url), node(t, url, 10_000_000)
		watched, stop := watch(t, a)
		answered := load(t, 4, 40, a, b)
		stop()

		rows, err := a.store.LogAfter(ctx, 0, 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		if last := rows[len(rows)-1].ID; int(last) != len(rows) {
			t.Errorf("got id %d for row %d", int64(last), len(rows))
		}
		for _, e := range answered {
			if got := at(rows, e.ID); got != e {
				t.Fatalf("the answer says %+v, the log %+v", e, got)
			}
		}
		if head := watched(); head == 0 {
			t.Error("nobody saw the log grow")
		}
		for _, h := range []*house{a, b} {
			told := h.told()
			if !slices.IsSortedFunc(told, func(a, b core.Event) int { return int(a.ID - b.ID) }) {
				t.Error("groups were published out of commit order")
			}
			for _, e := range told {
				if got := at(rows, e.ID); got != e {
					t.Fatalf("published was %+v, the log has %+v", e, got)
				}
			}
		}
		if a.told() == nil || b.told() == nil || len(a.told())+len(b.told()) != len(rows) {
			t.Errorf("published %d and %d of %d rows", len(a.told()), len(b.told()), len(rows))
		}
		a.healthy()
	})
}

// at gives the event with the id, zero if the log does not have it.
func at(log []core.Event, id core.EventID) core.Event {
	if id < 1 || int(id) > len(log) {
		return core.Event{}
	}
	return log[id-1]
}

// watch reads the log while it grows: no row may ever appear before one that was read already.
func watch(t *testing.T, h *house) (head func() core.EventID, stop func()) {
	t.Helper()
	var cursor atomic.Int64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
			events, err := h.store.LogAfter(ctx, core.EventID(cursor.Load()), 100)
			if err != nil {
				t.Errorf("read the log: %v", err)
				return
			}
			for _, e := range events {
				if int64(e.ID) != cursor.Add(1) {
					t.Errorf("after row %d came row %d", cursor.Load()-1, int64(e.ID))
					return
				}
			}
		}
	}()
	return func() core.EventID { return core.EventID(cursor.Load()) }, func() { close(done); <-stopped }
}

func TestPublishComesAfterTheCommitAndBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		quiet := open(t, url)
		var mu sync.Mutex
		var order []core.EventID
		told := map[core.EventID]bool{}
		w := storetest.Write(t, quiet.store, func(c core.Committed) {
			mu.Lock()
			defer mu.Unlock()
			for _, e := range c.Events {
				order, told[e.ID] = append(order, e.ID), true
			}
			if head, err := quiet.store.LogHead(ctx); err != nil || head < c.Events[len(c.Events)-1].ID {
				t.Errorf("published before the commit: head %d, %v", int64(head), err)
			}
		})
		var wait sync.WaitGroup
		for i := range 6 {
			wait.Go(func() {
				for n := range 30 {
					c, err := w.Do(ctx, quiet.hear(core.RemoteID(fmt.Sprint("visitor ", i)), fmt.Sprint(n)))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, e := range c.Events {
						if !told[e.ID] {
							t.Errorf("event %d was answered before it was published", int64(e.ID))
						}
					}
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		if !slices.IsSorted(order) || len(order) != 6*31 {
			t.Errorf("got %d published events, in order: %v; want %d in order", len(order), slices.IsSorted(order), 6*31)
		}
	})
}

// What changes without an event is published too, with the agent whose counters it changes.
func TestTouchedSessionsArePublished(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	id, other := h.wrote("carla", "hi"), h.wrote("dora", "hi")
	h.did(h.take(h.anna, id))
	h.did(h.take(h.anna, other))
	h.group(h.see(id, 1), h.see(id, 2), h.see(other, 1), h.say(h.anna, other, "hello"))
	last := h.published[len(h.published)-1]
	want := core.Touched{Session: id, Department: h.support, Channel: h.desk, Conversation: "carla", Agent: h.anna.Agent.ID}
	if len(last.Events) != 1 || len(last.Touched) != 1 || last.Touched[0] != want {
		t.Errorf("got %+v, want one event and %+v: what has an event is not named again", last, want)
	}
	before := len(h.published)
	h.must(h.do(store.Job{Do: func(*store.Work) error { return nil }}))
	if len(h.published) != before {
		t.Error("a group that changed nothing was published")
	}
}

// "Accepted means kept" has another side: what was not kept is neither answered nor published. The database fails only at COMMIT here.
func TestAFailedCommitIsNoAnswer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		failAtCommit(h)
		before := h.dump()
		published := len(h.told())
		r := h.group(h.hear("a", "one"), h.hear("b", "fails at commit"), h.hear("c", "three"))
		if r[0].err != nil || r[2].err != nil {
			t.Errorf("the others: got %v, %v", r[0].err, r[2].err)
		}
		if r[1].err == nil || len(r[1].commit.Events) != 0 {
			t.Errorf("got %v and %v, want an error and nothing else", r[1].commit, r[1].err)
		}
		if got := len(h.told()) - published; got != 4 {
			t.Errorf("got %d published events, want the others' 4", got)
		}
		if got := h.count("log WHERE text = 'fails at commit'"); got != 0 {
			t.Errorf("got %d rows of what failed, want none", got)
		}
		if h.dump() == before {
			t.Error("the others were not kept")
		}
		h.did(h.hear("a", "the writer goes on"))
		h.healthy()
	})
}

// failAtCommit makes the database refuse, at COMMIT and not before, a transaction that logs "fails at commit".
func failAtCommit(h *house) {
	h.t.Helper()
	if h.store.Writing().DriverName() == "sqlite" {
		h.change(`CREATE TABLE owed (id INTEGER PRIMARY KEY, of INTEGER REFERENCES owed (id) DEFERRABLE INITIALLY DEFERRED)`)
		h.change(`CREATE TRIGGER fails AFTER INSERT ON log WHEN new.text = 'fails at commit' BEGIN INSERT INTO owed (of) VALUES (-1); END`)
		return
	}
	h.change(`CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fails'; END $$`)
	h.change(`CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (new.text = 'fails at commit') EXECUTE FUNCTION fails()`)
}

// Another process on the file, as a subcommand beside the server, goes in between; no number is cached over groups.
func TestAnotherProcessOnTheFile(t *testing.T) {
	t.Parallel()
	url := storetest.SQLite(t)
	a, b := open(t, url), node(t, url, 10_000_000)
	first := a.wrote("carla", "hi")
	for range 20 {
		b.did(b.say(b.anna, first, "from the other process"))
		a.did(a.say(a.anna, first, "from this one"))
		b.must(b.do(store.Job{Do: func(w *store.Work) error {
			w.Tell(core.Event{Kind: core.EventChannelChanged, ActorKind: core.BySystem, Audience: core.AgentsOnly})
			return nil
		}}))
	}
	if got := a.session(first); got.LastSeq != 42 || got.Messages != 41 {
		t.Errorf("got seq %d and %d messages, want 42 and 41", got.LastSeq, got.Messages)
	}
	load(t, 2, 40, a, b)
	a.healthy()
}
