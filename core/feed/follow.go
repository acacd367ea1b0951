package feed

import (
	"context"
	"encoding/binary"
	"slices"

	"parley/core"
)

// Sink receives what an agent may see, from one goroutine at a time. Its methods must not block. One that cannot keep up
// returns false and is told nothing more; its owner ends the connection, so that the client resumes from its cursor.
// Neither a sink nor whoever holds a lock that a sink takes may call Follow or stop: both wait for deliveries to end.
type Sink interface {
	// Begin comes first: what follows continues from cursor. Not resumed means that what the client holds may be anything;
	// it is to be fetched again.
	Begin(cursor core.EventID, resumed bool) bool
	// Batch continues from what was told before. It is shared with other sinks: read it only.
	Batch(Batch) bool
	// Hint tells of something that is not stored.
	Hint(core.Hint) bool
}

// Batch is what happened after one place of the log up to another, as far as its reader may see it. If After is Cursor,
// the touched sessions are all there is to tell; if there are neither, only the cursor moves.
type Batch struct {
	After, Cursor core.EventID
	Events        []core.Event
	Touched       []core.Touched
}

// Follow tells the sink all within the scope that came after the cursor, and then what comes, until stop is called. A
// cursor of zero means from now; one that is too far behind, or that this log has never reached, is not continued: Begin
// says so. Follow returns once the sink is up with the others; if the sink gave up before that, it was told nothing
// more. After stop has returned the sink is not called again; stop is never nil and may be called more than once. The
// error is Unavailable: nothing follows, whatever the sink has been told.
func (f *Feed) Follow(ctx context.Context, scope core.Scope, after core.EventID, to Sink) (stop func(), err error) {
	a := &agentFollower{to: to, agent: scope.Agent, cursor: after}
	stop = func() {
		f.live.Lock()
		defer f.live.Unlock()
		f.dropAgent(a)
	}
	if err := f.start(ctx); err != nil {
		return stop, unavailable("feed.Follow", err)
	}
	resumed, err := f.resumable(ctx, after)
	if err != nil {
		return stop, unavailable("feed.Follow", err)
	}
	if !resumed {
		f.live.Lock()
		defer f.live.Unlock()
		a.cursor = f.sent
		if to.Begin(a.cursor, false) {
			f.attachAgent(a, scope)
		}
		return stop, nil
	}
	if !to.Begin(after, true) {
		return stop, nil
	}
	if err := f.chase(ctx, after, agentChase{f, a, scope}); err != nil {
		return stop, unavailable("feed.Follow", err)
	}
	return stop, nil
}

// resumable tells whether an agent's cursor can be continued.
func (f *Feed) resumable(ctx context.Context, after core.EventID) (bool, error) {
	if after <= 0 {
		return false, nil
	}
	f.mu.Lock()
	head := f.ring.head()
	f.mu.Unlock()
	if head-after > core.EventID(f.reach) {
		return false, nil
	}
	return f.exists(ctx, after)
}

// newcomer is a follower that is not yet with the others.
type newcomer interface {
	// missed reads some of what came after a place, and says up to where that is complete.
	missed(ctx context.Context, pos core.EventID) (events []core.Event, upTo core.EventID, err error)
	// pick gives what the newcomer may see of a page.
	pick(page []core.Event) []core.Event
	tell(events []core.Event, upTo core.EventID) bool
	attach()
}

// chase tells a newcomer what came after a place until it is where everybody is, and attaches it there. A newcomer that
// gives up on the way is not attached.
func (f *Feed) chase(ctx context.Context, pos core.EventID, who newcomer) error {
	for !f.join(pos, who) {
		if err := ctx.Err(); err != nil {
			return err
		}
		events, upTo, err := who.missed(ctx, pos)
		if err != nil {
			return err
		}
		if !who.tell(events, upTo) {
			return nil
		}
		pos = upTo
	}
	return nil
}

// join tells the rest and attaches, if the rest is in memory and small enough to let everybody wait for it. What the
// newcomer is then told by the pump begins after sent, which cannot move meanwhile. A newcomer may be ahead of that, by
// what another node told it or the log just did: tell leaves out what is not after its cursor. It returns true when
// there is nothing more to do.
func (f *Feed) join(pos core.EventID, who newcomer) bool {
	f.live.Lock()
	defer f.live.Unlock()
	if pos < f.sent {
		f.mu.Lock()
		page, covered := f.ring.after(pos, f.batch)
		f.mu.Unlock()
		if !covered || f.sent-pos > core.EventID(f.batch) {
			return false
		}
		if !who.tell(who.pick(page), page[len(page)-1].ID) {
			return true
		}
	}
	who.attach()
	return true
}

// after gives rows after a place, from the ring if it reaches back that far and else from the log, and says up to where
// they are complete.
func (f *Feed) after(ctx context.Context, pos core.EventID) (page []core.Event, upTo core.EventID, err error) {
	f.mu.Lock()
	page, covered := f.ring.after(pos, f.batch)
	upTo = max(pos, f.sent)
	f.mu.Unlock()
	if !covered {
		if page, err = f.log.LogAfter(ctx, pos, f.page); err != nil {
			return nil, pos, err
		}
	}
	if len(page) > 0 {
		upTo = page[len(page)-1].ID
	}
	return page, upTo, nil
}

