package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
)

// book keeps accounts: R1 is Carla, who is found by her name, and by nothing else.
type book struct {
	mu    sync.Mutex
	fails error
	asked []core.FieldValues
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
	b.asked = append(b.asked, q.Fields)
	if b.fails != nil || q.Fields["name"] != "Carla" {
		return nil, b.fails
	}
	return []core.RemoteRecord{{ID: "R1", Address: "https://crm.example/R1", Fields: core.FieldValues{"name": "Carla", "email": "c@example.test", "secret": "CANARY"}}}, nil
}

func (b *book) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails = err
}

// contact gives a department's type of account, where customers have them also without a messenger.
func (h *house) contact(d core.DepartmentID) core.RecordType {
	h.t.Helper()
	h.contacts.Lock()
	defer h.contacts.Unlock()
	if h.contacts.of == nil {
		h.contacts.of = map[core.DepartmentID]core.RecordType{}
		_, err := h.hub.SetSettings(context.Background(), h.ada.Actor, 0, json.RawMessage(`{"accounts": {"web": true}}`), 0)
		check(h.t, err)
	}
	if _, there := h.contacts.of[d]; !there {
		t, err := h.hub.SetRecordType(context.Background(), h.ada.Actor, core.RecordType{Department: d, Use: core.UseAccount, Name: fmt.Sprint("Contact ", h.ids.Next(1)), Fields: core.Fields{
			{Name: "name", Label: "Name", Kind: core.FieldText, Required: true}, {Name: "email", Label: "E-mail", Kind: core.FieldEmail},
		}}, 0)
		check(h.t, err)
		h.contacts.of[d] = t
	}
	return h.contacts.of[d]
}

// lookedFor is how far a rule's search for the account of a session's customer has come.
func (h *house) lookedFor(id core.SessionID, t core.RecordType, due core.Time) {
	h.t.Helper()
	_, err := h.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		c, err := w.CustomerOf(s)
		w.PutAccountSearch(core.AccountSearch{Customer: c, Binding: t.Binding, Session: id, Type: t.ID, Fields: core.FieldValues{"email": "c@example.test"}, DueAt: due})
		return err
	}, Touch: func(k *store.Keys) { k.Session(id) }})
	check(h.t, err)
}

func TestF2_ACustomerIsMatchedOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "hello")
	path := "/api/v1/sessions/" + id.String()
	if got := get[SessionDetail](h, h.anna, path); got.AccountType != "" || got.Account != nil {
		t.Errorf("where nothing is offered: got %+v", got)
	}
	refused(t, h.call(h.anna, "POST", path+"/account/candidates", AccountQuery{}), http.StatusForbidden, "forbidden", "")
	refused(t, h.call(h.anna, "DELETE", path+"/account", "{}"), http.StatusForbidden, "forbidden", "")
	kind := h.contact(h.support.ID)
	if got := get[SessionDetail](h, h.anna, path); got.AccountType != kind.ID.String() || got.Account != nil {
		t.Errorf("at first: got %+v", got)
	}
	h.lookedFor(id, kind, core.At(time.Now()))
	if got := get[SessionDetail](h, h.anna, path); got.AccountSearch != "owed" {
		t.Errorf("while a rule looks for it: got %+v", got)
	}
	h.lookedFor(id, kind, 0)
	if got := get[SessionDetail](h, h.anna, path); got.AccountSearch != "several" {
		t.Errorf("where that found several: got %+v", got)
	}

	found := answer[List[Candidate]](t, h.call(h.anna, "POST", path+"/account/candidates", "{}"), http.StatusOK).Items
	if len(found) != 1 || found[0].ID != "R1" || found[0].Title != "Carla" || found[0].Address == "" || len(found[0].Fields) != 2 {
		t.Fatalf("by the name: got %+v", found)
	}
	if none := answer[List[Candidate]](t, h.call(h.anna, "POST", path+"/account/candidates", AccountQuery{Fields: map[string]string{"email": "x@example.test"}}), http.StatusOK).Items; len(none) != 0 {
		t.Errorf("by another address: got %+v", none)
	}
	refused(t, h.call(h.anna, "PUT", path+"/account", AccountMatch{Account: "R2"}), http.StatusUnprocessableEntity, "invalid", "account")
	refused(t, h.call(h.anna, "PUT", path+"/account", AccountMatch{}), http.StatusUnprocessableEntity, "invalid", "account")
	refused(t, h.call(h.anna, "POST", path+"/account/candidates", AccountQuery{Fields: map[string]string{"CANARY": "x"}}), http.StatusUnprocessableEntity, "invalid", "fields")

	v := h.watch(h.listen(), h.boris)
	v.follow(id)
	got := answer[Account](t, h.call(h.anna, "PUT", path+"/account", AccountMatch{Account: "R1"}), http.StatusOK)
	if got.Title != "Carla" || got.State != "kept" || got.Type.ID != kind.ID.String() || got.Address != "https://crm.example/R1" || got.MatchedBy.Name != h.anna.Agent.Name ||
		got.Fields["email"] != "c@example.test" || got.Fields["secret"] != "" {
		t.Errorf("got %+v", got)
	}
	v.until("the match", func(f frame) bool {
		return slices.ContainsFunc(f.Events, func(e Event) bool { return e.Kind == "account_matched" && e.Record.ID == got.ID && e.Record.Account })
	})
	if seen := get[SessionDetail](h, h.sofia, path).Account; seen == nil || seen.ID != got.ID {
		t.Errorf("got %+v", seen)
	}
	h.crm.fail(&core.Error{Op: "crm", Kind: core.Unauthorized})
	if again := answer[Account](t, h.call(h.sofia, "PUT", path+"/account", AccountMatch{Account: "R1"}), http.StatusOK); again.ID != got.ID {
		t.Errorf("again, while nothing answers: got %+v", again)
	}
	refused(t, h.call(h.anna, "POST", path+"/account/candidates", AccountQuery{}), http.StatusServiceUnavailable, "unavailable", "")

	// In a later session it is there, to whoever sees the customer in a department that offers it.
	h.do(h.anna, core.End{Session: id})
	later := h.said(h.support, "Carla", "hello again")
	if seen := get[SessionDetail](h, h.boris, "/api/v1/sessions/"+later.String()).Account; seen == nil || seen.ID != got.ID {
		t.Errorf("later: got %+v", seen)
	}
	customer := "/api/v1/customers/" + h.customerOf(later)
	if all := get[Customer](h, h.anna, customer).Accounts; len(all) != 1 || all[0].ID != got.ID {
		t.Errorf("of the customer: got %+v", all)
	}
	h.do(h.anna, core.Transfer{Session: later, To: h.sales.ID})
	if all := get[Customer](h, h.eve, customer).Accounts; len(all) != 0 {
		t.Errorf("where none are offered: got %+v", all)
	}
	h.contact(h.sales.ID)
	if seen := get[SessionDetail](h, h.eve, "/api/v1/sessions/"+later.String()).Account; seen == nil || seen.ID != got.ID {
		t.Errorf("in a department that offers them from there: got %+v", seen)
	}
	if w := h.call(h.eve, "DELETE", "/api/v1/sessions/"+later.String()+"/account", "{}"); w.Code != http.StatusNoContent {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if seen := get[SessionDetail](h, h.anna, path).Account; seen != nil {
		t.Errorf("taken away: got %+v", seen)
	}
}

func TestF2_ACustomerIsRegisteredOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "hello, write to carla@example.test")
	path := "/api/v1/sessions/" + id.String() + "/account"
	form := NewRecord{Type: h.contact(h.support.ID).ID.String(), Version: 1, Fields: map[string]string{"name": "Carla"}}
	forms := "/api/v1/sessions/" + id.String() + "/record-forms"
	if got := get[List[RecordStart]](h, h.anna, forms+"?use=account").Items; len(got) != 1 || got[0].ID != form.Type || got[0].Values["name"] != "Carla" || got[0].Values["email"] != "carla@example.test" {
		t.Errorf("its form: got %+v", got)
	}
	if got := get[List[RecordStart]](h, h.anna, forms).Items; len(got) != 0 {
		t.Errorf("forms of records: got %+v", got)
	}
	made := answer[Account](t, h.call(h.anna, "POST", path, form), http.StatusCreated)
	if made.State != "owed" || made.Title != "Carla" || made.Version != 1 || made.Department != h.support.ID.String() {
		t.Errorf("got %+v", made)
	}
	if again := answer[Account](t, h.call(h.sofia, "POST", path, form), http.StatusOK); again.ID != made.ID {
		t.Errorf("the same form: got %s, want %s", again.ID, made.ID)
	}
	other := form
	other.Fields = map[string]string{"name": "Carla Weiss"}
	refused(t, h.call(h.anna, "POST", path, other), http.StatusConflict, "exists", "")
	refused(t, h.call(h.anna, "PUT", path, AccountMatch{Account: "R1"}), http.StatusConflict, "exists", "")
	stale := form
	stale.Version = 7
	refused(t, h.call(h.anna, "POST", path, stale), http.StatusConflict, "taken", "")
	other.Type = h.complaint(h.support.ID).ID.String()
	refused(t, h.call(h.anna, "POST", path, other), http.StatusUnprocessableEntity, "invalid", "type")
	form.Fields = map[string]string{"name": "x", "email": "x"}
	refused(t, h.call(h.anna, "POST", path, form), http.StatusUnprocessableEntity, "invalid", "fields.email")

	// It is a record of its type, and none of those that were created from the session.
	if got := get[Page[Record]](h, h.anna, "/api/v1/records?type="+form.Type).Items; len(got) != 1 || got[0].ID != made.ID {
		t.Errorf("got %+v", got)
	}
	if got := get[List[Record]](h, h.anna, "/api/v1/sessions/"+id.String()+"/records").Items; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	if got := answer[Record](t, h.call(h.anna, "PUT", "/api/v1/records/"+made.ID, RecordFields{Fields: map[string]string{"name": "Carla W."}, Version: 1}), http.StatusOK); got.Title != "Carla W." {
		t.Errorf("got %+v", got)
	}
	if seen := get[SessionDetail](h, h.sofia, "/api/v1/sessions/"+id.String()).Account; seen == nil || seen.Title != "Carla W." || seen.Version != 2 {
		t.Errorf("got %+v", seen)
	}
	types := get[List[RecordType]](h, h.anna, "/api/v1/record-types").Items
	if i := slices.IndexFunc(types, func(t RecordType) bool { return t.ID == form.Type }); i < 0 || types[i].Use != "account" || types[1-i].Use != "record" {
		t.Errorf("got %+v", types)
	}
	second := NewRecordType{Department: h.support.ID.String(), Use: "account", RecordForm: formOf(h.ids)}
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", second), http.StatusUnprocessableEntity, "invalid", "use")
	second.Use = strings.ToUpper(second.Use)
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", second), http.StatusUnprocessableEntity, "invalid", "use")
}
