package widget

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/core"
	"parley/core/socket"
)

// Capabilities is what the widget can do: it shows the conversation as it is, so nothing is owed to it.
var Capabilities = core.Capabilities{
	Pulls: true, EditOut: true, DeleteOut: true, ReactOut: true, ReplyOut: true, TypingOut: true, ReadIn: true,
}

// Kind is what core.Channel.Kind says of a widget.
const Kind = "widget"

const maxOrigins = 50

// Settings is a widget channel's document.
type Settings struct {
	// Origins are the sites that may show the widget, as browsers name them: https://shop.test, http://localhost:8080.
	Origins []string `json:"origins"`
	// Limits are for channels whose visitors are not people: a load run. They are the usual ones where nothing is set.
	Limits Limits `json:"limits,omitzero"`
	// Files lets visitors send files.
	Files bool `json:"files,omitempty"`
	Look
	Texts
}

// Limits are what one connection may send before it is closed with 4429.
type Limits struct {
	Frames   int `json:"frames,omitempty"`   // in 5 s
	Messages int `json:"messages,omitempty"` // in a minute
}

func (l Limits) check() error {
	if min(l.Frames, l.Messages) < 0 {
		return &core.Error{Op: "widget.Settings", Kind: core.Invalid, Field: "limits", Reason: "are below zero"}
	}
	return nil
}

func (l Limits) orDefault() Limits {
	if l.Frames == 0 {
		l.Frames = maxFrames
	}
	if l.Messages == 0 {
		l.Messages = maxMessages
	}
	return l
}

// NewSettings checks the origins, 1 to 50, and brings them to the form in which they are compared. The error is Invalid.
func NewSettings(origins []string) (Settings, error) {
	var s Settings
	if len(origins) == 0 {
		return s, badSettings("needs at least one origin", nil)
	}
	if len(origins) > maxOrigins {
		return s, badSettings(fmt.Sprintf("has more than %d origins", maxOrigins), nil)
	}
	for _, o := range origins {
		origin, ok := socket.ParseOrigin(o)
		if !ok {
			return Settings{}, badSettings("has one that is not http(s)://host or http(s)://host:port, without a path", nil)
		}
		if !slices.Contains(s.Origins, origin) {
			s.Origins = append(s.Origins, origin)
		}
	}
	return s, nil
}

// ParseSettings reads a channel's document. The error is Invalid.
func ParseSettings(document json.RawMessage) (Settings, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	var s Settings
	if err := d.Decode(&s); err != nil {
		return Settings{}, badSettings("cannot be read", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Settings{}, badSettings("has something after its end", nil)
	}
	if err := s.Limits.check(); err != nil {
		return Settings{}, err
	}
	if err := cmp.Or(s.Look.Check(), s.Texts.Check()); err != nil {
		return Settings{}, err
	}
	checked, err := NewSettings(s.Origins)
	if err != nil {
		return Settings{}, err
	}
	s.Origins = checked.Origins
	return s, nil
}

func badSettings(reason string, err error) error {
	return &core.Error{Op: "widget.Settings", Kind: core.Invalid, Field: "origins", Reason: reason, Err: err}
}

// Live is a channel that takes visitors.
type Live struct {
	Channel    core.Channel
	Department string // its public name
}

func (l Live) equal(m Live) bool {
	return l.Channel.ID == m.Channel.ID && l.Channel.Department == m.Channel.Department && l.Department == m.Department &&
		bytes.Equal(l.Channel.Settings, m.Channel.Settings)
}

// site is a live channel, ready for use. It is never changed: another one takes its place.
type site struct {
	live    Live
	origins []string // of pages that may show it
	callers []string // of pages that may speak for a visitor: those, and our own frame
	limits  Limits
	files   bool
	look    []byte // as pages are told
	texts   Texts

	whenClosed string // what is shown then
	brings     brings
	streams    atomic.Int32
	posters    posters
}

// Files keeps what visitors bring, until they say it.
type Files interface {
	// Bring keeps a file: f says who brings it and what it is called. Its errors are *core.Error, or those of bytes.
	Bring(ctx context.Context, f core.File, bytes io.Reader) (core.File, error)
}

// Widget speaks for all live widget channels. It is the http.Handler of all of Paths.
type Widget struct {
	inbox   core.Inbox
	feed    core.VisitorFeed
	files   Files
	sockets *socket.Group
	clock   core.Clock
	log     *slog.Logger
	hello   time.Duration // within which hello must come
	whole   time.Duration // within which all of a file must
	beat    time.Duration // between two signs of life on a stream
	own     string        // the origin of our frame
	streams streams

	// Country says from which country a request comes, "" where nobody knows. nil: nobody ever does. It is set before the first request.
	Country func(*http.Request) string

	openings atomic.Pointer[map[core.DepartmentID]core.Opening] // a department that is not there is open
	waits    atomic.Pointer[map[core.Talk]core.Wait]            // who is not there does not wait

	setting sync.Mutex
	sites   atomic.Pointer[map[string]*site] // by slug
}

// SocketPath is where a visitor's WebSocket begins.
const SocketPath = "/widget/v1/socket"

// Paths are those that a Widget answers.
var Paths = []string{SocketPath, EventsPath, FramesPath, FilesPath, LookPath, FramePath}

// New makes a widget without live channels, which is reached at publicURL. Sockets belong to the group; who made that closes it.
func New(inbox core.Inbox, feed core.VisitorFeed, files Files, sockets *socket.Group, publicURL string, clock core.Clock, log *slog.Logger) *Widget {
	w := &Widget{
		inbox: inbox, feed: feed, files: files, sockets: sockets, own: originOf(publicURL), clock: clock, log: log,
		hello: helloTime, whole: bringTime, beat: streamBeat,
	}
	w.sites.Store(&map[string]*site{})
	w.openings.Store(&map[core.DepartmentID]core.Opening{})
	w.waits.Store(&map[core.Talk]core.Wait{})
	return w
}

// Set says which channels are live from now on, all of them; those of another kind are passed over. Connections of a
// channel that is gone or has changed are closed with 4410. A channel whose settings are wrong is not live, and is in the
// error.
func (w *Widget) Set(live []Live) error {
	w.setting.Lock()
	defer w.setting.Unlock()
	before := *w.sites.Load()
	now := make(map[string]*site, len(live))
	var wrong []error
	for _, l := range live {
		if l.Channel.Kind != Kind {
			continue
		}
		if old := before[l.Channel.Slug]; old != nil && old.live.equal(l) {
			now[l.Channel.Slug] = old
			continue
		}
		settings, err := ParseSettings(l.Channel.Settings)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("channel %s: %w", l.Channel.Slug, err))
			continue
		}
		now[l.Channel.Slug] = &site{
			live: l, origins: settings.Origins, callers: append(slices.Clip(settings.Origins), w.own),
			limits: settings.Limits.orDefault(), files: settings.Files, look: settings.shown(), texts: settings.Texts, whenClosed: settings.Closed,
		}
	}
	w.sites.Store(&now)
	w.streams.closeWhere(func(s *site) bool { return !w.has(s) }, socket.CloseGone, reasonGone)
	w.sockets.CloseWhere(func(h socket.Handler) bool {
		v, ok := h.(*visitor)
		return ok && v.widget == w && !w.has(v.site)
	}, socket.CloseGone, reasonGone)
	return errors.Join(wrong...)
}

