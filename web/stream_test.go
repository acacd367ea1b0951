package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
)

func TestTheStreamTellsWhatHappens(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	id := h.said(h.support, "Carla", "hello")
	v := h.watch(address, h.anna)
	v.counters(func(c Counters) bool { return c.Unassigned == 1 && c.Badge == 0 })

	if got := v.follow(id); !slices.Equal(got, []string{id.String()}) {
		t.Fatalf("following: got %v, want %v", got, id)
	}
	h.said(h.support, "Carla", "anybody there?")
	if e := v.event(3); e.Text != "anybody there?" || e.Actor.Kind != "customer" || e.Session != id.String() {
		t.Errorf("event: got %+v", e)
	}
	v.summary(id, func(s Session) bool { return s.LastSeq == 3 && s.Unread == 2 })

	h.do(h.boris, core.Take{Session: id})
	if e := v.event(4); e.Kind != "taken" || e.Actor.Name != "Boris" {
		t.Errorf("event: got %+v, want taken by Boris", e)
	}
	v.summary(id, func(s Session) bool { return s.Assignee != nil && s.Assignee.Name == "Boris Lind" })
	v.counters(func(c Counters) bool { return c.Unassigned == 0 })

	h.do(h.sofia, core.Assign{Session: id, To: h.anna.Agent.ID})
	if e := v.event(5); e.Kind != "assigned" || e.Target == nil || *e.Target != (Ref{h.anna.Agent.ID.String(), "Anna Berg"}) {
		t.Errorf("event: got %+v, want assigned to Anna", e)
	}
	v.counters(func(c Counters) bool { return c.Unread == 1 && c.Badge == 1 })
	h.do(h.anna, core.Read{Session: id, Seq: 3}) // makes no event
	v.counters(func(c Counters) bool { return c.Unread == 0 && c.Badge == 0 })
	h.said(h.support, "Carla", "and another thing")
	v.counters(func(c Counters) bool { return c.Unread == 1 && c.Badge == 1 })

	other := h.said(h.support, "Dora", "not followed")
	v.summary(other, func(s Session) bool { return s.Preview == "not followed" })
	hidden := h.said(h.sales, "Emil", "not for Anna")
	last := h.said(h.support, "Dora", "the end")
	v.until("the end", func(f frame) bool {
		for _, e := range f.Events {
			if e.Session != id.String() {
				t.Errorf("event of a session that is not followed: got %+v", e)
			}
		}
		for _, s := range f.Sessions {
			if strings.Contains(string(s), hidden.String()) {
				t.Errorf("row of another department: got %s", s)
			}
			if strings.Contains(string(s), last.String()) && strings.Contains(string(s), "the end") {
				return true
			}
		}
		return false
	})
	v.say(`{"type":"ping"}`)
	v.next("pong")
}

func TestFollowIsBoundByScope(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.watch(h.listen(), h.anna)
	mine, theirs := h.said(h.support, "Carla", "hello"), h.said(h.sales, "Emil", "hello")
	if got := v.follow(mine, theirs, mine, core.SessionID(5)); !slices.Equal(got, []string{mine.String()}) {
		t.Errorf("following: got %v, want only %v", got, mine)
	}
	var many []core.SessionID
	for i := range 60 {
		many = append(many, h.said(h.support, fmt.Sprint("many", i), "hello"))
	}
	if got := v.follow(many...); len(got) != maxFollowed {
		t.Errorf("following: got %d, want %d", len(got), maxFollowed)
	}
	if got := v.follow(); len(got) != 0 {
		t.Errorf("following: got %v, want none", got)
	}
}

func TestTypingIsShownToOthers(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	id := h.said(h.support, "Carla", "hello")
	h.do(h.anna, core.Take{Session: id})
	anna, boris := h.watch(address, h.anna), h.watch(address, h.boris)
	anna.follow(id)
	boris.follow(id)
	anna.say(`{"type":"typing","session":"` + id.String() + `"}`)
	anna.say(`{"type":"typing","session":"` + id.String() + `"}`) // too soon: not told
	if f := boris.next("typing"); f.Session != id.String() || f.By != "agent" || f.Agent != h.anna.Agent.ID.String() || f.Name != "Anna" {
		t.Errorf("typing: got %+v, want Anna's", f)
	}
	channel := h.channels[h.support.ID]
	check(t, h.hub.Receive(t.Context(), core.Inbound{Channel: channel.ID, Department: h.support.ID, Verb: core.InboundTyping, Identity: "Carla", Conversation: "Carla"}))
	for _, v := range []*viewer{anna, boris} { // Anna is not told of herself, and Boris not twice
		if f := v.next("typing"); f.By != "customer" || f.Agent != "" || f.Name != "" {
			t.Errorf("typing: got %+v, want the customer's", f)
		}
	}
}

func TestComingBackLacksNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	v := h.watch(address, h.anna)
	first := h.said(h.support, "Carla", "hello")
	v.summary(first, func(Session) bool { return true })
	v.until("the cursor", func(f frame) bool { return f.Type == "events" })
	check(t, v.conn.NetConn().Close())

	missed := h.said(h.support, "Dora", "while away")
	back, _ := h.dial(address+"?after="+v.cursor, h.as(h.anna))
	hello := back.next("hello")
	if !*hello.Resumed || hello.Cursor != v.cursor {
		t.Errorf("hello: got %v at %s, want resumed at %s", *hello.Resumed, hello.Cursor, v.cursor)
	}
	back.cursor = hello.Cursor
	back.summary(missed, func(s Session) bool { return s.Preview == "while away" })
	for _, after := range []string{"", "nonsense", "msg_zzzzzzz", "ses_1"} {
		lost, _ := h.dial(address+"?after="+after, h.as(h.anna))
		if hello := lost.next("hello"); *hello.Resumed {
			t.Errorf("after %q: got resumed, want to be told to fetch everything", after)
		}
	}
}

// TestTheCursorWaitsForTheRows: whoever leaves at any moment comes back with a cursor before which nothing is missing,
// also when more changed than one frame takes.
func TestTheCursorWaitsForTheRows(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	v := h.watch(address, h.anna)
	h.said(h.support, "first", "hello")
	v.until("the cursor", func(f frame) bool { return f.Type == "events" })
	check(t, v.conn.NetConn().Close())

	changed := map[string]bool{}
	for i := range rowsPerFrame + 20 {
		changed[h.said(h.support, fmt.Sprint("customer ", i), "hello").String()] = true
	}
	back, _ := h.dial(address+"?after="+v.cursor, h.as(h.anna))
	back.cursor = back.next("hello").Cursor
	frames := 0
	back.until("the cursor", func(f frame) bool {
		for _, text := range f.Sessions {
			var row Session
			check(t, json.Unmarshal(text, &row))
			delete(changed, row.ID)
		}
		if len(f.Sessions) > 0 {
			frames++
		}
		return f.Type == "events"
	})
	if len(changed) != 0 || frames < 2 {
		t.Errorf("before the cursor moved: got %d frames, and %d rows are missing, want all in at least 2", frames, len(changed))
	}
}

// TestWhatCouldNotBePaidIsOwedAgain, and no part of a bill twice.
func TestWhatCouldNotBePaidIsOwedAgain(t *testing.T) {
	t.Parallel()
	f := &follower{stream: newStream(nil), held: 5, reached: 9, count: true, suspect: true, owed: map[core.SessionID]bool{1: true}}
	first := f.bill()
	if again := f.bill(); len(again.rows) != 0 || again.count || again.suspect {
		t.Errorf("second bill: got %+v, want an empty one", again)
	}
	first.unpaid()
	if again := f.bill(); len(again.rows) != 1 || !again.count || !again.suspect || !again.all || again.upTo != 9 {
		t.Errorf("bill after an unpaid one: got %+v, want all of it", again)
	}
}

func TestSettingsAreTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.watch(h.listen(), h.anna)
	h.write(func(w *store.Work) error {
		w.Tell(core.Event{Kind: core.EventChannelChanged, Department: h.support.ID, Audience: core.AgentsOnly, ActorKind: core.BySystem})
		w.Tell(core.Event{Kind: core.EventDepartmentChanged, Department: h.support.ID, Audience: core.AgentsOnly, ActorKind: core.BySystem})
		return nil
	})
	for _, want := range []string{"channel", "department"} {
		if f := v.next("changed"); f.What != want {
			t.Errorf("changed: got %s, want %s", f.What, want)
		}
	}
}

