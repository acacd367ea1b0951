package web

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/feed"
	"parley/core/socket"
)

const (
	maxFollowed   = 50              // sessions that one socket follows
	typingEvery   = 3 * time.Second // how often a client may say that its agent writes
	streamTimeout = 10 * time.Second
)

// follower is one open socket: what the feed tells it, it passes on or owes. Events of followed sessions are passed on at
// once. Rows of lists, counters and the cursor are owed and paid by the stream, and the cursor moves only with the rows of
// all that happened before it: whoever comes back with a cursor lacks nothing.
type follower struct {
	stream *stream
	agent  core.AgentID
	again  func(context.Context) (core.Actor, error) // who it is by now
	after  string                                    // the cursor from which the client wants to continue
	conn   *socket.Conn
	stop   func()

	typed map[core.SessionID]core.Time // of the reader alone

	mu       sync.Mutex // never held while the feed or the store is asked
	actor    core.Actor
	began    bool         // the feed has said its first word
	held     core.EventID // the cursor that the client has
	reached  core.EventID // how far the feed has told
	followed map[core.SessionID]struct{}
	owed     map[core.SessionID]struct{} // rows
	count    bool                        // counters may be others
	suspect  bool                        // rights may be others
	shown    []byte                      // the counters that the client has
}

// Open begins to follow.
func (f *follower) Open(c *socket.Conn) {
	f.conn = c
	ctx, cancel := context.WithTimeout(context.Background(), streamTimeout)
	defer cancel()
	f.stream.enter(f)
	after, err := f.stream.server.feed.Place(ctx, f.after)
	if err == nil {
		f.stop, err = f.stream.server.feed.Follow(ctx, f.who().Scope(), after, f)
	}
	if err != nil {
		f.stream.server.log.Warn("stream not begun", "error", err)
		c.Close(socket.CloseInternal, "come back")
	}
}

// Closed ends what Open began.
func (f *follower) Closed(*socket.Conn) {
	if f.stop != nil {
		f.stop()
	}
	f.stream.leave(f)
}

// Message takes a client's frame.
func (f *follower) Message(c *socket.Conn, b []byte) {
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil || members == nil {
		c.Close(socket.CloseBadFrame, "not a JSON object")
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), streamTimeout)
	defer cancel()
	var frame ClientFrame
	var err error
	_ = json.Unmarshal(members["type"], &frame.Type) // what has no type is unknown, and ignored like all that is
	switch frame.Type {
	case "ping":
		c.Send(pong)
	case "follow":
		if err = json.Unmarshal(members["sessions"], &frame.Sessions); err == nil {
			f.follow(ctx, frame.Sessions)
		}
	case "typing":
		if err = json.Unmarshal(members["session"], &frame.Session); err == nil {
			f.typing(ctx, frame.Session)
		}
	}
	if err != nil {
		c.Close(socket.CloseBadFrame, "a member is not of its kind")
	}
}

