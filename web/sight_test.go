package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
)

// discreet sets that operators of Support do not see what colleagues hold.
func (h *house) discreet(on bool) {
	h.t.Helper()
	body := map[string]any{"own": map[string]any{"sight": map[string]any{"colleagues": !on}}}
	answer[SettingsDocument](h.t, h.call(h.ada, "PUT", "/api/v1/departments/"+h.support.ID.String()+"/settings", body), http.StatusOK)
}

// TestC7NoRouteShowsWhatAColleagueHolds asks every route that names a session, or something in one, as an operator, of one that Boris holds.
func TestC7NoRouteShowsWhatAColleagueHolds(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.discreet(true)
	asked := 0
	for _, r := range h.server.routes() {
		path := strings.Replace(r.path, "{id}", "{held}", 1)
		named := slices.ContainsFunc([]string{"/sessions/{", "/messages/{", "/files/{", "/customers/{"}, func(s string) bool { return strings.Contains(path, s) })
		if !named || path == r.path {
			continue
		}
		asked++
		for _, method := range methodsOf(r) {
			t.Run(method+" "+path, func(t *testing.T) {
				t.Parallel()
				var body any
				if r.method != "GET" {
					body = h.bodyFor(r, method)
				}
				at := h.aim(path, method)
				refused(t, h.call(h.anna, r.method, at, body), http.StatusNotFound, "not_found", "")
				for _, who := range []*person{h.sofia, h.oleg, h.boris} {
					if w := h.call(who, r.method, at, body); w.Code == http.StatusNotFound && r.method == "GET" {
						t.Errorf("%s gets %d", who.Agent.Name, w.Code)
					}
				}
			})
		}
	}
	if asked < 20 {
		t.Errorf("asked %d routes: the test does not know them any more", asked)
	}
}

func TestC7ListsShowTheQueueAndOnesOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	waiting, held, mine := h.said(h.support, "a", "hello"), h.said(h.support, "b", "hello"), h.said(h.support, "c", "hello")
	h.do(h.boris, core.Take{Session: held})
	h.do(h.anna, core.Take{Session: mine})
	list := func(who *person, query string) (ids []string) {
		for _, s := range get[Page[Session]](h, who, "/api/v1/sessions"+query).Items {
			ids = append(ids, s.ID)
		}
		slices.Sort(ids)
		return ids
	}
	names := func(ids ...core.SessionID) []string {
		all := namesOf(ids)
		slices.Sort(all)
		return all
	}
	all, own := names(waiting, held, mine), names(waiting, mine)
	for _, query := range []string{"", "?state=open", "?department=" + h.support.ID.String()} {
		if got := list(h.anna, query); !slices.Equal(got, all) {
			t.Errorf("C7: on, as shipped: %q gives %v, want %v", query, got, all)
		}
	}
	h.discreet(true)
	for _, query := range []string{"", "?state=open", "?department=" + h.support.ID.String()} {
		if got := list(h.anna, query); !slices.Equal(got, own) {
			t.Errorf("C7: off: %q gives %v, want %v", query, got, own)
		}
		if got := list(h.sofia, query); !slices.Equal(got, all) {
			t.Errorf("C7: off: %q gives a supervisor %v, want %v", query, got, all)
		}
	}
	for _, query := range []string{"?state=active&assignee=" + h.boris.Agent.ID.String(), "?customer=" + h.customerOf(held)} {
		if got := list(h.anna, query); len(got) != 0 {
			t.Errorf("C7: off: %q gives %v, want nothing", query, got)
		}
	}
	at := "/api/v1/sessions/" + waiting.String()
	if got := post[Session](h, h.anna, at+"/assign", Assignment{Agent: h.boris.Agent.ID.String()}, http.StatusOK); got.State != "pending" {
		t.Errorf("giving what waits to a colleague is answered with %+v", got)
	}
	refused(t, h.call(h.anna, "GET", at, nil), http.StatusNotFound, "not_found", "")
}

// TestC7WhatBecomesSomebodysIsWithdrawn: a socket of who sees only their own says nothing of what a colleague holds, from the moment on that it is theirs.
func TestC7WhatBecomesSomebodysIsWithdrawn(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.discreet(true)
	address := h.listen()
	id := h.said(h.support, "Carla", "hello")
	v, all := h.watch(address, h.anna), h.watch(address, h.sofia)
	if got := v.follow(id); len(got) != 1 {
		t.Fatalf("following what waits: got %v", got)
	}
	h.said(h.support, "Carla", "anybody there?")
	if e := v.event(3); e.Text != "anybody there?" {
		t.Errorf("while it waits: got %+v", e)
	}
	v.summary(id, func(s Session) bool { return s.LastSeq == 3 })

	h.do(h.boris, core.Take{Session: id})
	gone := `{"id":"` + id.String() + `","gone":true}`
	v.until("it is gone", func(f frame) bool { return len(f.Sessions) == 1 && string(f.Sessions[0]) == gone })
	v.counters(func(c Counters) bool { return c.Unassigned == 0 })
	heard := len(v.heard)
	h.do(h.boris, core.Say{Session: id, Text: "a secret answer"})
	h.said(h.support, "Carla", "a secret question")
	h.do(h.boris, core.Typing{Session: id})
	h.do(h.boris, core.Note{Session: id, Text: "a secret note"})
	h.do(h.boris, core.Read{Session: id, Seq: 7})
	h.do(h.sofia, core.Assign{Session: id, To: h.oleg.Agent.ID})
	if got := v.follow(id); len(got) != 0 {
		t.Errorf("following what a colleague holds: got %v", got)
	}
	other := h.said(h.support, "Dora", "the end")
	v.summary(other, func(s Session) bool { return s.Preview == "the end" })
	time.Sleep(2 * roundEvery)
	v.say(`{"type":"ping"}`)
	v.next("pong")
	for _, text := range v.heard[heard:] {
		if strings.Contains(string(text), id.String()) || strings.Contains(string(text), "secret") {
			t.Errorf("heard of what a colleague holds: %s", text)
		}
	}
	all.summary(id, func(s Session) bool { return s.Assignee != nil && s.Assignee.Name == "Oleg Novak" })

	h.do(h.oleg, core.Take{Session: id})
	h.do(h.oleg, core.Release{Session: id})
	v.summary(id, func(s Session) bool { return s.State == "waiting" && s.Assignee == nil && s.LastSeq > 7 })
	if got := v.follow(id); len(got) != 1 {
		t.Errorf("following what has been released: got %v", got)
	}
	h.do(h.anna, core.Take{Session: id})
	v.summary(id, func(s Session) bool { return s.State == "active" })
	h.do(h.anna, core.Say{Session: id, Text: "mine now"})
	v.until("my answer", func(f frame) bool {
		return slices.ContainsFunc(f.Events, func(e Event) bool { return e.Text == "mine now" })
	})
	h.do(h.boris, core.Assign{Session: id, To: h.boris.Agent.ID})
	h.do(h.boris, core.End{Session: id})
	v.summary(id, func(s Session) bool { return s.State == "ended" }) // D2: she took part in it
}

