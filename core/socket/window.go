package socket

import (
	"time"

	"parley/core"
)

// Window counts how often something happens. Its zero value is ready; it costs sixteen bytes and no timer.
type Window struct {
	start core.Time
	count int
}

// Allow counts one more and tells whether it is within limit. A window begins with what is first counted after the last
// one ended, so whoever stays within limit in every span is never refused.
func (w *Window) Allow(now core.Time, limit int, span time.Duration) bool {
	if w.start == 0 || now.Sub(w.start) >= span || now < w.start {
		w.start, w.count = now, 0
	}
	w.count++
	return w.count <= limit
}
