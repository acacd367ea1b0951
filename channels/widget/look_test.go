package widget

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/core"
)

func TestAnyBrandColourCanBeReadA28(t *testing.T) {
	t.Parallel()
	for n := 0; n < 1<<24; n += 4099 { // a prime: all parts vary
		brand := rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}
		behind, on := pair(brand)
		written, ok := parseColor(on)
		if got := contrast(behind, written); !ok || got < readable {
			t.Fatalf("%v: got %v on %v, contrast %.2f, want at least %v", brand, on, behind, got, readable)
		}
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		look string // in a settings document
		want string // "": refused
	}{
		"nothing is set":             {``, `{}`},
		"a dark brand has white":     {`,"color":"#1f5d49"`, `{"color":"#1f5d49","on":"#ffffff"}`},
		"a bright brand has dark":    {`,"color":"#FFD400"`, `{"color":"#ffd400","on":"#16181d"}`},
		"between, it gets darker":    {`,"color":"#e04848"`, `{"color":"#d24343","on":"#ffffff"}`},
		"a side":                     {`,"position":"left"`, `{"position":"left"}`},
		"a colour by name":           {`,"color":"red"`, ``},
		"a short colour":             {`,"color":"#fff"`, ``},
		"a colour with more":         {`,"color":"#1f5d49;}"`, ``},
		"a colour that is no number": {`,"color":"#+f5d49"`, ``},
		"no side":                    {`,"position":"top"`, ``},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := ParseSettings(json.RawMessage(`{"origins":["https://shop.test"]` + tt.look + `}`))
			if (err != nil) != (tt.want == "") || err != nil && core.KindOf(err) != core.Invalid {
				t.Fatalf("error: got %v", err)
			}
			if err == nil && string(s.shown()) != tt.want {
				t.Errorf("told: got %s, want %s", s.shown(), tt.want)
			}
		})
	}
}

// ask sends a request without a socket, and gives the answer with its body.
func (r *rig) ask(t testing.TB, method, path, origin, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if origin != "" {
		request.Header.Set("Origin", origin)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(b)
}

func TestWhoIsAnsweredWithoutASocket(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const here, gone = "?channel=support-widget", "?channel=gone"
	tests := map[string]struct {
		method, path, origin string
		want                 int
	}{
		"the look, for a page of the channel": {"GET", LookPath + here, shop, 200},
		"the look, for the server's own page": {"GET", LookPath + here, "", 200},
		"the look, for a foreign page":        {"GET", LookPath + here, "https://evil.test", 403},
		"the look of no channel":              {"GET", LookPath + gone, shop, 404},
		"the look, changed":                   {"POST", LookPath + here, shop, 405},
		"the frame":                           {"GET", FramePath + here, "", 200},
		"the frame of no channel":             {"GET", FramePath + gone, "", 404},
		"a stream for a foreign page":         {"POST", EventsPath + here, "https://evil.test", 403},
		"a stream for a look-alike":           {"POST", EventsPath + here, "https://shop.test.evil.test", 403},
		"a stream for nobody":                 {"POST", EventsPath + here, "", 403},
		"a stream by GET":                     {"GET", EventsPath + here, shop, 405},
		"a stream of no channel":              {"POST", EventsPath + gone, shop, 404},
		"frames of a foreign page":            {"POST", FramesPath + here, "https://evil.test", 403},
		"frames of a page without an origin":  {"POST", FramesPath + here, "null", 403},
		"frames of our own frame":             {"POST", FramesPath + here, "https://parley.test", 200},
		"frames by PUT":                       {"PUT", FramesPath + here, shop, 405},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, _ := r.ask(t, tt.method, tt.path, tt.origin, "")
			if response.StatusCode != tt.want {
				t.Errorf("status: got %d, want %d", response.StatusCode, tt.want)
			}
			if cookies := response.Header["Set-Cookie"]; cookies != nil {
				t.Errorf("cookies: got %q, want none", cookies)
			}
		})
	}
}

// Only the channel's own sites may show its frame (class 45, and clickjacking).
func TestTheFrameNamesWhoMayShowIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := shopChannel()
	c.Settings = json.RawMessage(`{"origins":["https://shop.test","http://localhost:8080"]}`)
	if err := r.Set([]Live{{c, "Support"}}); err != nil {
		t.Fatal(err)
	}
	response, page := r.ask(t, "GET", FramePath+"?channel=support-widget", "", "")
	want := "default-src 'none'; script-src 'self'; img-src 'self'; connect-src 'self' wss://parley.test; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors https://shop.test http://localhost:8080"
	if got := response.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("policy: got %s, want %s", got, want)
	}
	if !strings.Contains(page, `src="../widget.js" data-channel="support-widget"`) {
		t.Errorf("page: got %s", page)
	}
}
