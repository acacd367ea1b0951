package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"parley/core"
)

// bridge is Slack's side of Socket Mode.
type bridge struct {
	t     *testing.T
	conns chan *websocket.Conn
	acks  chan ack
}

type ack struct {
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
}

// newBridge lets the console's Slack open connections to it.
func newBridge(c *console) *bridge {
	b := &bridge{t: c.t, conns: make(chan *websocket.Conn, 16), acks: make(chan ack, 256)}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		b.conns <- conn
		for {
			var a ack
			if conn.ReadJSON(&a) != nil {
				return
			}
			b.acks <- a
		}
	}))
	c.t.Cleanup(server.Close)
	c.fake.Socket = "ws" + strings.TrimPrefix(server.URL, "http")
	return b
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// conn waits for the next connection, and says hello on it.
func (b *bridge) conn() *websocket.Conn {
	b.t.Helper()
	select {
	case conn := <-b.conns:
		b.send(conn, map[string]any{"type": "hello", "num_connections": 1})
		return conn
	case <-time.After(patience):
		b.t.Fatal("no connection came")
		return nil
	}
}

func (b *bridge) send(conn *websocket.Conn, v any) {
	b.t.Helper()
	if err := conn.WriteJSON(v); err != nil {
		b.t.Fatal(err)
	}
}

// event sends an event in an envelope.
func (b *bridge) event(conn *websocket.Conn, envelope string, event map[string]any) {
	b.t.Helper()
	b.send(conn, map[string]any{"envelope_id": envelope, "type": "events_api", "payload": json.RawMessage(wrapped(event))})
}

// acked waits for an acknowledgement.
func (b *bridge) acked() ack {
	b.t.Helper()
	select {
	case a := <-b.acks:
		return a
	case <-time.After(patience):
		b.t.Fatal("nothing was acknowledged")
		return ack{}
	}
}

// unacked sees that nothing is acknowledged for a while.
func (b *bridge) unacked() {
	b.t.Helper()
	select {
	case a := <-b.acks:
		b.t.Fatalf("%s was acknowledged, want not", a.Envelope)
	case <-time.After(150 * time.Millisecond):
	}
}

// running runs the console until the test ends.
func running(c *console) {
	ctx, cancel := context.WithCancel(c.t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	c.t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				c.t.Errorf("run: got %v, want nil", err)
			}
		case <-time.After(patience):
			c.t.Error("run does not end")
		}
	})
}

func TestAnEventIsAcknowledgedWhenItIsStored(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	b := newBridge(c)
	block := make(chan struct{})
	c.desk.slow = func(core.Deed) { <-block }
	running(c)
	conn := b.conn()
	b.event(conn, "e1", spoke(1, "UANNA", "Hi"))
	b.unacked()
	close(block)
	if a := b.acked(); a.Envelope != "e1" || a.Payload != nil || !slices.Equal(c.desk.told(), []string{"Hi"}) {
		t.Errorf("got %+v and %q", a, c.desk.told())
	}
}

func TestWhatTheDeskCannotTakeIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	b := newBridge(c)
	var once sync.Once
	c.desk.refuse = func(core.Deed) (err error) {
		once.Do(func() { err = &core.Error{Kind: core.Unavailable} })
		return err
	}
	running(c)
	conn := b.conn()
	b.event(conn, "e1", spoke(1, "UANNA", "Hi"))
	b.unacked()
	b.event(conn, "e2", spoke(1, "UANNA", "Hi")) // Slack sends it again
	if a := b.acked(); a.Envelope != "e2" || !slices.Equal(c.desk.told(), []string{"Hi"}) {
		t.Errorf("got %+v and %q", a, c.desk.told())
	}
}

func TestWhatNobodyUnderstandsIsAcknowledged(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	b := newBridge(c)
	running(c)
	conn := b.conn()
	for envelope, payload := range map[string]string{
		"unknown event": `{"type":"event_callback","event":{"type":"dance"}}`, "broken event": `{"type":"event_callback"}`, "no object": `7`,
	} {
		b.send(conn, map[string]any{"envelope_id": envelope, "type": "events_api", "payload": json.RawMessage(payload)})
		if a := b.acked(); a.Envelope != envelope {
			t.Errorf("%s: got %+v", envelope, a)
		}
	}
	b.send(conn, map[string]any{"envelope_id": "unknown type", "type": "dance", "payload": map[string]any{}})
	if a := b.acked(); a.Envelope != "unknown type" {
		t.Errorf("got %+v", a)
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte("{")); err != nil {
		t.Fatal(err)
	}
	b.event(conn, "after", spoke(1, "UANNA", "Hi"))
	if a := b.acked(); a.Envelope != "after" {
		t.Errorf("after something broken: got %+v", a)
	}
}

