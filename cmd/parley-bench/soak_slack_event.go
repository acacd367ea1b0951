package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lxzan/gws"
)

const (
	slackWait    = 3 * time.Second // for an acknowledgement
	slackTries   = 60
	slackLook    = 100 * time.Millisecond
	slackFirst   = 200 * time.Millisecond // until it is told again, doubling
	slackLast    = 8 * time.Second
	slackPing    = 5 * time.Second
	slackLate    = 60 * time.Millisecond // the most that one event is told after a younger one, unless it has to be told again
	tellLateness = 0.1                   // of events
)

// event is what every event comes in.
func event(e object) object {
	return object{"type": "event_callback", "team_id": slackTeam, "event_id": "Ev" + newID(), "event_time": time.Now().Unix(), "event": e}
}

// tell tells the app of something, again and again until it has taken it.
func (a *slackApp) tell(kind string, payload object) {
	a.net.pending.Add(1)
	go func() {
		defer a.net.pending.Add(-1)
		if a.net.fate.strikes(untold, tellLateness) {
			time.Sleep(a.net.fate.within(slackLate))
		}
		for range 1 + a.net.twice() {
			a.hear(kind, payload, nil, slackTries)
		}
	}()
}

// hear tells the app of something, so many times at most, and puts what it answers into out, unless that is nil. It waits for a socket
// where there is none, and longer and longer for an acknowledgement, so that who is behind can catch up.
func (a *slackApp) hear(kind string, payload object, out *string, tries int) bool {
	for try := 0; try < tries; try++ {
		for tries > 1 && a.away() && !a.net.siege.ended.Load() {
			time.Sleep(slackLook)
		}
		if a.net.siege.ended.Load() {
			return false
		}
		answer, ok := a.call(kind, payload, try)
		if ok && (tries == 1 || !a.net.fate.strikes(unheard, 0.02)) {
			if out != nil {
				*out = string(answer)
			}
			return true
		}
		a.net.siege.retried()
		time.Sleep(min(slackFirst<<min(try, 10), slackLast)/2 + a.net.fate.within(slackFirst))
	}
	if tries > 1 {
		a.net.siege.fail("the app %s has not taken an event after %d tries", a.id, tries)
	}
	return false
}

// away tells whether the app should have a socket and has none.
func (a *slackApp) away() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.hook == "" && len(a.lines) == 0
}

func (a *slackApp) call(kind string, payload object, try int) (answer []byte, ok bool) {
	if a.hook == "" {
		return a.overSocket(kind, payload, try)
	}
	return a.overHTTP(kind, payload, try)
}

func (a *slackApp) overHTTP(kind string, payload object, try int) (answer []byte, ok bool) {
	body, err := json.Marshal(payload)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	contentType := "application/json"
	switch kind {
	case "interactive":
		contentType, body = "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(body)}}.Encode())
	case "slash_commands":
		form := url.Values{}
		for name, value := range payload {
			form.Set(name, fmt.Sprint(value))
		}
		contentType, body = "application/x-www-form-urlencoded", []byte(form.Encode())
	}
	ctx, cancel := context.WithTimeout(context.Background(), slackWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.hook, bytes.NewReader(body))
	if err != nil {
		a.net.siege.fail("the app's address is none: %v", err)
		return nil, true
	}
	at := fmt.Sprint(time.Now().Unix())
	code := hmac.New(sha256.New, []byte(a.signing.Reveal()))
	_, _ = fmt.Fprintf(code, "v0:%s:%s", at, body)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(code.Sum(nil)))
	if try > 0 {
		r.Header.Set("X-Slack-Retry-Num", fmt.Sprint(try))
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, false
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(resp.Body)
	return b.Bytes(), err == nil && resp.StatusCode == http.StatusOK
}

// slackLine is a socket of an app.
type slackLine struct {
	gws.BuiltinEventHandler
	app  *slackApp
	conn *gws.Conn
	mu   sync.Mutex // for writing
}

// slackTicket is in the address of every socket. It must be seen nowhere.
const slackTicket = "CANARY-ticket-of-a-socket"

