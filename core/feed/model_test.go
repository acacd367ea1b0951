package feed_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"parley/core"
	"parley/core/feed"
)

// A step is one thing that happens in a play: somebody writes, comes, goes, or something fails.
type step struct {
	What   string
	Who    int   // which client
	Node   int   // where they write or come
	Events []int // what is written, as indexes into repertoire
	Pause  time.Duration
}

var happenings = []string{
	"write and publish", "write and publish", "write and publish", "write, publish later", "publish what waits", "another process writes",
	"agent comes", "agent comes", "agent comes", "agent goes", "agent refuses",
	"visitor comes", "visitor comes", "visitor comes", "visitor goes", "visitor refuses",
	"log fails", "log heals", "log slows", "log speeds up", "read mark", "hint",
}

// repertoire is what can be written, and which agents (by number) and which conversation may see it: the model's own
// table, not the feed's rule.
var repertoire = []struct {
	event   core.Event
	agents  []core.AgentID
	visitor core.RemoteID
}{
	{say(1, "ada", ""), []core.AgentID{1, 2, 4}, "ada"},
	{say(1, "ada", ""), []core.AgentID{1, 2, 4}, "ada"}, // more often than the others
	{say(2, "bob", ""), []core.AgentID{2, 4}, "bob"},
	{say(3, "cyd", ""), nil, "cyd"},
	{note(1, "ada", ""), []core.AgentID{1, 2, 4}, ""},
	{note(2, "bob", ""), []core.AgentID{2, 4}, ""},
	{core.Event{Kind: core.EventTaken, Department: 1, Session: 1, Audience: core.Everyone, Channel: 1, Conversation: "ada"}, []core.AgentID{1, 2, 4}, "ada"},
	{core.Event{Kind: core.EventAssigned, Department: 2, Session: 2, Audience: core.AgentsOnly, Channel: 1, Conversation: "bob", Target: 1}, []core.AgentID{2, 4}, ""},
	{core.Event{Kind: core.EventTransferred, Department: 2, Former: 1, Session: 1, Audience: core.AgentsOnly, Channel: 1, Conversation: "ada"}, []core.AgentID{1, 2, 4}, ""},
	{core.Event{Kind: core.EventTransferred, Department: 1, Former: 3, Session: 3, Audience: core.AgentsOnly, Channel: 1, Conversation: "cyd"}, []core.AgentID{1, 2, 4}, ""},
	{core.Event{Kind: core.EventDepartmentChanged, Department: 1, Audience: core.AgentsOnly}, []core.AgentID{1, 2, 4}, ""},
	{core.Event{Kind: core.EventAgentChanged, Target: 1, Audience: core.AgentsOnly}, []core.AgentID{1, 2, 3, 4}, ""},
	{core.Event{Kind: core.EventAgentChanged, Target: 3, Department: 2, Audience: core.AgentsOnly}, []core.AgentID{2, 3, 4}, ""},
	{core.Event{Kind: core.EventLoginEnded, Target: 1, Audience: core.AgentsOnly}, []core.AgentID{1}, ""},
}

var scopes = []core.Scope{
	{Agent: 1, Departments: []core.DepartmentID{1}},
	{Agent: 2, Departments: []core.DepartmentID{1, 2}},
	{Agent: 3},
	{Agent: 4, Departments: []core.DepartmentID{1, 2}},
	{Agent: 1, Departments: []core.DepartmentID{1}}, // more tabs
	{Agent: 1, Departments: []core.DepartmentID{1}},
}

var conversations = []core.RemoteID{"ada", "bob", "cyd", "ada", "ada"}

