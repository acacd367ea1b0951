package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"parley/core"
	"parley/core/hub"
	"parley/core/outbox"
	"parley/core/presence"
	"parley/core/store"
	"parley/core/store/storetest"
)

// A whole node in a bubble of its own time, whose wall clock is set on and back while its customers write, its agents answer or do not, and its network
// fails. Nothing is late, lost, sent twice or out of order for that. More is played with -rapid.checks.
func TestWhateverTheClockIsSetToANodeGoesOn(t *testing.T) {
	t.Parallel()
	plays := 12
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "rapid.checks" {
			plays = math.MaxInt
		}
	})
	played, failed := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		script := rapid.SliceOfN(rapid.Custom(aTurn), 10, 20).Draw(rt, "script")
		if played++; played > plays && !failed {
			return
		}
		if !t.Run(fmt.Sprint(played), func(t *testing.T) {
			url := storetest.SQLite(t)
			synctest.Test(t, func(t *testing.T) { playClock(t, url, script) })
		}) {
			failed = true
			rt.Fatal("a play fails")
		}
	})
}

// aTurn draws something that happens.
func aTurn(t *rapid.T) turn {
	return turn{
		What:  rapid.SampledFrom([]string{"write", "write", "assign", "say", "say", "say", "break", "break", "mend", "clock", "clock", "clock", "leave", "come", "wait"}).Draw(t, "what"),
		Who:   rapid.IntRange(0, 2).Draw(t, "who"),
		Pause: rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 70 * time.Second}).Draw(t, "pause"),
		Clock: rapid.IntRange(0, 5).Draw(t, "clock"),
	}
}

type turn struct {
	What  string
	Who   int // of three customers
	Pause time.Duration
	Clock int
}

// clocked is a node whose wall clock the test sets; time.Now is the bubble's, and knows nothing of that.
type clocked struct {
	*testing.T
	began  time.Time
	off    atomic.Int64
	commit atomic.Int64 // groups
	down   atomic.Bool  // the network

	store    *store.Store
	hub      *hub.Hub
	presence *presence.Presence
	box      *outbox.Outbox
	in       core.DepartmentID
	channel  core.ChannelID
	anna     core.Actor
	boris    core.Actor

	mu       sync.Mutex
	attempts map[core.RemoteID][]attempt // by customer
	said     []core.EventID              // what agents have said
	set      []time.Time                 // when the clock was
	decades  int                         // by which it is ahead
	leaps    bool                        // it was set on by so much that the outbox may give up
	boris2   time.Time                   // since when Boris is as he is
	borisIn  bool
	held     map[core.SessionID]holding
	commits  int64
	checked  time.Time
	wrote    int
}

// attempt is one call of the network.
type attempt struct {
	at    time.Time
	text  string
	taken bool
}

// holding is a session that somebody was found to have.
type holding struct {
	version int64
	since   time.Time
}

var eve = time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC)

func (c *clocked) wall() time.Time { return eve.Add(time.Since(c.began) + time.Duration(c.off.Load())) }
func (c *clocked) now() core.Time  { return core.At(c.wall()) }

func (*clocked) Run(context.Context) error       { return nil }
func (*clocked) Capabilities() core.Capabilities { return core.Capabilities{} }

// Deliver is the network's: it takes a text, or does not answer.
func (c *clocked) Deliver(_ context.Context, o core.Outgoing) (core.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := !c.down.Load()
	c.attempts[o.To.Conversation] = append(c.attempts[o.To.Conversation], attempt{time.Now(), o.Content.Text, taken})
	if !taken {
		return core.Receipt{}, &core.Error{Op: "test.Deliver", Kind: core.Unavailable}
	}
	return core.Receipt{Part: core.RemoteID(o.ID)}, nil
}

