package web

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
)

// upload is the request that brings a file.
func (h *house) upload(who *person, name, content string) *http.Request {
	r := h.request(who, "POST", "/api/v1/files?name="+url.QueryEscape(name), content)
	r.Header.Set("Content-Type", rawType)
	return r
}

// brought is a file that somebody has brought.
func (h *house) brought(who *person, name, content string) File {
	h.t.Helper()
	return answer[File](h.t, h.send(h.upload(who, name, content)), http.StatusCreated)
}

// sent is a message with files.
func (h *house) sent(who *person, id core.SessionID, kind string, files ...File) Event {
	h.t.Helper()
	return post[Event](h, who, "/api/v1/sessions/"+id.String()+"/messages", h.message(kind, files...), http.StatusCreated)
}

func (h *house) message(kind string, files ...File) Message {
	m := Message{ClientID: fmt.Sprint(h.ids.Next(1)), Kind: kind}
	for _, f := range files {
		m.Attachments = append(m.Attachments, f.ID)
	}
	return m
}

// keyOf is the key of a message's first file.
func (h *house) keyOf(e Event) string {
	h.t.Helper()
	id, err := core.ParseID[core.FileID](e.Media[0].File)
	check(h.t, err)
	return h.fileRow(id).Key
}

// fileRow is a file as the database has it.
func (h *house) fileRow(id core.FileID) (f core.File) {
	h.t.Helper()
	h.write(func(w *store.Work) (err error) {
		f, err = w.File(id)
		return err
	})
	return f
}

