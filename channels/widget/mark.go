package widget

import (
	"sync"
	"time"

	"parley/core"
)

// markPause is the least time between two read marks of a connection.
const markPause = time.Second

// mark is a read mark on its way to the hub: the newest is told, one at a time, with a pause between two. Its zero value
// is ready.
type mark struct {
	mu      sync.Mutex
	running sync.WaitGroup
	timer   *time.Timer // that of the telling under way, nil if there is none
	waiting core.EventID
	told    core.Time // when the last was
	ended   bool
}

// set wants a mark told, at once if the pause is over. tell gives the time when it was done.
func (m *mark) set(seen core.EventID, now core.Time, tell func(core.EventID) core.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = max(m.waiting, seen)
	if m.timer == nil && m.waiting != 0 && !m.ended {
		pause := time.Duration(0)
		if m.told != 0 {
			pause = min(max(markPause-now.Sub(m.told), 0), markPause)
		}
		m.start(pause, tell)
	}
}

// start begins a telling after the pause. The caller holds mu.
func (m *mark) start(pause time.Duration, tell func(core.EventID) core.Time) {
	m.running.Add(1)
	m.timer = time.AfterFunc(pause, func() { m.run(tell) })
}

func (m *mark) run(tell func(core.EventID) core.Time) {
	defer m.running.Done()
	m.mu.Lock()
	seen := m.waiting
	m.waiting = 0
	m.mu.Unlock()
	told := tell(seen)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told, m.timer = told, nil
	if m.waiting != 0 && !m.ended {
		m.start(markPause, tell)
	}
}

// end tells what still waits, and returns when nothing is under way.
func (m *mark) end(tell func(core.EventID) core.Time) {
	m.mu.Lock()
	m.ended = true
	timer := m.timer
	m.mu.Unlock()
	if timer != nil && timer.Stop() { // else it runs, or has run
		m.running.Done()
	}
	m.running.Wait()
	m.mu.Lock()
	seen := m.waiting
	m.mu.Unlock()
	if seen != 0 {
		tell(seen)
	}
}