// TestEachFollowerSeesWhatItMaySeeOnceAndInOrder is the promise of DESIGN 4.3 and 4.5, over plays with outages, lost
// bells, other writers, and clients that come and go at any moment.
func TestEachFollowerSeesWhatItMaySeeOnceAndInOrder(t *testing.T) {
	t.Parallel()
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			What:   rapid.SampledFrom(happenings).Draw(t, "what"),
			Who:    rapid.IntRange(0, 19).Draw(t, "who"),
			Node:   rapid.IntRange(0, 1).Draw(t, "node"),
			Events: rapid.SliceOfN(rapid.IntRange(0, len(repertoire)-1), 1, 6).Draw(t, "events"),
			Pause:  rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, time.Millisecond, 6 * time.Millisecond, 300 * time.Millisecond, 3 * time.Second}).Draw(t, "pause"),
		}
	}), 1, 80)
	rapid.Check(t, func(rt *rapid.T) {
		opts := []feed.Option{
			feed.WithRing(rapid.SampledFrom([]int{2, 7, 4096}).Draw(rt, "ring"), 1<<20),
			feed.WithReach(rapid.SampledFrom([]int{4, 25, 5000}).Draw(rt, "reach")),
			feed.WithVisitorReach(rapid.SampledFrom([]int{1, 4, 200}).Draw(rt, "visitor reach")),
			feed.WithPages(
				rapid.SampledFrom([]int{2, 5, 1024}).Draw(rt, "batch"), rapid.SampledFrom([]int{1, 3, 256}).Draw(rt, "page"),
				rapid.SampledFrom([]int{1, 4, 50}).Draw(rt, "snapshot"),
			),
		}
		slow := rapid.SampledFrom([]time.Duration{0, 4 * time.Millisecond}).Draw(rt, "slow")
		script := steps.Draw(rt, "script")
		var faults []string
		synctest.Test(t, func(t *testing.T) { faults = newPlay(t, slow, opts).run(script) })
		if len(faults) > 0 {
			rt.Fatal(faults[0])
		}
	})
}

// play is a log, the feeds of two nodes on it, and their clients, in a bubble of its own.
type play struct {
	log      *memoryLog
	nodes    []*feed.Feed
	agents   []*agentClient
	visitors []*visitorClient
	turns    map[any]chan struct{} // a client does one thing at a time
	unsaid   [2][]core.Committed   // by node: written and not yet published
	busy     sync.WaitGroup
}

func newPlay(t *testing.T, slow time.Duration, opts []feed.Option) *play {
	p := &play{log: &memoryLog{slow: slow}, turns: map[any]chan struct{}{}}
	p.nodes = []*feed.Feed{start(t, p.log, opts...), start(t, p.log, opts...)}
	for _, s := range scopes {
		p.agents = append(p.agents, &agentClient{scope: s})
		p.turns[p.agents[len(p.agents)-1]] = make(chan struct{}, 1)
	}
	for _, c := range conversations {
		p.visitors = append(p.visitors, &visitorClient{channel: 1, conversation: c})
		p.turns[p.visitors[len(p.visitors)-1]] = make(chan struct{}, 1)
	}
	return p
}

func (p *play) run(script []step) []string {
	for _, s := range script {
		p.step(s)
		time.Sleep(s.Pause)
	}
	p.log.set(func() { p.log.down, p.log.slow = false, 0 })
	p.busy.Wait()
	p.settle()
	return p.judge()
}

// settle lets all come back that are away, with a healthy log, and lets what happened reach them.
func (p *play) settle() {
	for _, a := range p.agents {
		a.set(func() { a.refuse = false })
	}
	for _, v := range p.visitors {
		v.set(func() { v.refuse = false })
	}
	time.Sleep(10 * time.Second)
	for _, a := range p.agents {
		if !a.connected() {
			_ = a.connect(context.Background(), p.nodes[0]) // judged by what it has seen
		}
	}
	for _, v := range p.visitors {
		if !v.connected() {
			_ = v.connect(context.Background(), p.nodes[0])
		}
	}
	time.Sleep(10 * time.Second)
	synctest.Wait()
}

func (p *play) step(s step) {
	node := p.nodes[s.Node]
	a, v := p.agents[s.Who%len(p.agents)], p.visitors[s.Who%len(p.visitors)]
	switch s.What {
	case "write and publish":
		p.publishUnsaid(s.Node)
		node.Publish(p.write(s))
	case "write, publish later":
		p.unsaid[s.Node] = append(p.unsaid[s.Node], p.write(s))
	case "publish what waits":
		p.publishUnsaid(s.Node)
	case "another process writes":
		p.write(s)
	case "agent comes":
		p.at(a, func() { a.disconnect(); _ = a.connect(context.Background(), node) })
	case "agent goes":
		p.at(a, a.disconnect)
	case "agent refuses":
		a.set(func() { a.refuse = true })
	case "visitor comes":
		p.at(v, func() { v.disconnect(); _ = v.connect(context.Background(), node) })
	case "visitor goes":
		p.at(v, v.disconnect)
	case "visitor refuses":
		v.set(func() { v.refuse = true })
	case "log fails":
		p.log.set(func() { p.log.down = true })
	case "log heals":
		p.log.set(func() { p.log.down = false })
	case "log slows":
		p.log.set(func() { p.log.slow = 4 * time.Millisecond })
	case "log speeds up":
		p.log.set(func() { p.log.slow = 0 })
	case "read mark":
		node.Publish(core.Committed{Touched: []core.Touched{{Session: 1, Department: 1}}})
	case "hint":
		node.Hint(core.Hint{Session: 1, Department: 1, Channel: 1, Conversation: "ada", By: core.ByAgent, Agent: 1, Name: "Anna"})
	}
}

