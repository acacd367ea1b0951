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
