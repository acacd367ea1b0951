package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/core"
	"parley/core/hub"
)

const password core.Secret = "correct horse battery"

// signer adds an agent who has a password.
func (h *house) signer(name string) core.Agent {
	h.t.Helper()
	a, err := h.hub.AddAgent(h.t.Context(), hub.NewAgent{
		Email: strings.ToLower(name) + "@example.test", Name: name + " Tester", Password: password, Roles: core.Roles{h.support.ID: core.Operator},
	})
	check(h.t, err)
	return a
}

func (h *house) signIn(email, password string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := h.request(nil, "POST", "/api/v1/login", map[string]string{"email": email, "password": password})
	for _, f := range change {
		f(r)
	}
	return h.send(r)
}

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	clara := h.signer("Clara")
	w := h.signIn(" Clara@Example.Test ", password.Reveal())
	me := answer[Me](t, w, http.StatusOK)
	if me.ID != clara.ID.String() || me.Name != "Clara Tester" || len(me.Roles) != 1 || me.Roles[0].Department.Name != "Support" ||
		!me.Roles[0].Operator || me.Roles[0].Supervisor || me.Admin {
		t.Errorf("me: got %+v", me)
	}
	cookie := w.Result().Cookies()[0]
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: got %q, want no-store", got)
	}
	p := &person{token: core.Secret(cookie.Value)}
	if got := get[Me](h, p, "/api/v1/me"); got.ID != me.ID {
		t.Errorf("me with the cookie: got %s, want %s", got.ID, me.ID)
	}
	out := h.call(p, "POST", "/api/v1/logout", "{}")
	if gone := out.Result().Cookies(); out.Code != http.StatusNoContent || len(gone) != 1 || gone[0].Name != cookie.Name || gone[0].MaxAge != -1 {
		t.Errorf("sign-out: got %d %v, want %d and the cookie taken away", out.Code, gone, http.StatusNoContent)
	}
	refused(t, h.call(p, "GET", "/api/v1/me", nil), http.StatusUnauthorized, "unauthorized", "")
}

// TestTheCookie is SECURITY 44 and the checklist's 3.3: what protects it depends on the public URL alone.
func TestTheCookie(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		url    string
		name   string
		secure bool
	}{
		"https":                   {"https://chat.example.com", "__Host-parley", true},
		"https with a port":       {"https://chat.example.com:8443", "__Host-parley", true},
		"this machine by number":  {"http://127.0.0.1:8080", "__Host-parley", true},
		"this machine by name":    {"http://localhost:8080", "__Host-parley", true},
		"this machine in IPv6":    {"http://[::1]:8080", "__Host-parley", true},
		"plain http elsewhere":    {"http://chat.example.com", "parley", false},
		"a name like ours":        {"http://localhost.example.com", "parley", false},
		"an address like a local": {"http://10.0.0.1", "parley", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, _, err := parsePublicURL(tt.url)
			check(t, err)
			c := cookieFor(u).with("secret")
			if c.Name != tt.name || c.Secure != tt.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" ||
				c.Value != "secret" || c.MaxAge != cookieAge {
				t.Errorf("cookie: got %v, want %s with Secure %v", c.String(), tt.name, tt.secure)
			}
			h := open(t, func(c *Config) { c.PublicURL = tt.url })
			if warned := strings.Contains(h.log.String(), "logins are not protected"); warned == tt.secure {
				t.Errorf("warning: got %v, want %v", warned, !tt.secure)
			}
			hsts := h.call(nil, "GET", "/healthz", nil).Header().Get("Strict-Transport-Security")
			if want := strings.HasPrefix(tt.url, "https:"); (hsts != "") != want {
				t.Errorf("Strict-Transport-Security: got %q, want one: %v", hsts, want)
			}
		})
	}
	for _, bad := range []string{"", "chat.example.com", "ftp://chat.example.com", "https://chat.example.com/parley", "https://u:p@chat.example.com", "https://chat.example.com?x=1", "https://"} {
		if _, _, err := parsePublicURL(bad); core.KindOf(err) != core.Invalid {
			t.Errorf("public URL %q: got %v, want it refused", bad, err)
		}
	}
}

// TestEnumeration36: an unknown address, a wrong password and a disabled agent are told the same.
func TestEnumeration36(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.signer("Clara")
	h.signer("Dora")
	check(t, h.hub.DisableAgent(t.Context(), "dora@example.test"))
	var first string
	for _, email := range []string{"clara@example.test", "nobody@example.test", "dora@example.test"} {
		secret := "wrong horse battery"
		if strings.HasPrefix(email, "dora") {
			secret = password.Reveal()
		}
		w := h.signIn(email, secret)
		text := w.Body.String()
		refused(t, w, http.StatusUnauthorized, "unauthorized", "")
		if len(w.Result().Cookies()) != 0 {
			t.Errorf("%s: got a cookie", email)
		}
		if first == "" {
			first = text
		} else if text != first {
			t.Errorf("%s: got %s, want %s as for the others", email, text, first)
		}
	}
}

// TestFixation37: the cookie changes at each sign-in, and the former one is worth nothing.
func TestFixation37(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.signer("Clara")
	with := func(token string) func(*http.Request) {
		return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "__Host-parley", Value: token}) }
	}
	first := h.signIn("clara@example.test", password.Reveal(), with("chosen-by-somebody-else")).Result().Cookies()[0].Value
	second := h.signIn("clara@example.test", password.Reveal(), with(first)).Result().Cookies()[0].Value
	if first == second || first == "chosen-by-somebody-else" || len(first) != core.TokenLength {
		t.Errorf("tokens: got %q and %q, want two new ones", first, second)
	}
	refused(t, h.call(&person{token: core.Secret(first)}, "GET", "/api/v1/me", nil), http.StatusUnauthorized, "unauthorized", "")
	get[Me](h, &person{token: core.Secret(second)}, "/api/v1/me")
}

