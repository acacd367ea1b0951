package hub

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/core"
	"parley/core/store/storetest"
)

// Everything that decides who gets a session, at random: customers of a site and of a messenger, operators of two departments, settings, presence and
// time, through two nodes. After each step what is kept is what a plain model says (C1, C3, C4, C5, C8, C10, C20, C21, C23, C26); see judge_test.go.
// More is played with -rapid.checks; a play that fails is kept by rapid in testdata, and played again first.
func TestWhateverHappensIsAsThePlainModelSays(t *testing.T) {
	t.Parallel()
	for _, on := range []struct {
		name     string
		database func(testing.TB) string
		plays    int // unless somebody wants more of them, or fewer
	}{{"sqlite", storetest.SQLite, 4}, {"postgres", storetest.Postgres, 2}} {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			on.database(t) // skips it where there is none
			flag.Visit(func(f *flag.Flag) {
				if f.Name == "rapid.checks" {
					on.plays = math.MaxInt
				}
			})
			scripts := rapid.SliceOfN(rapid.Custom(aHappening), 30, 100)
			played, failed := 0, false
			rapid.Check(t, func(rt *rapid.T) {
				documents := [2]string{aDocument(rt), aDocument(rt)}
				nodes := rapid.IntRange(1, 2).Draw(rt, "nodes")
				script := scripts.Draw(rt, "script")
				if played++; played > on.plays && !failed {
					return
				}
				broken, how := "a step panics", ""
				t.Run(fmt.Sprint(played), func(t *testing.T) {
					defer func() {
						if r := recover(); r != nil {
							how = fmt.Sprintf("%v\n%s", r, debug.Stack())
						}
					}()
					broken, how = newPlay(t, on.database(t), nodes, documents).run(script)
				})
				if broken != "" {
					failed = true
					rt.Log(how)
					rt.Fatal(broken) // the same words whenever it is the same: by them rapid knows the failure again
				}
			})
		})
	}
}

// play is a database, one node or two, and what the model knows of those who act.
type play struct {
	*day
	nodes       []*Hub
	messenger   core.ChannelID
	agents      []core.Actor
	bot         core.Actor // of both departments, where their settings say so
	departments []core.DepartmentID

	sessions map[core.SessionID]*told
	order    []core.SessionID
	seen     core.EventID // of the log
	wrote    int
	settings map[core.DepartmentID]core.Settings
	limits   map[core.AgentID]int64
	can      map[core.AgentID]core.Abilities
	word     map[core.AgentID]core.Availability
	until    map[seat]core.Time
	visits   map[core.RemoteID]core.Time // when customers of the site were last connected
	blocked  map[core.RemoteID]*block
	ahead    bool      // by ten years
	late     core.Time // what is due until then may wait for that: the clock was set back by no more than core.Skew
	over     bool      // the step's deed means to go beyond a limit that is not a hard one
	swept    int
	broken   string // what does not hold, as the format of a sentence
	how      string // … and what it says
}

// seat is an agent's being there, as a node says it.
type seat struct {
	node  string
	agent core.AgentID
}

type block struct {
	until   core.Time
	dropped int64
}

