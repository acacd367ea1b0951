package outbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/outbox"
	"parley/core/store"
	"parley/core/store/storetest"
)

// crm keeps what it is asked to, each call once.
type crm struct {
	mu     sync.Mutex
	calls  []string // in order, repeats too
	made   map[string]core.RemoteRecord
	drafts []core.Draft
	links  []string
	has    []core.RemoteRecord // that Find finds
	sought []core.FieldValues
	fails  func(call string) error // before it is done; nil: never
	after  func(ctx context.Context, call string) error
}

func (c *crm) do(ctx context.Context, call string, at core.RemoteID, d core.Draft) (core.RemoteRecord, error) {
	c.mu.Lock()
	c.calls = append(c.calls, call)
	fails, after := c.fails, c.after
	c.mu.Unlock()
	if fails != nil {
		if err := fails(call); err != nil {
			return core.RemoteRecord{}, err
		}
	}
	c.mu.Lock()
	r, done := c.made[call]
	if !done {
		if r = (core.RemoteRecord{ID: at}); at == "" {
			r.ID = core.RemoteID(fmt.Sprint("R", len(c.made)+1))
		}
		r.Address = "https://crm.example/" + string(r.ID)
		c.made[call] = r
		c.drafts = append(c.drafts, d)
	}
	c.mu.Unlock()
	if after != nil {
		if err := after(ctx, call); err != nil {
			return core.RemoteRecord{}, err
		}
	}
	return r, nil
}

func (c *crm) Describe(context.Context, string) ([]core.RemoteType, error) { return nil, nil }

func (c *crm) Find(_ context.Context, call string, q core.RecordQuery) ([]core.RemoteRecord, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sought = append(c.sought, q.Fields)
	if c.fails != nil {
		return nil, c.fails(call)
	}
	return c.has, nil
}

func (c *crm) Link(_ context.Context, call string, from, to core.RemoteRef) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
	if c.fails != nil {
		if err := c.fails(call); err != nil {
			return err
		}
	}
	c.links = append(c.links, fmt.Sprint(from.Type, " ", from.ID, " to ", to.Type, " ", to.ID))
	return nil
}

func (c *crm) Create(ctx context.Context, call string, d core.Draft) (core.RemoteRecord, error) {
	return c.do(ctx, call, "", d)
}

func (c *crm) Update(ctx context.Context, call string, at core.RemoteID, d core.Draft) (core.RemoteRecord, error) {
	return c.do(ctx, call, at, d)
}

func (c *crm) asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

func (c *crm) set(change func(*crm)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

// kept are what the records of a test go to, by binding.
type kept map[core.BindingID]*crm

func newCRMs(bindings ...core.BindingID) kept {
	all := kept{}
	for _, b := range bindings {
		all[b] = &crm{made: map[string]core.RemoteRecord{}}
	}
	return all
}

// hands hands the records over until stopped.
func (h *house) hands(to kept) (stop func()) {
	h.t.Helper()
	r := outbox.NewRecords(outbox.RecordsConfig{
		Store: h.store, Writer: h.writer, Holder: fmt.Sprint(h.last.Add(1)), Clock: h.now, Chance: func() float64 { return 0 }, Poll: 10 * time.Millisecond, Match: h.match,
		Open: func(_ context.Context, b core.BindingID) (core.Provider, error) { return to[b], nil },
		Back: core.SessionID.String, Log: slog.New(slog.DiscardHandler),
	})
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(running) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Error(err)
		}
	})
	h.t.Cleanup(stop)
	return stop
}

// match notes which accounts were found, as the hub does that gives them to customers.
func (h *house) match(_ *store.Work, _ core.AccountSearch, found []core.RemoteRecord) (core.RuleFault, error) {
	if len(found) != 1 {
		return core.RuleFault{Reason: fmt.Sprint(len(found), " found")}, nil
	}
	h.matches.Store(found[0].ID, true)
	return core.RuleFault{}, nil
}

