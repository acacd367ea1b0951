package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/core"
)

func TestASurfaceKeepsWhatIsNotSetAnewS4(t *testing.T) {
	t.Parallel()
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true,"team_id":"T1","user_id":"UBOT","bot_id":"BBOT","bot":{"id":"BBOT","app_id":"A1"}}`)
	}))
	t.Cleanup(slack.Close)
	p := newPlace(t, "PARLEY_SLACK_API_URL="+slack.URL+"/api/")
	for _, name := range []string{"Support", "Sales"} {
		p.must("department", "add", "--name", name)
	}
	p.must("channel", "add", "slack", "--department", "support", "--mode", "events", "--team-channel", "C0123456789", "--name", "desk",
		"--bot-token-file", p.file("bot", "xoxb-1"), "--signing-secret-file", p.file("signing", "0123456789abcdef"))
	steps := []struct {
		args []string
		want []string // the lines of the list, but for the first
	}{
		{[]string{}, []string{"desk C0123456789 support all all out 0s off"}},
		{[]string{"add", "--department", "support", "--replies", "inside"}, []string{"desk C0123456789 support all all inside 0s off"}},
		{[]string{"add", "--department", "support", "--hold", "2500ms", "--receipts"}, []string{"desk C0123456789 support all all inside 2.5s on"}},
		{[]string{"add", "--department", "sales"}, []string{"desk C0123456789 support all all inside 2.5s on", "desk C0123456789 sales all all inside 2.5s on"}},
		{[]string{"add", "--department", "sales", "--replies", "out", "--hold", "0s", "--receipts=false"}, []string{"desk C0123456789 support all all out 0s off", "desk C0123456789 sales all all out 0s off"}},
		{[]string{"move", "--from", "C0123456789", "--to", "C9876543210"}, []string{"desk C9876543210 support all all out 0s off", "desk C9876543210 sales all all out 0s off"}},
		{[]string{"move", "--from", "C9876543210", "--to", "C0123456789"}, []string{"desk C0123456789 support all all out 0s off", "desk C0123456789 sales all all out 0s off"}},
		{[]string{"add", "--department", "sales", "--priority", "urgent,high"}, []string{"desk C0123456789 support all all out 0s off", "desk C0123456789 sales high,urgent all out 0s off"}},
		{[]string{"add", "--department", "sales", "--hold", "1s"}, []string{"desk C0123456789 support all all out 1s off", "desk C0123456789 sales high,urgent all out 1s off"}},
		{[]string{"add", "--department", "sales", "--priority", "all", "--hold", "0s"}, []string{"desk C0123456789 support all all out 0s off", "desk C0123456789 sales all all out 0s off"}},
		{[]string{"add", "--department", "sales", "--language", "EN,de_at,und"}, []string{"desk C0123456789 support all all out 0s off", "desk C0123456789 sales all de-AT,en,und out 0s off"}},
		{[]string{"add", "--department", "sales", "--priority", "urgent"}, []string{"desk C0123456789 support all all out 0s off", "desk C0123456789 sales urgent de-AT,en,und out 0s off"}},
		{[]string{"add", "--department", "sales", "--priority", "all", "--language", "all"}, []string{"desk C0123456789 support all all out 0s off", "desk C0123456789 sales all all out 0s off"}},
		{[]string{"remove", "--department", "sales"}, []string{"desk C0123456789 support all all out 0s off"}},
	}
	for _, step := range steps {
		if len(step.args) > 0 {
			args := append([]string{"surface"}, step.args...)
			if step.args[0] != "move" {
				args = append(args, "--room", "C0123456789")
			}
			p.must(append(args, "--channel", "desk")...)
		}
		lines := strings.Split(strings.TrimSpace(p.must("surface", "list")), "\n")
		var got []string
		for _, line := range lines {
			got = append(got, strings.Join(strings.Fields(line), " "))
		}
		if want := "CHANNEL ROOM DEPARTMENT PRIORITIES LANGUAGES REPLIES HOLD RECEIPTS\n" + strings.Join(step.want, "\n"); strings.Join(got, "\n") != want {
			t.Errorf("after %q: got %q, want %q", step.args, got, want)
		}
	}
	const note = "note: sessions of support with the priority low, normal are shown in no room: agents find them in the workspace"
	for _, args := range [][]string{{"surface", "add", "--channel", "desk", "--room", "C0123456789", "--department", "support", "--priority", "high,urgent"}, {"doctor"}} {
		if got := p.must(args...); !strings.Contains(got, note) {
			t.Errorf("%q: got %q, want %q", args, got, note)
		}
	}
	if got := p.must("surface", "add", "--channel", "desk", "--room", "C9876543210", "--department", "support", "--priority", "normal,low"); strings.Contains(got, "note") {
		t.Errorf("with a room for the others: got %q", got)
	}
}

func TestS14_DoctorNamesTheLanguagesThatNoRoomShows(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		gap    core.Gap
		spoken core.Languages
	}{
		" with the priority low, normal":   {core.Gap{Priorities: []core.Priority{core.Low, core.Normal}}, "de"},
		" in other languages than de, und": {core.Gap{Priorities: core.Priorities, But: "de,und"}, "de-AT"},
		" in other languages than de (of those that are open: en, fr-CA), and those whose language is not known,": {core.Gap{Priorities: core.Priorities, But: "de"}, "de-AT,en,fr-CA"},
		" with the priority urgent in other languages than de, und (of those that are open: en)":                  {core.Gap{Priorities: []core.Priority{core.Urgent}, But: "de,und"}, "en"},
	} {
		if got := gapWords(c.gap, c.spoken); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
