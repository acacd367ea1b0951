package telegram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
)

// found is what getFile is answered with.
const found = `{"ok":true,"result":{"file_id":"F","file_size":5,"file_path":"photos/file 1.jpg"}}`

// served is a Bot API whose files are answered by give.
type served struct {
	*network
	give func(r *http.Request) (*http.Response, error)
	gets []string
}

func (s *served) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		s.gets = append(s.gets, r.URL.String())
		return s.give(r)
	}
	return s.network.RoundTrip(r)
}

func newServed(t *testing.T, answer string, give func(*http.Request) (*http.Response, error)) (*rig, *served) {
	t.Helper()
	r := newRig(t, polls)
	s := &served{network: r.net, give: give}
	r.net.answer = func(c call) (int, string, error) {
		if c.method == "getFile" && c.params["file_id"] == "F" {
			return 200, answer, nil
		}
		return 0, "", nil
	}
	r.api.http.Transport = s
	return r, s
}

func answering(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		response := respond(status, body)
		for i := 0; i < len(header); i += 2 {
			response.Header.Set(header[i], header[i+1])
		}
		return response, nil
	}
}

// long is an answer that says that it is longer than any file may be.
func long(*http.Request) (*http.Response, error) {
	response := respond(200, "")
	response.ContentLength = core.MaxFile + 1
	return response, nil
}

func TestFetch(t *testing.T) {
	t.Parallel()
	fileOf := func(path string) string { return strings.Replace(found, "photos/file 1.jpg", path, 1) }
	refused := func(text string) string {
		return `{"ok":false,"error_code":400,"description":"Bad Request: ` + text + `"}`
	}
	for name, c := range map[string]struct {
		answer string
		give   func(*http.Request) (*http.Response, error)
		kind   core.Kind // "": it is had
		reason string
		asked  int // for bytes
	}{
		"a file":                         {found, answering(200, "bytes"), "", "", 1},
		"a page that is a file":          {fileOf("documents/a.html"), answering(200, "bytes", "Content-Type", "text/html"), "", "", 1},
		"more than 20 MB":                {refused("file is too big"), nil, core.Invalid, reasonTooBig, 0},
		"more than we keep":              {strings.Replace(found, `"file_size":5`, `"file_size":30000000`, 1), nil, core.Invalid, "The file is larger than 25 MB.", 0},
		"more than it said":              {found, long, core.Invalid, "The file is larger than 25 MB.", 1},
		"it is not there yet":            {refused("wrong file_id or the file is temporarily unavailable"), nil, core.Unavailable, reasonSilent, 0},
		"it is not there any more":       {refused("invalid file_id"), nil, core.NotFound, reasonNoFile, 0},
		"a place on another disk":        {fileOf("/var/lib/bot/photo.jpg"), nil, core.Invalid, reasonElsewhere, 0},
		"a way out of where files are":   {fileOf("../../bot1:x/getMe"), nil, core.Invalid, reasonElsewhere, 0},
		"no place":                       {fileOf(""), nil, core.Unavailable, reasonSilent, 0},
		"an address that has expired":    {found, answering(404, `{"ok":false}`), core.Unavailable, reasonNoFile, 1},
		"it leads elsewhere":             {found, answering(302, "", "Location", "https://evil.test/"), core.Unavailable, reasonStrange, 1},
		"a page of somebody in between":  {found, answering(200, "<html>", "Content-Type", "text/html"), core.Unavailable, reasonStrange, 1},
		"too many requests":              {found, answering(429, "", "Retry-After", "7"), core.Throttled, reasonSlow, 1},
		"a server that fails":            {found, answering(502, "<html>"), core.Unavailable, reasonSilent, 1},
		"no connection, and it says why": {found, func(r *http.Request) (*http.Response, error) { return nil, errors.New("get " + r.URL.String()) }, core.Unavailable, reasonAway, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, s := newServed(t, c.answer, c.give)
			got, err := r.Fetch(t.Context(), "F")
			if len(s.gets) != c.asked {
				t.Errorf("asked for bytes: got %d times, want %d", len(s.gets), c.asked)
			}
			if c.kind != "" {
				e := wantFault(t, err, c.kind, c.reason)
				if c.kind == core.Throttled && e.RetryAfter != 7*time.Second {
					t.Errorf("retry after: got %v", e.RetryAfter)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer got.Close()
			if b, err := io.ReadAll(got); err != nil || string(b) != "bytes" {
				t.Errorf("bytes: got %q, %v", b, err)
			}
			if name == "a file" && !strings.HasSuffix(s.gets[0], "/file/bot"+testToken.Reveal()+"/photos/file%201.jpg") {
				t.Errorf("asked for another address")
			}
		})
	}
}

// reading is a body whose reads fail.
type reading struct{ err error }

func (r reading) Read([]byte) (int, error) { return 0, r.err }

func TestAFileThatBreaksOffShowsNoToken(t *testing.T) {
	t.Parallel()
	r, _ := newServed(t, found, func(r *http.Request) (*http.Response, error) {
		response := respond(200, "")
		response.Body = io.NopCloser(reading{errors.New("read " + r.URL.String())})
		return response, nil
	})
	got, err := r.Fetch(t.Context(), "F")
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(got)
	if err == nil {
		t.Error("read to the end, want an error")
	}
	noSecret(t, err)
}

// slow gives a byte a second, as long as somebody waits.
type slow struct{ ctx context.Context }

func (s slow) Read(p []byte) (int, error) {
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case <-time.After(time.Second):
		return copy(p, "x"), nil
	}
}

func TestAFileThatDripsEndsWithItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := newServed(t, found, func(r *http.Request) (*http.Response, error) {
			response := respond(200, "")
			response.Body = io.NopCloser(slow{r.Context()})
			return response, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		got, err := r.Fetch(ctx, "F")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		b, err := io.ReadAll(got)
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 2*time.Minute || len(b) > 120 {
			t.Errorf("read %d bytes in %v: %v", len(b), took, err)
		}
	})
}

// opened is a file that counts how often it is opened.
type opened struct {
	bytes []byte
	times int
	err   error
}

func (o *opened) open() (io.ReadSeekCloser, error) {
	o.times++
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(o.bytes), io.NopCloser(nil)}, o.err
}

// postal is a Bot API that takes forms.
type postal struct {
	answer func(method string) (int, string, error)
	got    []string // method, name and size of each
}

func (p *postal) RoundTrip(r *http.Request) (*http.Response, error) {
	head, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	want, _, err := peek(r.Header.Get("Content-Type"), head[:len(head)-1])
	if err != nil {
		return nil, err
	}
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	p.got = append(p.got, method+" "+want.field+" "+want.name+" "+string(want.bytes[:min(3, len(want.bytes))]))
	status, body, err := p.answer(method)
	if err != nil {
		return nil, err
	}
	return respond(status, body), nil
}

