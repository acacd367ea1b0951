package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"
)

// theTeam is the rig's workspace.
const theTeam = "T000000001"

// stamps are timestamps of messages that the rig does not have.
var stamps atomic.Int64

func stamp() string { return fmt.Sprintf("%d.%06d", time.Now().Unix(), 900_000+stamps.Add(1)%100_000) }

// signed tells Parley something as Slack does, at a time, and gives the answer. In socket mode it goes over the bridge, which asks for no
// signature.
func (r *slackRig) signed(contentType string, body []byte, at time.Time) (status int, answer string) {
	r.t.Helper()
	to := r.door.url + slackHook
	if r.mode == "socket" {
		to = r.bridge + "/"
	}
	req, err := http.NewRequest("POST", to, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	code := hmac.New(sha256.New, []byte(slackSigning))
	fmt.Fprintf(code, "v0:%d:%s", at.Unix(), body)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("X-Slack-Request-Timestamp", fmt.Sprint(at.Unix()))
	req.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(code.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// tell tells Parley of an event that the rig itself does not bring about.
func (r *slackRig) tell(event object) {
	r.t.Helper()
	if status, answer := r.signed("application/json", envelope(r.t, event), time.Now()); status != http.StatusOK {
		r.t.Fatalf("an event was answered with %d %s", status, answer)
	}
}

func envelope(t *testing.T, event object) []byte {
	t.Helper()
	body, err := json.Marshal(object{"type": "event_callback", "team_id": theTeam, "event_id": "Ev" + stamp(), "event": event})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// speaks is somebody's message in the thread, with more than a text.
func (c *customer) speaks(user, text string, more object) object {
	ts := stamp()
	m := object{
		"type": "message", "channel": c.slack.room, "channel_type": "channel", "team": theTeam, "user": user, "text": text,
		"ts": ts, "event_ts": ts, "thread_ts": c.root,
	}
	for name, value := range more {
		m[name] = value
	}
	return m
}

// pressing is a press of a button of the card.
func (c *customer) pressing(who, action string) []byte {
	payload, err := json.Marshal(object{
		"type": "block_actions", "trigger_id": stamp() + "." + who, "user": object{"id": c.slack.people[who], "team_id": theTeam},
		"team": object{"id": theTeam}, "channel": object{"id": c.slack.room}, "container": object{"message_ts": c.root, "channel_id": c.slack.room},
		"message": object{"ts": c.root}, "actions": []object{{"action_id": action, "value": c.session}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return []byte(url.Values{"payload": {string(payload)}}.Encode())
}

// presses presses a button of the card at once, without waiting for it to be shown.
func (c *customer) presses(who, action string) {
	c.t.Helper()
	if status, answer := c.slack.signed("application/x-www-form-urlencoded", c.pressing(who, action), time.Now()); status != http.StatusOK {
		c.t.Fatalf("a press was answered with %d %s", status, answer)
	}
}

// whispers gives what somebody, who need not exist, was told privately by a call.
func (r *slackRig) whispers(user string) (all []string) {
	r.t.Helper()
	for _, call := range r.calls() {
		if call.Fields["user"] == user && call.Path == "/api/chat.postEphemeral" {
			all = append(all, call.Fields["text"])
		}
	}
	return all
}
