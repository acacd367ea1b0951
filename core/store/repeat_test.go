package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestAKeyIsUsedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		h.did(h.take(h.anna, id))
		before := h.session(id).Messages
		say := func(key, text string) store.Job { return keyed(h.say(h.anna, id, text), key, text) }

		first := h.must(h.do(say("a11:one", "hello")))
		if first.Repeat || len(first.Events) != 1 || first.Events[0].Dedupe != "a11:one" || first.Events[0].ID == 0 {
			t.Fatalf("the first: got %+v", first)
		}
		for _, c := range []struct {
			name   string
			again  store.Job
			repeat bool // else refused
		}{
			{"the same in another group", say("a11:one", "hello"), true},
			{"another body", say("a11:one", "hello!"), false},
			{"no body", say("a11:one", ""), false},
			{"the same, that would be refused by now", keyed(h.take(h.boris, id), "a11:one", "hello"), true},
		} {
			got, err := h.do(c.again)
			if !c.repeat {
				if e, ok := errors.AsType[*core.Error](err); !ok || e.Kind != core.Invalid || e.Field != "client_id" || len(got.Events) != 0 {
					t.Errorf("%s: got %+v, %v, want invalid client_id and nothing of the first", c.name, got, err)
				}
				continue
			}
			if err != nil || !got.Repeat || len(got.Events) != 1 || got.Events[0] != first.Events[0] {
				t.Errorf("%s: got %+v, %v, want %+v again", c.name, got, err, first.Events[0])
			}
		}

		r := h.group(say("a11:two", "x"), say("a11:two", "x"), say("a11:two", "y"), say("a12:two", "y"), say("k11:two", "z"), say("a11:two", "x"))
		event := func(i int) core.Event {
			if r[i].err != nil || len(r[i].commit.Events) != 1 {
				t.Fatalf("job %d: got %+v, %v", i, r[i].commit, r[i].err)
			}
			return r[i].commit.Events[0]
		}
		if event(0) != event(1) || event(0) != event(5) || r[0].commit.Repeat || !r[1].commit.Repeat || !r[5].commit.Repeat {
			t.Errorf("the same key in one group: got %+v, %+v, %+v", r[0], r[1], r[5])
		}
		if e, ok := errors.AsType[*core.Error](r[2].err); !ok || e.Kind != core.Invalid || e.Field != "client_id" {
			t.Errorf("another body in one group: got %v, want invalid client_id", r[2].err)
		}
		if r[3].commit.Repeat || r[4].commit.Repeat || event(3).ID == event(4).ID {
			t.Errorf("another origin's key is another key: got %+v, %+v", r[3], r[4])
		}
		if got := h.session(id).Messages - before; got != 4 {
			t.Errorf("got %d messages, want 4", got)
		}
		if got := h.log.count("replayed"); got != 0 {
			t.Errorf("groups were replayed %d times", got)
		}
		h.healthy()
	})
}

func TestAKeyOfARefusedJobIsFree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		say := keyed(h.say(h.anna, id, "hello"), "a11:one", "hello")
		r := h.group(then(say, refuse), say, say)
		if r[0].err == nil || r[1].err != nil || r[1].commit.Repeat || r[2].err != nil || !r[2].commit.Repeat {
			t.Errorf("got %v, %v, %v, want refused, done, repeated", r[0], r[1], r[2])
		}
		if got, err := h.do(say); err != nil || !got.Repeat || got.Events[0].ID != r[1].commit.Events[0].ID {
			t.Errorf("later: got %v, %v", got, err)
		}
		h.healthy()
	})
}

// Two nodes are handed the same key at the same moment: one does it, both give its answer, also where doing it twice would be refused.
func TestOneKeyOnTwoNodes(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	a, b := open(t, url), node(t, url, 2_000_000)
	houses := []*house{a, b}
	repeats := 0
	for round := range 60 {
		id := a.wrote(core.RemoteID(fmt.Sprint("visitor ", round)), "hi")
		for _, c := range []struct {
			name string
			job  func(h *house) store.Job
		}{
			{"take", func(h *house) store.Job {
				if round%2 == 0 {
					return h.take(h.anna, id)
				}
				take := h.take(h.anna, id)
				return h.on(id, func(w *store.Work, s core.Session) error {
					if s.Assignee == h.anna.Agent.ID { // nothing to do is no refusal
						return nil
					}
					return take.Do(w)
				})
			}},
			{"say", func(h *house) store.Job { return h.say(h.anna, id, "hello") }},
			{"end", func(h *house) store.Job { return h.end(id) }},
		} {
			var r [2]result
			var wait sync.WaitGroup
			for i, h := range houses {
				wait.Go(func() {
					r[i].commit, r[i].err = h.do(keyed(c.job(h), fmt.Sprintf("a11:%s %d", c.name, round), "body"))
				})
			}
			wait.Wait()
			if r[0].err != nil || r[1].err != nil {
				t.Fatalf("round %d, %s: got %v and %v, want the same answer twice", round, c.name, r[0].err, r[1].err)
			}
			one, two := r[0].commit.Events[0], r[1].commit.Events[0]
			if one.ID != two.ID || r[0].commit.Repeat == r[1].commit.Repeat {
				t.Fatalf("round %d, %s: got %+v and %+v, want one event and one repeat", round, c.name, r[0].commit, r[1].commit)
			}
			repeats++
		}
	}
	if lost := a.log.count("replayed") + b.log.count("replayed"); lost != 0 {
		t.Logf("%d groups were replayed", lost)
	}
	if got := a.count("sessions WHERE last_seq = 5 AND messages = 2"); got != 60 {
		t.Errorf("got %d sessions with each deed done once, want 60", got)
	}
	a.healthy()
}
