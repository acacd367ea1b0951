package slack

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/core"
)

// TestWhatAFailureMeans is CHANNELS 4.3 and 4.6: what becomes of an answer, whatever was asked for.
func TestWhatAFailureMeans(t *testing.T) {
	t.Parallel()
	refused := func(word string) breakage { return breakage{body: fmt.Sprintf(`{"ok":false,"error":%q}`, word)} }
	after := func(value string) http.Header { return http.Header{"Retry-After": {value}} }
	all := []core.OutVerb{core.OutSend, core.OutCard, core.OutEdit, core.OutDelete, core.OutTell}
	posts := []core.OutVerb{core.OutSend, core.OutTell}
	for _, c := range []struct {
		name   string
		verbs  []core.OutVerb
		with   breakage
		kind   core.Kind
		reason string
		retry  time.Duration
		scope  string
	}{
		{"too many", all, breakage{status: 429, header: after("7"), body: `{"ok":false,"error":"ratelimited"}`}, core.Throttled, reasonSlow, 7 * time.Second, ""},
		{"too many, for an hour", all, breakage{status: 429, header: after("3600")}, core.Throttled, reasonSlow, time.Hour, ""},
		{"too many, for ever", all, breakage{status: 429, header: after("9223372036854775807")}, core.Throttled, reasonSlow, 24 * time.Hour, ""},
		{"too many, for no time", all, breakage{status: 429, header: after("0")}, core.Throttled, reasonSlow, time.Second, ""},
		{"too many, without a time", all, breakage{status: 429}, core.Throttled, reasonSlow, time.Second, ""},
		{"too many, until a date", all, breakage{status: 429, header: after("Sat, 21 Nov 2026 10:00:00 GMT")}, core.Throttled, reasonSlow, time.Second, ""},
		{"too many, in a word", all, refused("ratelimited"), core.Throttled, reasonSlow, time.Second, ""},
		{"broken inside", all, breakage{status: 500, body: `{"ok":false,"error":"internal_error"}`}, core.Uncertain, reasonSilent, 0, ""},
		{"broken inside, in a word", all, refused("fatal_error"), core.Uncertain, reasonSilent, 0, ""},
		{"a page that says so", all, breakage{status: 502, body: `<html>Bad Gateway</html>`}, core.Uncertain, reasonSilent, 0, ""},
		{"half an answer", all, breakage{body: `{"ok":true,"ts":"1.`}, core.Uncertain, reasonSilent, 0, ""},
		{"no answer in it", all, breakage{}, core.Uncertain, reasonSilent, 0, ""},
		{"an answer that says nothing", all, breakage{body: `{}`}, core.Uncertain, reasonSilent, 0, ""},
		{"a refusal without a word", all, breakage{body: `{"ok":false}`}, core.Uncertain, reasonSilent, 0, ""},
		{"a page that says that all is well", all, breakage{body: `<html>Sign in</html>`}, core.Uncertain, reasonSilent, 0, ""},
		{"no answer after it was sent", all, breakage{drop: true}, core.Uncertain, reasonSilent, 0, ""},
		{"a message without a timestamp", posts, breakage{body: `{"ok":true}`}, core.Uncertain, reasonSilent, 0, ""},
		{"a page that wants a password", all, breakage{status: 407, body: `<html>`}, core.Unavailable, reasonStrange, 0, core.ScopeChannel},
		{"another address", all, breakage{status: 302, header: http.Header{"Location": {"https://evil.test/"}}}, core.Unavailable, reasonStrange, 0, core.ScopeChannel},
		{"a stranger that says that all is well", all, breakage{status: 404, body: `{"ok":true}`}, core.Unavailable, reasonStrange, 0, core.ScopeChannel},
		{"the token is revoked", all, refused("token_revoked"), core.Unauthorized, reasonRevoked, 0, ""},
		{"the token never was", all, refused("invalid_auth"), core.Unauthorized, reasonRevoked, 0, ""},
		{"the account is closed", all, breakage{status: 403, body: `{"ok":false,"error":"account_inactive"}`}, core.Unauthorized, reasonRevoked, 0, ""},
		{"no such channel", all, refused("channel_not_found"), core.Unavailable, "The app is not in the channel C0ROOM in Slack: invite it there.", roomPause, ""},
		{"not in the channel", all, refused("not_in_channel"), core.Unavailable, "The app is not in the channel C0ROOM in Slack: invite it there.", roomPause, ""},
		{"archived", all, refused("is_archived"), core.Unavailable, "The channel C0ROOM in Slack is archived.", roomPause, ""},
		{"not let in", all, refused("restricted_action"), core.Unavailable, "Slack does not let the app write in the channel C0ROOM.", roomPause, ""},
		{"a permission is missing", all, breakage{body: `{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"commands"}`}, core.Unavailable, "The app lacks the permission chat:write in Slack: install it again with Parley's manifest.", roomPause, ""},
		{"no such thread", posts, refused("thread_not_found"), core.Gone, reasonThread, 0, core.ScopeThread},
		{"the root is deleted", []core.OutVerb{core.OutCard}, refused("message_not_found"), core.Gone, reasonThread, 0, core.ScopeThread},
		{"the root is a stone", []core.OutVerb{core.OutCard}, refused("cant_update_message"), core.Gone, reasonThread, 0, core.ScopeThread},
		{"refused otherwise", all, refused("no_text"), core.Invalid, "Slack does not accept it (no_text).", 0, ""},
		{"refused with more than a word", all, refused("Anna said: <b>"), core.Invalid, "Slack does not accept it (unknown).", 0, ""},
		{"refused with details", all, breakage{body: `{"ok":false,"error":"invalid_arguments","errors":{"a":1},"response_metadata":{"messages":["secret"]}}`}, core.Invalid, "Slack does not accept it (invalid_arguments).", 0, ""},
	} {
		for _, verb := range c.verbs {
			t.Run(c.name+": "+string(verb), func(t *testing.T) {
				t.Parallel()
				f := newFake(t)
				root := f.say(testRoom, "", "UBOT", "card")
				with := c.with
				with.method = map[core.OutVerb]string{core.OutCard: "chat.update", core.OutEdit: "chat.update", core.OutDelete: "chat.delete"}[verb]
				if with.method == "" {
					with.method = "chat.postMessage"
				}
				f.fail(with)
				r, err := speaker(f).Deliver(t.Context(), said(verb, root, "hello", remote(testRoom, "1.1")))
				e, ok := errors.AsType[*core.Error](err)
				if !ok || e.Kind != c.kind || e.Reason != c.reason || e.RetryAfter != c.retry || e.Scope != c.scope {
					t.Fatalf("got %+v, want %s for %v in %q: %s", e, c.kind, c.retry, c.scope, c.reason)
				}
				if r != (core.Receipt{}) {
					t.Errorf("got the receipt %+v", r)
				}
				if text := err.Error(); strings.Contains(text, "CANARY") || strings.Contains(text, "hello") || strings.Contains(text, "html") {
					t.Errorf("the error tells too much: %s", text)
				}
			})
		}
	}
}