// at does what a client does beside all else, after what that client did before.
func (p *play) at(client any, do func()) {
	turn := p.turns[client]
	p.busy.Go(func() {
		turn <- struct{}{}
		do()
		<-turn
	})
}

func (p *play) write(s step) core.Committed {
	events := make([]core.Event, len(s.Events))
	for i, n := range s.Events {
		events[i] = repertoire[n].event
		events[i].Seq = int64(n) // for the judge
	}
	for i := range events {
		events[i].Text = fmt.Sprint(len(p.log.all()) + i + 1)
	}
	return core.Committed{Events: p.log.commit(events...)}
}

func (p *play) publishUnsaid(node int) {
	for _, c := range p.unsaid[node] {
		p.nodes[node].Publish(c)
	}
	p.unsaid[node] = nil
}

// judge compares what everybody saw with what the table says.
func (p *play) judge() []string {
	var faults []string
	rows := p.log.all()
	for _, a := range p.agents {
		var want []core.EventID
		for _, e := range rows {
			if e.ID > a.base && slices.Contains(repertoire[e.Seq].agents, a.scope.Agent) {
				want = append(want, e.ID)
			}
		}
		a.set(func() { faults = append(faults, a.faults...) })
		if got := a.ids(); !slices.Equal(got, want) {
			faults = append(faults, fmt.Sprintf("agent %d from %d saw %v, want %v", int64(a.scope.Agent), int64(a.base), numbers(got), numbers(want)))
		}
	}
	for _, v := range p.visitors {
		var all []string
		for _, e := range rows {
			if repertoire[e.Seq].visitor == v.conversation {
				all = append(all, e.Text)
			}
		}
		v.set(func() { faults = append(faults, v.faults...) })
		if got := p.leafBack(v); !slices.Equal(got, all) {
			faults = append(faults, fmt.Sprintf("visitor %s was shown %v, want %v", v.conversation, got, all))
		}
	}
	return faults
}

// leafBack gives all that a visitor can see: what is shown, and all that is older.
func (p *play) leafBack(v *visitorClient) []string {
	texts := v.texts()
	for before, more := v.start, v.more; more; {
		frame, err := p.nodes[0].OlderVisitor(context.Background(), v.channel, v.conversation, before, 7)
		if err != nil || len(frame.Events) == 0 || frame.Start == before {
			return append([]string{fmt.Sprint("older: ", frame, err)}, texts...)
		}
		texts = append(textsOf(frame.Events), texts...)
		before, more = frame.Start, frame.More
	}
	return texts
}

func numbers(ids []core.EventID) []int64 {
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = int64(id)
	}
	return list
}

// TestNobodyMissesAnythingWhileAllRun is the same promise with real time and real parallelism, for the race detector.
func TestNobodyMissesAnythingWhileAllRun(t *testing.T) {
	t.Parallel()
	const rounds = 400
	l := &memoryLog{}
	f := start(t, l, feed.WithRing(64, 1<<20), feed.WithPages(16, 8, 5), feed.WithPoll(10*time.Millisecond))
	p := &play{log: l, nodes: []*feed.Feed{f}}
	var busy sync.WaitGroup
	for _, s := range scopes {
		a := &agentClient{scope: s}
		p.agents = append(p.agents, a)
		busy.Go(func() {
			for range rounds / 4 {
				_ = a.connect(t.Context(), f)
				time.Sleep(100 * time.Microsecond)
				a.disconnect()
			}
			_ = a.connect(t.Context(), f)
		})
	}
	for _, c := range conversations {
		v := &visitorClient{channel: 1, conversation: c}
		p.visitors = append(p.visitors, v)
		busy.Go(func() {
			for range rounds / 4 {
				_ = v.connect(t.Context(), f)
				time.Sleep(100 * time.Microsecond)
				v.disconnect()
			}
			_ = v.connect(t.Context(), f)
		})
	}
	busy.Go(func() {
		for i := range rounds {
			c := p.write(step{Events: []int{i % len(repertoire), 0, (i + 3) % len(repertoire)}})
			if i%7 != 0 { // else its bell is lost
				f.Publish(c)
			}
			time.Sleep(50 * time.Microsecond)
		}
	})
	busy.Wait()
	deadline := time.Now().Add(patience)
	for len(p.judge()) > 0 && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	for _, fault := range p.judge() {
		t.Error(fault)
	}
}
