package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
)

// bindings knows one kind of system, which answers as its settings say.
type bindings struct{}

func (bindings) Kinds() []core.ProviderKind {
	return []core.ProviderKind{{
		Name: "plain", Label: "Plain", Settings: core.Fields{{Name: "answer", Label: "Answer", Kind: core.FieldText}},
		Keys: []core.KeyField{{Name: "pin", Label: "Pin", Made: true}},
	}}
}

func (b bindings) Set(to *core.Binding, settings core.FieldValues, keys map[string]core.Secret) (made map[string]core.Secret, err error) {
	if to.Provider != "plain" {
		return nil, refuse("provider", "is none")
	}
	if to.Settings, err = b.Kinds()[0].Fill(settings); err != nil {
		return nil, err
	}
	switch {
	case keys["pin"] != "":
		to.Sealed = "sealed " + keys["pin"].Reveal()
	case to.Sealed == "":
		to.Sealed, made = "sealed made", map[string]core.Secret{"pin": "made"}
	}
	return made, nil
}

func (bindings) Has(of core.Binding) []string {
	if of.Sealed == "" {
		return nil
	}
	return []string{"pin"}
}

func (bindings) Test(_ context.Context, of core.Binding) (string, error) {
	if kind := core.Kind(of.Settings["answer"]); kind != "" {
		return "", &core.Error{Op: "test", Kind: kind, Reason: "It says so."}
	}
	return "all is well", nil
}

func (b bindings) Types(ctx context.Context, of core.Binding) ([]core.RemoteType, error) {
	_, err := b.Test(ctx, of)
	return []core.RemoteType{{Name: "tickets", Label: "Tickets", Fields: []core.Field{{Name: "subject", Label: "Subject", Kind: core.FieldText}}}}, err
}

// boundTo gives a binding of some name, which is made where there is none.
func (h *house) boundTo(name string) core.Binding {
	h.t.Helper()
	h.hooking.Lock() // two who ask at once get the same
	defer h.hooking.Unlock()
	name = strings.NewReplacer("{", "", "}", "").Replace(name)
	all, err := h.store.Bindings(context.Background())
	check(h.t, err)
	if i := slices.IndexFunc(all, func(b core.Binding) bool { return b.Name == name }); i >= 0 {
		return all[i]
	}
	b, err := h.hub.AddBinding(context.Background(), core.Actor{}, core.Binding{Name: name, Provider: "plain", Sealed: "x"}, "")
	check(h.t, err)
	return b
}

