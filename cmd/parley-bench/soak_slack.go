package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"parley/core"
)

// slackTeam is the workspace in which everybody is.
const slackTeam = "T1SOAK"

// slackNet is a Slack with some apps: its Web API as far as the program uses it, behind a fate. https://docs.slack.dev/reference/methods
type slackNet struct {
	siege  *siege
	fate   *fate
	plant  string
	server *httptest.Server

	pending atomic.Int64 // events that no app has taken

	mu    sync.Mutex
	apps  []*slackApp
	last  int64        // timestamp given out, in microseconds
	posts []*slackPost // of all rooms, oldest first
	names []string     // of files
	byTS  map[string]*slackPost
	told  map[string]int64 // whispers, by the beginning of what they say
	asked int64            // posts, for what is planted
}

// slackApp is an app in the workspace, with a room of its own.
type slackApp struct {
	net     *slackNet
	id      string // A…
	user    string // U…, its own
	room    string // C…
	bot     core.Secret
	app     core.Secret // of the mode socket
	signing core.Secret // of the mode events
	hook    string      // where it is called, in the mode events

	mu    sync.Mutex
	lines []*slackLine // its sockets, the newest last
	next  int          // envelope
	acks  map[string]chan json.RawMessage
}

// slackPost is a message.
type slackPost struct {
	ts, room, thread string
	parent           string // who has posted the root of the thread
	user             string // who has said it: a person, or an app
	app              string // of an app
	text             string
	blocks, metadata json.RawMessage
	files            []object
	deleted          bool
}

func newSlackNet(s *siege, f *fate, plant string) *slackNet {
	n := &slackNet{siege: s, fate: f, plant: plant, byTS: map[string]*slackPost{}, told: map[string]int64{}}
	n.server = httptest.NewServer(n)
	return n
}

func (n *slackNet) close() {
	for _, a := range n.apps {
		a.hangUp()
	}
	n.server.CloseClientConnections()
	n.server.Close()
}

// api is the address of the Web API.
func (n *slackNet) api() string { return n.server.URL + "/api/" }

// slackSpoilt is how many calls of an app go wrong. A 429 stops a whole room for a second.
const slackSpoilt = 0.025

func (n *slackNet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if app, ok := strings.CutPrefix(r.URL.Path, "/socket/"); ok {
		n.upgrade(w, r, app)
		return
	}
	if strings.HasPrefix(r.URL.Path, secretFiles) {
		n.hand(w, r)
		return
	}
	method := path.Base(r.URL.Path)
	body, _ := io.ReadAll(r.Body)
	form, err := url.ParseQuery(string(body))
	if err != nil {
		form = url.Values{}
	}
	token := form.Get("token")
	if token == "" {
		token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	m := n.fate.spoil(slackSpoilt)
	answer := object{}
	if m.acts() {
		answer = n.do(token, method, form)
	}
	text, err := json.Marshal(answer)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	n.fate.answer(w, m, text, `{"ok":false,"error":"ratelimited"}`)
}

func refusedBySlack(word string) object { return object{"ok": false, "error": word} }

// of gives the app of a token.
func (n *slackNet) of(token string) (a *slackApp, bot bool) {
	for _, a := range n.apps {
		switch token {
		case a.bot.Reveal():
			return a, true
		case a.app.Reveal():
			return a, false
		}
	}
	return nil, false
}

func (n *slackNet) do(token, method string, form url.Values) object {
	a, bot := n.of(token)
	if a == nil || bot == (method == "apps.connections.open") {
		return refusedBySlack("invalid_auth")
	}
	switch method {
	case "auth.test":
		return object{"ok": true, "team_id": slackTeam, "team": "Soak", "user_id": a.user, "user": "parley", "bot_id": "B" + a.id}
	case "bots.info":
		return object{"ok": true, "bot": object{"id": "B" + a.id, "app_id": a.id, "user_id": a.user}}
	case "apps.connections.open":
		return object{"ok": true, "url": strings.Replace(n.server.URL, "http", "ws", 1) + "/socket/" + a.id + "?ticket=" + slackTicket}
	case "users.info":
		id := form.Get("user")
		return object{"ok": true, "user": object{"id": id, "team_id": slackTeam, "name": id, "real_name": "Agent " + id}}
	case "conversations.open":
		return object{"ok": true, "channel": object{"id": "D" + form.Get("users")}}
	case "chat.postMessage":
		return n.post(a, form)
	case "chat.update", "chat.delete":
		return n.change(a, method, form)
	case "chat.postEphemeral":
		n.whisper(form.Get("text"))
		return object{"ok": true, "message_ts": n.stamp()}
	case "files.info":
		return object{"ok": true, "file": n.file(form.Get("file"))}
	case "conversations.replies", "conversations.history":
		return n.look(form)
	}
	return object{"ok": true, "view": object{"id": "V1"}}
}

// whisper counts what somebody is told privately.
func (n *slackNet) whisper(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	begin, _, _ := strings.Cut(text, ":")
	n.told[begin[:min(len(begin), 60)]]++
}

// whispered gives what was told privately, and how often.
func (n *slackNet) whispered() map[string]int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.told)
}

