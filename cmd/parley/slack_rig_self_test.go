package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// fakeHub is in Parley's place where a test asks the rig alone.
type fakeHub struct{ bodies chan string }

func (h fakeHub) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	text, _ := io.ReadAll(q.Body)
	h.bodies <- string(text)
	fmt.Fprint(w, `{"response_type":"ephemeral","text":"heard"}`)
}

func (h fakeHub) await(t *testing.T, text string) {
	t.Helper()
	for deadline := time.After(patience); ; {
		select {
		case body := <-h.bodies:
			if strings.Contains(body, text) {
				return
			}
		case <-deadline:
			t.Fatalf("Slack has not told %q", text)
		}
	}
}

func TestSlackRigDoesWhatItsPeopleDo(t *testing.T) {
	t.Parallel()
	r := newSlack(t, "events")
	hub := fakeHub{make(chan string, 100)}
	r.door.leads(r.listen(hub))
	root := r.card()
	reply := r.say("anna", root, "We look after it")
	hub.await(t, "We look after it")
	if got := r.thread(root); len(got) != 1 || got[0].TS != reply || got[0].User != r.people["anna"] {
		t.Errorf("thread: got %+v, want what anna said", got)
	}
	r.edit("anna", reply, "We look after it now")
	r.expect(root, "after it now")
	r.door.loses(1, `"message_deleted"`)
	r.delete("anna", reply)
	hub.await(t, `"message_deleted"`)
	hub.await(t, `"message_deleted"`) // told again, for the answer was lost
	if got := r.thread(root); len(got) != 0 {
		t.Errorf("thread after the deletion: got %+v, want nothing", got)
	}
	b, ok := r.message(root).button("Take")
	if !ok || b != (button{root, "take", "s1", false}) {
		t.Fatalf("button: got %+v", b)
	}
	r.click("boris", b)
	hub.await(t, "block_actions")
	if got := r.command("anna", "link CODE"); !strings.Contains(got, "heard") {
		t.Errorf("command: got %q, want the answer", got)
	}
	if got := r.submit("anna", object{"id": "V1", "callback_id": "assign"}); !strings.Contains(got, "heard") {
		t.Errorf("submit: got %q, want the answer", got)
	}
	r.post("chat.postEphemeral", object{"channel": r.room, "user": r.people["carla"], "text": "only for you"})
	if got := r.told("carla"); len(got) != 1 || !strings.Contains(got[0], "only for you") {
		t.Errorf("told: got %q, want one message", got)
	}
	r.delete("bot", root)
	if got := r.history(); len(got) != 0 {
		t.Errorf("room: got %+v, want nothing", got)
	}
}

// card posts what could be a card.
func (r *slackRig) card() string {
	r.t.Helper()
	r.post("chat.postMessage", object{"channel": r.room, "text": "Session 42", "blocks": []object{{"type": "actions", "elements": []object{
		{"type": "button", "action_id": "take", "value": "s1", "text": object{"type": "plain_text", "text": "Take it"}},
	}}}})
	return r.root("Session 42")
}

// post calls the API as the app does.
func (r *slackRig) post(method string, p object) {
	r.t.Helper()
	r.ask("POST", r.url+"/api/"+method, p, nil, "Authorization", "Bearer "+slackBotToken)
}

func TestSlackRigHasSocketsAndFaults(t *testing.T) {
	t.Parallel()
	r := newSlack(t, "socket")
	var opened struct{ URL string }
	r.ask("POST", r.url+"/api/apps.connections.open", nil, &opened, "Authorization", "Bearer "+slackAppToken)
	l, _ := dial(t, strings.Replace(opened.URL, "ws://", "http://", 1), nil)
	l.await(t, "hello")
	root := r.card()
	l.await(t, "events_api")
	said := make(chan string, 1)
	go func() { out, _ := r.try("anna", "command", "anna", r.room, "/parley", "link CODE"); said <- out }()
	command := l.await(t, "slash_commands")
	l.send(t, object{"envelope_id": command["envelope_id"], "payload": object{"text": "heard"}})
	if got := <-said; !strings.Contains(got, "heard") {
		t.Errorf("command: got %q, want the answer", got)
	}
	r.disconnect()
	l.await(t, "disconnect")

	r.fault(object{"path": "chat.postMessage", "match": "limited", "status": 429, "body": `{"ok":false,"error":"ratelimited"}`})
	resp, err := http.Post(r.url+"/api/chat.postMessage", "application/json", strings.NewReader(`{"text":"limited"}`))
	if err != nil || resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "" {
		t.Errorf("fault: got %v, %v, want 429 without a time", resp, err)
	}
	r.mend()
	r.say("anna", root, "limited no more")
	r.expect(root, "limited no more")
}