func newPlay(t *testing.T, url string, nodes int, documents [2]string) *play {
	ctx := context.Background()
	p := &play{
		day: &day{}, sessions: map[core.SessionID]*told{}, limits: map[core.AgentID]int64{}, can: map[core.AgentID]core.Abilities{}, word: map[core.AgentID]core.Availability{},
		until: map[seat]core.Time{}, visits: map[core.RemoteID]core.Time{}, blocked: map[core.RemoteID]*block{}, settings: map[core.DepartmentID]core.Settings{},
	}
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	p.shop = openAt(t, url, func() time.Time { return start.Add(time.Duration(p.passed.Load())) })
	p.departments = []core.DepartmentID{p.support, p.sales}
	p.messenger = must(p.hub.AddChannel(ctx, NewChannel{Slug: "messenger", Kind: "telegram", Department: p.support, Settings: []byte(`{}`)})).ID
	p.nodes = []*Hub{p.hub}
	if nodes == 2 {
		p.nodes = append(p.nodes, p.node(url))
	}
	for _, h := range p.nodes {
		h.can = func(c core.ChannelID) (core.Capabilities, bool) {
			return core.Capabilities{Pulls: c != p.messenger, EditOut: true, DeleteOut: true}, true
		}
		h.swept = func(n int) { p.swept += n }
	}
	both := core.Operator | core.Supervisor
	p.agents = []core.Actor{
		p.agent("Petra One", core.Roles{p.support: core.Operator, p.sales: core.Operator}), p.agent("Piet Two", core.Roles{p.support: both, p.sales: both}),
		p.boris, p.eve, p.sofia,
	}
	p.bot = core.Actor{Roles: core.Roles{p.support: core.Operator, p.sales: core.Operator}, Agent: core.Agent{
		ID: botOfPlays, Email: "bot@example.test", Name: "Robin", PublicName: "Robin", PasswordHash: "none", Bot: true, Permissions: core.AtFirst,
	}}
	must(0, p.hub.putAgent(ctx, p.bot))
	for i, d := range p.departments {
		must(p.hub.SetSettings(ctx, admin(p.anna), d, []byte(documents[i]), 0))
	}
	for i, a := range p.agents {
		p.word[a.Agent.ID] = core.AgentAvailable
		p.step(happening{What: "limit", Who: i})
		p.step(happening{What: "come", Who: i, Number: 2})
	}
	p.step(happening{What: "time"})
	return p
}

// run plays, until what is kept is not what the model says; broken is then what does not hold, and how says where.
func (p *play) run(script []happening) (broken, how string) {
	for i, h := range script {
		p.step(h)
		if p.judge(); p.broken != "" {
			return p.broken, fmt.Sprintf("after step %d, %+v: %s", i, h, p.how)
		}
	}
	return "", ""
}

func (p *play) now() core.Time { return core.At(p.hub.clock()) }

func (p *play) wrong(format string, args ...any) {
	if p.broken == "" {
		p.broken, p.how = format, fmt.Sprintf(format, args...)
	}
}

// refused says that an answer is none which people get.
func (p *play) refused(err error) core.Kind {
	kind := core.KindOf(err)
	if err != nil && (kind == "" || kind == core.Busy || kind == core.Unavailable) {
		p.wrong("refused: %v", err)
	}
	return kind
}

func (p *play) step(h happening) {
	ctx := context.Background()
	node, a := p.nodes[h.Node%len(p.nodes)], p.agents[h.Who]
	p.over = false
	switch h.What {
	case "write", "send empty", "customer ends":
		p.customer(node, h)
	case "customer rates":
		p.rates(node, h)
	case "limit":
		p.limits[a.Agent.ID] = limits[h.Number%len(limits)]
		must(node.SetLimit(ctx, a, p.limits[a.Agent.ID]))
	case "abilities":
		change := abilities[h.Number%len(abilities)]
		p.can[a.Agent.ID] = must(node.SetAbilities(ctx, admin(p.sofia), a.Agent.ID, change)).Agent.Abilities
	case "availability":
		words := []core.Availability{core.AgentAvailable, core.AgentAway, core.AgentOffline, core.AgentBusy}
		p.word[a.Agent.ID] = words[h.Number%len(words)]
		must(node.SetAvailability(ctx, a, p.word[a.Agent.ID]))
	case "come":
		p.come(node, a, fmt.Sprint("node ", h.To%2), stays[h.Number%len(stays)])
	case "visit":
		p.visit()
	case "node goes":
		name := fmt.Sprint("node ", h.To%2)
		for s, until := range p.until {
			if s.node == name && until > p.now() {
				p.until[s] = p.now()
			}
		}
		must(0, p.store.EndPresence(ctx, name))
	case "settings":
		must(node.SetSettings(ctx, admin(a), slices.Concat(p.departments, p.departments, []core.DepartmentID{0})[h.Number%5], []byte(h.Document), 0))
	case "switch":
		on := h.Number%2 == 0
		_, err := node.SetSwitch(ctx, admin(a), p.departments[h.To%2], SwitchChange{On: &on})
		p.refused(err)
	case "sweep":
		must(0, node.sweep(ctx))
		must(0, node.sweep(ctx))
	case "time":
		p.passed.Add(int64(h.Pause))
		p.look(h)
	case "clock":
		p.turn(h)
		p.come(node, a, fmt.Sprint("node ", h.To%2), stays[h.Number%len(stays)]) // nodes say again whom they see
		p.look(h)
	default:
		p.deeds(h)
	}
}

