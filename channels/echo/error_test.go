package echo

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/core"
)

func TestEveryFailureHasItsKind(t *testing.T) {
	t.Parallel()
	answered := func(status int, body string) error {
		return read(Response{status, []byte(body)}, &struct{ ID int64 }{})
	}
	for _, c := range []struct {
		name  string
		err   error
		kind  core.Kind
		retry time.Duration
		scope string
	}{
		{"there was no connection", &failure{err: ErrRefused}, core.Unavailable, 0, core.ScopeChannel},
		{"the connection broke", &failure{left: true, err: ErrLost}, core.Uncertain, 0, ""},
		{"an error of the network's", answered(500, `{"ok":false,"error":"internal"}`), core.Uncertain, 0, ""},
		{"a proxy's page", answered(502, `<html>Bad Gateway</html>`), core.Uncertain, 0, ""},
		{"a page of somebody else's", answered(200, `<html>Log in</html>`), core.Uncertain, 0, ""},
		{"a redirection", answered(302, ``), core.Unavailable, 0, core.ScopeChannel},
		{"a proxy that has too much to do", answered(429, `slow down`), core.Throttled, time.Second, ""},
		{"an answer that is cut off", answered(200, `{"ok":true,"result":{"id":`), core.Uncertain, 0, ""},
		{"a result of another kind", answered(200, `{"ok":true,"result":[1]}`), core.Uncertain, 0, ""},
		{"too many", answered(429, `{"ok":false,"error":"slow_down","retry_after":7}`), core.Throttled, 7 * time.Second, ""},
		{"too many for the account", answered(429, `{"ok":false,"error":"slow_down","retry_after":7,"account":true}`), core.Throttled, 7 * time.Second, core.ScopeChannel},
		{"too many, for nobody knows how long", answered(429, `{"ok":false,"error":"slow_down"}`), core.Throttled, time.Second, ""},
		{"too many, for ever", answered(429, `{"ok":false,"error":"slow_down","retry_after":9000000000000000000}`), core.Throttled, maxRetry, ""},
		{"too many, since yesterday", answered(429, `{"ok":false,"error":"slow_down","retry_after":-5}`), core.Throttled, time.Second, ""},
		{"a chat that is out of reach", answered(503, `{"ok":false,"error":"try_later"}`), core.Unavailable, 0, ""},
		{"a key that was revoked", answered(401, `{"ok":false,"error":"bad_key"}`), core.Unauthorized, 0, ""},
		{"another reader", answered(409, `{"ok":false,"error":"other_reader"}`), core.Taken, 0, ""},
		{"a customer who has blocked us", answered(403, `{"ok":false,"error":"blocked"}`), core.Gone, 0, ""},
		{"a chat that is no more", answered(404, `{"ok":false,"error":"no_chat"}`), core.Gone, 0, ""},
		{"a message that is no more", answered(404, `{"ok":false,"error":"no_message"}`), core.NotFound, 0, ""},
		{"a text that is too long", answered(400, `{"ok":false,"error":"too_long"}`), core.Invalid, 0, ""},
		{"a reason that does not exist", answered(400, `{"ok":false,"error":"moon_phase"}`), core.Invalid, 0, ""},
		{"no reason", answered(400, `{"ok":false}`), core.Invalid, 0, ""},
		{"an error of another make", errors.New("?"), core.Uncertain, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := fault("op", c.err)
			if e.Kind != c.kind || e.RetryAfter != c.retry || e.Scope != c.scope {
				t.Errorf("got %s after %v for %q, want %s after %v for %q", e.Kind, e.RetryAfter, e.Scope, c.kind, c.retry, c.scope)
			}
			if strings.Contains(e.Error(), "<") || e.Reason == "" && !errors.Is(e, c.err) {
				t.Errorf("error: got %q with reason %q", e, e.Reason)
			}
			if again := asked("op", c.err); again.Kind == core.Uncertain {
				t.Errorf("of a question: got %s", again.Kind)
			}
		})
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for document, ok := range map[string]bool{
		`{}`: true, `{"plain":true}`: true, `{"rates":{"channel":{"calls":5,"seconds":1,"burst":5}}}`: true,
		``: false, `[]`: false, `{"plane":true}`: false, `{} {}`: false, `{"rates":{"channel":{"calls":0,"seconds":1,"burst":5}}}`: false,
	} {
		_, err := New(Config{Channel: core.Channel{Settings: []byte(document)}})
		if (err == nil) != ok || !ok && core.KindOf(err) != core.Invalid {
			t.Errorf("%s: got %v, and that it is right: %v", document, err, ok)
		}
	}
}
