package widget

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
)

// shelf keeps what is brought.
type shelf struct {
	mu    sync.Mutex
	files []core.File
	bytes []string
}

func (s *shelf) Bring(_ context.Context, f core.File, r io.Reader) (core.File, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return f, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files, s.bytes = append(s.files, f), append(s.bytes, string(b))
	f.ID, f.Type, f.Size, f.State = 77, "image/png", int64(len(b)), core.FileReady
	return f, nil
}

func (s *shelf) all() ([]core.File, []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files, s.bytes
}

// withFiles is the shop's channel where customers may send files.
func withFiles() core.Channel {
	c := shopChannel()
	c.Settings = json.RawMessage(`{"origins":["https://shop.test"],"files":true}`)
	return c
}

// bring sends a request about files from a page.
func (r *rig) bring(t *testing.T, method, origin, token, query string, body io.Reader, length int64) (*http.Response, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.address+FilesPath+"?channel=support-widget"+query, body)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = length
	request.Header.Set("Origin", origin)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer) // not all are JSON
	return response, answer
}

func TestVisitorsBringFilesA13(t *testing.T) {
	t.Parallel()
	token := core.NewToken()
	for name, c := range map[string]struct {
		off          bool
		method       string
		origin       string
		token        core.Secret
		body         io.Reader
		length       int64
		status       int
		kind, reason string
	}{
		"a file is kept":          {false, http.MethodPost, shop, token, strings.NewReader("bytes"), 5, 201, "photo", ""},
		"a browser asks first":    {false, http.MethodOptions, shop, "", http.NoBody, 0, 204, "", ""},
		"the setting is off":      {true, http.MethodPost, shop, token, strings.NewReader("bytes"), 5, 403, "forbidden", "This chat takes no files."},
		"another site":            {false, http.MethodPost, "https://evil.test", token, strings.NewReader("bytes"), 5, 403, "", ""},
		"another site asks first": {false, http.MethodOptions, "https://evil.test", "", http.NoBody, 0, 403, "", ""},
		"nobody's":                {false, http.MethodPost, shop, "", strings.NewReader("bytes"), 5, 401, "unauthorized", "Who sends it is not known."},
		"no token":                {false, http.MethodPost, shop, "x", strings.NewReader("bytes"), 5, 401, "unauthorized", "Who sends it is not known."},
		"larger than it may be, and does not say so": {
			false, http.MethodPost, shop, token, io.MultiReader(bytes.NewReader(make([]byte, core.MaxFile)), strings.NewReader("x")), -1, 422, "invalid", "The file is larger than 25 MB.",
		},
		"read": {false, http.MethodGet, shop, token, http.NoBody, 0, 405, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if !c.off {
				if err := r.Set([]Live{{withFiles(), "Support"}}); err != nil {
					t.Fatal(err)
				}
			}
			response, answer := r.bring(t, c.method, c.origin, c.token.Reveal(), "&name=a%2Fb.png", c.body, c.length)
			kind, _ := answer["kind"].(string)
			reason, _ := answer["reason"].(string)
			if response.StatusCode != c.status || kind != c.kind || reason != c.reason {
				t.Errorf("answer: got %d %s %q, want %d %s %q", response.StatusCode, kind, reason, c.status, c.kind, c.reason)
			}
			if allowed := response.Header.Get("Access-Control-Allow-Origin"); (allowed == shop) != (c.origin == shop) || allowed != "" && allowed != shop {
				t.Errorf("allowed origin: got %q", allowed)
			}
			files, contents := r.brought.all()
			if c.status != 201 {
				if len(files) != 0 {
					t.Errorf("brought: got %+v, want nothing", files)
				}
				return
			}
			want := core.File{Name: "a/b.png", Channel: 7, Identity: core.RemoteID(core.HashToken(token))}
			if len(files) != 1 || files[0] != want || contents[0] != "bytes" || answer["id"] != core.FileID(77).String() {
				t.Errorf("brought: got %+v %q, answer %v", files, contents, answer)
			}
		})
	}
}

func TestAFileThatComesTooSlowlyIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.whole = 50 * time.Millisecond
	if err := r.Set([]Live{{withFiles(), "Support"}}); err != nil {
		t.Fatal(err)
	}
	body, end := io.Pipe()
	defer end.Close()
	go func() { _, _ = end.Write([]byte("the beginning")) }()
	response, answer := r.bring(t, http.MethodPost, shop, core.NewToken().Reveal(), "", body, 1000)
	if response.StatusCode != 422 || answer["reason"] != "The file came too slowly." {
		t.Errorf("answer: got %d %v", response.StatusCode, answer)
	}
	if files, _ := r.brought.all(); len(files) != 0 {
		t.Errorf("brought: got %+v, want nothing", files)
	}
}

func TestTooManyFilesAtOnceAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.Set([]Live{{withFiles(), "Support"}}); err != nil {
		t.Fatal(err)
	}
	token := core.NewToken().Reveal()
	for i := range maxBrings + 1 {
		response, answer := r.bring(t, http.MethodPost, shop, token, "", strings.NewReader("x"), 1)
		if want := map[bool]int{true: 201, false: 429}[i < maxBrings]; response.StatusCode != want {
			t.Fatalf("file %d: got %d %v, want %d", i, response.StatusCode, answer, want)
		}
	}
	if s := (*r.sites.Load())["support-widget"]; s.brings.now != 0 {
		t.Errorf("under way: got %d, want none", s.brings.now)
	}
}

func TestAMessageSaysFilesA13(t *testing.T) {
	t.Parallel()
	file := core.FileID(77).String()
	frame := func(n int, text, files string) string {
		return `{"type":"message","id":"` + id(n) + `","text":"` + text + `","files":[` + files + `]}`
	}
	for name, c := range map[string]struct {
		off            bool
		frame, refused string
		media          int
	}{
		"with words":              {false, frame(1, "look", `"`+file+`"`), "", 1},
		"without words":           {false, frame(1, "", `"`+file+`"`), "", 1},
		"the setting is off":      {true, frame(1, "look", `"`+file+`"`), `{"type":"refused","id":"` + id(1) + `","kind":"forbidden","field":"files","reason":"This chat takes no files."}`, 0},
		"what is no file's name":  {false, frame(1, "look", `"fil_x!"`), `{"type":"refused","id":"` + id(1) + `","kind":"invalid","field":"files","reason":"are none that you have brought"}`, 0},
		"more than a message has": {false, frame(1, "look", strings.Repeat(`"x",`, core.MaxMedia)+`"x"`), `{"type":"refused","id":"` + id(1) + `","kind":"invalid","field":"files","reason":"are more than 20"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if !c.off {
				if err := r.Set([]Live{{withFiles(), "Support"}}); err != nil {
					t.Fatal(err)
				}
			}
			visitor, _ := r.greet(t)
			visitor.say(c.frame)
			if c.refused != "" {
				visitor.want(c.refused)
			} else {
				visitor.want(`{"type":"ack","id":"` + id(1) + `"}`)
			}
			got := 0
			for _, in := range r.inbox.all() {
				got += len(in.Media)
				if len(in.Media) > 0 && in.Media[0].File != 77 {
					t.Errorf("media: got %+v", in.Media)
				}
			}
			if got != c.media {
				t.Errorf("media: got %d, want %d", got, c.media)
			}
		})
	}
}
