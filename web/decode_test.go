package web

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/core"
)

// FuzzCheckJSON: what is let through is what encoding/json hands on unchanged.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":1,"b":[{"c":"\u00e9"}]}`, `{"a":"\ud83d\ude00"}`, `{"a":"\ud83d"}`, `{"a":"\\ud83d"}`, `"\u0000"`, `{"a":1,"\u0061":2}`, "\"\xff\"",
		`"\\\ud800\\"`, `[[[[1e3]]]]`, `{"":{"":""}}`, `"\ud83d\ud83d\ude00"`, `9223372036854775808`, `nul`, ``, `{} {}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := checkJSON(body)
		if err != nil {
			if p := problemOf(err); p.Code != codeMalformed && p.Code != string(core.Invalid) {
				t.Errorf("error: got %v, want a refusal", err)
			}
			return
		}
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			t.Fatalf("let through, and yet: %v", err)
		}
		again, err := json.Marshal(value)
		check(t, err)
		if !utf8.Valid(body) || strings.Contains(string(again), `\u0000`) {
			t.Errorf("let through: %q", body)
		}
		if mended := strings.Count(string(again), "\ufffd"); mended > strings.Count(string(body), "\ufffd")+strings.Count(strings.ToLower(string(body)), `\ufffd`) {
			t.Errorf("let through, and mended by the decoder: %q", body)
		}
	})
}

func TestABodyMustArriveInTime(t *testing.T) {
	t.Parallel()
	soon := func() time.Time { return time.Now().Add(100*time.Millisecond - bodyTimeout) }
	h := open(t, func(c *Config) { c.Clock = soon })
	server := httptest.NewServer(h.server)
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	check(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"email\":")
	check(t, err)
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	check(t, err)
	if response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status: got %d, want %d", response.StatusCode, http.StatusRequestTimeout)
	}
}
