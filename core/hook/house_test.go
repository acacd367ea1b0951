package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
	"parley/core/webhook"
)

// canary is in every secret, and in nothing else.
const canary = "CANARYcanaryCANARYcanaryCANARYcanary"

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// house is a database with a department and a session, and hooks over it that take steps where a test says so.
type house struct {
	t       testing.TB
	hooks   *Hooks
	held    *holding
	store   *store.Store
	writer  *store.Writer
	past    atomic.Int64
	last    int64 // newest id
	support core.DepartmentID
	sales   core.DepartmentID
	session core.SessionID // in support
	sold    core.SessionID // in sales
	logged  strings.Builder
}

func open(t testing.TB, url string) *house {
	t.Helper()
	h := &house{t: t, last: 100}
	h.store = storetest.Turned(t, url, h.now)
	h.writer = storetest.Write(t, h.store, func(core.Committed) { h.hooks.Ring() })
	h.hooks = h.node("one")
	h.held = h.lease(h.hooks)
	h.write(func(w *store.Work) error {
		for i, d := range []*core.DepartmentID{&h.support, &h.sales} {
			*d = core.DepartmentID(h.id())
			name := fmt.Sprint("x", i)
			w.AddDepartment(core.Department{ID: *d, Slug: name, Name: name, Zone: "UTC"})
			channel := core.ChannelID(h.id())
			w.AddChannel(core.Channel{ID: channel, Slug: name, Kind: "widget", Department: *d, Settings: []byte(`{}`)})
			who := core.Identity{ID: core.IdentityID(h.id()), Channel: channel, Remote: core.RemoteID(name), Customer: core.CustomerID(h.id())}
			w.AddCustomer(core.Customer{ID: who.Customer, Name: "Carla"}, who)
			s := core.NewSession(core.SessionID(h.id()), *d, who.Channel, "1", who.ID, w.Now())
			w.AddSession(s)
			if h.session == 0 {
				h.session = s.ID
			}
			h.sold = s.ID
		}
		return nil
	})
	return h
}

// node makes another process's hooks over the same database.
func (h *house) node(name string) *Hooks {
	x := New(Config{
		Store: h.store, Writer: h.writer, Holder: name, Guard: webhook.NewGuard([]string{"127.0.0.1"}), Key: core.Key{1}, Chance: func() float64 { return 0 }, Clock: h.now,
		Log: slog.New(slog.NewTextHandler(&h.logged, nil)),
		Tell: func(as core.HookEvent, e core.Event, s store.Summary) ([]byte, error) {
			return json.Marshal(map[string]any{"type": as, "text": e.Text, "session": s.ID, "name": s.CustomerName})
		},
	})
	x.client = x.Guard.Client(patience)
	h.t.Cleanup(x.client.CloseIdleConnections)
	return x
}

// lease gives a node the lease, in the place of whoever has it.
func (h *house) lease(x *Hooks) *holding {
	h.t.Helper()
	h.turn(2 * leaseTime)
	epoch, ok, err := h.store.TakeLease(context.Background(), lease, x.Holder, leaseTime)
	if err != nil || !ok {
		h.t.Fatalf("take the lease: %v, %v", ok, err)
	}
	return &holding{Hooks: x, epoch: epoch, busy: map[core.HookID]bool{}}
}

func (h *house) now() time.Time       { return morning.Add(time.Duration(h.past.Load())) }
func (h *house) turn(d time.Duration) { h.past.Add(int64(d)) }
func (h *house) id() int64            { h.last++; return h.last }

func (h *house) write(do func(*store.Work) error) {
	h.t.Helper()
	if _, err := h.writer.Do(context.Background(), store.Job{Do: do}); err != nil {
		h.t.Fatal(err)
	}
}

// add subscribes an address.
func (h *house) add(address string, change func(*core.Hook)) core.Hook {
	h.t.Helper()
	hook := core.Hook{
		ID: core.HookID(h.id()), Name: fmt.Sprint("hook ", h.last), URL: address, Events: core.HookEvents, EnabledAt: core.At(h.now()),
		Sealed: h.hooks.Seal(secretOf(0)),
	}
	change(&hook)
	h.write(func(w *store.Work) error { w.PutHook(hook); return nil })
	return hook
}

func as(*core.Hook) {}

// secretOf makes the n-th secret.
func secretOf(n int) core.Secret { return core.Secret(fmt.Sprintf("whsec_%s%04d", canary, n)) }

// happens adds an event to a session.
func (h *house) happens(on core.SessionID, e core.Event) {
	h.t.Helper()
	h.turn(time.Second)
	h.write(func(w *store.Work) error {
		s, err := w.Session(on)
		if err == nil {
			w.Append(&s, e)
		}
		return err
	})
}

// say has the customer of a session say something.
func (h *house) say(on core.SessionID, texts ...string) {
	h.t.Helper()
	for _, text := range texts {
		h.happens(on, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Text: text})
	}
}

// step follows the log to its end, and makes all calls that are due.
func (h *house) step() {
	h.t.Helper()
	for more := true; more; {
		var err error
		if more, err = h.held.follow(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
	h.call()
}

func (h *house) call() {
	h.t.Helper()
	if err := h.held.start(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	h.held.calls.Wait()
}

// calls gives what a hook is and was told, oldest first.
func (h *house) calls(id core.HookID) []core.HookCall {
	h.t.Helper()
	all, _, err := h.store.HookCalls(context.Background(), store.HookCalls{Hook: id}, 0, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// told is a call as it came.
type told struct{ id, text, kind, signature string }

// receiver is somebody's system.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	told   []told
	answer http.HandlerFunc // what it does besides
}

func receive(t testing.TB, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	hook, err := standardwebhooks.NewWebhook(secretOf(0).Reveal())
	if err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		if err := hook.VerifyIgnoringTimestamp(body, q.Header); err != nil {
			t.Errorf("signature: %v", err)
		}
		var b struct{ Type, Text string }
		if err := json.Unmarshal(body, &b); err != nil {
			t.Errorf("body: %v", err)
		}
		r.mu.Lock()
		r.told = append(r.told, told{q.Header.Get("webhook-id"), b.Text, b.Type, q.Header.Get("webhook-signature")})
		answer := r.answer
		r.mu.Unlock()
		if answer != nil {
			answer(w, q)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) become(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) all() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]told(nil), r.told...)
}

// texts gives what came, in the order in which it came.
func (r *receiver) texts() (texts []string) {
	for _, c := range r.all() {
		texts = append(texts, c.text)
	}
	return texts
}

func answers(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}
