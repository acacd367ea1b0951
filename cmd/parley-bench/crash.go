package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

type crashCommand struct {
	common

	Rounds  int    `default:"1000" help:"How often to kill the program, on each database."`
	Peer    bool   `help:"Beside a second node, which lives on; PostgreSQL only."`
	Rolling bool   `help:"Restart two nodes by turns, as an upgrade does, instead of killing; PostgreSQL only."`
	Redis   string `env:"PARLEY_TEST_REDIS" placeholder:"URL" help:"Where the two nodes ring each other."`
	Seed    uint64 `help:"Of the moments of the kills; a random one unless given."`
}

// Who writes in a crash run, and when the program is killed.
const (
	steadyCustomers  = 12 // who never end a session
	endingCustomers  = 10 // who end their sessions and begin others
	quietCustomers   = 3  // who say nothing for a while now and then
	crashAgents      = 4
	operatorsAnAgent = 2

	soonest, latest = 20 * time.Millisecond, 170 * time.Millisecond // after it serves
	leastFlying     = 16                                            // requests under way before a kill
	leastMet        = 12                                            // the same, when it comes: some have been answered
	longLife        = 1500 * time.Millisecond                       // of every so many: timers are looked at each second
	livesALongOne   = 10
	mostTries       = 100

	waitTime = 3 * time.Minute // for what must come, on a busy machine too
)

// Run runs the loop on each database.
func (c *crashCommand) Run(ctx context.Context) error {
	kinds, err := c.kinds()
	if err != nil {
		return err
	}
	if (c.Peer || c.Rolling) && c.Database != "postgres" {
		return errors.New("a second node needs --database postgres")
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	dir, done, err := c.folder()
	if err != nil {
		return err
	}
	r := newReport(os.Stdout, "crash", map[string]any{"rounds": c.Rounds, "seed": c.Seed})
	r.say("crash: %d rounds, seed %d, in %s", c.Rounds, c.Seed, dir)
	binary, err := c.program(ctx, dir, nil)
	for _, kind := range kinds {
		if err == nil {
			err = c.on(ctx, kind, dir, binary, r)
		}
	}
	err = errors.Join(err, r.close(c.JSON))
	if done(err != nil); err != nil {
		r.say("what is left of it is in %s", dir)
	}
	return err
}

func (c *crashCommand) on(ctx context.Context, kind, dir, binary string, r *report) error {
	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return err
	}
	defer db.drop()
	run := crashRun{kind: kind, url: db.url, dir: filepath.Join(dir, kind), binary: binary, rounds: c.Rounds, seed: c.Seed, peer: c.Peer || c.Rolling, rolling: c.Rolling, redis: c.Redis}
	return crash(ctx, run, r)
}

// crashRun is one loop on one database.
type crashRun struct {
	kind, url, dir, binary string
	rounds                 int
	seed                   uint64
	peer                   bool   // beside a second node
	rolling                bool   // both are restarted by turns, and none is killed
	redis                  string // of both; "": none
}

// besiegers are the clients of one loop.
type besiegers struct {
	*siege
	api       *agentAPI
	customers []*customer
	operators []*operator
	tab       *customer
	watcher   *watcher
	ear       *ear
}

