package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// scopedSlack is a Slack that knows an app: what its token may do is in the token, and the room C0SUPPORT is the only one that it is in.
func scopedSlack(t *testing.T) string {
	t.Helper()
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked := string(body) + r.Header.Get("Authorization")
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.Contains(asked, "-poor"):
			w.Header().Set("X-OAuth-Scopes", "commands,chat:write")
		case strings.HasSuffix(r.URL.Path, "conversations.history") && !strings.Contains(asked, "C0SUPPORT"):
			_, _ = io.WriteString(w, `{"ok":false,"error":"not_in_channel"}`)
			return
		}
		_, _ = io.WriteString(w, `{"ok":true,"team_id":"T1","user_id":"UBOT","bot_id":"BBOT","bot":{"id":"BBOT","app_id":"A1"},"messages":[]}`)
	}))
	t.Cleanup(slack.Close)
	return slack.URL + "/api/"
}

// post asks as somebody, with an idempotency key, and gives the answer as it is.
func (c caller) post(t *testing.T, path, key string, in any) (status int, text string) {
	t.Helper()
	return c.raw(t, "POST", path, key, in)
}

func (c caller) raw(t *testing.T, method, path, key string, in any) (status int, text string) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestAnAdminAddsChannelsOverTheAPIS15(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "PARLEY_SLACK_API_URL="+scopedSlack(t))
	p.must("department", "add", "--name", "Support")
	p.must("agent", "add", "--email", "ada@example.test", "--name", "Ada", "--admin", "--password-file", p.file("password", password))
	s := p.serve()
	ada, _ := s.signIn("ada@example.test", password)
	var departments struct{ Items []struct{ ID string } }
	ada.must(t, "GET", "/api/v1/departments?all=true", nil, &departments)
	support := departments.Items[0].ID

	good := object{"bot_token": " xoxb-CANARY\n", "signing_secret": "CANARYCANARY"}
	with := func(key string, secret any) object {
		return object{"bot_token": "xoxb-CANARY", "signing_secret": "CANARYCANARY", key: secret}
	}
	events := object{"mode": "events"}
	adding := func(kind string, settings, keys any) object {
		return object{"kind": kind, "department": support, "settings": settings, "keys": keys}
	}
	for name, c := range map[string]struct {
		body  object
		field string
		says  string
	}{
		"a token without permissions":     {adding("slack", events, with("bot_token", "xoxb-CANARY-poor")), "bot_token", "without the permissions channels:history"},
		"a token of another kind":         {adding("slack", events, with("bot_token", "xapp-CANARY")), "bot_token", "begins with xoxb-"},
		"a token as signing secret":       {adding("slack", events, with("signing_secret", "xoxb-CANARY")), "signing_secret", "not the signing secret"},
		"a token with a space":            {adding("slack", events, with("bot_token", "xoxb-CANARY xoxb-CANARY")), "bot_token", "give the key alone"},
		"a token with a new line":         {adding("slack", events, with("bot_token", "xoxb-CANARY\r\nX-Evil: yes")), "bot_token", "give the key alone"},
		"a key that no kind has":          {adding("slack", events, with("CANARY", "x")), "keys", "is not for this kind"},
		"a key that another kind has":     {adding("telegram", object{}, object{"bot_token": "xoxb-CANARY"}), "bot_token", "is not for this kind"},
		"no key":                          {adding("slack", events, object{}), "bot_token", "is missing"},
		"a key for a widget":              {adding("widget", object{"origins": []string{shop}}, good), "", "is not for this kind"},
		"a room that the app is not in":   {adding("slack", object{"mode": "events", "team_channel": "C0OTHER"}, good), "team_channel", "/invite @parley"},
		"a room that is none":             {adding("slack", object{"mode": "events", "team_channel": "#support"}, good), "team_channel", "is not the id"},
		"a setting that the kind has not": {adding("slack", object{"CANARY": "xoxb-CANARY"}, good), "settings", ""},
		"settings of another shape":       {adding("slack", object{"mode": []string{"xoxb-CANARY"}}, good), "settings", ""},
		"a kind that is none":             {adding("CANARY", object{}, good), "kind", "is no kind of channel"},
		"a department that is none":       {object{"kind": "slack", "department": "dep_1111111111111", "keys": good}, "department", ""},
		"no Telegram token":               {adding("telegram", object{}, object{"token": "CANARY"}), "token", "BotFather"},
		"an origin with a path":           {adding("widget", object{"origins": []string{shop + "/CANARY"}}, object{}), "origins", "without a path"},
		"no origin":                       {adding("widget", object{"origins": []string{}}, object{}), "origins", ""},
	} {
		status, answer := ada.post(t, "/api/v1/channels", "", c.body)
		var problem struct{ Field, Detail string }
		if err := json.Unmarshal([]byte(answer), &problem); err != nil {
			t.Fatal(err)
		}
		if status != http.StatusUnprocessableEntity || c.field != "" && problem.Field != c.field || !strings.Contains(problem.Detail, c.says) || strings.Contains(answer, "CANARY") {
			t.Errorf("%s: got %d, %s; want 422 at %q with %q", name, status, answer, c.field, c.says)
		}
	}
	if got := strings.Count(p.must("channel", "list"), "\n"); got != 1 {
		t.Fatalf("what was refused was added: %d lines", got)
	}

	wanted := adding("slack", object{"mode": "events", "team_channel": "C0SUPPORT"}, good)
	status, first := ada.post(t, "/api/v1/channels", "k1", wanted)
	if status != http.StatusCreated || !strings.Contains(first, `"support-slack"`) || strings.Contains(first, "CANARY") {
		t.Fatalf("got %d, %s, want the channel", status, first)
	}
	if _, again := ada.post(t, "/api/v1/channels", "k1", wanted); again != first {
		t.Errorf("the same again: got %s, want %s", again, first)
	}
	for key, says := range map[string]string{"k2": "name", "k1": "Idempotency-Key"} {
		other := adding("slack", events, good)
		if key == "k1" {
			other["settings"] = object{"mode": "events", "dms": true}
		}
		if status, answer := ada.post(t, "/api/v1/channels", key, other); status != http.StatusUnprocessableEntity || !strings.Contains(answer, says) {
			t.Errorf("another with the key %s: got %d, %s, want %s refused", key, status, answer, says)
		}
	}
	second := adding("slack", events, good)
	second["name"] = "second"
	if _, answer := ada.post(t, "/api/v1/channels", "", second); !strings.Contains(answer, "that support-slack speaks for already") {
		t.Errorf("the same app twice: got %s", answer)
	}
	if got := p.must("surface", "list"); !strings.Contains(got, "C0SUPPORT") {
		t.Errorf("surfaces: got %s, want the team channel", got)
	}

	rekeys(t, ada, first)
	_, answer := ada.post(t, "/api/v1/channels", "", adding("widget", object{"origins": []string{shop + "/"}, "files": true}, object{}))
	var widget struct{ Embed string }
	if err := json.Unmarshal([]byte(answer), &widget); err != nil || !strings.Contains(widget.Embed, s.url+`/widget.js" data-channel="support-widget"`) {
		t.Errorf("a widget: got %s, %v, want the line for its pages", answer, err)
	}
	s.visit("support-widget", shop)
	if log := s.stderr.String() + s.stdout.String(); strings.Contains(log, "CANARY") {
		t.Errorf("the log holds a key: %s", log)
	}
	s.stop()
}

