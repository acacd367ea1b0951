package presence_test

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/presence"
	"parley/core/store"
	"parley/core/store/storetest"
)

const anna, boris = core.AgentID(11), core.AgentID(12)

// house is a database whose leases go by a clock that the test turns, with Anna and Boris.
type house struct {
	t    *testing.T
	url  string
	past atomic.Int64
}

func open(t *testing.T, url string) *house {
	t.Helper()
	h := &house{t: t, url: url}
	s := h.store()
	_, err := storetest.Write(t, s, func(core.Committed) {}).Do(t.Context(), store.Job{Do: func(w *store.Work) error {
		for id, name := range map[core.AgentID]string{anna: "anna", boris: "boris"} {
			w.PutAgent(core.Actor{Agent: core.Agent{ID: id, Email: name + "@example.test", Name: name, Availability: core.AgentAvailable}})
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) now() time.Time { return time.Unix(1_800_000_000, 0).Add(time.Duration(h.past.Load())) }

func (h *house) store() *store.Store {
	h.t.Helper()
	s, err := store.Open(store.Options{URL: h.url, Clock: h.now, LeaseClock: h.now, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = s.Migrate(h.t.Context())
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = s.Close() })
	return s
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// node is a presence at work, with a store of its own.
type node struct {
	*presence.Presence
	t     *testing.T
	store *store.Store
	stop  func()

	mu    sync.Mutex
	there []core.AgentID // as it has been told who came and who went, by id
}

// run starts a node, to which nobody's customer is connected. Its ring is heard by the others.
func (h *house) run(name string, others ...*node) *node {
	h.t.Helper()
	return h.runVisited(name, nil, others...)
}

func (h *house) runVisited(name string, visited iter.Seq[core.Talk], others ...*node) *node {
	h.t.Helper()
	n := &node{t: h.t, store: h.store()}
	n.Presence = presence.New(presence.Config{
		Store: n.store, Node: name, Visited: visited, Healthy: func() []core.ChannelID { return nil }, Log: slog.New(slog.DiscardHandler),
		Moved: func(agents []core.AgentID) {
			n.mu.Lock()
			defer n.mu.Unlock()
			for _, a := range agents {
				if i, is := slices.BinarySearch(n.there, a); is {
					n.there = slices.Delete(n.there, i, i+1)
				} else {
					n.there = slices.Insert(n.there, i, a)
				}
			}
		},
		Ring: func() {
			for _, o := range others {
				o.Look()
			}
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = n.Run(ctx)
	}()
	n.stop = func() { cancel(); <-done }
	h.t.Cleanup(n.stop)
	return n
}

// sees waits until a node has been told that these are there, and nobody else.
func (n *node) sees(when string, want ...core.AgentID) {
	n.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		n.mu.Lock()
		got := slices.Clone(n.there)
		n.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(end) {
			n.t.Fatalf("%s: a node was told that %v are there, want %v", when, got, want)
		}
	}
}

func (n *node) here(when string, want ...core.AgentID) {
	n.t.Helper()
	got, err := n.store.Present(context.Background())
	if err != nil || !slices.Equal(got, want) {
		n.t.Errorf("%s: got %v, %v, want %v", when, got, err, want)
	}
}

// C4: who is there on one node is there for all; who leaves is there until their time is over; a node that stops takes back at once what
// it said, and what one that died has said ends by itself.
func TestWhoIsThereIsKnownOnEveryNodeC4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		two := h.run("two")
		one := h.run("one", two)
		one.Enter(anna)
		one.Enter(anna) // in two windows
		two.sees("Anna opens the workspace elsewhere", anna)
		two.Enter(boris)
		two.sees("Boris opens it here", anna, boris)
		one.Leave(anna)
		one.stop()
		two.sees("the other node stops", boris)
		two.here("the other node has stopped", boris)

		dead := h.run("dead", two)
		dead.Enter(anna)
		two.sees("Anna is on a third node", anna, boris)
		if err := dead.store.Close(); err != nil { // as when it dies: it takes nothing back
			t.Fatal(err)
		}
		dead.stop()
		two.here("the third node has died", anna, boris)
		h.past.Add(int64(26 * time.Second))
		two.Leave(boris)
		two.Enter(boris) // says anew whom this node sees
		two.sees("the third node's word is over", boris)
		two.here("the third node's word is over", boris)
	})
}

// C1: a customer whose session nobody has joined is seen by the node that they are connected to, by the last one that was, when it has died.
func TestC1_CustomersAreSeenOnWhicheverNodeTheyAre(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		const desk, session = core.ChannelID(3), core.SessionID(5)
		ctx := context.Background()
		s := h.store()
		writer := storetest.Write(t, s, func(core.Committed) {})
		write := func(do func(*store.Work) error) {
			t.Helper()
			if _, err := writer.Do(ctx, store.Job{Do: do}); err != nil {
				t.Fatal(err)
			}
		}
		write(func(w *store.Work) error {
			w.AddDepartment(core.Department{ID: 2, Slug: "support", Name: "Support", Zone: "UTC"})
			w.AddChannel(core.Channel{ID: desk, Slug: "desk", Kind: "widget", Department: 2, Settings: []byte(`{}`)})
			w.AddCustomer(core.Customer{ID: 4}, core.Identity{ID: 6, Channel: desk, Remote: "carla", Customer: 4})
			one := core.NewSession(session, 2, desk, "carla", 6, w.Now())
			w.AddSession(one)
			w.Append(&one, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer})
			return nil
		})
		seen := func(when string, want time.Time) {
			t.Helper()
			var got core.Time
			for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
				write(func(w *store.Work) (err error) { got, err = w.CustomerSeen(session); return err })
				if got == core.At(want) {
					return
				}
			}
			t.Fatalf("%s: she was seen %v, want %v", when, got, want)
		}
		carla := core.Talk{Channel: desk, Conversation: "carla"}
		connected := func(yield func(core.Talk) bool) {
			for _, at := range []core.Talk{carla, {Channel: desk, Conversation: "dora"}, carla} { // in two tabs
				if !yield(at) {
					return
				}
			}
		}
		other := h.run("other")
		other.Enter(anna)
		start := h.now()
		seen("nobody has seen her: she counts from when a node looks", start)
		h.past.Add(int64(5 * time.Second))
		dead := h.runVisited("dead", connected)
		seen("she is on another node", start.Add(5*time.Second))
		if err := dead.store.Close(); err != nil { // as when it dies
			t.Fatal(err)
		}
		dead.stop()
		h.past.Add(int64(15 * time.Second))
		other.Enter(boris) // so that the node that lives says that it looks
		other.sees("the node that lives goes on", anna, boris)
		h.past.Add(int64(15 * time.Second))
		seen("her node has died", start.Add(5*time.Second))
		h.runVisited("third", connected)
		seen("she is back", start.Add(35*time.Second))
	})
}
