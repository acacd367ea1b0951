package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"parley/core/store/storetest"
)

// crowd is visitors who go on talking, each in their own session, and what they were told is kept.
type crowd struct {
	mu    sync.Mutex
	acked map[string]int // by visitor: their texts up to this number
	stop  chan struct{}
	done  sync.WaitGroup
}

func (c *crowd) talk(t *testing.T, s *server, who string, l *link) {
	c.done.Go(func() {
		for i := 1; ; i++ {
			select {
			case <-c.stop:
				return
			case <-time.After(200 * time.Millisecond): // as fast as a visitor may be
			}
			l.say(t, uuid.Must(uuid.NewV7()).String(), fmt.Sprint(who, " ", i))
			c.mu.Lock()
			c.acked[who] = i
			c.mu.Unlock()
		}
	})
}

func (c *crowd) told() (told map[string]int, all int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	told = map[string]int{}
	for who, n := range c.acked {
		told[who], all = n, all+n
	}
	return told, all
}

// transfer is a call of the API with bytes, or for bytes.
func (c caller) transfer(t *testing.T, method, path, body string) []byte {
	t.Helper()
	req, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.header.Clone()
	req.Header.Set("Content-Type", "application/octet-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s: got %d, %v, %s", method, path, resp.StatusCode, err, text)
	}
	return text
}

// greet says hello as a visitor who was here before, and gives the first frame of what there is to see.
func (s *server) greet(t *testing.T, token, cursor string) (*link, map[string]any) {
	t.Helper()
	l, status := dial(t, s.url+"/widget/v1/socket?channel=support-widget", http.Header{"Origin": {shop}})
	if status != http.StatusSwitchingProtocols {
		t.Fatalf("widget socket: got %d", status)
	}
	l.send(t, map[string]any{"type": "hello", "versions": []int{1}, "token": token, "after": cursor})
	return l, l.await(t, "events")
}

