package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/core"
	"parley/core/store"
)

type routeCommand struct {
	common

	Agents    int `default:"1000" help:"Operators who are there."`
	Each      int `default:"5" help:"Sessions that each of them holds, and wants at most."`
	Waiting   int `default:"10000" help:"Sessions that wait."`
	Decisions int `default:"256" help:"Sessions that end in a round, so that the next is given, and that come where all have room."`
	Rounds    int `default:"7" help:"With distribution and by hand, by turns."`
}

// Run measures on each database.
func (c *routeCommand) Run(ctx context.Context) error {
	settings := map[string]any{
		"agents": c.Agents, "each": c.Each, "waiting": c.Waiting, "decisions": c.Decisions, "rounds": c.Rounds,
	}
	return c.each("route", settings, func(kind, dir string, r *report) error { return c.on(ctx, kind, dir, r) })
}

// on measures on one database: the decision alone, whom what is next in the queue goes to; an end after which that is given, beside the same
// done by hand, an end and then a supervisor who gives the next; and what one who comes costs where everybody has room.
func (c *routeCommand) on(ctx context.Context, kind, dir string, r *report) error {
	full, err := c.open(ctx, kind, dir)
	if err != nil {
		return err
	}
	defer full.close() //nolint:errcheck // nothing of it is kept
	empty, err := c.open(ctx, kind, dir)
	if err != nil {
		return err
	}
	defer empty.close() //nolint:errcheck // nothing of it is kept
	if _, err := full.receive(ctx, c.Agents*c.Each+c.Waiting); err != nil {
		return err
	}
	name := fmt.Sprintf("%s, %d agents, %d waiting", kind, c.Agents, c.Waiting)
	var decisions, ends, plain, comes []float64
	for round := -1; round < c.Rounds; round++ { // the first warms up and does not count
		by, err := full.distributed(ctx, c.Decisions)
		if err != nil {
			return err
		}
		if held := full.held(); held != c.Agents*c.Each {
			r.fail("%s: %d sessions are held after those that ended, want %d: the next was not given with the end", kind, held, c.Agents*c.Each)
		}
		end, hand, err := full.byHand(ctx, c.Decisions)
		if err != nil {
			return err
		}
		come, err := empty.receive(ctx, c.Decisions)
		if err != nil {
			return err
		}
		if round < 0 {
			continue
		}
		ends, plain, comes = append(ends, by), append(plain, end+hand), append(comes, come)
		decision, err := full.decide(ctx, c.Decisions)
		if err != nil {
			return err
		}
		decisions = append(decisions, decision)
		r.Counts[kind+": given with an end"] += int64(c.Decisions)
	}
	r.add(figure{Goal: "P7", Name: name + ": a decision", Value: median(decisions), Unit: "µs", AtMost: 100, Control: spread(decisions)})
	r.add(figure{Name: name + ": an end, with the next given", Value: median(ends), Unit: "µs", Ratio: median(ends) / median(plain), Spread: spread(ends), Control: spread(plain)})
	r.add(figure{Name: name + ": an end, and the next given by hand", Value: median(plain), Unit: "µs", Spread: spread(plain)})
	r.add(figure{Name: fmt.Sprintf("%s, %d agents with room: one comes, and is given", kind, c.Agents), Value: median(comes), Unit: "µs", Spread: spread(comes)})
	return nil
}

// routeFloor is a department full of operators.
type routeFloor struct {
	*engine
	house    house
	drop     func()
	boss     core.Actor
	agents   []core.AgentID
	received int
}

func (c *routeCommand) open(ctx context.Context, kind, dir string) (*routeFloor, error) {
	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return nil, err
	}
	f := &routeFloor{drop: db.drop}
	if f.engine, err = startEngine(ctx, db.url); err != nil {
		db.drop()
		return nil, err
	}
	if err := c.furnish(ctx, f); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *routeFloor) close() error {
	defer f.drop()
	return f.stop()
}

// furnish lets the operators work here, and be there. Their passwords are none: to hash them would take longer than all else.
func (c *routeCommand) furnish(ctx context.Context, f *routeFloor) (err error) {
	if f.house, err = f.furnish(ctx, 1); err != nil {
		return err
	}
	if f.boss, err = f.store.AgentByEmail(ctx, "agent1@example.test"); err != nil {
		return err
	}
	f.boss.Agent.Admin = true
	ids := &core.IDMaker{}
	now := core.At(time.Now())
	var here []core.Presence
	_, err = f.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		for i := range c.Agents {
			id := core.AgentID(ids.Next(now))
			w.PutAgent(core.Actor{Agent: core.Agent{
				ID: id, Email: fmt.Sprintf("operator%d@example.test", i), Name: fmt.Sprint("Operator ", i), PasswordHash: "none", CreatedAt: now,
				Availability: core.AgentAvailable,
			}, Roles: core.Roles{f.house.department: core.Operator}})
			w.PutLoad(core.Load{Agent: id, Own: int64(c.Each)})
			here = append(here, core.Presence{Agent: id, Surface: core.Workspace})
			f.agents = append(f.agents, id)
		}
		return nil
	}})
	if err != nil {
		return err
	}
	if err := f.store.PutPresence(ctx, "bench", here, 24*time.Hour); err != nil {
		return err
	}
	return f.distribute(ctx, core.RoundRobin)
}

func (f *routeFloor) distribute(ctx context.Context, how core.Strategy) error {
	own, err := json.Marshal(map[string]any{"distribution": map[string]any{"strategy": how}})
	if err == nil {
		_, err = f.hub.SetSettings(ctx, f.boss, f.house.department, own, 0)
	}
	return err
}

