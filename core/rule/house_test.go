package rule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// house is a database with two departments, which have a session and a type of record each, and rules over it that take steps where a test says so.
type house struct {
	t              testing.TB
	rules          *Rules
	held           *holding
	store          *store.Store
	writer         *store.Writer
	past           atomic.Int64
	last           int64 // newest id
	support, sales room
	broken         bool // nothing can be created now
	logged         strings.Builder
}

// room is a department of the tests.
type room struct {
	department core.DepartmentID
	session    core.SessionID
	kind       core.RecordType
}

func open(t testing.TB, url string) *house {
	t.Helper()
	h := &house{t: t, last: 100}
	h.store = storetest.Turned(t, url, h.now)
	h.writer = storetest.Write(t, h.store, func(core.Committed) { h.rules.Ring() })
	h.rules = h.node("one")
	h.held = h.lease(h.rules)
	h.write(func(w *store.Work) error {
		for i, r := range []*room{&h.support, &h.sales} {
			r.department = core.DepartmentID(h.id())
			name := fmt.Sprint("x", i)
			w.AddDepartment(core.Department{ID: r.department, Slug: name, Name: name, Zone: "UTC"})
			channel := core.ChannelID(h.id())
			w.AddChannel(core.Channel{ID: channel, Slug: name, Kind: "widget", Department: r.department, Settings: []byte(`{}`)})
			who := core.Identity{ID: core.IdentityID(h.id()), Channel: channel, Remote: core.RemoteID(name), Customer: core.CustomerID(h.id())}
			w.AddCustomer(core.Customer{ID: who.Customer, Name: "Carla"}, who)
			s := core.NewSession(core.SessionID(h.id()), r.department, who.Channel, "1", who.ID, w.Now())
			w.AddSession(s)
			r.session = s.ID
			r.kind = core.RecordType{ID: core.RecordTypeID(h.id()), Department: r.department, Name: "Complaint", Version: 1, Fields: core.Fields{
				{Name: "subject", Label: "Subject", Kind: core.FieldText, Required: true}, {Name: "amount", Label: "Amount", Kind: core.FieldNumber, Default: "1"},
			}}
			w.PutRecordType(r.kind)
		}
		return nil
	})
	return h
}

// node makes another process's rules over the same database.
func (h *house) node(name string) *Rules {
	return New(Config{
		Store: h.store, Writer: h.writer, Holder: name, Create: h.create, Clock: h.now, Log: slog.New(slog.NewTextHandler(&h.logged, nil)),
	})
}

var errBroken = errors.New("the disk is full")

// create keeps what was found, as the hub does.
func (h *house) create(w *store.Work, f core.RuleFind) (fault core.RuleFault, err error) {
	if h.broken {
		return fault, errBroken
	}
	r, err := w.RecordRule(f.Rule)
	if err != nil {
		return fault, err
	}
	t, err := w.RecordType(r.Type)
	if err != nil {
		return fault, err
	}
	s, err := w.Session(f.Session)
	if err != nil {
		return fault, err
	}
	fields, err := t.Fill(f.Form)
	if fault = core.RuleFaultOf(err, t); fault.Reason != "" {
		return fault, nil
	}
	record := core.NewRecord(core.RecordID(h.id()), t, s, fields, 0, w.Now())
	record.Form, record.Rule = fmt.Sprint(record.ID), r.Name // a rule that sees an event twice is found out
	w.AddRecord(record)
	return fault, nil
}

// lease gives a node the lease, in the place of whoever has it.
func (h *house) lease(x *Rules) *holding {
	h.t.Helper()
	h.turn(2 * leaseTime)
	epoch, ok, err := h.store.TakeLease(context.Background(), lease, x.Holder, leaseTime)
	if err != nil || !ok {
		h.t.Fatalf("take the lease: %v, %v", ok, err)
	}
	return &holding{Rules: x, epoch: epoch}
}

func (h *house) now() time.Time       { return morning.Add(time.Duration(h.past.Load())) }
func (h *house) turn(d time.Duration) { h.past.Add(int64(d)) }
func (h *house) id() int64            { h.last++; return h.last }

func (h *house) write(do func(*store.Work) error) {
	h.t.Helper()
	if _, err := h.writer.Do(context.Background(), store.Job{Do: do}); err != nil {
		h.t.Fatal(err)
	}
}

// add sets a rule of Support on each of the customer's messages, unless change says otherwise.
func (h *house) add(change func(*core.RecordRule)) core.RecordRule {
	h.t.Helper()
	r := core.RecordRule{
		ID: core.RecordRuleID(h.id()), Department: h.support.department, Name: fmt.Sprint("rule ", h.last), On: core.HookMessage, Type: h.support.kind.ID,
		Fields: core.FieldValues{"subject": "{{event.text}}"}, EnabledAt: core.At(h.now()), Version: 1,
	}
	change(&r)
	h.put(r)
	return r
}

func as(*core.RecordRule) {}

func (h *house) put(r core.RecordRule) {
	h.t.Helper()
	h.write(func(w *store.Work) error { w.PutRecordRule(r); return nil })
}

// happens adds an event to a session.
func (h *house) happens(on core.SessionID, e core.Event) {
	h.t.Helper()
	h.turn(time.Second)
	h.write(func(w *store.Work) error {
		s, err := w.Session(on)
		if err == nil {
			w.Append(&s, e)
		}
		return err
	})
}

// rate has the customer of a session say what they think of it.
func (h *house) rate(on core.SessionID, r core.Rating, comment string) {
	h.t.Helper()
	h.write(func(w *store.Work) error {
		s, err := w.Session(on)
		if err == nil && s.Rate(r, comment, s.Assignee, w.Now()) {
			w.Append(&s, core.Event{Kind: core.EventRated, Audience: core.Everyone, ActorKind: core.ByCustomer, Text: comment, Data: core.Extra{Rating: r}.Data()})
		}
		return err
	})
}

// say has the customer of a session say something.
func (h *house) say(on core.SessionID, texts ...string) {
	h.t.Helper()
	for _, text := range texts {
		h.happens(on, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Text: text})
	}
}

// step follows the log to its end.
func (h *house) step() {
	h.t.Helper()
	for more := true; more; {
		var err error
		if more, err = h.held.follow(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) scope() core.Scope {
	return core.Scope{Departments: []core.DepartmentID{h.support.department, h.sales.department}}
}

// titles gives what was created, oldest first.
func (h *house) titles() (titles []string) {
	h.t.Helper()
	rows, err := h.store.Records(context.Background(), h.scope(), store.RecordFilter{}, 0, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := len(rows) - 1; i >= 0; i-- {
		titles = append(titles, rows[i].Title)
	}
	return titles
}

// rule gives a rule as it is kept.
func (h *house) rule(id core.RecordRuleID) core.RecordRule {
	h.t.Helper()
	r, err := h.store.RecordRule(context.Background(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}
