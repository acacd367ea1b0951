package web

import (
	"net"
	"net/http"
	"net/netip"

	"parley/core"
)

// forwarding are headers that proxies add. With any of them a request has come through one, whoever it names.
var forwarding = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Real-Ip", "Via",
	"True-Client-Ip", "Cf-Connecting-Ip", "Fly-Client-Ip",
}

// scrape answers who watches over the installation: this machine, without a key, also while the database is away; from elsewhere, a key
// that is for that.
func (s *Server) scrape(w http.ResponseWriter, r *http.Request) {
	if !fromHere(r) {
		key, ok := keyOf(r)
		err := error(&core.Error{Op: "web.scrape", Kind: core.Unauthorized})
		if ok {
			err = s.store.Scoped(r.Context(), key, core.MetricsScope)
		}
		if err != nil {
			s.tell(r.Context(), err).write(w)
			return
		}
	}
	s.metrics.ServeHTTP(w, r)
}

// fromHere tells whether somebody on this machine asks, and not the proxy before us for somebody else: proxies say so in a header, or
// name us as the world does, or speak HTTP 1.0, as nginx does unless it is told otherwise.
func fromHere(r *http.Request) bool {
	for _, name := range forwarding {
		if _, there := r.Header[name]; there {
			return false
		}
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	at, err := netip.ParseAddr(host)
	return addressOf(r).IsLoopback() && r.ProtoAtLeast(1, 1) && (host == "localhost" || err == nil && at.IsLoopback())
}
