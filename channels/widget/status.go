package widget

import (
	"net/http"
	"strings"

	"parley/core"
	"parley/core/socket"
)

// What a widget may show of a closed department (FEATURES A3).
const (
	showNotice = "notice" // the panel, in which nobody can write
	showHidden = "hidden" // nothing at all, but for who is in a session
)

// SetOpenings says how the departments stand to customers who would begin a session. Who is connected learns of it at once.
func (w *Widget) SetOpenings(all map[core.DepartmentID]core.Opening) {
	w.openings.Store(&all)
	w.each((*visitor).tell)
}

// each does something with all who are connected.
func (w *Widget) each(do func(*visitor)) {
	w.sockets.Each(func(h socket.Handler) {
		if v, ok := h.(*visitor); ok && v.widget == w {
			do(v)
		}
	})
	w.streams.each(func(s *stream) { do(s.visitor) })
}

// closed gives what a widget shows to somebody from a country: "" where its department is open to them.
func (s *site) closed(w *Widget, country string) string {
	if len((*w.openings.Load())[s.live.Channel.Department].To(country)) == 0 {
		return ""
	}
	if s.whenClosed != "" {
		return s.whenClosed
	}
	return showNotice
}

// from gives the country from which a request comes, "" where nobody knows.
func (w *Widget) from(r *http.Request) string {
	if w.Country == nil {
		return ""
	}
	return w.Country(r)
}

// speaks gives the language that a browser asks for before all others, "" if it does not say.
func speaks(r *http.Request) string {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	language, _, _ := strings.Cut(first, ";")
	return strings.TrimSpace(language)
}

// greet begins to tell how the department stands.
func (v *visitor) greet() {
	v.telling.Lock()
	v.greeted = true
	v.telling.Unlock()
	v.tell()
}

// talk gives where the visitor writes; false before they have said hello.
func (v *visitor) talk() (at core.Talk, greeted bool) {
	v.telling.Lock()
	defer v.telling.Unlock()
	return core.Talk{Channel: v.site.live.Channel.ID, Conversation: v.who}, v.greeted
}

// tell tells the visitor how the department stands to them and how they stand in its queue, where that is news. Who has not said hello is told with
// the answer to that.
func (v *visitor) tell() {
	v.telling.Lock()
	defer v.telling.Unlock()
	if !v.greeted {
		return
	}
	if closed := v.site.closed(v.widget, v.country); closed != v.told {
		v.told = closed
		v.line.Send(status(closed))
	}
	if waits := (*v.widget.waits.Load())[core.Talk{Channel: v.site.live.Channel.ID, Conversation: v.who}]; waits != v.waits {
		v.waits = waits
		v.line.Send(queue(waits))
	}
}