// agentFollower is one socket of an agent.
type agentFollower struct {
	to     Sink
	agent  core.AgentID
	cursor core.EventID // the last it was told
	group  *group       // nil: not attached
	at     int          // its place in the group
}

// group is the agents' followers that see the same departments: what they may see is picked once for all of them.
type group struct {
	key         string
	departments []core.DepartmentID
	followers   []*agentFollower
}

func (f *Feed) attachAgent(a *agentFollower, scope core.Scope) {
	var key []byte
	for _, d := range scope.Departments {
		key = binary.AppendVarint(key, int64(d))
	}
	g := f.groups[string(key)]
	if g == nil {
		g = &group{key: string(key), departments: slices.Clone(scope.Departments)}
		f.groups[g.key] = g
		for _, d := range g.departments {
			f.departments[d] = append(f.departments[d], g)
		}
	}
	a.group, a.at = g, len(g.followers)
	g.followers = append(g.followers, a)
}

// dropAgent takes a follower out of its group, whose last one takes its place.
func (f *Feed) dropAgent(a *agentFollower) {
	g := a.group
	if g == nil {
		return
	}
	last := len(g.followers) - 1
	g.followers[a.at], g.followers[last].at = g.followers[last], a.at
	g.followers[last] = nil
	g.followers = g.followers[:last]
	a.group = nil
	if last > 0 {
		return
	}
	delete(f.groups, g.key)
	for _, d := range g.departments {
		rest := slices.DeleteFunc(f.departments[d], func(other *group) bool { return other == g })
		if f.departments[d] = rest; len(rest) == 0 {
			delete(f.departments, d)
		}
	}
}

// tell gives the follower what is new to it of events that are complete up to a place. A follower that sees nothing for
// long is told how far the log is, so that its cursor stays within reach.
func (a *agentFollower) tell(events []core.Event, touched []core.Touched, upTo core.EventID, quiet int) bool {
	b := Batch{After: a.cursor, Cursor: a.cursor, Events: since(events, a.cursor), Touched: touched}
	if len(b.Events) > 0 || upTo-a.cursor > core.EventID(quiet) {
		b.Cursor = upTo
	} else if len(touched) == 0 {
		return true
	}
	a.cursor = b.Cursor
	return a.to.Batch(b)
}

// quiet is how many rows an agent's cursor may lie behind before it is told.
func (f *Feed) quiet() int { return max(1, f.reach/4) }

// tellAgents tells each group whose departments the page touches, and everybody when it is about more than departments
// or when cursors are to move.
func (f *Feed) tellAgents(page []core.Event, touched []core.Touched) {
	upTo := f.sent
	if len(page) > 0 {
		upTo = page[len(page)-1].ID
	}
	named := targets(page)
	everybody := len(named) > 0 || int(upTo)/f.quiet() != int(f.sent)/f.quiet()
	for i := range page {
		everybody = everybody || page[i].Department == 0
		f.affect(page[i].Department)
		f.affect(page[i].Former)
	}
	for _, t := range touched {
		f.affect(t.Department)
	}
	if everybody {
		for _, g := range f.groups {
			f.affected[g] = struct{}{}
		}
	}
	for g := range f.affected {
		f.tellGroup(g, page, touched, upTo, named)
	}
	clear(f.affected)
}

func (f *Feed) affect(d core.DepartmentID) {
	for _, g := range f.departments[d] {
		f.affected[g] = struct{}{}
	}
}

func (f *Feed) tellGroup(g *group, page []core.Event, touched []core.Touched, upTo core.EventID, named []core.AgentID) {
	scope := core.Scope{Departments: g.departments}
	shared := visible(scope, page)
	var seen []core.Touched
	for _, t := range touched {
		if scope.Sees(t.Department) {
			seen = append(seen, t)
		}
	}
	for i := 0; i < len(g.followers); {
		a, events := g.followers[i], shared
		if slices.Contains(named, a.agent) {
			events = visible(core.Scope{Agent: a.agent, Departments: g.departments}, page)
		}
		if !a.tell(events, seen, upTo, f.quiet()) {
			f.dropAgent(a) // another one is at i now, or none
			continue
		}
		i++
	}
}

func (f *Feed) hintAgents(h core.Hint) {
	for _, g := range slices.Clone(f.departments[h.Department]) { // a group leaves the list with its last follower
		for i := 0; i < len(g.followers); {
			if a := g.followers[i]; !a.to.Hint(h) {
				f.dropAgent(a)
				continue
			}
			i++
		}
	}
}

// agentChase is an agent's follower on its way to the others.
type agentChase struct {
	feed  *Feed
	a     *agentFollower
	scope core.Scope
}

func (c agentChase) missed(ctx context.Context, pos core.EventID) ([]core.Event, core.EventID, error) {
	page, upTo, err := c.feed.after(ctx, pos)
	return c.pick(page), upTo, err
}

func (c agentChase) pick(page []core.Event) []core.Event { return visible(c.scope, page) }

func (c agentChase) tell(events []core.Event, upTo core.EventID) bool {
	return c.a.tell(events, nil, upTo, c.feed.quiet())
}

func (c agentChase) attach() { c.feed.attachAgent(c.a, c.scope) }
