package web

import (
	"net/http"
	"testing"
	"time"

	"parley/core"
)

func TestSnoozeC26(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "hello")
	at := "/api/v1/sessions/" + id.String()
	h.do(h.anna, core.Take{Session: id})
	for name, body := range map[string]string{
		"what is no time":  `{"until":"CANARY"}`,
		"a time that was":  `{"until":"2020-01-01T00:00:00Z"}`,
		"a time far away":  `{"until":"9999-01-01T00:00:00Z"}`,
		"what is no words": `{"until":7}`,
	} {
		w := h.call(h.anna, "POST", at+"/snooze", body)
		spotless(t, name, w.Body.String())
		refused(t, w, http.StatusUnprocessableEntity, "invalid", "until")
	}
	refused(t, h.call(h.anna, "POST", at+"/snooze", Snooze{Version: 77}), http.StatusConflict, "taken", "")
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	got := answer[Session](t, h.call(h.anna, "POST", at+"/snooze", Snooze{Until: until}), http.StatusOK)
	if got.Snoozed == nil || got.Snoozed.Until != until[:19]+".000000Z" || got.State != "active" || got.Woken != nil {
		t.Errorf("got %+v", got)
	}
	got = answer[Session](t, h.call(h.anna, "POST", at+"/snooze", "{}"), http.StatusOK)
	if got.Snoozed == nil || got.Snoozed.Until != "" {
		t.Errorf("until they write: got %+v", got.Snoozed)
	}
	got = answer[Session](t, h.call(h.sofia, "POST", at+"/unsnooze", "{}"), http.StatusOK)
	if got.Snoozed != nil || got.Woken == nil || got.Woken.By != "hand" {
		t.Errorf("brought back: got %+v, %+v", got.Snoozed, got.Woken)
	}
	var told []string
	for _, e := range get[EventPage](h, h.anna, at+"/messages").Items[3:] {
		told = append(told, e.Kind+" "+e.Audience+" "+e.Woken+e.Text)
	}
	if want := []string{"snoozed agents ", "snoozed agents ", "woken agents hand"}; len(told) != 3 || told[0] != want[0] || told[2] != want[2] {
		t.Errorf("events: got %q, want %q", told, want)
	}
}
