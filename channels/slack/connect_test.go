package slack

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"parley/core"
)

func TestKeysAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		mode    string
		secrets Secrets
		needs   []string
		prepare func(f *fake)
		kind    core.Kind
		field   string
		says    string
	}{
		{name: "all is well over a socket", mode: ModeSocket, secrets: Secrets{Bot: testBot, App: testApp}},
		{name: "all is well with calls", mode: ModeEvents, secrets: Secrets{Bot: testBot, Signing: testSigning}},
		{name: "Slack does not tell the permissions", mode: ModeSocket, secrets: testSecrets, prepare: func(f *fake) { f.scopes = "" }},
		{name: "a mode that is none", mode: "rtm", secrets: testSecrets, kind: core.Invalid, field: "mode", says: "neither"},
		{name: "no bot token", mode: ModeSocket, secrets: Secrets{App: testApp}, kind: core.Invalid, field: fieldBot, says: "xoxb-"},
		{name: "a user's token", mode: ModeSocket, secrets: Secrets{Bot: "xoxp-CANARY", App: testApp}, kind: core.Invalid, field: fieldBot, says: "xoxb-"},
		{name: "no app token", mode: ModeSocket, secrets: Secrets{Bot: testBot}, kind: core.Invalid, field: fieldApp, says: "needed in the mode socket"},
		{name: "the bot token twice", mode: ModeSocket, secrets: Secrets{Bot: testBot, App: testBot}, kind: core.Invalid, field: fieldApp, says: "xapp-"},
		{name: "no signing secret", mode: ModeEvents, secrets: Secrets{Bot: testBot}, kind: core.Invalid, field: fieldSigning, says: "needed in the mode events"},
		{name: "a token that Slack refuses", mode: ModeSocket, secrets: Secrets{Bot: "xoxb-CANARY-old", App: testApp}, kind: core.Invalid, field: fieldBot, says: "invalid_auth"},
		{name: "a token that is no bot's", mode: ModeSocket, secrets: testSecrets, kind: core.Invalid, field: fieldBot, says: "no bot's", prepare: func(f *fake) {
			f.fail(breakage{method: "auth.test", body: `{"ok":true,"team_id":"T1","user_id":"U1"}`})
		}},
		{name: "permissions that are missing", mode: ModeSocket, secrets: testSecrets, kind: core.Invalid, field: fieldBot, says: "permissions chat:write.customize, groups:history:", prepare: func(f *fake) {
			f.scopes = strings.ReplaceAll(strings.ReplaceAll(f.scopes, "chat:write.customize,", " "), "groups:history,", "")
		}},
		{name: "permissions that are not needed", mode: ModeSocket, secrets: testSecrets, prepare: func(f *fake) {
			f.scopes = strings.ReplaceAll(strings.ReplaceAll(f.scopes, "reactions:write,", ""), ","+ScopeEmail, "")
		}},
		{name: "one that is needed after all", mode: ModeSocket, secrets: testSecrets, needs: []string{ScopeEmail}, kind: core.Invalid, field: fieldBot, says: "permissions users:read.email:", prepare: func(f *fake) {
			f.scopes = strings.ReplaceAll(f.scopes, ","+ScopeEmail, "")
		}},
		{name: "an app token that Slack refuses", mode: ModeSocket, secrets: Secrets{Bot: testBot, App: "xapp-CANARY-old"}, kind: core.Invalid, field: fieldApp, says: "invalid_auth"},
		{name: "an app token of another app", mode: ModeSocket, secrets: Secrets{Bot: testBot, App: "xapp-1-A2-3-CANARY"}, kind: core.Invalid, field: fieldApp, says: "another app"},
		{name: "an app token without the permission", mode: ModeSocket, secrets: testSecrets, kind: core.Invalid, field: fieldApp, says: appScope, prepare: func(f *fake) {
			f.refuse("apps.connections.open", "missing_scope")
		}},
		{name: "an app without Socket Mode", mode: ModeSocket, secrets: testSecrets, kind: core.Invalid, field: fieldApp, says: "Socket Mode", prepare: func(f *fake) {
			f.refuse("apps.connections.open", "forbidden_team")
		}},
		{name: "a Slack that is not well", mode: ModeSocket, secrets: testSecrets, kind: core.Unavailable, says: reasonSilent, prepare: func(f *fake) {
			f.fail(breakage{method: "auth.test", status: 503})
		}},
		{name: "a Slack that is not well later", mode: ModeSocket, secrets: testSecrets, kind: core.Unavailable, says: reasonAway, prepare: func(f *fake) {
			f.fail(breakage{method: "apps.connections.open", drop: true})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			if c.prepare != nil {
				c.prepare(f)
			}
			got, err := Connect(t.Context(), f.URL, c.secrets, c.mode, nil, c.needs...)
			if c.kind == "" {
				if err != nil || got.Mode != c.mode || got.Team != "T1" || got.App != "A1" || got.Bot != "UBOT" {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			e, ok := errors.AsType[*core.Error](err)
			if !ok || e.Kind != c.kind || e.Field != c.field || !strings.Contains(e.Reason, c.says) {
				t.Fatalf("got %v, want %s of %s: …%s…", err, c.kind, c.field, c.says)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

func TestTheManifest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, mode, host, url string
		kind                  core.Kind
	}{
		{"over a socket Slack calls nobody", ModeSocket, "http://localhost:8080", "", ""},
		{"else it calls this installation", ModeEvents, "https://desk.example.test", "https://desk.example.test/hooks/slack/care-slack", ""},
		{"a host alone is enough", ModeEvents, "desk.example.test:8443", "https://desk.example.test:8443/hooks/slack/care-slack", ""},
		{"which it cannot without TLS", ModeEvents, "http://desk.example.test", "", core.Invalid},
		{"and not without an address", ModeEvents, "", "", core.Invalid},
		{"a mode that is none", "rtm", "https://desk.example.test", "", core.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, err := Manifest(c.mode, c.host, "care-slack")
			if core.KindOf(err) != c.kind {
				t.Fatalf("got %v, want %s", err, c.kind)
			}
			if err != nil {
				return
			}
			var m slack.Manifest
			d := json.NewDecoder(strings.NewReader(string(text)))
			d.DisallowUnknownFields()
			if err := d.Decode(&m); err != nil {
				t.Fatal(err)
			}
			if m.Settings.SocketModeEnabled != (c.mode == ModeSocket) || !slices.Equal(m.OAuthConfig.Scopes.Bot, scopes) {
				t.Errorf("got %+v", m)
			}
			for _, got := range []string{m.Settings.EventSubscriptions.RequestUrl, m.Settings.Interactivity.RequestUrl, m.Features.SlashCommands[0].Url} {
				if got != c.url {
					t.Errorf("got %q, want %q", got, c.url)
				}
			}
		})
	}
}
