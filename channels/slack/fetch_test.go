package slack

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/core"
)

// fetched gives what Fetch brings.
func (c *console) fetched(t *testing.T, id core.RemoteID) (string, error) {
	t.Helper()
	body, err := c.Fetch(t.Context(), id)
	if err != nil {
		return "", err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	return string(b), err
}

// bare fails where an error, or a log, names an address or the token.
func bare(t *testing.T, what, text string) {
	t.Helper()
	for _, word := range []string{"CANARY", "http", "127.0.0.1", "files-pri", "upload/v1", "slack.com"} {
		if strings.Contains(text, word) {
			t.Errorf("%s: %q in %q", what, word, text)
		}
	}
}

func TestAFileIsFetchedS3(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(*fake, *held)
		want    string
		kind    core.Kind
		reason  string // a part of it
		after   time.Duration
		trouble string // a part of it
	}{
		"its bytes come":               {want: "bytes"},
		"it has no address for saving": {prepare: func(_ *fake, h *held) { delete(h.object, "url_private_download") }, want: "bytes"},
		"Slack sends on to itself":     {prepare: func(f *fake, h *held) { f.hold("F2", "b", "image/png", "moved"); h.moved = "/files-pri/T1-F2/b" }, want: "moved"},
		"Slack sends on in a circle":   {prepare: func(_ *fake, h *held) { h.moved = "/files-pri/T1-F1/a.png" }, kind: core.Unavailable},
		"it is a page":                 {prepare: func(_ *fake, h *held) { h.kind, h.object["mimetype"] = "text/html", "text/html" }, want: "bytes"},
		"people are asked to sign in":  {prepare: func(_ *fake, h *held) { h.kind = "text/html; charset=utf-8" }, kind: core.Unavailable, reason: "files:read", after: roomPause, trouble: "files:read"},
		"they are sent to where":       {prepare: func(f *fake, h *held) { h.moved = f.server.URL + "/?redir=%2Ffiles-pri" }, kind: core.Unavailable, reason: "files:read", after: roomPause, trouble: "files:read"},
		"the permission is missing": {prepare: func(f *fake, _ *held) {
			f.fail(breakage{method: "files.info", body: `{"ok":false,"error":"missing_scope","needed":"files:read","provided":"x"}`})
		}, kind: core.Unavailable, reason: "files:read", after: roomPause, trouble: "files:read"},
		"the token was revoked":        {prepare: func(f *fake, _ *held) { f.refuse("files.info", "token_revoked") }, kind: core.Unauthorized},
		"Slack does not know it":       {prepare: func(f *fake, _ *held) { delete(f.files, "F1") }, kind: core.Invalid, reason: "does not have the file"},
		"it was deleted":               {prepare: func(f *fake, _ *held) { f.refuse("files.info", "file_deleted") }, kind: core.Invalid, reason: "does not have the file"},
		"it was deleted, and is shown": {prepare: func(_ *fake, h *held) { h.object["mode"] = "tombstone" }, kind: core.Invalid, reason: "deleted in Slack"},
		"it is another service's":      {prepare: func(_ *fake, h *held) { h.object["is_external"] = true }, kind: core.Invalid, reason: "another service"},
		"it has grown":                 {prepare: func(_ *fake, h *held) { h.object["size"] = core.MaxFile + 1 }, kind: core.Invalid, reason: "larger than 25 MB"},
		"its size is a lie":            {prepare: func(_ *fake, h *held) { h.bytes = make([]byte, core.MaxFile+1) }, kind: core.Invalid, reason: "larger than 25 MB"},
		"Slack is asked too often": {prepare: func(f *fake, _ *held) {
			f.fail(breakage{method: "files.info", status: 429, header: http.Header{"Retry-After": {"7"}}})
		}, kind: core.Throttled, after: 7 * time.Second},
		"its host is asked too often": {prepare: func(f *fake, _ *held) {
			f.fail(breakage{method: "download", status: 429, header: http.Header{"Retry-After": {"7"}}})
		}, kind: core.Throttled, after: 7 * time.Second},
		"its host breaks":               {prepare: func(f *fake, _ *held) { f.fail(breakage{method: "download", status: 502}) }, kind: core.Unavailable},
		"its host hangs up":             {prepare: func(f *fake, _ *held) { f.fail(breakage{method: "download", drop: true, times: 9}) }, kind: core.Unavailable},
		"its host does not have it":     {prepare: func(f *fake, _ *held) { f.fail(breakage{method: "download", status: 404}) }, kind: core.Unavailable},
		"its host does not give it":     {prepare: func(f *fake, _ *held) { f.fail(breakage{method: "download", status: 403}) }, kind: core.Invalid, reason: "does not give the file"},
		"Slack breaks when it is asked": {prepare: func(f *fake, _ *held) { f.fail(breakage{method: "files.info", status: 500}) }, kind: core.Unavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			var log bytes.Buffer
			c.config.Log = slog.New(slog.NewTextHandler(&log, nil))
			h := c.fake.hold("F1", "a.png", "image/png", "bytes")
			if test.prepare != nil {
				test.prepare(c.fake, h)
			}
			got, err := c.fetched(t, "F1")
			if got != test.want || core.KindOf(err) != test.kind || !strings.Contains(reasonOf(err), test.reason) || pauseOf(err) != test.after {
				t.Errorf("got %.40q and %v (%q, again after %v), want %q and %s", got, err, reasonOf(err), pauseOf(err), test.want, test.kind)
			}
			if !strings.Contains(c.lastTrouble(), test.trouble) || test.trouble == "" && c.lastTrouble() != "" {
				t.Errorf("in trouble: %q, want %q in it", c.lastTrouble(), test.trouble)
			}
			if err != nil {
				bare(t, "the error", err.Error()+reasonOf(err))
			}
			bare(t, "the log", log.String())
		})
	}
}

