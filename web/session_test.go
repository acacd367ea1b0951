package web

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
)

func TestASessionFromFirstWordToItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "Where is my order?")
	at := "/api/v1/sessions/" + id.String()

	s := get[SessionDetail](h, h.anna, at)
	if s.ID != id.String() || s.Number != 1 || s.Department != h.support.ID.String() || s.Channel.Kind != "widget" || s.Channel.Slug != "support-widget" ||
		s.Customer.Name != "Carla" || !strings.HasPrefix(s.Customer.ID, "cus_") || s.State != "waiting" || s.Outcome != "" || s.Assignee != nil ||
		s.Version != 1 || s.LastSeq != 2 || s.Messages != 1 || s.Unread != 1 || s.ReadSeq != 0 || s.Connected || s.EndedAt != nil ||
		s.WaitingSince == nil || s.FirstReplyAt != nil || s.Preview != "Where is my order?" || len(s.Participants) != 0 {
		t.Errorf("session: got %+v", s)
	}
	if began, err := time.Parse(time.RFC3339Nano, s.StartedAt); err != nil || time.Since(began) > time.Minute || !strings.HasSuffix(s.StartedAt, "Z") || len(s.StartedAt) != len("2026-01-02T15:04:05.000000Z") {
		t.Errorf("started_at: got %q, want now in UTC with microseconds", s.StartedAt)
	}

	taken := post[Session](h, h.anna, at+"/take", "{}", http.StatusOK)
	if taken.State != "active" || taken.Assignee == nil || *taken.Assignee != (Ref{h.anna.Agent.ID.String(), "Anna Berg"}) || taken.Version <= s.Version {
		t.Errorf("taken: got %+v", taken)
	}
	p := refused(t, h.call(h.boris, "POST", at+"/take", "{}"), http.StatusConflict, "taken", "")
	if p.Winner != "Anna Berg" {
		t.Errorf("winner: got %q, want Anna Berg", p.Winner)
	}
	p = refused(t, h.call(h.sofia, "POST", at+"/end", Versioned{Version: 1}), http.StatusConflict, "taken", "")
	if p.Winner != "Anna Berg" {
		t.Errorf("winner over a version: got %q, want Anna Berg", p.Winner)
	}

	said := post[Event](h, h.anna, at+"/messages", Message{ClientID: "c-1", Kind: "reply", Text: "Let me look."}, http.StatusCreated)
	again := post[Event](h, h.anna, at+"/messages", Message{ClientID: "c-1", Kind: "reply", Text: "Let me look."}, http.StatusOK)
	if !reflect.DeepEqual(said, again) || said.Kind != "message" || said.Audience != "everyone" || said.Text != "Let me look." || said.ClientID != "c-1" || said.Session != id.String() ||
		said.Actor != (Who{"agent", h.anna.Agent.ID.String(), "Anna"}) || !strings.HasPrefix(said.ID, "msg_") || said.Target != nil {
		t.Errorf("said: got %+v, and again %+v", said, again)
	}
	refused(t, h.call(h.anna, "POST", at+"/messages", Message{ClientID: "c-1", Kind: "reply", Text: "Something else."}), http.StatusUnprocessableEntity, "invalid", "client_id")
	note := post[Event](h, h.boris, at+"/messages", Message{ClientID: "c-1", Kind: "note", Text: "VIP"}, http.StatusCreated)
	if note.Audience != "agents" || note.Text != "VIP" {
		t.Errorf("note: got %+v", note)
	}

	given := post[Session](h, h.sofia, at+"/assign", Assignment{Agent: h.boris.Agent.ID.String(), Version: taken.Version}, http.StatusOK)
	if given.State != "pending" || given.Assignee.Name != "Boris Lind" {
		t.Errorf("assigned: got %+v", given)
	}
	post[Session](h, h.boris, at+"/join", "{}", http.StatusOK)
	post[Session](h, h.anna, at+"/join", "", http.StatusOK) // no body is an empty one
	if got := get[SessionDetail](h, h.anna, at).Participants; len(got) != 2 || got[0].Name+got[1].Name != "Boris LindAnna Berg" && got[0].Name+got[1].Name != "Anna BergBoris Lind" {
		t.Errorf("participants: got %+v, want Anna and Boris", got)
	}
	post[Session](h, h.anna, at+"/leave", "{}", http.StatusOK)
	read := post[Session](h, h.boris, at+"/read", ReadMark{Seq: given.LastSeq}, http.StatusOK)
	if read.Unread != 0 || read.ReadSeq != given.LastSeq {
		t.Errorf("read: got unread %d and mark %d, want 0 and %d", read.Unread, read.ReadSeq, given.LastSeq)
	}
	if w := h.call(h.boris, "POST", at+"/typing", "{}"); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
		t.Errorf("typing: got %d %s", w.Code, w.Body)
	}
	ended := post[Session](h, h.boris, at+"/end", "{}", http.StatusOK)
	if ended.State != "ended" || ended.Outcome != "completed_by_operator" || ended.EndedAt == nil || ended.WaitingSince != nil {
		t.Errorf("ended: got %+v", ended)
	}
	refused(t, h.call(h.boris, "POST", at+"/messages", Message{ClientID: "c-9", Kind: "reply", Text: "Bye"}), http.StatusConflict, "ended", "")

	var kinds []string
	events := get[EventPage](h, h.sofia, at+"/messages")
	for i, e := range events.Items {
		kinds = append(kinds, e.Kind)
		if e.Seq != int64(i+1) {
			t.Errorf("seq of event %d: got %d", i+1, e.Seq)
		}
		if e.Kind == "assigned" && (e.Target == nil || *e.Target != (Ref{h.boris.Agent.ID.String(), "Boris Lind"})) {
			t.Errorf("target of assigned: got %+v, want Boris", e.Target)
		}
		if e.Kind == "ended" && e.Outcome != "completed_by_operator" || e.Actor.Kind == "customer" && e.Actor != (Who{Kind: "customer"}) {
			t.Errorf("event: got %+v", e)
		}
	}
	if want := "started message taken message message assigned joined joined left ended"; strings.Join(kinds, " ") != want || events.More {
		t.Errorf("events: got %v and more %v, want %s", kinds, events.More, want)
	}
}

