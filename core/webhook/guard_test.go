package webhook

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"parley/core"
)

// Addresses that are nobody's on the public internet, with all the ways to write them that reach the socket.
var insideAddresses = strings.Fields(`
	0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.1.2.3 10.255.255.255 100.64.0.0 100.64.0.1 100.100.100.200 100.127.255.255
	127.0.0.0 127.0.0.1 127.0.0.2 127.0.1.1 127.1.2.3 127.255.255.254 127.255.255.255 169.254.0.0 169.254.0.1 169.254.169.253 169.254.169.254
	169.254.170.2 169.254.170.23 169.254.255.255 172.16.0.0 172.16.0.1 172.17.0.1 172.18.0.1 172.20.1.2 172.31.255.255 192.0.0.0 192.0.0.8
	192.0.0.170 192.0.0.192 192.0.2.0 192.0.2.1 192.0.2.255 192.168.0.0 192.168.0.1 192.168.1.1 192.168.99.100 192.168.122.1 192.168.255.255
	198.18.0.0 198.18.0.1 198.19.255.255 198.51.100.0 198.51.100.1 198.51.100.255 203.0.113.0 203.0.113.1 203.0.113.255
	168.63.129.16 224.0.0.0 224.0.0.1 224.0.0.251 232.1.1.1 239.255.255.250 239.255.255.255 240.0.0.0 240.0.0.1 250.1.2.3 255.255.255.254 255.255.255.255
	:: ::1 ::2 ::7f00:1 ::127.0.0.1 ::10.0.0.1 ::ffff:0.0.0.0 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:100.64.0.1 ::ffff:169.254.169.254
	::ffff:172.16.0.1 ::ffff:192.168.0.1 ::ffff:255.255.255.255 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
	100::1 100:0:0:1::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2001:db8:ffff::1 2002:7f00:1:: 2002:a00:1:: 2002:a9fe:a9fe::
	2002:c0a8:1:: 3fff::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fd12:3456:789a::1 fdff:ffff::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1
	ff01::1 ff02::1 ff02::fb ff05::1 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff`)

func TestSEC19And21NoInsideAddressIsConnectedTo(t *testing.T) {
	t.Parallel()
	if len(insideAddresses) < 100 {
		t.Errorf("the table has %d addresses, want 100 at least", len(insideAddresses))
	}
	g := NewGuard(nil)
	for _, address := range insideAddresses {
		network := "tcp4"
		if strings.Contains(address, ":") {
			network = "tcp6"
		}
		if err := g.public.Safe(network, net.JoinHostPort(address, "443"), nil); !Refused(err) {
			t.Errorf("%s: got %v, want it refused", address, err)
		}
		if err := g.CheckURL("url", "https://"+net.JoinHostPort(address, "443")+"/"); core.KindOf(err) != core.Invalid {
			t.Errorf("%s in an address: got %v, want Invalid", address, err)
		}
	}
	for _, address := range []string{"1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.128.0.1", "11.0.0.1"} {
		if err := g.public.Safe("tcp4", address+":443", nil); err != nil {
			t.Errorf("%s: got %v, want none", address, err)
		}
	}
	if err := g.public.Safe("tcp6", "[2606:4700:4700::1111]:8443", nil); err != nil {
		t.Errorf("a public address: got %v, want none", err)
	}
}

func TestAnAddressIsChecked(t *testing.T) {
	t.Parallel()
	g := NewGuard([]string{"erp.local", "erp.localhost", "10.1.2.3"})
	for text, want := range map[string]string{
		"https://example.test/hook?key=1":               "",
		"https://example.test:8443":                     "",
		"https://ERP.local/x":                           "",
		"http://erp.local:9000/x":                       "",
		"http://10.1.2.3/":                              "",
		"http://example.test/":                          "https://",
		"http://erp.local.example.test/":                "https://",
		"https://10.1.2.4/":                             "private network",
		"https://10.1.2.4./":                            "private network",
		"https://localhost/hook":                        "private network",
		"https://LocalHost:8443/hook":                   "private network",
		"https://localhost./hook":                       "private network",
		"https://shop.localhost/hook":                   "private network",
		"https://shop.localhost./hook":                  "private network",
		"https://erp.localhost/hook":                    "",
		"http://erp.localhost:9000/hook":                "",
		"https://localhost.example.test/":               "",
		"https://mylocalhost/":                          "",
		"ftp://example.test/":                           "https://",
		"file:///etc/passwd":                            "address of a page",
		"https:example.test":                            "address of a page",
		"https://":                                      "address of a page",
		"example.test/hook":                             "address of a page",
		"":                                              "address of a page",
		"https://a:b@example.test/":                     "name and password",
		"https://erp.local@example.test/":               "name and password",
		"https://example.test/#a":                       "after #",
		"https://exa mple.test/":                        "address of a page",
		"https://e.test/" + strings.Repeat("a", MaxURL): "2048 bytes",
	} {
		err := g.CheckURL("url", text)
		e, _ := errors.AsType[*core.Error](err)
		if (err == nil) != (want == "") || err != nil && (e.Field != "url" || !strings.Contains(e.Reason, want)) {
			t.Errorf("%.60s: got %v, want %q", text, err, want)
		}
	}
}