// matched gives them.
func (h *house) matched() (ids []core.RemoteID) {
	for id := range h.matches.Range {
		ids = append(ids, id.(core.RemoteID))
	}
	return ids
}

// record creates a record of a session, as the hub does.
func (h *house) record(b core.BindingID, id core.SessionID, subject string) (r core.Record) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		t := typeOf(b, core.UseRecord)
		if _, err := w.Binding(b); core.KindOf(err) == core.NotFound {
			w.PutBinding(core.Binding{ID: b, Name: fmt.Sprint("System ", int64(b)), Provider: "test"})
		}
		w.PutRecordType(t)
		r = core.NewRecord(core.RecordID(h.last.Add(1)), t, s, core.FieldValues{"subject": subject}, 5, w.Now())
		w.AddRecord(r)
		w.Append(&s, core.Event{Kind: core.EventRecordCreated, Audience: core.AgentsOnly})
		return nil
	})
	return r
}

// typeOf gives the type of records, or of accounts, that a binding keeps.
func typeOf(b core.BindingID, use core.RecordUse) core.RecordType {
	t := core.RecordType{
		ID: core.RecordTypeID(b + 1000), Department: department, Name: fmt.Sprint("Type ", int64(b)), Binding: b, Remote: "tickets", Version: 1, Use: use,
		Fields: core.Fields{{Name: "subject", Label: "Subject", Kind: core.FieldText}, {Name: "note", Label: "Note", Kind: core.FieldText}},
	}
	if use == core.UseAccount {
		t.ID, t.Name, t.Remote = core.RecordTypeID(b+2000), fmt.Sprint("Account ", int64(b)), "contacts"
	}
	return t
}

func (h *house) edited(r core.Record, subject string) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		now, err := w.Record(r.ID)
		if err != nil {
			return err
		}
		t, err := w.RecordType(r.Type)
		if err != nil {
			return err
		}
		now.Edit(t, core.FieldValues{"subject": subject}, w.Now())
		w.PutRecord(now)
		return nil
	})
}

func (h *house) stands(r core.Record) core.Record {
	h.t.Helper()
	now, err := h.store.KeptRecord(ctx, r.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return now
}

func (h *house) comesTo(r core.Record, want core.RecordState) core.Record {
	h.t.Helper()
	h.until(func() bool { return h.stands(r).State == want }, string(want))
	return h.stands(r)
}

func TestF1_ARecordReachesItsProvider(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1)
		id := h.session(channel, "carla")
		r := h.record(1, id, "Lamp")
		h.hands(to)
		now := h.comesTo(r, core.RecordKept)
		if now.Remote != "R1" || now.Address != "https://crm.example/R1" || now.Reason != "" {
			t.Errorf("got %+v", now)
		}
		if d := to[1].drafts[0]; d.Record != r.ID || d.Fields["subject"] != "Lamp" || d.Back != id.String() {
			t.Errorf("got %+v", d)
		}
		if got := h.kinds(id); !slices.Contains(got, core.EventRecordChanged) {
			t.Errorf("got %v, want that it is kept told", got)
		}
		h.edited(r, "Lamp, broken")
		h.until(func() bool { return len(to[1].asked()) == 2 }, "the edit reaches it")
		if h.comesTo(r, core.RecordKept); to[1].asked()[1] == to[1].asked()[0] || to[1].made[to[1].asked()[1]].ID != "R1" {
			t.Errorf("got the calls %v", to[1].asked())
		}
	})
}