func TestAnswersGoWithTheAcknowledgement(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	b := newBridge(c)
	running(c)
	conn := b.conn()
	b.send(conn, map[string]any{"envelope_id": "c", "type": "slash_commands", "accepts_response_payload": true,
		"payload": map[string]any{"command": "/parley", "text": "mine", "user_id": "UANNA", "team_id": "T1"}})
	if a := b.acked(); a.Envelope != "c" || !strings.Contains(string(a.Payload), "no open sessions") {
		t.Errorf("a command: got %s", a.Payload)
	}
	b.send(conn, map[string]any{"envelope_id": "v", "type": "interactive", "accepts_response_payload": true,
		"payload": submitted("UANNA", callAssign, about{Session: testSession}.text(), nil)})
	if a := b.acked(); a.Envelope != "v" || !strings.Contains(string(a.Payload), "Choose somebody.") {
		t.Errorf("a window: got %s", a.Payload)
	}
	b.send(conn, map[string]any{"envelope_id": "p", "type": "interactive", "payload": pressing("UANNA", pressTake, testSession.String())})
	if a := b.acked(); a.Envelope != "p" || a.Payload != nil || !slices.Equal(c.desk.told(), []string{"take"}) {
		t.Errorf("a button: got %+v and %q", a, c.desk.told())
	}
}

func TestTheNewConnectionOpensBeforeTheOldOneCloses(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	b := newBridge(c)
	running(c)
	first := b.conn()
	b.send(first, map[string]any{"type": "disconnect", "reason": "refresh_requested"})
	b.event(first, "e1", spoke(1, "UANNA", "one"))
	if a := b.acked(); a.Envelope != "e1" {
		t.Errorf("on the old one: got %+v", a)
	}
	second := b.conn()
	b.event(first, "e2", spoke(2, "UANNA", "two"))
	if a := b.acked(); a.Envelope != "e2" {
		t.Errorf("on the old one, after the new one: got %+v", a)
	}
	b.event(second, "e3", spoke(3, "UANNA", "three"))
	if a := b.acked(); a.Envelope != "e3" {
		t.Errorf("on the new one: got %+v", a)
	}
	if got := c.desk.told(); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("got %q", got)
	}
}

func TestAConnectionThatBreaksIsOpenedAgain(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	b := newBridge(c)
	block := make(chan struct{})
	var once sync.Once
	c.desk.slow = func(core.Deed) { once.Do(func() { <-block }) }
	running(c)
	conn := b.conn()
	b.event(conn, "e1", spoke(1, "UANNA", "Hi"))
	time.Sleep(30 * time.Millisecond)
	_ = conn.UnderlyingConn().Close() // before it was acknowledged
	close(block)
	conn = b.conn()
	b.event(conn, "e2", spoke(1, "UANNA", "Hi"))
	if a := b.acked(); a.Envelope != "e2" || !slices.Equal(c.desk.told(), []string{"Hi"}) {
		t.Errorf("got %+v and %q, want it said once", a, c.desk.told())
	}
}

func TestAConnectionThatSaysNothingIsLeft(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	c.pace.quiet = 5 * time.Second
	b := newBridge(c)
	running(c)
	conn := b.conn()
	for range 20 {
		time.Sleep(300 * time.Millisecond)
		if err := conn.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(patience)); err != nil {
			t.Fatalf("while it is pinged: %v", err)
		}
	}
	if len(b.conns) != 0 {
		t.Error("another connection was opened while the first one was pinged")
	}
	b.conn()
}

func TestASlackThatCannotBeReachedIsTriedAgain(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	b := newBridge(c)
	c.chance = func() float64 { return 0 }
	c.fake.fail(breakage{method: "apps.connections.open", status: 500, times: 2})
	running(c)
	b.conn()
	deadline := time.Now().Add(patience)
	for c.ails() != "" && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.troubles, reasonSilent) || c.problems[troubleSocket] != "" {
		t.Errorf("got %q, want the trouble told, and that it is over", c.troubles)
	}
}

func TestRunEndsWhenSlackRefusesAToken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode, method, word string
	}{
		"the bot token":         {ModeEvents, "auth.test", "token_revoked"},
		"the bot token, socket": {ModeSocket, "auth.test", "account_inactive"},
		"the app-level token":   {ModeSocket, "apps.connections.open", "invalid_auth"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, test.mode)
			newBridge(c)
			c.fake.fail(breakage{method: test.method, body: `{"ok":false,"error":"` + test.word + `"}`, times: 100})
			if err := c.Run(t.Context()); core.KindOf(err) != core.Unauthorized {
				t.Errorf("got %v, want unauthorized", err)
			}
		})
	}
}

func TestAnAppThatIsRemovedIsNoticed(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	done := make(chan error, 1)
	go func() { done <- c.Run(t.Context()) }()
	for len(c.fake.made("auth.test")) == 0 {
		time.Sleep(time.Millisecond)
	}
	c.fake.fail(breakage{method: "auth.test", body: `{"ok":false,"error":"token_revoked"}`, times: 100})
	if status := c.tell(map[string]any{"type": "app_uninstalled"}); status != 200 {
		t.Errorf("got status %d, want 200", status)
	}
	select {
	case err := <-done:
		if core.KindOf(err) != core.Unauthorized {
			t.Errorf("got %v, want unauthorized", err)
		}
	case <-time.After(patience):
		t.Error("it is not noticed")
	}
}
