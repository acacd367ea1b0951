package socket

import (
	"net/http"
	"net/url"
	"strings"
)

// SameOrigin tells whether the request's Origin is one of allowed, which are as ParseOrigin gives them. Scheme, host and
// port must be equal; case and a default port do not matter. A request without Origin, with "null" or with several is
// never of the same origin: a caller that also serves programs, which send none, decides about those itself.
func SameOrigin(r *http.Request, allowed []string) bool {
	header := r.Header["Origin"]
	if len(header) != 1 {
		return false
	}
	origin, ok := ParseOrigin(header[0])
	if !ok {
		return false
	}
	for _, a := range allowed {
		if a == origin {
			return true
		}
	}
	return false
}

// ParseOrigin gives the form in which origins are compared: scheme://host[:port] in lower case, without the scheme's own
// port. It accepts http and https, hosts in ASCII, and nothing after the port, not even a slash.
func ParseOrigin(s string) (origin string, ok bool) {
	s = strings.ToLower(s)
	scheme, host, found := strings.Cut(s, "://")
	if !found || (scheme != "http" && scheme != "https") || !plainHost(host) {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.Host != host || u.Hostname() == "" || strings.HasSuffix(host, ":") ||
		strings.Contains(u.Hostname(), ":") != strings.HasPrefix(host, "[") {
		return "", false
	}
	defaultPort := map[string]string{"http": ":80", "https": ":443"}[scheme]
	return scheme + "://" + strings.TrimSuffix(host, defaultPort), true
}

// plainHost tells whether s has only characters of a host and port as browsers write them.
func plainHost(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("-._:[]", rune(c)) {
			return false
		}
	}
	return len(s) <= 255+len(":65535")
}
