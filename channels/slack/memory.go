package slack

import (
	"sync"
	"time"
)

// maxKept is how many things a memory keeps.
const maxKept = 4096

// memory remembers the newest of what it was told. The zero memory is ready.
type memory struct {
	mu   sync.Mutex
	all  map[string]struct{}
	ring []string // the oldest is at next once it is full
	next int
}

// add remembers something. False: it was remembered already.
func (m *memory) add(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.all[key]; known {
		return false
	}
	if m.all == nil {
		m.all = make(map[string]struct{})
	}
	if len(m.ring) < maxKept {
		m.ring = append(m.ring, key)
	} else {
		delete(m.all, m.ring[m.next])
		m.ring[m.next] = key
		m.next = (m.next + 1) % maxKept
	}
	m.all[key] = struct{}{}
	return true
}

func (m *memory) has(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.all[key]
	return known
}

const (
	maxAttempts = 5 // of one person, at a code
	attemptTime = 10 * time.Minute
	maxTrying   = 1000 // people
)

// attempts counts how often people have tried. The zero attempts is ready.
type attempts struct {
	mu    sync.Mutex
	times map[string][]time.Time
}

// allow tells whether somebody may try once more, and counts it. While too many people try, nobody may.
func (t *attempts) allow(who string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, all := range t.times {
		for len(all) > 0 && now.Sub(all[0]) >= attemptTime {
			all = all[1:]
		}
		if t.times[name] = all; len(all) == 0 {
			delete(t.times, name)
		}
	}
	if t.times == nil {
		t.times = make(map[string][]time.Time)
	}
	all := t.times[who]
	if len(all) >= maxAttempts || len(all) == 0 && len(t.times) >= maxTrying {
		return false
	}
	t.times[who] = append(all, now)
	return true
}
