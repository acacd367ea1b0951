package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What Parley is given for the rig's Slack. It must be seen nowhere.
const (
	slackBotToken = "xoxb-rig"
	slackAppToken = "xapp-rig"
	slackSigning  = "rig-signing-secret"
)

// slackHook is where Parley takes what Slack tells it.
const slackHook = "/hooks/slack/support-slack"

// slackRig is a Slack with the room #support, in which Anna, Boris and Carla are, and the app.
type slackRig struct {
	rig
	mode    string // socket or events
	control string
	room    string
	people  map[string]string // a person's id by their name
	bridge  string            // to where Slack delivers in socket mode
	door    *door             // to where it delivers in events mode
	answers *answers
}

// newSlack starts a Slack that delivers in a mode. The environment is that of slack-emulate.mjs.
func newSlack(t *testing.T, mode string, env ...string) *slackRig {
	t.Helper()
	backend, front, control := freePort(t), freePort(t), freePort(t)
	r := &slackRig{rig: newRig(t), mode: mode, control: "http://127.0.0.1:" + control, door: &door{}, answers: &answers{}}
	r.url, r.backend = "http://127.0.0.1:"+front, "http://127.0.0.1:"+backend
	r.door.url, r.answers.url = r.listen(r.door), r.listen(r.answers)
	socket, events := "", r.door.url+slackHook
	if mode == "socket" {
		socket = r.startBridge()
		events = r.bridge + "/"
	}
	env = append([]string{"PORT=" + backend, "CTL_PORT=" + control, "BASE_URL=" + r.url, "HUB_EVENTS_URL=" + events}, env...)
	r.start(env, r.node(), "slack-emulate.mjs")
	r.start(nil, r.bin("front"), "-kind", "slack", "-listen", "127.0.0.1:"+front, "-upstream", r.backend, "-socket", socket)
	r.up(r.control + "/ids")
	r.up(r.url + "/__log")
	var ids struct {
		Support string
		Users   map[string]string
	}
	r.ask("GET", r.control+"/ids", nil, &ids)
	r.room, r.people = ids.Support, ids.Users
	return r
}

// startBridge starts what turns deliveries into Socket Mode, and gives the address that hands out sockets.
func (r *slackRig) startBridge() (socket string) {
	r.t.Helper()
	port := freePort(r.t)
	r.bridge = "http://127.0.0.1:" + port
	written := r.start(nil, r.bin("socketbridge"), "127.0.0.1:"+port)
	eventually(r.t, patience, func() string {
		found := regexp.MustCompile(`-socket (\S+)\n`).FindStringSubmatch(written.String())
		if found == nil {
			return "the bridge does not say where its sockets are"
		}
		socket = found[1]
		return ""
	})
	return socket
}

func (r *slackRig) listen(h http.Handler) string {
	s := httptest.NewServer(h)
	r.t.Cleanup(s.Close)
	return s.URL
}

// in is the same rig for a part of the test.
func (r *slackRig) in(t *testing.T) *slackRig {
	part := *r
	part.t = t
	return &part
}

// door stands where Slack thinks that Parley is: Parley has another address after each start.
type door struct {
	url  string
	mu   sync.Mutex
	to   string // "": nobody is there
	lose int    // so many answers to what has the text are lost
	text string
}

// leads lets the door lead to Parley, wherever it is now.
func (d *door) leads(to string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = to
}

// loses lets so many answers to what has the text be lost: Slack tells it again.
func (d *door) loses(answers int, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lose, d.text = answers, text
}

func (d *door) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	q.Body = io.NopCloser(bytes.NewReader(body))
	d.mu.Lock()
	to, lost := d.to, d.lose > 0 && bytes.Contains(body, []byte(d.text))
	if lost {
		d.lose--
	}
	d.mu.Unlock()
	address, err := url.Parse(to)
	if err != nil || to == "" {
		http.Error(w, "nobody is there", http.StatusBadGateway)
		return
	}
	p := httputil.NewSingleHostReverseProxy(address)
	p.ErrorLog = log.New(io.Discard, "", 0)
	if lost {
		p.ServeHTTP(httptest.NewRecorder(), q)
		http.Error(w, "lost", http.StatusBadGateway)
		return
	}
	p.ServeHTTP(w, q)
}

// answers takes what Parley sends to the response_url of a person's command or click.
type answers struct {
	url string
	mu  sync.Mutex
	all []answer
}

type answer struct{ who, text string }

