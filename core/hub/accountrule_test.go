package hub

import (
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// matching adds a rule that matches customers with their accounts, or registers them.
func (s *shop) matching() core.RecordRule {
	s.t.Helper()
	return s.ruled(func(r *core.RecordRule) {
		r.Name, r.Type, r.Fields = "Known", s.accounted().ID, core.FieldValues{"name": "{{customer.name}}", "email": "{{event.text}}"}
	})
}

// found does what follows a rule's find: the search that it leaves is settled with what the provider has.
func (s *shop) found(r core.RecordRule, id core.SessionID, form core.FieldValues, has ...core.RemoteRecord) (searched bool, failure string) {
	s.t.Helper()
	_, err := s.hub.writer.Do(s.t.Context(), store.Job{Touch: func(k *store.Keys) { k.Session(id) }, Do: func(w *store.Work) (err error) {
		fault, err := s.hub.RecordByRule(w, core.RuleFind{Rule: r.ID, Session: id, Form: form})
		failure = fault.Reason
		return err
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	owed := must(s.store.OwedAccountSearches(s.t.Context()))
	if len(owed) == 0 {
		return false, failure
	}
	_, err = s.hub.writer.Do(s.t.Context(), store.Job{Touch: func(k *store.Keys) { k.Session(id) }, Do: func(w *store.Work) (err error) {
		fault, err := s.hub.AccountByRule(w, owed[0].AccountSearch, has)
		failure = fault.Reason
		w.EndAccountSearch(owed[0].AccountSearch)
		return err
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	return true, failure
}

func TestF2_ARuleMatchesOrRegistersACustomer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		r := s.matching()
		known, fresh := s.write("carla", "carla@example.test"), s.write("dan", "dan@example.test")

		form := core.FieldValues{"name": "Carla", "email": "carla@example.test"}
		if searched, failure := s.found(r, known, form, core.RemoteRecord{ID: "C7", Fields: form}); !searched || failure != "" {
			t.Errorf("got %v, %q", searched, failure)
		}
		if _, failure := s.found(r, fresh, core.FieldValues{"name": "Dan", "email": "dan@example.test"}); failure != "" {
			t.Errorf("got %q", failure)
		}
		for id, want := range map[core.SessionID]struct {
			state core.RecordState
			kind  core.EventKind
		}{known: {core.RecordKept, core.EventAccountMatched}, fresh: {core.RecordOwed, core.EventRecordCreated}} {
			row := must(s.store.Session(t.Context(), s.oleg.Scope(), id))
			accounts := must(s.store.Accounts(t.Context(), row.Customer))
			if len(accounts) != 1 || accounts[0].State != want.state || accounts[0].MatchRule != "Known" || accounts[0].MatchedBy != 0 || accounts[0].Rule != "Known" {
				t.Fatalf("got %+v", accounts)
			}
			told := must(s.store.RulePast(t.Context(), []core.SessionID{id}, []core.EventKind{core.EventAccountMatched, core.EventRecordCreated}, 10))
			e := told[len(told)-1]
			if e.Kind != want.kind || e.ActorKind != core.BySystem || !strings.Contains(string(e.Data), `"rule":"Known"`) {
				t.Errorf("got %s by %s: %s", e.Kind, e.ActorKind, e.Data)
			}
		}

		// Who has an account keeps it, and what an agent takes back no rule gives again.
		if searched, failure := s.found(r, known, form); searched || failure != "" {
			t.Errorf("of one who has one: got %v, %q", searched, failure)
		}
		s.do(s.oleg, core.UnmatchAccount{Session: known})
		if searched, failure := s.found(r, known, form, core.RemoteRecord{ID: "C7", Fields: form}); searched || failure != "" || s.accountOf(known) != 0 {
			t.Errorf("taken back: got %v, %q and %v", searched, failure, s.accountOf(known))
		}
		byHand := s.write("erik", "hello")
		s.do(s.oleg, core.RegisterAccount{Session: byHand, Type: s.accounted().ID, Fields: core.FieldValues{"name": "Erik"}})
		s.do(s.oleg, core.UnmatchAccount{Session: byHand})
		if searched, failure := s.found(r, byHand, form); searched || failure != "" || s.accountOf(byHand) != 0 {
			t.Errorf("registered and taken back by hand: got %v, %q and %v", searched, failure, s.accountOf(byHand))
		}
	})
}

// A rule says why it can do nothing, and nobody gets the account of somebody else.
func TestF2_ARuleThatCannotMatch(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	r := s.matching()
	id := s.write("carla", "hello")
	two := []core.RemoteRecord{{ID: "C7"}, {ID: "C8"}}
	if searched, failure := s.found(r, id, core.FieldValues{"name": "Carla"}); searched || failure != "" || s.accountOf(id) != 0 {
		t.Errorf("who has not said how they are reached: got %v, %q", searched, failure)
	}
	if _, failure := s.found(r, id, core.FieldValues{"name": "Carla", "email": "carla@example.test"}, two...); failure != "Several accounts have what is known of a customer: an agent has to match them." || s.accountOf(id) != 0 {
		t.Errorf("got %q and %v", failure, s.accountOf(id))
	}
	id = s.write("dan", "hello")
	if searched, failure := s.found(r, id, core.FieldValues{}); searched || failure != "The field “Name” must be filled in." {
		t.Errorf("got %v, %q", searched, failure)
	}
	must(s.hub.SetSettings(t.Context(), s.ada(), s.support, []byte(`{}`), 0))
	if searched, failure := s.found(r, id, core.FieldValues{"name": "Dan", "email": "dan@example.test"}); searched || !strings.HasPrefix(failure, "This department does not match customers") {
		t.Errorf("got %v, %q", searched, failure)
	}
}
