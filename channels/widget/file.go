package widget

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/core"
	"parley/core/socket"
)

// FilesPath is where visitors bring files, and, with a file's key behind it, where they get them.
const FilesPath = "/widget/v1/files"

// Limits of what is brought on one channel. A visitor is whoever makes a token, so it is the channel that is held within bounds.
const (
	bringTime  = 2 * time.Minute // for all of one file
	answerTime = 10 * time.Second
	maxBrings  = 120 // in bringsSpan
	bringsSpan = time.Minute
	maxAtOnce  = 32
)

// brings counts what is brought on a channel. Its zero value is ready.
type brings struct {
	mu     sync.Mutex
	window socket.Window
	now    int
}

func (b *brings) begin(now core.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.now >= maxAtOnce || !b.window.Allow(now, maxBrings, bringsSpan) {
		return false
	}
	b.now++
	return true
}

func (b *brings) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now--
}

func noFiles() error {
	return &core.Error{Op: "widget.Files", Kind: core.Forbidden, Field: "files", Reason: "This chat takes no files."}
}

// bring takes a visitor's file, whose origin is one of the site's: the body is the file, ?name= what it is called, and Authorization has the
// token that welcome gave. The answer says what a message may claim it by.
func (s *site) bring(w *Widget, rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	switch r.Method {
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", http.MethodPost)
		h.Set("Access-Control-Allow-Headers", "authorization, content-type")
		h.Set("Access-Control-Max-Age", "600")
		rw.WriteHeader(http.StatusNoContent)
		return
	case http.MethodPost:
	default:
		h.Set("Allow", "OPTIONS, POST")
		http.Error(rw, "only OPTIONS and POST", http.StatusMethodNotAllowed)
		return
	}
	f, err := s.take(w, rw, r)
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if err != nil {
		if isFault(err) {
			w.log.Warn("file not taken", "channel", s.live.Channel.Slug, "error", err)
		}
		rw.WriteHeader(statusOf(err))
		_, _ = rw.Write(refused("", err)) //nolint:gosec // JSON, and says so
		return
	}
	rw.WriteHeader(http.StatusCreated)
	m := core.Media{Kind: core.KindOfFile("", f.Type), File: f.ID, Name: f.Name, Type: f.Type, Size: f.Size}
	_, _ = rw.Write(brought(m))
}

// take brings the body to the hub. The errors are *core.Error.
func (s *site) take(w *Widget, rw http.ResponseWriter, r *http.Request) (core.File, error) {
	const op = "widget.Files"
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !s.files:
		return core.File{}, noFiles()
	case !ok || !isToken(core.Secret(token)):
		return core.File{}, &core.Error{Op: op, Kind: core.Unauthorized, Reason: "Who sends it is not known."}
	case r.ContentLength > core.MaxFile:
		return core.File{}, tooLarge()
	case !s.brings.begin(core.At(w.clock())):
		return core.File{}, &core.Error{Op: op, Kind: core.Throttled, RetryAfter: 10 * time.Second, Reason: "Too many files at once."}
	}
	defer s.brings.end()
	control := http.NewResponseController(rw)
	now := core.SystemClock() // a connection's deadline is the machine's
	if err := errors.Join(control.SetReadDeadline(now.Add(w.whole)), control.SetWriteDeadline(now.Add(w.whole+answerTime))); err != nil {
		return core.File{}, &core.Error{Op: op, Kind: core.Unavailable, Err: err}
	}
	f, err := w.files.Bring(r.Context(), core.File{
		Name: r.URL.Query().Get("name"), Channel: s.live.Channel.ID, Identity: core.RemoteID(core.HashToken(core.Secret(token))),
	}, http.MaxBytesReader(rw, r.Body, core.MaxFile))
	return f, unbrought(err)
}

func tooLarge() error {
	return &core.Error{Op: "widget.Files", Kind: core.Invalid, Field: "file", Reason: fmt.Sprintf("The file is larger than %d MB.", core.MaxFile>>20)}
}

// unbrought gives what a failure to bring a file means. What is not *core.Error is the body's: it is too long, too slow, or ended.
func unbrought(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
	}
	if _, ok := errors.AsType[*core.Error](err); ok {
		return err
	}
	reason := "The file has not come whole."
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		reason = "The file came too slowly."
	}
	return &core.Error{Op: "widget.Files", Kind: core.Invalid, Field: "file", Reason: reason, Err: err}
}

// statusOf is HTTP's word for an error; the body says the rest.
func statusOf(err error) int {
	switch core.KindOf(err) {
	case core.Unauthorized:
		return http.StatusUnauthorized
	case core.Forbidden:
		return http.StatusForbidden
	case core.Invalid:
		return http.StatusUnprocessableEntity
	case core.Throttled:
		return http.StatusTooManyRequests
	}
	return http.StatusServiceUnavailable
}
