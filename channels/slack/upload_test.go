package slack

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/core"
)

// opening is a file's bytes, which notes how often they were opened and closed.
type opening struct{ opened, closed int }

type openedBytes struct {
	*bytes.Reader
	of *opening
}

func (o openedBytes) Close() error { o.of.closed++; return nil }

// carried is a file owed to a thread.
func (o *opening) carried(thread, content string) core.Outgoing {
	out := owed(core.OutFile, thread)
	out.ID += ".fil_1"
	out.Message = 77
	out.File = core.OutgoingFile{
		Name: "a \"b\".png", Type: "image/png", Size: int64(len(content)), Kind: "photo",
		Open: func() (io.ReadSeekCloser, error) {
			o.opened++
			return openedBytes{bytes.NewReader([]byte(content)), o}, nil
		},
	}
	return out
}

// thread opens a session's thread.
func thread(t *testing.T, a *Adapter) string {
	t.Helper()
	r, err := a.Deliver(t.Context(), owed(core.OutCard, ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(r.Thread)
}

// shown gives the bytes of the files that Slack shows in a thread.
func (f *fake) shown(room, thread string) []string {
	var all []string
	for _, m := range f.in(room, thread) {
		if list, ok := m["files"].([]any); ok {
			id, _ := list[0].(map[string]any)["id"].(string)
			f.mu.Lock()
			if h := f.files[id]; h != nil {
				all = append(all, string(h.bytes))
			} else {
				all = append(all, "deleted")
			}
			f.mu.Unlock()
		}
	}
	return all
}

func TestAFileIsShownInTheThreadS2(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := thread(t, a)
	var o opening
	r, err := a.Deliver(t.Context(), o.carried(root, "the bytes"))
	if err != nil || r.More || !isFile(r.Part) || !strings.HasPrefix(string(r.Part), testRoom+"/F") {
		t.Fatalf("got %+v and %v", r, err)
	}
	if got := f.shown(testRoom, root); len(got) != 1 || got[0] != "the bytes" || o != (opening{1, 1}) {
		t.Errorf("got %q, %+v", got, o)
	}
	if c := f.one(t, "upload"); c.Token != "" {
		t.Error("the upload's address was told the token")
	}
	c := f.one(t, "files.completeUploadExternal")
	if c.Form.Get("channel_id") != testRoom || c.Form.Get("thread_ts") != root || c.Form.Get("initial_comment") != "" {
		t.Errorf("got %v", c.Form)
	}
	deletion := said(core.OutDelete, root, "", testRoom+"/1700000000.000009", r.Part)
	deliver(t, a, deletion)
	if got := f.shown(testRoom, root); len(got) != 1 || got[0] != "deleted" {
		t.Errorf("after its deletion: got %q", got)
	}
	if r, err := a.Deliver(t.Context(), said(core.OutDelete, root, "", r.Part)); err != nil || r.Gone == "" {
		t.Errorf("deleted once more: got %+v and %v", r, err)
	}
}

func TestADeletedFileLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	root := thread(t, c.Adapter)
	var o opening
	r, err := c.Deliver(t.Context(), o.carried(root, "x"))
	if err != nil {
		t.Fatal(err)
	}
	shown := c.fake.in(testRoom, root)
	event := map[string]any{"event_ts": shown[0]["ts"]}
	for name, value := range shown[0] {
		event[name] = value
	}
	if status := c.tell(event); status != 200 || len(c.desk.done()) != 0 || len(c.private()) != 0 {
		t.Fatalf("our own file: got status %d, %q done, told %q", status, c.desk.told(), c.private())
	}
	deliver(t, c.Adapter, said(core.OutDelete, root, "", r.Part))
	if got := c.fake.in(testRoom, root); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestAFileForACustomer(t *testing.T) {
	t.Parallel()
	for conversation, want := range map[core.RemoteID][2]string{"D1": {"D1", ""}, "C1/1700000000.000001": {"C1", "1700000000.000001"}} {
		f := newFake(t)
		a := speaker(f)
		var o opening
		out := o.carried("", "x")
		out.Surface, out.To = false, core.Address{Conversation: conversation}
		r, err := a.Deliver(t.Context(), out)
		if err != nil || len(f.shown(want[0], want[1])) != 1 || !strings.HasPrefix(string(r.Part), want[0]+"/F") {
			t.Errorf("%s: got %+v and %v", conversation, r, err)
		}
		out.ID += "x"
		f.fail(breakage{method: "files.getUploadURLExternal", body: `{"ok":false,"error":"missing_scope","needed":"files:write"}`})
		if _, err := a.Deliver(t.Context(), out); core.KindOf(err) != core.Invalid || !strings.Contains(reasonOf(err), "files:write") {
			t.Errorf("%s without the permission: got %v", conversation, err)
		}
		f.fail(breakage{method: "files.completeUploadExternal", after: true, drop: true})
		if _, err := a.Deliver(t.Context(), out); core.KindOf(err) != core.Uncertain {
			t.Errorf("%s, nobody knows: got %v", conversation, err)
		}
		if len(f.made("chat.postMessage")) != 0 {
			t.Error("the customer was told of it")
		}
	}
}

// TestAFileThatGoesWrong holds that a file comes once, or a line says that it does not: what waits behind it goes on.
func TestAFileThatGoesWrong(t *testing.T) {
	t.Parallel()
	const ask, finish = "files.getUploadURLExternal", "files.completeUploadExternal"
	again := http.Header{"Retry-After": {"9"}}
	tests := map[string]struct {
		breaks  []breakage
		kind    core.Kind // of the first attempt
		scope   string
		after   time.Duration
		opened  int // in all
		line    string
		trouble string
	}{
		"asked too often":              {breaks: []breakage{{method: ask, status: 429, header: again}}, kind: core.Throttled, after: 9 * time.Second, opened: 1},
		"Slack breaks":                 {breaks: []breakage{{method: ask, status: 500}}, kind: core.Unavailable, opened: 1},
		"the upload is refused a time": {breaks: []breakage{{method: "upload", status: 429, header: again}}, kind: core.Throttled, after: 9 * time.Second, opened: 2},
		"the upload breaks":            {breaks: []breakage{{method: "upload", status: 503}}, kind: core.Unavailable, opened: 2},
		"the upload breaks off":        {breaks: []breakage{{method: "upload", drop: true}}, kind: core.Unavailable, opened: 2},
		"the upload is led away":       {breaks: []breakage{{method: "upload", status: 302, header: http.Header{"Location": {"http://127.0.0.1:1/"}}}}, kind: core.Unavailable, opened: 2},
		"the upload is never taken":    {breaks: []breakage{{method: "upload", status: 413}}, opened: 1, line: "does not accept"},
		"the end is refused a time":    {breaks: []breakage{{method: finish, status: 429, header: again}}, kind: core.Throttled, after: 9 * time.Second, opened: 1},
		"the end was done, unanswered": {breaks: []breakage{{method: finish, after: true, drop: true}}, kind: core.Uncertain, opened: 1},
		"the end breaks":               {breaks: []breakage{{method: finish, status: 500}}, kind: core.Uncertain, opened: 1},
		"its bytes were not kept":      {breaks: []breakage{{method: finish, body: `{"ok":false,"error":"file_not_found"}`}}, kind: core.Unavailable, opened: 2},
		"the thread is gone":           {breaks: []breakage{{method: finish, body: `{"ok":false,"error":"thread_not_found"}`}}, kind: core.Gone, scope: core.ScopeThread, opened: 1},
		"the app is not in the room":   {breaks: []breakage{{method: finish, body: `{"ok":false,"error":"not_in_channel"}`}}, kind: core.Unavailable, after: roomPause, opened: 1, trouble: "not in the channel " + testRoom},
		"the token was revoked":        {breaks: []breakage{{method: ask, body: `{"ok":false,"error":"token_revoked"}`}}, kind: core.Unauthorized, opened: 1},
		"the permission is missing":    {breaks: []breakage{{method: ask, body: `{"ok":false,"error":"missing_scope","needed":"files:write"}`}}, line: "files:write", trouble: "files:write"},
		"files are switched off":       {breaks: []breakage{{method: ask, body: `{"ok":false,"error":"file_uploads_disabled"}`}}, line: "switched off"},
		"there is no room for it":      {breaks: []breakage{{method: finish, body: `{"ok":false,"error":"storage_limit_reached"}`}}, opened: 1, line: "no room"},
		"nobody knows the word":        {breaks: []breakage{{method: finish, body: `{"ok":false,"error":"something_new"}`}}, opened: 1, line: "something_new"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			root := thread(t, c.Adapter)
			for _, b := range test.breaks {
				c.fake.fail(b)
			}
			var o opening
			out := o.carried(root, "the bytes")
			_, err := c.Deliver(t.Context(), out)
			e, _ := errors.AsType[*core.Error](err)
			if core.KindOf(err) != test.kind || pauseOf(err) != test.after || e != nil && e.Kind == core.Gone && e.Scope != test.scope {
				t.Fatalf("got %v (%s, again after %v), want %q", err, core.KindOf(err), pauseOf(err), test.kind)
			}
			if !strings.Contains(c.lastTrouble(), test.trouble) || test.trouble == "" && c.lastTrouble() != "" {
				t.Errorf("in trouble: %q, want %q in it", c.lastTrouble(), test.trouble)
			}
			if err != nil {
				bare(t, "the error", strings.ReplaceAll(err.Error(), testRoom, "")+reasonOf(err))
				out.Again = true
				if _, err := c.Deliver(t.Context(), out); err != nil {
					t.Fatalf("again: %v", err)
				}
			}
			var lines string
			for _, m := range c.fake.in(testRoom, root) {
				lines += m["text"].(string)
			}
			shown := c.fake.shown(testRoom, root)
			if test.line == "" && (len(shown) != 1 || shown[0] != "the bytes" || lines != "") ||
				test.line != "" && (len(shown) != 0 || !strings.Contains(lines, test.line) || !strings.Contains(lines, "a \"b\".png")) {
				t.Errorf("got the files %q and the lines %q", shown, lines)
			}
			if o.opened != test.opened || o.closed < test.opened {
				t.Errorf("got %+v, want it opened %d times", o, test.opened)
			}
		})
	}
}

// TestBytesGoToSlackOnly holds that a customer's file is not brought to another host, whatever Slack answers.
func TestBytesGoToSlackOnly(t *testing.T) {
	t.Parallel()
	asked := 0
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(foreign.Close)
	f := newFake(t)
	a := speaker(f)
	root := thread(t, a)
	f.fail(breakage{method: "files.getUploadURLExternal", body: `{"ok":true,"upload_url":"` + foreign.URL + `/upload/CANARY","file_id":"F1"}`})
	var o opening
	_, err := a.Deliver(t.Context(), o.carried(root, "x"))
	if core.KindOf(err) != core.Unavailable || asked != 0 || o.opened != 0 {
		t.Fatalf("got %v, asked elsewhere %d times", err, asked)
	}
	bare(t, "the error", err.Error())
}

func TestACopyNamesItsFiles(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := thread(t, a)
	o := said(core.OutSend, root, "See this")
	o.Content.Media = []core.Media{
		{Kind: "photo", Name: "a.png", Size: 1500, State: core.FileReady}, {Kind: "file", Name: "b.pdf", State: core.FilePending, Reason: "It waits."},
		{Kind: "file", Name: "c.exe", State: core.FileRefused, Reason: "It is empty."},
	}
	deliver(t, a, o)
	want := "See this\n[photo: a.png (2 kB)]\n[file: b.pdf]\n[file: c.exe: It is empty.]"
	if got := f.in(testRoom, root)[0]["text"]; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
