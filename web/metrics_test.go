package web

import (
	"net/http/httptest"
	"testing"
)

// TestWhoIsOnThisMachine: the TLS proxy before Parley is on this machine too, and asks for the world.
func TestWhoIsOnThisMachineH4(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		from, host, header string
		old                bool
		want               bool
	}{
		"this machine":                    {from: "127.0.0.1:5000", host: "127.0.0.1:8080", want: true},
		"by IPv6":                         {from: "[::1]:5000", host: "[::1]:8080", want: true},
		"by name":                         {from: "127.0.0.1:5000", host: "localhost:8080", want: true},
		"without a port":                  {from: "127.0.0.1:5000", host: "localhost", want: true},
		"another machine":                 {from: "192.0.2.7:5000", host: "127.0.0.1:8080"},
		"a proxy here that says for whom": {from: "127.0.0.1:5000", host: "127.0.0.1:8080", header: "X-Forwarded-For"},
		"a proxy here, by the standard":   {from: "127.0.0.1:5000", host: "127.0.0.1:8080", header: "Forwarded"},
		"a proxy here, by its name":       {from: "127.0.0.1:5000", host: "127.0.0.1:8080", header: "Via"},
		"a proxy that keeps the name":     {from: "127.0.0.1:5000", host: "chat.shop.example"},
		"nginx as it comes":               {from: "127.0.0.1:5000", host: "127.0.0.1:8080", old: true},
		"a page that rebinds its name":    {from: "127.0.0.1:5000", host: "evil.example:8080"},
		"nobody":                          {host: "127.0.0.1:8080"},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr, r.Host = tt.from, tt.host
		if tt.header != "" {
			r.Header.Set(tt.header, "")
		}
		if tt.old {
			r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0
		}
		if got := fromHere(r); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}
