package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/core/store/storetest"
)

// ready gives the status of a server's /readyz, 0 if nobody answers.
func (s *server) ready() int {
	resp, err := http.Get(s.url + "/readyz")
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestReliability15TwoNodesAreRestartedUnderLoadAndNobodyLosesAnything(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "PARLEY_DATABASE_URL="+storetest.Postgres(t), "PARLEY_DRAIN=3s")
	key := p.people()
	nodes := [2]*server{p.serve(), p.serve()}
	anna, session := p.begin(nodes[0], key)

	// A balancer names a node; clients try again, with the same id, at whom it names then.
	var chosen atomic.Pointer[string]
	chosen.Store(&nodes[0].url)
	var stopped atomic.Bool
	var refused, unreachable, stored atomic.Int64
	var mu sync.Mutex
	var said []string
	var clients sync.WaitGroup
	for who := range 4 {
		clients.Go(func() {
			for i := 0; !stopped.Load(); i++ {
				text := fmt.Sprintf("message %d-%d", who, i)
				for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
					at := caller{url: *chosen.Load(), header: anna.header}
					status, err := at.call("POST", "/api/v1/sessions/"+session+"/messages", map[string]string{"client_id": fmt.Sprintf("c%d-%d", who, i), "kind": "reply", "text": text}, nil)
					if err == nil && status < 300 {
						break
					}
					if err != nil {
						unreachable.Add(1)
					} else {
						refused.Add(1)
					}
					if time.Since(began) > patience {
						t.Errorf("%q could not be said: status %d, %v", text, status, err)
						return
					}
				}
				stored.Add(1)
				mu.Lock()
				said = append(said, text)
				mu.Unlock()
			}
		})
	}
	for i := range nodes {
		old, other := nodes[i], nodes[1-i]
		socket := old.visit("support-widget", shop)
		chosen.Store(&old.url)
		before := stored.Load()
		eventually(t, patience, func() string {
			if stored.Load() < before+20 {
				return "the node that is to stop is not under load"
			}
			return ""
		})
		old.signal(syscall.SIGTERM)
		eventually(t, patience, func() string {
			if status := old.ready(); status != http.StatusServiceUnavailable {
				return fmt.Sprintf("/readyz of a node that drains: got %d, want 503", status)
			}
			return ""
		})
		socket.say(t, fmt.Sprintf("01990000-0000-7000-8000-00000000001%d", i), "still there?") // it still serves
		chosen.Store(&other.url)
		if code := socket.ended(t, patience); code != 1001 {
			t.Errorf("the socket's close code: got %d, want 1001", code)
		}
		if status := old.wait(patience); status != exitDone {
			t.Errorf("the stop: got status %d, want %d", status, exitDone)
		}
		nodes[i] = p.serve()
	}
	stopped.Store(true)
	clients.Wait()
	t.Logf("%d messages; before they were tried again, %d were refused and %d found nobody", stored.Load(), refused.Load(), unreachable.Load())
	slices.Sort(said)
	if got := texts(t, nodes[0].withKey(key), session); !slices.Equal(got, said) {
		t.Errorf("stored: got %d messages, want the %d that were acknowledged", len(got), len(said))
	}
	for _, s := range nodes {
		s.stop()
	}
}