func TestSendFile(t *testing.T) {
	t.Parallel()
	const fine = `{"ok":true,"result":{"message_id":9}}`
	always := func(status int, body string) func(string) (int, string, error) {
		return func(string) (int, string, error) { return status, body, nil }
	}
	for name, c := range map[string]struct {
		file   core.OutgoingFile
		answer func(string) (int, string, error)
		want   []string
		kind   core.Kind
		reason string
	}{
		"a picture":                    {core.OutgoingFile{Name: "a.png", Type: "image/png"}, always(200, fine), []string{"sendPhoto photo a.png abc"}, "", ""},
		"a picture of more than 10 MB": {core.OutgoingFile{Name: "a.png", Type: "image/png", Size: maxPhoto + 1}, always(200, fine), []string{"sendDocument document a.png abc"}, "", ""},
		"a drawing is no picture":      {core.OutgoingFile{Name: "a.svg", Type: "image/svg+xml"}, always(200, fine), []string{"sendDocument document a.svg abc"}, "", ""},
		"one that moves":               {core.OutgoingFile{Name: "a.gif", Type: "image/gif"}, always(200, fine), []string{"sendAnimation animation a.gif abc"}, "", ""},
		"a film":                       {core.OutgoingFile{Name: "a.mp4", Type: "video/mp4"}, always(200, fine), []string{"sendVideo video a.mp4 abc"}, "", ""},
		"music":                        {core.OutgoingFile{Name: "a.mp3", Type: "audio/mpeg"}, always(200, fine), []string{"sendAudio audio a.mp3 abc"}, "", ""},
		"a voice":                      {core.OutgoingFile{Name: "a.ogg", Type: "application/ogg", Kind: "voice"}, always(200, fine), []string{"sendVoice voice a.ogg abc"}, "", ""},
		"sound that is no voice":       {core.OutgoingFile{Name: "a.ogg", Type: "application/ogg", Kind: "file"}, always(200, fine), []string{"sendDocument document a.ogg abc"}, "", ""},
		"a picture that Telegram does not take for one": {
			core.OutgoingFile{Name: "a.png", Type: "image/png"},
			func(method string) (int, string, error) {
				if method == "sendPhoto" {
					return 400, `{"ok":false,"error_code":400,"description":"Bad Request: PHOTO_INVALID_DIMENSIONS"}`, nil
				}
				return 200, fine, nil
			},
			[]string{"sendPhoto photo a.png abc", "sendDocument document a.png abc"}, "", "",
		},
		"too large for Telegram": {
			core.OutgoingFile{Name: "a.bin"}, always(413, `{"ok":false,"error_code":413,"description":"Request Entity Too Large"}`),
			[]string{"sendDocument document a.bin abc"}, core.Invalid, reasonLarge,
		},
		"too large for who stands before it": {
			core.OutgoingFile{Name: "a.bin"}, always(413, "<html>"), []string{"sendDocument document a.bin abc"}, core.Invalid, reasonLarge,
		},
		"lost when all of it had gone": {
			core.OutgoingFile{Name: "a.bin"}, func(string) (int, string, error) { return 0, "", errReset },
			[]string{"sendDocument document a.bin abc"}, core.Uncertain, reasonSilent,
		},
		"a server that fails is not asked again": {
			core.OutgoingFile{Name: "a.png", Type: "image/png"}, always(500, `{"ok":false,"error_code":500,"description":"photo"}`),
			[]string{"sendPhoto photo a.png abc"}, core.Uncertain, reasonSilent,
		},
		"the customer has blocked the bot": {
			core.OutgoingFile{Name: "a.bin"}, always(403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`),
			[]string{"sendDocument document a.bin abc"}, core.Gone, reasonBlocked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, polls)
			api, source := &postal{answer: c.answer}, &opened{bytes: append([]byte("abc"), make([]byte, max(c.file.Size-3, 0))...)}
			r.api.http.Transport = api
			c.file.Open, c.file.Size = source.open, int64(len(source.bytes))
			receipt, err := r.Deliver(t.Context(), core.Outgoing{Verb: core.OutFile, To: core.Address{Conversation: "42"}, File: c.file})
			if strings.Join(api.got, "|") != strings.Join(c.want, "|") || source.times != len(c.want) {
				t.Errorf("sent: got %q, opened %d times, want %q", api.got, source.times, c.want)
			}
			if c.kind != "" {
				wantFault(t, err, c.kind, c.reason)
			} else if err != nil || receipt.Part != "42/9" {
				t.Errorf("receipt: got %+v, %v", receipt, err)
			}
		})
	}
}

func TestAFileThatIsNotHereStopsNothingElse(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	source := &opened{err: &core.Error{Op: "file.Open", Kind: core.NotFound}}
	file := core.OutgoingFile{Name: "a.bin", Size: 3, Open: source.open}
	_, err := r.Deliver(t.Context(), core.Outgoing{Verb: core.OutFile, To: core.Address{Conversation: "42"}, File: file})
	if e := wantFault(t, err, core.NotFound, reasonUnread); e.Scope != "" {
		t.Errorf("scope: got %q, want none", e.Scope)
	}
}

func TestAFileThatLeavesInPartIsNotSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, polls)
	r.api.http.Transport = transport(func(q *http.Request) (*http.Response, error) {
		if _, err := io.CopyN(io.Discard, q.Body, q.ContentLength/2); err != nil {
			return nil, err
		}
		return nil, errReset
	})
	source := &opened{bytes: make([]byte, 1<<16)}
	file := core.OutgoingFile{Name: "a.bin", Size: 1 << 16, Open: source.open}
	_, err := r.Deliver(t.Context(), core.Outgoing{Verb: core.OutFile, To: core.Address{Conversation: "42"}, File: file})
	if e := wantFault(t, err, core.Unavailable, reasonAway); e.Scope != "" {
		t.Errorf("scope: got %q, want none: the network is there", e.Scope)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
