package webhook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"parley/core"
)

// MaxURL is the longest address that can be called, in bytes.
const MaxURL = 2048

// Limits of a connection.
const (
	dialTime       = 5 * time.Second
	handshakeTime  = 5 * time.Second
	idleTime       = 30 * time.Second
	maxHeader      = 64 << 10 // bytes of an answer's header
	maxConnections = 16       // to one host
)

// Where no customer's system is, though it looks public: Azure's own agent on each of its machines.
var azure = netip.MustParsePrefix("168.63.129.16/32")

// Guard makes HTTP clients that reach nobody inside. It may be used by many at once.
type Guard struct {
	inside []string // hosts that may be, in lower case
	public *ssrf.Guardian
	names  *net.Resolver // nil: the machine's
}

// NewGuard makes a guard. The hosts in inside, names or addresses without a port, may be in a private network, and are reached by http too.
func NewGuard(inside []string) *Guard {
	g := &Guard{public: ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(azure))}
	for _, host := range inside {
		g.inside = append(g.inside, strings.ToLower(host))
	}
	return g
}

// allows tells whether a host may be inside.
func (g *Guard) allows(host string) bool { return slices.Contains(g.inside, strings.ToLower(host)) }

// CheckURL refuses, as Invalid in a field, an address that is not to be called: one without https, with a name and password, or with an address
// or a name that is seen to be inside. What another name stands for is seen only when it is called.
func (g *Guard) CheckURL(field, text string) error {
	u, err := url.Parse(text)
	reason := ""
	switch {
	case len(text) > MaxURL:
		reason = "must have at most 2048 bytes"
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		reason = "must be the address of a page, such as https://example.test/hook"
	case u.User != nil:
		reason = "must not have a name and password in it"
	case u.Fragment != "":
		reason = "must not have a part after #"
	case u.Scheme == "https":
	case u.Scheme != "http" || !g.allows(u.Hostname()):
		reason = "must begin with https://"
	}
	if reason == "" && !g.allows(u.Hostname()) && g.seenInside(u.Hostname()) {
		reason = insideReason
	}
	if reason != "" {
		return &core.Error{Op: "webhook.CheckURL", Kind: core.Invalid, Field: field, Reason: reason}
	}
	return nil
}

// seenInside tells whether a host is inside whatever anybody's DNS says: an address, or a name of this machine (RFC 6761, section 6.3).
func (g *Guard) seenInside(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return g.public.SafeAddr(ip) != nil
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

const insideReason = "must not be in a private network, unless whoever runs Parley allows that host (PARLEY_INSIDE_HOSTS)"

// Client makes a client for calls that last at most so long, their answers' bodies included; it is closed with CloseIdleConnections. It follows no
// redirect: what it would lead to is in the answer. How much of a body is read is for the caller to limit.
func (g *Guard) Client(limit time.Duration) *http.Client {
	guarded := &net.Dialer{Timeout: dialTime, Resolver: g.names, Control: g.public.Safe}
	free := &net.Dialer{Timeout: dialTime, Resolver: g.names}
	t := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, _, err := net.SplitHostPort(address); err == nil && g.allows(host) {
				return free.DialContext(ctx, network, address)
			}
			return guarded.DialContext(ctx, network, address)
		},
		Proxy:               nil, // a proxy would connect in our place, to whatever it likes
		TLSHandshakeTimeout: handshakeTime, IdleConnTimeout: idleTime, MaxConnsPerHost: maxConnections, MaxIdleConnsPerHost: 2,
		MaxResponseHeaderBytes: maxHeader, ForceAttemptHTTP2: true,
		DisableCompression: true, // a small body stays small
	}
	return &http.Client{
		Timeout: limit, Transport: checked{g, t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// checked looks at the address of each request again: what was allowed when it was kept may not be now.
type checked struct {
	guard *Guard
	*http.Transport
}

func (c checked) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := c.guard.CheckURL("url", r.URL.String()); err != nil {
		return nil, err
	}
	return c.Transport.RoundTrip(r)
}

// Refused tells whether a call was not made because its host is inside.
func Refused(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork)
}
