package widget

import (
	"iter"

	"parley/core"
)

// Visited tells whether anybody is connected here.
func (w *Widget) Visited() bool {
	found := false
	w.each(func(*visitor) { found = true })
	return found
}

// SetWaits says who waits, and how they stand in the queue. Who is connected learns of it where it is news to them.
func (w *Widget) SetWaits(all map[core.Talk]core.Wait) {
	w.waits.Store(&all)
	w.each((*visitor).tell)
}

// Talks gives where those write who are connected here, each as often as they are.
func (w *Widget) Talks() iter.Seq[core.Talk] {
	return func(yield func(core.Talk) bool) {
		more := true
		w.each(func(v *visitor) {
			if at, greeted := v.talk(); greeted && more {
				more = yield(at)
			}
		})
	}
}
