package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
)

func hookCall(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hooks/telegram/shop-telegram", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(secretHeader, testSecret.Reveal())
	return r
}

func TestWebhookStoresAndThenAnswers(t *testing.T) {
	t.Parallel()
	good := `{"update_id":1,` + text(42, 1, "hello") + `}`
	for _, c := range []struct {
		name   string
		change func(r *http.Request)
		body   string
		status int
	}{
		{"an update", func(*http.Request) {}, good, 200},
		{"with a character set", func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }, good, 200},
		{"a wrong secret", func(r *http.Request) { r.Header.Set(secretHeader, "CANARY-webhook_secreT") }, good, 401},
		{"half a secret", func(r *http.Request) { r.Header.Set(secretHeader, "CANARY-webhook") }, good, 401},
		{"no secret", func(r *http.Request) { r.Header.Del(secretHeader) }, good, 401},
		{"an empty secret", func(r *http.Request) { r.Header.Set(secretHeader, "") }, good, 401},
		{"a wrong secret and too much", func(r *http.Request) { r.Header.Set(secretHeader, "x") }, strings.Repeat("x", 2<<20), 401},
		{"not a POST", func(r *http.Request) { r.Method = http.MethodGet }, good, 405},
		{"another type", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, good, 415},
		{"no type", func(r *http.Request) { r.Header.Del("Content-Type") }, good, 415},
		{"packed", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, good, 415},
		{"too long", func(*http.Request) {}, `{"update_id":1,"x":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		{"nothing", func(*http.Request) {}, "", 400},
		{"half an object", func(*http.Request) {}, good[:len(good)-1], 400},
		{"no object", func(*http.Request) {}, `[1]`, 400},
		{"null", func(*http.Request) {}, `null`, 400},
		{"no number", func(*http.Request) {}, `{"message":{}}`, 400},
		{"a number that is none", func(*http.Request) {}, `{"update_id":"1"}`, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, hooks)
			request := hookCall(c.body)
			c.change(request)
			w := httptest.NewRecorder()
			r.ServeHTTP(w, request)
			if w.Code != c.status {
				t.Errorf("status: got %d, want %d", w.Code, c.status)
			}
			want := 0
			if c.status == 200 {
				want = 1
			}
			if got := len(r.inbox.all()); got != want || r.received != want {
				t.Errorf("stored: got %d, told %d times; want %d", got, r.received, want)
			}
			if strings.Contains(w.Body.String()+fmt.Sprint(w.Header()), "CANARY") || strings.Contains(r.log.String(), "hello") {
				t.Errorf("the answer or the log shows too much: %s %s", w.Body, r.log.String())
			}
		})
	}
}

func TestWebhookIsThereOnlyInItsMode(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, hookCall(`{"update_id":1,`+text(42, 1, "hello")+`}`))
	if w.Code != 404 || len(r.inbox.all()) != 0 {
		t.Errorf("got %d and %d stored, want 404 and 0", w.Code, len(r.inbox.all()))
	}
}

func TestWebhookSaysAgainLater(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    error
		status int
		after  string
		stored []string
	}{
		{"busy", &core.Error{Kind: core.Busy, RetryAfter: 1500 * time.Millisecond}, 503, "2", nil},
		{"the database is away", &core.Error{Kind: core.Unavailable}, 503, "1", nil},
		{"what will never be taken is kept aside", &core.Error{Kind: core.Invalid}, 200, "", []string{"?"}},
		{"what nobody understands is kept aside", errors.New("broken"), 200, "", []string{"?"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, hooks)
				r.inbox.refuse = func(_ context.Context, in core.Inbound) error {
					if in.Verb == core.InboundMessage {
						return c.err
					}
					return nil
				}
				w := httptest.NewRecorder()
				r.ServeHTTP(w, hookCall(`{"update_id":1,`+text(42, 1, "hello")+`}`))
				if w.Code != c.status || w.Header().Get("Retry-After") != c.after {
					t.Errorf("got %d, Retry-After %q, want %d, %q", w.Code, w.Header().Get("Retry-After"), c.status, c.after)
				}
				if got := r.inbox.texts(); !slices.Equal(got, c.stored) {
					t.Errorf("stored: got %q, want %q", got, c.stored)
				}
			})
		})
	}
}

func TestWebhookDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hooks)
		r.inbox.refuse = func(ctx context.Context, _ core.Inbound) error {
			<-ctx.Done()
			return ctx.Err()
		}
		began := time.Now()
		w := httptest.NewRecorder()
		r.ServeHTTP(w, hookCall(`{"update_id":1,`+text(42, 1, "hello")+`}`))
		if took := time.Since(began); w.Code != 503 || took != storeTime {
			t.Errorf("got %d after %v, want 503 after %v", w.Code, took, storeTime)
		}
	})
}

// TestWebhookIsSetAndLookedAt turns a clock.
func TestWebhookIsSetAndLookedAt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hooks)
		ours := `"url":"https://chat.test/hooks/telegram/shop-telegram"`
		lately := func() string { return fmt.Sprintf(`"last_error_date":%d`, time.Now().Add(-time.Minute).Unix()) }
		looks := []func() string{
			func() string { return ours + `,"pending_update_count":0` },
			func() string { return ours + `,"pending_update_count":3` }, // they are coming
			func() string {
				return ours + `,"pending_update_count":3,"last_error_message":"SSL error {337047686, certificate verify failed}",` + lately()
			},
			func() string {
				return ours + `,"pending_update_count":4,"last_error_message":"Wrong response from the webhook: 502 Bad Gateway",` + lately()
			},
			func() string {
				return ours + `,"pending_update_count":4,"last_error_message":"Connection timed out",` + lately()
			},
			func() string { return ours + `,"pending_update_count":4,"last_error_message":"Oops",` + lately() },
			func() string { return ours + `,"pending_update_count":0,"last_error_message":"Oops",` + lately() },
			func() string { return `"url":"https://evil.test/","pending_update_count":0` },
			func() string { return `"url":"","pending_update_count":0` },
			func() string {
				return ours + `,"pending_update_count":9,"last_error_message":"long ago","last_error_date":1`
			},
		}
		n := 0
		r.net.answer = func(call call) (int, string, error) {
			if call.method != "getWebhookInfo" {
				return 0, "", nil
			}
			n++
			return 200, `{"ok":true,"result":{` + looks[min(n, len(looks))-1]() + `}}`, nil
		}
		if err := r.run(t, 59*time.Minute); err != nil {
			t.Fatal(err)
		}
		set := r.net.calls[0]
		want := map[string]any{
			"url": "https://chat.test/hooks/telegram/shop-telegram", "secret_token": testSecret.Reveal(), "max_connections": 10.0,
			"allowed_updates": []any{"message", "edited_message", "message_reaction", "my_chat_member", "callback_query"},
		}
		if set.method != "setWebhook" || fmt.Sprint(set.params) != fmt.Sprint(want) {
			t.Errorf("first call: got %+v, want setWebhook with %v", set, want)
		}
		if strings.Contains(fmt.Sprint(set.params["url"]), "123456") {
			t.Errorf("the address shows the token: %v", set.params["url"])
		}
		wantTroubles := []string{
			"Telegram cannot hand its updates over, 3 wait: this server's certificate does not satisfy it.",
			"Telegram cannot hand its updates over, 4 wait: this server answered its call with an error.",
			"Telegram cannot hand its updates over, 4 wait: this server does not answer in time.",
			"Telegram cannot hand its updates over, 4 wait: its last call failed.",
			"",
			"Telegram calls another program: it has set its own webhook for this bot.",
			"Telegram does not call this server: its webhook was taken away, or is not set yet.",
			"",
		}
		if got := r.trouble(); !slices.Equal(got, wantTroubles) {
			t.Errorf("trouble:\ngot  %q\nwant %q", got, wantTroubles)
		}
		if len(r.net.of("setWebhook")) != 1 {
			t.Errorf("got %d webhooks set, want one: no fight with another program", len(r.net.of("setWebhook")))
		}
		if n != 20 {
			t.Errorf("looks in an hour: got %d, want one every three minutes", n)
		}
	})
}

func TestWebhookThatTelegramRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   core.Kind
		reason string
	}{
		{"the address", 400, `{"ok":false,"error_code":400,"description":"Bad Request: bad webhook: HTTPS url must be provided for webhook"}`, core.Invalid, reasonHookRefused},
		{"the token", 401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, core.Unauthorized, reasonToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, hooks)
				r.net.answer = func(call) (int, string, error) { return c.status, c.body, nil }
				wantFault(t, r.run(t, time.Hour), c.kind, c.reason)
			})
		})
	}
}

func TestWebhookGoesOnWhileTelegramIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hooks)
		began := time.Now()
		r.net.answer = func(call call) (int, string, error) {
			if gone := time.Since(began); gone < time.Minute || gone > 10*time.Minute && gone < 20*time.Minute {
				return 0, "", errors.New("no route to host")
			}
			return 200, `{"ok":true,"result":{"url":"https://chat.test/hooks/telegram/shop-telegram"}}`, nil
		}
		if err := r.run(t, time.Hour); err != nil {
			t.Fatal(err)
		}
		if got, want := r.trouble(), []string{reasonSilent, "", reasonSilent, ""}; !slices.Equal(got, want) {
			t.Errorf("trouble: got %q, want %q", got, want)
		}
	})
}