// routedAtOnce is how many wait for their answer at once.
const routedAtOnce = 64

// each does something n times, so many at once, and gives the microseconds that each took of the whole.
func each(n int, do func(i int) error) (float64, error) {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	begin := time.Now()
	for range routedAtOnce {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n && failed.Load() == nil; i = int(next.Add(1)) {
				if err := do(i - 1); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	all.Wait()
	took := float64(time.Since(begin).Microseconds()) / float64(n)
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return took, nil
}

// receive lets so many customers write.
func (f *routeFloor) receive(ctx context.Context, n int) (float64, error) {
	first := f.received
	f.received += n
	return each(n, func(i int) error {
		who := core.RemoteID(fmt.Sprint("visitor-", first+i))
		return f.hub.Receive(ctx, core.Inbound{
			Channel: f.house.channel.ID, Department: f.house.department, Verb: core.InboundMessage, Identity: who, Conversation: who,
			Dedupe: string(who), Content: core.Content{Text: "Is the blue lamp in stock?"},
		})
	})
}

// some gives n sessions that are held, or that wait, the newest or the first.
func (f *routeFloor) some(ctx context.Context, state core.State, n int) ([]store.Summary, error) {
	var found []store.Summary
	after := ""
	for len(found) < n {
		page, err := f.store.Sessions(ctx, f.boss.Scope(), store.SessionFilter{State: []core.State{state}}, after, min(100, n-len(found)))
		if err != nil {
			return nil, err
		}
		found = append(found, page.Items...)
		if after = page.Next; after == "" {
			break
		}
	}
	if len(found) < n {
		return nil, fmt.Errorf("%d sessions are %s, want %d", len(found), state, n)
	}
	return found, nil
}

// distributed ends sessions, whose agents are given the next.
func (f *routeFloor) distributed(ctx context.Context, n int) (float64, error) {
	held, err := f.some(ctx, core.Pending, n)
	if err != nil {
		return 0, err
	}
	return each(n, func(i int) error {
		_, err := f.hub.Do(ctx, f.boss, core.End{Session: held[i].ID}, "")
		return err
	})
}

// errDecided takes back what a decision was tried with.
var errDecided = errors.New("decided")

// decide tries who gets the next when sessions end, so many together as deeds are stored together, and gives the microseconds that each
// choice took: to look at the queue, at whoever is freed, and to choose. Nothing of it stays.
func (f *routeFloor) decide(ctx context.Context, n int) (float64, error) {
	held, err := f.some(ctx, core.Pending, n)
	if err != nil {
		return 0, err
	}
	var took time.Duration
	for some := range slices.Chunk(held, routedAtOnce) {
		_, err := f.writer.Do(ctx, store.Job{
			Touch: func(k *store.Keys) {
				for _, s := range some {
					k.Held(s.ID)
				}
			},
			Do: func(w *store.Work) error {
				for _, s := range some {
					one, err := f.choose(w, s.Session)
					if err != nil {
						return err
					}
					took += one
				}
				return &core.Error{Op: "bench.decide", Kind: core.Gone, Err: errDecided}
			},
		})
		if !errors.Is(err, errDecided) {
			return 0, fmt.Errorf("decide: %w", err)
		}
	}
	return float64(took.Microseconds()) / float64(n), nil
}

// choose ends a session, and gives the time in which is found who gets which next, as the hub finds it.
func (f *routeFloor) choose(w *store.Work, ended core.Session) (time.Duration, error) {
	ended.End(core.CompletedByOperator, w.Now())
	w.PutSession(ended)
	begin := time.Now()
	settings, err := w.Settings(f.house.department)
	if err != nil {
		return 0, err
	}
	all, err := w.Candidates(f.house.department, settings.Distribution, []core.AgentID{ended.Assignee})
	if err != nil {
		return 0, err
	}
	next, err := w.Waiting(f.house.department, 1, nil)
	if err != nil {
		return 0, err
	}
	if err := w.Bring(f.house.department, next); err != nil {
		return 0, err
	}
	s, err := w.Session(next[0])
	if err != nil {
		return 0, err
	}
	chosen, _ := settings.Distribution.Choose(s, all, w.Now())
	took := time.Since(begin)
	if chosen < 0 {
		return 0, errors.New("who is freed is not chosen")
	}
	s.Hold(all[chosen].Agent, 0, w.Now())
	w.PutSession(s)
	return took, nil
}

// byHand ends sessions, and then gives their agents the next as a supervisor does; distribution has no part in it.
func (f *routeFloor) byHand(ctx context.Context, n int) (end, hand float64, err error) {
	if err := f.distribute(ctx, core.Manual); err != nil {
		return 0, 0, err
	}
	held, err := f.some(ctx, core.Pending, n)
	if err != nil {
		return 0, 0, err
	}
	next, err := f.some(ctx, core.Waiting, n)
	if err != nil {
		return 0, 0, err
	}
	end, err = each(n, func(i int) error {
		_, err := f.hub.Do(ctx, f.boss, core.End{Session: held[i].ID}, "")
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	hand, err = each(n, func(i int) error {
		_, err := f.hub.Do(ctx, f.boss, core.Assign{Session: next[i].ID, To: held[i].Assignee}, "")
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	if _, err := f.receive(ctx, 2*n); err != nil { // as many wait as before
		return 0, 0, err
	}
	return end, hand, f.distribute(ctx, core.RoundRobin)
}

// held is how many sessions the agents hold by what is kept of it.
func (f *routeFloor) held() int {
	all, err := f.store.Colleagues(context.Background(), f.boss.Scope(), f.house.department)
	if err != nil {
		return -1
	}
	var n int64
	for _, a := range all {
		n += a.Open
	}
	return int(n)
}
