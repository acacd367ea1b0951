package main

import (
	"fmt"
	"slices"
	"sync"
)

// screen is what a visitor's tab shows.
type screen struct {
	mu     sync.Mutex
	cursor string
	shown  []visitorEvent
}

// shown says what became of a frame.
type shown int

const (
	shownWhole shown = iota
	shownPart        // a snapshot that does not reach back to the beginning
	shownGap         // not shown: it continues from elsewhere
)

// held is the cursor to come back with.
func (s *screen) held() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursor
}

// show adds a frame of events; a snapshot replaces all.
func (s *screen) show(f visitorFrame) shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.After == nil {
		s.shown, s.cursor = slices.Clone(f.Events), f.Cursor
		if f.More {
			return shownPart
		}
		return shownWhole
	}
	if *f.After != s.cursor {
		return shownGap
	}
	s.shown, s.cursor = append(s.shown, f.Events...), f.Cursor
	return shownWhole
}

// before puts older events before what is shown, and tells whether there are more.
func (s *screen) before(f visitorFrame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(slices.Clone(f.Events), s.shown...)
	return f.More
}

func (s *screen) length() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.shown)
}

// lines is what the screen shows, a word for each event.
func (s *screen) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var c caption
	lines := make([]string, len(s.shown))
	for i, e := range s.shown {
		lines[i] = c.of(e.Kind, e.Text)
	}
	return lines
}

// standing is what the screen shows of messages as they stand: what was changed is applied in its order.
func (s *screen) standing() []visitorEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []visitorEvent
	place := map[string]int{}
	for _, e := range s.shown {
		at, known := place[e.About]
		switch {
		case e.Kind == "message":
			place[e.Ref] = len(all)
			all = append(all, e)
		case e.Kind == "edited" && known:
			all[at].Text = e.Text
		case e.Kind == "deleted" && known:
			all[at].Deleted = true
		}
	}
	return slices.DeleteFunc(all, func(e visitorEvent) bool { return e.Deleted })
}

// caption words the events of a conversation, so that no two are the same: messages by their text, which says who wrote it
// and which it is, all else by the session that it is in, counted from the first, and how often it has happened there.
type caption struct {
	session int
	told    map[string]int
}

func (c *caption) of(kind, text string) string {
	if text == silenceWarning {
		kind = "warned"
	}
	if kind == "message" {
		return text
	}
	if kind == "started" || c.told == nil {
		c.told = map[string]int{}
	}
	if kind == "started" {
		c.session++
	}
	c.told[kind]++
	return fmt.Sprintf("%s #%d.%d", kind, c.session, c.told[kind])
}