// A provider that is down keeps its own records waiting, and nobody else's. Then those come first that it was not asked for.
func TestF1_OneProviderThatIsDown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1, 2)
		to[1].fails = func(string) error {
			return &core.Error{Op: "crm", Kind: core.Unavailable, Reason: "It does not answer.", RetryAfter: time.Minute}
		}
		id := h.session(channel, "carla")
		var down []core.Record
		for i := range 3 {
			down = append(down, h.record(1, id, fmt.Sprint("down ", i)))
		}
		up := h.record(2, id, "up")
		h.hands(to)
		h.comesTo(up, core.RecordKept)
		h.until(func() bool { return h.stands(down[0]).Attempts == 1 }, "it was asked for")
		if now := h.stands(down[0]); now.State != core.RecordOwed || now.Reason != "Saved here; it will reach System 1 when that answers. It does not answer." {
			t.Errorf("got %s, %q", now.State, now.Reason)
		}
		h.stays(func() bool { return len(to[1].asked()) == 1 }, "it is left alone for a minute")
		to[1].set(func(c *crm) { c.fails = nil })
		h.turn(24 * time.Hour)
		for _, r := range down {
			h.comesTo(r, core.RecordKept)
		}
		if got, want := to[1].asked(), []string{down[0].Call(), down[1].Call(), down[2].Call(), down[0].Call()}; !slices.Equal(got, want) {
			t.Errorf("got the calls %v, want %v", got, want)
		}
	})
}

// Whatever ends the process while a provider is asked, also after that has done it: the same call is made again, and there is one record.
func TestF1_KilledAfterTheProviderHasIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1)
		began := make(chan struct{}, 1)
		to[1].after = func(ctx context.Context, _ string) error {
			began <- struct{}{}
			<-ctx.Done()
			return &core.Error{Op: "crm", Kind: core.Uncertain, Err: ctx.Err()}
		}
		r := h.record(1, h.session(channel, "carla"), "Lamp")
		stop := h.hands(to)
		<-began
		stop()
		if now := h.stands(r); now.State != core.RecordOwed {
			t.Errorf("got %s, want it owed still", now.State)
		}
		to[1].set(func(c *crm) { c.after = nil })
		h.turn(time.Minute)
		h.hands(to)
		if now := h.comesTo(r, core.RecordKept); now.Remote != "R1" || len(to[1].made) != 1 {
			t.Errorf("got %s of %d records, want one", now.Remote, len(to[1].made))
		}
	})
}

func TestF1_WhatAProviderRefuses(t *testing.T) {
	t.Parallel()
	h, to := open(t, storetest.SQLite(t)), newCRMs(1)
	id := h.session(channel, "carla")
	bad, good := h.record(1, id, "bad"), h.record(1, id, "good")
	to[1].fails = func(call string) error {
		if call == bad.Call() {
			return &core.Error{Op: "crm", Kind: core.Invalid, Reason: "It knows no field of this name."}
		}
		return nil
	}
	h.hands(to)
	h.comesTo(good, core.RecordKept)
	if now := h.comesTo(bad, core.RecordParked); now.Reason != "It knows no field of this name." || now.Remote != "" {
		t.Errorf("got %+v", now)
	}
	h.edited(bad, "better")
	if now := h.comesTo(bad, core.RecordKept); now.Remote == "" || now.Reason != "" {
		t.Errorf("got %+v", now)
	}
}

// What is edited while its provider is asked goes there again, as it is then.
func TestF1_EditedWhileItIsUnderWay(t *testing.T) {
	t.Parallel()
	h, to := open(t, storetest.SQLite(t)), newCRMs(1)
	var r core.Record
	edit := sync.OnceFunc(func() { h.edited(r, "after") })
	to[1].after = func(context.Context, string) error { edit(); return nil }
	r = h.record(1, h.session(channel, "carla"), "before")
	h.hands(to)
	h.until(func() bool { return h.stands(r).State == core.RecordKept && len(to[1].asked()) == 2 }, "both went there")
	to[1].set(func(c *crm) {
		if last := c.drafts[len(c.drafts)-1]; last.Fields["subject"] != "after" || c.made[c.calls[1]].ID != "R1" {
			t.Errorf("got %+v for %s", last, c.made[c.calls[1]].ID)
		}
	})
}

