package web

import (
	"context"
	"io"
	"net/http"
	"time"
)

// readyTimeout is how long the database may take to say that it is there.
const readyTimeout = 2 * time.Second

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"status":"alive"}`) }

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := s.store.Ready(ctx); err != nil {
		s.log.WarnContext(ctx, "not ready", "error", err)
		p := problem("unavailable")
		p.Detail = "The database does not answer. It is tried again by itself."
		p.write(w)
		return
	}
	writeJSON(w, `{"status":"ready"}`)
}

func (s *Server) openapi(w http.ResponseWriter, _ *http.Request) { writeJSON(w, string(s.spec)) }

func writeJSON(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, text) // nobody is left to be told
}
