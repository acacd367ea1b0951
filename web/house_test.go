package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"parley/core"
	"parley/core/feed"
	"parley/core/file"
	"parley/core/hook"
	"parley/core/hub"
	"parley/core/presence"
	"parley/core/rule"
	"parley/core/search"
	"parley/core/socket"
	"parley/core/store"
	"parley/core/store/storetest"
	"parley/core/webhook"
)

const publicURL = "http://127.0.0.1:8080"

// house is a whole server over a real database, with the people of the tests.
type house struct {
	t              *testing.T
	server         *Server
	hub            *hub.Hub
	store          *store.Store
	hooks          *hook.Hooks
	hooking        sync.Mutex
	writer         *store.Writer
	feed           *feed.Feed
	files          *file.Store
	presence       *presence.Presence      // runs where a test runs it
	search         *search.Search          // takes a step where a test says so
	healthy        func() []core.ChannelID // channels that fare well
	folder         string                  // of the files
	ids            *core.IDMaker
	log            *buffer
	support, sales core.Department
	types          struct {
		sync.Mutex
		of   map[core.DepartmentID]core.RecordType
		rule core.RecordRule // of Support
	}
	contacts struct { // … those of accounts
		sync.Mutex
		of map[core.DepartmentID]core.RecordType
	}
	crm      book
	channels map[core.DepartmentID]core.Channel

	anna, boris, oleg, sofia, eve, victor, ada, gone, left *person
	capable                                                core.Capabilities // of every channel
}

// person is an agent with a login.
type person struct {
	core.Actor
	token core.Secret
}

// buffer is a log that may be written and read at once.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// open builds a house. Anna and Boris are operators of Support, Oleg both, Sofia its supervisor; Eve is an operator and
// Victor a supervisor of Sales; Ada is an admin without a role; Gone was disabled, Left's login ended.
func open(t *testing.T, change ...func(*Config)) *house {
	t.Helper()
	h := &house{t: t, ids: &core.IDMaker{}, log: &buffer{}, channels: map[core.DepartmentID]core.Channel{}, capable: core.Capabilities{Pulls: true}}
	quiet := slog.New(slog.DiscardHandler)
	h.store = storetest.Open(t, storetest.SQLite(t), core.SystemClock)
	h.feed = feed.New(h.store, core.NewCursorSeal(core.NewKey()))
	h.writer = storetest.Write(t, h.store, h.feed.Publish)
	var err error
	h.folder = t.TempDir()
	h.files, err = file.New(h.folder)
	check(t, err)
	t.Cleanup(func() { _ = h.files.Close() })
	can := func(core.ChannelID) (core.Capabilities, bool) { return h.capable, true }
	h.hub, err = hub.New(hub.Config{
		Writer: h.writer, Store: h.store, Files: h.files, Hints: h.feed.Hint, Can: can, Providers: func(context.Context, core.BindingID) (core.Provider, error) { return &h.crm, nil },
		IDs: h.ids, Clock: core.SystemClock, Log: quiet,
	})
	check(t, err)
	h.healthy = func() []core.ChannelID { return nil }
	h.presence = presence.New(presence.Config{
		Store: h.store, Node: "one", Healthy: func() []core.ChannelID { return h.healthy() }, Moved: func(agents []core.AgentID) { h.server.Moved(agents) },
		Ring: func() {}, Log: quiet,
	})
	h.search = search.New(search.Config{Store: h.store, Holder: "one", Clock: core.SystemClock, Within: patience, Log: quiet})
	h.hooks = hook.New(hook.Config{
		Store: h.store, Holder: "one", Guard: webhook.NewGuard([]string{"127.0.0.1"}), Key: core.NewKey(), Tell: HookBody, Chance: func() float64 { return 0 }, Clock: core.SystemClock, Log: quiet,
	})
	rules := rule.New(rule.Config{Store: h.store, Holder: "one", Create: h.hub.RecordByRule, Clock: core.SystemClock, Log: quiet})
	sockets := socket.NewGroup(quiet)
	c := Config{
		Hub: h.hub, Store: h.store, Feed: h.feed, Files: h.files, Sockets: sockets, Presence: h.presence, Search: h.search, Hooks: h.hooks, Rules: rules, Bindings: bindings{}, Can: can, Check: h.checkChannel, Manifest: manifestOf, Add: h.addChannel, Rekey: h.rekeyChannel, Clock: core.SystemClock,
		Log: slog.New(slog.NewJSONHandler(h.log, nil)), PublicURL: publicURL, Version: "1", Pages: built,
	}
	for _, f := range change {
		f(&c)
	}
	h.server, err = New(c)
	check(t, err)
	h.run(h.feed.Run)
	h.run(h.server.Run)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := sockets.CloseAll(ctx, socket.CloseGoingAway, "the test is over"); err != nil {
			t.Error(err)
		}
	})
	h.people()
	return h
}

