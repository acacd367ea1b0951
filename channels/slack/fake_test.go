package slack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/core"
)

// The secrets of these tests, which must be seen nowhere.
const (
	testBot     core.Secret = "xoxb-CANARY-bot"
	testApp     core.Secret = "xapp-CANARY-app"
	testSigning core.Secret = "CANARY-signing"
)

var testSecrets = Secrets{Bot: testBot, App: testApp, Signing: testSigning}

// fake is Slack's Web API as far as we use it: https://docs.slack.dev/reference/methods
type fake struct {
	URL    string // ends in /api/
	Socket string // what apps.connections.open gives

	server *httptest.Server
	mu     sync.Mutex
	calls  []called
	breaks []breakage
	said   []map[string]any // messages, oldest first; "channel" says where
	users  map[string]map[string]any
	files  map[string]*held
	rests  map[string]resting // who is not to be disturbed
	scopes string             // of X-OAuth-Scopes
	clock  int
	bot    core.Secret
	app    core.Secret
}

// called is a call as it came.
type called struct {
	Method string
	Form   url.Values
	Token  string
}

// blocks reads the blocks of a call.
func (c called) blocks() []map[string]any {
	var all []map[string]any
	_ = json.Unmarshal([]byte(c.Form.Get("blocks")), &all)
	return all
}

// breakage is how calls of a method fail.
type breakage struct {
	method string
	times  int
	status int         // zero: 200
	body   string      //
	header http.Header //
	drop   bool        // the connection is closed instead of an answer
	after  bool        // it is done all the same
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := bareFake()
	f.server = httptest.NewServer(f)
	f.URL = f.server.URL + "/api/"
	t.Cleanup(f.server.Close)
	return f
}

// bareFake is one that is called by its ServeHTTP only.
func bareFake() *fake {
	return &fake{
		users: map[string]map[string]any{}, files: map[string]*held{}, scopes: strings.Join(scopes, ","), Socket: "wss://127.0.0.1:1/link", bot: testBot, app: testApp,
	}
}

// fail lets the next calls of a method fail.
func (f *fake) fail(b breakage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b.times = max(b.times, 1)
	f.breaks = append(f.breaks, b)
}

// refuse lets the next call of a method be refused with a word.
func (f *fake) refuse(method, word string) {
	f.fail(breakage{method: method, body: fmt.Sprintf(`{"ok":false,"error":%q}`, word)})
}

// made gives the calls of a method.
func (f *fake) made(method string) []called {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.calls), func(c called) bool { return c.Method != method })
}

// one gives the only call of a method.
func (f *fake) one(t *testing.T, method string) called {
	t.Helper()
	all := f.made(method)
	if len(all) != 1 {
		t.Fatalf("got %d calls of %s, want one", len(all), method)
	}
	return all[0]
}

// in gives what stands in a thread, without its root; "" for what stands in the room itself.
func (f *fake) in(room, thread string) []map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []map[string]any
	for _, m := range f.said {
		if m["channel"] == room && m["thread_ts"] == any(thread) {
			all = append(all, m)
		}
	}
	return all
}

// say puts a person's message into a room or thread, and gives its timestamp.
func (f *fake) say(room, thread, user, text string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keep(map[string]any{"type": "message", "channel": room, "thread_ts": thread, "user": user, "text": text})
}

// drop takes a message away.
func (f *fake) drop(ts string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = slices.DeleteFunc(f.said, func(m map[string]any) bool { return m["ts"] == ts })
}

func (f *fake) keep(m map[string]any) string {
	f.clock++
	ts := fmt.Sprintf("1700000000.%06d", f.clock)
	m["ts"] = ts
	f.said = append(f.said, m)
	return ts
}

// answer answers as what is broken has it.
func (b breakage) answer(w http.ResponseWriter) {
	if b.drop {
		panic(http.ErrAbortHandler)
	}
	for name, values := range b.header {
		w.Header()[name] = values
	}
	w.WriteHeader(max(b.status, http.StatusOK))
	_, _ = io.WriteString(w, b.body)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := called{Method: path.Base(r.URL.Path), Token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	body, _ := io.ReadAll(r.Body)
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		f.carry(w, r, c, body)
		return
	}
	if r.Method == http.MethodGet {
		c.Form = r.URL.Query()
	} else if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		c.Form = url.Values{"json": {string(body)}}
	} else {
		c.Form, _ = url.ParseQuery(string(body))
		c.Token = c.Form.Get("token")
	}
	f.mu.Lock()
	f.calls = append(f.calls, c)
	broken, isBroken := f.broken(c.Method)
	answer := map[string]any{}
	if !isBroken || broken.after {
		answer = f.answer(c)
	}
	f.mu.Unlock()
	if isBroken {
		broken.answer(w)
		return
	}
	w.Header().Set("X-Oauth-Scopes", f.scopes)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fake) broken(method string) (breakage, bool) {
	for i, b := range f.breaks {
		if b.method == method && b.times > 0 {
			f.breaks[i].times--
			return b, true
		}
	}
	return breakage{}, false
}

