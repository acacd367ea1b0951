package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"
)

type soakCommand struct {
	common

	For      time.Duration `default:"1h" help:"How long everybody talks, on each database."`
	Sessions int           `default:"50" help:"Conversations: a third in the widget, a third on Telegram, a third in Slack."`
	Rate     float64       `default:"40" help:"Messages a second, of all together, about."`
	Seed     uint64        `help:"Of what goes wrong; a random one unless given."`
	Plant    string        `enum:",doubled,swallowed,turned,unposted,leaked,repeated,told" default:"" help:"A fault to plant, which the run has to find: ${enum}."`
}

// Run soaks on each database.
func (c *soakCommand) Run(ctx context.Context) error {
	kinds, err := c.kinds()
	if err != nil {
		return err
	}
	c.Seed = cmp.Or(c.Seed, rand.Uint64())
	dir, done, err := c.folder()
	if err != nil {
		return err
	}
	r := newReport(os.Stdout, "soak", map[string]any{"for": c.For.String(), "sessions": c.Sessions, "rate": c.Rate, "seed": c.Seed, "plant": c.Plant})
	r.say("soak: %d sessions for %v, seed %d, in %s", c.Sessions, c.For, c.Seed, dir)
	with, err := planted(ctx, c.Plant)
	binary := ""
	if err == nil {
		binary, err = c.program(ctx, dir, with)
	}
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

func (c *soakCommand) on(ctx context.Context, kind, dir, binary string, r *report) error {
	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return err
	}
	defer db.drop()
	return soak(ctx, soakRun{
		kind: kind, url: db.url, dir: filepath.Join(dir, kind), binary: binary, length: c.For, sessions: c.Sessions, rate: c.Rate, seed: c.Seed,
		plant: c.Plant,
	}, r)
}

// soakRun is one soak on one database.
type soakRun struct {
	kind, url, dir, binary string
	length                 time.Duration
	sessions               int
	rate                   float64
	seed                   uint64
	plant                  string
	least                  int64 // messages that are said at least, if that takes longer
}

// correspondent is a customer on some kind of channel, who writes numbered messages that begin with a label.
type correspondent interface {
	label() string
	run(ctx context.Context)
	done() <-chan struct{}                       // closed when nothing new comes, and the network has all
	told() []string                              // what they have said, as it stands; when done
	sees() []string                              // what they are shown of agents, as it stands
	mayMiss(text string, kills []time.Time) bool // the network leaves open whether it has taken what begins so
}

// visitorCustomer is a correspondent in the widget.
type visitorCustomer struct{ *customer }

func (v visitorCustomer) label() string                    { return v.name }
func (v visitorCustomer) done() <-chan struct{}            { return v.customer.done }
func (v visitorCustomer) mayMiss(string, []time.Time) bool { return false }

func (v visitorCustomer) told() []string {
	all := make([]string, len(v.said))
	for i, u := range v.said {
		all[i] = u.Text
	}
	return all
}

func (v visitorCustomer) sees() []string {
	var all []string
	for _, e := range v.screen.standing() {
		if !e.Mine {
			all = append(all, e.Text)
		}
	}
	return all
}

// everybody are the people of a soak, and what is between them.
type everybody struct {
	*siege
	run      soakRun
	fate     *fate
	telegram *telegramNet
	slack    *slackNet
	home     *soakHouse
	canaries *canaries
	people   []correspondent
	shifts   []*shift
	watcher  *watcher
	did      deeds
	kills    []time.Time
}

// soak lets everybody talk for a while, and reports what each has seen.
func soak(ctx context.Context, run soakRun, r *report) error {
	srv, err := newServer(run.binary, run.dir, run.url)
	if err != nil {
		return err
	}
	defer srv.close()
	e := &everybody{siege: &siege{server: srv}, run: run, fate: newFate(run.seed)}
	defer e.end()
	e.telegram = newTelegram(e.siege, e.fate, run.plant, pollToken, hookToken)
	defer e.telegram.close()
	e.slack = newSlackNet(e.siege, e.fate, run.plant)
	defer e.slack.close()
	srv.env = []string{
		"PARLEY_TELEGRAM_API_URL=" + e.telegram.server.URL, "PARLEY_SLACK_API_URL=" + e.slack.api(), "PARLEY_PUBLIC_URL=http://" + srv.addr,
	}
	if e.home, err = furnishSoak(ctx, srv, e.telegram, e.slack); err != nil {
		return err
	}
	e.house = e.home.house
	e.listen()

	clients, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	if err := e.begin(clients, &running); err != nil {
		return fmt.Errorf("begin: %w\n%s", err, srv.tail())
	}
	if err := e.talk(ctx); err != nil {
		return fmt.Errorf("%w\n%s", err, srv.tail())
	}
	db, err := openDatabase(run.kind, run.url)
	if err != nil {
		return err
	}
	defer db.Close()
	e.quiet(ctx, db)
	t, err := e.look(ctx, db)
	if err != nil {
		return fmt.Errorf("read what is there: %w\n%s", err, srv.tail())
	}
	cancel()
	running.Wait()
	e.compare(t)
	values, err := e.search(ctx, db)
	if err != nil {
		return err
	}
	e.report(r, t, values)
	return nil
}

// end ends what still tells the program of something.
func (e *everybody) end() { e.ended.Store(true) }

