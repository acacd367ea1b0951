package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"parley/core"
)

// patience is for machines that are busy with other tests.
const patience = 30 * time.Second

// atOnce is before all rights are looked at again, whatever was heard.
const atOnce = recheckEvery - 5*time.Second

// viewer is a workspace's socket.
type viewer struct {
	gws.BuiltinEventHandler
	t      *testing.T
	conn   *gws.Conn
	frames chan frame
	closed chan uint16

	cursor string // held
	rows   map[string]Session
	badges *Counters
	heard  []json.RawMessage // every frame, as it came
}

// frame is any frame of the server.
type frame struct {
	Type     string
	Cursor   string
	Resumed  *bool
	After    *string
	Events   []Event
	Sessions []json.RawMessage
	Counters *Counters
	Session  string
	By       string
	Agent    string
	Name     string
	What     string

	text json.RawMessage
}

func (v *viewer) OnMessage(_ *gws.Conn, m *gws.Message) {
	var f frame
	if err := json.Unmarshal(m.Bytes(), &f); err != nil {
		v.t.Errorf("frame: got %s: %v", m.Bytes(), err)
	}
	if err := decodeAs(f.Type, m.Bytes()); err != nil {
		v.t.Errorf("frame: got %s, which is not as described: %v", m.Bytes(), err)
	}
	f.text = slices.Clone(m.Bytes())
	v.frames <- f
}

// decodeAs checks that a frame has no member that its description does not know.
func decodeAs(name string, text []byte) error {
	known := map[string]any{
		"hello": &HelloFrame{}, "events": &EventsFrame{}, "following": &FollowingFrame{}, "typing": &TypingFrame{}, "changed": &ChangedFrame{}, "pong": &PongFrame{},
		"summaries": &struct {
			SummariesFrame
			Sessions []struct {
				Session
				Gone bool `json:"gone"`
			} `json:"sessions"`
		}{},
	}
	into, ok := known[name]
	if !ok {
		return errors.New("unknown type")
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func (v *viewer) OnClose(_ *gws.Conn, err error) {
	if e, ok := errors.AsType[*gws.CloseError](err); ok {
		v.closed <- e.Code
	}
	close(v.closed)
}

// listen serves the house on a real address.
func (h *house) listen() string {
	server := httptest.NewServer(h.server)
	h.t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http") + "/api/v1/events"
}

// dial connects; the error is the refusal's status.
func (h *house) dial(address string, header http.Header) (*viewer, int) {
	h.t.Helper()
	v := &viewer{t: h.t, frames: make(chan frame, 1000), closed: make(chan uint16, 1)}
	conn, response, err := gws.NewClient(v, &gws.ClientOption{Addr: address, RequestHeader: header, HandshakeTimeout: patience})
	if err != nil {
		if response == nil {
			h.t.Fatal(err)
		}
		return nil, response.StatusCode
	}
	v.conn = conn
	go conn.ReadLoop()
	h.t.Cleanup(func() { _ = conn.NetConn().Close() })
	return v, http.StatusSwitchingProtocols
}

func (h *house) as(p *person) http.Header {
	header := http.Header{"Origin": {publicURL}}
	if p != nil {
		header.Set("Cookie", "__Host-parley="+p.token.Reveal())
	}
	return header
}

// watch connects and reads up to hello.
func (h *house) watch(address string, p *person) *viewer {
	h.t.Helper()
	v, status := h.dial(address, h.as(p))
	if v == nil {
		h.t.Fatalf("dial: got %d", status)
	}
	v.cursor = v.next("hello").Cursor
	return v
}

func (v *viewer) say(text string) {
	v.t.Helper()
	if err := v.conn.WriteString(text); err != nil {
		v.t.Fatal(err)
	}
}

// next gives the next frame of the type, keeping the chain of cursors on the way.
func (v *viewer) next(kind string) frame {
	v.t.Helper()
	return v.until(kind, func(f frame) bool { return f.Type == kind })
}

func (v *viewer) until(what string, enough func(frame) bool) frame {
	v.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case f := <-v.frames:
			if f.Type == "events" {
				if *f.After != v.cursor {
					v.t.Fatalf("after: got %q, want %q, the cursor held", *f.After, v.cursor)
				}
				v.cursor = f.Cursor
			}
			v.heard = append(v.heard, f.text)
			v.apply(f)
			if enough(f) {
				return f
			}
		case <-deadline:
			v.t.Fatalf("%s: got none in time", what)
		}
	}
}

// apply keeps what the frame says of lists and counters.
func (v *viewer) apply(f frame) {
	if f.Type != "summaries" {
		return
	}
	for _, text := range f.Sessions {
		var row Session
		check(v.t, json.Unmarshal(text, &row))
		if v.rows == nil {
			v.rows = map[string]Session{}
		}
		v.rows[row.ID] = row
	}
	if f.Counters != nil {
		v.badges = f.Counters
	}
}

// summary waits until a session's row is as wanted.
func (v *viewer) summary(id core.SessionID, as func(Session) bool) {
	v.t.Helper()
	if row, ok := v.rows[id.String()]; ok && as(row) {
		return
	}
	v.until("summary of "+id.String(), func(frame) bool {
		row, ok := v.rows[id.String()]
		return ok && as(row)
	})
}

// counters waits until the counters are as wanted.
func (v *viewer) counters(as func(Counters) bool) {
	v.t.Helper()
	if v.badges != nil && as(*v.badges) {
		return
	}
	v.until("counters", func(frame) bool { return v.badges != nil && as(*v.badges) })
}

// event waits for the event of that seq.
func (v *viewer) event(seq int64) Event {
	v.t.Helper()
	var found Event
	v.until(fmt.Sprint("event ", seq), func(f frame) bool {
		i := slices.IndexFunc(f.Events, func(e Event) bool { return e.Seq == seq })
		if i >= 0 {
			found = f.Events[i]
		}
		return i >= 0
	})
	return found
}

func (v *viewer) follow(ids ...core.SessionID) []string {
	v.t.Helper()
	v.say(`{"type":"follow","sessions":` + string(encode(namesOf(ids))) + `}`)
	var got []string
	for _, text := range v.next("following").Sessions {
		var id string
		check(v.t, json.Unmarshal(text, &id))
		got = append(got, id)
	}
	return got
}

func namesOf(ids []core.SessionID) []string {
	names := []string{}
	for _, id := range ids {
		names = append(names, id.String())
	}
	return names
}

// ends waits for the close code.
func (v *viewer) ends(want uint16) {
	v.t.Helper()
	v.endsWithin(patience, want)
}

func (v *viewer) endsWithin(limit time.Duration, want uint16) {
	v.t.Helper()
	for deadline := time.After(limit); ; {
		select {
		case got := <-v.closed:
			if got != want {
				v.t.Errorf("close code: got %d, want %d", got, want)
			}
			return
		case <-v.frames:
		case <-deadline:
			v.t.Fatalf("close code: got none in time, want %d", want)
		}
	}
}
