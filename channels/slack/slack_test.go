package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/core"
)

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for document, field := range map[string]string{
		`{"mode":"events","team":"T1","app":"A1","bot":"U1"}`:                            "",
		`{"team":"T1","bot":"W1"}`:                                                       "",
		`{"team":"T1","bot":"U1","rates":{"channel":{"calls":1,"seconds":1,"burst":1}}}`: "",
		`{"mode":"rtm","team":"T1","bot":"U1"}`:                                          "mode",
		`{"team":"X","bot":"U1"}`:                                                        "team",
		`{"team":"T1","bot":"B1"}`:                                                       "bot",
		`{"team":"T1","bot":"U1","app":"B1"}`:                                            "app",
		`{"team":"T1","bot":"U1","more":1}`:                                              "settings",
		`{"team":"T1","bot":"U1","rates":{"channel":{"calls":0,"seconds":1,"burst":1}}}`: "rates",
		``: "settings",
	} {
		_, err := ParseSettings([]byte(document))
		got := ""
		if e, ok := err.(*core.Error); ok { //nolint:errorlint // what ParseSettings promises
			got = e.Field
		}
		if got != field {
			t.Errorf("%s: got %q, want %q", document, got, field)
		}
	}
	if s, err := ParseSettings([]byte(`{"team":"T1","bot":"U1"}`)); err != nil || s.Mode != ModeSocket {
		t.Errorf("without a mode: got %v and %v, want socket", s.Mode, err)
	}
}

func TestRoomsAreChecked(t *testing.T) {
	t.Parallel()
	for room, ok := range map[string]bool{"C0123456789": true, "G01": true, "#support": false, "D0123": false, "c0123": false, "": false, "C0/1": false} {
		if err := CheckRoom("room", room); (err == nil) != ok || err != nil && core.KindOf(err) != core.Invalid {
			t.Errorf("%q: got %v, want %v", room, err, ok)
		}
	}
}

func TestKeysAreSealedAsOne(t *testing.T) {
	t.Parallel()
	got, err := ParseSecrets(testSecrets.Sealed())
	if err != nil || got != testSecrets {
		t.Errorf("got %v and %v", got == testSecrets, err)
	}
	for _, text := range []core.Secret{"", "xoxb-CANARY", "{}", "[]"} {
		_, err := ParseSecrets(text)
		if core.KindOf(err) != core.Invalid || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("got %v, want invalid", err)
		}
	}
	if shown := fmt.Sprintf("%v %+v %#v", testSecrets, testSecrets, testSecrets); strings.Contains(shown, "CANARY") {
		t.Errorf("got %s", shown)
	}
}

func TestAnAdapterNeedsItsKeys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode    string
		secrets Secrets
		api     string
		want    core.Kind
	}{
		"socket":                    {ModeSocket, Secrets{Bot: testBot, App: testApp}, "", ""},
		"events":                    {ModeEvents, Secrets{Bot: testBot, Signing: testSigning}, "http://127.0.0.1:1/api/", ""},
		"no bot token":              {ModeSocket, Secrets{App: testApp}, "", core.Unauthorized},
		"socket without app token":  {ModeSocket, Secrets{Bot: testBot, Signing: testSigning}, "", core.Unauthorized},
		"events without the secret": {ModeEvents, Secrets{Bot: testBot, App: testApp}, "", core.Unauthorized},
		"a mode that is none":       {"rtm", testSecrets, "", core.Invalid},
		"an address without a end":  {ModeSocket, testSecrets, "http://127.0.0.1:1/api", core.Invalid},
		"an address that is none":   {ModeSocket, testSecrets, "slack/", core.Invalid},
	} {
		settings := []byte(`{"mode":"` + test.mode + `","team":"T1","bot":"UBOT"}`)
		_, err := New(Config{Channel: core.Channel{Settings: settings}, Secrets: test.secrets, APIURL: test.api, Clock: core.SystemClock})
		if core.KindOf(err) != test.want || (err == nil) != (test.want == "") {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

func TestCheckSaysHowEventsCome(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]string{
		ModeSocket: "Slack knows the app as parley in Rig. Parley opens a connection to it.",
		ModeEvents: "Slack knows the app as parley in Rig. Slack calls this server, at https://desk.example.test/hooks/slack/care-slack.",
	} {
		c := newConsole(t, mode)
		if got, err := c.Check(t.Context()); err != nil || got != want {
			t.Errorf("%s: got %q and %v, want %q", mode, got, err, want)
		}
	}
	c := newConsole(t, ModeEvents)
	c.serve(signed("application/json", "{}", testNow.Add(-time.Hour)))
	if got, err := c.Check(t.Context()); err != nil || !strings.Contains(got, "set the clock right") {
		t.Errorf("with a wrong clock: got %q and %v", got, err)
	}
	for name, settings := range map[string]func(*Settings){
		"another workspace": func(s *Settings) { s.Team = "T2" }, "another app": func(s *Settings) { s.Bot = "UOTHER" },
	} {
		c := newConsole(t, ModeEvents)
		settings(&c.settings)
		if _, err := c.Check(t.Context()); core.KindOf(err) != core.Unauthorized {
			t.Errorf("%s: got %v, want unauthorized", name, err)
		}
	}
	c = newConsole(t, ModeSocket)
	c.fake.refuse("apps.connections.open", "invalid_auth")
	if _, err := c.Check(t.Context()); core.KindOf(err) != core.Unauthorized {
		t.Errorf("a bad app-level token: got %v, want unauthorized", err)
	}
}

func TestAMemoryKeepsTheNewest(t *testing.T) {
	t.Parallel()
	var m memory
	for i := range 2 * maxKept {
		m.add(fmt.Sprint(i))
	}
	if len(m.all) != maxKept || m.has("0") || !m.has(fmt.Sprint(2*maxKept-1)) || m.add(fmt.Sprint(maxKept)) {
		t.Errorf("got %d kept", len(m.all))
	}
}

func TestPeopleAreForgotten(t *testing.T) {
	t.Parallel()
	var p people
	for i := range 3 * maxPeople {
		p.put(fmt.Sprint(i), someone{until: testNow.Add(time.Minute)}, testNow)
	}
	if len(p.known) > maxPeople {
		t.Errorf("got %d, want %d at most", len(p.known), maxPeople)
	}
	p.put("x", someone{until: testNow.Add(time.Minute)}, testNow)
	if _, ok := p.get("x", testNow.Add(time.Minute)); ok {
		t.Error("after its time: got known, want not")
	}
}
