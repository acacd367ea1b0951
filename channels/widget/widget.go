package widget

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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
	checked, err := NewSettings(s.Origins)
	if err != nil {
		return Settings{}, err
	}
	checked.Limits, checked.Files = s.Limits, s.Files
	return checked, nil
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
	origins []string
	limits  Limits
	files   bool
	brings  brings
}

// Files keeps what visitors bring, until they say it.
type Files interface {
	// Bring keeps a file: f says who brings it and what it is called. Its errors are *core.Error, or those of bytes.
	Bring(ctx context.Context, f core.File, bytes io.Reader) (core.File, error)
}

// Widget speaks for all live widget channels. It is the http.Handler of /widget/v1/socket and of /widget/v1/files.
type Widget struct {
	inbox   core.Inbox
	feed    core.VisitorFeed
	files   Files
	sockets *socket.Group
	clock   core.Clock
	log     *slog.Logger
	hello   time.Duration // within which hello must come
	whole   time.Duration // within which all of a file must

	setting sync.Mutex
	sites   atomic.Pointer[map[string]*site] // by slug
}

// New makes a widget without live channels. Connections belong to the group; who made that closes it.
func New(inbox core.Inbox, feed core.VisitorFeed, files Files, sockets *socket.Group, clock core.Clock, log *slog.Logger) *Widget {
	w := &Widget{inbox: inbox, feed: feed, files: files, sockets: sockets, clock: clock, log: log, hello: helloTime, whole: bringTime}
	w.sites.Store(&map[string]*site{})
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
		now[l.Channel.Slug] = &site{live: l, origins: settings.Origins, limits: settings.Limits.orDefault(), files: settings.Files}
	}
	w.sites.Store(&now)
	w.sockets.CloseWhere(func(h socket.Handler) bool {
		v, ok := h.(*visitor)
		return ok && v.widget == w && !w.has(v.site)
	}, socket.CloseGone, reasonGone)
	return errors.Join(wrong...)
}

const reasonGone = "the channel is gone or has changed"

// has tells whether the site is still the live one of its slug.
func (w *Widget) has(s *site) bool { return (*w.sites.Load())[s.live.Channel.Slug] == s }

// ServeHTTP begins a visitor's connection, or takes a file of theirs: ?channel= names the channel. A channel that is not live is 404, an Origin that
// is not the channel's 403, both before the upgrade.
func (w *Widget) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s := (*w.sites.Load())[r.URL.Query().Get("channel")]
	if s == nil {
		http.Error(rw, "no such channel", http.StatusNotFound)
		return
	}
	if !socket.SameOrigin(r, s.origins) {
		origin := r.Header.Get("Origin")
		w.log.Info("widget refused for its origin", "channel", s.live.Channel.Slug, "origin", origin[:min(len(origin), 200)])
		http.Error(rw, "not an origin of this channel", http.StatusForbidden)
		return
	}
	if r.URL.Path == FilesPath {
		s.bring(w, rw, r)
		return
	}
	err := socket.Upgrade(rw, r, &visitor{widget: w, site: s}, socket.Options{
		Group: w.sockets, FirstFrame: w.hello, Frames: s.limits.Frames, Span: framesSpan,
	})
	if err != nil {
		w.log.Debug("widget socket not opened", "channel", s.live.Channel.Slug, "error", err)
	}
}
