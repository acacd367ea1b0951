package channeltest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"parley/core"
	"parley/core/file"
	"parley/core/hub"
	"parley/core/store"
)

// How long the suite waits for what must come. No test passes more slowly for that being long, but a planted fault is found later.
const (
	patience      = time.Minute
	shortPatience = 20 * time.Second // where the suite itself is tested; what is slow beside all the others is tried again alone
)

// house is where a case runs: a database with a department, an agent and the channels of one or more accounts, nodes that come and go,
// and a clock that can be turned.
type house struct {
	T
	make   func(T) Driver
	url    string
	store  *store.Store // to look with
	files  *file.Store
	agent  core.Actor
	dept   core.DepartmentID
	log    *sieve
	turned atomic.Int64
	over   chan struct{} // closed when the case has ended

	*account            // the first, which most cases have to themselves
	accounts []*account // all

	mu    sync.Mutex
	nodes []*node
}

// account is a channel with its driver.
type account struct {
	*house
	Driver
	about   About
	mu      sync.Mutex
	channel core.Channel
}

func (h *house) now() time.Time { return core.SystemClock().Add(time.Duration(h.turned.Load())) }

// turn turns the clock, and lets whoever looks at it notice.
func (h *house) turn(d time.Duration) {
	h.turned.Add(int64(d))
	var all []core.ChannelID
	for _, a := range h.accounts {
		all = append(all, a.channel.ID)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.nodes {
		n.outbox.Ring(all)
	}
}

// newHouse furnishes a house. url is of an empty database, "" for SQLite.
func newHouse(t T, url string, make func(T) Driver) *house {
	t.Helper()
	h := &house{T: t, make: make, url: url, log: &sieve{}, over: newSignal()}
	if url == "" {
		h.url = "sqlite:" + filepath.Join(t.TempDir(), "parley.db")
		if err := copyTemplate(strings.TrimPrefix(h.url, "sqlite:")); err != nil {
			t.Fatalf("make the database: %v", err)
		}
	} else if err := furnish(url); err != nil {
		t.Fatalf("make the database: %v", err)
	}
	var err error
	if h.files, err = file.New(t.TempDir()); err != nil {
		t.Fatalf("open the folder of the files: %v", err)
	}
	t.Cleanup(func() { _ = h.files.Close() })
	if h.store, err = h.open(); err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	t.Cleanup(h.end)
	if h.agent, err = h.store.AgentByEmail(context.Background(), agentEmail); err != nil {
		t.Fatalf("the agent: %v", err)
	}
	h.dept = h.agent.Roles.Departments(core.Operator)[0]
	h.account = h.add()
	return h
}

// size is how much of something there is in a case: a third of it where the suite itself is tested, which runs each case many times.
func (h *house) size(full int) int {
	if h.small() {
		return full / 3
	}
	return full
}

func (h *house) small() bool {
	_, ok := h.T.(*recorder)
	return ok
}

// end lets go of whatever still waits, and stops all nodes.
func (h *house) end() {
	close(h.over)
	h.mu.Lock()
	nodes := h.nodes
	h.mu.Unlock()
	var stopping sync.WaitGroup
	for _, n := range nodes {
		stopping.Go(n.halt)
	}
	stopping.Wait()
}

func (h *house) open() (*store.Store, error) {
	return store.Open(store.Options{URL: h.url, Clock: h.now, LeaseClock: h.now, Log: h.logger()})
}

func (h *house) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// add adds an account with a channel of its own. No node runs yet.
func (h *house) add() *account {
	h.Helper()
	d := h.make(h.T)
	a := &account{house: h, Driver: d, about: d.About()}
	err := furnishWith(h.store, func(b *hub.Hub) (err error) {
		a.channel, err = b.AddChannel(context.Background(), hub.NewChannel{
			Slug: fmt.Sprintf("shop-%d", len(h.accounts)+1), Kind: a.about.Kind, Department: h.dept, Settings: a.about.Settings,
		})
		return err
	})
	if err != nil {
		h.Fatalf("add the channel: %v", err)
	}
	h.accounts = append(h.accounts, a)
	return a
}

const agentEmail = "anna@example.test"

// template is a furnished SQLite database. Making one takes longer than most cases.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "parley-channeltest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "parley.db")
	if err := furnish("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func copyTemplate(file string) error {
	b, err := template()
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}

// furnish makes tables, a department and an agent who is everything there.
func furnish(url string) error {
	ctx := context.Background()
	s, err := store.Open(store.Options{URL: url, Clock: core.SystemClock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	return furnishWith(s, func(h *hub.Hub) error {
		d, err := h.AddDepartment(ctx, "Support", "", "UTC")
		if err != nil {
			return err
		}
		_, err = h.AddAgent(ctx, hub.NewAgent{
			Email: agentEmail, Name: "Anna Berg", Password: core.NewToken(), Roles: core.Roles{d.ID: core.Operator | core.Supervisor},
		})
		return err
	})
}

// furnishWith does something by a hub that is there only for it.
func furnishWith(s *store.Store, do func(*hub.Hub) error) error {
	w := store.NewWriter(s, func(core.Committed) {}, store.WithTimeout(patience))
	h, err := hub.New(hub.Config{
		Writer: w, Store: s, Hints: func(core.Hint) {}, IDs: &core.IDMaker{}, Clock: core.SystemClock, Log: slog.New(slog.DiscardHandler),
		Can: func(core.ChannelID) (core.Capabilities, bool) { return core.Capabilities{}, false },
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.Run(ctx)
	}()
	defer func() { cancel(); <-done }()
	return do(h)
}

// sieve keeps all that is logged.
type sieve struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *sieve) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(line)
}

func (s *sieve) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func newSignal() chan struct{} { return make(chan struct{}) }
