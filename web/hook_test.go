package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/core"
	"parley/core/store"
)

func TestF3_AHooksSecretIsShownOnceAndSigns(t *testing.T) {
	t.Parallel()
	h := open(t)
	var body []byte
	var header http.Header
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte("thanks"))
	}))
	t.Cleanup(receiver.Close)
	n := NewHook{Name: "ERP", URL: receiver.URL + "/in", Events: []string{"session.ended", "session.ended"}, Departments: []string{h.support.ID.String()}}
	added := post[SecretHook](h, h.ada, "/api/v1/hooks", n, http.StatusCreated)
	if !strings.HasPrefix(added.Secret, "whsec_") || !added.Hook.Enabled || len(added.Hook.Events) != 1 {
		t.Errorf("got %+v", added.Hook)
	}
	list := h.call(h.ada, "GET", "/api/v1/hooks", nil)
	if text := list.Body.String(); strings.Contains(text, added.Secret) || strings.Contains(text, "whsec_") {
		t.Error("the list has a secret")
	}
	path := "/api/v1/hooks/" + added.Hook.ID
	got := post[HookAttempt](h, h.ada, path+"/test", "{}", http.StatusOK)
	if got.Status != http.StatusAccepted || got.Answer != "thanks" || got.Reason != "" {
		t.Errorf("test: got %+v", got)
	}
	verify := func(secret string) error {
		hook, err := standardwebhooks.NewWebhook(secret)
		check(t, err)
		return hook.Verify(body, header)
	}
	if err := verify(added.Secret); err != nil || !strings.HasPrefix(string(body), `{"type":"test","timestamp":"`) {
		t.Errorf("got %s, %v", body, err)
	}
	rotated := post[SecretHook](h, h.ada, path+"/secret", "{}", http.StatusOK)
	post[HookAttempt](h, h.ada, path+"/test", "{}", http.StatusOK)
	for _, secret := range []string{added.Secret, rotated.Secret} {
		if err := verify(secret); err != nil || rotated.Secret == added.Secret {
			t.Errorf("after a rotation: got %v", err)
		}
	}
	for _, secret := range []string{added.Secret, rotated.Secret, receiver.URL} {
		if strings.Contains(h.log.String(), secret) {
			t.Error("the log has a secret or an address")
		}
	}
}

func TestF3_AHookIsRefusedWithTheField(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct {
		change func(*NewHook)
		field  string
	}{
		"an address of this machine":  {func(n *NewHook) { n.URL = "https://[::1]/" }, "url"},
		"of the machine's metadata":   {func(n *NewHook) { n.URL = "https://169.254.169.254/latest" }, "url"},
		"this machine by its name":    {func(n *NewHook) { n.URL = "https://localhost/hook" }, "url"},
		"without https":               {func(n *NewHook) { n.URL = "http://erp.test/" }, "url"},
		"with a password":             {func(n *NewHook) { n.URL = "https://a:b@erp.test/" }, "url"},
		"no address":                  {func(n *NewHook) { n.URL = "" }, "url"},
		"no name":                     {func(n *NewHook) { n.Name = "" }, "name"},
		"no event":                    {func(n *NewHook) { n.Events = []string{} }, "events"},
		"an event that is none":       {func(n *NewHook) { n.Events = []string{"note.created"} }, "events"},
		"a department that is no id":  {func(n *NewHook) { n.Departments = []string{"support"} }, "departments"},
		"a department that is nobody": {func(n *NewHook) { n.Departments = []string{core.DepartmentID(99).String()} }, "departments"},
	} {
		n := NewHook{Name: "ERP", URL: "https://erp.test/", Events: []string{"session.ended"}}
		c.change(&n)
		w := h.call(h.ada, "POST", "/api/v1/hooks", n)
		if p := answer[Problem](t, w, http.StatusUnprocessableEntity); !strings.HasPrefix(p.Field, c.field) {
			t.Errorf("%s: got %s, want the field %s", name, w.Body, c.field)
		}
	}
}

func TestF3_ARotationIsDoneOnceAndItsSecretShownOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := "/api/v1/hooks/" + h.hooked("ERP") + "/secret"
	rotate := func(key string) SecretHook {
		r := h.request(h.ada, "POST", path, Nothing{})
		r.Header.Set("Idempotency-Key", key)
		return answer[SecretHook](t, h.send(r), http.StatusOK)
	}
	first, again, other := rotate("one"), rotate("one"), rotate("two")
	if first.Secret == "" || again.Secret != "" || again.Hook.RotatedUntil != first.Hook.RotatedUntil {
		t.Errorf("the same again: got a secret %v", again.Secret != "")
	}
	if other.Secret == "" || other.Secret == first.Secret {
		t.Error("with another key: got no secret of its own")
	}
}

func TestF3_AHookThatHasChangedSinceIsNotOverwritten(t *testing.T) {
	t.Parallel()
	h := open(t)
	n := NewHook{Name: "ERP", URL: nowhere, Events: []string{"session.ended"}}
	hook := post[SecretHook](h, h.ada, "/api/v1/hooks", n, http.StatusCreated).Hook
	set := func(name string) HookChange {
		n.Name = name
		return HookChange{NewHook: n, Enabled: true, Version: hook.Version}
	}
	if got := answer[Hook](t, h.call(h.ada, "PUT", "/api/v1/hooks/"+hook.ID, set("BI")), http.StatusOK); hook.Version != 1 || got.Version != 2 {
		t.Errorf("got the versions %d and %d, want 1 and 2", hook.Version, got.Version)
	}
	refused(t, h.call(h.ada, "PUT", "/api/v1/hooks/"+hook.ID, set("CRM")), http.StatusConflict, "taken", "")
}

func TestF3_ReplayedIsWhatIsNamedAndNotEverything(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := "/api/v1/hooks/" + h.hooked("ERP") + "/replay"
	for name, body := range map[string]any{
		"nothing named": Nothing{}, "a state alone": Replay{State: "delivered"}, "an end alone": Replay{To: "2026-03-01T12:00:00Z"},
	} {
		w := h.call(h.ada, "POST", path, body)
		if p := answer[Problem](t, w, http.StatusUnprocessableEntity); p.Field != "from" || !strings.Contains(p.Detail, "from is missing") {
			t.Errorf("%s: got %s, want the field from", name, w.Body)
		}
	}
	post[Replayed](h, h.ada, path, Replay{From: "2026-03-01T12:00:00Z"}, http.StatusOK)
	refused(t, h.call(h.ada, "POST", path, Replay{Call: "evt_none"}), http.StatusNotFound, "not_found", "")
}

func TestF3_WhatAHookIsTold(t *testing.T) {
	t.Parallel()
	e := core.Event{ID: 5, At: 1_000_000, Kind: core.EventTaken, Session: 7, ActorKind: core.ByAgent, Actor: 9, Name: "Anna", Target: 9}
	s := store.Summary{CustomerName: "Carla", AssigneeName: "Anna"}
	s.ID, s.Assignee = 7, 9
	got, err := HookBody(core.HookAssigned, e, s)
	for _, part := range []string{
		`{"type":"session.assigned","timestamp":"1970-01-01T00:00:01.000000Z","data":{"event":{"id":"msg_5"`, `"target":{"id":"agt_9","name":"Anna"}`,
		`"session":{"id":"ses_7"`, `"customer":{"id":"","name":"Carla"}`,
	} {
		if err != nil || !strings.Contains(string(got), part) {
			t.Errorf("got %s, %v, want %s in it", got, err, part)
		}
	}
}
