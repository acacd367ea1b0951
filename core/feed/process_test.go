package feed_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/feed"
	"parley/core/store"
	"parley/core/store/storetest"
)

// beNode makes this test binary a node instead: a store with its writer, a feed that never looks by itself, and a bell.
const beNode = "PARLEY_TEST_NODE"

func TestMain(m *testing.M) {
	if os.Getenv(beNode) == "" {
		os.Exit(m.Run())
	}
	if err := node(os.Getenv("DATABASE"), os.Getenv("REDIS"), os.Getenv("KEY")); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

// node writes each line of stdin as a row of the log, and prints what its feed shows, until stdin ends.
func node(database, redis, secret string) error {
	key, err := core.ParseKey(secret)
	if err != nil {
		return err
	}
	s, err := store.Open(store.Options{URL: database, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	f := feed.New(s, testSeal, neverByLooking)
	bell, err := feed.NewRedis(redis, key, func(p feed.Peal) {
		f.Hear(p)
		if p.All {
			fmt.Println("listens")
		}
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	w := store.NewWriter(s, func(c core.Committed) {
		f.Publish(c)
		bell.Ring(feed.PealOf(c))
	}, store.WithTimeout(patience))
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	for _, run := range []func(context.Context) error{w.Run, f.Run, bell.Run} {
		running.Go(func() { _ = run(ctx) })
	}
	if _, err := f.Follow(ctx, core.Scope{Departments: []core.DepartmentID{1}}, 0, printer{}); err != nil {
		return err
	}
	fmt.Println("follows")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		_, err := w.Do(ctx, store.Job{Do: func(w *store.Work) error {
			w.Tell(core.Event{Kind: core.EventChannelChanged, ActorKind: core.BySystem, Audience: core.AgentsOnly, Text: lines.Text()})
			return nil
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// printer is a follower that prints.
type printer struct{}

func (printer) Begin(core.EventID, bool) bool { return true }
func (printer) Hint(core.Hint) bool           { return true }
func (printer) Batch(b feed.Batch) bool {
	for _, e := range b.Events {
		fmt.Println("shows", e.Text)
	}
	return true
}

// child is a node in a process of its own.
type child struct {
	t     *testing.T
	stdin io.Writer

	mu    sync.Mutex
	lines []string
}

func startNode(t *testing.T, database, redis string, key core.Key) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), beNode+"=yes", "DATABASE="+database, "REDIS="+redis, "KEY="+base64.StdEncoding.EncodeToString(key[:]), "GORACE=atexit_sleep_ms=10")
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	n := &child{t: t, stdin: stdin}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			n.mu.Lock()
			n.lines = append(n.lines, lines.Text())
			n.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		<-read
		if err := c.Wait(); err != nil {
			t.Errorf("a node ended with %v: %q", err, n.lines)
		}
	})
	return n
}

func (c *child) says(text string) {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.stdin, text); err != nil {
		c.t.Fatal(err)
	}
}

// printed waits until the node has printed a line so often.
func (c *child) printed(line string, times int) {
	c.t.Helper()
	until(c.t, fmt.Sprintf("a node prints %q, time %d", line, times), func() bool { return c.count(line) >= times })
}

func (c *child) count(line string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lines {
		if l == line {
			n++
		}
	}
	return n
}

// DESIGN 4.8: Redis may vanish. Two processes that never look by themselves hear each other by the bell, do not while Redis is gone, and
// do again when it is back, without a restart of theirs: first what was rung into the void, then all that comes.
func TestNodesHearEachOtherAgainAfterRedisWasKilled(t *testing.T) {
	t.Parallel()
	database := storetest.Postgres(t)
	storetest.Open(t, database, time.Now)
	redis, key := storetest.Redis(t), core.NewKey()
	one, two := startNode(t, database, redis.URL(), key), startNode(t, database, redis.URL(), key)
	for _, n := range []*child{one, two} {
		n.printed("listens", 1)
		n.printed("follows", 1)
	}
	one.says("from one")
	two.printed("shows from one", 1)
	two.says("from two")
	one.printed("shows from two", 1)

	redis.Kill()
	one.says("into the void")
	one.printed("shows into the void", 1) // its own it knows
	time.Sleep(300 * time.Millisecond)
	if two.count("shows into the void") != 0 {
		t.Fatal("the other node knew without a bell: it looks by itself, and this test shows nothing")
	}
	redis.Start()
	two.printed("shows into the void", 1)
	one.printed("listens", 2)
	two.printed("listens", 2)
	one.says("one again")
	two.printed("shows one again", 1)
	two.says("two again")
	one.printed("shows two again", 1)

	two.mu.Lock()
	defer two.mu.Unlock()
	shown := slices.DeleteFunc(slices.Clone(two.lines), func(l string) bool { return !strings.HasPrefix(l, "shows ") })
	if want := []string{"shows from one", "shows from two", "shows into the void", "shows one again", "shows two again"}; !slices.Equal(shown, want) {
		t.Errorf("got %q, want %q", shown, want)
	}
}