// listen lets all that anybody is shown be looked at for notes and secrets.
func (e *everybody) listen() {
	e.canaries = e.home.cage(e.siege)
	e.watch = func(who string, shown []byte) {
		e.canaries.look("what "+who+" is shown", shown)
		if isInside(string(shown)) {
			e.fail("%s was shown a note", who)
		}
	}
	for _, h := range e.home.hands {
		h.api.http.Transport = e.canaries.over(h.api.http.Transport)
	}
}

// pace gives how long one of so many waits between two messages.
func (e *everybody) pace() time.Duration {
	mean := time.Duration(2 * float64(e.run.sessions) / e.run.rate * float64(time.Second))
	return mean/4 + e.fate.within(mean*3/2)
}

// begin starts the program and brings the people in: first the customers, and when each has a session, the agents.
func (e *everybody) begin(ctx context.Context, running *sync.WaitGroup) error {
	if _, err := e.server.start(ctx); err != nil {
		return err
	}
	if err := e.home.link(ctx); err != nil {
		return err
	}
	for _, w := range e.home.wings {
		w.bot.mu.Lock()
		e.canaries.add(w.bot.secret)
		w.bot.mu.Unlock()
	}
	e.gate.open()
	e.fate.set(false)
	for i := range e.run.sessions {
		c := e.correspondent(i)
		e.people = append(e.people, c)
		running.Go(func() { c.run(ctx) })
	}
	sessions, err := e.sessions(ctx)
	if err != nil {
		return err
	}
	var all []string
	for i, c := range e.people {
		s := &shift{
			siege: e.siege, fate: e.fate, did: &e.did, wing: e.wing(i), hands: e.home.hands, label: c.label(), session: sessions[c.label()],
			pace: e.pace, ended: make(chan struct{}), now: i % soakAgents,
		}
		e.shifts, all = append(e.shifts, s), append(all, s.session)
		running.Go(func() { s.run(ctx) })
	}
	e.watcher = newWatcher(e.siege, e.home.hands[0].api, all[:min(len(all), perSocket)])
	running.Go(func() { e.watcher.run(ctx) })
	return nil
}

// wing is where a customer's sessions are.
func (e *everybody) wing(i int) *wing { return e.home.wings[max(0, i%3-1)] }

// correspondent makes a customer: in the widget, of a bot that asks or of one that is called, or of an app in Slack.
func (e *everybody) correspondent(i int) correspondent {
	if i%3 == 0 {
		c := newCustomer(e.siege, fmt.Sprintf("w%03d", i))
		c.pace, c.fickle = e.pace, func() bool { return e.fate.strikes(hungUp, 0.03) }
		return visitorCustomer{c}
	}
	if i%6 > 3 {
		return &directCustomer{app: e.wing(i).app, did: &e.did, name: fmt.Sprintf("s%03d", i), pace: e.pace, ended: make(chan struct{})}
	}
	return &telegramCustomer{
		net: e.telegram, bot: e.wing(i).bot, chat: int64(7000 + i), name: fmt.Sprintf("t%03d", i), pace: e.pace, ended: make(chan struct{}),
	}
}

// sessions waits until every customer has a session, and gives them by label.
func (e *everybody) sessions(ctx context.Context) (map[string]string, error) {
	found := map[string]string{}
	for until := time.Now().Add(waitTime); time.Now().Before(until); pause(ctx, 100*time.Millisecond) {
		rows, err := e.home.hands[0].api.sessions(ctx)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			var page struct{ Items []logEvent }
			if err := e.home.hands[0].api.get(ctx, "/api/v1/sessions/"+row.ID+"/messages?limit=10&before_seq=10", &page); err != nil {
				return nil, err
			}
			for _, m := range page.Items {
				if m.Kind == "message" {
					found[author(m.Text)] = row.ID
				}
			}
		}
		if len(found) == len(e.people) {
			return found, nil
		}
	}
	return nil, fmt.Errorf("%d of %d customers have a session after %v", len(found), len(e.people), waitTime)
}

const (
	killsARun    = 4
	oftenKilled  = 8 * time.Second // at most
	disturbEvery = 3 * time.Second
	oftenEnough  = 20 * time.Second // a shorter run is not killed: who takes over waits for a lease
)

// talk lets everybody talk, and meanwhile kills the program, and breaks connections off.
func (e *everybody) talk(ctx context.Context) error {
	end := time.Now().Add(e.run.length)
	every := max(min(e.run.length/(killsARun+1), time.Minute), oftenKilled)
	kill, disturb, breaks := time.Now().Add(every/2), time.Now().Add(disturbEvery), false
	if e.run.length < oftenEnough {
		kill = end
	}
	for e.goesOn(end) && ctx.Err() == nil {
		pause(ctx, 100*time.Millisecond)
		if !e.server.running() {
			return errors.New("the program ended by itself")
		}
		if time.Now().After(disturb) {
			disturb, breaks = time.Now().Add(disturbEvery), !breaks
			e.home.wings[0].app.disturb(breaks)
		}
		if time.Now().After(kill) {
			kill = time.Now().Add(every/2 + e.fate.within(every))
			e.gate.shut()
			e.server.kill()
			e.kills = append(e.kills, time.Now())
			if _, err := e.server.start(ctx); err != nil {
				return err
			}
			e.gate.open()
		}
	}
	return ctx.Err()
}

// goesOn tells whether there is more to say. A busy machine gets more time until enough is said. Where something is planted, that is until it
// can have been met, and what is found ends it.
func (e *everybody) goesOn(end time.Time) bool {
	least := e.run.least
	if e.run.plant != "" {
		least = enoughSaid
	}
	return (time.Now().Before(end) || e.told.Load() < least && time.Since(end) < waitTime) && (e.run.plant == "" || !e.failed())
}