// TestSocketOrigins45 is SECURITY 45, and who may open a stream at all.
func TestSocketOrigins45(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	key, err := h.hub.AddKey(t.Context(), h.anna.Agent.Email, "robot", core.AllScope)
	check(t, err)
	tests := map[string]struct {
		origin []string
		cookie *person
		key    string
		want   int
	}{
		"our own page":                     {[]string{publicURL}, h.anna, "", 101},
		"another site":                     {[]string{"https://evil.example"}, h.anna, "", 403},
		"a sandboxed page":                 {[]string{"null"}, h.anna, "", 403},
		"a host that begins like ours":     {[]string{publicURL + ".evil.example"}, h.anna, "", 403},
		"a host that ends like ours":       {[]string{"http://evil127.0.0.1:8080"}, h.anna, "", 403},
		"another port":                     {[]string{"http://127.0.0.1:8081"}, h.anna, "", 403},
		"another scheme":                   {[]string{"https://127.0.0.1:8080"}, h.anna, "", 403},
		"an empty origin":                  {[]string{""}, h.anna, "", 403},
		"two origins":                      {[]string{publicURL, "https://evil.example"}, h.anna, "", 403},
		"a cookie that says nothing":       {nil, h.anna, "", 403},
		"a program with a key":             {nil, nil, key.Reveal(), 101},
		"another site with a key":          {[]string{"https://evil.example"}, nil, key.Reveal(), 403},
		"our own page, with a key as well": {[]string{publicURL}, h.left, key.Reveal(), 101},
		"nobody":                           {[]string{publicURL}, nil, "", 401},
		"nobody, and no page":              {nil, nil, "", 401},
		"an ended login":                   {[]string{publicURL}, h.left, "", 401},
		"a disabled agent":                 {[]string{publicURL}, h.gone, "", 401},
		"a wrong key":                      {nil, h.anna, core.NewToken().Reveal(), 401},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := h.as(tt.cookie)
			header["Origin"] = tt.origin
			if tt.origin == nil {
				header.Del("Origin")
			}
			if tt.key != "" {
				header.Set("Authorization", "Bearer "+tt.key)
			}
			v, got := h.dial(address, header)
			if got != tt.want {
				t.Errorf("status: got %d, want %d", got, tt.want)
			}
			if v != nil {
				v.next("hello")
			}
		})
	}
	w := h.call(h.anna, "GET", "/api/v1/events", nil)
	if w.Code != http.StatusUpgradeRequired {
		t.Errorf("without an upgrade: got %d, want %d", w.Code, http.StatusUpgradeRequired)
	}
}

// TestManyChangesAreFewFrames: rows are coalesced, the latest wins.
func TestManyChangesAreFewFrames(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.watch(h.listen(), h.anna)
	var id core.SessionID
	begin := time.Now()
	for i := range 100 {
		id = h.said(h.support, "Carla", fmt.Sprint("message ", i))
	}
	frames := 0
	v.until("the last message", func(f frame) bool {
		if f.Type == "summaries" {
			frames++
		}
		for _, s := range f.Sessions {
			if strings.Contains(string(s), id.String()) && strings.Contains(string(s), "message 99") {
				return true
			}
		}
		return false
	})
	if most := int(time.Since(begin)/roundEvery) + 2; frames > most {
		t.Errorf("frames: got %d in %v, want at most %d", frames, time.Since(begin), most)
	}
}

// TestOneTextForAllSockets: an event is encoded once, however many follow its session.
func TestOneTextForAllSockets(t *testing.T) {
	t.Parallel()
	s := newStream(&Server{names: &names{}})
	e := core.Event{ID: 7, Kind: core.EventMessage, Text: "hello"}
	first, again := s.encoded(&e), s.encoded(&e)
	if &first[0] != &again[0] {
		t.Error("encoded twice: got two texts, want one")
	}
	far := core.Event{ID: 7 + encodedEvents, Kind: core.EventMessage, Text: "later"}
	if text := string(s.encoded(&far)); !strings.Contains(text, "later") {
		t.Errorf("an event in the place of another: got %s", text)
	}
	unknown := core.Event{ID: 8, Kind: core.EventAssigned, Target: 5}
	_ = s.encoded(&unknown)
	s.server.names.known = map[core.AgentID]known{5: {name: "Anna Berg"}}
	if text := string(s.encoded(&unknown)); !strings.Contains(text, "Anna Berg") {
		t.Errorf("a name that was not known yet: got %s, want it told once it is", text)
	}
}
