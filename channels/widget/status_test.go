package widget

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"parley/core"
)

func openings(closed ...core.Gate) map[core.DepartmentID]core.Opening {
	return map[core.DepartmentID]core.Opening{shopChannel().Department: {Closed: closed}}
}

func TestWhoIsConnectedLearnsThatTheDepartmentClosesS1_11(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, _ := r.greet(t)
	l := r.listen(t, `{"type":"hello","versions":[1]}`)
	l.next("welcome")
	l.next("events")
	r.SetOpenings(openings(core.GateSwitch))
	c.want(`{"type":"status","closed":"notice"}`)
	if got := l.next("status")["closed"]; got != "notice" {
		t.Errorf("on a stream: got %v", got)
	}
	r.SetOpenings(openings(core.GateHours)) // no news to them
	r.SetOpenings(openings())
	c.want(`{"type":"status"}`)
	l.next("status")

	r.SetOpenings(openings(core.GateInstallation))
	late := r.open(t)
	late.say(`{"type":"hello","versions":[1]}`)
	late.next("welcome")
	late.want(`{"type":"status","closed":"notice"}`)
	late.next("events")

	r.inbox.answerWith(func(context.Context, core.Inbound) error {
		return &core.Error{Op: "hub.admit", Kind: core.Closed, Reason: "Chat is currently disabled."}
	})
	const id = "01990000-0000-7000-8000-000000000001"
	late.say(`{"type":"message","id":"` + id + `","text":"hi"}`)
	late.want(`{"type":"refused","id":"` + id + `","kind":"closed","reason":"Chat is currently disabled."}`)
}

// C28: what a visitor speaks is what their browser asks for first.
func TestC28_TheBrowserSaysWhatAVisitorSpeaks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, status := r.request(t, "support-widget", 0, "Origin: "+shop+"\r\n", "Accept-Language: de-AT,de;q=0.9,en;q=0.5\r\n")
	if status != http.StatusSwitchingProtocols {
		t.Fatalf("got %d", status)
	}
	c.say(`{"type":"hello","versions":[1]}`)
	c.next("welcome")
	c.next("events")
	c.say(`{"type":"message","id":"01990000-0000-7000-8000-000000000002","text":"hi"}`)
	c.next("ack")
	if got := r.inbox.all()[0].Profile.Language; got != "de-AT" {
		t.Errorf("the hub is told %q, want de-AT", got)
	}
	for header, want := range map[string]string{"": "", "de": "de", " en-US ;q=1": "en-US", "*": "*", ",de": ""} {
		if got := speaks(&http.Request{Header: http.Header{"Accept-Language": {header}}}); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

func TestWhatAClosedWidgetShowsIsASettingA3C16(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Country = func(r *http.Request) string { return r.Header.Get("X-Country") }
	hidden := shopChannel()
	hidden.Settings = json.RawMessage(`{"origins":["https://shop.test"],"color":"#1f5d49","closed":"hidden"}`)
	look := func(country string) (string, string) {
		t.Helper()
		request, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+r.address+LookPath+here, nil)
		request.Header.Set("X-Country", country)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var body strings.Builder
		_ = response.Write(&body)
		_, text, _ := strings.Cut(body.String(), "\r\n\r\n")
		return text, response.Header.Get("Cache-Control")
	}
	r.SetOpenings(openings(core.GateSwitch))
	if got, cache := look(""); got != "{}" || cache != cacheLook {
		t.Errorf("the notice: got %s, %s", got, cache)
	}
	if err := r.Set([]Live{{hidden, "Support"}}); err != nil {
		t.Fatal(err)
	}
	open, closed := `{"color":"#1f5d49","on":"#ffffff","hidden":false}`, `{"color":"#1f5d49","on":"#ffffff","hidden":true}`
	if got, cache := look(""); got != closed || cache != "no-store" {
		t.Errorf("hidden: got %s, %s", got, cache)
	}
	r.SetOpenings(map[core.DepartmentID]core.Opening{hidden.Department: {Countries: core.Countries{Mode: "refuse", Codes: "FR"}}})
	for country, want := range map[string]string{"": open, "DE": open, "FR": closed} {
		if got, _ := look(country); got != want {
			t.Errorf("from %q: got %s, want %s", country, got, want)
		}
	}
	c, status := r.request(t, "support-widget", 0, "Origin: "+shop+"\r\n", "X-Country: FR\r\n")
	if status != http.StatusSwitchingProtocols {
		t.Fatalf("got %d", status)
	}
	c.say(`{"type":"hello","versions":[1]}`)
	c.next("welcome")
	c.want(`{"type":"status","closed":"hidden"}`)
	c.next("events")
	c.say(`{"type":"message","id":"01990000-0000-7000-8000-000000000002","text":"hi"}`)
	c.next("ack")
	if got := r.inbox.all()[0].Country; got != "FR" {
		t.Errorf("the hub is told %q, want FR", got)
	}
	for _, wrong := range []string{`"form"`, `"gone"`} {
		if _, err := ParseSettings(json.RawMessage(`{"origins":["https://shop.test"],"closed":` + wrong + `}`)); core.KindOf(err) != core.Invalid {
			t.Errorf("%s: got %v, want Invalid", wrong, err)
		}
	}
}
