package main

import (
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// mishap is something that goes wrong between the program and a network.
type mishap string

const (
	limited      mishap = "429 with a time"
	limitedMute  mishap = "429 without a time"
	droppedSoon  mishap = "connection lost before the effect"
	droppedLate  mishap = "connection lost after the effect"
	brokenLate   mishap = "5xx after the effect"
	strangePage  mishap = "5xx with a page of HTML, without effect"
	brokenJSON   mishap = "broken JSON after the effect"
	delayed      mishap = "a late answer"
	untold       mishap = "something told late"
	toldTwice    mishap = "something told twice"
	unheard      mishap = "an acknowledgement lost"
	socketAsked  mishap = "a socket that is asked to leave"
	socketBroken mishap = "a socket that breaks"
	hungUp       mishap = "a visitor who hangs up"
)

// spoils are the mishaps of a call; each is as likely as the others.
var spoils = []mishap{limited, limitedMute, droppedSoon, droppedLate, brokenLate, strangePage, brokenJSON, delayed}

// unclear tells whether whoever made the call cannot know what came of it.
func (m mishap) unclear() bool {
	return m == droppedSoon || m == droppedLate || m == brokenLate || m == strangePage || m == brokenJSON
}

// acts tells whether the network does what it is asked for all the same.
func (m mishap) acts() bool {
	return m == "" || m == droppedLate || m == brokenLate || m == brokenJSON || m == delayed
}

// fate decides what goes wrong: nothing, while it is calm, as it is at first.
type fate struct {
	mu     sync.Mutex
	chance *rand.Rand
	calm   bool
	met    map[mishap]int64
}

func newFate(seed uint64) *fate {
	return &fate{chance: rand.New(rand.NewPCG(seed, 1)), calm: true, met: map[mishap]int64{}}
}

// set makes it calm, or not.
func (f *fate) set(calm bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calm = calm
}

// strikes tells whether a mishap of the given likelihood happens now.
func (f *fate) strikes(m mishap, likely float64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calm || f.chance.Float64() >= likely {
		return false
	}
	f.met[m]++
	return true
}

// spoil gives what goes wrong with a call, "" for nothing.
func (f *fate) spoil(likely float64) mishap {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calm || f.chance.Float64() >= likely {
		return ""
	}
	m := spoils[f.chance.IntN(len(spoils))]
	f.met[m]++
	return m
}

// within gives a time up to a limit.
func (f *fate) within(limit time.Duration) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Duration(f.chance.Int64N(int64(limit)))
}

// below gives a number from 0 to n-1.
func (f *fate) below(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.chance.IntN(n)
}

func (f *fate) counts() map[mishap]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.met)
}

// lateAnswer is how long a late answer takes at most.
const lateAnswer = 400 * time.Millisecond

// answer answers a call as the mishap has it. tooMany is what the network says with a 429; the answer itself is JSON.
func (f *fate) answer(w http.ResponseWriter, m mishap, body []byte, tooMany string) {
	switch m {
	case droppedSoon, droppedLate:
		panic(http.ErrAbortHandler)
	case delayed:
		time.Sleep(f.within(lateAnswer))
	}
	w.Header().Set("Content-Type", "application/json")
	switch m {
	case limited:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, tooMany)
	case limitedMute:
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, "slow down")
	case brokenLate, strangePage:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body>oops</body></html>")
	case brokenJSON:
		_, _ = w.Write(body[:len(body)/2])
	default:
		_, _ = w.Write(body)
	}
}
