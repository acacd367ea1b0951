package webhook

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/core"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func call(address string) Call {
	return Call{URL: address, ID: "evt_1", Body: []byte(`{"type":"test"}`), Secrets: []core.Secret{NewSecret()}}
}

// The vector of the specification, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func TestTheSignatureIsTheSpecifications(t *testing.T) {
	t.Parallel()
	got, err := sign(Call{
		ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", Body: []byte(`{"test": 2432232314}`), Secrets: []core.Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
	}, time.Unix(1614265330, 0))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestWhoeverHasEitherSecretCanVerify(t *testing.T) {
	t.Parallel()
	var body []byte
	var header http.Header
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
	}))
	t.Cleanup(s.Close)
	client := NewGuard([]string{"127.0.0.1"}).Client(patience)
	t.Cleanup(client.CloseIdleConnections)
	c := call(s.URL)
	c.Secrets = []core.Secret{NewSecret(), NewSecret()}
	if _, err := Post(t.Context(), client, c, core.SystemClock()); err != nil {
		t.Fatal(err)
	}
	for i, secret := range append(c.Secrets, NewSecret()) {
		hook, err := standardwebhooks.NewWebhook(secret.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		if err := hook.Verify(body, header); (err == nil) != (i < 2) {
			t.Errorf("secret %d: got %v", i, err)
		}
	}
	if header.Get("webhook-id") != c.ID || header.Get("Content-Type") != "application/json" {
		t.Errorf("header: got %v", header)
	}
}

func TestASecretThatIsNoneIsNotRepeated(t *testing.T) {
	t.Parallel()
	c := call("https://example.test")
	for _, secrets := range [][]core.Secret{nil, {"whsec_canary!"}} {
		c.Secrets = secrets
		_, err := Post(t.Context(), http.DefaultClient, c, at)
		if core.KindOf(err) != core.Invalid || strings.Contains(err.Error(), "canary") {
			t.Errorf("got %v, want Invalid without the secret", err)
		}
	}
}

func TestRetryAfterIsReadAsSecondsOrATime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "120": 2 * time.Minute, "-1": 0, "soon": 0, "99999999": 24 * time.Hour, "99999999999999999999": 0,
		"Sun, 01 Mar 2026 12:05:00 GMT": 5 * time.Minute, "Sun, 01 Mar 2026 11:00:00 GMT": 0, "Sun, 01 Mar 2099 11:00:00 GMT": 24 * time.Hour,
	} {
		if got := retryAfter(text, at); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// net/http repeats a POST with such a header by itself where it has a way to read the body again.
func TestACallIsMadeOnceWhereAConnectionThatWasKeptBreaks(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if asked.Add(1) > 1 {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(s.Close)
	client := NewGuard([]string{"127.0.0.1"}).Client(patience)
	t.Cleanup(client.CloseIdleConnections)
	send := func() error {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(`{"fields":{}}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Idempotency-Key", "rec_1")
		_, err = Send(client, r, MaxAnswer, at)
		return err
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	if err := send(); core.KindOf(err) != core.Uncertain || asked.Load() != 2 {
		t.Errorf("the second call: got %v, asked %d times in all, want Uncertain and 2", err, asked.Load())
	}
}
