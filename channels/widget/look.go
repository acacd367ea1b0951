package widget

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"parley/core"
	"parley/core/socket"
)

// LookPath is where a page asks how its launcher looks, before anything is shown.
const LookPath = "/widget/v1/look"

const cacheLook = "public, max-age=300, stale-while-revalidate=86400"

// readable is the least contrast of words on what is behind them (WCAG 2.2, 1.4.3).
const readable = 4.5

// What is written on a brand's colour, where it can be read.
const (
	light = "#ffffff"
	dark  = "#16181d"
)

// Look is how a widget's launcher and panel look. Its zero value is Parley's own.
type Look struct {
	Color    string `json:"color,omitempty"`    // the brand's, #rrggbb
	Position string `json:"position,omitempty"` // left or right; "": where lines end on the page
	Closed   string `json:"closed,omitempty"`   // what is shown of a closed department: notice or hidden; "": the notice
}

// Check says what is wrong with it. The error is Invalid, and names the field.
func (l Look) Check() error {
	if _, ok := parseColor(l.Color); !ok && l.Color != "" {
		return badLook("color", "must be like #1f5d49")
	}
	if l.Position != "" && l.Position != "left" && l.Position != "right" {
		return badLook("position", "must be left or right")
	}
	if l.Closed != "" && l.Closed != showNotice && l.Closed != showHidden {
		return badLook("closed", "must be notice or hidden")
	}
	return nil
}

func badLook(field, reason string) error {
	return &core.Error{Op: "widget.Settings", Kind: core.Invalid, Field: field, Reason: reason}
}

// shown is what a page is told: the colour as it is used, and what is written on it.
func (l Look) shown() []byte {
	told := struct {
		Look
		On string `json:"on,omitempty"`
	}{Look: l}
	told.Closed = ""
	if c, ok := parseColor(l.Color); ok {
		c, told.On = pair(c)
		told.Color = c.String()
	}
	b, err := json.Marshal(told)
	if err != nil { // strings only
		panic(err)
	}
	return b
}

// serveLook tells a page how its launcher looks. It is no secret, but a page that may not show the widget learns so here.
func (s *site) serveLook(w *Widget, rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Vary", "Origin")
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		http.Error(rw, "only GET", http.StatusMethodNotAllowed)
	case r.Header["Origin"] != nil && !socket.SameOrigin(r, s.origins): // of its own page a browser does not tell
		http.Error(rw, "not an origin of this channel", http.StatusForbidden)
	default:
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", cacheLook)
		look := s.look
		if s.whenClosed == showHidden { // then it is asked again and again
			h.Set("Cache-Control", "no-store")
			look = slices.Concat(look[:len(look)-1], hiding(s.closed(w, w.from(r)), len(look) == len("{}")))
		}
		_, _ = rw.Write(look)
	}
}

// hiding ends a look that may be hidden: it says whether it is now.
func hiding(closed string, isFirst bool) []byte {
	b := []byte(`,"hidden":` + strconv.FormatBool(closed != "") + "}")
	if isFirst {
		return b[1:]
	}
	return b
}

// rgb is a colour, each part from 0 to 255.
type rgb [3]uint8

func parseColor(s string) (rgb, bool) {
	if len(s) != 7 || s[0] != '#' {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// pair gives a brand's colour and what can be read on it: white, else dark, else white on the colour made as dark as that
// needs.
func pair(c rgb) (behind rgb, on string) {
	white, _ := parseColor(light)
	black, _ := parseColor(dark)
	switch {
	case contrast(c, white) >= readable:
		return c, light
	case contrast(c, black) >= readable:
		return c, dark
	}
	behind = c
	for share := 99; contrast(behind, white) < readable; share-- {
		for i := range c {
			behind[i] = uint8(int(c[i]) * share / 100)
		}
	}
	return behind, light
}

// contrast is that of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c rgb) luminance() float64 {
	var l float64
	for i, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
		part := float64(c[i]) / 255
		if part <= 0.04045 {
			part /= 12.92
		} else {
			part = math.Pow((part+0.055)/1.055, 2.4)
		}
		l += weight * part
	}
	return l
}
