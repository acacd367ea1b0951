package feed_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/feed"
	"parley/core/store/storetest"
)

// eachBell runs the test with nodes in one process, and with nodes that meet on a Redis. hang gives a node its bell, which rings once
// hang has returned.
func eachBell(t *testing.T, test func(t *testing.T, hang func(hear func(feed.Peal)) feed.Bell)) {
	t.Parallel()
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		var tower feed.Tower
		test(t, tower.Hang)
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		url, key := storetest.SharedRedis(t), core.NewKey()
		test(t, func(hear func(feed.Peal)) feed.Bell { return hangRedis(t, url, key, hear) })
	})
}

// hangRedis runs a bell until the test's end, and returns when it listens.
func hangRedis(t *testing.T, url string, key core.Key, hear func(feed.Peal)) feed.Bell {
	t.Helper()
	listens := make(chan struct{})
	begun := sync.OnceFunc(func() { close(listens) })
	b, err := feed.NewRedis(url, key, func(p feed.Peal) { hear(p); begun() }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ring(t, b)
	soon(t, "the bell listens", listens)
	return b
}

// ring runs a bell until the test's end.
func ring(t *testing.T, b feed.Bell) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: got %v, want nil", err)
		}
	})
}

func soon(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%v, and not yet: %s", patience, what)
	}
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// until waits until something is so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%v, and not yet: %s", patience, what)
		}
	}
}

// neverByLooking lets a feed see by the bell alone what another has written.
var neverByLooking = feed.WithPoll(time.Hour)

// DESIGN 4.5: what any node commits is shown on every node, in order, each row once, by the bell alone.
func TestWhatANodeWritesIsShownOnTheOthersByTheBell(t *testing.T) {
	eachBell(t, func(t *testing.T, hang func(func(feed.Peal)) feed.Bell) {
		const nodes, each = 3, 200
		l := &memoryLog{}
		write := make([]func(), nodes)
		var clients []*agentClient
		for i := range nodes {
			f := start(t, l, neverByLooking)
			bell := hang(f.Hear)
			clients = append(clients, follow(t, f, inDepartments(core.AgentID(i+1), 1)))
			write[i] = func() {
				c := core.Committed{Events: l.commit(messages(1, 1)...)}
				f.Publish(c)
				bell.Ring(feed.PealOf(c))
			}
		}
		var writing sync.WaitGroup
		for _, w := range write {
			writing.Go(func() {
				for range each {
					w()
				}
			})
		}
		writing.Wait()
		for i, c := range clients {
			until(t, fmt.Sprintf("node %d shows everything", i+1), func() bool { return len(c.ids()) >= nodes*each })
			for at, id := range c.ids() {
				if id != core.EventID(at+1) {
					t.Fatalf("node %d: event %d came in place %d", i+1, int64(id), at+1)
				}
			}
		}
	})
}

func TestReadMarksAndHintsOfANodeAreShownOnTheOthers(t *testing.T) {
	eachBell(t, func(t *testing.T, hang func(func(feed.Peal)) feed.Bell) {
		l := &memoryLog{}
		one, two := start(t, l, neverByLooking), start(t, l, neverByLooking)
		bell := hang(one.Hear)
		hang(two.Hear)
		c := follow(t, two, inDepartments(1, 1))
		mark := core.Touched{Session: 5, Department: 1, Agent: 1}
		hint := core.Hint{Session: 5, Department: 1, Channel: 1, Conversation: "somebody", By: core.ByAgent, Agent: 2, Name: "Anna"}
		bell.Ring(feed.PealOf(core.Committed{Touched: []core.Touched{mark}}))
		bell.Ring(feed.Peal{Hints: []core.Hint{hint}})
		until(t, "both are shown", func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return len(c.touched) == 1 && len(c.hints) == 1
		})
		if c.touched[0] != mark || c.hints[0] != hint {
			t.Errorf("got %+v and %+v, want %+v and %+v", c.touched[0], c.hints[0], mark, hint)
		}
	})
}

// heard keeps what a node hears.
type heard struct {
	mu sync.Mutex
	feed.Peal
}

func (h *heard) hear(p feed.Peal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Owed = append(h.Owed, p.Owed...)
	h.Settings, h.Presence, h.All = h.Settings || p.Settings, h.Presence || p.Presence, h.All || p.All
}

func (h *heard) has(want func(feed.Peal) bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return want(h.Peal)
}