// follow replaces the set of followed sessions by those of the given that the agent may see.
func (f *follower) follow(ctx context.Context, names []string) {
	var ids []core.SessionID
	for _, name := range names[:min(len(names), maxFollowed)] {
		if id, err := core.ParseID[core.SessionID](name); err == nil {
			ids = append(ids, id)
		}
	}
	rows, err := f.stream.server.store.Summaries(ctx, f.who().Scope(), ids)
	if err != nil {
		f.stream.server.log.WarnContext(ctx, "sessions to follow not read", "error", err)
		f.conn.Close(socket.CloseInternal, "come back")
		return
	}
	seen := make(map[core.SessionID]struct{}, len(rows))
	for _, r := range rows {
		seen[r.ID] = struct{}{}
	}
	following := FollowingFrame{Type: "following", Sessions: []string{}}
	for _, id := range ids {
		if _, ok := seen[id]; ok && !slices.Contains(following.Sessions, id.String()) {
			following.Sessions = append(following.Sessions, id.String())
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.followed = seen
	following.Cursor = f.cursor(f.reached)
	f.conn.Send(encode(following)) // within the lock: what the feed tells next comes after it
}

// typing tells that the agent writes. What the hub refuses is nothing to show.
func (f *follower) typing(ctx context.Context, name string) {
	id, err := core.ParseID[core.SessionID](name)
	now := core.At(f.stream.server.clock())
	if last, ok := f.typed[id]; err != nil || ok && now.Sub(last) < typingEvery {
		return
	}
	if f.typed == nil || len(f.typed) >= maxFollowed {
		f.typed = map[core.SessionID]core.Time{}
	}
	f.typed[id] = now
	if _, err := f.stream.server.hub.Do(ctx, f.who(), core.Typing{Session: id}, ""); core.KindOf(err) == "" && err != nil {
		f.stream.server.log.ErrorContext(ctx, "typing not told", "error", err)
	}
}

func (f *follower) who() core.Actor {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.actor
}

// cursor is how a place in the log is called to the client.
func (f *follower) cursor(at core.EventID) string { return f.stream.server.feed.Cursor(at) }

// Begin is the feed's first word.
func (f *follower) Begin(cursor core.EventID, resumed bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held, f.reached, f.count, f.began = cursor, cursor, true, true
	f.suspect = true // what changed since the request was let in has not been heard
	f.stream.owe(f)
	return f.conn.Send(encode(HelloFrame{"hello", f.cursor(cursor), resumed}))
}

// Batch passes on the events of followed sessions, and owes the rest.
func (f *follower) Batch(b feed.Batch) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reached = b.Cursor
	var passed [][]byte
	var changed []string
	for i := range b.Events {
		e := &b.Events[i]
		if e.Session == 0 {
			if what := f.setting(e); what != "" && !slices.Contains(changed, what) {
				changed = append(changed, what)
			}
			continue
		}
		f.touch(e.Session)
		f.count = f.count || countsChange(e.Kind)
		if _, ok := f.followed[e.Session]; ok {
			passed = append(passed, f.stream.encoded(e))
		}
	}
	for _, t := range b.Touched {
		f.touch(t.Session)
	}
	f.stream.owe(f)
	for _, what := range changed {
		if !f.conn.Send(encode(ChangedFrame{"changed", what})) {
			return false
		}
	}
	held := f.cursor(f.held)
	return len(passed) == 0 || f.conn.Send(eventsText(held, held, passed))
}

// setting says what a change of settings changed, "" for what clients do not show.
func (f *follower) setting(e *core.Event) string {
	switch e.Kind {
	case core.EventLoginEnded:
		f.suspect = true
	case core.EventAgentChanged:
		f.suspect = f.suspect || e.Target == f.actor.Agent.ID
		f.stream.renamed()
		return "agent"
	case core.EventDepartmentChanged:
		return "department"
	case core.EventChannelChanged:
		return "channel"
	}
	return ""
}

func (f *follower) touch(id core.SessionID) {
	if f.owed == nil {
		f.owed = map[core.SessionID]struct{}{}
	}
	f.owed[id] = struct{}{}
}

// countsChange tells whether an event moves sessions into or out of the queue or somebody's hands. Messages and read marks
// change the count of who holds the session only, which its row tells.
func countsChange(k core.EventKind) bool {
	switch k {
	case core.EventStarted, core.EventTaken, core.EventAssigned, core.EventReleased, core.EventTransferred, core.EventEnded,
		core.EventReopened:
		return true
	}
	return false
}

// Hint passes on that somebody else writes in a followed session.
func (f *follower) Hint(h core.Hint) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.followed[h.Session]; !ok || h.Agent != 0 && h.Agent == f.actor.Agent.ID {
		return true
	}
	return f.conn.Send(encode(TypingFrame{"typing", h.Session.String(), string(h.By), h.Agent.String(), h.Name}))
}
