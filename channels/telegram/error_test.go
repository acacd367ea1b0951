package telegram

import (
	"strings"
	"testing"
	"time"

	"parley/core"
)

// TestWhatAFailureMeans is CHANNELS 4.3 and 4.6 for each verb: what a network's answer becomes.
func TestWhatAFailureMeans(t *testing.T) {
	t.Parallel()
	all := []core.OutVerb{core.OutSend, core.OutEdit, core.OutDelete, core.OutReact}
	for _, c := range []struct {
		name   string
		verbs  []core.OutVerb
		status int
		body   string
		kind   core.Kind
		reason string
		retry  time.Duration
		scope  string
	}{
		{"too many", all, 429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`, core.Throttled, reasonSlow, 7 * time.Second, ""},
		{"too many, for an hour", all, 429, `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":3600}}`, core.Throttled, reasonSlow, time.Hour, ""},
		{"too many, for ever", all, 429, `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":9223372036854775807}}`, core.Throttled, reasonSlow, 24 * time.Hour, ""},
		{"too many, for no time", all, 429, `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":0}}`, core.Throttled, reasonSlow, time.Second, ""},
		{"too many, below zero", all, 429, `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":-5}}`, core.Throttled, reasonSlow, time.Second, ""},
		{"too many, without a time", all, 429, `{"ok":false,"error_code":429,"description":"x"}`, core.Throttled, reasonSlow, time.Second, ""},
		{"too many, on a page", all, 429, `<html>`, core.Throttled, reasonSlow, time.Second, ""},
		{"broken inside", all, 500, `{"ok":false,"error_code":500,"description":"Internal Server Error"}`, core.Uncertain, reasonSilent, 0, ""},
		{"a page that says so", all, 502, `<html>Bad Gateway</html>`, core.Uncertain, reasonSilent, 0, ""},
		{"half an answer", all, 200, `{"ok":true,"result":{"message_id":`, core.Uncertain, reasonSilent, 0, ""},
		{"no answer in it", all, 200, ``, core.Uncertain, reasonSilent, 0, ""},
		{"an answer that says nothing", all, 200, `{}`, core.Uncertain, reasonSilent, 0, ""},
		{"a message without a number", []core.OutVerb{core.OutSend}, 200, `{"ok":true,"result":true}`, core.Uncertain, "", 0, ""},
		{"a message numbered zero", []core.OutVerb{core.OutSend}, 200, `{"ok":true,"result":{}}`, core.Uncertain, reasonSilent, 0, ""},
		{"a page that wants a password", all, 407, `<html>`, core.Unavailable, reasonStrange, 0, core.ScopeChannel},
		{"another address", all, 302, ``, core.Unavailable, reasonStrange, 0, core.ScopeChannel},
		{"the token is revoked", all, 401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, core.Unauthorized, reasonToken, 0, ""},
		{"the token never was", all, 404, `{"ok":false,"error_code":404,"description":"Not Found"}`, core.Unauthorized, reasonToken, 0, ""},
		{"blocked", all, 403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`, core.Gone, reasonBlocked, 0, ""},
		{"deactivated", all, 403, `{"ok":false,"error_code":403,"description":"Forbidden: user is deactivated"}`, core.Gone, reasonDeactivated, 0, ""},
		{"kicked", all, 403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked from the group chat"}`, core.Gone, reasonRemoved, 0, ""},
		{"never started", all, 403, `{"ok":false,"error_code":403,"description":"Forbidden: bot can't initiate conversation with a user"}`, core.Gone, reasonNoChat, 0, ""},
		{"forbidden otherwise", all, 403, `{"ok":false,"error_code":403,"description":"Forbidden: news"}`, core.Gone, reasonForbidden, 0, ""},
		{"no chat", all, 400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, core.Gone, reasonNoChat, 0, ""},
		{"another chat now", all, 400, `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded","parameters":{"migrate_to_chat_id":-1001234567890123}}`, core.Gone, reasonMoved, 0, ""},
		{"blank", []core.OutVerb{core.OutSend, core.OutEdit}, 400, `{"ok":false,"error_code":400,"description":"Bad Request: message text is empty"}`, core.Invalid, reasonBlank, 0, ""},
		{"too long", []core.OutVerb{core.OutSend, core.OutEdit}, 400, `{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}`, core.Invalid, reasonLong, 0, ""},
		{"deleted meanwhile", []core.OutVerb{core.OutEdit}, 400, `{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}`, core.NotFound, reasonMissing, 0, ""},
		{"cannot be changed", []core.OutVerb{core.OutEdit}, 400, `{"ok":false,"error_code":400,"description":"Bad Request: message can't be edited"}`, core.Forbidden, reasonFixed, 0, ""},
		{"cannot be deleted", []core.OutVerb{core.OutDelete}, 400, `{"ok":false,"error_code":400,"description":"Bad Request: message can't be deleted"}`, core.Forbidden, reasonTooOld, 0, ""},
		{"no such reaction", []core.OutVerb{core.OutReact}, 400, `{"ok":false,"error_code":400,"description":"Bad Request: REACTION_INVALID"}`, core.Invalid, reasonEmoji, 0, ""},
		{"refused otherwise", all, 400, `{"ok":false,"error_code":400,"description":"Bad Request: news"}`, core.Invalid, reasonRefused, 0, ""},
		{"refused without a code", all, 200, `{"ok":false,"description":"news"}`, core.Invalid, reasonRefused, 0, ""},
		{"refused with an unknown code", all, 418, `{"ok":false,"error_code":418,"description":"teapot"}`, core.Invalid, reasonRefused, 0, ""},
	} {
		for _, verb := range c.verbs {
			t.Run(c.name+": "+string(verb), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, polls)
				r.net.answer = func(call) (int, string, error) { return c.status, c.body, nil }
				o := to(verb, "hello", "42/101")
				if verb == core.OutSend {
					o.Parts = nil
				}
				receipt, err := r.Deliver(t.Context(), o)
				if c.reason == "" {
					if core.KindOf(err) != c.kind {
						t.Fatalf("got %v, want %s", err, c.kind)
					}
					return
				}
				e := wantFault(t, err, c.kind, c.reason)
				if e.RetryAfter != c.retry || e.Scope != c.scope {
					t.Errorf("got %v for %q, want %v for %q", e.RetryAfter, e.Scope, c.retry, c.scope)
				}
				if receipt != (core.Receipt{}) {
					t.Errorf("receipt: got %+v, want none", receipt)
				}
				if strings.Contains(e.Reason, "html") || strings.Contains(err.Error(), "<html>") {
					t.Errorf("got %v, want nothing of a page", err)
				}
				if len(r.net.calls) != 1 {
					t.Errorf("calls: got %d, want one: nothing is repeated", len(r.net.calls))
				}
			})
		}
	}
}