func (a *answers) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	text, _ := io.ReadAll(q.Body)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, answer{strings.Trim(q.URL.Path, "/"), string(text)})
	fmt.Fprint(w, "ok")
}

// try lets somebody do something in Slack, and gives what came of it.
func (r *slackRig) try(who string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, r.bin("drive"), append([]string{"slack"}, args...)...)
	hub, hook := r.door.url, slackHook
	if r.mode == "socket" {
		hub, hook = r.bridge, "/"
	}
	c.Env = append(os.Environ(), "ONCE=1", "SLACK_API="+r.backend+"/api/", "SLACK_CTL="+r.control, "SLACK_SIGNING_SECRET="+slackSigning,
		"HUB="+hub, "HUB_EVENTS="+hook, "HUB_INTERACTIVE="+hook, "HUB_COMMANDS="+hook, "RESPONSE_URL="+r.answers.url+"/"+who)
	out, err := c.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (r *slackRig) drive(who string, args ...string) string {
	r.t.Helper()
	out, err := r.try(who, args...)
	if err != nil {
		r.t.Fatalf("drive slack %q: %v: %s", args, err, out)
	}
	return out
}

// say says something in a thread, or with "-" in the room, and gives the message's name.
func (r *slackRig) say(who, thread, text string) (ts string) {
	r.t.Helper()
	return r.drive(who, "say", who, r.room, thread, text)
}

func (r *slackRig) edit(who, ts, text string) {
	r.t.Helper()
	r.drive(who, "edit", who, r.room, ts, text)
}

func (r *slackRig) delete(who, ts string) { r.t.Helper(); r.drive(who, "delete", who, r.room, ts) }

// click presses a button of a message.
func (r *slackRig) click(who string, b button) {
	r.t.Helper()
	r.drive(who, "click", who, r.room, b.message, b.action, b.value)
}

// submit sends a modal in.
func (r *slackRig) submit(who string, view object) string {
	r.t.Helper()
	text, err := json.Marshal(view)
	if err != nil {
		r.t.Fatal(err)
	}
	file := filepath.Join(r.t.TempDir(), "view.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		r.t.Fatal(err)
	}
	return r.drive(who, "submit", who, file)
}

// command says /parley and more, and gives the answer, unless that came another way.
func (r *slackRig) command(who, text string) string {
	r.t.Helper()
	_, answer, _ := strings.Cut(strings.TrimPrefix(r.drive(who, "command", who, r.room, "/parley", text), "ok: 200 in "), " ")
	return answer
}

// disconnect asks Parley to connect anew.
func (r *slackRig) disconnect() { r.t.Helper(); r.ask("POST", r.bridge+"/__disconnect", nil, nil) }

// slackMessage is a message as everybody sees it.
type slackMessage struct {
	TS       string `json:"ts"`
	User     string `json:"user"`
	Text     string `json:"text"`
	Username string `json:"username"`
	Blocks   []any  `json:"blocks"`
	whole    string // all of it, as JSON
}

func (m slackMessage) has(text string) bool { return strings.Contains(m.whole, text) }

// history gives what stands in the room, the newest first; thread what follows in a thread, the oldest first.
func (r *slackRig) history() []slackMessage {
	r.t.Helper()
	return r.read("conversations.history", object{"channel": r.room, "limit": 1000})
}

func (r *slackRig) thread(root string) []slackMessage {
	r.t.Helper()
	all := r.read("conversations.replies", object{"channel": r.room, "ts": root})
	return slices.DeleteFunc(all, func(m slackMessage) bool { return m.TS == root })
}

// message gives one message.
func (r *slackRig) message(ts string) slackMessage {
	r.t.Helper()
	for _, m := range r.read("conversations.replies", object{"channel": r.room, "ts": ts}) {
		if m.TS == ts {
			return m
		}
	}
	return slackMessage{TS: ts}
}

func (r *slackRig) read(method string, p object) []slackMessage {
	r.t.Helper()
	var page struct {
		OK       bool
		Error    string
		Messages []json.RawMessage
	}
	r.ask("POST", r.backend+"/api/"+method, p, &page, "Authorization", "Bearer "+slackBotToken)
	if !page.OK {
		r.t.Fatalf("%s: %s", method, page.Error)
	}
	all := make([]slackMessage, len(page.Messages))
	for i, text := range page.Messages {
		if err := json.Unmarshal(text, &all[i]); err != nil {
			r.t.Fatalf("%s: %v: %s", method, err, text)
		}
		all[i].whole = string(text)
	}
	return all
}

