package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// ledger is what some writers were told of their messages.
type ledger struct {
	mu      sync.Mutex
	stored  []string // acknowledged
	refused int      // the rest
}

// write sends messages, one after the other, until the server does not answer any more.
func (l *ledger) write(c caller, session string, writer int) {
	for i := 0; ; i++ {
		text := fmt.Sprintf("message %d of writer %d", i, writer)
		status, err := c.call("POST", "/api/v1/sessions/"+session+"/messages", map[string]string{
			"client_id": fmt.Sprintf("w%d-%d", writer, i), "kind": "reply", "text": text,
		}, nil)
		l.mu.Lock()
		if err == nil && status < 300 {
			l.stored = append(l.stored, text)
		} else {
			l.refused++
		}
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// writers begins with some writers, and waits until they are well under way. wait ends when they have all given up.
func writers(t *testing.T, c caller, session string) (l *ledger, wait func()) {
	t.Helper()
	l = &ledger{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { l.write(c, session, i) })
	}
	eventually(t, patience, func() string {
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.stored) < 50 {
			return fmt.Sprintf("only %d messages are stored", len(l.stored))
		}
		return ""
	})
	return l, all.Wait
}

// begin has a visitor begin a session, and gives it with who may answer.
func (p *place) begin(s *server, key string) (caller, string) {
	p.t.Helper()
	visitor := s.visit("support-widget", shop)
	visitor.say(p.t, "01990000-0000-7000-8000-000000000001", "Hello")
	anna := s.withKey(key)
	return anna, anna.sessions(p.t)[0].ID
}

// texts gives what a session's agents said, sorted.
func texts(t *testing.T, c caller, session string) []string {
	t.Helper()
	var said []string
	for i, e := range c.events(t, session) {
		if e.Seq != int64(i)+1 {
			t.Errorf("event %d has seq %d, want dense ones", i, e.Seq)
		}
		if strings.HasPrefix(e.Text, "message ") {
			said = append(said, e.Text)
		}
	}
	slices.Sort(said)
	return said
}

func TestReliability15AStopTells200SocketsToComeBackAndKeepsExactlyWhatItAcknowledged(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		key := p.people()
		s := p.serve()
		anna, session := p.begin(s, key)
		sockets := make([]*link, 200)
		for i := range sockets {
			sockets[i] = s.visit("support-widget", shop)
		}
		stream, _ := dial(t, s.url+"/api/v1/events", http.Header{"Authorization": {"Bearer " + key}})
		stream.await(t, "hello")
		ledger, wait := writers(t, anna, session)

		begin := time.Now()
		s.signal(syscall.SIGTERM)
		for i, l := range append(sockets, stream) {
			if code := l.ended(t, patience); code != 1001 {
				t.Errorf("socket %d: got close code %d, want 1001", i, code)
			}
		}
		if status := s.wait(patience); status != exitDone {
			t.Errorf("exit status: got %d, want %d; stderr:\n%s", status, exitDone, s.stderr)
		}
		took := time.Since(begin)
		t.Logf("the stop with %d sockets took %v", len(sockets)+1, took)
		wait()
		if ledger.refused == 0 {
			t.Error("no write was under way when the server stopped: this run shows nothing")
		}

		s = p.serve()
		slices.Sort(ledger.stored)
		if got := texts(t, s.withKey(key), session); !slices.Equal(got, ledger.stored) {
			t.Errorf("stored: got %d messages, want the %d that were acknowledged", len(got), len(ledger.stored))
		}
		s.stop()
	})
}

// Browsers and clients open connections in advance.
func TestReliability15AStopDoesNotWaitForWhoHasAskedNothing(t *testing.T) {
	t.Parallel()
	s := newPlace(t).serve()
	silent, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if status := s.ready(); status != http.StatusOK { // whoever came before has been seen by now
		t.Fatalf("/readyz: got %d", status)
	}
	s.signal(syscall.SIGTERM)
	if status := s.wait(patience); status != exitDone {
		t.Errorf("exit status: got %d, want %d; stderr:\n%s", status, exitDone, s.stderr)
	}
}

func TestAKilledServerLeavesADatabaseThatStartsAgainWithAllThatWasAcknowledged(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		key := p.people()
		s := p.serve()
		anna, session := p.begin(s, key)
		ledger, wait := writers(t, anna, session)
		s.signal(syscall.SIGKILL)
		s.wait(patience)
		wait()

		s = p.serve()
		got := texts(t, s.withKey(key), session)
		for _, text := range ledger.stored {
			if _, there := slices.BinarySearch(got, text); !there {
				t.Errorf("%q was acknowledged and is lost", text)
			}
		}
		if twice := len(got) - len(slices.Compact(got)); twice != 0 {
			t.Errorf("%d messages are stored twice", twice)
		}
		if got := p.must("doctor"); !strings.HasPrefix(got, allWell) {
			t.Errorf("doctor: got %q, want %q", got, allWell)
		}
		s.stop()
	})
}

