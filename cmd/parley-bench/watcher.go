package main

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// watcher is an agent's screen: it follows sessions on the event stream, comes back with its cursor after every crash, and
// fetches what it missed, as web/STREAM.md tells clients to.
type watcher struct {
	siege    *siege
	api      *agentAPI
	sessions []string

	cursor string
	mu     sync.Mutex
	held   map[string][]logEvent // by session, seq 1 first
}

func newWatcher(s *siege, api *agentAPI, sessions []string) *watcher {
	return &watcher{siege: s, api: api, sessions: sessions, held: map[string][]logEvent{}}
}

// run stays connected until ctx ends.
func (w *watcher) run(ctx context.Context) {
	for w.siege.gate.wait(ctx) {
		frames := make(chan []byte, 1<<16)
		l, err := w.api.dialStream(w.cursor, func(b []byte) { frames <- slices.Clone(b) })
		if err != nil {
			pause(ctx, time.Millisecond)
			continue
		}
		release := context.AfterFunc(ctx, l.hangUp)
		go func() {
			_ = l.run() // it ends with every crash
			close(frames)
		}()
		w.read(ctx, l, frames)
		release()
		l.hangUp()
		for range frames { // what came after the end of reading is fetched again
		}
		w.siege.reconnects.Add(1)
	}
}

// read takes the frames of one connection, until it ends or the watcher has to come back.
func (w *watcher) read(ctx context.Context, l *line, frames <-chan []byte) {
	following := false
	for b := range frames {
		var f streamFrame
		if err := json.Unmarshal(b, &f); err != nil {
			w.siege.fail("the agent's stream has a frame that is not as it should be: %v", err)
			return
		}
		switch f.Type {
		case "hello":
			if w.cursor != "" && !f.Resumed {
				w.siege.snapshots.Add(1)
			}
			w.cursor = f.Cursor
			if l.send(follow(w.sessions)) != nil {
				return
			}
		case "following":
			var sessions []string
			if err := json.Unmarshal(f.Sessions, &sessions); err != nil || len(sessions) != len(w.sessions) {
				w.siege.fail("the agent follows %d sessions and was granted %d", len(w.sessions), len(sessions))
				return
			}
			if w.catchUp(ctx) != nil {
				return
			}
			following = true
		case "events":
			if f.After != w.cursor {
				w.siege.gaps.Add(1)
				return
			}
			for _, e := range f.Events {
				w.merge(e, following)
			}
			w.cursor = f.Cursor
		}
	}
}

// catchUp fetches what is newer than what is held.
func (w *watcher) catchUp(ctx context.Context) error {
	for _, session := range w.sessions {
		events, err := w.api.events(ctx, session, int64(len(w.events(session))))
		if err != nil {
			return err
		}
		for _, e := range events {
			w.merge(e, true)
		}
	}
	return nil
}

// merge adds an event by its seq. complete says that nothing may be missing before it.
func (w *watcher) merge(e logEvent, complete bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	held := w.held[e.Session]
	switch next := int64(len(held)) + 1; {
	case e.Seq == next:
		w.held[e.Session] = append(held, e)
	case e.Seq > next && complete:
		w.siege.fail("the agent's stream went from seq %d to %d in %s", next-1, e.Seq, e.Session)
	case e.Seq < next && held[e.Seq-1].ID != e.ID:
		w.siege.fail("the agent's stream has two events with seq %d in %s", e.Seq, e.Session)
	}
}

func (w *watcher) events(session string) []logEvent {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held[session]
}
