package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// book is what keeps the accounts of the tests.
type book struct {
	mu    sync.Mutex
	has   []core.RemoteRecord
	fails error
	asked []core.RecordQuery
}

func (b *book) Describe(context.Context, string) ([]core.RemoteType, error) { return nil, nil }
func (b *book) Create(context.Context, string, core.Draft) (core.RemoteRecord, error) {
	return core.RemoteRecord{}, nil
}

func (b *book) Update(context.Context, string, core.RemoteID, core.Draft) (core.RemoteRecord, error) {
	return core.RemoteRecord{}, nil
}
func (b *book) Link(context.Context, string, core.RemoteRef, core.RemoteRef) error { return nil }
func (b *book) Find(_ context.Context, _ string, q core.RecordQuery) ([]core.RemoteRecord, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, q)
	return b.has, b.fails
}

func (s *shop) providers(context.Context, core.BindingID) (core.Provider, error) { return &s.crm, nil }

// accounted gives Support's type of account, where its customers have them also without a messenger.
func (s *shop) accounted() core.RecordType {
	s.t.Helper()
	if s.contact.ID == 0 {
		s.contact = s.contacts(s.support, "Contact")
		s.web(s.support)
	}
	return s.contact
}

// contacts adds a type of account to a department.
func (s *shop) contacts(d core.DepartmentID, name string) core.RecordType {
	s.t.Helper()
	return must(s.hub.SetRecordType(context.Background(), s.ada(), core.RecordType{Department: d, Name: name, Use: core.UseAccount, Fields: core.Fields{
		{Name: "name", Label: "Name", Kind: core.FieldText, Required: true}, {Name: "email", Label: "E-mail", Kind: core.FieldEmail},
	}}, 0))
}

// web lets a department without a messenger have accounts.
func (s *shop) web(d core.DepartmentID) {
	s.t.Helper()
	must(s.hub.SetSettings(context.Background(), s.ada(), d, json.RawMessage(`{"accounts": {"web": true}}`), 0))
}

// later ends a session and lets the same customer write again.
func (s *shop) later(customer string, id core.SessionID) core.SessionID {
	s.t.Helper()
	s.do(s.sofia, core.End{Session: id})
	return s.write(customer, "hello again")
}

// beside lets the same customer write elsewhere on the channel, and gives that session.
func (s *shop) beside(customer string) core.SessionID {
	s.t.Helper()
	in := s.message(customer, "beside-"+customer, "and here")
	in.Conversation += " elsewhere"
	if err := s.hub.Receive(context.Background(), in); err != nil {
		s.t.Fatal(err)
	}
	return must(s.store.Talking(context.Background(), s.channel, in.Conversation)).ID
}

// accountOf gives the one account of a session's customer, zero if they have none.
func (s *shop) accountOf(id core.SessionID) core.RecordID {
	s.t.Helper()
	row := must(s.store.Session(context.Background(), s.oleg.Scope(), id))
	rows := must(s.store.Accounts(context.Background(), row.Customer))
	if len(rows) > 1 {
		s.t.Fatalf("got %d accounts, want one at most", len(rows))
	}
	if len(rows) == 0 {
		return 0
	}
	return rows[0].ID
}

func TestF2_WhereAccountsAreOffered(t *testing.T) {
	t.Parallel()
	const typed, messenger, web = true, true, true
	for name, c := range map[string]struct {
		typed, messenger, known, web, want bool
	}{
		"nothing":                {!typed, !messenger, true, !web, false},
		"a type alone":           {typed, !messenger, true, !web, false},
		"a messenger alone":      {!typed, messenger, true, !web, false},
		"the setting alone":      {!typed, !messenger, true, web, false},
		"a type and a messenger": {typed, messenger, true, !web, true},
		"a type and a channel of which none knows": {typed, messenger, false, !web, false},
		"a type and the setting":                   {typed, !messenger, true, web, true},
		"all of it":                                {typed, messenger, true, web, true},
		"the setting, whatever the channels are":   {typed, !messenger, false, web, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, storetest.SQLite(t))
			s.capable.Pulls, s.strange = !c.messenger, !c.known
			id := s.write("carla", "hello")
			if c.typed {
				s.contacts(s.support, "Contact")
			}
			if c.web {
				s.web(s.support)
			}
			if _, got, err := s.hub.AccountType(t.Context(), s.support); got != c.want || err != nil {
				t.Errorf("got %t, %v, want %t", got, err, c.want)
			}
			want := core.Kind("")
			if !c.want {
				want = core.Forbidden
			}
			if _, err := s.hub.Do(t.Context(), s.anna, core.MatchAccount{Session: id, Remote: "R1"}, ""); core.KindOf(err) != want {
				t.Errorf("a match: got %v, want %q", err, want)
			}
			if _, got, err := s.hub.AccountType(t.Context(), s.sales); got || err != nil {
				t.Errorf("elsewhere: got %t, %v", got, err)
			}
		})
	}
}

func TestF2_ACustomerIsRegisteredOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "hello")
		form := core.RegisterAccount{Session: id, Type: s.accounted().ID, Version: 1, Fields: core.FieldValues{"name": "Carla", "email": "c@example.test"}}
		done := must(s.hub.Do(t.Context(), s.anna, form, "k"))
		mark := must(core.ParseExtra(done.Event.Data)).Record
		if done.Event.Kind != core.EventRecordCreated || done.Event.Audience != core.AgentsOnly || !mark.Account || mark.State != core.RecordOwed || mark.ID != done.Record {
			t.Errorf("got %+v, %+v", done.Event, mark)
		}
		if again := must(s.hub.Do(t.Context(), s.anna, form, "k")); !again.Repeat || again.Record != done.Record {
			t.Errorf("the same key: got %+v", again)
		}
		if again := must(s.hub.Do(t.Context(), s.sofia, form, "")); again.Event.ID != 0 || again.Record != done.Record {
			t.Errorf("the same form: got %+v", again)
		}
		if got := must(s.store.RecordsOf(t.Context(), s.anna.Scope(), id)); len(got) != 0 {
			t.Errorf("got %+v, want the account among no session's records", got)
		}

		// In a later session it is still theirs, and no other becomes theirs.
		form.Session = s.later("carla", id)
		if again := must(s.hub.Do(t.Context(), s.boris, form, "")); again.Record != done.Record || s.accountOf(form.Session) != done.Record {
			t.Errorf("later: got %+v", again)
		}
		other := form
		other.Fields = core.FieldValues{"name": "Carla Weiss"}
		if _, err := s.hub.Do(t.Context(), s.boris, other, ""); core.KindOf(err) != core.Exists || !strings.Contains(err.Error(), "Carla") {
			t.Errorf("another form: got %v, want that there is one", err)
		}
		if _, err := s.hub.Do(t.Context(), s.boris, core.MatchAccount{Session: form.Session, Remote: "R9"}, ""); core.KindOf(err) != core.Exists {
			t.Errorf("a match with another: got %v, want that there is one", err)
		}

		// Taken from them it stays, and the same form gives it back.
		if done := must(s.hub.Do(t.Context(), s.anna, core.UnmatchAccount{Session: form.Session}, "")); done.Event.Kind != core.EventAccountUnmatched || s.accountOf(form.Session) != 0 {
			t.Errorf("got %+v", done.Event)
		}
		if again := must(s.hub.Do(t.Context(), s.anna, core.UnmatchAccount{Session: form.Session}, "")); again.Event.ID != 0 {
			t.Errorf("once more: got %+v, want no event", again.Event)
		}
		back := must(s.hub.Do(t.Context(), s.anna, form, ""))
		if back.Record != done.Record || back.Event.Kind != core.EventAccountMatched || s.accountOf(id) != done.Record {
			t.Errorf("got %+v, want the same account", back)
		}
		s.healthy()
	})
}

// F2: two people who register a customer at the same moment, over one node or two, in one session or in two of the customer's, make one account.
func TestF2_RegisteredAtOnceIsOneAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.accounted()
		other := s.hub // on SQLite there is one node
		if strings.HasPrefix(url, "postgres") {
			other = s.node(url)
		}
		for round := range 12 {
			customer := fmt.Sprint("carla-", round)
			first, second := s.write(customer, "hello"), s.beside(customer)
			same := round%2 == 0  // the same form, or some
			apart := round%4 >= 2 // a node in each session, or both in both
			made, refused := make([]core.RecordID, 8), make([]error, 8)
			var all sync.WaitGroup
			barrier := make(chan struct{})
			for i := range made {
				all.Go(func() {
					h, who, id, name := s.hub, s.anna, first, "Carla"
					if i%2 == 1 {
						h, who = other, s.sofia
					}
					if apart && i%2 == 1 || !apart && i%4 > 1 {
						id = second
					}
					if !same {
						name += strings.Repeat("a", i%4)
					}
					<-barrier
					done, err := h.Do(t.Context(), who, core.RegisterAccount{Session: id, Type: s.contact.ID, Fields: core.FieldValues{"name": name}}, "")
					made[i], refused[i] = done.Record, err
				})
			}
			close(barrier)
			all.Wait()
			theirs := s.accountOf(first)
			if theirs == 0 || theirs != s.accountOf(second) {
				t.Fatalf("got %s and %s, want one account", theirs, s.accountOf(second))
			}
			for i, got := range made {
				switch {
				case refused[i] == nil && got != theirs:
					t.Errorf("got %s, want %s", got, theirs)
				case refused[i] != nil && (same || core.KindOf(refused[i]) != core.Exists):
					t.Errorf("got %v", refused[i])
				}
			}
			if rows := must(s.store.Records(t.Context(), s.anna.Scope(), store.RecordFilter{Type: s.contact.ID}, 0, 100)); len(rows) != round+1 {
				t.Fatalf("got %d records of accounts, want %d: one that was refused leaves none", len(rows), round+1)
			}
		}
		s.healthy()
	})
}

