package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	const html, js = "text/html; charset=utf-8", "text/javascript; charset=utf-8"
	tests := map[string]struct {
		path, accept                     string
		body, mediaType, cache, encoding string
		foreign                          bool
	}{
		"the workspace":                         {"/", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"a session in the workspace":            {"/inbox/support/my/ses_1f0xk4q2m9a", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"a session wherever it is":              {"/sessions/ses_1f0xk4q2m9a", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"a list in the workspace":               {"/inbox/support/unassigned", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"the records":                           {"/records", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"a record":                              {"/records/rec_5k", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"the settings of rules":                 {"/settings/rules", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"the settings of other systems":         {"/settings/systems", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"the settings of hooks":                 {"/settings/hooks", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"the settings of types of records":      {"/settings/records", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"the inbox, with a slash":               {"/inbox/", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"the workspace by its file":             {"/index.html", "", "<!doctype html><title>Parley</title>", html, cacheAsk, "", false},
		"signing in, compressed":                {"/login", "gzip, deflate, br, zstd", "br of index", html, cacheAsk, "br", false},
		"the service worker":                    {"/sw.js", "br", "// worker", js, cacheAsk, "", false},
		"a hashed file":                         {"/assets/main-1a2b.js", "", "console.log(1)", js, cacheForever, "", false},
		"a hashed file in brotli":               {"/assets/main-1a2b.js", "gzip;q=1.0, br;q=0.1", "br of main", js, cacheForever, "br", false},
		"a hashed file in gzip":                 {"/assets/main-1a2b.js", "GZIP, br;q=0", "gz of main", js, cacheForever, "gzip", false},
		"a hashed file for who takes only that": {"/assets/main-1a2b.js", "br; q=0.0, gzip;q=0, identity", "console.log(1)", js, cacheForever, "", false},
		"the widget's loader":                   {"/widget.js", "", "/* loader */", js, cacheLoader, "", true},
		"the widget's loader in brotli":         {"/widget.js", "br", "br of loader", js, cacheLoader, "br", true},
		"the widget's panel":                    {"/widget/panel-0123456789.js", "br", "export {}", js, cacheForever, "", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := h.request(nil, "GET", tt.path, nil)
			r.Header.Set("Accept-Encoding", tt.accept)
			w := h.send(r)
			got := w.Header()
			if w.Code != http.StatusOK || w.Body.String() != tt.body {
				t.Fatalf("answer: got %d %q, want %q", w.Code, w.Body, tt.body)
			}
			want := map[string]string{
				"Content-Type": tt.mediaType, "Cache-Control": tt.cache, "Content-Encoding": tt.encoding, "Vary": "Accept-Encoding",
				"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "", "Cross-Origin-Resource-Policy": "same-origin",
				"Content-Security-Policy": pageCSP, "Referrer-Policy": "no-referrer", "Permissions-Policy": permissions,
				"Cross-Origin-Opener-Policy": "same-origin",
			}
			if tt.foreign {
				want["Access-Control-Allow-Origin"], want["Cross-Origin-Resource-Policy"] = "*", "cross-origin"
				want["Content-Security-Policy"] = dataCSP
			}
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if got.Get(name) != want[name] {
					t.Errorf("%s: got %q, want %q", name, got.Get(name), want[name])
				}
			}
			r.Header.Set("If-None-Match", got.Get("ETag"))
			if again := h.send(r); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
				t.Errorf("asked again: got %d and %d bytes, want %d", again.Code, again.Body.Len(), http.StatusNotModified)
			}
			r.Header.Set("If-None-Match", `"something else"`)
			if again := h.send(r); again.Code != http.StatusOK {
				t.Errorf("asked with another tag: got %d, want %d", again.Code, http.StatusOK)
			}
		})
	}
}

func TestPathsWithoutAPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{
		"/assets/gone-1a2b.js", "/favicon.ico", "/.env", "/api", "/api/v1/nothing", "/api/v2/me", "/hooks/telegram/x", "/widget", "/widget/panel-0.js",
		"/widget/loader.js", "/widget/v1/socket", "/app/index.html", "/w/loader.js", "/.stamp", "/index.html.br", "/assets/main-1a2b.js.gz",
		"/metric", "/debug/pprof/", "/API/v1/me", "/admin", "/inboxes", "/records/a/b", "/sessions", "/sessions/a/b", "/settings", "/Inbox", "/login/admin", "/inbox/support", "/inbox/a/b/c/d", "/inbox//my", "//", "/demo/",
	} {
		refused(t, h.call(nil, "GET", path, nil), http.StatusNotFound, "not_found", "")
	}
}

func TestPagesAreOnlyRead(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{"/", "/inbox", "/assets/main-1a2b.js", "/widget.js"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
			w := h.call(nil, method, path, nil)
			refused(t, w, http.StatusMethodNotAllowed, "method_not_allowed", "")
			if got := w.Header().Get("Allow"); got != "GET, HEAD" {
				t.Errorf("Allow of %s %s: got %q, want GET, HEAD", method, path, got)
			}
		}
		if w := h.call(nil, "HEAD", path, nil); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("HEAD %s: got %d and %d bytes, want %d and none", path, w.Code, w.Body.Len(), http.StatusOK)
		}
	}
	refused(t, h.call(nil, "POST", "/metric", nil), http.StatusNotFound, "not_found", "")
}

func TestAProgramWithoutPagesSaysHowToBuildThem(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *Config) { c.Pages = fstest.MapFS{".gitkeep": {}} })
	for _, path := range []string{"/", "/inbox", "/widget.js"} {
		w := h.call(nil, "GET", path, nil)
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "`make run` or `make build`") || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: got %d %q", path, w.Code, w.Body)
		}
	}
	refused(t, h.call(nil, "GET", "/assets/x.js", nil), http.StatusNotFound, "not_found", "")
	if _, err := readAssets(Pages()); err != nil {
		t.Errorf("the program's own pages: %v", err)
	}
}

// TestAnswersOfTheAPI: nothing is kept, framed, sniffed or shown as a page.
func TestAnswersOfTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{"/api/v1/me", "/api/v1/nothing", "/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/events"} {
		got := h.call(h.anna, "GET", path, nil).Header()
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Content-Security-Policy": dataCSP, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": "",
		} {
			if got.Get(name) != want {
				t.Errorf("%s of %s: got %q, want %q", name, path, got.Get(name), want)
			}
		}
	}
}