// RELIABILITY 16: what was acknowledged before the backup began is in the restored hub, once and in order, whichever database it came from and
// whichever it goes to, and the counters are what a recount gives. Who holds a cursor from before loads anew.
func TestABackupUnderLoadIsRestoredH4(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite to postgres", "postgres to sqlite"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := storetest.EmptySQLite(t), storetest.EmptyPostgres(t)
			if name == "postgres to sqlite" {
				from, to = to, from
			}
			p, q := newPlace(t, "PARLEY_DATABASE_URL="+from), newPlace(t, "PARLEY_DATABASE_URL="+to)
			key := p.people()
			s := p.serve()
			anna := s.withKey(key)
			login, _ := s.signIn("anna@example.test", password)

			c := &crowd{acked: map[string]int{}, stop: make(chan struct{})}
			for _, who := range []string{"ada", "bob", "dan", "eve", "ida", "kim", "lea", "max"} {
				c.talk(t, s, who, s.visit("support-widget", shop))
			}
			carla, status := dial(t, s.url+"/widget/v1/socket?channel=support-widget", http.Header{"Origin": {shop}})
			if status != http.StatusSwitchingProtocols {
				t.Fatalf("widget socket: got %d", status)
			}
			carla.send(t, map[string]any{"type": "hello", "versions": []int{1}})
			token, _ := carla.await(t, "welcome")["token"].(string)
			carla.say(t, uuid.Must(uuid.NewV7()).String(), "Look at this")
			var session string
			eventually(t, promptly, func() string {
				for _, row := range anna.sessions(t) {
					if row.Preview == "Look at this" {
						session = row.ID
						return ""
					}
				}
				return "the session is not listed"
			})
			anna.must(t, "POST", "/api/v1/sessions/"+session+"/take", map[string]any{}, nil)
			lamp := strings.Repeat("a lamp ", 100_000)
			var file struct{ ID string }
			if err := json.Unmarshal(anna.transfer(t, "POST", "/api/v1/files?name=lamp.txt", lamp), &file); err != nil {
				t.Fatal(err)
			}
			anna.must(t, "POST", "/api/v1/sessions/"+session+"/messages", map[string]any{
				"client_id": uuid.Must(uuid.NewV7()).String(), "kind": "reply", "text": "Yes", "attachments": []string{file.ID},
			}, nil)
			eventually(t, time.Minute, func() string {
				if _, all := c.told(); all < 60 {
					return "the crowd is silent"
				}
				return ""
			})

			before, _ := c.told()
			archive := filepath.Join(p.dir, "parley.backup")
			if _, stderr, status := p.do("backup", "--with-key", "--to", archive); status != exitDone {
				t.Fatalf("backup: got status %d, %s", status, stderr)
			}
			saved, _ := c.told()
			// What comes after it is lost, and known by cursor to who saw it.
			stream, _ := dial(t, s.url+"/api/v1/events", http.Header{"Authorization": {"Bearer " + key}})
			cursor, _ := stream.await(t, "hello")["cursor"].(string)
			carla.say(t, uuid.Must(uuid.NewV7()).String(), "Lost")
			_, shown := s.greet(t, token, "")
			place, _ := shown["cursor"].(string)
			if _, frame := s.greet(t, token, ""); frame["cursor"] != place || place == "" {
				t.Fatalf("got %v, want the same place %q", frame["cursor"], place)
			}
			close(c.stop)
			c.done.Wait()
			s.stop()

			if info, err := os.Stat(archive); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the archive: got %v, %v, want one that nobody else may read", info.Mode(), err)
			}
			if _, stderr, status := p.do("backup", "--to", archive); status != exitUsage || !strings.Contains(stderr, "--to: is there already") {
				t.Errorf("over another archive: got %d, %s", status, stderr)
			}
			if got := q.must("restore", "--from", archive); !strings.Contains(got, "9 sessions") || !strings.Contains(got, "1 files") {
				t.Errorf("restore: got %q", got)
			}
			if _, stderr, status := q.do("restore", "--from", archive); status != exitUsage || !strings.Contains(stderr, "not empty") {
				t.Errorf("restore over what is there: got %d, %s", status, stderr)
			}
			if got := q.must("doctor"); !strings.HasPrefix(got, allWell) {
				t.Errorf("doctor: got %q", got)
			}

			r := q.serve()
			anna = r.withKey(key)
			heard := map[string]int{}
			for _, row := range anna.sessions(t) {
				for _, e := range anna.events(t, row.ID) {
					who, number, ok := strings.Cut(e.Text, " ")
					if _, talks := before[who]; !ok || !talks || e.Kind != "message" {
						continue
					}
					if heard[who]++; number != fmt.Sprint(heard[who]) {
						t.Fatalf("%s: got %q at place %d", who, e.Text, heard[who])
					}
				}
			}
			for who, n := range before {
				if heard[who] < n || heard[who] > saved[who]+1 {
					t.Errorf("%s: got %d messages, want %d that were acknowledged before the backup", who, heard[who], n)
				}
			}
			if got := anna.transfer(t, "GET", "/api/v1/files/"+file.ID, ""); !bytes.Equal(got, []byte(lamp)) {
				t.Errorf("the file: got %d bytes, want %d", len(got), len(lamp))
			}
			again, _ := dial(t, r.url+"/api/v1/events?after="+cursor, http.Header{"Authorization": {"Bearer " + key}})
			if hello := again.await(t, "hello"); hello["resumed"] != false {
				t.Errorf("an agent's cursor from before: got %v, want that it is not continued", hello)
			}
			back, frame := r.greet(t, token, place)
			if _, continues := frame["after"]; continues {
				t.Errorf("a visitor's cursor from before: got %v, want a snapshot", frame)
			}
			back.say(t, uuid.Must(uuid.NewV7()).String(), "Here again")
			if status, err := (caller{r.url, login.header}).call("GET", "/api/v1/me", nil, nil); err != nil || status != http.StatusUnauthorized {
				t.Errorf("a login from before: got %d, %v, want %d", status, err, http.StatusUnauthorized)
			}
			r.stop()
		})
	}
}

// The key is what opens the channels' secrets: without it an installation is restored only where that is said.
func TestABackupWithoutItsKeyH4(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.people()
	p.serve().stop() // makes the key
	archive := filepath.Join(p.dir, "parley.backup")
	if _, stderr, status := p.do("backup", "--to", archive); status != exitDone || !strings.Contains(stderr, "secret.key) is not in it") {
		t.Fatalf("backup: got %d, %s", status, stderr)
	}
	q := newPlace(t)
	if _, stderr, status := q.do("restore", "--from", archive); status != exitUsage || !strings.Contains(stderr, "--new-key") {
		t.Errorf("without the key: got %d, %s", status, stderr)
	}
	if _, err := os.Stat(filepath.Join(q.dir, "data", "secret.key")); err == nil {
		t.Error("a key was made")
	}
	q.must("restore", "--from", archive, "--secret-key-file", filepath.Join(p.dir, "data", "secret.key"))
	q = newPlace(t)
	if got := q.must("restore", "--from", archive, "--new-key"); !strings.Contains(got, "tokens again") {
		t.Errorf("with a new key: got %q", got)
	}
	q.serve().stop()
	q = newPlace(t)
	q.file("cut", "this is no archive")
	if _, stderr, status := q.do("restore", "--from", "cut"); status != exitUsage || stderr != "parley: --from: is no backup of Parley\n" {
		t.Errorf("of something else: got %d, %s", status, stderr)
	}
}
