package web

import (
	"net/http"
	"testing"
	"time"

	"parley/core"
)

func TestBlockC13(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "hello")
	at := "/api/v1/sessions/" + id.String()
	h.do(h.anna, core.Take{Session: id})
	for name, body := range map[string]string{
		"a term that there is not": `{"for":"CANARY"}`,
		"no term":                  `{}`,
		"a term that is none":      `{"for":7}`,
	} {
		w := h.call(h.anna, "POST", at+"/block", body)
		spotless(t, name, w.Body.String())
		refused(t, w, http.StatusUnprocessableEntity, "invalid", "for")
	}
	refused(t, h.call(h.boris, "POST", at+"/block", Block{For: "day"}), http.StatusConflict, "taken", "")
	refused(t, h.call(h.anna, "POST", at+"/block", Block{For: "day", Version: 77}), http.StatusConflict, "taken", "")
	if got := get[SessionDetail](h, h.anna, at); got.State != "active" || got.Blocked != nil {
		t.Errorf("refused: got %+v, want it as before", got)
	}

	address := h.listen()
	sofia := h.watch(address, h.sofia)
	sofia.follow(id)
	got := answer[Session](t, h.call(h.anna, "POST", at+"/block", Block{For: "24h"}), http.StatusOK)
	if got.State != "ended" || got.Outcome != "blocked" || got.Blocked == nil || got.Blocked.By != (Ref{h.anna.Agent.ID.String(), "Anna Berg"}) {
		t.Fatalf("got %+v, want who blocked", got)
	}
	since, err := time.Parse(time.RFC3339, got.Blocked.Since)
	check(t, err)
	until, err := time.Parse(time.RFC3339, got.Blocked.Until)
	check(t, err)
	if until.Sub(since) != 24*time.Hour {
		t.Errorf("got from %s until %s", since, until)
	}
	f := sofia.until("the block", func(f frame) bool { return f.Type == "events" && len(f.Events) == 2 })
	if ended, e := f.Events[0], f.Events[1]; ended.Kind != "ended" || ended.Outcome != "blocked" || e.Kind != "blocked" || e.Until != got.Blocked.Until || e.Actor.Name != "Anna" {
		t.Errorf("got %+v and %+v", ended, e)
	}
	sofia.summary(id, func(s Session) bool { return s.Blocked != nil && s.Blocked.Until == got.Blocked.Until })

	refused(t, h.call(h.boris, "POST", at+"/unblock", "{}"), http.StatusForbidden, "forbidden", "")
	answer[Session](t, h.call(h.sofia, "POST", at+"/block", Block{For: "forever"}), http.StatusOK)
	if now := get[SessionDetail](h, h.boris, at); now.Blocked == nil || now.Blocked.Until != "" || now.Blocked.By.Name != "Sofia Marin" {
		t.Errorf("for good: got %+v", now.Blocked)
	}
	refused(t, h.call(h.anna, "POST", at+"/unblock", "{}"), http.StatusForbidden, "forbidden", "")
	if got := post[Session](h, h.sofia, at+"/unblock", "", http.StatusOK); got.Blocked != nil {
		t.Errorf("lifted: got %+v", got.Blocked)
	}
	if again := post[Session](h, h.sofia, at+"/unblock", "", http.StatusOK); again.Blocked != nil {
		t.Errorf("again: got %+v", again.Blocked)
	}
}