func TestF2_ACustomerIsMatchedWithWhatWasFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.accounted()
		theirs := s.contacts(s.sales, "Buyer") // kept at the same place
		id := s.write("carla", "hello")
		found := core.RemoteRecord{ID: "R1", Address: "https://crm.example/R1", Fields: core.FieldValues{"name": "Carla Weiss", "fax": "1"}}
		done := must(s.hub.Do(t.Context(), s.anna, core.MatchAccount{Session: id, Remote: "R1", Found: found}, ""))
		if mark := must(core.ParseExtra(done.Event.Data)).Record; done.Event.Kind != core.EventAccountMatched || mark.Title != "Carla Weiss" || mark.State != core.RecordKept || !mark.Account {
			t.Errorf("got %+v, %+v", done.Event, mark)
		}
		if again := must(s.hub.Do(t.Context(), s.sofia, core.MatchAccount{Session: id, Remote: "R1"}, "")); again.Event.ID != 0 || again.Record != done.Record {
			t.Errorf("again: got %+v", again)
		}
		dora := s.write("dora", "hello")
		if same := must(s.hub.Do(t.Context(), s.anna, core.MatchAccount{Session: dora, Remote: "R1", Found: found}, "")); same.Record != done.Record {
			t.Errorf("of somebody else, who shares it: got %s, want %s", same.Record, done.Record)
		}

		// It shows in a department whose accounts are kept at the same place, and is theirs to take away where that is offered.
		s.do(s.sofia, core.Transfer{Session: id, To: s.sales})
		if _, err := s.hub.Do(t.Context(), s.eve, core.UnmatchAccount{Session: id}, ""); core.KindOf(err) != core.Forbidden {
			t.Errorf("where it is not offered: got %v, want forbidden", err)
		}
		s.web(s.sales)
		if _, err := s.hub.Do(t.Context(), s.eve, core.RegisterAccount{Session: id, Type: theirs.ID, Fields: core.FieldValues{"name": "C"}}, ""); core.KindOf(err) != core.Exists {
			t.Errorf("elsewhere: got %v, want that there is one", err)
		}
		s.do(s.eve, core.UnmatchAccount{Session: id})
		if s.accountOf(dora) != done.Record {
			t.Error("who shares it has lost it too")
		}
		s.healthy()
	})
}

