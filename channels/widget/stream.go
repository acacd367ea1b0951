package widget

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"parley/core"
	"parley/core/socket"
)

// EventsPath is where a visitor whose network lets no WebSocket through listens instead. What they say goes to FramesPath.
const EventsPath = "/widget/v1/events"

// Limits of a stream, besides those of every connection.
const (
	maxStreams   = 4096 // at once on a channel
	maxHello     = 4 << 10
	streamLife   = 5 * time.Minute  // nothing is heard on a stream, so it begins anew now and then
	streamBeat   = 20 * time.Second // between two signs of life
	streamWrites = 10 * time.Second // for the peer to take what is written
)

// line is a visitor's connection, whatever carries it. Both may be called by many at once, and never block.
type line interface {
	Send(frame []byte) bool
	Close(socket.Code, string)
}

// stream is a line to a visitor that an HTTP answer carries: server-sent events, one a frame. How it ends is its last one.
type stream struct {
	site    *site
	visitor *visitor
	wake    chan struct{} // something waits

	mu      sync.Mutex
	queue   [][]byte
	waiting int
	code    socket.Code
}

var _ line = (*stream)(nil)

// Send queues a frame and tells whether it did. A stream that would hold more than a socket may ends.
func (s *stream) Send(frame []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.code != 0 {
		return false
	}
	if s.waiting+len(frame) > socket.MaxWaiting {
		s.queue, s.code = nil, socket.CloseSlow
	} else {
		s.queue, s.waiting = append(s.queue, frame), s.waiting+len(frame)
	}
	s.ring()
	return s.code == 0
}

// Close ends the stream when what waits has been sent. Of several calls the first counts.
func (s *stream) Close(code socket.Code, _ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.code == 0 {
		s.code = code
	}
	s.ring()
}

func (s *stream) ring() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take gives what waits, as events, and whether it is the last.
func (s *stream) take() (b []byte, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, frame := range s.queue {
		b = appendData(b, frame)
	}
	s.queue, s.waiting = nil, 0
	if s.code != 0 {
		b = appendData(b, closed(s.code))
	}
	return b, s.code != 0
}

// appendData adds a frame as an event. Frames are JSON without line breaks.
func appendData(b, frame []byte) []byte {
	return append(append(append(b, "data: "...), frame...), "\n\n"...)
}

// closed says how a connection without a WebSocket's close frame ended.
func closed(code socket.Code) []byte {
	return append(strconv.AppendUint([]byte(`{"type":"close","code":`), uint64(code), 10), '}')
}

// streams are those of a widget. Their zero value is ready.
type streams struct {
	mu    sync.Mutex
	all   map[*stream]struct{}
	ended bool
}

// join takes a stream, unless its channel has too many or the server stops.
func (ss *streams) join(s *stream) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.ended || s.site.streams.Load() >= maxStreams {
		return false
	}
	if ss.all == nil {
		ss.all = map[*stream]struct{}{}
	}
	ss.all[s] = struct{}{}
	s.site.streams.Add(1)
	return true
}

func (ss *streams) leave(s *stream) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.all, s)
	s.site.streams.Add(-1)
}

// closeWhere ends the streams of sites that match.
func (ss *streams) closeWhere(match func(*site) bool, code socket.Code, reason string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for s := range ss.all {
		if match(s.site) {
			s.Close(code, reason)
		}
	}
}

// each does something with all streams.
func (ss *streams) each(do func(*stream)) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for s := range ss.all {
		do(s)
	}
}

// Close tells all who listen on a stream that the server stops, and takes no new ones. The sockets' group is closed by who
// made it.
func (w *Widget) Close() {
	w.streams.mu.Lock()
	w.streams.ended = true
	w.streams.mu.Unlock()
	w.streams.closeWhere(func(*site) bool { return true }, socket.CloseGoingAway, "the server stops")
}

// listen answers a hello with a stream, and writes to it until it ends.
func (s *site) listen(w *Widget, rw http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(rw)
	_ = control.SetReadDeadline(core.SystemClock().Add(w.hello)) // a connection's deadline is the machine's
	hello, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxHello))
	if err != nil {
		http.Error(rw, "no hello", http.StatusBadRequest)
		return
	}
	to := &stream{site: s, wake: make(chan struct{}, 1)}
	v := &visitor{widget: w, site: s, line: to, country: w.from(r), speaks: speaks(r)}
	to.visitor = v
	if !w.streams.join(to) {
		rw.Header().Set("Retry-After", "1")
		http.Error(rw, "not now", http.StatusServiceUnavailable)
		return
	}
	defer w.streams.leave(to)
	h := rw.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform") // a proxy that compresses waits for more
	h.Set("X-Accel-Buffering", "no")
	v.open()
	v.hear(bytes.TrimSpace(hello))
	defer v.end()
	_ = control.SetReadDeadline(time.Time{}) // else the end of its time is taken for the peer's going
	to.write(w, rw, r, control)
}

// write writes what waits, and signs of life, until the last is written or the peer has gone.
func (s *stream) write(w *Widget, rw http.ResponseWriter, r *http.Request, control *http.ResponseController) {
	beat := time.NewTicker(w.beat)
	defer beat.Stop()
	life := time.NewTimer(streamLife)
	defer life.Stop()
	var sign []byte
	for {
		b, last := s.take()
		b = append(b, sign...)
		sign = nil
		_ = control.SetWriteDeadline(core.SystemClock().Add(streamWrites))
		if _, err := rw.Write(b); err != nil || control.Flush() != nil || last { //nolint:gosec // events, and says so
			return
		}
		select {
		case <-s.wake:
		case <-beat.C:
			sign = []byte(":\n\n")
		case <-life.C:
			s.Close(socket.CloseIdle, "long enough")
		case <-r.Context().Done():
			return
		}
	}
}
