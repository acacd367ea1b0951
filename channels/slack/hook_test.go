package slack

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCallsAreCheckedBeforeTheyAreRead(t *testing.T) {
	t.Parallel()
	body := wrapped(spoke(1, "UANNA", "secret words"))
	const js = "application/json"
	tests := map[string]struct {
		call   func() *http.Request
		status int
		said   bool
	}{
		"a call that is Slack's": {func() *http.Request { return signed(js, body, testNow) }, 200, true},
		"a call a little late":   {func() *http.Request { return signed(js, body, testNow.Add(-4*time.Minute)) }, 200, true},
		"a call a little early":  {func() *http.Request { return signed(js, body, testNow.Add(4*time.Minute)) }, 200, true},
		"an old call":            {func() *http.Request { return signed(js, body, testNow.Add(-6*time.Minute)) }, 401, false},
		"a call of the future":   {func() *http.Request { return signed(js, body, testNow.Add(6*time.Minute)) }, 401, false},
		"a forged signature": {func() *http.Request {
			r := signed(js, body, testNow)
			r.Header.Set(signatureHeader, "v0="+strings.Repeat("ab", 32))
			return r
		}, 401, false},
		"a signature of other words": {func() *http.Request {
			r := signed(js, strings.Replace(body, "words", "weeds", 1), testNow)
			other := signed(js, body, testNow)
			other.Header = r.Header
			return other
		}, 401, false},
		"a signature of another time": {func() *http.Request {
			r := signed(js, body, testNow)
			r.Header.Set(timeHeader, "1795255201")
			return r
		}, 401, false},
		"a signature that is none": {func() *http.Request {
			r := signed(js, body, testNow)
			r.Header.Set(signatureHeader, "v0=xyz")
			return r
		}, 401, false},
		"a signature of another kind": {func() *http.Request { r := signed(js, body, testNow); r.Header.Set(signatureHeader, "v1=00"); return r }, 401, false},
		"no signature":                {func() *http.Request { r := signed(js, body, testNow); r.Header.Del(signatureHeader); return r }, 401, false},
		"no time":                     {func() *http.Request { r := signed(js, body, testNow); r.Header.Del(timeHeader); return r }, 401, false},
		"a call that only asks": {func() *http.Request {
			r := signed(js, body, testNow)
			r.Method = http.MethodGet
			return r
		}, 405, false},
		"a call that is too long":   {func() *http.Request { return signed(js, strings.Repeat(" ", 2<<20)+body, testNow) }, 413, false},
		"a call that is not JSON":   {func() *http.Request { return signed(js, "{", testNow) }, 400, false},
		"an empty call":             {func() *http.Request { return signed(js, "", testNow) }, 400, false},
		"a call of another type":    {func() *http.Request { return signed("text/xml", body, testNow) }, 415, false},
		"a form that is neither":    {func() *http.Request { return signed("application/x-www-form-urlencoded", "a=b", testNow) }, 400, false},
		"a form with a bad payload": {func() *http.Request { return signed("application/x-www-form-urlencoded", "payload=%7B", testNow) }, 400, false},
		"a form that is broken":     {func() *http.Request { return signed("application/x-www-form-urlencoded", "%zz", testNow) }, 400, false},
		"a look at the certificate": {func() *http.Request { return signed("application/x-www-form-urlencoded", "ssl_check=1", testNow) }, 200, false},
		"an event nobody knows":     {func() *http.Request { return signed(js, `{"type":"event_callback","event":{"type":"dance"}}`, testNow) }, 200, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			var log bytes.Buffer
			c.config.Log = slog.New(slog.NewTextHandler(&log, nil))
			w := c.serve(test.call())
			if w.Code != test.status {
				t.Errorf("got status %d, want %d", w.Code, test.status)
			}
			if got := len(c.desk.done()) == 1; got != test.said {
				t.Errorf("said: got %v, want %v", got, test.said)
			}
			if strings.Contains(log.String()+w.Body.String(), "secret words") {
				t.Errorf("the log or the answer tells what was said: %s", log.String())
			}
		})
	}
}

func TestACallAgainIsDoneOnce(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	for range 3 {
		if w := c.serve(signed("application/json", wrapped(spoke(1, "UANNA", "Hi")), testNow)); w.Code != 200 {
			t.Errorf("got status %d, want 200", w.Code)
		}
	}
	if got := c.desk.told(); len(got) != 1 {
		t.Errorf("got %q, want it once", got)
	}
}

func TestAWrongClockIsToldOf(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	forged := signed("application/json", "{}", testNow.Add(-time.Hour))
	forged.Header.Set(signatureHeader, "v0="+strings.Repeat("00", 32))
	c.serve(forged)
	if got := c.lastTrouble(); got != "" {
		t.Errorf("a forged call: got %q, want no trouble", got)
	}
	c.serve(signed("application/json", "{}", testNow.Add(-10*time.Minute)))
	if got := c.lastTrouble(); !strings.Contains(got, "10m0s ahead of Slack's") {
		t.Errorf("an old call: got %q", got)
	}
	c.serve(signed("application/json", "{}", testNow.Add(10*time.Minute)))
	if got := c.lastTrouble(); !strings.Contains(got, "10m0s behind Slack's") {
		t.Errorf("a call of the future: got %q", got)
	}
	c.tell(map[string]any{"type": "dance"})
	if got := c.lastTrouble(); got != "" {
		t.Errorf("a good call: got %q, want all well", got)
	}
}

func TestTheChallengeIsAnswered(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	const body = `{"type":"url_verification","token":"x","challenge":"3eZbrw1aB"}`
	if w := c.serve(signed("application/json; charset=utf-8", body, testNow)); w.Code != 200 || w.Body.String() != "3eZbrw1aB" {
		t.Errorf("got %d %q, want the challenge", w.Code, w.Body)
	}
	unsigned := signed("application/json", body, testNow)
	unsigned.Header.Del(signatureHeader)
	if w := c.serve(unsigned); w.Code != 401 {
		t.Errorf("unsigned: got status %d, want 401", w.Code)
	}
}

func TestTheModeSocketHasNoAddress(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeSocket)
	if w := c.serve(signed("application/json", wrapped(spoke(1, "UANNA", "Hi")), testNow)); w.Code != 404 || len(c.desk.done()) != 0 {
		t.Errorf("got status %d, want 404", w.Code)
	}
}

func TestSlackNeedNotWaitForPrivateWords(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	hold := make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "chat.postEphemeral") {
			<-hold
		}
		c.fake.ServeHTTP(w, r)
	})
	c.fake.server.Config.Handler = slow
	server := httptest.NewServer(c)
	defer server.Close()
	defer close(hold)
	made := signed("application/json", wrapped(spoke(1, "UNEW", "Hi")), testNow)
	r, err := http.NewRequest(http.MethodPost, server.URL, made.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = made.Header
	response, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		t.Fatalf("got %v, want an answer while the word is not said yet", err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != 200 {
		t.Errorf("got %v and %v, want 200", response.StatusCode, err)
	}
}