// stamp gives the next timestamp. They are near the time, for the program looks how old a thread is.
func (n *slackNet) stamp() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stampNow()
}

func (n *slackNet) stampNow() string {
	n.last = max(n.last+1, time.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", n.last/1_000_000, n.last%1_000_000)
}

// post posts for an app, and tells it so.
func (n *slackNet) post(a *slackApp, form url.Values) object {
	n.mu.Lock()
	thread := form.Get("thread_ts")
	if root := n.byTS[thread]; root == nil || root.deleted {
		thread = ""
	}
	p := &slackPost{
		ts: n.stampNow(), room: form.Get("channel"), thread: thread, user: a.user, app: a.id, text: form.Get("text"),
		blocks: json.RawMessage(form.Get("blocks")), metadata: json.RawMessage(form.Get("metadata")),
	}
	customers := strings.HasPrefix(p.room, directRoom)
	direct := strings.HasPrefix(p.room, "D") && !customers
	if customers && isInside(p.text+string(p.blocks)) {
		n.siege.fail("a customer in Slack was sent a note: %q", p.text)
	}
	n.asked++
	if lost := n.plant == plantUnposted && n.asked%plantedEvery == 0 && thread != ""; !lost && !direct {
		n.keep(p)
	}
	made := p.object()
	n.mu.Unlock()
	if !direct {
		a.tell("events_api", event(made))
	}
	return object{"ok": true, "channel": p.room, "ts": p.ts, "message": made}
}

func (n *slackNet) keep(p *slackPost) {
	if root := n.byTS[p.thread]; root != nil {
		p.parent = root.user
	}
	n.posts = append(n.posts, p)
	n.byTS[p.ts] = p
}

func (n *slackNet) change(a *slackApp, method string, form url.Values) object {
	n.mu.Lock()
	p := n.byTS[form.Get("ts")]
	switch {
	case p == nil || p.deleted || p.room != form.Get("channel"):
		n.mu.Unlock()
		return refusedBySlack("message_not_found")
	case p.app != a.id:
		n.mu.Unlock()
		return refusedBySlack("cant_" + strings.TrimPrefix(method, "chat.") + "_message")
	}
	before := p.object()
	if method == "chat.delete" {
		p.deleted = true
	} else {
		p.text, p.blocks = form.Get("text"), json.RawMessage(form.Get("blocks"))
	}
	e := n.changed(p, before, "")
	n.mu.Unlock()
	a.tell("events_api", event(e))
	return object{"ok": true, "channel": p.room, "ts": p.ts}
}

// changed is the event of an edit or a deletion. The lock is held.
func (n *slackNet) changed(p *slackPost, before object, edited string) object {
	now := n.stampNow()
	e := object{"type": "message", "channel": p.room, "ts": now, "event_ts": now, "previous_message": before}
	if p.deleted {
		e["subtype"], e["deleted_ts"] = "message_deleted", p.ts
		return e
	}
	after := p.object()
	if edited != "" {
		after["edited"] = object{"user": p.user, "ts": now}
	}
	e["subtype"], e["message"] = "message_changed", after
	return e
}

// object is a message as Slack writes it.
func (p *slackPost) object() object {
	m := object{"type": "message", "channel": p.room, "ts": p.ts, "user": p.user, "team": slackTeam, "text": p.text}
	if p.thread != "" {
		m["thread_ts"], m["parent_user_id"] = p.thread, p.parent
	}
	if p.app != "" {
		m["app_id"], m["bot_id"] = p.app, "B"+p.app
	}
	for name, value := range map[string]json.RawMessage{"blocks": p.blocks, "metadata": p.metadata} {
		if json.Valid(value) {
			m[name] = value
		}
	}
	if len(p.files) > 0 {
		m["subtype"], m["files"] = "file_share", p.files
	}
	return m
}

// look gives a page of a thread, oldest first, or of a room, newest first.
func (n *slackNet) look(form url.Values) object {
	n.mu.Lock()
	defer n.mu.Unlock()
	thread := form.Get("ts")
	var found []object
	for _, p := range n.posts {
		if p.room == form.Get("channel") && !p.deleted && p.ts >= form.Get("oldest") && (p.thread == thread || p.ts == thread) {
			found = append(found, p.object())
		}
	}
	if thread == "" {
		slices.Reverse(found)
	} else if root := n.byTS[thread]; root == nil || root.deleted {
		return refusedBySlack("thread_not_found")
	}
	from, _ := strconv.Atoi(form.Get("cursor"))
	limit, _ := strconv.Atoi(form.Get("limit"))
	to, next := len(found), ""
	if limit > 0 && from+limit < to {
		to = from + limit
		next = strconv.Itoa(to)
	}
	return object{"ok": true, "messages": found[min(from, to):to], "has_more": next != "", "response_metadata": object{"next_cursor": next}}
}

// thread gives what stands below a root, the oldest first.
func (n *slackNet) thread(root string) []slackPost {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []slackPost
	for _, p := range n.posts {
		if p.thread == root && !p.deleted {
			all = append(all, *p)
		}
	}
	return all
}

// cards gives the roots in a room that show a session.
func (n *slackNet) cards(room, session string) []slackPost {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []slackPost
	for _, p := range n.posts {
		if p.room == room && p.thread == "" && !p.deleted && strings.Contains(string(p.blocks), session) {
			all = append(all, *p)
		}
	}
	return all
}

// say lets a person say something in a thread, with files or without, and gives the message's timestamp.
func (a *slackApp) say(who, thread, text string, files ...object) string {
	a.net.mu.Lock()
	p := &slackPost{ts: a.net.stampNow(), room: a.room, thread: thread, user: who, text: text, files: files}
	a.net.keep(p)
	made := p.object()
	a.net.mu.Unlock()
	a.tell("events_api", event(made))
	return p.ts
}

// revise lets a person change what they have said; with "" they delete it.
func (a *slackApp) revise(ts, text string) {
	a.net.mu.Lock()
	p := a.net.byTS[ts]
	before := p.object()
	if p.deleted = text == ""; !p.deleted {
		p.text = text
	}
	e := a.net.changed(p, before, "edited")
	a.net.mu.Unlock()
	a.tell("events_api", event(e))
}

// press lets a person press a button of the card.
func (a *slackApp) press(who, root, action, value string) {
	go a.hear("interactive", object{
		"type": "block_actions", "trigger_id": a.net.stamp() + "." + who, "user": object{"id": who, "team_id": slackTeam},
		"team": object{"id": slackTeam}, "channel": object{"id": a.room}, "container": object{"message_ts": root, "channel_id": a.room},
		"message": object{"ts": root}, "actions": []object{{"action_id": action, "value": value}},
	}, nil, 1)
}