func no(word string) map[string]any { return map[string]any{"ok": false, "error": word} }

func (f *fake) answer(c called) map[string]any {
	want := f.bot
	if c.Method == "apps.connections.open" {
		want = f.app
	}
	if c.Token != want.Reveal() {
		return no("invalid_auth")
	}
	switch c.Method {
	case "auth.test":
		return map[string]any{"ok": true, "team_id": "T1", "team": "Rig", "user_id": "UBOT", "user": "parley", "bot_id": "BBOT", "url": "https://rig.slack.com/"}
	case "bots.info":
		return map[string]any{"ok": true, "bot": map[string]any{"id": "BBOT", "app_id": "A1", "user_id": "UBOT"}}
	case "apps.connections.open":
		return map[string]any{"ok": true, "url": f.Socket}
	case "users.info":
		if user := f.users[c.Form.Get("user")]; user != nil {
			return map[string]any{"ok": true, "user": user}
		}
		return no("user_not_found")
	case "dnd.teamInfo":
		users := map[string]any{}
		for _, user := range strings.Split(c.Form.Get("users"), ",") {
			users[user] = cmp.Or(f.rests[user], resting{Start: 1, End: 1})
		}
		return map[string]any{"ok": true, "users": users}
	case "conversations.open":
		return map[string]any{"ok": true, "channel": map[string]any{"id": "D" + c.Form.Get("users")}}
	case "views.open", "views.publish", "views.update":
		return map[string]any{"ok": true, "view": map[string]any{"id": "V1"}}
	case "chat.getPermalink":
		ts := strings.Replace(c.Form.Get("message_ts"), ".", "", 1)
		return map[string]any{"ok": true, "permalink": "https://rig.slack.com/archives/" + c.Form.Get("channel") + "/p" + ts}
	case "reactions.add":
		return map[string]any{"ok": true}
	case "chat.postEphemeral":
		return map[string]any{"ok": true, "message_ts": "1700000000.900000"}
	case "chat.postMessage":
		return f.post(c)
	case "chat.update", "chat.delete":
		return f.change(c)
	case "conversations.replies", "conversations.history":
		return f.look(c)
	case "files.info", "files.delete", "files.getUploadURLExternal", "files.completeUploadExternal":
		return f.file(c)
	}
	return no("unknown_method")
}

// post posts; a thread whose root is gone is no thread, and what was meant for it stands in the room.
func (f *fake) post(c called) map[string]any {
	m := map[string]any{
		"type": "message", "channel": c.Form.Get("channel"), "user": "UBOT", "bot_id": "BBOT", "app_id": "A1", "thread_ts": "",
		"text": c.Form.Get("text"), "username": c.Form.Get("username"),
	}
	if thread := c.Form.Get("thread_ts"); slices.ContainsFunc(f.said, func(m map[string]any) bool { return m["ts"] == thread }) {
		m["thread_ts"] = thread
	}
	for _, name := range []string{"blocks", "metadata"} {
		var value any
		if json.Unmarshal([]byte(c.Form.Get(name)), &value) == nil {
			m[name] = value
		}
	}
	ts := f.keep(m)
	return map[string]any{"ok": true, "channel": m["channel"], "ts": ts, "message": m}
}

func (f *fake) change(c called) map[string]any {
	verb := strings.TrimPrefix(c.Method, "chat.")
	at := slices.IndexFunc(f.said, func(m map[string]any) bool {
		return m["ts"] == c.Form.Get("ts") && m["channel"] == c.Form.Get("channel")
	})
	switch {
	case at < 0:
		return no("message_not_found")
	case f.said[at]["bot_id"] != "BBOT":
		return no("cant_" + verb + "_message")
	case verb == "delete":
		f.said = slices.Delete(f.said, at, at+1)
	default:
		var blocks any
		_ = json.Unmarshal([]byte(c.Form.Get("blocks")), &blocks)
		f.said[at]["text"], f.said[at]["blocks"] = c.Form.Get("text"), blocks
	}
	return map[string]any{"ok": true, "channel": c.Form.Get("channel"), "ts": c.Form.Get("ts")}
}

// look gives a page of a thread, oldest first, or of a room, newest first.
func (f *fake) look(c called) map[string]any {
	thread := c.Form.Get("ts")
	var found []map[string]any
	for _, m := range f.said {
		if m["channel"] != c.Form.Get("channel") || m["ts"] != thread && m["thread_ts"] != thread {
			continue
		}
		shown := map[string]any{}
		for name, value := range m {
			if name != "metadata" || c.Form.Get("include_all_metadata") == "1" {
				shown[name] = value
			}
		}
		found = append(found, shown)
	}
	if thread == "" {
		slices.Reverse(found)
	} else if len(found) == 0 {
		return no("thread_not_found")
	}
	const page = 3
	from := len(c.Form.Get("cursor"))
	next, to := "", len(found)
	if from+page < to {
		to = from + page
		next = strings.Repeat("x", to)
	}
	return map[string]any{
		"ok": true, "messages": found[from:to], "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next},
	}
}