func TestARestartKeepsEverything(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		key := p.people()
		s := p.serve()
		anna, session := p.begin(s, key)
		anna.must(t, "POST", "/api/v1/sessions/"+session+"/messages", map[string]string{"client_id": "a", "kind": "reply", "text": "message one"}, nil)
		login, _ := s.signIn("anna@example.test", password)
		settings := p.must("agent", "list") + p.must("department", "list") + p.must("channel", "list")
		before := anna.sessions(t)
		s.stop()

		s = p.serve()
		anna.url, login.url = s.url, s.url
		for name, c := range map[string]caller{"key": anna, "login": login} {
			if got := c.sessions(t); len(got) != 1 || got[0].ID != before[0].ID || got[0].State != "active" || got[0].Preview != "message one" {
				t.Errorf("sessions by %s: got %+v, want %+v", name, got, before)
			}
		}
		if got := p.must("agent", "list") + p.must("department", "list") + p.must("channel", "list"); got != settings {
			t.Errorf("settings: got %s, want %s", got, settings)
		}
		s.visit("support-widget", shop)
		s.stop()
	})
}

func TestASecondSignalEndsTheProcessAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	key := p.people()
	s := p.serve()
	_, session := p.begin(s, key)
	s.hold(key, session)
	s.signal(syscall.SIGTERM)
	s.logged("stopping", patience)
	for ended := false; !ended; {
		s.signal(syscall.SIGTERM)
		select {
		case <-s.ended:
			ended = true
		case <-time.After(200 * time.Millisecond): // the first was only just heard
		}
	}
	if status := s.wait(patience); status != -1 {
		t.Errorf("second signal: got status %d, want an end by the signal", status)
	}
}

// hold begins a request that does not end, and keeps the server waiting.
func (s *server) hold(key, session string) {
	s.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	fmt.Fprintf(c, "POST /api/v1/sessions/%s/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n", session, key)
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") { // it reads what comes
		s.t.Fatalf("got %q, %v, want that it goes on", line, err)
	}
	fmt.Fprint(c, "{")
}

func TestARequestThatDoesNotEndHoldsTheStopForNoLongerThan10s(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	key := p.people()
	s := p.serve()
	_, session := p.begin(s, key)
	s.hold(key, session)
	begin := time.Now()
	s.signal(syscall.SIGINT)
	s.wait(2 * patience)
	if took := time.Since(begin); took > readTime-5*time.Second { // when the request's own time is over
		t.Errorf("the stop took %v, want about 10 s at most", took)
	}
}

func TestAnotherSecretKeyOnTheSameDatabaseIsRefused(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		p.serve().stop()
		other := core.NewKey().Text().Reveal()
		bad{env: []string{"PARLEY_SECRET_KEY=" + other, "PARLEY_ADDR=" + freeAddr(t)}, name: "PARLEY_SECRET_KEY: "}.refused(t, p)
		file := p.file("other.key", other+"\n")
		bad{args: []string{"serve", "--secret-key-file", file, "--addr", freeAddr(t)}, name: "--secret-key-file: "}.refused(t, p)
		first, err := os.ReadFile(p.dir + "/data/secret.key")
		if err != nil {
			t.Fatal(err)
		}
		p.with("PARLEY_SECRET_KEY=" + strings.TrimSpace(string(first))).serve().stop()
		p.serve().stop()
	})
}

func TestAServerWaitsForItsDatabaseAtTheStart(t *testing.T) {
	t.Parallel()
	database, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	behind := database.Host
	database.Host = freeAddr(t)
	p := newPlace(t, "PARLEY_DATABASE_URL="+database.String())
	at := freeAddr(t)
	s := p.start("serve", "--addr", at, "--log", "json")
	s.logged("waiting for the database", patience)
	get := func(path string) int {
		resp, err := http.Get("http://" + at + path)
		if err != nil {
			return 0
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	want := map[string]int{"/healthz": 200, "/readyz": 503, "/api/v1/me": 503, "/widget/v1/socket?channel=x": 503}
	for path, status := range want {
		if got := get(path); got != status {
			t.Errorf("%s while the database is away: got %d, want %d", path, got, status)
		}
	}
	time.Sleep(time.Second)
	if n := strings.Count(s.stderr.String(), "waiting for the database"); n != 1 {
		t.Errorf("the wait is logged %d times, want once", n)
	}

	l, err := net.Listen("tcp", database.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go forward(l, behind)
	s.logged("serving", patience)
	for path, status := range map[string]int{"/healthz": 200, "/readyz": 200, "/api/v1/me": 401, "/widget/v1/socket?channel=x": 404} {
		if got := get(path); got != status {
			t.Errorf("%s when the database is there: got %d, want %d", path, got, status)
		}
	}
	s.stop()
}

func TestAServerThatWaitsForItsDatabaseStopsWhenItIsTold(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "PARLEY_DATABASE_URL=postgres://nobody@"+freeAddr(t)+"/parley")
	s := p.start("serve", "--addr", "127.0.0.1:0", "--log", "json")
	s.logged("waiting for the database", patience)
	s.stop()
}

func TestACommandDoesNotWaitForTheDatabase(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "PARLEY_DATABASE_URL=postgres://nobody:"+canary+"@"+freeAddr(t)+"/parley")
	stdout, stderr, status := p.do("agent", "list")
	if status != exitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, canary) ||
		!strings.HasPrefix(stderr, "parley: the database does not answer: ") {
		t.Errorf("got status %d, stdout %q, stderr %q, want one line that says so, without the password", status, stdout, stderr)
	}
}

// forward passes connections on to another address.
func forward(l net.Listener, to string) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer in.Close()
			out, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			defer out.Close()
			go func() { _, _ = io.Copy(out, in) }()
			_, _ = io.Copy(in, out)
		}()
	}
}
