package web

import (
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/gin-gonic/gin"
)

// What browsers are told about our pages and answers. Sound (alerts) and the clipboard stay at the browser's own rule.
const (
	pageCSP = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self'; " +
		"connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	dataCSP     = "default-src 'none'; frame-ancestors 'none'"
	permissions = "accelerometer=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), " +
		"idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), " +
		"screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"
	transport = "max-age=31536000; includeSubDomains"
)

// headers says on every answer what holds for most; assets say otherwise where they must.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", dataCSP)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", transport)
		}
		next.ServeHTTP(w, r)
	})
}

// sameSite turns away what another site's page sent.
func (s *Server) sameSite(c *gin.Context) {
	if s.cross.Check(c.Request) != nil {
		problem(codeCrossSite).write(c.Writer)
		c.Abort()
	}
}

// observe logs each request in one line, and keeps a panic to its own request. It names the route, never what was asked:
// queries and paths may hold what people wrote. Whoever counts requests finds the name in the request's Pattern.
func (s *Server) observe(c *gin.Context) {
	begin, asked := s.clock(), c.Request
	defer func() {
		if p := recover(); p != nil {
			s.recovered(c, p)
		}
		path := c.FullPath()
		if path == "" {
			path = "unknown"
			if _, there := s.page(c.Request.URL.Path); there {
				path = "page"
			}
		}
		asked.Pattern = path
		s.log.InfoContext(c.Request.Context(), "request", "method", c.Request.Method, "route", path, "status", c.Writer.Status(),
			"duration_ms", float64(s.clock().Sub(begin).Microseconds())/1000, "bytes", max(c.Writer.Size(), 0))
	}()
	c.Next()
}

func (s *Server) recovered(c *gin.Context, p any) {
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok { // anything else could hold words of a customer
		what = e.Error()
	}
	s.log.ErrorContext(c.Request.Context(), "handler panicked", "panic", what, "stack", string(debug.Stack()))
	c.Abort()
	if !c.Writer.Written() {
		problem(codeInternal).write(c.Writer)
	}
}