// button is a button of a message.
type button struct {
	message, action, value string
	asks                   bool // whoever presses it is asked first
}

// button finds a message's button by the beginning of its name.
func (m slackMessage) button(name string) (found button, ok bool) {
	var look func(part any)
	look = func(part any) {
		switch p := part.(type) {
		case []any:
			for _, each := range p {
				look(each)
			}
		case object:
			text, _ := p["text"].(object)
			if label, _ := text["text"].(string); p["type"] == "button" && strings.HasPrefix(label, name) {
				action, _ := p["action_id"].(string)
				value, _ := p["value"].(string)
				found, ok = button{m.TS, action, value, p["confirm"] != nil}, true
			}
			for _, each := range p {
				look(each)
			}
		}
	}
	look(m.Blocks)
	return found, ok
}

// slackCall is a call that Parley made.
type slackCall struct {
	Path   string
	Fields map[string]string
}

// calls gives what Parley asked of Slack.
func (r *slackRig) calls() (all []slackCall) {
	r.t.Helper()
	r.ask("GET", r.url+"/__log", nil, &all)
	return all
}

// choose waits for a session's modal that offers a name, chooses it and sends the modal in.
func (r *slackRig) choose(who, session, name string) {
	r.t.Helper()
	var filled object
	eventually(r.t, patience, func() string {
		for _, c := range r.calls() {
			var view object
			if !strings.Contains(c.Fields["view"], session) {
				continue
			}
			if json.Unmarshal([]byte(c.Fields["view"]), &view) == nil && view["type"] == "modal" && fill(view, name) {
				filled = view
			}
		}
		if filled == nil {
			return fmt.Sprintf("no modal offers %q", name)
		}
		return ""
	})
	r.submit(who, filled)
}

// fill puts the option with a name into the state of a modal.
func fill(view object, name string) (done bool) {
	blocks, _ := view["blocks"].([]any)
	for _, each := range blocks {
		block, _ := each.(object)
		element, _ := block["element"].(object)
		options, _ := element["options"].([]any)
		for _, option := range options {
			if o, _ := option.(object); strings.Contains(fmt.Sprint(o["text"]), name) {
				chosen := object{"type": element["type"], "selected_option": o}
				view["state"] = object{"values": object{fmt.Sprint(block["block_id"]): object{fmt.Sprint(element["action_id"]): chosen}}}
				view["id"], done = "V1", true
			}
		}
	}
	return done
}

// told gives what only one person was told: what nobody else sees, direct messages, and what came to a response_url.
func (r *slackRig) told(who string) []string {
	r.t.Helper()
	var all []string
	for _, c := range r.calls() {
		hidden := strings.HasSuffix(c.Path, "/chat.postEphemeral") && c.Fields["user"] == r.people[who]
		if hidden || strings.HasSuffix(c.Path, "/chat.postMessage") && r.directly(c.Fields["channel"], who) {
			all = append(all, c.Fields["text"]+" "+c.Fields["blocks"])
		}
	}
	r.answers.mu.Lock()
	defer r.answers.mu.Unlock()
	for _, a := range r.answers.all {
		if a.who == who {
			all = append(all, a.text)
		}
	}
	return all
}

// directly says whether a message to a channel is a direct message to somebody.
func (r *slackRig) directly(channel, who string) bool {
	if channel == r.people[who] || !strings.HasPrefix(channel, "D") {
		return channel == r.people[who]
	}
	var opened struct{ Channel struct{ ID string } }
	r.ask("POST", r.backend+"/api/conversations.open", object{"users": r.people[who]}, &opened, "Authorization", "Bearer "+slackBotToken)
	return channel == opened.Channel.ID
}

// expect waits until a thread shows a text in exactly one message, which it gives.
func (r *slackRig) expect(root, text string) (found slackMessage) {
	r.t.Helper()
	eventually(r.t, patience, func() string {
		n := 0
		for _, m := range r.thread(root) {
			if m.has(text) {
				found = m
				n++
			}
		}
		if n != 1 {
			return fmt.Sprintf("the thread shows %q %d times, want once", text, n)
		}
		return ""
	})
	return found
}

// root waits for the newest message in the room with a text.
func (r *slackRig) root(text string) (ts string) {
	r.t.Helper()
	eventually(r.t, patience, func() string {
		for _, m := range r.history() {
			if m.has(text) {
				ts = m.TS
				return ""
			}
		}
		return fmt.Sprintf("no message in the room has %q", text)
	})
	return ts
}
