package meter

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
)

// Requests counts what a handler answers, by the pattern with which it, or who it handed the request to, knows the route: the request's
// Pattern when it returns.
func (m *Meter) Requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &counted{ResponseWriter: w}
		defer func() { m.requests.WithLabelValues(route(r), method(r), c.class()).Inc() }()
		next.ServeHTTP(c, r)
	})
}

func route(r *http.Request) string {
	if r.Pattern == "" {
		return "unknown"
	}
	return r.Pattern
}

// method is the request's, if it is one of the usual: a caller may write anything there.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// counted is an answer whose status is remembered.
type counted struct {
	http.ResponseWriter
	status int
}

// class is the status's: 2xx. What was never answered by hand is 200.
func (c *counted) class() string {
	if c.status == 0 {
		return "2xx"
	}
	return strconv.Itoa(c.status/100) + "xx"
}

func (c *counted) WriteHeader(status int) {
	if c.status == 0 || c.status < http.StatusOK {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Flush is http.Flusher's.
func (c *counted) Flush() { _ = http.NewResponseController(c.ResponseWriter).Flush() }

// Hijack is http.Hijacker's: the connection becomes a socket.
func (c *counted) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffer, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err == nil {
		c.status = http.StatusSwitchingProtocols
	}
	return conn, buffer, err
}
