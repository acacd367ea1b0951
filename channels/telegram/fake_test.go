package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
)

// The secrets of these tests, which must be seen nowhere.
const (
	testToken  core.Secret = "123456:CANARY-token_of-a-bot"
	testSecret core.Secret = "CANARY-webhook_secret"
)

func testChannel(settings string) core.Channel {
	return core.Channel{ID: 7, Slug: "shop-telegram", Kind: Kind, Department: 3, Settings: json.RawMessage(settings)}
}

// call is what the Bot API was asked.
type call struct {
	method string
	params map[string]any
}

// network is a Bot API without a network, so that its time can be turned. answer says what a call is answered with; nil: as Telegram
// would.
type network struct {
	answer func(c call) (status int, body string, err error)

	mu      sync.Mutex
	calls   []call
	pending []string // updates that were not forgotten
	next    int64    // number of the newest update
	news    chan struct{}
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c := call{method: path.Base(r.URL.Path)}
	if err := json.Unmarshal(body, &c.params); err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.calls = append(n.calls, c)
	n.mu.Unlock()
	if want := "/bot" + testToken.Reveal() + "/" + c.method; r.URL.Path != want || r.Method != http.MethodPost {
		return respond(404, `{"ok":false,"error_code":404,"description":"Not Found"}`), nil
	}
	if n.answer != nil {
		switch status, body, err := n.answer(c); {
		case err != nil:
			return nil, err
		case status != 0:
			return respond(status, body), nil
		}
	}
	if c.method == "getUpdates" {
		return n.updates(r.Context(), c)
	}
	return respond(200, `{"ok":true,"result":true}`), nil
}

func respond(status int, body string) *http.Response {
	w := httptest.NewRecorder()
	w.WriteHeader(status)
	w.WriteString(body)
	return w.Result()
}

// updates forgets what is before the offset and gives the rest, or waits for some.
func (n *network) updates(ctx context.Context, c call) (*http.Response, error) {
	number := func(name string) int64 { f, _ := c.params[name].(float64); return int64(f) }
	until := time.Now().Add(time.Duration(number("timeout")) * time.Second)
	for {
		n.mu.Lock()
		if offset := number("offset"); offset > 0 {
			n.pending = slices.DeleteFunc(n.pending, func(u string) bool { return idOf(u) < offset })
		}
		give := n.pending[:min(len(n.pending), int(number("limit")))]
		body := `{"ok":true,"result":[` + strings.Join(give, ",") + `]}`
		n.mu.Unlock()
		if len(give) > 0 || !time.Now().Before(until) {
			return respond(200, body), nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-n.news:
		case <-time.After(time.Until(until)):
		}
	}
}

func idOf(update string) int64 {
	u, err := parse([]byte(update))
	if err != nil {
		panic(err)
	}
	return u.id
}

// say adds an update with a member, and gives its number.
func (n *network) say(member string) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next++
	select {
	case n.news <- struct{}{}:
	default:
	}
	n.pending = append(n.pending, fmt.Sprintf(`{"update_id":%d,%s}`, n.next, member))
	return n.next
}

// text is a message that somebody writes to the bot.
func text(chat, message int, words string) string {
	return fmt.Sprintf(`"message":{"message_id":%d,"date":1790000000,"text":%q,"chat":{"id":%d,"type":"private"},"from":{"id":%d,"first_name":"Carla"}}`,
		message, words, chat, chat)
}

func (n *network) of(method string) (calls []call) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.calls {
		if c.method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

func (n *network) waiting() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.pending)
}

// inbox keeps what it is given, unless refuse says otherwise.
type inbox struct {
	refuse func(ctx context.Context, in core.Inbound) error

	mu    sync.Mutex
	taken []core.Inbound
}

func (b *inbox) Receive(ctx context.Context, in core.Inbound) error {
	if b.refuse != nil {
		if err := b.refuse(ctx, in); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, in)
	return nil
}

func (b *inbox) all() []core.Inbound {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.taken)
}

// texts gives what was said, "?" for what is kept aside.
func (b *inbox) texts() (all []string) {
	for _, in := range b.all() {
		if in.Verb == core.InboundUnknown {
			in.Text = "?"
		}
		all = append(all, in.Text)
	}
	return all
}

// rig is an adapter between a network and an inbox.
type rig struct {
	*Adapter
	net   *network
	inbox *inbox

	mu       sync.Mutex
	troubles []string // each time it changed
	received int
	log      bytes.Buffer
}

func newRig(t *testing.T, settings string) *rig {
	t.Helper()
	r := &rig{net: &network{news: make(chan struct{}, 1)}, inbox: &inbox{}}
	a, err := New(Config{
		Channel: testChannel(settings), Token: testToken, WebhookSecret: testSecret, PublicURL: "https://chat.test/", Inbox: r.inbox,
		Clock: time.Now, Client: &http.Client{Transport: r.net}, Log: slog.New(slog.NewTextHandler(r, nil)),
		Received: func() { r.mu.Lock(); r.received++; r.mu.Unlock() },
		Trouble: func(reason string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if n := len(r.troubles); n == 0 && reason != "" || n > 0 && r.troubles[n-1] != reason {
				r.troubles = append(r.troubles, reason)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.chance = func() float64 { return 0 } // the shortest pauses
	r.Adapter = a
	t.Cleanup(func() {
		if strings.Contains(r.log.String(), "CANARY") {
			t.Errorf("a secret is in the log:\n%s", r.log.String())
		}
	})
	return r
}

// Write takes a log line.
func (r *rig) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(line)
}

func (r *rig) trouble() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.troubles)
}

const (
	polls = `{"mode":"poll","bot":123456}`
	hooks = `{"mode":"webhook","bot":123456}`
)

// run runs the adapter until the test's time is over, and gives what Run returned.
func (r *rig) run(t *testing.T, d time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := time.AfterFunc(d, cancel)
	defer stop.Stop()
	return r.Run(ctx)
}

// noSecret looks at an error as a log would show it.
func noSecret(t *testing.T, err error) {
	t.Helper()
	for _, shown := range []string{fmt.Sprint(err), fmt.Sprintf("%+v %#v", err, err), fmt.Sprint(errors.Unwrap(err))} {
		if strings.Contains(shown, "CANARY") {
			t.Errorf("the error shows a secret: %s", shown)
		}
	}
}

func wantFault(t *testing.T, err error, kind core.Kind, reason string) *core.Error {
	t.Helper()
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Kind != kind || e.Reason != reason {
		t.Fatalf("error: got %v, want %s: %s", err, kind, reason)
	}
	noSecret(t, err)
	return e
}