func TestF2_WhatAnAccountIsNot(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	id, contact, complaint := s.write("carla", "hello"), s.accounted(), s.typed()
	lead := s.contacts(s.sales, "Lead")
	old := must(s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{Department: s.support, Name: "Old", Fields: contact.Fields}, 0))
	good := core.FieldValues{"name": "x"}
	for name, c := range map[string]struct {
		deed  core.Deed
		kind  core.Kind
		field string
	}{
		"registered as a record":             {core.RegisterAccount{Session: id, Type: complaint.ID, Fields: core.FieldValues{"subject": "x"}}, core.Invalid, "type"},
		"created as an account":              {core.CreateRecord{Session: id, Type: contact.ID, Fields: good}, core.Invalid, "type"},
		"registered without a type":          {core.RegisterAccount{Session: id, Fields: good}, core.Invalid, "type"},
		"of another department":              {core.RegisterAccount{Session: id, Type: lead.ID, Fields: good}, core.NotFound, "type"},
		"of a form that has changed":         {core.RegisterAccount{Session: id, Type: contact.ID, Version: 7, Fields: good}, core.Taken, ""},
		"without what it must have":          {core.RegisterAccount{Session: id, Type: contact.ID, Fields: core.FieldValues{}}, core.Invalid, "fields.name"},
		"matched with nothing":               {core.MatchAccount{Session: id}, core.Invalid, "account"},
		"matched with a name without end":    {core.MatchAccount{Session: id, Remote: core.RemoteID(strings.Repeat("x", 2001))}, core.Invalid, "account"},
		"matched with an address likewise":   {core.MatchAccount{Session: id, Remote: "R", Found: core.RemoteRecord{Address: strings.Repeat("x", 2001)}}, core.Invalid, "account"},
		"matched with what broke on its way": {core.MatchAccount{Session: id, Remote: "R\xff"}, core.Invalid, "account"},
	} {
		_, err := s.hub.Do(t.Context(), s.anna, c.deed, "")
		if core.KindOf(err) != c.kind || fieldOf(err) != c.field {
			t.Errorf("%s: got %v, want %s (%s)", name, err, c.kind, c.field)
		}
	}
	if _, err := s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{Department: s.support, Name: "Second", Use: core.UseAccount, Fields: contact.Fields}, 0); fieldOf(err) != "use" {
		t.Errorf("a second type of account: got %v, want it refused", err)
	}
	old.Use = core.UseAccount
	if got := must(s.hub.SetRecordType(t.Context(), s.ada(), old, 0)); got.Use != core.UseRecord || got.Version != 1 {
		t.Errorf("another use of what is there: got %+v, want what it was", got)
	}
	if err := s.hub.RemoveRecordType(t.Context(), s.ada(), contact.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.hub.Do(t.Context(), s.anna, core.RegisterAccount{Session: id, Type: contact.ID, Fields: good}, ""); core.KindOf(err) != core.Gone {
		t.Errorf("of a type that went: got %v, want gone", err)
	}
	s.contacts(s.support, "Another")
}

func TestF2_WhoLooksForAccounts(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	s.accounted()
	id := s.write("carla", "hello")
	for range core.MaxFound + 5 {
		s.crm.has = append(s.crm.has, core.RemoteRecord{ID: core.RemoteID(fmt.Sprint("R", len(s.crm.has)))})
	}
	kind, found, err := s.hub.FindAccounts(t.Context(), s.anna, id, core.FieldValues{"email": "c@example.test"})
	if err != nil || len(found) != core.MaxFound || kind.ID != s.contact.ID {
		t.Errorf("got %d, %v, want %d at most", len(found), err, core.MaxFound)
	}
	if q := s.crm.asked[0]; q.Type != s.contact.ID.String() || q.Limit != core.MaxFound || !maps.Equal(q.Fields, core.FieldValues{"email": "c@example.test"}) {
		t.Errorf("asked for %+v", q)
	}
	if _, _, err := s.hub.FindAccounts(t.Context(), s.anna, s.write("dora", "I am dora@example.test"), nil); err != nil || !maps.Equal(s.crm.asked[1].Fields, core.FieldValues{"email": "dora@example.test"}) {
		t.Errorf("by what they wrote: asked for %+v, %v", s.crm.asked, err)
	}
	if _, _, err := s.hub.FindAccounts(t.Context(), s.anna, id, nil); fieldOf(err) != "fields" {
		t.Errorf("of somebody without a name: got %v", err)
	}
	if _, _, err := s.hub.FindAccounts(t.Context(), s.eve, id, nil); core.KindOf(err) != core.NotFound {
		t.Errorf("a stranger to the department: got %v, want not_found", err)
	}
	for kind, want := range map[core.Kind]core.Kind{
		core.Throttled: core.Throttled, core.Busy: core.Busy, core.Unavailable: core.Unavailable, core.Uncertain: core.Unavailable, core.Unauthorized: core.Unavailable,
		core.Forbidden: core.Unavailable, core.NotFound: core.Unavailable, core.Gone: core.Unavailable, core.Invalid: core.Invalid,
	} {
		s.crm.fails = &core.Error{Op: "crm", Kind: kind, Field: "properties.email"}
		_, _, err := s.hub.FindAccounts(t.Context(), s.anna, id, core.FieldValues{"name": "C"})
		if core.KindOf(err) != want || want == core.Invalid && fieldOf(err) != "fields" {
			t.Errorf("%s: got %v, want %s", kind, err, want)
		}
	}
	if calls := len(slices.DeleteFunc(s.kinds(id), func(k core.EventKind) bool { return k != core.EventAccountMatched && k != core.EventRecordCreated })); calls != 0 {
		t.Errorf("got %d events of accounts, want none: looking changes nothing", calls)
	}
}
