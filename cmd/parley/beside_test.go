package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/core/store/storetest"
)

// promptly is how soon a running server knows what another process has done: within 2 s (DESIGN 6), and what a busy machine takes. All
// rights are looked at again only after 30 s.
const promptly = 20 * time.Second

const (
	password = "correct horse"
	shop     = "http://shop.test"
	allWell  = "sessions, departments and the log recounted: all counters agree\n"
)

// eachPlace runs the test on every database.
func eachPlace(t *testing.T, test func(t *testing.T, p *place)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) { test(t, newPlace(t, "PARLEY_DATABASE_URL="+url)) })
}

// people adds a department, an operator with a key, and a widget. It gives the key.
func (p *place) people() (key string) {
	p.t.Helper()
	p.must("department", "add", "--name", "Support")
	p.must("agent", "add", "--email", "anna@example.test", "--name", "Anna Berg", "--operator", "Support", "--password-file", p.file("password", password+"\n"))
	p.must("channel", "add", "widget", "--department", "support", "--origin", shop)
	return strings.TrimSpace(p.must("key", "add", "--agent", "anna@example.test", "--name", "test"))
}

func TestCommandsBesideARunningServerAreInForceWithin2s(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		s := p.serve()
		key := p.people()

		// A channel that was added is live.
		socket := s.url + "/widget/v1/socket?channel=support-widget"
		eventually(t, promptly, func() string {
			if _, status := dial(t, socket, http.Header{"Origin": {shop}}); status != http.StatusSwitchingProtocols {
				return "the new channel's socket is refused"
			}
			return ""
		})
		if _, status := dial(t, socket, http.Header{"Origin": {"http://other.test"}}); status != http.StatusForbidden {
			t.Errorf("socket from another site: got %d, want %d", status, http.StatusForbidden)
		}
		visitor := s.visit("support-widget", shop)
		visitor.say(t, "01990000-0000-7000-8000-000000000001", "Is anybody there?")

		// An agent and a key that were added work.
		anna := s.withKey(key)
		if got := anna.sessions(t); len(got) != 1 || got[0].Preview != "Is anybody there?" {
			t.Errorf("sessions by key: got %+v, want the visitor's", got)
		}
		login, status := s.signIn("anna@example.test", password)
		if status != http.StatusOK {
			t.Fatalf("sign-in: got %d, want %d", status, http.StatusOK)
		}

		// An agent who was disabled is out, sockets and all.
		byKey, _ := dial(t, s.url+"/api/v1/events", http.Header{"Authorization": {"Bearer " + key}})
		byLogin, _ := dial(t, s.url+"/api/v1/events", http.Header{"Cookie": login.header["Cookie"], "Origin": {s.url}})
		byKey.await(t, "hello")
		byLogin.await(t, "hello")
		p.must("agent", "disable", "anna@example.test")
		for name, l := range map[string]*link{"key": byKey, "login": byLogin} {
			if code := l.ended(t, promptly); code != 4401 {
				t.Errorf("socket by %s: got close code %d, want 4401", name, code)
			}
		}
		if _, status := s.signIn("anna@example.test", password); status != http.StatusUnauthorized {
			t.Errorf("sign-in when disabled: got %d, want %d", status, http.StatusUnauthorized)
		}
		for name, c := range map[string]caller{"key": anna, "login": login} {
			if status, err := c.call("GET", "/api/v1/me", nil, nil); err != nil || status != http.StatusUnauthorized {
				t.Errorf("call by %s when disabled: got %d, %v, want %d", name, status, err, http.StatusUnauthorized)
			}
		}
		p.must("agent", "disable", "anna@example.test") // again: nothing to do

		if got := p.must("doctor"); !strings.HasPrefix(got, allWell) {
			t.Errorf("doctor: got %q, want %q", got, allWell)
		}
		for _, want := range []string{"anna@example.test", "disabled"} {
			if got := p.must("agent", "list"); !strings.Contains(got, want) {
				t.Errorf("agent list: got %q, want %q in it", got, want)
			}
		}
		s.stop()
	})
}

func TestASecretIsPrintedOnceAndWorks(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.must("department", "add", "--name", "Customer Care", "--zone", "Europe/Berlin")
	added := p.must("agent", "add", "--email", "Anna@Example.test", "--name", "Anna Berg", "--operator", "Customer Care", "--supervisor", "customer-care")
	found := regexp.MustCompile(`(?m)^password: (\S{43})$`).FindStringSubmatch(added)
	if found == nil {
		t.Fatalf("agent add: got %q, want a password", added)
	}
	key := p.must("key", "add", "--agent", "anna@example.test", "--name", "CI")
	if !regexp.MustCompile(`^\S{43}\n$`).MatchString(key) {
		t.Fatalf("key add: got %q, want the secret alone", key)
	}
	s := p.serve()
	if _, status := s.signIn("anna@example.test", found[1]); status != http.StatusOK {
		t.Errorf("sign-in with the printed password: got %d, want %d", status, http.StatusOK)
	}
	var me struct {
		Roles []struct{ Operator, Supervisor bool } `json:"roles"`
	}
	s.withKey(strings.TrimSpace(key)).must(t, "GET", "/api/v1/me", nil, &me)
	if len(me.Roles) != 1 || !me.Roles[0].Operator || !me.Roles[0].Supervisor {
		t.Errorf("me: got %+v, want both roles in one department", me)
	}
	s.stop()
	if log := s.stderr.String(); strings.Contains(log, found[1]) || strings.Contains(log, strings.TrimSpace(key)) {
		t.Error("the log has a secret in it")
	}
}

