package hub

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// G5, G2: reading what others hold is noted once an hour for each agent and session, over all nodes; one's own work never is.
func TestG5_ReadingOthersSessionsIsNoted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		var clock turned
		clock.now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		s := openAt(t, url, clock.time)
		waiting, held := s.write("ada", "hello"), s.write("bob", "hello")
		s.do(s.anna, core.Take{Session: held})
		discreet := s.boris
		discreet.Own = []core.DepartmentID{s.support}
		other := s.hub // on SQLite there is one node
		if strings.HasPrefix(url, "postgres") {
			other = s.node(url)
		}
		begun := len(s.audited())
		read := func(h *Hub, who core.Actor, sessions ...core.SessionID) int {
			t.Helper()
			if err := h.NoteReading(t.Context(), who, sessions...); err != nil {
				t.Fatal(err)
			}
			return len(s.audited()) - begun
		}
		for _, step := range []struct {
			what string
			past time.Duration
			on   *Hub
			who  core.Actor
			all  []core.SessionID
			want int
		}{
			{"an operator, the queue", 0, s.hub, s.boris, []core.SessionID{waiting}, 0},
			{"who holds it", 0, s.hub, s.anna, []core.SessionID{held}, 0},
			{"a stranger to the department", 0, s.hub, s.eve, []core.SessionID{held, waiting}, 0},
			{"who does not see what colleagues hold", 0, s.hub, discreet, []core.SessionID{held}, 0},
			{"a colleague", 0, s.hub, s.boris, []core.SessionID{held}, 1},
			{"once more", 59 * time.Minute, s.hub, s.boris, []core.SessionID{held}, 1},
			{"on another node", 0, other, s.boris, []core.SessionID{held}, 1},
			{"an hour later", time.Minute, other, s.boris, []core.SessionID{held}, 2},
			{"there, too", 0, s.hub, s.boris, []core.SessionID{held}, 2},
			{"a supervisor, all", 0, s.hub, s.sofia, []core.SessionID{waiting, held}, 4},
		} {
			clock.now = clock.now.Add(step.past)
			if got := read(step.on, step.who, step.all...); got != step.want {
				t.Errorf("%s: got %d entries, want %d", step.what, got, step.want)
			}
		}
		got := s.audited()[0]
		if got.Action != core.AuditTranscriptRead || got.Agent != s.sofia.Agent.ID || got.Subject != core.AuditedSession || got.Changes != "" {
			t.Errorf("got %+v", got)
		}
		s.do(s.boris, core.Join{Session: held})
		clock.now = clock.now.Add(2 * time.Hour)
		if got := read(s.hub, s.boris, held); got != 4 {
			t.Errorf("who has joined: got %d entries, want 4", got)
		}
	})
}

// turned is a clock that a test turns, while nobody looks.
type turned struct{ now time.Time }

func (c *turned) time() time.Time { return c.now }

// What cannot be noted is not read.
func TestG5_AReadingThatCannotBeNotedIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	held := s.write("bob", "hello")
	s.do(s.anna, core.Take{Session: held})
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	stopped := store.NewWriter(s.store, func(core.Committed) {}) // nobody runs it
	s.hub.writer = stopped
	if err := s.hub.NoteReading(t.Context(), s.anna, held); err != nil {
		t.Errorf("who holds it: %v", err)
	}
	if err := s.hub.NoteReading(ctx, s.boris, held); core.KindOf(err) != core.Unavailable {
		t.Errorf("a colleague: got %v, want unavailable", err)
	}
}
