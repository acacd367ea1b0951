package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"parley/channels/slack"
)

// Who may be linked by e-mail is a setting of the channel, which asks for nothing but a permission of the app.
func TestLinkingByEmailIsSetS8(t *testing.T) {
	t.Parallel()
	var scopes atomic.Value
	enough := strings.Join(slices.DeleteFunc(asked(t), func(scope string) bool { return scope == slack.ScopeEmail }), ",")
	scopes.Store(enough)
	network := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-OAuth-Scopes", scopes.Load().(string))
		_, _ = io.WriteString(w, `{"ok":true,"team_id":"T1","user_id":"UBOT","bot_id":"BBOT","bot":{"id":"BBOT","app_id":"A1"}}`)
	}))
	t.Cleanup(network.Close)
	p := newPlace(t, "PARLEY_SLACK_API_URL="+network.URL+"/api/")
	p.must("department", "add", "--name", "Support")
	p.must("channel", "add", "slack", "--department", "support", "--mode", "events", "--name", "desk",
		"--bot-token-file", p.file("bot", "xoxb-1"), "--signing-secret-file", p.file("signing", "0123456789abcdef"))
	listed := func(want bool) {
		t.Helper()
		if got := p.must("channel", "list"); strings.Contains(got, `"link_by_email":true`) != want || !strings.Contains(got, `"team":"T1"`) {
			t.Errorf("got %s, want linking by e-mail %v", got, want)
		}
	}
	listed(false)
	if out := p.refused("channel", "set", "desk", "--link-by-email"); !strings.Contains(out, "users:read.email") {
		t.Errorf("without the permission: got %q, want it named", out)
	}
	listed(false)
	scopes.Store(enough + ",users:read.email")
	p.must("channel", "set", "desk", "--link-by-email")
	listed(true)
	p.must("channel", "set", "desk", "--bot-token-file", p.file("bot2", "xoxb-2"))
	listed(true)
	p.must("channel", "set", "desk", "--link-by-email=false")
	listed(false)
	p.must("channel", "set", "desk", "--link-by-email", "--dms", "--bot-token-file", p.file("bot3", "xoxb-3"))
	if got := p.must("channel", "list"); !strings.Contains(got, `"link_by_email":true`) || !strings.Contains(got, `"dms":true`) {
		t.Errorf("all at once: got %s", got)
	}
}

// asked gives the permissions that the manifest asks for.
func asked(t *testing.T) []string {
	t.Helper()
	text, err := slack.Manifest("events", "https://chat.example.test", "desk")
	var m struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `json:"oauth_config"`
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil || len(m.OAuth.Scopes.Bot) == 0 {
		t.Fatalf("the manifest: got %s, %v", text, err)
	}
	return m.OAuth.Scopes.Bot
}

// refused runs a command that must be refused with one line, and gives that.
func (p *place) refused(args ...string) string {
	p.t.Helper()
	_, stderr, status := p.do(args...)
	if status == exitDone || strings.Count(stderr, "\n") != 1 {
		p.t.Errorf("parley %q: got %d and %q, want it refused in one line", args, status, stderr)
	}
	return stderr
}
