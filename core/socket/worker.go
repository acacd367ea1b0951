package socket

import "sync"

// maxIdleWorkers is how many workers of a group are kept for the next frame.
const maxIdleWorkers = 32

// worker is a goroutine that lends readers its stack. A handler needs a deep one, and a stack that has grown shrinks no
// further than to four times what stays in use, which is more than all else that an idle connection costs. So readers,
// which wait most of the time, call no handler themselves.
type worker struct {
	job  chan func()
	done chan struct{}
}

// workers are a group's. A reader takes one, waits for it and gives it back; there are as many as readers that wait, and
// a few that are kept.
type workers struct {
	tasks *sync.WaitGroup

	mu      sync.Mutex
	idle    []*worker
	stopped bool
}

// run calls f on a worker's stack and returns when f has. The caller holds a place in tasks; f does not panic.
func (ws *workers) run(f func()) {
	w := ws.take()
	w.job <- f
	<-w.done
	ws.keep(w)
}

func (ws *workers) take() *worker {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if n := len(ws.idle); n > 0 {
		w := ws.idle[n-1]
		ws.idle[n-1] = nil
		ws.idle = ws.idle[:n-1]
		return w
	}
	w := &worker{make(chan func(), 1), make(chan struct{}, 1)}
	ws.tasks.Add(1)
	go func() {
		defer ws.tasks.Done()
		for f := range w.job {
			f()
			w.done <- struct{}{}
		}
	}()
	return w
}

func (ws *workers) keep(w *worker) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.stopped || len(ws.idle) >= maxIdleWorkers {
		close(w.job)
		return
	}
	ws.idle = append(ws.idle, w)
}

// stop ends the workers that are idle, and the others when they are given back.
func (ws *workers) stop() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.stopped = true
	for _, w := range ws.idle {
		close(w.job)
	}
	ws.idle = nil
}
