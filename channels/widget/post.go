package widget

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"parley/core"
	"parley/core/socket"
)

// FramesPath takes what a visitor says who listens on a stream.
const FramesPath = "/widget/v1/frames"

// Limits of what is posted.
const (
	maxPost    = socket.MaxFrame + maxHello
	maxPosters = 4096 // visitors of a channel who posted lately
	posterRest = time.Minute
)

// poster is a visitor as their posts have it: what a socket would count is counted over all of them.
type poster struct {
	mu      sync.Mutex // one post at a time
	visitor visitor
	frames  socket.Window
	used    core.Time // of posters
}

// posters are those of a channel. Their zero value is ready.
type posters struct {
	mu  sync.Mutex
	all map[core.RemoteID]*poster
}

// of gives the visitor's, nil where there are too many.
func (ps *posters) of(v *visitor, now core.Time) *poster {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p := ps.all[v.who]
	if p == nil {
		if len(ps.all) >= maxPosters {
			ps.tidy(now)
		}
		if len(ps.all) >= maxPosters {
			return nil
		}
		if ps.all == nil {
			ps.all = map[core.RemoteID]*poster{}
		}
		p = &poster{}
		p.visitor.widget, p.visitor.site, p.visitor.who = v.widget, v.site, v.who
		ps.all[v.who] = p
	}
	p.used = now
	return p
}

// tidy forgets who has not posted for so long that nothing of it counts any more. The caller holds mu.
func (ps *posters) tidy(now core.Time) {
	for who, p := range ps.all {
		if now.Sub(p.used) > posterRest {
			delete(ps.all, who)
		}
	}
}

// answers are the frames that answer a post, and how it ended if it did not go well.
type answers struct {
	mu     sync.Mutex
	frames [][]byte
	code   socket.Code
}

var _ line = (*answers)(nil)

// Send keeps a frame for the answer.
func (a *answers) Send(frame []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.code == 0 {
		a.frames = append(a.frames, frame)
	}
	return a.code == 0
}

// Close ends the post. Of several calls the first counts.
func (a *answers) Close(code socket.Code, _ string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.code == 0 {
		a.code, a.frames = code, append(a.frames, closed(code))
	}
}

func (a *answers) ended() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.code != 0
}

// post does what the lines of a body say, each a frame, the first a hello with the token of a stream's welcome. The answer has the
// frames that a socket would be sent for them.
func (s *site) post(w *Widget, rw http.ResponseWriter, r *http.Request) {
	a := &answers{}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxPost))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		a.Close(socket.CloseTooLarge, "")
	} else if err != nil {
		http.Error(rw, "not whole", http.StatusBadRequest)
		return
	} else {
		s.hearAll(w, a, body, r)
	}
	h := rw.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = rw.Write(bytes.Join(a.frames, []byte("\n"))) //nolint:gosec // plain text, and says so
}

func (s *site) hearAll(w *Widget, a *answers, body []byte, r *http.Request) {
	hello, rest, _ := bytes.Cut(body, []byte("\n"))
	f, err := parse(hello)
	v := &visitor{widget: w, site: s, line: a}
	if !isToken(f.Token) || v.admit(f, err) == "" {
		a.Close(socket.CloseBadFrame, "hello first")
		return
	}
	p := s.posters.of(v, v.now())
	if p == nil {
		a.Close(socket.CloseInternal, "not available now")
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.visitor.line, p.visitor.country, p.visitor.speaks = a, w.from(r), speaks(r)
	for frame := range bytes.SplitSeq(rest, []byte("\n")) {
		if len(frame) > socket.MaxFrame {
			a.Close(socket.CloseTooLarge, "")
		} else if !p.frames.Allow(v.now(), s.limits.Frames, framesSpan) {
			a.Close(socket.CloseTooMany, "too many frames")
		} else {
			p.visitor.hear(frame)
		}
		if a.ended() {
			return
		}
	}
}