const reasonGone = "the channel is gone or has changed"

// has tells whether the site is still the live one of its slug.
func (w *Widget) has(s *site) bool { return (*w.sites.Load())[s.live.Channel.Slug] == s }

// ServeHTTP answers for a channel, which ?channel= names. One that is not live is 404. Who speaks for a visitor does so from one of the
// channel's origins or from our own frame, else it is 403, before a socket's upgrade.
func (w *Widget) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s := (*w.sites.Load())[r.URL.Query().Get("channel")]
	if s == nil {
		rw.Header().Set("Access-Control-Allow-Origin", "*") // so that a page can tell this from a network's failure
		http.Error(rw, "no such channel", http.StatusNotFound)
		return
	}
	switch r.URL.Path {
	case LookPath:
		s.serveLook(w, rw, r)
		return
	case FramePath:
		s.serveFrame(w, rw, r)
		return
	}
	if !socket.SameOrigin(r, s.callers) {
		origin := r.Header.Get("Origin")
		w.log.Info("widget refused for its origin", "channel", s.live.Channel.Slug, "origin", origin[:min(len(origin), 200)])
		http.Error(rw, "not an origin of this channel", http.StatusForbidden)
		return
	}
	switch r.URL.Path {
	case FilesPath:
		allow(rw, r)
		s.bring(w, rw, r)
	case EventsPath, FramesPath:
		allow(rw, r)
		s.answer(w, rw, r) //nolint:contextcheck // what a visitor says is kept, also when their request has gone
	default:
		s.connect(w, rw, r)
	}
}

// allow lets the page that asks read the answer.
func allow(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	rw.Header().Add("Vary", "Origin")
}

// answer takes what a visitor without a WebSocket asks.
func (s *site) answer(w *Widget, rw http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodPost:
		rw.Header().Set("Allow", http.MethodPost)
		http.Error(rw, "only POST", http.StatusMethodNotAllowed)
	case r.URL.Path == EventsPath:
		s.listen(w, rw, r)
	default:
		s.post(w, rw, r)
	}
}

func (s *site) connect(w *Widget, rw http.ResponseWriter, r *http.Request) {
	err := socket.Upgrade(rw, r, &visitor{widget: w, site: s, country: w.from(r), speaks: speaks(r)}, socket.Options{
		Group: w.sockets, Kind: "visitor", FirstFrame: w.hello, Frames: s.limits.Frames, Span: framesSpan,
	})
	if err != nil {
		w.log.Debug("widget socket not opened", "channel", s.live.Channel.Slug, "error", err)
	}
}

// originOf is an address's, "" if it has none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	origin, _ := socket.ParseOrigin(u.Scheme + "://" + u.Host)
	return origin
}
