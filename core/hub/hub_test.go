package hub

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/file"
	"parley/core/store"
	"parley/core/store/storetest"
)

// shop is a hub over a real database with the people of the tests: Anna and Boris are operators of Support, Sofia its
// supervisor, Oleg both; Eve is an operator elsewhere.
type shop struct {
	t                             *testing.T
	hub                           *Hub
	store                         *store.Store
	files                         *file.Store
	support, sales                core.DepartmentID
	channel                       core.ChannelID
	anna, boris, sofia, oleg, eve core.Actor
	mu                            sync.Mutex
	events                        []core.Event
	hints                         []core.Hint
	groups                        int // of jobs that were committed
	said                          int
	capable                       core.Capabilities // of its channel
	strange                       bool              // nobody knows its channel
	complaint                     core.RecordType   // of Support; see typed
	contact                       core.RecordType   // … and for accounts; see accounted
	crm                           book              // keeps accounts
}

func (s *shop) can(core.ChannelID) (core.Capabilities, bool) { return s.capable, !s.strange }

func open(t *testing.T, url string) *shop {
	t.Helper()
	return openAt(t, url, time.Now)
}

// openAt is open, with a clock that the test turns.
func openAt(t *testing.T, url string, clock core.Clock) *shop {
	t.Helper()
	s := &shop{t: t, store: storetest.Turned(t, url, clock), capable: core.Capabilities{Pulls: true}}
	w := storetest.Write(t, s.store, func(c core.Committed) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, c.Events...)
		s.groups++
	})
	s.files = storetest.Files(t)
	h, err := New(Config{Writer: w, Store: s.store, Files: s.files, Can: s.can, Providers: s.providers, IDs: &core.IDMaker{}, Clock: clock, Log: slog.New(slog.DiscardHandler),
		Hints: func(h core.Hint) { s.mu.Lock(); defer s.mu.Unlock(); s.hints = append(s.hints, h) }})
	if err != nil {
		t.Fatal(err)
	}
	s.hub = h
	ctx := context.Background()
	support := must(h.AddDepartment(ctx, "Support", "", "Europe/Berlin"))
	sales := must(h.AddDepartment(ctx, "Sales", "", "Europe/Berlin"))
	s.support, s.sales = support.ID, sales.ID
	s.channel = must(h.AddChannel(ctx, NewChannel{Slug: "support-widget", Kind: "widget", Department: s.support, Settings: []byte(`{"origins":[]}`)})).ID
	s.anna = s.agent("Anna Berg", core.Roles{s.support: core.Operator})
	s.boris = s.agent("Boris Lind", core.Roles{s.support: core.Operator})
	s.sofia = s.agent("Sofia Marin", core.Roles{s.support: core.Supervisor})
	s.oleg = s.agent("Oleg Novak", core.Roles{s.support: core.Operator | core.Supervisor})
	s.eve = s.agent("Eve Stone", core.Roles{s.sales: core.Operator})
	return s
}

// node gives a second hub on the same database, as another process would have it.
func (s *shop) node(url string) *Hub {
	s.t.Helper()
	st := storetest.Turned(s.t, url, s.hub.clock)
	return must(New(Config{Writer: storetest.Write(s.t, st, func(core.Committed) {}), Store: st, Files: s.files, Can: s.can, Providers: s.providers, IDs: &core.IDMaker{}, Clock: s.hub.clock,
		Log: slog.New(slog.DiscardHandler), Hints: func(core.Hint) {}}))
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// agent adds one whose password is not looked at: hashing would be most of a test's time.
func (s *shop) agent(name string, roles core.Roles) core.Actor {
	s.t.Helper()
	now := core.At(time.Now())
	a := core.Actor{Roles: roles, Agent: core.Agent{
		ID: core.AgentID(s.hub.ids.Next(now)), Email: core.FoldEmail(core.PublicName(name) + "@example.test"), Name: name,
		PublicName: core.PublicName(name), PasswordHash: "none", CreatedAt: now, Availability: core.AgentAvailable, Permissions: core.AtFirst,
	}}
	if err := s.hub.putAgent(context.Background(), a); err != nil {
		s.t.Fatal(err)
	}
	return a
}

// write lets a customer say something, and gives their session.
func (s *shop) write(customer, text string) core.SessionID {
	s.t.Helper()
	s.said++
	if err := s.hub.Receive(context.Background(), s.message(customer, fmt.Sprintf("m%d", s.said), text)); err != nil {
		s.t.Fatal(err)
	}
	return must(s.store.Talking(context.Background(), s.channel, core.RemoteID(customer))).ID
}

func (s *shop) message(customer, id, text string) core.Inbound {
	return core.Inbound{
		Channel: s.channel, Department: s.support, Verb: core.InboundMessage, Dedupe: id, Identity: core.RemoteID(customer),
		Conversation: core.RemoteID(customer), Content: core.Content{Text: text},
	}
}

func (s *shop) do(who core.Actor, d core.Deed) core.Session {
	s.t.Helper()
	done, err := s.hub.Do(context.Background(), who, d, "")
	if err != nil {
		s.t.Fatalf("%s %s: %v", who.Agent.Name, d.Verb(), err)
	}
	return done.Session
}

func (s *shop) session(id core.SessionID) core.Session {
	s.t.Helper()
	all := core.Scope{Departments: []core.DepartmentID{min(s.support, s.sales), max(s.support, s.sales)}}
	return must(s.store.Session(context.Background(), all, id)).Session
}

// healthy recounts everything that the deeds keep.
func (s *shop) healthy() {
	s.t.Helper()
	findings, err := s.store.Doctor(context.Background(), false)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range findings {
		s.t.Errorf("recount: %s", f)
	}
}

func (s *shop) kinds(id core.SessionID) []core.EventKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	var kinds []core.EventKind
	for _, e := range s.events {
		if e.Session == id {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

func TestEveryDeedHasARightAndCode(t *testing.T) {
	t.Parallel()
	if err := complete(core.Deeds, core.Rights); err != nil {
		t.Error(err)
	}
	rights := map[core.Verb]core.Right{}
	for v, r := range core.Rights {
		if v != core.VerbTake {
			rights[v] = r
		}
	}
	if complete(core.Deeds, rights) == nil {
		t.Error("a deed without a row of rights started")
	}
	if complete([]core.Deed{unknownDeed{}}, map[core.Verb]core.Right{"dance": {May: core.AsOperator}}) == nil {
		t.Error("a deed without code started")
	}
}

type unknownDeed struct{ core.Take }

func (unknownDeed) Verb() core.Verb { return "dance" }
