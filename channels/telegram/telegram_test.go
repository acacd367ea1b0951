package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley/channels"
	"parley/core"
)

// What an adapter can do beyond the port.
var (
	_ core.Adapter = (*Adapter)(nil)
	_ core.Checker = (*Adapter)(nil)
	_ core.Typist  = (*Adapter)(nil)
	_ http.Handler = (*Adapter)(nil)
)

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, document string
		want           Settings
		field          string // "": not refused
	}{
		{"poll is usual", `{"bot":5}`, Settings{Mode: ModePoll, Bot: 5}, ""},
		{"poll", `{"mode":"poll","bot":5}`, Settings{Mode: ModePoll, Bot: 5}, ""},
		{"webhook", `{"mode":"webhook","bot":5}`, Settings{Mode: ModeWebhook, Bot: 5}, ""},
		{"another mode", `{"mode":"push","bot":5}`, Settings{}, "mode"},
		{"no bot", `{"mode":"poll"}`, Settings{}, "bot"},
		{"a bot below zero", `{"mode":"poll","bot":-5}`, Settings{}, "bot"},
		{"a token has no place here", `{"mode":"poll","bot":5,"token":"5:x"}`, Settings{}, "settings"},
		{"rates that are none", `{"bot":5,"rates":{"channel":{"calls":-1,"seconds":1,"burst":1}}}`, Settings{}, "rates"},
		{"nothing", ``, Settings{}, "settings"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseSettings(json.RawMessage(c.document))
			if e, refused := errors.AsType[*core.Error](err); refused || c.field != "" {
				if !refused || e.Kind != core.Invalid || e.Field != c.field {
					t.Fatalf("got %v, want invalid %s", err, c.field)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}

func TestNewSettingsAreThoseOfTheToken(t *testing.T) {
	t.Parallel()
	s, err := NewSettings("123456:TESTTOKEN", "")
	if want := (Settings{Mode: ModePoll, Bot: 123456}); err != nil || s != want {
		t.Errorf("got %+v, %v, want %+v", s, err, want)
	}
	written, err := json.Marshal(s)
	if want := `{"mode":"poll","bot":123456}`; err != nil || string(written) != want {
		t.Errorf("written: got %s, %v, want %s", written, err, want)
	}
	for _, token := range []core.Secret{
		"", "123456", "123456:", ":x", "0:x", "-1:x", "1:x y", "1:x\n", "1:x/../y", "9999999999999999999:x", "1:x:y", "１:x",
	} {
		_, err := NewSettings(token, ModePoll)
		if core.KindOf(err) != core.Invalid {
			t.Errorf("token %q: got %v, want Invalid", token.Reveal(), err)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	good := Config{Channel: testChannel(hooks), Token: testToken, WebhookSecret: testSecret, PublicURL: "https://chat.test"}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*Config)
		kind   core.Kind
	}{
		{"settings that are none", func(c *Config) { c.Channel.Settings = json.RawMessage(`{}`) }, core.Invalid},
		{"no token", func(c *Config) { c.Token = "" }, core.Unauthorized},
		{"another bot's token", func(c *Config) { c.Token = "654321:CANARY" }, core.Unauthorized},
		{"an address that is none", func(c *Config) { c.APIURL = "api.telegram.org" }, core.Invalid},
		{"a webhook without a secret", func(c *Config) { c.WebhookSecret = "" }, core.Invalid},
		{"a webhook without an address", func(c *Config) { c.PublicURL = "" }, core.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := good
			c.change(&config)
			a, err := New(config)
			if core.KindOf(err) != c.kind || a != nil {
				t.Errorf("got %v, %v, want %s", a, err, c.kind)
			}
			noSecret(t, err)
		})
	}
}

func TestCapabilitiesHaveTheSettingsRates(t *testing.T) {
	t.Parallel()
	r := newRig(t, `{"bot":123456,"rates":{"conversation":{"calls":100,"seconds":1,"burst":50}}}`)
	want := Capabilities
	want.ConversationRate = core.Rate{Calls: 100, Per: time.Second, Burst: 50}
	if got := r.Capabilities(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	var s Settings
	if err := channels.ReadSettings(r.config.Channel.Settings, &s); err != nil || s.Rates.Channel != nil {
		t.Errorf("got %+v, %v, want the channel's rate as usual", s, err)
	}
}

func TestCheckSaysWhoTheBotIsAndHowUpdatesCome(t *testing.T) {
	t.Parallel()
	const me = `{"id":123456,"is_bot":true,"username":"shop_bot"}`
	for _, c := range []struct {
		name, settings, me, hook, want string
	}{
		{"polls", polls, me, `{"url":"","pending_update_count":0}`, "Telegram knows the bot as @shop_bot. Parley asks it for updates."},
		{"polls, and there is a webhook", polls, me, `{"url":"https://x.test"}`,
			"Telegram knows the bot as @shop_bot. A webhook of another program is set: when this channel starts, it is taken away."},
		{"webhook", hooks, me, `{"url":"https://chat.test/hooks/telegram/shop-telegram","pending_update_count":2}`,
			"Telegram knows the bot as @shop_bot. It calls this server; updates that wait: 2."},
		{"webhook of another", hooks, me, `{"url":"https://x.test"}`,
			"Telegram knows the bot as @shop_bot. Telegram calls another program: it has set its own webhook for this bot."},
		{"a name on several lines", polls, `{"username":"a\nb\u0000"}`, `{"url":""}`, "Telegram knows the bot as @a b. Parley asks it for updates."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, c.settings)
			r.net.answer = func(call call) (int, string, error) {
				return 200, `{"ok":true,"result":` + map[string]string{"getMe": c.me, "getWebhookInfo": c.hook}[call.method] + `}`, nil
			}
			if got, err := r.Check(t.Context()); err != nil || got != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"getMe", "getWebhookInfo"} {
		for _, c := range []struct {
			status int
			body   string
			err    error
			kind   core.Kind
			reason string
		}{
			{401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, nil, core.Unauthorized, reasonToken},
			{502, `<html>`, nil, core.Unavailable, reasonSilent},
			{0, ``, errors.New("broken"), core.Unavailable, reasonSilent},
		} {
			t.Run(fmt.Sprint(method, " ", c.status), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, polls)
				r.net.answer = func(call call) (int, string, error) {
					if call.method != method {
						return 200, `{"ok":true,"result":{}}`, nil
					}
					return c.status, c.body, c.err
				}
				_, err := r.Check(t.Context())
				wantFault(t, err, c.kind, c.reason)
			})
		}
	}
}

func TestTypingIsShown(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	if err := r.Typing(t.Context(), core.Address{Conversation: "42"}); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(r.net.calls), `[{sendChatAction map[action:typing chat_id:42]}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := r.Typing(t.Context(), core.Address{Conversation: "x"}); core.KindOf(err) != core.Invalid {
		t.Errorf("a conversation that is none: got %v, want Invalid", err)
	}
	r.net.answer = func(call) (int, string, error) {
		return 403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`, nil
	}
	wantFault(t, r.Typing(t.Context(), core.Address{Conversation: "42"}), core.Gone, reasonBlocked)
}

// TestOwnClient calls a server over the network, with the client that is used where none is given.
func TestOwnClient(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/proxy/bot"+testToken.Reveal()+"/sendChatAction" || r.Header.Get("Content-Type") != "application/json" || r.ContentLength <= 0 {
			t.Errorf("got %s %v, %d bytes", r.URL.Path, r.Header, r.ContentLength)
		}
		fmt.Fprint(w, `{"ok":true,"result":true}`)
	}))
	defer s.Close()
	a, err := New(Config{Channel: testChannel(polls), Token: testToken, APIURL: s.URL + "/proxy/"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Typing(context.Background(), core.Address{Conversation: "42"}); err != nil {
		t.Error(err)
	}
	a.api.http.CloseIdleConnections()
}