func (n *slackNet) upgrade(w http.ResponseWriter, r *http.Request, app string) {
	i := slices.IndexFunc(n.apps, func(a *slackApp) bool { return a.id == app })
	if i < 0 || r.URL.Query().Get("ticket") != slackTicket {
		http.NotFound(w, r)
		return
	}
	l := &slackLine{app: n.apps[i]}
	conn, err := gws.NewUpgrader(l, nil).Upgrade(w, r)
	if err != nil {
		return
	}
	l.conn = conn
	l.write(object{"type": "hello", "num_connections": 1, "connection_info": object{"app_id": app}})
	l.app.mu.Lock()
	l.app.lines = append(l.app.lines, l)
	again := l.app.next > 0
	l.app.mu.Unlock()
	if again {
		n.siege.reconnects.Add(1)
	}
	gone := make(chan struct{})
	go func() {
		for {
			select {
			case <-gone:
				return
			case <-time.After(slackPing):
				l.mu.Lock()
				_ = conn.WritePing([]byte("ping"))
				l.mu.Unlock()
			}
		}
	}()
	conn.ReadLoop()
	close(gone)
	l.app.mu.Lock()
	defer l.app.mu.Unlock()
	l.app.lines = slices.DeleteFunc(l.app.lines, func(other *slackLine) bool { return other == l })
}

func (l *slackLine) write(v object) {
	text, err := json.Marshal(v)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.conn.WriteMessage(gws.OpcodeText, text) // who waits for the answer notices
}

// OnMessage is gws.Event's: an acknowledgement.
func (l *slackLine) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	var ack struct {
		Envelope string          `json:"envelope_id"`
		Payload  json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(m.Bytes(), &ack) != nil {
		return
	}
	l.app.mu.Lock()
	defer l.app.mu.Unlock()
	if waiting := l.app.acks[ack.Envelope]; waiting != nil {
		delete(l.app.acks, ack.Envelope)
		waiting <- ack.Payload
	}
}

// overSocket sends an envelope over one of the sockets.
func (a *slackApp) overSocket(kind string, payload object, try int) (answer []byte, ok bool) {
	a.mu.Lock()
	if len(a.lines) == 0 {
		a.mu.Unlock()
		return nil, false
	}
	l := a.lines[a.next%len(a.lines)]
	a.next++
	envelope, ack := fmt.Sprintf("%s-%d", a.id, a.next), make(chan json.RawMessage, 1)
	a.acks[envelope] = ack
	a.mu.Unlock()
	l.write(object{
		"envelope_id": envelope, "type": kind, "payload": payload, "retry_attempt": try, "accepts_response_payload": kind != "events_api",
	})
	select {
	case text := <-ack:
		return text, true
	case <-time.After(slackWait):
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.acks, envelope)
	return nil, false
}

// disturb breaks the app's connections off, or asks it to connect anew.
func (a *slackApp) disturb(breaks bool) {
	a.mu.Lock()
	lines := slices.Clone(a.lines)
	a.mu.Unlock()
	for _, l := range lines {
		switch {
		case breaks && a.net.fate.strikes(socketBroken, 1):
			_ = l.conn.NetConn().Close()
		case !breaks && a.net.fate.strikes(socketAsked, 1):
			l.write(object{"type": "disconnect", "reason": "refresh_requested"})
		}
	}
}

func (a *slackApp) hangUp() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.lines {
		_ = l.conn.NetConn().Close()
	}
}

// link links somebody to the agent who was given the code. A program that is busy with its start is asked again, which it allows a few times.
func (a *slackApp) link(who, code string) error {
	var answer string
	for range 4 {
		if !a.hear("slash_commands", object{"command": "/parley", "text": "link " + code, "user_id": who, "team_id": slackTeam, "channel_id": a.room}, &answer, slackTries) {
			return fmt.Errorf("the app %s does not answer", a.id)
		}
		if strings.Contains(answer, "You are ") {
			return nil
		}
		time.Sleep(slackWait)
	}
	return fmt.Errorf("%s was not linked: %.200s", who, answer)
}