func TestASlackThatCannotBeReached(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String() + "/api/"
	l.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(secure.Close)
	for name, address := range map[string]string{
		"nobody listens": closed, "there is no such name": "http://no.such.name.invalid/api/",
		"no certificate": secure.URL + "/api/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{URL: address}
			_, err := speaker(f).Deliver(t.Context(), owed(core.OutCard, ""))
			e, ok := errors.AsType[*core.Error](err)
			if !ok || e.Kind != core.Unavailable || e.Reason != reasonAway || e.Scope != core.ScopeChannel {
				t.Fatalf("got %v, want unavailable", err)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

func TestASlackThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		<-done
	}))
	t.Cleanup(func() { close(done); s.Close() })
	a := speaker(&fake{URL: s.URL})
	a.api = newClient(&http.Client{Timeout: 2 * time.Second}, s.URL+"/api/", testSecrets)
	if _, err := a.Deliver(t.Context(), owed(core.OutCard, "")); core.KindOf(err) != core.Uncertain {
		t.Errorf("got %v, want uncertain", err)
	}
}

func TestWhatWasOnlyAskedCanBeAskedAgain(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := newClient(nil, f.URL, testSecrets)
	f.fail(breakage{method: "auth.test", status: 500})
	_, err := c.api.AuthTestContext(t.Context())
	if got := core.KindOf(asked("test", err)); got != core.Unavailable {
		t.Errorf("got %s, want unavailable", got)
	}
	if err := asked("test", nil); err != nil {
		t.Errorf("got %v of what did not fail", err)
	}
}