// run runs a service until the test is over.
func (h *house) run(service func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := service(ctx); err != nil {
			h.t.Error(err)
		}
	}()
	h.t.Cleanup(func() { cancel(); <-done })
}

func (h *house) people() {
	ctx := h.t.Context()
	var err error
	h.support, err = h.hub.AddDepartment(ctx, "Support", "", "Europe/Berlin")
	check(h.t, err)
	h.sales, err = h.hub.AddDepartment(ctx, "Sales", "", "Europe/Berlin")
	check(h.t, err)
	for _, d := range []core.Department{h.support, h.sales} {
		h.channels[d.ID], err = h.hub.AddChannel(ctx, hub.NewChannel{Slug: d.Slug + "-widget", Kind: "widget", Department: d.ID, Settings: []byte(`{"origins":[]}`)})
		check(h.t, err)
	}
	h.anna = h.agent("Anna Berg", core.Roles{h.support.ID: core.Operator})
	h.boris = h.agent("Boris Lind", core.Roles{h.support.ID: core.Operator})
	h.oleg = h.agent("Oleg Novak", core.Roles{h.support.ID: core.Operator | core.Supervisor})
	h.sofia = h.agent("Sofia Marin", core.Roles{h.support.ID: core.Supervisor})
	h.eve = h.agent("Eve Stone", core.Roles{h.sales.ID: core.Operator})
	h.victor = h.agent("Victor Hale", core.Roles{h.sales.ID: core.Supervisor})
	h.ada = h.agent("Ada Root", nil)
	h.ada.Agent.Admin = true
	h.put(h.ada.Actor)
	h.gone = h.agent("Gone Away", core.Roles{h.support.ID: core.Operator | core.Supervisor})
	check(h.t, h.hub.DisableAgent(ctx, h.gone.Agent.Email))
	h.left = h.agent("Left Out", core.Roles{h.support.ID: core.Operator | core.Supervisor})
	check(h.t, h.hub.SignOut(ctx, h.left.token))
}

// agent adds one with a login. Nobody signs in with a password here: hashing would be most of the tests' time.
func (h *house) agent(name string, roles core.Roles) *person {
	h.t.Helper()
	now := core.At(core.SystemClock())
	p := &person{token: core.NewToken(), Actor: core.Actor{Roles: roles, Agent: core.Agent{
		ID: core.AgentID(h.ids.Next(now)), Email: strings.ToLower(core.PublicName(name)) + "@example.test", Name: name,
		PublicName: core.PublicName(name), PasswordHash: "none", CreatedAt: now, Availability: core.AgentAvailable, Permissions: core.AtFirst,
	}}}
	h.put(p.Actor)
	h.write(func(w *store.Work) error {
		w.AddLogin(store.Login{ID: core.LoginID(h.ids.Next(now)), Agent: p.Agent.ID, Hash: core.HashToken(p.token), CreatedAt: now, SeenAt: now})
		return nil
	})
	return p
}

// put changes an agent as the hub does.
func (h *house) put(a core.Actor) {
	h.t.Helper()
	h.write(func(w *store.Work) error {
		w.PutAgent(a)
		w.Tell(core.Event{Kind: core.EventAgentChanged, Target: a.Agent.ID, Audience: core.AgentsOnly, ActorKind: core.BySystem})
		return nil
	})
}

func (h *house) write(do func(*store.Work) error) {
	h.t.Helper()
	_, err := h.writer.Do(context.Background(), store.Job{Do: do})
	check(h.t, err)
}

// manifestOf is what a network asks for.
func manifestOf(kind, name, mode string) (string, error) {
	if kind != "slack" {
		return "", &core.Error{Op: "test", Kind: core.Invalid, Field: "kind", Reason: "is none"}
	}
	return name + " " + mode, nil
}

