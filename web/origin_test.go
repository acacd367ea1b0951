package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

// TestForeignPagesChangeNothing44 is SECURITY 44, on every route that changes something.
func TestForeignPagesChangeNothing44(t *testing.T) {
	t.Parallel()
	h := open(t)
	tests := map[string]struct {
		origin, site string
		refused      bool
	}{
		"another site":                        {"https://evil.example", "cross-site", true},
		"another site's old browser":          {"https://evil.example", "", true},
		"a sandboxed page":                    {"null", "cross-site", true},
		"a sandboxed page's old browser":      {"null", "", true},
		"a sibling site":                      {"http://shop.127.0.0.1:8080", "same-site", true},
		"a host that only begins like ours":   {"http://127.0.0.1:80801", "", true},
		"another port":                        {"http://127.0.0.1:9090", "", true},
		"a browser that hides its origin":     {"", "cross-site", true},
		"our own page":                        {publicURL, "same-origin", false},
		"our own page in an old browser":      {publicURL, "", false},
		"a program":                           {"", "", false},
		"the address bar":                     {"", "none", false},
		"the public URL, by another way here": {publicURL, "cross-site", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changing := 0
			for _, r := range h.server.routes() {
				if r.method == http.MethodGet {
					continue
				}
				changing++
				who := h.ada
				if r.path == "/api/v1/logout" {
					who = &person{token: core.NewToken()} // Ada is still needed
				}
				request := h.request(who, r.method, r.path, "{}")
				request.Header.Del("Origin")
				request.Header.Del("Sec-Fetch-Site")
				if tt.origin != "" {
					request.Header.Set("Origin", tt.origin)
				}
				if tt.site != "" {
					request.Header.Set("Sec-Fetch-Site", tt.site)
				}
				w := h.send(request)
				if tt.refused {
					refused(t, w, http.StatusForbidden, "cross_site", "")
				} else if w.Code == http.StatusForbidden {
					t.Errorf("%s %s: got %d %s, want anything else", r.method, r.path, w.Code, w.Body)
				}
			}
			if changing < 10 {
				t.Errorf("routes that change something: got %d", changing)
			}
		})
	}
}

// TestOnlyJSONChangesAnything44 is the other half of SECURITY 44: what a form can send is not taken, on any route.
func TestOnlyJSONChangesAnything44(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, r := range h.server.routes() {
		if r.method == http.MethodGet {
			continue
		}
		for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"} {
			for _, body := range []string{"", "{}"} {
				request := h.request(h.ada, r.method, r.path, body)
				request.Header.Set("Content-Type", media)
				if media == "" {
					request.Header.Del("Content-Type")
				}
				refused(t, h.send(request), http.StatusUnsupportedMediaType, "unsupported_media_type", "")
			}
		}
	}
}

// answers tells whether a route's path is another's too: dry-run is read as an id where the method is not its own.
func answers(pattern, path string) bool {
	return slices.EqualFunc(strings.Split(pattern, "/"), strings.Split(path, "/"), func(a, b string) bool { return a == b || strings.HasPrefix(a, "{") })
}

// TestReadingChangesNothing: there is no state change on GET, and no method that hides one.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello")
	before, err := h.store.LogHead(t.Context())
	check(t, err)
	for _, r := range h.server.routes() {
		if r.method != http.MethodGet {
			for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"} {
				if slices.ContainsFunc(h.server.routes(), func(other route) bool { return other.method == method && answers(other.path, r.path) }) {
					continue
				}
				if w := h.call(h.anna, method, h.at(r, id), nil); w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusOK {
					t.Errorf("%s %s: got %d, want %d", method, r.path, w.Code, http.StatusMethodNotAllowed)
				}
			}
		}
		h.call(h.anna, "GET", h.at(r, id), nil)
	}
	if after, err := h.store.LogHead(t.Context()); err != nil || after != before {
		t.Errorf("log: got %v %v, want it where it was, at %v", after, err, before)
	}
}
