package search

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// house is a database, with a search over it that takes steps where a test says so.
type house struct {
	t      testing.TB
	search *Search
	store  *store.Store
	writer *store.Writer
	past   atomic.Int64
	last   int64 // newest id
}

func open(t testing.TB, url string) *house {
	t.Helper()
	h := &house{t: t, last: 100}
	h.store = storetest.Open(t, url, h.now)
	h.writer = storetest.Write(t, h.store, func(core.Committed) { h.search.Ring() })
	h.search = New(Config{Store: h.store, Holder: "one", Clock: h.now, Within: patience, Log: slog.New(slog.DiscardHandler)})
	h.search.parts = 1
	return h
}

func (h *house) now() time.Time { return morning.Add(time.Duration(h.past.Load())) }
func (h *house) id() int64      { h.last++; return h.last }

func (h *house) write(do func(*store.Work) error) store.Commit {
	h.t.Helper()
	c, err := h.writer.Do(context.Background(), store.Job{Do: do})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// office is two departments with a channel each, and two agents in them.
type office struct {
	*house
	departments [2]core.DepartmentID
	channels    [2]core.ChannelID
	agents      [2]core.AgentID
}

func (h *house) office() *office {
	h.t.Helper()
	o := &office{house: h}
	h.write(func(w *store.Work) error {
		for i := range o.departments {
			o.departments[i], o.channels[i], o.agents[i] = core.DepartmentID(h.id()), core.ChannelID(h.id()), core.AgentID(h.id())
			name := fmt.Sprint("x", h.last)
			w.AddDepartment(core.Department{ID: o.departments[i], Slug: name, Name: name, Zone: "UTC"})
			w.AddChannel(core.Channel{ID: o.channels[i], Slug: name, Kind: "widget", Department: o.departments[i], Settings: []byte(`{}`)})
			w.PutAgent(core.Actor{Agent: core.Agent{ID: o.agents[i], Email: name + "@example.test", Name: name, PublicName: name, Availability: core.AgentAvailable}})
		}
		return nil
	})
	return o
}

// begin starts a session of a customer who may be known by another name already.
func (o *office) begin(in int, customer, name string) core.SessionID {
	o.t.Helper()
	id := core.SessionID(o.id())
	o.write(func(w *store.Work) error {
		remote := core.RemoteID(customer)
		who, err := w.Identity(o.channels[in], remote)
		if core.KindOf(err) == core.NotFound {
			who = core.Identity{ID: core.IdentityID(o.id()), Channel: o.channels[in], Remote: remote, Customer: core.CustomerID(o.id())}
			w.AddCustomer(core.Customer{ID: who.Customer, Name: name}, who)
		} else if err != nil {
			return err
		} else {
			w.NameCustomer(who.Customer, name)
		}
		s := core.NewSession(id, o.departments[in], o.channels[in], core.RemoteID(fmt.Sprint(customer, "/", id)), who.ID, w.Now())
		w.AddSession(s)
		w.Append(&s, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(who.ID)})
		return nil
	})
	return id
}

// on changes a session and tells an event of it.
func (o *office) on(id core.SessionID, kind core.EventKind, change func(*core.Session, *core.Event)) store.Commit {
	o.t.Helper()
	return o.write(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		e := core.Event{Kind: kind, Audience: core.AgentsOnly, ActorKind: core.BySystem}
		change(&s, &e)
		if s.Assignee != 0 && kind == core.EventTaken {
			w.PutParticipant(core.Participant{Session: id, Agent: s.Assignee, JoinedAt: w.Now()})
		}
		w.Append(&s, e)
		return nil
	})
}

func (o *office) say(id core.SessionID, text string, files ...string) core.EventID {
	o.t.Helper()
	var x core.Extra
	for _, f := range files {
		x.Media = append(x.Media, core.Media{Kind: "file", Name: f})
	}
	c := o.on(id, core.EventMessage, func(_ *core.Session, e *core.Event) { e.Text, e.Data = text, x.Data() })
	return c.Events[0].ID
}

// sayMany says something for many rows, at once.
func (o *office) sayMany(id core.SessionID, rows int) []core.EventID {
	o.t.Helper()
	c := o.write(func(w *store.Work) error {
		s, err := w.Session(id)
		for i := 0; err == nil && i < rows; i++ {
			w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.BySystem, Text: fmt.Sprint("row ", i)})
		}
		return err
	})
	var ids []core.EventID
	for _, e := range c.Events {
		ids = append(ids, e.ID)
	}
	return ids
}

// amend gives a message another text, or, with none, takes it back.
func (o *office) amend(id core.EventID, text string) {
	o.t.Helper()
	o.write(func(w *store.Work) error {
		m, err := w.Message(id)
		if err != nil {
			return err
		}
		s, err := w.Session(m.Session)
		if err != nil {
			return err
		}
		e := core.Event{Kind: core.EventDeleted, About: id, Audience: m.Audience, ActorKind: core.BySystem}
		if text == "" {
			m.DeletedAt = w.Now()
		} else {
			e.Kind, e.Text, e.Data = core.EventEdited, text, core.Extra{Was: m.Text}.Data()
			m.Text = text
		}
		w.PutMessage(m)
		w.Append(&s, e)
		return nil
	})
}

// catchUp takes steps until the whole log is in the index.
func (h *house) catchUp() {
	h.t.Helper()
	for more := true; more; {
		var err error
		if more, err = h.search.Step(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (o *office) scope(in ...int) core.Scope {
	var s core.Scope
	for _, i := range in {
		s.Departments = append(s.Departments, o.departments[i])
	}
	return s
}

// find gives what is found, by ids, over all pages.
func (h *house) find(scope core.Scope, q Query) []int64 {
	h.t.Helper()
	all := []int64{}
	for {
		page, err := h.search.Find(context.Background(), scope, q)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, f := range page.Items {
			if q.In == Names {
				all = append(all, int64(f.Session.ID))
			} else {
				all = append(all, int64(f.Message.ID))
			}
		}
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}