// crash kills the program again and again under load, and reports what it cost.
func crash(ctx context.Context, run crashRun, r *report) error {
	srv, err := newServer(run.binary, run.dir, run.url)
	if err != nil {
		return err
	}
	defer srv.close()
	h, err := furnish(ctx, run.url, crashAgents)
	if err != nil {
		return err
	}
	if err := busy(ctx, run.url, h); err != nil {
		return err
	}
	if run.peer {
		srv.env = append(srv.env, "PARLEY_REDIS_URL="+run.redis)
	}
	b := besiegers{siege: &siege{server: srv, house: h}, api: newAgentAPI(srv.addr, h.agents[0])}
	if b.ear, err = listen(ctx, b.siege, run.url); err != nil {
		return err
	}
	defer b.ear.close()
	if _, err := srv.start(ctx); err != nil {
		return err
	}
	if run.peer {
		if b.peer, err = srv.startPeer(ctx); err != nil {
			return err
		}
		defer b.peer.close()
	}

	clients, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	b.gate.open()
	if err := b.begin(clients, &running); err != nil {
		return fmt.Errorf("begin: %w\n%s", err, srv.tail())
	}
	n, err := b.loop(ctx, run)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, srv.tail())
	}
	b.stopping.Store(true)
	if err := b.quiet(ctx); err != nil {
		b.fail("%v", err)
	}
	n.endRound(b.siege)
	rules, err := b.rules(ctx, run.url)
	if err != nil {
		return fmt.Errorf("look after timers: %w\n%s", err, srv.tail())
	}
	there, err := readRecord(ctx, b.api)
	if err != nil {
		return fmt.Errorf("read what is there: %w\n%s", err, srv.tail())
	}
	created, err := b.ruled(ctx, there)
	if err != nil {
		return fmt.Errorf("read what the rule has created: %w\n%s", err, srv.tail())
	}
	if there, err = readRecord(ctx, b.api); err != nil { // with what records have told since
		return fmt.Errorf("read what is there in the end: %w\n%s", err, srv.tail())
	}
	settle(ctx, there, b.customers, b.tab, b.watcher)
	cancel()
	running.Wait()

	stored, shown, streamed := b.verdict(there, b.customers, b.operators, b.tab, b.watcher)
	told, again := b.ear.verdict(ctx, there)
	if out, err := srv.command(ctx, "doctor").CombinedOutput(); err != nil {
		b.fail("parley doctor: %v\n%s", err, out)
	}
	if err := srv.stop(); err != nil {
		b.fail("%v", err)
	}
	if b.peer != nil && !b.peer.running() {
		b.fail("the node that nobody killed ended by itself\n%s", b.peer.tail())
	}
	b.report(run, r, n, there, stored, shown, streamed)
	b.ear.report(run, r, told, again)
	created.report(run, r)
	rules.report(run.kind, r)
	if len(r.Failures) > 0 {
		return b.leave(run.dir)
	}
	return nil
}

// begin brings the clients in: first the customers, and when those who never end one have a session each, who looks after them.
func (b *besiegers) begin(ctx context.Context, running *sync.WaitGroup) error {
	for i := range steadyCustomers + endingCustomers + quietCustomers {
		c := newCustomer(b.siege, fmt.Sprintf("c%02d", i+1))
		if c.ends = i >= steadyCustomers; i >= steadyCustomers+endingCustomers {
			c.ends, c.pace = false, c.falterings
		}
		b.customers = append(b.customers, c)
		running.Go(func() { c.run(ctx) })
	}
	b.tab = b.customers[0].tab(ctx)
	running.Go(func() { b.tab.run(ctx) })

	sessions, err := b.sessions(ctx)
	if err != nil {
		return err
	}
	b.attend(ctx, running)
	running.Go(func() { b.wander(ctx) })
	for i, key := range b.house.agents {
		for j := range operatorsAnAgent {
			o := newOperator(b.siege, fmt.Sprintf("a%d.%d", i+1, j+1), newAgentAPI(b.node(), key))
			b.operators = append(b.operators, o)
			running.Go(func() { o.run(ctx) })
		}
	}
	b.watcher = newWatcher(b.siege, newAgentAPI(b.watched(), b.house.agents[0]), sessions)
	running.Go(func() { b.watcher.run(ctx) })
	return nil
}

