package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

func TestPriorityAndTagsC9(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "hello")
	at := "/api/v1/sessions/" + id.String()
	first := get[SessionDetail](h, h.anna, at)
	if first.Priority != "normal" || first.Tags == nil || len(first.Tags) != 0 {
		t.Errorf("at first: got %q and %v, want normal and an empty list", first.Priority, first.Tags)
	}
	patch := func(who *person, body any) Session {
		t.Helper()
		return answer[Session](t, h.call(who, "PATCH", at, body), http.StatusOK)
	}
	got := patch(h.sofia, Triage{Priority: "urgent", AddTags: []string{"VIP", "big  order"}})
	if got.Priority != "urgent" || !slices.Equal(got.Tags, []string{"big order", "vip"}) || got.Version != first.Version || got.LastSeq != first.LastSeq+2 {
		t.Errorf("got %+v", got)
	}
	if got = patch(h.anna, Triage{AddTags: []string{"refund"}, RemoveTags: []string{"Vip"}}); got.Priority != "urgent" || !slices.Equal(got.Tags, []string{"big order", "refund"}) {
		t.Errorf("what is left out stays: got %+v", got)
	}
	if again := patch(h.anna, "{}"); again.LastSeq != got.LastSeq {
		t.Errorf("nothing at all: got %+v", again)
	}
	for name, tt := range map[string]struct{ body, field string }{
		"a priority that there is not": {`{"priority":"CANARY","add_tags":["x"]}`, "priority"},
		"an empty tag":                 {`{"add_tags":[" "]}`, "add_tags"},
		"a long tag":                   {`{"remove_tags":["` + strings.Repeat("é", 26) + `"]}`, "remove_tags"},
		"a tag that is none":           {`{"add_tags":[1]}`, "add_tags[0]"},
		"21 tags":                      {`{"priority":"low","add_tags":["CANARY` + strings.Repeat(`","x`, 20) + `"]}`, "add_tags"},
		"20 tags more":                 {`{"priority":"low","add_tags":["0","1","2","3","4","5","6","7","8","9","a","b","c","d","e","f","g","h","i","j"]}`, "add_tags"},
	} {
		w := h.call(h.anna, "PATCH", at, tt.body)
		spotless(t, name, w.Body.String())
		if p := refused(t, w, http.StatusUnprocessableEntity, "invalid", tt.field); p.Detail == "" {
			t.Errorf("%s: got %+v", name, p)
		}
	}
	if now := get[SessionDetail](h, h.anna, at); now.LastSeq != got.LastSeq || now.Priority != "urgent" {
		t.Errorf("refused: got %+v, want it as before", now)
	}
	events := get[EventPage](h, h.anna, at+"/messages").Items
	var told []string
	for _, e := range events[2:] {
		told = append(told, e.Kind+" "+e.Priority+strings.Join(e.Added, ",")+" "+strings.Join(e.Removed, ",")+" "+e.Audience+e.Text)
	}
	if want := []string{"tagged big order,vip  agents", "prioritised urgent  agents", "tagged refund vip agents"}; !slices.Equal(told, want) {
		t.Errorf("events: got %q, want %q", told, want)
	}
}

func TestUnansweredC14(t *testing.T) {
	t.Parallel()
	h := open(t)
	at := "/api/v1/sessions/" + h.said(h.support, "Carla", "hello").String()
	refused(t, h.call(h.anna, "POST", at+"/unanswered", Versioned{Version: 7}), http.StatusConflict, "taken", "")
	if got := post[Session](h, h.anna, at+"/unanswered", "", http.StatusOK); got.State != "ended" || got.Outcome != "unanswered" {
		t.Errorf("got %+v", got)
	}
	refused(t, h.call(h.anna, "POST", at+"/unanswered", "{}"), http.StatusConflict, "ended", "")
}

func TestATransferC6(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "hello")
	at := "/api/v1/sessions/" + id.String()
	h.do(h.anna, core.Take{Session: id})
	said := h.noted(h.anna, id)
	if got := get[List[Department]](h, h.anna, "/api/v1/departments?all=true").Items; len(got) < 2 {
		t.Errorf("where it can go: got %+v, want also what is not Anna's", got)
	}
	refused(t, h.call(h.anna, "POST", at+"/transfer", Move{Department: h.support.ID.String()}), http.StatusUnprocessableEntity, "invalid", "department")
	refused(t, h.call(h.anna, "POST", at+"/transfer", Move{Department: "dep_1"}), http.StatusUnprocessableEntity, "invalid", "department")
	refused(t, h.call(h.anna, "POST", at+"/transfer", Move{Department: "CANARY"}), http.StatusUnprocessableEntity, "invalid", "department")

	address := h.listen()
	anna, eve := h.watch(address, h.anna), h.watch(address, h.eve)
	anna.follow(id)
	eve.counters(func(c Counters) bool { return c.Unassigned == 0 })
	for range 2 {
		r := h.request(h.anna, "POST", at+"/transfer", Move{Department: h.sales.ID.String()})
		r.Header.Set("Idempotency-Key", "once")
		if w := h.send(r); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
	}
	f := anna.until("the transfer", func(f frame) bool { return f.Type == "events" && len(f.Events) == 1 })
	if e := f.Events[0]; e.Kind != "transferred" || e.From == nil || *e.From != (Ref{h.support.ID.String(), "Support"}) || e.To == nil || *e.To != (Ref{h.sales.ID.String(), "Sales"}) ||
		e.Target == nil || e.Target.Name != "Anna Berg" || e.Audience != "agents" {
		t.Errorf("got %+v", e)
	}
	anna.until("the session to be gone", func(f frame) bool {
		return f.Type == "summaries" && slices.ContainsFunc(f.Sessions, func(row json.RawMessage) bool { return strings.Contains(string(row), `"gone":true`) })
	})
	eve.summary(id, func(s Session) bool {
		return s.State == "waiting" && s.Assignee == nil && s.Department == h.sales.ID.String() && len(s.Present) == 0
	})
	eve.counters(func(c Counters) bool { return c.Unassigned == 1 })
	if w := h.call(h.anna, "GET", at, nil); w.Code != http.StatusNotFound {
		t.Errorf("by the old department: got %d", w.Code)
	}
	// What was said before is there for the new department, its marks and all; what it was, not for the old one.
	refused(t, h.call(h.eve, "PATCH", "/api/v1/messages/"+said.String(), Amendment{Text: "x"}), http.StatusForbidden, "forbidden", "")
	refused(t, h.call(h.anna, "PATCH", "/api/v1/messages/"+said.String(), Amendment{Text: "x"}), http.StatusNotFound, "not_found", "")
	if got := get[EventPage](h, h.eve, at+"/messages").Items; len(got) != 5 {
		t.Errorf("the log in the new department: got %d events, want all 5", len(got))
	}
}