func TestPagesOfEvents(t *testing.T) {
	t.Parallel()
	h := open(t)
	var id core.SessionID
	for i := range 9 {
		id = h.said(h.support, "Carla", fmt.Sprint("message ", i))
	}
	tests := map[string]struct {
		query string
		want  []int64
		more  bool
	}{
		"the newest":         {"?limit=3", []int64{8, 9, 10}, true},
		"before those":       {"?limit=3&before_seq=8", []int64{5, 6, 7}, true},
		"the beginning":      {"?limit=5&before_seq=5", []int64{1, 2, 3, 4}, false},
		"after a place":      {"?limit=3&after_seq=2", []int64{3, 4, 5}, true},
		"up to the end":      {"?limit=3&after_seq=7", []int64{8, 9, 10}, false},
		"nothing after that": {"?after_seq=10", nil, false},
		"all":                {"", []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := get[EventPage](h, h.anna, "/api/v1/sessions/"+id.String()+"/messages"+tt.query)
			var got []int64
			for _, e := range page.Items {
				got = append(got, e.Seq)
			}
			if !slices.Equal(got, tt.want) || page.More != tt.more || page.Items == nil {
				t.Errorf("page: got %v and more %v, want %v and %v", got, page.More, tt.want, tt.more)
			}
		})
	}
}

func TestListsOfSessions(t *testing.T) {
	t.Parallel()
	h := open(t)
	names := map[string]string{}
	for _, name := range []string{"first", "second", "third", "fourth"} {
		names[h.said(h.support, name, "hello").String()] = name
	}
	byName := func(want string) core.SessionID {
		for id, name := range names {
			if name == want {
				s, err := core.ParseID[core.SessionID](id)
				check(t, err)
				return s
			}
		}
		t.Fatalf("no session %s", want)
		return 0
	}
	h.do(h.anna, core.Take{Session: byName("second")})
	h.do(h.boris, core.Take{Session: byName("third")})
	h.do(h.anna, core.Join{Session: byName("third")})
	h.do(h.sofia, core.Assign{Session: byName("fourth"), To: h.anna.Agent.ID})
	h.do(h.anna, core.End{Session: byName("second")})
	tests := map[string]struct{ query, want string }{
		"all, newest first":                     {"", "fourth third second first"},
		"the queue":                             {"?assignee=none", "first"},
		"the queue by state":                    {"?state=waiting", "first"},
		"the queue, twice said":                 {"?state=waiting,active&assignee=none", "first"},
		"what nobody holds and yet is active":   {"?state=active&assignee=none", ""},
		"mine":                                  {"?assignee=me", "fourth second"},
		"open ones":                             {"?state=open", "fourth third first"},
		"open ones and ended ones are all":      {"?state=waiting,open,ended", "fourth third second first"},
		"open ones that nobody holds":           {"?state=open&assignee=none", "first"},
		"mine, still open":                      {"?assignee=me&state=pending,active", "fourth"},
		"mine, open by its one word":            {"?assignee=me&state=open", "fourth"},
		"of a colleague":                        {"?assignee=" + h.boris.Agent.ID.String(), "third"},
		"those I took part in":                  {"?participant=me", "third second"},
		"ended ones that I took part in":        {"?participant=me&state=ended", "second"},
		"of a department":                       {"?department=" + h.support.ID.String(), "fourth third second first"},
		"a state named twice narrows as it did": {"?state=ended,ended", "second"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			page := get[Page[Session]](h, h.anna, "/api/v1/sessions"+tt.query)
			for _, s := range page.Items {
				got = append(got, names[s.ID])
			}
			if strings.Join(got, " ") != tt.want || page.Next != "" {
				t.Errorf("sessions: got %v and next %q, want %s", got, page.Next, tt.want)
			}
		})
	}
	t.Run("page by page", func(t *testing.T) {
		t.Parallel()
		var got []string
		next := ""
		for range 4 {
			page := get[Page[Session]](h, h.anna, "/api/v1/sessions?limit=1&after="+next)
			got = append(got, names[page.Items[0].ID])
			next = page.Next
		}
		if strings.Join(got, " ") != "fourth third second first" || next != "" {
			t.Errorf("pages: got %v and next %q", got, next)
		}
	})
}