// canary counts who comes to it, though nobody should.
func canary(t *testing.T) (*atomic.Int32, *url.URL) {
	t.Helper()
	hits := &atomic.Int32{}
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return hits, u
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

func TestSEC20AndSEC22NeitherNamesNorRedirectsNorSpellingsLeadInside(t *testing.T) {
	t.Parallel()
	hits, inside := canary(t)
	outside := httptest.NewServer(http.RedirectHandler(inside.String(), http.StatusTemporaryRedirect))
	t.Cleanup(outside.Close)
	there, _ := url.Parse(outside.URL)

	// "outside" is allowed, so that a test can run it; the DNS says 127.0.0.1 for every other name too.
	g := NewGuard([]string{"outside.test"})
	g.names = resolver(t, "127.0.0.1")
	client := g.Client(patience)
	t.Cleanup(client.CloseIdleConnections)

	port := inside.Port()
	for _, host := range []string{
		"rebound.example.test", "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
		"127.0.0.1.", "localhost.", "LOCALHOST",
	} {
		_, err := Post(t.Context(), client, call("https://"+host+":"+port+"/"), at)
		if err == nil {
			t.Errorf("%s: got an answer, want an error", host)
		}
	}
	_, err := Post(t.Context(), client, call("https://rebound.example.test:"+port+"/"), at)
	if e, _ := errors.AsType[*core.Error](err); e == nil || e.Kind != core.Forbidden || !strings.Contains(e.Reason, "private network") {
		t.Errorf("a name of this machine: got %v, want Forbidden and why", err)
	}
	a, err := Post(t.Context(), client, call("http://outside.test:"+there.Port()+"/"), at)
	if err != nil || a.Status != http.StatusTemporaryRedirect || a.Header.Get("Location") != inside.String() {
		t.Errorf("a redirect: got %v %v, want it as the answer", a.Status, err)
	}
	// A caller who follows redirects by its own rule comes no further.
	follower := g.Client(patience)
	follower.CheckRedirect = nil
	t.Cleanup(follower.CloseIdleConnections)
	if response, err := follower.Get("http://outside.test:" + there.Port() + "/"); err == nil {
		response.Body.Close()
		t.Error("a redirect that is followed: got an answer, want an error")
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the canary was reached %d times", n)
	}
}

// resolver asks a DNS of its own that knows one address for all names.
func resolver(t *testing.T, address string) *net.Resolver {
	t.Helper()
	c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		b := make([]byte, 1<<12)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: [4]byte(net.ParseIP(address).To4())},
				}}
			}
			if answer, err := m.Pack(); err == nil {
				_, _ = c.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", c.LocalAddr().String())
	}}
}

func TestAnAnswersLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		check  func(Answer, error) bool
		within time.Duration // zero: as long as it takes
	}{
		"a huge body is cut": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.Copy(w, io.LimitReader(endless{}, 10<<20))
		}, func(a Answer, err error) bool { return err == nil && len(a.Body) == MaxAnswer && a.Cut }, 0},
		"a bomb stays as it came": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("not unpacked"))
		}, func(a Answer, err error) bool { return err == nil && string(a.Body) == "not unpacked" }, 0},
		"a huge header is no answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<17))
		}, func(_ Answer, err error) bool { return core.KindOf(err) == core.Uncertain }, 0},
		"an answer that never ends is cut in time": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("drip"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, func(a Answer, err error) bool {
			return err == nil && a.Status == 200 && string(a.Body) == "drip" && a.Cut
		}, 3 * time.Second},
		"no answer is uncertain": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that the caller is gone
			<-r.Context().Done()
		}, func(_ Answer, err error) bool {
			e, _ := errors.AsType[*core.Error](err)
			return e != nil && e.Kind == core.Uncertain && strings.Contains(e.Reason, "in time")
		}, time.Second},
		"a connection that drops is uncertain": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			func(_ Answer, err error) bool { return core.KindOf(err) == core.Uncertain }, 0},
		"seconds to wait": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
		}, func(a Answer, err error) bool { return err == nil && a.RetryAfter == 90*time.Second }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(tt.answer)
			t.Cleanup(s.Close)
			client := NewGuard([]string{"127.0.0.1"}).Client(cmp.Or(tt.within, patience))
			t.Cleanup(client.CloseIdleConnections)
			if a, err := Post(t.Context(), client, call(s.URL+"/?key=canary"), at); !tt.check(a, err) || err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("got status %d, %d bytes, cut %v, retry after %v, error %v", a.Status, len(a.Body), a.Cut, a.RetryAfter, err)
			}
		})
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}