// kept counts the files in the folder, whole or not.
func (h *house) kept() (n int) {
	h.t.Helper()
	check(h.t, filepath.WalkDir(h.folder, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

const (
	png  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"
	gif  = "GIF89a\x01\x00\x01\x00"
	webp = "RIFF\x24\x00\x00\x00WEBPVP8 "
	html = "<!doctype html><script>alert(1)</script>"
	svg  = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
)

// TestOnlyImagesThatRunNothingAreShown5And6And7 is SECURITY 5, 6 and 7, by both addresses: the content says what a file is, never its name.
func TestOnlyImagesThatRunNothingAreShown5And6And7(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello")
	const attachment = rawType
	tests := map[string]struct{ name, content, want string }{
		"a PNG":                      {"a.png", png, "image/png"},
		"a JPEG":                     {"a.jpg", jpeg, "image/jpeg"},
		"a GIF":                      {"a.gif", gif, "image/gif"},
		"a WebP":                     {"a.webp", webp, "image/webp"},
		"a PNG that is named HTML":   {"a.html", png, "image/png"},
		"a GIF with script after it": {"a.gif", gif + "/*" + html + "*/=1;alert(1)", "image/gif"},
		"an SVG":                     {"a.svg", svg, attachment},
		"an SVG with its prolog":     {"a.svg", `<?xml version="1.0"?>` + svg, attachment},
		"an SVG that is named PNG":   {"a.png", svg, attachment},
		"HTML":                       {"a.html", html, attachment},
		"HTML that is named PNG":     {"a.png", html, attachment},
		"HTML that is named text":    {"a.txt", "\n\n" + html, attachment},
		"XHTML":                      {"a.xhtml", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`, attachment},
		"a PDF":                      {"a.pdf", "%PDF-1.7\n/JavaScript", attachment},
		"JavaScript":                 {"a.js", "alert(1)", attachment},
		"a module":                   {"a.mjs", "export default 1", attachment},
		"Flash":                      {"a.swf", "CWS\x0a\x00\x00", attachment},
		"XML":                        {"a.xml", `<?xml version="1.0"?><a/>`, attachment},
		"a bitmap":                   {"a.bmp", "BM\x00\x00\x00\x00", attachment},
		"text":                       {"a.txt", "only words", attachment},
		"a video":                    {"a.mp4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42mp41", attachment},
		"an archive":                 {"a.zip", "PK\x03\x04", attachment},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := h.brought(h.anna, tt.name, tt.content)
			said := h.sent(h.anna, id, "reply", f)
			for _, w := range []*httptest.ResponseRecorder{
				h.call(h.anna, "GET", said.Media[0].URL, nil), h.call(nil, "GET", "/widget/v1/files/"+h.keyOf(said), nil),
			} {
				header := w.Header()
				how, _, err := mime.ParseMediaType(header.Get("Content-Disposition"))
				want := map[bool]string{true: "inline", false: "attachment"}[tt.want != attachment]
				if w.Code != http.StatusOK || header.Get("Content-Type") != tt.want || err != nil || how != want || w.Body.String() != tt.content {
					t.Errorf("got %d %q %q, want %q %s", w.Code, header.Get("Content-Type"), header.Get("Content-Disposition"), tt.want, want)
				}
				if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
					t.Errorf("got %q and %q, want nosniff in a sandbox", header.Get("X-Content-Type-Options"), header.Get("Content-Security-Policy"))
				}
			}
			if photo := f.Kind == "photo"; photo != (tt.want != attachment) || said.Media[0].Kind != f.Kind {
				t.Errorf("kind: got %s and %s of %s", f.Kind, said.Media[0].Kind, f.Type)
			}
		})
	}
}

// TestHostileNames3 is SECURITY 3: a name is one member of one header, and the last part of what was sent.
func TestHostileNames3(t *testing.T) {
	t.Parallel()
	h := open(t)
	tests := map[string]struct{ name, want string }{
		"markup":                  {`"><img src=x onerror=alert(1)>.png`, "img src=x onerror=alert(1).png"},
		"a closing tag":           {`a<b></script>.png`, "script.png"},
		"another header":          {"a\r\nSet-Cookie: x=1\r\n\r\nb.txt", "aSet-Cookie x=1b.txt"},
		"a second name":           {`a.png"; filename="b.exe`, "a.png; filename=b.exe"},
		"another type of name":    {"a; filename*=utf-8''b.exe", "a; filename=utf-8''b.exe"},
		"a folder above":          {"../../../etc/passwd", "passwd"},
		"a folder of Windows":     {`C:\Windows\..\system.ini`, "system.ini"},
		"only folders":            {"../..", "file"},
		"a name that turns round": {"photo\u202egnp.exe", "photognp.exe"},
		"NUL":                     {"a\x00.exe\x00.png", "a.exe.png"},
		"nothing":                 {"", "file"},
		"only dots":               {"...", "file"},
		"letters of elsewhere":    {"отчёт 报告.pdf", "отчёт 报告.pdf"},
		"broken letters":          {"a\xff.txt", "a.txt"},
		"a name without end":      {strings.Repeat("é", 300) + ".pdf", strings.Repeat("é", 98) + ".pdf"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := h.brought(h.eve, tt.name, png)
			if f.Name != tt.want {
				t.Errorf("name: got %q, want %q", f.Name, tt.want)
			}
			h.sent(h.eve, h.said(h.sales, name, "hello"), "note", f)
			w := h.call(h.eve, "GET", filesPath+f.ID, nil)
			_, params, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
			if err != nil || len(params) != 1 || params["filename"] != tt.want || len(w.Header()["Set-Cookie"]) > 0 {
				t.Errorf("disposition: got %q %v, want the one name %q", w.Header().Get("Content-Disposition"), err, tt.want)
			}
		})
	}
}

func TestAFileFromTheUploadToBothAddresses(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello")
	at := "/api/v1/sessions/" + id.String() + "/messages"
	f := h.brought(h.anna, "lamp.png", png)
	if !strings.HasPrefix(f.ID, "fil_") || f != (File{f.ID, "lamp.png", "photo", "image/png", int64(len(png))}) {
		t.Errorf("brought: got %+v", f)
	}
	m := h.message("reply", f)
	first := post[Event](h, h.anna, at, m, http.StatusCreated)
	want := Media{Kind: "photo", Name: "lamp.png", Type: "image/png", Size: int64(len(png)), File: f.ID, State: "ready", URL: filesPath + f.ID}
	if first.Text != "" || len(first.Media) != 1 || first.Media[0] != want {
		t.Errorf("said: got %+v, want no text and %+v", first, want)
	}
	if again := post[Event](h, h.anna, at, m, http.StatusOK); again.ID != first.ID || again.Media[0] != want {
		t.Errorf("said again: got %+v, want the first answer", again)
	}
	refused(t, h.call(h.anna, "POST", at, h.message("reply", f)), http.StatusUnprocessableEntity, "invalid", "attachments")

	part := h.request(h.boris, "GET", filesPath+f.ID, nil)
	part.Header.Set("Range", "bytes=1-3")
	if w := h.send(part); w.Code != http.StatusPartialContent || w.Body.String() != "PNG" {
		t.Errorf("a part: got %d %q", w.Code, w.Body)
	}
	foreign := httptest.NewRequest("GET", "/widget/v1/files/"+h.keyOf(first), nil) // as a shop's page asks
	foreign.Header.Set("Origin", "https://shop.example")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := h.send(foreign); w.Code != http.StatusOK || w.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("by key: got %d %q", w.Code, w.Header().Get("Cross-Origin-Resource-Policy"))
	}
	if w := h.call(h.anna, "GET", filesPath+f.ID, nil); w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("by id: got %q, want it for our own pages", w.Header().Get("Cross-Origin-Resource-Policy"))
	}
	if text := h.call(h.anna, "GET", at, nil).Body.String(); strings.Contains(text, h.keyOf(first)) {
		t.Error("messages: the answer holds the key of a file")
	}
}

// TestWhoReadsAFile26 is SECURITY 26, where the matrix of roles and routes does not reach.
func TestWhoReadsAFile26(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello")
	is := func(who *person, path string, want int) {
		t.Helper()
		if w := h.call(who, "GET", path, nil); w.Code != want {
			t.Errorf("%s: got %d %s, want %d", path, w.Code, w.Body, want)
		}
	}
	messages := "/api/v1/sessions/" + id.String() + "/messages"

	t.Run("what nobody has said yet is its bringer's", func(t *testing.T) {
		f := h.brought(h.anna, "a.png", png)
		is(h.anna, filesPath+f.ID, 200)
		is(h.boris, filesPath+f.ID, 404)
		refused(t, h.call(h.boris, "POST", messages, h.message("note", f)), http.StatusUnprocessableEntity, "invalid", "attachments")
		fileID, err := core.ParseID[core.FileID](f.ID)
		check(t, err)
		is(nil, "/widget/v1/files/"+h.fileRow(fileID).Key, 404)
	})
	t.Run("a note's file is not the customer's", func(t *testing.T) {
		note := h.sent(h.anna, id, "note", h.brought(h.anna, "a.png", png))
		is(h.boris, note.Media[0].URL, 200)
		is(nil, "/widget/v1/files/"+h.keyOf(note), 404)
	})
	t.Run("a file goes with its message", func(t *testing.T) {
		said := h.sent(h.anna, id, "reply", h.brought(h.anna, "a.png", png))
		key := h.keyOf(said)
		is(h.anna, filesPath+said.Media[0].File, 200)
		is(nil, "/widget/v1/files/"+key, 200)
		h.call(h.anna, "DELETE", "/api/v1/messages/"+said.ID, "{}")
		is(h.anna, filesPath+said.Media[0].File, 404)
		is(nil, "/widget/v1/files/"+key, 404)
	})
	t.Run("a file goes with its session to another department", func(t *testing.T) {
		moved := h.said(h.support, "moved", "hello")
		said := h.sent(h.anna, moved, "reply", h.brought(h.anna, "a.png", png))
		is(h.eve, said.Media[0].URL, 404)
		h.do(h.anna, core.Transfer{Session: moved, To: h.sales.ID})
		is(h.eve, said.Media[0].URL, 200)
		is(h.anna, said.Media[0].URL, 404)
	})
	t.Run("who may not speak in a session attaches nothing, and keeps their file", func(t *testing.T) {
		f := h.brought(h.eve, "a.png", png)
		refused(t, h.call(h.eve, "POST", messages, h.message("note", f)), http.StatusNotFound, "not_found", "")
		is(h.eve, filesPath+f.ID, 200)
	})
	t.Run("what is no key and no id", func(t *testing.T) {
		for _, guess := range []string{"x", strings.Repeat("A", core.TokenLength), "..%2f..%2fkey", "%00", h.brought(h.anna, "a", png).ID} {
			is(nil, "/widget/v1/files/"+guess, 404)
			if !strings.HasPrefix(guess, "fil_") {
				is(h.anna, filesPath+guess, 404)
			}
		}
	})
}

func TestAFileThatHasNotCome(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.capable = core.Capabilities{FilesIn: true}
	check(t, h.hub.Receive(t.Context(), core.Inbound{
		Channel: h.channels[h.support.ID].ID, Department: h.support.ID, Verb: core.InboundMessage, Dedupe: "m1", Identity: "Carla", Conversation: "Carla",
		Content: core.Content{Media: []core.Media{{Kind: "photo", Name: "lamp.jpg", Remote: "photo/1"}}},
	}))
	s, err := h.store.Talking(t.Context(), h.channels[h.support.ID].ID, "Carla")
	check(t, err)
	page := get[EventPage](h, h.anna, "/api/v1/sessions/"+s.ID.String()+"/messages")
	said := page.Items[len(page.Items)-1]
	if said.Media[0].State != "pending" || said.Media[0].URL != "" || said.Media[0].File == "" {
		t.Fatalf("media: got %+v, want it pending and without an address", said.Media[0])
	}
	refused(t, h.call(h.anna, "GET", filesPath+said.Media[0].File, nil), http.StatusNotFound, "not_found", "")
	message, err := core.ParseID[core.EventID](said.ID)
	check(t, err)
	h.becomes(s.ID, message, 0, func(f *core.File, m *core.Media) {
		f.State, m.State, m.Reason = core.FileRefused, core.FileRefused, "The network has it no more."
	})
	p := refused(t, h.call(h.anna, "GET", filesPath+said.Media[0].File, nil), http.StatusGone, "gone", "")
	if p.Detail != "The network has it no more." {
		t.Errorf("detail: got %q", p.Detail)
	}
	refused(t, h.call(h.eve, "GET", filesPath+said.Media[0].File, nil), http.StatusNotFound, "not_found", "")
}

// becomes changes a file of a message, as the outbox does when it has fetched it.
func (h *house) becomes(session core.SessionID, message core.EventID, nth int, change func(*core.File, *core.Media)) {
	h.t.Helper()
	h.write(func(w *store.Work) error {
		s, err := w.Session(session)
		check(h.t, err)
		m, err := w.Message(message)
		check(h.t, err)
		x, err := core.ParseExtra(m.Data)
		check(h.t, err)
		f, err := w.File(x.Media[nth].File)
		check(h.t, err)
		x, _ = x.WithFile(f.ID, func(m *core.Media) { change(&f, m) })
		m.Data = x.Data()
		w.PutFile(f)
		w.PutMessage(m)
		w.Append(&s, core.Event{
			Kind: core.EventFile, Audience: m.Audience, ActorKind: core.BySystem, About: m.ID,
			Data: core.Extra{Media: x.Media[nth : nth+1]}.Data(), Reason: x.Media[nth].Reason,
		})
		return nil
	})
}
