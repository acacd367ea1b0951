package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/hub"
	"parley/core/store"
)

func TestG5_AdminsReadTheAuditLog(t *testing.T) {
	t.Parallel()
	h := open(t)
	of := "/api/v1/departments/" + h.support.ID.String() + "/settings"
	for _, site := range []string{"600", "60"} {
		answer[SettingsDocument](t, h.call(h.ada, "PUT", of, `{"own": {"auto_close": {"site": `+site+`}}}`), http.StatusOK)
	}
	post[AddedChannel](h, h.ada, "/api/v1/channels", NewChannel{Kind: "widget", Name: "third", Department: h.support.ID.String()}, http.StatusCreated)
	read := func(query string) Page[AuditEntry] { return get[Page[AuditEntry]](h, h.ada, "/api/v1/audit"+query) }

	all := read("?actor=me")
	if len(all.Items) != 3 || all.Next != "" || all.Items[0].Action != "channel.added" {
		t.Fatalf("got %+v, want three changes, the newest first", all)
	}
	e := all.Items[1]
	if e.Actor != (AuditActor{Kind: "agent", ID: h.ada.Agent.ID.String(), Name: "Ada Root"}) || e.Subject != (AuditSubject{"settings", h.support.ID.String()}) ||
		e.Action != "settings.changed" || e.No != all.Items[0].No-1 || len(e.Changes) != 1 || e.Changes["auto_close.site"] != (AuditChange{600.0, 60.0}) {
		t.Errorf("got %+v", e)
	}
	for query, want := range map[string]int{
		"?action=settings.changed":                                  2,
		"?subject=" + h.support.ID.String():                         3, // it was added, too
		"?actor=" + h.anna.Agent.ID.String():                        0,
		"?actor=me&from=2020-01-01T00:00:00Z":                       3,
		"?actor=me&to=2020-01-01T00:00:00Z":                         0,
		"?actor=me&action=channel.added&limit=1":                    1,
		"?action=settings.changed&from=2999-01-01T00:00:00%2B01:00": 0,
	} {
		if got := read(query); len(got.Items) != want {
			t.Errorf("%s: got %d entries, want %d", query, len(got.Items), want)
		}
	}
	var turned []int64
	for page := read("?limit=2"); ; page = read("?limit=2&after=" + page.Next) {
		for _, e := range page.Items {
			turned = append(turned, e.No)
		}
		if page.Next == "" {
			break
		}
	}
	if len(turned) < 5 || !slices.IsSortedFunc(turned, func(a, b int64) int { return int(b - a) }) || turned[len(turned)-1] != 1 {
		t.Errorf("page by page: got %v", turned)
	}
	for query, field := range map[string]string{
		"?actor=CANARY": "actor", "?action=CANARY": "action", "?from=CANARY": "from", "?to=2026": "to", "?after=CANARY": "after", "?after=-1": "after", "?limit=101": "limit",
	} {
		refused(t, h.call(h.ada, "GET", "/api/v1/audit"+query, nil), http.StatusUnprocessableEntity, "invalid", field)
	}
}

// readings gives who has read what of others, the oldest first.
func (h *house) readings() (all []string) {
	h.t.Helper()
	for _, e := range get[Page[AuditEntry]](h, h.ada, "/api/v1/audit?action=transcript.read").Items {
		all = append([]string{e.Actor.Name + " " + e.Subject.ID}, all...)
	}
	return all
}

