package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"
)

// caller is a client of the API.
type caller struct {
	url    string
	header http.Header
}

func (s *server) withKey(secret string) caller {
	return caller{s.url, http.Header{"Authorization": {"Bearer " + secret}}}
}

// signIn gives a caller with a login's cookie, and the answer's status.
func (s *server) signIn(email, password string) (caller, int) {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.Post(s.url+"/api/v1/login", "application/json", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	c := caller{s.url, http.Header{}}
	for _, cookie := range resp.Cookies() { // it is for https and loopback; the client's own jar knows https only
		c.header.Set("Cookie", cookie.Name+"="+cookie.Value)
	}
	return c, resp.StatusCode
}

// call asks the API and puts the answer into out, unless that is nil. The error is that of the network.
func (c caller) call(method, path string, in, out any) (status int, err error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, c.url+path, body)
	if err != nil {
		return 0, err
	}
	req.Header = c.header.Clone()
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && out != nil && resp.StatusCode < 300 {
		err = json.Unmarshal(text, out)
	}
	return resp.StatusCode, err
}

// must asks the API for what has to be there.
func (c caller) must(t *testing.T, method, path string, in, out any) {
	t.Helper()
	if status, err := c.call(method, path, in, out); err != nil || status >= 300 {
		t.Fatalf("%s %s: got %d, %v", method, path, status, err)
	}
}

type sessionRow struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Preview  string `json:"preview"`
	Assignee *struct {
		Name string `json:"name"`
	} `json:"assignee"`
	Customer struct {
		Name string `json:"name"`
	} `json:"customer"`
}

func (c caller) sessions(t *testing.T) []sessionRow {
	t.Helper()
	var page struct {
		Items []sessionRow `json:"items"`
	}
	c.must(t, "GET", "/api/v1/sessions?limit=100", nil, &page)
	return page.Items
}

type eventRow struct {
	Seq      int64  `json:"seq"`
	Kind     string `json:"kind"`
	Audience string `json:"audience"`
	Text     string `json:"text"`
}

// events gives all of a session's events.
func (c caller) events(t *testing.T, session string) []eventRow {
	t.Helper()
	var all []eventRow
	for after := int64(0); ; {
		var page struct {
			Items []eventRow `json:"items"`
			More  bool       `json:"more"`
		}
		path := fmt.Sprintf("/api/v1/sessions/%s/messages?limit=100&after_seq=%d", session, after)
		if after == 0 { // the newest ones; there are no more in the tests that start here
			path = fmt.Sprintf("/api/v1/sessions/%s/messages?limit=1&before_seq=2", session)
		}
		c.must(t, "GET", path, nil, &page)
		all = append(all, page.Items...)
		if len(page.Items) == 0 || after > 0 && !page.More {
			return all
		}
		after = page.Items[len(page.Items)-1].Seq
	}
}

// link is the client's end of a WebSocket.
type link struct {
	gws.BuiltinEventHandler
	conn   *gws.Conn
	frames chan map[string]any
	closed chan uint16 // the code, when it has ended
}

func (*link) OnPing(c *gws.Conn, b []byte) { _ = c.WritePong(b) }

func (l *link) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	var frame map[string]any
	if json.Unmarshal(m.Bytes(), &frame) == nil {
		l.frames <- frame
	}
}

func (l *link) OnClose(_ *gws.Conn, err error) {
	var code uint16 = 1006
	if e, ok := errors.AsType[*gws.CloseError](err); ok {
		code = e.Code
	}
	l.closed <- code
}

// dial opens a WebSocket. status is the answer's where it is refused.
func dial(t *testing.T, url string, header http.Header) (l *link, status int) {
	t.Helper()
	l = &link{frames: make(chan map[string]any, 4096), closed: make(chan uint16, 1)}
	conn, resp, err := gws.NewClient(l, &gws.ClientOption{Addr: strings.Replace(url, "http", "ws", 1), RequestHeader: header})
	if err != nil {
		if resp == nil {
			t.Fatalf("dial %s: %v", url, err)
		}
		return nil, resp.StatusCode
	}
	l.conn = conn
	go conn.ReadLoop()
	t.Cleanup(func() { _ = conn.NetConn().Close() })
	return l, http.StatusSwitchingProtocols
}

func (l *link) send(t *testing.T, frame any) {
	t.Helper()
	text, err := json.Marshal(frame)
	if err == nil {
		err = l.conn.WriteMessage(gws.OpcodeText, text)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// await waits for a frame of a type.
func (l *link) await(t *testing.T, kind string) map[string]any {
	t.Helper()
	for deadline := time.After(patience); ; {
		select {
		case f := <-l.frames:
			if f["type"] == kind {
				return f
			}
		case code := <-l.closed:
			t.Fatalf("socket closed with %d before a frame %q came", code, kind)
		case <-deadline:
			t.Fatalf("no frame %q came", kind)
		}
	}
}

// ended waits for the end, and gives its code.
func (l *link) ended(t *testing.T, limit time.Duration) uint16 {
	t.Helper()
	select {
	case code := <-l.closed:
		return code
	case <-time.After(limit):
		t.Fatalf("socket still open after %v", limit)
		return 0
	}
}

// visit opens a widget's socket and says hello.
func (s *server) visit(channel, origin string) *link {
	s.t.Helper()
	l, status := dial(s.t, s.url+"/widget/v1/socket?channel="+channel, http.Header{"Origin": {origin}})
	if status != http.StatusSwitchingProtocols {
		s.t.Fatalf("widget socket: got %d, want %d", status, http.StatusSwitchingProtocols)
	}
	l.send(s.t, map[string]any{"type": "hello", "versions": []int{1}})
	l.await(s.t, "welcome")
	return l
}

// say sends a message over a widget's socket and waits until it is stored.
func (l *link) say(t *testing.T, id, text string) {
	t.Helper()
	l.send(t, map[string]any{"type": "message", "id": id, "text": text})
	l.await(t, "ack")
}

// freeAddr gives an address where nothing listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
