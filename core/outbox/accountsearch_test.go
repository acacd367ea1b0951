package outbox_test

import (
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// searched lets a rule look for the account of a session's customer, and gives how that stands.
func (h *house) searched(b core.BindingID, id core.SessionID, fields core.FieldValues) (stands func() (core.AccountSearch, error)) {
	h.t.Helper()
	var search core.AccountSearch
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		t := typeOf(b, core.UseAccount)
		t.Fields = append(t.Fields, core.Field{Name: "email", Label: "E-mail", Kind: core.FieldEmail})
		w.PutRecordType(t)
		w.PutBinding(core.Binding{ID: b, Name: "HubSpot", Provider: "test"})
		rule := core.RecordRule{ID: 900, Department: department, Name: "Known", On: core.HookMessage, Type: t.ID, EnabledAt: w.Now(), Version: 1}
		w.PutRecordRule(rule)
		search = core.AccountSearch{Binding: b, Session: id, Type: t.ID, Rule: rule.ID, Fields: fields, DueAt: w.Now()}
		search.Customer, err = w.CustomerOf(s)
		w.AddAccountSearch(search)
		w.AddAccountSearch(core.AccountSearch{Customer: search.Customer, Binding: b, DueAt: w.Now()}) // once is enough
		return err
	})
	return func() (now core.AccountSearch, err error) {
		h.do(func(w *store.Work) error {
			now, err = w.AccountSearch(search.Customer, b)
			return nil
		})
		return now, err
	}
}

// search gives how a search stands that is there.
func search(stands func() (core.AccountSearch, error)) core.AccountSearch {
	now, _ := stands()
	return now
}

// failure is why the rule of the tests could not do what it should.
func (h *house) failure() string {
	h.t.Helper()
	r, err := h.store.RecordRule(ctx, 900)
	if err != nil {
		h.t.Fatal(err)
	}
	return r.Reason
}

func TestF2_ARuleLooksForAnAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1)
		to[1].fails = func(string) error { return &core.Error{Op: "crm", Kind: core.Unavailable} }
		to[1].has = []core.RemoteRecord{{ID: "C7"}}
		stands := h.searched(1, h.session(channel, "carla"), core.FieldValues{"email": "carla@example.test"})
		h.hands(to)
		h.until(func() bool { now, _ := stands(); return now.Attempts > 0 }, "it was asked for")
		to[1].set(func(c *crm) { c.fails = nil })
		h.turn(24 * time.Hour)
		h.until(func() bool { now, err := stands(); return err == nil && now.DueAt == 0 }, "it is done")
		if now, _ := stands(); len(now.Fields) != 0 {
			t.Errorf("got %+v, want nothing of the customer in it", now)
		}
		h.until(func() bool { return len(h.matched()) == 1 }, "it was handed on")
		if got := h.matched()[0]; got != "C7" || h.failure() != "" {
			t.Errorf("got %q, %q", got, h.failure())
		}
		if got := to[1].sought; len(got) != 2 || got[1]["email"] != "carla@example.test" {
			t.Errorf("got %v", got)
		}
	})
}

// What the provider refuses, and what cannot be decided, is the rule's failure.
func TestF2_AnAccountThatIsNotFound(t *testing.T) {
	t.Parallel()
	h, to := open(t, storetest.SQLite(t)), newCRMs(1)
	to[1].fails = func(string) error {
		return &core.Error{Op: "crm", Kind: core.Invalid, Reason: "It knows no such field."}
	}
	stands := h.searched(1, h.session(channel, "carla"), core.FieldValues{"email": "carla@example.test"})
	stop := h.hands(to)
	h.until(func() bool { return h.failure() == "It knows no such field." }, "it was refused")
	if _, err := stands(); core.KindOf(err) != core.NotFound {
		t.Errorf("got %v, want that the next event begins anew", err)
	}
	stop()

	to[1].set(func(c *crm) { c.fails, c.has = nil, []core.RemoteRecord{{ID: "C7"}, {ID: "C8"}} })
	stands = h.searched(1, h.session(channel, "dan"), core.FieldValues{"email": "dan@example.test"})
	stop = h.hands(to)
	h.until(func() bool { now, err := stands(); return err == nil && now.DueAt == 0 }, "it is done")
	if h.failure() != "2 found" {
		t.Errorf("got %q", h.failure())
	}

	// Something else is known of the customer now.
	again := func(email string) core.AccountSearch {
		now := search(stands)
		h.do(func(w *store.Work) error {
			now.Fields, now.DueAt = core.FieldValues{"email": email}, w.Now()
			w.AddAccountSearch(now)
			return nil
		})
		return search(stands)
	}
	stop()
	if now := again("dan@example.test"); !now.Several() {
		t.Errorf("the same again: got %+v, want it as it was", now)
	}
	to[1].set(func(c *crm) { c.has = c.has[:1] })
	if now := again("dan@home.test"); now.DueAt == 0 {
		t.Errorf("got %+v, want it looked for anew", now)
	}
	h.hands(to)
	h.until(func() bool { return len(h.matched()) == 1 }, "it is found")
}