func TestF4_BindingsOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	const path = "/api/v1/bindings"
	if kinds := get[List[ProviderKind]](h, h.ada, path+"/providers").Items; len(kinds) != 1 || kinds[0].Settings[0].Name != "answer" || !kinds[0].Keys[0].Made {
		t.Errorf("got %+v", kinds)
	}
	made := answer[SecretBinding](t, h.call(h.ada, "POST", path, NewBinding{"plain", BindingForm{Name: "Shop"}}), http.StatusCreated)
	if made.Keys["pin"] != "made" || made.Binding.Health.State != "untried" || !slices.Equal(made.Binding.Keys, []string{"pin"}) {
		t.Errorf("got %+v", made)
	}
	one := path + "/" + made.Binding.ID
	refused(t, h.call(h.ada, "POST", path, NewBinding{"plain", BindingForm{Name: "Shop"}}), http.StatusUnprocessableEntity, "invalid", "name")
	refused(t, h.call(h.ada, "POST", path, NewBinding{"other", BindingForm{Name: "Other"}}), http.StatusUnprocessableEntity, "invalid", "provider")
	refused(t, h.call(h.ada, "POST", path, NewBinding{"plain", BindingForm{Name: ""}}), http.StatusUnprocessableEntity, "invalid", "name")
	refused(t, h.call(h.ada, "PUT", one, BindingChange{BindingForm: BindingForm{Name: "Shop", Settings: map[string]string{"x": "y"}}}), http.StatusUnprocessableEntity, "invalid", "settings")

	// What its system says about the key is not about who asks.
	for kind, want := range map[core.Kind]struct {
		status      int
		code, field string
	}{
		core.Unauthorized: {http.StatusUnprocessableEntity, "invalid", "keys"}, core.NotFound: {http.StatusUnprocessableEntity, "invalid", "settings"},
		core.Throttled: {http.StatusTooManyRequests, "throttled", ""}, core.Unavailable: {http.StatusServiceUnavailable, "unavailable", ""},
		core.Uncertain: {http.StatusBadGateway, "uncertain", ""},
	} {
		changed := answer[SecretBinding](t, h.call(h.ada, "PUT", one, BindingChange{BindingForm: BindingForm{Name: "Shop", Settings: map[string]string{"answer": string(kind)}}}), http.StatusOK)
		if changed.Binding.Settings["answer"] != string(kind) || len(changed.Keys) != 0 {
			t.Errorf("got %+v", changed)
		}
		refused(t, h.call(h.ada, "POST", one+"/test", Nothing{}), want.status, want.code, want.field)
		refused(t, h.call(h.ada, "GET", one+"/types", nil), want.status, want.code, want.field)
	}
	answer[SecretBinding](t, h.call(h.ada, "PUT", one, BindingChange{BindingForm: BindingForm{Name: "Shop"}}), http.StatusOK)
	if got := get[List[RemoteType]](h, h.ada, one+"/types").Items; len(got) != 1 || got[0].Name != "tickets" || got[0].Fields[0].Kind != "text" {
		t.Errorf("got %+v", got)
	}

	// A type whose records live there.
	form := RecordForm{Name: "Ticket", Fields: []Field{{Name: "subject", Label: "Subject", Kind: "text"}}}
	there := NewRecordType{Department: h.support.ID.String(), RecordForm: form, Home: Home{Binding: made.Binding.ID, Remote: "tickets"}}
	kind := answer[RecordType](t, h.call(h.ada, "POST", "/api/v1/record-types", there), http.StatusCreated)
	if kind.Binding != made.Binding.ID || kind.Remote != "tickets" {
		t.Errorf("got %+v", kind)
	}
	form.Name = "Case"
	if kind = answer[RecordType](t, h.call(h.ada, "PUT", "/api/v1/record-types/"+kind.ID, RecordTypeChange{RecordForm: form}), http.StatusOK); kind.Binding != made.Binding.ID || kind.Name != "Case" {
		t.Errorf("a change: got %+v", kind)
	}
	there.Name, there.Remote = "Nameless", ""
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", there), http.StatusUnprocessableEntity, "invalid", "remote")
	there.Binding, there.Remote = "bnd_zzz", "tickets"
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", there), http.StatusUnprocessableEntity, "invalid", "binding")
	there.Binding = ""
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", there), http.StatusUnprocessableEntity, "invalid", "remote")

	// Removed, it is shown for as long as something is owed to it, and takes no more types.
	session := h.said(h.support, "carla", "hello")
	answer[Record](t, h.call(h.anna, "POST", "/api/v1/sessions/"+session.String()+"/records", NewRecord{Type: kind.ID, Fields: map[string]string{"subject": "Lamp"}}), http.StatusCreated)
	if w := h.call(h.ada, "DELETE", one, Nothing{}); w.Code != http.StatusNoContent {
		t.Errorf("got %d", w.Code)
	}
	refused(t, h.call(h.ada, "DELETE", one, Nothing{}), http.StatusNotFound, "not_found", "")
	left := get[List[Binding]](h, h.ada, path).Items
	if len(left) != 1 || left[0].Health.State != "removed" || left[0].Health.Owed != 1 || len(left[0].Keys) != 0 || left[0].RemovedAt == "" {
		t.Errorf("got %+v", left)
	}
	there.Binding = made.Binding.ID
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", there), http.StatusUnprocessableEntity, "invalid", "binding")
	again := answer[SecretBinding](t, h.call(h.ada, "PUT", one, BindingChange{BindingForm: BindingForm{Name: "Shop", Keys: map[string]string{"pin": "other"}}}), http.StatusOK)
	if again.Binding.Health.State != "untried" || again.Binding.RemovedAt != "" || len(again.Keys) != 0 {
		t.Errorf("set up again: got %+v", again)
	}
	if strings.Contains(h.log.String(), "other") {
		t.Error("the key is in the log")
	}
}

