package widget

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/socket"
)

const here = "?channel=support-widget"

// listener is a browser that listens on a stream.
type listener struct {
	t     testing.TB
	body  *bufio.Reader
	leave context.CancelFunc
}

// listen opens a stream with a hello.
func (r *rig) listen(t testing.TB, hello string) *listener {
	t.Helper()
	ctx, leave := context.WithTimeout(t.Context(), patience)
	t.Cleanup(leave)
	request, _ := http.NewRequestWithContext(ctx, "POST", "http://"+r.address+EventsPath+here, strings.NewReader(hello))
	request.Header.Set("Origin", shop)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("stream: got %s and %q", response.Status, got)
	}
	return &listener{t, bufio.NewReader(response.Body), leave}
}

// line reads the next line that is not empty.
func (l *listener) line() string {
	l.t.Helper()
	for {
		line, err := l.body.ReadString('\n')
		if err != nil {
			l.t.Fatalf("stream: %v", err)
		}
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
}

func (l *listener) next(kind string) map[string]any {
	l.t.Helper()
	line := l.line()
	for line == ":" { // a sign of life
		line = l.line()
	}
	data, _ := strings.CutPrefix(line, "data: ")
	var m map[string]any
	if err := json.Unmarshal([]byte(data), &m); err != nil || m["type"] != kind {
		l.t.Fatalf("event: got %.200q %v, want %s", data, err, kind)
	}
	return m
}

// wantClose reads the last event, after which there is nothing.
func (l *listener) wantClose(code socket.Code) {
	l.t.Helper()
	if got := l.next("close")["code"]; got != float64(code) {
		l.t.Errorf("close: got %v, want %d", got, code)
	}
	if rest, err := io.ReadAll(l.body); err != nil || strings.TrimSpace(string(rest)) != "" {
		l.t.Errorf("after the close: got %q, %v", rest, err)
	}
}

const greeting = `{"type":"hello","versions":[1]}`

func TestAStreamShowsWhatASocketDoesA20(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	l := r.listen(t, greeting)
	token := l.next("welcome")["token"].(string)
	l.next("events")
	f := <-r.feed.follows
	f.to.Frame(core.VisitorFrame{After: "c0", Cursor: "c1", Events: []core.VisitorEvent{{Kind: core.EventMessage, Text: "a\nb"}}})
	f.to.Hint("Anna")
	f.to.Read("r1")
	if m := l.next("events"); m["after"] != "c0" || m["cursor"] != "c1" {
		t.Errorf("events: got %v", m)
	}
	l.next("typing")
	if m := l.next("read"); m["about"] != "r1" {
		t.Errorf("read: got %v", m)
	}

	// Whoever comes back with a cursor goes on from it, as the same visitor.
	l.leave()
	if who := <-r.feed.stops; who != f.who {
		t.Errorf("stopped: got %q, want %q", who, f.who)
	}
	r.listen(t, `{"type":"hello","versions":[1],"token":"`+token+`","after":"c1"}`)
	if again := <-r.feed.follows; again.who != f.who || again.after != "c1" {
		t.Errorf("again: got %+v", again)
	}
}

func TestAStreamEndsWithACode(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		hello string
		after func(*rig)
		want  socket.Code
	}{
		"nothing is said":           {"", nil, socket.CloseBadFrame},
		"something else is said":    {`{"type":"ping"}`, nil, socket.CloseBadFrame},
		"another version is spoken": {`{"type":"hello","versions":[9]}`, nil, socket.CloseNoVersion},
		"the channel goes":          {greeting, func(r *rig) { _ = r.Set(nil) }, socket.CloseGone},
		"the server stops":          {greeting, func(r *rig) { r.Close() }, socket.CloseGoingAway},
		"too much waits": {greeting, func(r *rig) {
			f := <-r.feed.follows
			long := core.VisitorFrame{After: "c0", Cursor: "c1", Events: []core.VisitorEvent{{Kind: core.EventMessage, Text: strings.Repeat("x", socket.MaxWaiting)}}}
			if f.to.Frame(long) {
				panic("a frame was taken that is too long")
			}
		}, socket.CloseSlow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			l := r.listen(t, tt.hello)
			if tt.after != nil {
				l.next("welcome")
				l.next("events")
				tt.after(r)
			}
			l.wantClose(tt.want)
		})
	}
}

func TestAStreamIsRefusedWhereThereAreTooMany(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	(*r.sites.Load())["support-widget"].streams.Store(maxStreams)
	if response, _ := r.ask(t, "POST", EventsPath+here, shop, greeting); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %s, want 503", response.Status)
	}
}

func TestAStreamGivesSignsOfLife(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.beat = 5 * time.Millisecond
	l := r.listen(t, greeting)
	l.next("welcome")
	l.next("events")
	if got := l.line(); got != ":" {
		t.Errorf("got %q, want a comment", got)
	}
}

