package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestTheDemoHasItsPeopleItsShopAndASessionInEveryStateAndKeepsThem(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.serve("demo")
	for _, want := range []string{s.url + "/\n", s.url + "/demo/\n", "anna@example.test", "boris@example.test", "sofia@example.test", demoPassword, "data/demo"} {
		eventually(t, patience, func() string {
			if got := s.stdout.String(); !strings.Contains(got, want) {
				return "the console does not say " + want
			}
			return ""
		})
	}
	states := func(s *server, email string) map[string]string {
		t.Helper()
		c, status := s.signIn(email, demoPassword)
		if status != http.StatusOK {
			t.Fatalf("sign-in of %s: got %d, want %d", email, status, http.StatusOK)
		}
		got := map[string]string{}
		for _, row := range c.sessions(t) {
			got[row.State] += row.Customer.Name
			if row.Assignee != nil {
				got[row.State] += " with " + row.Assignee.Name
			}
			notes := 0
			for _, e := range c.events(t, row.ID) {
				if e.Audience == "agents" && e.Kind == "message" {
					notes++
				}
			}
			if row.State == "active" && notes == 0 {
				t.Error("the active session has no note")
			}
		}
		return got
	}
	want := map[string]string{
		"waiting": "Jonas Weber", "pending": "Mei Tanaka with Boris Lind", "active": "Tomás Vidal with Anna Berg", "ended": "Ingrid Holm with Boris Lind",
	}
	same := func(s *server, email string) {
		t.Helper()
		got := states(s, email)
		for state := range want {
			if len(got) != len(want) || got[state] != want[state] {
				t.Errorf("sessions that %s sees: got %v, want %v", email, got, want)
				return
			}
		}
	}
	for _, a := range demoAgents {
		same(s, a.email)
	}
	resp, err := http.Get(s.url + "/demo/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), `data-channel="`+demoChannel+`"`) {
		t.Errorf("demo shop: got %d, %v, want a page with the widget", resp.StatusCode, err)
	}
	posted, err := http.Post(s.url+"/demo/", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer posted.Body.Close()
	if posted.StatusCode != http.StatusMethodNotAllowed || posted.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("demo shop, posted to: got %d, want %d", posted.StatusCode, http.StatusMethodNotAllowed)
	}
	s.visit(demoChannel, s.url)
	s.visit(demoChannel, strings.Replace(s.url, "127.0.0.1", "localhost", 1))
	s.stop()

	// Again, on another port: nothing is added, and the widget works there.
	s = p.serve("demo")
	same(s, "sofia@example.test")
	s.visit(demoChannel, s.url)
	demo := p.with("PARLEY_DATA_DIR=data/demo")
	if got := strings.Count(demo.must("agent", "list")+demo.must("department", "list")+demo.must("channel", "list"), "\n"); got != (1+3)+(1+2)+(1+1) {
		t.Errorf("people and settings: got %d lines, want the demo's own and nothing more", got)
	}
	if got := demo.must("doctor"); !strings.HasPrefix(got, allWell) {
		t.Errorf("doctor: got %q, want %q", got, allWell)
	}
	s.stop()
}

func TestTheDemosHelpSaysWhereItsDataIs(t *testing.T) {
	t.Parallel()
	if got := newPlace(t).must("demo", "--help"); !strings.Contains(got, "./data/demo") {
		t.Errorf("demo --help: got %q, want ./data/demo in it", got)
	}
}

func TestTheDemoLeavesADatabaseAloneWhereOthersWork(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.with("PARLEY_DATA_DIR=data/demo").must("agent", "add", "--email", "mara@example.com", "--name", "Mara")
	s := p.serve("demo")
	if _, status := s.signIn("sofia@example.test", demoPassword); status != http.StatusUnauthorized {
		t.Errorf("sign-in with the demo's password: got %d, want %d", status, http.StatusUnauthorized)
	}
	s.stop()
}

func TestOnlyTheDemoHasAShop(t *testing.T) {
	t.Parallel()
	s := newPlace(t).serve()
	resp, err := http.Get(s.url + "/demo/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if page, _ := io.ReadAll(resp.Body); strings.Contains(string(page), demoChannel) {
		t.Errorf("serve shows the demo shop: %d", resp.StatusCode)
	}
	s.stop()
}
