package socket

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestWorkersRunAllAtOnceAndKeepAFew(t *testing.T) {
	t.Parallel()
	var tasks sync.WaitGroup
	ws := workers{tasks: &tasks}
	const readers = 3 * maxIdleWorkers
	var ran atomic.Int64
	var all, done sync.WaitGroup
	all.Add(readers)
	for range readers {
		tasks.Add(1)
		done.Go(func() {
			defer tasks.Done()
			ws.run(func() {
				ran.Add(1)
				all.Done()
				all.Wait() // none waits for another's worker
			})
		})
	}
	done.Wait()
	if got := ran.Load(); got != readers {
		t.Errorf("calls: got %d, want %d", got, readers)
	}
	if got := len(ws.idle); got != maxIdleWorkers {
		t.Errorf("idle workers: got %d, want %d", got, maxIdleWorkers)
	}
	ws.stop()
	tasks.Wait() // forever, if one is left
	ws.run(func() { ran.Add(1) })
	tasks.Wait()
	if got := ran.Load(); got != readers+1 {
		t.Errorf("calls after stop: got %d, want %d", got, readers+1)
	}
}