// post says frames as a visitor, and gives the answers.
func (r *rig) post(t testing.TB, token string, frames ...string) []string {
	t.Helper()
	hello := `{"type":"hello","versions":[1],"token":"` + token + `"}`
	response, body := r.ask(t, "POST", FramesPath+here, shop, strings.Join(append([]string{hello}, frames...), "\n"))
	if response.StatusCode != http.StatusOK || response.Header.Get("Access-Control-Allow-Origin") != shop {
		t.Fatalf("post: got %s and %v", response.Status, response.Header)
	}
	if body == "" {
		return nil
	}
	return strings.Split(body, "\n")
}

var someone = strings.Repeat("a", core.TokenLength)

func TestAPostIsAnsweredAsASocketIsA20(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.feed.older = func(string, int) (core.VisitorFrame, error) { return core.VisitorFrame{Start: "s9"}, nil }
	got := r.post(t, someone, message(1, "hello"), `{"type":"typing"}`, `{"type":"older","before":"s0"}`, message(1, " "), `{"type":"seen","cursor":"seen-12"}`)
	want := []string{`{"type":"ack","id":"` + id(1) + `"}`, `{"type":"older","start":"s9","more":false,"events":[]}`, `"kind":"invalid"`}
	if len(got) != len(want) {
		t.Fatalf("answers: got %q, want %d", got, len(want))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("answer %d: got %s, want %s", i, got[i], want[i])
		}
	}
	eventually(t, "the read mark", func() bool { return r.inbox.count(core.InboundRead) == 1 })
	said := r.inbox.all()[0]
	if who := core.RemoteID(core.HashToken(core.Secret(someone))); said.Identity != who || r.inbox.count(core.InboundTyping) != 1 {
		t.Errorf("said: got %+v", said)
	}
}

func TestARatingIsOfTheSessionThatTheMessageIsInA18(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	rate := func(n int, about string) string {
		return fmt.Sprintf(`{"type":"rate","id":"%s","about":"%s","rating":"good","comment":"quick"}`, id(n), about)
	}
	got := r.post(t, someone, rate(1, "seen-12"), rate(2, "another's"))
	want := []string{`{"type":"ack","id":"` + id(1) + `"}`, `"id":"` + id(2) + `","kind":"invalid","field":"about"`}
	if len(got) != len(want) || !strings.Contains(got[0], want[0]) || !strings.Contains(got[1], want[1]) {
		t.Errorf("answers: got %q, want %q", got, want)
	}
	all := r.inbox.all()
	if len(all) != 1 || all[0].Verb != core.InboundRate || all[0].About != 12 || all[0].Rating != core.Good || all[0].Text != "quick" || all[0].Dedupe != id(1) {
		t.Errorf("told: got %+v", all)
	}
}

func TestAPostEndsWithACode(t *testing.T) {
	t.Parallel()
	frames := func(n int, frame func(int) string) []string {
		all := make([]string, n)
		for i := range all {
			all[i] = frame(i)
		}
		return all
	}
	for name, tt := range map[string]struct {
		token string
		posts [][]string
		want  socket.Code // of the last
	}{
		"by nobody":             {"", [][]string{{message(1, "x")}}, socket.CloseBadFrame},
		"that is no frame":      {someone, [][]string{{"x"}}, socket.CloseBadFrame},
		"with a second hello":   {someone, [][]string{{greeting}}, socket.CloseBadFrame},
		"with a frame too long": {someone, [][]string{{message(1, strings.Repeat("x", socket.MaxFrame))}}, socket.CloseTooLarge},
		"that is too long":      {someone, [][]string{{strings.Repeat("x", maxPost)}}, socket.CloseTooLarge},
		"too many frames, counted over posts": {someone, [][]string{
			frames(maxFrames, func(int) string { return `{"type":"ping"}` }), {`{"type":"ping"}`},
		}, socket.CloseTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			var got []string
			for _, post := range tt.posts {
				got = r.post(t, tt.token, post...)
			}
			if want := `{"type":"close","code":` + strconv.Itoa(int(tt.want)) + `}`; len(got) == 0 || got[len(got)-1] != want {
				t.Errorf("answers: got %.300q, want %s at the end", got, want)
			}
			if n := len(r.inbox.all()); n != 0 {
				t.Errorf("received: got %d, want nothing", n)
			}
		})
	}
}

func TestPostersAreBounded(t *testing.T) {
	t.Parallel()
	var ps posters
	now := core.Time(1)
	for n := range maxPosters {
		if ps.of(&visitor{who: core.RemoteID(strconv.Itoa(n))}, now) == nil {
			t.Fatalf("poster %d was refused", n)
		}
	}
	last := &visitor{who: "last"}
	if ps.of(last, now) != nil {
		t.Errorf("one more was taken")
	}
	if ps.of(last, now.Add(posterRest+time.Second)) == nil || len(ps.all) != 1 {
		t.Errorf("after a rest: got %d, want the last alone", len(ps.all))
	}
}