// sessions waits until every customer who stays has a session, and gives them.
func (b *besiegers) sessions(ctx context.Context) ([]string, error) {
	for until := time.Now().Add(waitTime); time.Now().Before(until); pause(ctx, 20*time.Millisecond) {
		rows, err := b.api.sessions(ctx)
		if err != nil {
			return nil, err
		}
		found := map[string]string{}
		for _, row := range rows {
			events, err := b.api.events(ctx, row.ID, 0)
			if err != nil {
				return nil, err
			}
			if i := slices.IndexFunc(events, func(e logEvent) bool { return e.Kind == "message" }); i >= 0 {
				found[author(events[i].Text)] = row.ID
			}
		}
		var ids []string
		for _, c := range b.customers[:steadyCustomers] {
			if id, ok := found[c.name]; ok {
				ids = append(ids, id)
			}
		}
		if len(ids) == steadyCustomers {
			return ids, nil
		}
	}
	return nil, fmt.Errorf("not every customer has a session after %v", waitTime)
}

// report adds the run's figures and counts, and fails where something was lost, doubled or disordered, or where too
// little was met for that to mean anything.
func (b *besiegers) report(run crashRun, r *report, t *tally, there record, stored, shown, streamed counts) {
	starts := make([]float64, len(t.starts))
	for i, d := range t.starts {
		starts[i] = milliseconds(d)
	}
	r.add(figure{Name: run.kind + ": start after a kill, median", Value: median(starts), Unit: "ms", Spread: spread(starts)})
	for name, n := range map[string]int64{
		"kills":                                t.kills,
		"requests under way at a kill, fewest": t.fewest,
		"sessions":                             int64(len(there.sessions)),
		"acknowledged":                         b.told.Load(),
		"retries":                              b.retries.Load(),
		"commits met that nobody was told of":  b.stored.Load(),
		"repeats answered as such":             b.repeats.Load(),
		"rounds with both":                     t.both,
		"reconnects":                           b.reconnects.Load(),
		"gaps":                                 b.gaps.Load(),
		"snapshots instead of a resume":        b.snapshots.Load(),
		"refused for the moment":               b.refusals.Load(),
		"stored: acknowledged and lost":        int64(stored.lost),
		"stored: twice":                        int64(stored.doubled),
		"stored: out of order":                 int64(stored.disordered),
		"stored: unknown":                      int64(stored.unknown),
		"visitors' screens: missing":           int64(shown.lost),
		"visitors' screens: twice":             int64(shown.doubled),
		"visitors' screens: out of order":      int64(shown.disordered),
		"visitors' screens: unknown":           int64(shown.unknown),
		"agent's stream: missing":              int64(streamed.lost),
		"agent's stream: twice":                int64(streamed.doubled),
		"agent's stream: out of order":         int64(streamed.disordered),
		"agent's stream: unknown":              int64(streamed.unknown),
	} {
		r.Counts[run.kind+": "+name] = n
	}
	for _, f := range b.failures {
		r.fail("%s: %s", run.kind, f)
	}
	if t.fewest < leastMet && t.kills > 0 {
		r.fail("%s: a kill met only %d requests under way", run.kind, t.fewest)
	}
	if run.rolling {
		stops := make([]float64, len(t.stops))
		for i, d := range t.stops {
			stops[i] = d.Seconds()
		}
		r.Counts[run.kind+": restarts"] = int64(len(t.stops))
		if b.retries.Load() == 0 {
			r.fail("%s: no restart met a request under way", run.kind)
		}
		r.add(figure{Name: run.kind + ": a node's stop, longest", Value: slices.Max(append(stops, 0)), Unit: "s", AtMost: 10})
	}
	if 10*t.both < t.kills && (b.peer == nil || t.both == 0) { // half of what is under way is with the peer, and goes on
		r.fail("%s: only %d of %d kills met a retry and a commit that nobody was told of", run.kind, t.both, t.kills)
	}
}

// leave writes down what the clients had been told, for whoever looks for the cause.
func (b *besiegers) leave(dir string) error {
	history := map[string]any{}
	for _, c := range b.customers {
		history[c.name] = map[string]any{"acknowledged": c.said, "screen": c.screen.lines()}
	}
	for _, o := range b.operators {
		history[o.name] = o.said
	}
	text, err := json.MarshalIndent(history, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "history.json"), text, 0o644)
}