func (h *house) reads(what string, want ...string) {
	h.t.Helper()
	if got := h.readings(); !slices.Equal(got, want) {
		h.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// G5, G2: by whatever way the transcript comes to who is not in it, it is noted before it comes.
func TestG5_EveryWayToOthersTranscriptsIsNoted(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	waiting, held := h.said(h.support, "Carla", "hello"), h.said(h.support, "Dora", "hello")
	h.do(h.boris, core.Take{Session: held})
	file := h.sent(h.boris, held, "note", h.brought(h.boris, "a.txt", "for us")).Media[0].File
	messages := func(id core.SessionID) string { return "/api/v1/sessions/" + id.String() + "/messages" }
	ok := func(who *person, path string) {
		t.Helper()
		if w := h.call(who, "GET", path, nil); w.Code != http.StatusOK {
			t.Fatalf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
	ok(h.boris, messages(held))
	ok(h.boris, "/api/v1/files/"+file)
	ok(h.anna, messages(waiting))
	ok(h.anna, "/api/v1/sessions/"+held.String()) // its row, as lists show it
	ok(h.anna, "/api/v1/sessions")
	h.call(h.eve, "GET", messages(held), nil)
	boris, anna := h.watch(address, h.boris), h.watch(address, h.anna)
	boris.follow(held, waiting)
	anna.follow(waiting)
	h.reads("one's own, the queue, and what is not to be seen")

	ok(h.anna, "/api/v1/files/"+file)
	h.reads("a file", "Anna Berg "+held.String())
	ok(h.sofia, messages(waiting))
	h.reads("a supervisor", "Anna Berg "+held.String(), "Sofia Marin "+waiting.String())
	h.watch(address, h.oleg).follow(waiting, held)
	h.reads("the stream", "Anna Berg "+held.String(), "Sofia Marin "+waiting.String(), "Oleg Novak "+held.String())

	h.do(h.oleg, core.Take{Session: waiting})
	for _, v := range []*viewer{anna, boris} { // who looked on while it was taken
		v.summary(waiting, func(s Session) bool { return s.State == "active" })
	}
	got := h.readings()
	for _, name := range []string{"Anna Berg ", "Boris Lind "} {
		if !slices.Contains(got, name+waiting.String()) {
			t.Errorf("what others have taken: got %v, want %s among them", got, name)
		}
	}
	if len(got) != 5 {
		t.Errorf("got %v, want 5 readings", got)
	}
}

// G5, C7: who is shown nothing more of what a colleague holds reads nothing; who goes on to see it, from wherever it comes, is noted.
func TestG5_FollowersAreNotedOfWhatTheySee(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.discreet(true)
	ines := h.agent("Ines Roth", core.Roles{h.support.ID: core.Operator, h.sales.ID: core.Supervisor})
	taken, moved := h.said(h.support, "Carla", "hello"), h.said(h.support, "Dora", "hello")
	v := h.watch(h.listen(), ines)
	v.follow(taken, moved)
	h.do(h.boris, core.Take{Session: taken})
	v.until("it is gone", func(f frame) bool {
		return len(f.Sessions) == 1 && strings.Contains(string(f.Sessions[0]), `"gone":true`)
	})
	h.do(h.oleg, core.Transfer{Session: moved, To: h.sales.ID})
	v.summary(moved, func(s Session) bool { return s.Department == h.sales.ID.String() })
	h.reads("what she supervises now, and not what Boris holds", "Ines Roth "+moved.String())
}

// G5: words of others' sessions that a search shows are a reading; names are in lists too.
func TestG5_WhatASearchShowsIsNoted(t *testing.T) {
	t.Parallel()
	h := open(t)
	waiting, held, other := h.said(h.support, "Carla", "a lamp"), h.said(h.support, "Dora", "a lamp, too"), h.said(h.support, "Emil", "a chair")
	h.do(h.boris, core.Take{Session: held})
	h.do(h.boris, core.Take{Session: other})
	h.index()
	find := func(who *person, query string) {
		t.Helper()
		if got := get[FoundPage](h, who, "/api/v1/search?"+query).Items; len(got) == 0 {
			t.Errorf("%s: nothing was found", query)
		}
	}
	find(h.anna, "q=dora")
	find(h.boris, "in=messages&q=lamp")
	h.reads("names, one's own and the queue")
	find(h.anna, "in=messages&q=lamp")
	h.reads("messages", "Anna Berg "+held.String())
	find(h.sofia, "in=session&q=lamp&session="+waiting.String())
	h.reads("one session's", "Anna Berg "+held.String(), "Sofia Marin "+waiting.String())
}

// What cannot be noted is not shown to strangers; all others go on.
func TestG5_WhatCannotBeNotedIsNotRead(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *Config) {
		stopped := store.NewWriter(c.Store, func(core.Committed) {})
		over, stop := context.WithCancel(context.Background())
		stop()
		check(t, stopped.Run(over))
		var err error
		c.Hub, err = hub.New(hub.Config{
			Writer: stopped, Store: c.Store, Hints: func(core.Hint) {}, Can: c.Can, IDs: &core.IDMaker{}, Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		})
		check(t, err)
	})
	held := h.said(h.support, "Dora", "hello")
	h.do(h.boris, core.Take{Session: held})
	path := "/api/v1/sessions/" + held.String() + "/messages"
	w := h.call(h.anna, "GET", path, nil)
	refused(t, w, http.StatusServiceUnavailable, "unavailable", "")
	if strings.Contains(w.Body.String(), "hello") || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %s", w.Body)
	}
	get[EventPage](h, h.boris, path)
	h.index()
	refused(t, h.call(h.anna, "GET", "/api/v1/search?in=messages&q=hello", nil), http.StatusServiceUnavailable, "unavailable", "")
	get[FoundPage](h, h.boris, "/api/v1/search?in=messages&q=hello")
	address := h.listen()
	h.watch(address, h.boris).follow(held)
	anna := h.watch(address, h.anna)
	anna.say(`{"type":"follow","sessions":["` + held.String() + `"]}`)
	anna.ends(1011)
}