// come lets a node say that somebody is there, and another one hear of it.
func (p *play) come(heard *Hub, a core.Actor, node string, stay time.Duration) {
	ctx := context.Background()
	must(0, p.store.PutPresence(ctx, node, []core.Presence{{Agent: a.Agent.ID, Surface: core.Workspace}}, stay))
	p.until[seat{node, a.Agent.ID}] = p.now().Add(stay)
	must(0, p.store.PutPresence(ctx, node, nil, 24*time.Hour)) // it goes on looking, also where nobody stays
	heard.Moved([]core.AgentID{a.Agent.ID})
	must(0, heard.welcome(ctx))
}

// visit lets a node say that all customers are connected to it whose session nobody has joined.
func (p *play) visit() {
	unmet := must(p.store.Unmet(context.Background()))
	for at := range unmet {
		p.visits[at.Conversation] = p.now()
	}
	must(0, p.store.SeeCustomers(context.Background(), slices.Collect(maps.Values(unmet))))
}

// look lets nodes look at what is due until nothing is: one of them, or both at once.
func (p *play) look(h happening) {
	ctx := context.Background()
	who := p.nodes
	if h.Number%2 == 0 {
		who = []*Hub{p.nodes[h.Node%len(p.nodes)]}
	}
	for range 20 {
		var wait sync.WaitGroup
		failed := make([]error, len(who))
		for i, node := range who {
			wait.Go(func() { failed[i] = node.lookAround(ctx) })
		}
		wait.Wait()
		for _, err := range failed {
			must(0, err)
		}
		if len(must(p.store.DueTimers(ctx, p.now(), 1))) == 0 {
			return
		}
	}
	p.wrong("what was looked at stays due: %+v", must(p.store.DueTimers(ctx, p.now(), 10)))
}

// customer does what a customer of the site or of the messenger does.
func (p *play) customer(node *Hub, h happening) {
	name := fmt.Sprint("customer ", h.Who+5*(h.To%2))
	p.wrote++
	in := p.message(name, fmt.Sprint(p.wrote), []string{"hi", "and?", "Human!"}[h.Number%3])
	in.Department = p.departments[h.Who%2]
	in.Profile.Language = []string{"", "de-AT", "EN", "no language", "fr"}[h.Number%5]
	if h.To%2 == 1 {
		in.Channel = p.messenger
	}
	switch h.What {
	case "send empty":
		in.Verb, in.Content = core.InboundEmpty, core.Content{}
	case "customer ends":
		in.Verb, in.Content = core.InboundEnd, core.Content{}
	}
	p.hears(node, in)
}

// hears takes what a customer does. One who is blocked is not heard but counted, and told so where the channel shows what becomes of it.
func (p *play) hears(node *Hub, in core.Inbound) {
	kind := p.refused(node.Receive(context.Background(), in))
	b := p.blocked[in.Conversation]
	held := b != nil && (b.until == 0 || p.now() < b.until) && in.Verb != core.InboundEnd
	if held {
		b.dropped++
	}
	if told := held && in.Channel == p.channel; (kind == core.Forbidden) != told || kind != "" && kind != core.Forbidden && kind != core.Closed {
		p.wrong("the customer's answer is %q, blocked: %v", kind, held)
	}
}