// What is emptied before an answer came is emptied there too: the provider may have it from the call that was not answered.
func TestF1_EmptiedBeforeItWasAnswered(t *testing.T) {
	t.Parallel()
	h, to := open(t, storetest.SQLite(t)), newCRMs(1)
	lost := &core.Error{Op: "crm", Kind: core.Uncertain, Reason: "No answer came."}
	to[1].after = func(context.Context, string) error { return lost }
	r := h.record(1, h.session(channel, "carla"), "Lamp")
	h.hands(to)
	h.until(func() bool { return h.stands(r).Attempts > 0 }, "it was asked for")
	to[1].set(func(c *crm) { c.after = nil })
	h.edited(r, "")
	h.turn(time.Minute)
	h.comesTo(r, core.RecordKept)
	to[1].set(func(c *crm) {
		if _, named := c.drafts[0].Fields["note"]; len(c.drafts) != 2 || named {
			t.Fatalf("got %+v, want two, of which the first names what it has", c.drafts)
		}
		for _, name := range []string{"subject", "note"} {
			if value, named := c.drafts[1].Fields[name]; !named || value != "" {
				t.Errorf("%s: got %q, named %t, want it emptied", name, value, named)
			}
		}
	})
}

func TestF1_AnAnswerWithoutAnID(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	r := h.record(1, h.session(channel, "carla"), "Lamp")
	to := newCRMs(1)
	to[1].made[r.Call()] = core.RemoteRecord{}
	h.hands(to)
	h.until(func() bool { return h.stands(r).Attempts > 0 }, "it was asked for")
	if now := h.stands(r); now.State != core.RecordOwed || now.Reason == "" {
		t.Errorf("got %+v", now)
	}
}

// An agent reads that it is safe, an admin what is wrong, and both are over when its system answers.
func TestF4_ABindingThatIsTroubled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1)
		bound := core.Binding{ID: 1, Name: "HubSpot", Provider: "hubspot"}
		h.do(func(w *store.Work) error { w.PutBinding(bound); return nil })
		to[1].fails = func(string) error {
			return &core.Error{Op: "crm", Kind: core.Unauthorized, Reason: "The token is refused."}
		}
		r := h.record(1, h.session(channel, "carla"), "Lamp")
		h.hands(to)
		h.until(func() bool { return h.stands(r).Attempts == 1 }, "it was asked for")
		if now := h.stands(r); now.State != core.RecordOwed || now.Reason != "Saved here; it will reach HubSpot when that answers. The token is refused." {
			t.Errorf("got %s, %q", now.State, now.Reason)
		}
		health := func() core.Binding {
			b, err := h.store.Binding(ctx, 1)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		if b := health(); b.Reason != "The token is refused." || b.Since == 0 {
			t.Errorf("got %+v", b)
		}
		if n := h.changes(); n != 1 {
			t.Errorf("admins were told %d times, want once", n)
		}

		// Set up again, what is owed does not wait for its time.
		to[1].set(func(c *crm) { c.fails = nil })
		h.do(func(w *store.Work) error {
			w.PutBinding(bound)
			w.Tell(core.Event{Kind: core.EventBindingChanged, Audience: core.AgentsOnly, ActorKind: core.BySystem})
			return nil
		})
		h.comesTo(r, core.RecordKept)
		if b := health(); b.Reason != "" || b.Since != 0 {
			t.Errorf("got %+v", b)
		}
		if d := to[1].drafts[0]; d.Type != "tickets" {
			t.Errorf("got the type %q, want what its system calls it", d.Type)
		}

		// What it refuses is no trouble of its own.
		to[1].set(func(c *crm) { c.fails = func(string) error { return &core.Error{Op: "crm", Kind: core.Invalid} } })
		h.comesTo(h.record(1, r.Session, "Other"), core.RecordParked)
		if b := health(); b.Reason != "" {
			t.Errorf("got %+v", b)
		}
	})
}

// changes counts how often admins were told that a binding is another.
func (h *house) changes() (n int) {
	h.t.Helper()
	events, err := h.store.LogAfter(ctx, 0, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == core.EventBindingChanged {
			n++
		}
	}
	return n
}
