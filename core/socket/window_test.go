package socket

import (
	"testing"
	"time"

	"parley/core"
)

func TestWindow(t *testing.T) {
	t.Parallel()
	var w Window
	start := core.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	steps := []struct {
		after time.Duration
		want  bool
	}{
		{0, true}, {time.Second, true}, {2 * time.Second, true},
		{3 * time.Second, false}, {4999 * time.Millisecond, false},
		{5 * time.Second, true}, {6 * time.Second, true}, {7 * time.Second, true}, {8 * time.Second, false},
		{time.Hour, true},
		{time.Minute, true}, // the clock went back: a new window, not an hour without frames
	}
	for i, s := range steps {
		if got := w.Allow(start.Add(s.after), 3, 5*time.Second); got != s.want {
			t.Errorf("step %d after %v: got %v, want %v", i, s.after, got, s.want)
		}
	}
}