// TestBruteForce38: one account is locked after ten wrong guesses, wherever they say that they come from.
func TestBruteForce38(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.signer("Clara")
	guess := func(i int) *httptest.ResponseRecorder {
		return h.signIn("Clara@example.test", "wrong horse battery", func(r *http.Request) {
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
			r.Header.Set("Forwarded", fmt.Sprintf("for=203.0.113.%d", i))
			r.RemoteAddr = fmt.Sprintf("198.51.100.%d:4711", i)
		})
	}
	for i := range failsPerEmail {
		refused(t, guess(i), http.StatusUnauthorized, "unauthorized", "")
	}
	for i := range 20 {
		w := guess(100 + i)
		if after := w.Header().Get("Retry-After"); after == "" || after == "0" {
			t.Errorf("Retry-After: got %q", after)
		}
		refused(t, w, http.StatusTooManyRequests, "throttled", "")
	}
	if w := h.signIn("clara@example.test", password.Reveal()); w.Code != http.StatusTooManyRequests {
		t.Errorf("right password in a locked account: got %d, want %d", w.Code, http.StatusTooManyRequests)
	}
}

func TestRightPasswordsDoNotCount(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.signer("Clara")
	for range failsPerEmail + 1 {
		if w := h.signIn("clara@example.test", password.Reveal()); w.Code != http.StatusOK {
			t.Fatalf("sign-in: got %d %s", w.Code, w.Body)
		}
	}
}

func TestLimitsOfSignIns(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		from  func(i int) string
		email func(i int) string
		fails int
	}{
		"one e-mail from everywhere":     {func(i int) string { return fmt.Sprintf("198.51.%d.%d", i/250, i%250) }, same("a"), failsPerEmail},
		"many e-mails from one address":  {same("198.51.100.1"), each, failsPerPlace},
		"many e-mails from one IPv6 /64": {func(i int) string { return fmt.Sprintf("2001:db8::%x", i+1) }, each, failsPerPlace},
		"many e-mails from many /64":     {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) }, each, 1000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := newLimits()
			check(t, err)
			passed := 0
			for i := range 1000 {
				_, err := l.try(t.Context(), tt.email(i), tt.from(i))
				if err == nil {
					passed++
				} else if core.KindOf(err) != core.Throttled {
					t.Fatal(err)
				}
			}
			if passed != tt.fails {
				t.Errorf("tries of 1,000: got %d, want %d", passed, tt.fails)
			}
		})
	}
}

func TestAForgivenSignInIsNotCounted(t *testing.T) {
	t.Parallel()
	l, err := newLimits()
	check(t, err)
	for i := range 300 {
		a, err := l.try(t.Context(), "a", "198.51.100.1")
		if err != nil {
			t.Fatalf("try %d: %v", i, err)
		}
		a.forgive(t.Context())
	}
	for i := range failsPerEmail {
		if _, err := l.try(t.Context(), "a", "198.51.100.1"); err != nil {
			t.Errorf("try %d after forgiven ones: %v", i, err)
		}
	}
	if _, err := l.try(t.Context(), "a", "198.51.100.1"); core.KindOf(err) != core.Throttled {
		t.Errorf("one try more: got %v, want it throttled: forgiving saves nothing up", err)
	}
}

func same(s string) func(int) string { return func(int) string { return s } }
func each(i int) string              { return fmt.Sprint("agent", i) }

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	h := open(t)
	key, err := h.hub.AddKey(t.Context(), h.anna.Agent.Email, "robot", core.AllScope)
	check(t, err)
	ask := func(header string, cookie *person) *httptest.ResponseRecorder {
		r := h.request(cookie, "GET", "/api/v1/me", nil)
		r.Header.Set("Authorization", header)
		return h.send(r)
	}
	tests := map[string]struct {
		header string
		cookie *person
		want   *person // nil: refused
	}{
		"a key":                          {"Bearer " + key.Reveal(), nil, h.anna},
		"a key, in other letters":        {"bearer  " + key.Reveal(), nil, h.anna},
		"a key wins over a cookie":       {"Bearer " + key.Reveal(), h.eve, h.anna},
		"a wrong key beside a cookie":    {"Bearer " + core.NewToken().Reveal(), h.eve, nil},
		"no key after Bearer":            {"Bearer ", h.eve, nil},
		"a login's token is no key":      {"Bearer " + h.anna.token.Reveal(), nil, nil},
		"another scheme is not for us":   {"Basic YTpi", h.eve, h.eve},
		"another scheme without cookie":  {"Basic YTpi", nil, nil},
		"a key is no login's token":      {"", &person{token: key}, nil},
		"an ended login":                 {"", h.left, nil},
		"a disabled agent's login":       {"", h.gone, nil},
		"a login of somebody else's own": {"", h.eve, h.eve},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ask(tt.header, tt.cookie)
			if tt.want == nil {
				if got := w.Header().Get("WWW-Authenticate"); got != "Bearer" {
					t.Errorf("WWW-Authenticate: got %q, want Bearer", got)
				}
				refused(t, w, http.StatusUnauthorized, "unauthorized", "")
				return
			}
			if me := answer[Me](t, w, http.StatusOK); me.ID != tt.want.Agent.ID.String() {
				t.Errorf("me: got %s, want %s", me.Name, tt.want.Agent.Name)
			}
		})
	}
}