func TestAPealSaysWhoIsOwedWhatHasChangedAndWhoCame(t *testing.T) {
	eachBell(t, func(t *testing.T, hang func(func(feed.Peal)) feed.Bell) {
		var mine, other heard
		bell := hang(mine.hear)
		hang(other.hear)
		bell.Ring(feed.PealOf(core.Committed{Owed: []core.ChannelID{3, 4}}))
		bell.Ring(feed.PealOf(core.Committed{Events: []core.Event{{ID: 1, Kind: core.EventChannelChanged}, {ID: 2, Session: 7}}}))
		bell.Ring(feed.Peal{Presence: true})
		until(t, "the other hears all of it", func() bool {
			return other.has(func(p feed.Peal) bool {
				return slices.Contains(p.Owed, 3) && slices.Contains(p.Owed, 4) && p.Settings && p.Presence
			})
		})
		mine.mu.Lock()
		defer mine.mu.Unlock()
		if len(mine.Owed) > 0 || mine.Settings || mine.Presence { // to look everywhere it may be told at any time
			t.Errorf("who rang heard itself: %+v", mine.Peal)
		}
	})
}

// Settings are what belongs to no session; messages are none.
func TestAMessageIsNoChangeOfSettings(t *testing.T) {
	t.Parallel()
	p := feed.PealOf(core.Committed{Events: messages(1, 3)})
	if p.Settings || p.All || p.Presence {
		t.Errorf("got %+v", p)
	}
}

func TestTwoInstallationsOnOneRedisDoNotHearEachOther(t *testing.T) {
	t.Parallel()
	url := storetest.SharedRedis(t)
	ours, theirs := core.NewKey(), core.NewKey()
	var here, there heard
	bell := hangRedis(t, url, ours, func(feed.Peal) {})
	hangRedis(t, url, ours, here.hear)
	hangRedis(t, url, theirs, there.hear)
	bell.Ring(feed.Peal{Presence: true})
	until(t, "our other node hears it", func() bool { return here.has(func(p feed.Peal) bool { return p.Presence }) })
	if there.has(func(p feed.Peal) bool { return p.Presence }) {
		t.Error("another installation heard it")
	}
}

// A Redis that is gone, or hangs, is nobody's business but the bell's: who commits does not wait for it, and what waits stays small. All
// that it could not tell is one word when it is back: look everywhere.
func TestRingingNeverWaitsForRedis(t *testing.T) {
	t.Parallel()
	server := storetest.Redis(t)
	key := core.NewKey()
	var other heard
	bell := hangRedis(t, server.URL(), key, func(feed.Peal) {})
	hangRedis(t, server.URL(), key, other.hear)
	for _, fault := range []struct {
		name string
		make func()
	}{{"hangs", server.Stop}, {"is gone", server.Kill}} {
		fault.make()
		begun := time.Now()
		for i := range 20_000 {
			bell.Ring(feed.Peal{
				Head: core.EventID(i), Owed: []core.ChannelID{core.ChannelID(i % 1000)}, Hints: []core.Hint{{Session: core.SessionID(i)}},
				Touched: []core.Touched{{Session: core.SessionID(i)}},
			})
			if took := time.Since(begun); took > patience { // a call would take a second each time
				t.Fatalf("a Redis that %s: %d of 20,000 rings took %v", fault.name, i+1, took)
			}
		}
	}
	other.mu.Lock()
	other.All = false
	other.mu.Unlock()
	server.Start()
	until(t, "the other looks everywhere", func() bool { return other.has(func(p feed.Peal) bool { return p.All }) })
}

func TestWhatIsNoAddressOfARedisIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "127.0.0.1:6379", "http://u:hunter2@redis.test", "redis://:hunter2@[::/0", "redis://h/one?hunter2=1"} {
		err := feed.CheckRedis(url)
		e, ok := err.(*core.Error) //nolint:errorlint // never wrapped
		if !ok || e.Kind != core.Invalid || e.Field != "redis_url" || e.Err != nil {
			t.Errorf("%q: got %v", url, err)
		}
	}
	for _, url := range []string{"redis://127.0.0.1:6379", "rediss://user:word@redis.test:6380/2", "unix:///run/redis.sock"} {
		if err := feed.CheckRedis(url); err != nil {
			t.Errorf("%q: got %v", url, err)
		}
	}
}