func TestAnotherPasswordEndsLoginsButNoKeys(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		s := p.serve()
		anna := s.withKey(p.people())
		login, _ := s.signIn("anna@example.test", password)
		byLogin, _ := dial(t, s.url+"/api/v1/events", http.Header{"Cookie": login.header["Cookie"], "Origin": {s.url}})
		byLogin.await(t, "hello")

		const another = "battery staple"
		got := p.must("agent", "password", "--email", "Anna@example.test", "--password-file", p.file("another", another+"\n"))
		if want := "agent anna@example.test has another password\n"; got != want {
			t.Errorf("agent password: got %q, want %q", got, want)
		}
		if code := byLogin.ended(t, promptly); code != 4401 {
			t.Errorf("socket by login: got close code %d, want 4401", code)
		}
		for name, tt := range map[string]struct {
			caller caller
			want   int
		}{"key": {anna, http.StatusOK}, "login": {login, http.StatusUnauthorized}} {
			if status, err := tt.caller.call("GET", "/api/v1/me", nil, nil); err != nil || status != tt.want {
				t.Errorf("call by %s: got %d, %v, want %d", name, status, err, tt.want)
			}
		}
		if _, status := s.signIn("anna@example.test", password); status != http.StatusUnauthorized {
			t.Errorf("sign-in with the former password: got %d, want %d", status, http.StatusUnauthorized)
		}
		if _, status := s.signIn("anna@example.test", another); status != http.StatusOK {
			t.Errorf("sign-in with the new password: got %d, want %d", status, http.StatusOK)
		}

		printed := p.must("agent", "password", "--email", "anna@example.test")
		found := regexp.MustCompile(`(?m)^password: (\S{43})$`).FindStringSubmatch(printed)
		if found == nil {
			t.Fatalf("agent password without a file: got %q, want a password", printed)
		}
		if _, status := s.signIn("anna@example.test", found[1]); status != http.StatusOK {
			t.Errorf("sign-in with the printed password: got %d, want %d", status, http.StatusOK)
		}
		p.must("agent", "disable", "anna@example.test")
		for _, email := range []string{"anna@example.test", "nobody@example.test"} {
			if stdout, stderr, status := p.do("agent", "password", "--email", email); status != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "parley: --email: ") {
				t.Errorf("agent password of %s: got status %d, %q, %q, want one line about --email", email, status, stdout, stderr)
			}
		}
		s.stop()
	})
}

func TestMigrateGoesUpAndDownAndSaysWhereItIs(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		if got := p.must("migrate", "up"); !strings.Contains(got, "00001_house.sql: applied 20") {
			t.Errorf("migrate up: got %q, want the first step applied", got)
		}
		if got := p.must("migrate", "up"); !strings.Contains(got, "00001_house.sql: applied 20") {
			t.Errorf("migrate up again: got %q, want the first step applied", got)
		}
		for i := strings.Count(p.must("migrate", "status"), "\n"); i > 0; i-- {
			p.must("migrate", "down")
		}
		if got := p.must("migrate", "status"); strings.Contains(got, ": applied") {
			t.Errorf("migrate status: got %q, want no step applied", got)
		}
		if stdout, stderr, status := p.do("migrate", "down"); status != exitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("migrate down too often: got status %d, %q, %q, want one line on stderr", status, stdout, stderr)
		}
		if _, stderr, status := p.do("agent", "list"); status != exitUsage || !strings.HasPrefix(stderr, "parley: PARLEY_DATABASE_URL: there is no database yet") {
			t.Errorf("agent list without tables: got status %d, %q", status, stderr)
		}
	})
}

func TestLookingAtADatabaseThatIsNotThereMakesNone(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"agent", "list"}, {"agent", "disable", "a@b"}, {"agent", "password", "--email", "a@b"}, {"department", "list"}, {"channel", "list"}, {"doctor"}, {"migrate", "status"},
		{"migrate", "down"}, {"key", "add", "--agent", "a@b", "--name", "x"},
		{"channel", "add", "widget", "--department", "x", "--origin", "http://x.test"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			bad{args: args, name: "PARLEY_DATA_DIR: there is no database yet"}.refused(t, newPlace(t))
		})
	}
}

func TestTheDataFolderIsNobodyElsesBusiness(t *testing.T) {
	t.Parallel()
	modes := func(t *testing.T, p *place, want map[string]os.FileMode) {
		t.Helper()
		for name, want := range want {
			info, err := os.Stat(p.dir + "/" + name)
			if err != nil {
				t.Error(err)
			} else if info.Mode() != want {
				t.Errorf("%s: got %v, want %v", name, info.Mode(), want)
			}
		}
	}
	t.Run("made by a server", func(t *testing.T) {
		t.Parallel()
		p := newPlace(t)
		s := p.serve()
		modes(t, p, map[string]os.FileMode{
			"data": 0o700 | os.ModeDir, "data/secret.key": 0o600, "data/parley.db": 0o600, "data/parley.db-wal": 0o600, "data/parley.db-shm": 0o600,
		})
		s.stop()
	})
	t.Run("made by a command, elsewhere", func(t *testing.T) {
		t.Parallel()
		p := newPlace(t, "PARLEY_DATABASE_URL=sqlite:other.db")
		p.must("migrate", "up")
		modes(t, p, map[string]os.FileMode{"other.db": 0o600})
	})
}