// TestTheTokenGoesToSlackOnly holds that no other host learns the token, or is asked at all, whatever Slack calls a file's address.
func TestTheTokenGoesToSlackOnly(t *testing.T) {
	t.Parallel()
	asked := 0
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "" {
			t.Error("another host has been told the token")
		}
		_, _ = io.WriteString(w, "bytes")
	}))
	t.Cleanup(foreign.Close)
	for name, prepare := range map[string]func(*held){
		"its address":   func(h *held) { h.object["url_private_download"] = foreign.URL + "/files-pri/T1-F1/a.png" },
		"a redirection": func(h *held) { h.moved = foreign.URL + "/files-pri/T1-F1/a.png" },
		"a user before": func(h *held) {
			h.object["url_private_download"] = "https://files.slack.com@" + foreign.Listener.Addr().String() + "/"
		},
		"no address":     func(h *held) { h.object["url_private_download"], h.object["url_private"] = "", "" },
		"a broken one":   func(h *held) { h.object["url_private_download"] = "https://files.slack.com/%zz?CANARY" },
		"a file of ours": func(h *held) { h.object["url_private_download"] = "file:///etc/passwd" },
	} {
		c := newConsole(t, ModeEvents)
		prepare(c.fake.hold("F1", "a.png", "image/png", "bytes"))
		got, err := c.fetched(t, "F1")
		if got != "" || core.KindOf(err) != core.Invalid || reasonOf(err) != reasonFileAbroad || asked != 0 {
			t.Errorf("%s: got %q and %v, asked elsewhere %d times", name, got, err, asked)
		}
		if err != nil {
			bare(t, name, err.Error())
		}
	}
	if _, err := newConsole(t, ModeEvents).Fetch(t.Context(), core.RemoteID(foreign.URL)); core.KindOf(err) != core.Invalid || asked != 0 {
		t.Errorf("an address in the place of an id: got %v", err)
	}
}

func TestWhichHostsAreSlacks(t *testing.T) {
	t.Parallel()
	c := newClient(nil, "https://slack.example.test:8443/api/", testSecrets)
	for address, want := range map[string]bool{
		"https://files.slack.com/files-pri/T1-F1/a":     true,
		"https://FILES.SLACK.COM/a":                     true,
		"https://slack.com/a":                           true,
		"https://slack-files.com/a":                     true,
		"https://files.slack-gov.com:443/a":             true,
		"https://slack.example.test:8443/files-pri/a":   true,
		"http://files.slack.com/a":                      false,
		"https://files.slack.com:444/a":                 false,
		"https://files.slack.com.example.test/a":        false,
		"https://notslack.com/a":                        false,
		"https://user@files.slack.com/a":                false,
		"https://slack.example.test/a":                  false,
		"http://slack.example.test:8443/a":              false,
		"https://169.254.169.254/latest":                false,
		"//files.slack.com/a":                           false,
		"files-pri/a":                                   false,
		"https://evil.test/https://files.slack.com/a":   false,
		"https://evil.test\\@files.slack.com/":          false,
		"https://drive.google.com/?x=files.slack.com/a": false,
	} {
		u, err := url.Parse(address)
		if got := err == nil && c.trusts(u); got != want {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
	if newClient(nil, "/", testSecrets).trusts(&url.URL{Path: "a"}) {
		t.Error("what has no host is Slack's")
	}
}

func TestADownloadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	defer close(held)
	c := newConsole(t, ModeEvents)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			c.fake.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = io.WriteString(w, "a")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(slow.Close)
	c.api = newClient(nil, slow.URL+"/api/", testSecrets)
	c.fake.hold("F1", "a.png", "image/png", "bytes").object["url_private_download"] = slow.URL + "/drip"
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	body, err := c.Fetch(ctx, "F1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if _, err := io.ReadAll(body); err == nil {
		t.Error("a download that breaks off seems whole")
	}
}
