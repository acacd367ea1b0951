package web

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/feed"
	"parley/core/socket"
)

const (
	maxFollowed   = 50              // sessions that one socket follows
	maxKept       = 1000            // events that wait for a look at whether they may be seen: about what the socket's buffer takes
	maxGone       = 4096            // sessions of which is known that the client knows that they are gone
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

	scope core.Scope                   // does not change while the socket is open
	typed map[core.SessionID]core.Time // of the reader alone

	mu       sync.Mutex // never held while the feed or the store is asked
	actor    core.Actor
	began    bool                        // the feed has said its first word
	held     core.EventID                // the cursor that the client has
	reached  core.EventID                // how far the feed has told
	followed map[core.SessionID]bool     // false: it may not be the agent's to see any more
	owed     map[core.SessionID]bool     // rows; true: where it is not the agent's to see, the client is told that it is gone
	kept     map[core.SessionID][][]byte // events of followed sessions that wait for a row to show whether they may be seen
	keeps    int                         // how many those are
	gone     map[core.SessionID]struct{} // sessions of which the client knows that they are gone
	count    bool                        // counters may be others
	suspect  bool                        // rights may be others
	watched  map[core.SessionID]struct{} // followed sessions that may be somebody else's now
	shown    []byte                      // the counters that the client has
}

// Open begins to follow.
func (f *follower) Open(c *socket.Conn) {
	f.conn = c
	ctx, cancel := context.WithTimeout(context.Background(), streamTimeout)
	defer cancel()
	f.scope = f.who().Scope()
	f.stream.enter(f)
	after, err := f.stream.server.feed.Place(ctx, f.after)
	if err == nil {
		f.stop, err = f.stream.server.feed.Follow(ctx, f.scope, after, f)
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
	rows, err := f.stream.server.store.Summaries(ctx, f.scope, ids)
	if err != nil {
		f.stream.server.log.WarnContext(ctx, "sessions to follow not read", "error", err)
		f.conn.Close(socket.CloseInternal, "come back")
		return
	}
	seen := make(map[core.SessionID]bool, len(rows))
	for _, r := range rows {
		seen[r.ID] = true
	}
	if err := f.stream.server.hub.NoteReading(ctx, f.who(), slices.Collect(maps.Keys(seen))...); err != nil {
		f.stream.server.log.WarnContext(ctx, "sessions not followed: that cannot be noted", "error", err)
		f.conn.Close(socket.CloseInternal, "come back")
		return
	}
	following := FollowingFrame{Type: "following", Sessions: []string{}}
	for _, id := range ids {
		if seen[id] && !slices.Contains(following.Sessions, id.String()) {
			following.Sessions = append(following.Sessions, id.String())
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range rows {
		seen[r.ID] = !f.scope.Narrow(r.Department) || !f.owed[r.ID] // else its row tells, soon
	}
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
		narrow := f.scope.Narrow(e.Department) || e.Former != 0 && f.scope.Narrow(e.Former)
		f.touch(e.Session, !narrow || withdraws(e.Kind))
		f.count = f.count || countsChange(e.Kind)
		if _, ok := f.followed[e.Session]; !ok {
			continue
		}
		f.watch(e)
		if !narrow {
			passed = append(passed, f.stream.encoded(e))
		} else if !f.keep(e) {
			return false
		}
	}
	for _, t := range b.Touched {
		f.touch(t.Session, !f.scope.Narrow(t.Department))
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
	case core.EventGroupChanged:
		if f.actor.Agent.Admin {
			return "group"
		}
	case core.EventHookChanged:
		if f.actor.Agent.Admin {
			return "hook"
		}
	case core.EventBindingChanged:
		if f.actor.Agent.Admin {
			return "binding"
		}
	case core.EventDepartmentChanged:
		f.suspect = true // what operators see there may be other
		return "department"
	case core.EventDepartmentSwitched:
		return "department"
	case core.EventChannelChanged:
		return "channel"
	}
	return ""
}

// watch notes that whoever follows a session may be a stranger to it from now on.
func (f *follower) watch(e *core.Event) {
	switch e.Kind {
	case core.EventTaken, core.EventAssigned, core.EventTransferred:
		if f.watched == nil {
			f.watched = map[core.SessionID]struct{}{}
		}
		f.watched[e.Session] = struct{}{}
	}
}

// keep keeps an event of a followed session until its row shows whether the agent may see it: that says the store, which the feed does not wait
// for. False: there are too many, and the client shall come back from its cursor.
func (f *follower) keep(e *core.Event) bool {
	if f.kept == nil {
		f.kept = map[core.SessionID][][]byte{}
	}
	f.followed[e.Session] = f.followed[e.Session] && !withdraws(e.Kind)
	f.kept[e.Session] = append(f.kept[e.Session], f.stream.encoded(e))
	f.keeps++
	return f.keeps <= maxKept
}

// touch owes the client a session's row; tell says that where the agent does not see it, they are told that it is gone.
func (f *follower) touch(id core.SessionID, tell bool) {
	if f.owed == nil {
		f.owed = map[core.SessionID]bool{}
	}
	f.owed[id] = f.owed[id] || tell
}

// withdraws tells whether an event may take a session from the eyes of who sees only the queue and their own: it is somebody's now, or is not
// theirs any more.
func withdraws(k core.EventKind) bool { return countsChange(k) || k == core.EventLeft }

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
	if !f.followed[h.Session] || h.Agent != 0 && h.Agent == f.actor.Agent.ID {
		return true
	}
	return f.conn.Send(encode(TypingFrame{"typing", h.Session.String(), string(h.By), h.Agent.String(), h.Name}))
}