func TestF4_ABindingThatHasChangedSinceIsNotOverwritten(t *testing.T) {
	t.Parallel()
	h := open(t)
	const path = "/api/v1/bindings"
	b := answer[SecretBinding](t, h.call(h.ada, "POST", path, NewBinding{"plain", BindingForm{Name: "Shop"}}), http.StatusCreated).Binding
	set := func(name string) BindingChange { return BindingChange{BindingForm{Name: name}, b.Version} }
	if got := answer[SecretBinding](t, h.call(h.ada, "PUT", path+"/"+b.ID, set("ERP")), http.StatusOK).Binding; b.Version != 1 || got.Version != 2 {
		t.Errorf("got the versions %d and %d, want 1 and 2", b.Version, got.Version)
	}
	refused(t, h.call(h.ada, "PUT", path+"/"+b.ID, set("CRM")), http.StatusConflict, "taken", "")
}

func TestF4_ABindingThatWasNotAskedIsNotSaidToWork(t *testing.T) {
	t.Parallel()
	h := open(t)
	const path = "/api/v1/bindings"
	change := func(answer string) BindingChange {
		return BindingChange{BindingForm: BindingForm{Name: "Shop", Settings: map[string]string{"answer": answer}}}
	}
	b := answer[SecretBinding](t, h.call(h.ada, "POST", path, NewBinding{"plain", change("unauthorized").BindingForm}), http.StatusCreated).Binding
	is := func(when, state, reason string) {
		t.Helper()
		if got := get[List[Binding]](h, h.ada, path).Items[0].Health; got.State != state || got.Reason != reason || (got.Since != "") != (reason != "") {
			t.Errorf("%s: got %+v, want %s", when, got, state)
		}
	}
	is("as it was added", "untried", "")
	h.call(h.ada, "POST", path+"/"+b.ID+"/test", Nothing{})
	is("after a test that failed", "troubled", "It says so.")
	answer[SecretBinding](t, h.call(h.ada, "PUT", path+"/"+b.ID, change("")), http.StatusOK)
	is("as it was changed", "untried", "")
	post[Tested](h, h.ada, path+"/"+b.ID+"/test", Nothing{}, http.StatusOK)
	is("after a test that went well", "working", "")

	// What waits because a call came to nothing need not wait for its time when a test goes well.
	id, err := core.ParseID[core.BindingID](b.ID)
	check(t, err)
	stored, err := h.store.Binding(t.Context(), id)
	check(t, err)
	stored.Fared(&core.Error{Kind: core.Unauthorized}, stored.CreatedAt, 0)
	_, err = h.writer.Do(t.Context(), store.Job{Do: func(w *store.Work) error { w.NoteBinding(stored); return nil }})
	check(t, err)
	post[Tested](h, h.ada, path+"/"+b.ID+"/test", Nothing{}, http.StatusOK)
	if stored, err = h.store.Binding(t.Context(), stored.ID); err != nil || stored.RestUntil != 0 || stored.Failures != 0 {
		t.Errorf("got %+v, %v", stored, err)
	}
}

func TestF4_WhyABindingIsTroubled(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.boundTo("Shop")
	b.Fared(&core.Error{Kind: core.Uncertain}, b.CreatedAt, 0)
	_, err := h.writer.Do(t.Context(), store.Job{Do: func(w *store.Work) error { w.NoteBinding(b); return nil }})
	check(t, err)
	got := get[List[Binding]](h, h.ada, "/api/v1/bindings").Items
	if len(got) != 1 || got[0].Health.State != "troubled" || got[0].Health.Reason != "It does not answer." || got[0].Health.Since == "" {
		t.Errorf("got %+v", got)
	}
}