// addChannel is a kind of channel to which all is well.
func (h *house) addChannel(ctx context.Context, a Adding) (core.Channel, string, error) {
	c, err := h.hub.AddChannel(ctx, hub.NewChannel{Slug: a.Name, Kind: a.Kind, Department: a.Department, Settings: a.Settings, Dedupe: a.Dedupe})
	return c, "", err
}

// rekeyChannel is what makes no difference.
func (h *house) rekeyChannel(_ context.Context, id core.ChannelID, _ map[string]core.Secret) (core.Channel, error) {
	return core.Channel{ID: id, Slug: "support-widget", Kind: "widget", Department: h.support.ID}, nil
}

// checkChannel is a network that is well.
func (h *house) checkChannel(context.Context, core.ChannelID) (string, error) {
	return "all is well", nil
}

// said lets a customer of the department say something, and gives their session.
func (h *house) said(d core.Department, customer, text string) core.SessionID {
	h.t.Helper()
	channel := h.channels[d.ID]
	check(h.t, h.hub.Receive(context.Background(), core.Inbound{
		Channel: channel.ID, Department: d.ID, Verb: core.InboundMessage, Dedupe: fmt.Sprint(h.ids.Next(1)),
		Identity: core.RemoteID(customer), Conversation: core.RemoteID(customer), Profile: core.Profile{Name: customer},
		Content: core.Content{Text: text},
	}))
	s, err := h.store.Talking(context.Background(), channel.ID, core.RemoteID(customer))
	check(h.t, err)
	return s.ID
}

func (h *house) do(who *person, d core.Deed) core.Session {
	h.t.Helper()
	done, err := h.hub.Do(context.Background(), who.Actor, d, "")
	check(h.t, err)
	return done.Session
}

// request makes one as a browser of the workspace sends it; who may be nil. A body that is no string is made JSON.
func (h *house) request(who *person, method, path string, body any) *http.Request {
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		reader = bytes.NewReader(encode(body))
	}
	r := httptest.NewRequest(method, path, reader)
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Origin", publicURL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if who != nil {
		r.AddCookie(&http.Cookie{Name: "__Host-parley", Value: who.token.Reveal()})
	}
	return r
}

func (h *house) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	return w
}

func (h *house) call(who *person, method, path string, body any) *httptest.ResponseRecorder {
	return h.send(h.request(who, method, path, body))
}

// get asks and decodes a success, strictly.
func get[T any](h *house, who *person, path string) T {
	h.t.Helper()
	return answer[T](h.t, h.call(who, "GET", path, nil), http.StatusOK)
}

func post[T any](h *house, who *person, path string, body any, status int) T {
	h.t.Helper()
	return answer[T](h.t, h.call(who, "POST", path, body), status)
}

func answer[T any](t *testing.T, w *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var out T
	if w.Code != status {
		t.Fatalf("status: got %d %s, want %d", w.Code, w.Body, status)
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	check(t, d.Decode(&out))
	return out
}

// refused checks that an answer is a problem of the given kind.
func refused(t *testing.T, w *httptest.ResponseRecorder, status int, code, field string) Problem {
	t.Helper()
	text := w.Body.String()
	if got := w.Header().Get("Content-Type"); w.Code != status || got != problemType {
		t.Fatalf("answer: got %d %s %q, want %d %s", w.Code, got, text, status, problemType)
	}
	p := answer[Problem](t, w, status)
	if p.Code != code || p.Field != field || p.Status != status || p.Type != "/problems/"+code || p.Title == "" || p.Detail == "" {
		t.Errorf("problem: got %s, want code %q and field %q", text, code, field)
	}
	return p
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// built are pages as the build leaves them.
var built fs.FS = fstest.MapFS{
	"app/index.html":             {Data: []byte("<!doctype html><title>Parley</title>")},
	"app/index.html.br":          {Data: []byte("br of index")},
	"app/sw.js":                  {Data: []byte("// worker")},
	"app/assets/main-1a2b.js":    {Data: []byte("console.log(1)")},
	"app/assets/main-1a2b.js.br": {Data: []byte("br of main")},
	"app/assets/main-1a2b.js.gz": {Data: []byte("gz of main")},
	"w/loader.js":                {Data: []byte("/* loader */")},
	"w/loader.js.br":             {Data: []byte("br of loader")},
	"w/panel-0123456789.js":      {Data: []byte("export {}")},
	".stamp":                     {Data: []byte{}},
}

// at gives the route's address on a session.
func (h *house) at(r route, id core.SessionID) string {
	return strings.ReplaceAll(r.path, "{id}", id.String())
}