// rekeys gives the channel that was added other keys: what is wrong with them is named, and those that it has stay.
func rekeys(t *testing.T, ada caller, added string) {
	t.Helper()
	var is struct{ Channel struct{ ID string } }
	if err := json.Unmarshal([]byte(added), &is); err != nil {
		t.Fatal(err)
	}
	var problem struct{ Field, Detail, Slug string }
	set := func(id string, keys object) int {
		t.Helper()
		problem.Field, problem.Detail = "", ""
		status, answer := ada.raw(t, "PATCH", "/api/v1/channels/"+id, "", object{"keys": keys})
		if err := json.Unmarshal([]byte(answer), &problem); err != nil || strings.Contains(answer, "CANARY") {
			t.Fatalf("got %d, %s, %v", status, answer, err)
		}
		return status
	}
	for name, c := range map[string]struct {
		keys        object
		field, says string
	}{
		"without permissions":       {object{"bot_token": "xoxb-CANARY-poor"}, "bot_token", "without the permissions"},
		"of another kind":           {object{"token": "CANARY"}, "token", "is not for this kind"},
		"none":                      {object{"bot_token": " "}, "bot_token", "is missing"},
		"a token as signing secret": {object{"signing_secret": "xoxb-CANARY"}, "signing_secret", "not the signing secret"},
	} {
		if status := set(is.Channel.ID, c.keys); status != http.StatusUnprocessableEntity || problem.Field != c.field || !strings.Contains(problem.Detail, c.says) {
			t.Errorf("new keys, %s: got %d, %+v; want 422 at %q with %q", name, status, problem, c.field, c.says)
		}
	}
	if status := set("cha_1111111111111", object{"bot_token": "xoxb-CANARY"}); status != http.StatusNotFound {
		t.Errorf("new keys for no channel: got %d, want 404", status)
	}
	if status := set(is.Channel.ID, object{"bot_token": "xoxb-CANARY-new\n"}); status != http.StatusOK || problem.Slug != "support-slack" {
		t.Errorf("new keys: got %d, %+v", status, problem)
	}
}
