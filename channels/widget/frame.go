package widget

import (
	"fmt"
	"net/http"
	"strings"
)

// FramePath is the page that shows the widget inside a frame, for sites whose own pages may not ask us anything.
const FramePath = "/widget/frame"

// framePage needs nothing of the page around it; the script draws the rest. A slug has no character that HTML reads.
const framePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chat</title>
<script async src="../widget.js" data-channel="%s"></script>
</head>
<body></body>
</html>
`

// serveFrame gives the page to browsers; only pages of the channel's origins may show it.
func (s *site) serveFrame(w *Widget, rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(rw, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'self'; img-src 'self'; connect-src 'self' %s; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors %s",
		strings.Replace(w.own, "http", "ws", 1), strings.Join(s.origins, " ")))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	fmt.Fprintf(rw, framePage, s.live.Channel.Slug)
}
