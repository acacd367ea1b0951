package outbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// A record that its provider fails at each time, without a word why, costs the others a rest and no more.
func TestF1_OneRecordThatAlwaysFails(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1)
		id := h.session(channel, "carla")
		poison := h.record(1, id, "poison")
		to[1].fails = func(call string) error {
			if call == poison.Call() {
				return &core.Error{Op: "crm", Kind: core.Uncertain, Reason: "It answered 500."}
			}
			return nil
		}
		h.hands(to)
		for _, subject := range []string{"first", "second"} {
			h.until(func() bool { return h.stands(poison).Attempts > 0 }, "it failed")
			h.comesInTime(h.record(1, id, subject), core.RecordKept)
		}
		if now := h.stands(poison); now.State != core.RecordOwed || !strings.HasSuffix(now.Reason, "It answered 500.") {
			t.Errorf("got %+v", now)
		}
		to[1].set(func(c *crm) { c.fails = nil })
		h.comesInTime(poison, core.RecordKept)
	})
}

// comesInTime waits while time passes: not so fast that the lease, which is renewed by the same clock, is lost.
func (h *house) comesInTime(r core.Record, want core.RecordState) {
	h.t.Helper()
	h.until(func() bool {
		h.turn(50 * time.Millisecond)
		return h.stands(r).State == want
	}, string(want))
}

// account gives the customer of a session an account that its provider has, or does not have yet.
func (h *house) account(b core.BindingID, id core.SessionID, remote core.RemoteID) (r core.Record) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		c, err := w.CustomerOf(s)
		if err != nil {
			return err
		}
		t := typeOf(b, core.UseAccount)
		w.PutRecordType(t)
		r = core.NewAccount(core.RecordID(h.last.Add(1)), t, s, c, core.FieldValues{"subject": "Carla"}, 5, w.Now())
		if remote != "" {
			r = core.FoundAccount(r.ID, t, s, core.RemoteRecord{ID: remote}, 5, w.Now())
		}
		w.AddRecord(r)
		w.AddAccount(core.Account{Customer: c, Binding: b, Record: r.ID, Session: id, At: w.Now(), Agent: 5})
		w.Append(&s, core.Event{Kind: core.EventRecordCreated, Audience: core.AgentsOnly})
		return w.OweLinks(id, r)
	})
	return r
}

// linked waits until the provider has as many links, and gives them.
func (h *house) linked(c *crm, n int) (links []string) {
	h.t.Helper()
	h.until(func() bool {
		c.set(func(c *crm) { links = slices.Clone(c.links) })
		return len(links) >= n
	}, "they are linked")
	return links
}

// A record and its customer's account belong together at their provider, whichever was there first.
func TestF2_ARecordIsLinkedWithItsAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1)
		id := h.session(channel, "carla")
		h.hands(to)
		first := h.comesTo(h.record(1, id, "Lamp"), core.RecordKept)
		h.stays(func() bool { return len(to[1].asked()) == 1 }, "nobody has an account")

		account := h.comesTo(h.account(1, id, ""), core.RecordKept)
		want := []string{"tickets " + string(first.Remote) + " to contacts " + string(account.Remote)}
		if got := h.linked(to[1], 1); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		second := h.comesTo(h.record(1, id, "Chair"), core.RecordKept)
		want = append(want, "tickets "+string(second.Remote)+" to contacts "+string(account.Remote))
		if got := h.linked(to[1], 2); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		h.edited(second, "Table")
		h.until(func() bool { return h.stands(second).Version == 2 && h.stands(second).State == core.RecordKept }, "the edit is there")
		h.stays(func() bool { return len(h.linked(to[1], 2)) == 2 }, "linked it is already")
		if now := h.stands(second); now.Linked != account.ID || now.LinkDueAt != 0 {
			t.Errorf("got %+v", now)
		}
	})
}

func TestF2_ALinkThatFails(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, to := open(t, url), newCRMs(1)
		id := h.session(channel, "carla")
		h.account(1, id, "C7")
		kind := core.Unavailable
		to[1].fails = func(call string) error {
			if strings.Contains(call, "-to-") {
				return &core.Error{Op: "crm", Kind: kind, Reason: "Not now."}
			}
			return nil
		}
		h.hands(to)
		r := h.comesTo(h.record(1, id, "Lamp"), core.RecordKept)
		h.until(func() bool { return len(to[1].asked()) == 2 }, "the link was asked for")
		h.until(func() bool { return h.stands(r).LinkDueAt > core.At(h.now()) }, "it is asked for later")
		if now := h.stands(r); now.State != core.RecordKept || now.Reason != "" {
			t.Errorf("got %+v, want it kept as it is", now)
		}
		to[1].set(func(*crm) { kind = core.Forbidden })
		h.turn(time.Hour)
		h.until(func() bool { return h.stands(r).Reason != "" }, "it was refused")
		if now := h.stands(r); now.LinkDueAt != 0 || now.Linked != 0 || now.Reason != "It is there, but not linked with the customer's account. Not now." {
			t.Errorf("got %+v", now)
		}
		to[1].set(func(c *crm) { c.fails = nil })
		h.edited(r, "Lamp, broken")
		h.linked(to[1], 1)
		h.until(func() bool { return h.stands(r).Linked != 0 }, "linked")
		if now := h.stands(r); now.Reason != "" || now.State != core.RecordKept {
			t.Errorf("got %+v", now)
		}
	})
}

// An account that was taken from the customer while the link was owed is linked with nothing.
func TestF2_TheAccountWasTakenBack(t *testing.T) {
	t.Parallel()
	h, to := open(t, storetest.SQLite(t)), newCRMs(1)
	id := h.session(channel, "carla")
	account := h.account(1, id, "C7")
	r := h.record(1, id, "Lamp")
	to[1].fails = func(call string) error {
		if strings.Contains(call, "-to-") {
			return &core.Error{Op: "crm", Kind: core.Unavailable}
		}
		return nil
	}
	h.hands(to)
	h.until(func() bool { return h.stands(r).LinkDueAt > core.At(h.now()) }, "it is asked for later")
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		c, err := w.CustomerOf(s)
		w.RemoveAccount(core.Account{Customer: c, Binding: account.Binding})
		return err
	})
	to[1].set(func(c *crm) { c.fails = nil })
	h.turn(time.Hour)
	h.until(func() bool { return h.stands(r).LinkDueAt == 0 }, "nothing is owed")
	if now := h.stands(r); now.Linked != 0 || len(to[1].links) != 0 {
		t.Errorf("got %+v", now)
	}
}
