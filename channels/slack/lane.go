package slack

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// maxTurns is how many events may wait for their turn. One that comes then is not taken, and Slack sends it again.
const maxTurns = 1000

// lanes let what happens in one thread be done in its order, and different threads go at once. The zero lanes is ready.
type lanes struct {
	mu      sync.Mutex
	open    map[string][]*turn // by lane; the first is next
	busy    map[string]bool
	waiting int
}

// turn is a place in a lane.
type turn struct {
	lanes *lanes
	lane  string
	at    string // Slack's time of what happened
	ready bool   // it has been waited long enough for something older
	start chan struct{}
}

// enter takes a place in a lane. False: too many wait.
func (l *lanes) enter(lane, at string) (*turn, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= maxTurns {
		return nil, false
	}
	if l.open == nil {
		l.open, l.busy = make(map[string][]*turn), make(map[string]bool)
	}
	t := &turn{lanes: l, lane: lane, at: at, start: make(chan struct{})}
	all := l.open[lane]
	place, _ := slices.BinarySearchFunc(all, t, func(x, y *turn) int {
		if later(x.at, y.at) {
			return 1
		}
		return -1 // of two at one time, the first to come goes first
	})
	l.open[lane] = slices.Insert(all, place, t)
	l.waiting++
	return t, true
}

// wait waits until it is the turn's time, hold at least. The error says that ctx has ended, and the turn is over. Otherwise leave ends it.
func (t *turn) wait(ctx context.Context, hold time.Duration) error {
	wait(ctx, hold)
	t.lanes.mu.Lock()
	t.ready = true
	t.lanes.advance(t.lane)
	t.lanes.mu.Unlock()
	select {
	case <-t.start:
		return nil
	case <-ctx.Done():
		t.drop()
		return ctx.Err()
	}
}

// advance lets the next go, if it is ready. What is older than the next goes before it, even if it came later.
func (l *lanes) advance(lane string) {
	all := l.open[lane]
	if l.busy[lane] || len(all) == 0 || !all[0].ready {
		return
	}
	l.busy[lane] = true
	close(all[0].start)
	l.remove(lane, 0)
}

func (l *lanes) remove(lane string, i int) {
	l.waiting--
	if l.open[lane] = slices.Delete(l.open[lane], i, i+1); len(l.open[lane]) == 0 {
		delete(l.open, lane)
	}
}

// leave lets the next one go.
func (t *turn) leave() {
	t.lanes.mu.Lock()
	defer t.lanes.mu.Unlock()
	delete(t.lanes.busy, t.lane)
	t.lanes.advance(t.lane)
}

// drop gives the place up.
func (t *turn) drop() {
	t.lanes.mu.Lock()
	i := slices.Index(t.lanes.open[t.lane], t)
	if i >= 0 {
		t.lanes.remove(t.lane, i)
		t.lanes.advance(t.lane)
	}
	t.lanes.mu.Unlock()
	if i < 0 { // its time has just come
		t.leave()
	}
}

// later tells whether one of Slack's timestamps is after another: "1700000000.000100".
func later(x, y string) bool {
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) > 0
}