// TestCountersC10 is the worked table of RULES S3.3.
func TestCountersC10(t *testing.T) {
	t.Parallel()
	h := open(t)
	one, two, three := h.said(h.support, "1", "a"), h.said(h.support, "2", "a"), h.said(h.support, "3", "a")
	h.do(h.anna, core.Take{Session: one})
	h.do(h.oleg, core.Take{Session: two})
	h.do(h.anna, core.Take{Session: three})
	h.do(h.anna, core.Read{Session: three, Seq: 2})
	h.said(h.support, "4", "a")
	h.said(h.support, "5", "a")
	tests := map[*person][3]int64{h.anna: {1, 2, 1}, h.sofia: {0, 2, 2}, h.oleg: {1, 2, 3}, h.boris: {0, 2, 0}, h.eve: {0, 0, 0}, h.ada: {0, 0, 0}}
	for who, want := range tests {
		c := get[Counters](h, who, "/api/v1/counters")
		if got := [3]int64{c.Unread, c.Unassigned, c.Badge}; got != want || c.Departments == nil {
			t.Errorf("%s: got unread, unassigned, badge %v, want %v", who.Agent.Name, got, want)
		}
	}
}

func TestPeopleAndDepartments(t *testing.T) {
	t.Parallel()
	h := open(t)
	me := get[Me](h, h.ada, "/api/v1/me")
	if !me.Admin || me.Roles == nil || len(me.Roles) != 0 || me.Email != "ada@example.test" || me.PublicName != "Ada" {
		t.Errorf("an admin without a role: got %+v", me)
	}
	me = get[Me](h, h.oleg, "/api/v1/me")
	want := Role{Department{h.support.ID.String(), "support", "Support", "Europe/Berlin"}, true, true}
	if len(me.Roles) != 1 || me.Roles[0] != want {
		t.Errorf("roles: got %+v, want %+v", me.Roles, want)
	}
	if got := get[List[Department]](h, h.eve, "/api/v1/departments").Items; len(got) != 1 || got[0].Name != "Sales" {
		t.Errorf("departments: got %+v, want Sales", got)
	}
	var names []string
	for _, a := range get[List[Colleague]](h, h.anna, "/api/v1/agents?department="+h.support.ID.String()).Items {
		names = append(names, fmt.Sprintf("%s (%s) %v %v", a.Name, a.PublicName, a.Operator, a.Supervisor))
	}
	if want := []string{"Anna Berg (Anna) true false", "Boris Lind (Boris) true false", "Left Out (Left) true true", "Oleg Novak (Oleg) true true", "Sofia Marin (Sofia) false true"}; !slices.Equal(names, want) {
		t.Errorf("agents: got %q, want %q", names, want)
	}
}

func TestTheSameKeyDoesADeedOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "Carla", "hello")
	release := func(key, body string) int {
		r := h.request(h.sofia, "POST", "/api/v1/sessions/"+id.String()+"/release", body)
		r.Header.Set("Idempotency-Key", key)
		return h.send(r).Code
	}
	h.do(h.anna, core.Take{Session: id})
	if got := release("k1", "{}"); got != http.StatusOK {
		t.Fatalf("release: got %d", got)
	}
	h.do(h.anna, core.Take{Session: id})
	if got := release("k1", "{}"); got != http.StatusOK {
		t.Fatalf("the same again: got %d", got)
	}
	if s := get[SessionDetail](h, h.anna, "/api/v1/sessions/"+id.String()); s.State != "active" {
		t.Errorf("state: got %s, want active: it was released before Anna took it again", s.State)
	}
	if got := release("k1", `{"version":3}`); got != http.StatusUnprocessableEntity {
		t.Errorf("the key for something else: got %d, want %d", got, http.StatusUnprocessableEntity)
	}
}

func TestS4_15_WhereASessionStandsInTheQueueA6(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, second, third := h.said(h.support, "first", "hi"), h.said(h.support, "second", "hi"), h.said(h.support, "third", "hi")
	h.said(h.sales, "elsewhere", "hi")
	h.do(h.sofia, core.Assign{Session: second, To: h.boris.Agent.ID})
	for id, want := range map[core.SessionID]int64{first: 1, second: 2, third: 3} {
		if got := get[SessionDetail](h, h.anna, "/api/v1/sessions/"+id.String()).Queue; got == nil || *got != (QueuePlace{Place: want, Of: 3}) {
			t.Errorf("got %+v, want place %d of 3", got, want)
		}
	}
	h.do(h.anna, core.Take{Session: first})
	for _, s := range get[Page[Session]](h, h.anna, "/api/v1/sessions").Items {
		want := map[string]int64{second.String(): 1, third.String(): 2}[s.ID]
		if (s.Queue == nil) != (want == 0) || want != 0 && (s.Queue.Place != want || s.Queue.Of != 2) {
			t.Errorf("%s, %s: got %+v, want place %d of 2", s.ID, s.State, s.Queue, want)
		}
	}
}