// rates lets a customer rate a session in which they were answered.
func (p *play) rates(node *Hub, h happening) {
	m := p.meant(h)
	if m == nil || m.answer == 0 {
		return
	}
	p.wrote++
	in := p.message(string(m.customer), fmt.Sprint(p.wrote), "")
	in.Channel, in.Department = m.channel, m.where
	in.Verb, in.About, in.Rating = core.InboundRate, m.answer, []core.Rating{core.Good, core.Bad, ""}[h.Number%3]
	p.hears(node, in)
}

// deeds lets an agent do something to a session, and a rival at the same time where there is one.
func (p *play) deeds(h happening) {
	m := p.meant(h)
	if m == nil {
		return
	}
	all := []happening{h}
	if h.Rival != "" {
		all = append(all, happening{What: h.Rival, Node: 1 - h.Node, Who: h.To, To: h.Who, Number: h.Number + 1})
	}
	var wait sync.WaitGroup
	failed := make([]error, len(all))
	for i, h := range all {
		a, d := p.agents[h.Who], p.deed(m, h)
		if holder := slices.IndexFunc(p.agents, func(a core.Actor) bool { return a.Agent.ID == m.holder }); holder >= 0 && h.Number%3 > 0 {
			a = p.agents[holder] // most of what can be done its holder does
		} else if m.holder == botOfPlays && h.Number%3 > 0 {
			a = p.bot
		}
		wait.Go(func() { _, failed[i] = p.nodes[h.Node%len(p.nodes)].Do(context.Background(), a, d, "") })
		if read, ok := d.(core.Read); ok {
			wait.Wait()
			if failed[i] == nil {
				m.read[a.Agent.ID] = max(m.read[a.Agent.ID], int(read.Seq))
			}
		}
		p.over = p.over || h.What == "say" || strings.HasSuffix(h.What, "over the limit")
	}
	wait.Wait()
	for _, err := range failed {
		p.refused(err)
	}
}

// meant gives the session that is meant: an open one, where there is one, but for one time in six; nil if there is none yet.
func (p *play) meant(h happening) *told {
	open := slices.DeleteFunc(slices.Clone(p.order), func(id core.SessionID) bool { return !p.sessions[id].open() })
	if len(open) == 0 || h.Number == 5 {
		open = p.order
	}
	if len(open) == 0 {
		return nil
	}
	return p.sessions[open[len(open)-1-h.Session%len(open)]]
}

func (p *play) deed(m *told, h happening) core.Deed {
	id, to := m.id, p.agents[h.To].Agent.ID
	tags := []string{"vip", "refund"}
	var until core.Time
	if h.Number > 0 {
		until = p.now().Add(time.Duration(h.Number) * 10 * time.Minute)
	}
	return map[string]core.Deed{
		"say": core.Say{Session: id, Text: "hello"}, "note": core.Note{Session: id, Text: "n"},
		"take": core.Take{Session: id}, "take over the limit": core.Take{Session: id, Over: true}, "release": core.Release{Session: id},
		"assign": core.Assign{Session: id, To: to}, "assign over the limit": core.Assign{Session: id, To: to, Over: true},
		"transfer": core.Transfer{Session: id, To: p.support + p.sales - m.where}, "join": core.Join{Session: id}, "leave": core.Leave{Session: id},
		"end": core.End{Session: id}, "unanswered": core.Unanswered{Session: id}, "snooze": core.Snooze{Session: id, Until: until},
		"unsnooze": core.Unsnooze{Session: id}, "read": core.Read{Session: id, Seq: int64(max(1, len(m.lines)-h.Number))}, "typing": core.Typing{Session: id},
		"prioritise": core.Prioritise{Session: id, Priority: core.Priorities[h.Number%len(core.Priorities)]},
		"tag":        core.Tag{Session: id, Add: tags[:h.Number%3], Remove: tags[h.To%3:]},
		"language":   core.SetLanguage{Session: id, Language: []core.Language{"de", "en-GB", "fr"}[h.Number%3]},
		"block":      core.Block{Session: id, For: core.Terms[h.Number%len(core.Terms)]}, "unblock": core.Unblock{Session: id},
	}[h.What]
}