func have[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// playClock opens a node, lets happen what the script says, and ends it.
func playClock(t *testing.T, url string, script []turn) {
	ctx, cancel := context.WithCancel(t.Context())
	quiet := slog.New(slog.DiscardHandler)
	c := &clocked{T: t, began: time.Now(), checked: time.Now(), attempts: map[core.RemoteID][]attempt{}, held: map[core.SessionID]holding{}}
	c.store = have(store.Open(store.Options{URL: url, Clock: c.wall, LeaseClock: c.wall, Log: quiet}))
	w := store.NewWriter(c.store, func(done core.Committed) {
		c.commit.Add(1)
		c.box.Ring(done.Owed)
	})
	c.box = outbox.New(outbox.Config{Store: c.store, Writer: w, Clock: c.wall, Log: quiet})
	c.hub = have(hub.New(hub.Config{Writer: w, Store: c.store, Can: func(core.ChannelID) (core.Capabilities, bool) { return core.Capabilities{}, true },
		Hints: func(core.Hint) {}, IDs: &core.IDMaker{}, Clock: c.wall, Log: quiet}))
	c.presence = presence.New(presence.Config{Store: c.store, Node: "one", Healthy: func() []core.ChannelID { return nil }, Moved: c.hub.Moved, Ring: func() {}, Log: quiet})
	var run errgroup.Group
	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	written := make(chan error, 1)
	go func() { written <- w.Run(writing) }()
	c.settle(ctx)
	run.Go(func() error { return c.hub.Run(ctx) })
	run.Go(func() error { return c.presence.Run(ctx) })
	run.Go(func() error { return c.send(ctx) })
	for i, turn := range script {
		c.turn(ctx, turn)
		time.Sleep(turn.Pause + 3*time.Second)
		synctest.Wait()
		if c.check(ctx); t.Failed() {
			t.Logf("after turn %d of %+v", i, script)
			break
		}
	}
	if !t.Failed() {
		c.drain(ctx)
	}
	cancel()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	stop()
	<-written
	_ = c.store.Close()
}

// settle makes the house.
func (c *clocked) settle(ctx context.Context) {
	c.in = have(c.hub.AddDepartment(ctx, "Support", "", "Europe/Berlin")).ID
	c.channel = have(c.hub.AddChannel(ctx, hub.NewChannel{Slug: "messenger", Kind: "echo", Department: c.in, Settings: []byte(`{}`)})).ID
	roles := core.Roles{c.in: core.Operator | core.Supervisor}
	for name, who := range map[string]*core.Actor{"anna": &c.anna, "boris": &c.boris} {
		a := have(c.hub.AddAgent(ctx, hub.NewAgent{Email: name + "@example.test", Name: name, Password: "correct horse battery", Admin: true, Roles: roles}))
		*who = have(c.hub.SetAvailability(ctx, core.Actor{Agent: a, Roles: roles}, core.AgentAvailable))
	}
	have(c.hub.SetSettings(ctx, c.anna, c.in, []byte(`{"hand_off": {"first_response": {"on": true, "seconds": 60}}, "service": {"waiting_maximum": 120, "duration_warning": 600}}`), 0))
	c.presence.Enter(c.anna.Agent.ID)
	c.boris2 = time.Now()
}

// send runs the channel under its lease, which is renewed by a clock that nobody sets, as the machine's is.
func (c *clocked) send(ctx context.Context) error {
	c.store.Perform(ctx, store.Duty{Name: "channel", Holder: "one", Lease: 15 * time.Second, Clock: time.Now, Log: slog.New(slog.DiscardHandler)},
		func(ctx context.Context, t *store.Tenure) error {
			ctx, cancel := context.WithCancel(ctx)
			done := make(chan error, 1)
			go func() {
				done <- c.box.Run(ctx, outbox.Post{Channel: c.channel, Lease: "channel", Epoch: t.Epoch, Adapter: c})
			}()
			var err error
			for ctx.Err() == nil && err == nil {
				select {
				case <-ctx.Done():
				case <-time.After(5 * time.Second):
					err = t.Renew(ctx)
				}
			}
			cancel()
			<-done
			return err
		})
	return nil
}

// turn does one thing.
func (c *clocked) turn(ctx context.Context, t turn) {
	customer := core.RemoteID(fmt.Sprint("customer ", t.Who))
	s, found := c.store.Talking(ctx, c.channel, customer)
	switch t.What {
	case "write":
		c.wrote++
		if err := c.hub.Receive(ctx, core.Inbound{Channel: c.channel, Department: c.in, Verb: core.InboundMessage, Dedupe: fmt.Sprint(c.wrote), Identity: customer,
			Conversation: customer, Content: core.Content{Text: "hi"}}); err != nil {
			c.Errorf("receive: %v", err)
		}
	case "assign":
		if found == nil && s.Assignee == 0 {
			c.do(ctx, c.anna, core.Assign{Session: s.ID, To: c.boris.Agent.ID})
		}
	case "say":
		if found == nil {
			c.wrote++
			who := c.anna
			if s.Assignee == c.boris.Agent.ID {
				who = c.boris
			}
			if e := c.do(ctx, who, core.Say{Session: s.ID, Text: fmt.Sprintf("%06d", c.wrote)}); e.ID != 0 {
				c.said = append(c.said, e.ID)
			}
		}
	case "break":
		c.down.Store(true)
	case "mend":
		c.down.Store(false)
	case "leave", "come":
		if comes := t.What == "come"; comes != c.borisIn {
			c.borisIn, c.boris2 = comes, time.Now()
			if comes {
				c.presence.Enter(c.boris.Agent.ID)
			} else {
				c.presence.Leave(c.boris.Agent.ID)
			}
		}
	case "clock":
		c.setClock(t.Clock)
	}
}

func (c *clocked) do(ctx context.Context, who core.Actor, d core.Deed) core.Event {
	done, err := c.hub.Do(ctx, who, d, "")
	if err != nil {
		c.Errorf("%s: %v", d.Verb(), err)
	}
	return done.Event
}

// setClock sets the wall clock on or back: to another hour or day, ten years ahead and back from there, or over a change to summer time or from it.
func (c *clocked) setClock(how int) {
	by := []time.Duration{-24 * time.Hour, -time.Hour, time.Hour}
	before := c.wall()
	switch {
	case how < len(by):
		c.off.Add(int64(by[how]))
	case how == 3 && c.decades == 0:
		c.decades = 1
		c.off.Add(int64(10 * 365 * 24 * time.Hour))
	case how == 3:
		c.decades = 0
		c.off.Add(-int64(10 * 365 * 24 * time.Hour))
	default:
		summer := time.Date(before.Year(), time.March, 25+how, 0, 59, 30, 0, time.UTC)
		c.off.Add(int64(summer.Sub(before)))
	}
	c.leaps = c.leaps || c.wall().Sub(before) > time.Hour
	c.set = append(c.set, time.Now())
}

// since is how long it is that something began and that nobody has set the clock.
func (c *clocked) since(began time.Time) time.Duration {
	if n := len(c.set); n > 0 && c.set[n-1].After(began) {
		began = c.set[n-1]
	}
	return time.Since(began)
}

// check finds that all is as it should be at any time.
func (c *clocked) check(ctx context.Context) {
	seqs := map[core.SessionID]int64{}
	for i, e := range have(c.store.LogAfter(ctx, 0, 10_000)) {
		if seqs[e.Session]++; e.ID != core.EventID(i+1) || e.Session != 0 && e.Seq != seqs[e.Session] {
			c.Errorf("event %d of the log is %+v", i+1, e)
		}
	}
	for _, f := range have(c.store.Doctor(ctx, false)) {
		c.Errorf("recount: %s", f)
	}
	if late := have(c.store.DueTimers(ctx, c.now().Add(-2*time.Second), 10)); len(late) > 0 {
		c.Errorf("it is %v, and these are due: %v", c.now(), late)
	}
	if due := have(c.store.NextDue(ctx, c.channel, true)); due > c.now().Add(5*time.Minute+time.Second) {
		c.Errorf("it is %v, and what is owed is tried again at %v", c.now(), due)
	}
	n, took := c.commit.Load(), time.Since(c.checked)
	if most := 100 + 2*int64(took/time.Second); n-c.commits > most {
		c.Errorf("%d commits in %v: a storm", n-c.commits, took)
	}
	c.commits, c.checked = n, time.Now()
	c.attended(ctx)
	c.tried(ctx)
	c.handedOff(ctx)
}

// attended finds that who is there is known, and who is not.
func (c *clocked) attended(ctx context.Context) {
	here := have(c.store.Present(ctx))
	if c.since(c.began) > 15*time.Second && !slices.Contains(here, c.anna.Agent.ID) {
		c.Errorf("Anna is there, and is not found: %v", here)
	}
	if is := slices.Contains(here, c.boris.Agent.ID); c.since(c.boris2) > 40*time.Second && is != c.borisIn {
		c.Errorf("Boris is there: %v, and found: %v", c.borisIn, is)
	}
}

// tried finds that what was not taken is tried again neither late nor, but where the clock was set, at once.
func (c *clocked) tried(ctx context.Context) {
	failed := map[string]bool{} // given up: by the clock it was tried for ten years
	for _, id := range c.said {
		if m := c.message(ctx, id); m.State == core.Failed {
			failed[m.Text] = true
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for who, all := range c.attempts {
		hasty := 0
		for i, a := range all {
			next := time.Now()
			if i+1 < len(all) {
				next = all[i+1].at
			}
			switch pause := next.Sub(a.at); {
			case a.taken, failed[a.text]:
			case pause > 5*time.Minute+5*time.Second:
				c.Errorf("%s: tried again after %v", who, pause)
			case i+1 < len(all) && pause < time.Second:
				hasty++
			}
		}
		if hasty > len(c.set) {
			c.Errorf("%s: %d times tried again at once, and the clock was set %d times", who, hasty, len(c.set))
		}
	}
}

// handedOff finds that nobody is left with who was assigned them for longer than a minute, and the time to notice.
func (c *clocked) handedOff(ctx context.Context) {
	for who := range 3 {
		s, err := c.store.Talking(ctx, c.channel, core.RemoteID(fmt.Sprint("customer ", who)))
		if err != nil || s.State != core.Pending || s.WaitingSince == 0 {
			continue
		}
		if h := c.held[s.ID]; h.version != s.Version {
			c.held[s.ID] = holding{s.Version, time.Now()}
		} else if left := c.since(h.since); left > 65*time.Second {
			c.Errorf("for %v %s has it, and does nothing: %+v", left, s.Assignee, s)
		}
	}
}

func (c *clocked) message(ctx context.Context, id core.EventID) core.Event {
	return have(c.store.MessageIn(ctx, core.Scope{Departments: []core.DepartmentID{c.in}}, id))
}

// drain lets the network take what it is owed, and finds that it has: each text once, and in order.
func (c *clocked) drain(ctx context.Context) {
	c.down.Store(false)
	time.Sleep(5*time.Minute + 10*time.Second)
	synctest.Wait()
	c.check(ctx)
	for _, id := range c.said {
		m := c.message(ctx, id)
		taken := 0
		for _, all := range c.attempts {
			for _, a := range all {
				if a.taken && a.text == m.Text {
					taken++
				}
			}
		}
		if sent := m.State == core.Sent; !sent && (m.State != core.Failed || !c.leaps) || sent && taken != 1 {
			c.Errorf("%s is %s, and was taken %d times", m.Text, m.State, taken)
		}
	}
	for who, all := range c.attempts {
		var texts []string
		for _, a := range all {
			if a.taken {
				texts = append(texts, a.text)
			}
		}
		if !slices.IsSorted(texts) {
			c.Errorf("%s got them in the order %v", who, texts)
		}
	}
}