// TestC7ASocketOfBeforeEnds: who was shown everything is not, from the change on.
func TestC7ASocketOfBeforeEnds(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	v, sofia := h.watch(address, h.anna), h.watch(address, h.sofia)
	v.next("summaries")
	h.discreet(true)
	v.endsWithin(atOnce, 4403)
	v = h.watch(address, h.anna)
	v.next("summaries")
	h.discreet(false)
	v.endsWithin(atOnce, 4403)
	sofia.say(`{"type":"ping"}`)
	sofia.next("pong")
}

// TestG4GroupsCountAtOnce: what a group gives or takes holds for open sockets and for the next request.
func TestG4GroupsCountAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.discreet(true)
	address := h.listen()
	held := h.said(h.support, "Carla", "hello")
	h.do(h.boris, core.Take{Session: held})
	at := "/api/v1/sessions/" + held.String()
	v, ada, eve := h.watch(address, h.anna), h.watch(address, h.ada), h.watch(address, h.eve)
	v.next("summaries")
	refused(t, h.call(h.anna, "GET", at, nil), http.StatusNotFound, "not_found", "")

	top := post[Group](h, h.ada, "/api/v1/groups", GroupChange{Name: "Leads", Permissions: []string{}, Members: []string{}}, http.StatusCreated)
	below := post[Group](h, h.ada, "/api/v1/groups", GroupChange{Name: "Seconds", Parent: top.ID, Permissions: []string{}, Members: []string{h.anna.Agent.ID.String()}}, http.StatusCreated)
	if f := ada.next("changed"); f.What != "group" {
		t.Errorf("an admin hears %q", f.What)
	}
	change := top.GroupChange
	change.Permissions = []string{"see_all_sessions"}
	answer[Group](t, h.call(h.ada, "PUT", "/api/v1/groups/"+top.ID, change), http.StatusOK)
	v.endsWithin(atOnce, 4403)
	get[SessionDetail](h, h.anna, at)
	if got := get[Me](h, h.anna, "/api/v1/me").Permissions; !slices.Equal(got, []string{"use_chat", "block_customers", "see_all_sessions"}) {
		t.Errorf("she may %v", got)
	}
	if all := get[List[Group]](h, h.ada, "/api/v1/groups").Items; len(all) != 3 || !slices.Equal(all[2].Inherited, change.Permissions) {
		t.Errorf("groups: got %+v", all)
	}

	v = h.watch(address, h.anna)
	v.next("summaries")
	if w := h.call(h.ada, "DELETE", "/api/v1/groups/"+below.ID, "{}"); w.Code != http.StatusNoContent {
		t.Fatalf("removing: got %d %s", w.Code, w.Body)
	}
	v.endsWithin(atOnce, 4403)
	refused(t, h.call(h.anna, "GET", at, nil), http.StatusNotFound, "not_found", "")

	v = h.watch(address, h.anna)
	v.next("summaries")
	answer[Group](t, h.call(h.ada, "PUT", "/api/v1/groups/grp_1", GroupChange{Name: "Everybody", Permissions: []string{}, Members: []string{}}), http.StatusOK)
	v.endsWithin(atOnce, 4403) // S1.16: without the permission there is no chat
	eve.endsWithin(atOnce, 4403)
	if got := get[Me](h, h.anna, "/api/v1/me"); len(got.Roles) != 0 || len(got.Permissions) != 0 {
		t.Errorf("S1.16: got %+v", got)
	}
	if got := get[Page[Session]](h, h.sofia, "/api/v1/sessions").Items; len(got) != 0 {
		t.Errorf("S1.16: a supervisor without the permission sees %v", got)
	}
	refused(t, h.call(h.ada, "PUT", "/api/v1/groups/"+top.ID, GroupChange{Name: "Leads", Parent: top.ID, Permissions: []string{}, Members: []string{}}), http.StatusUnprocessableEntity, "invalid", "parent")
	refused(t, h.call(h.ada, "PUT", "/api/v1/agents/"+h.anna.Agent.ID.String()+"/permissions", `{"given":["fly"]}`), http.StatusUnprocessableEntity, "invalid", "given[0]")
}
