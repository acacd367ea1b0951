package store

import (
	"cmp"
	"context"
	"slices"

	"parley/core"
)

// eventColumns and eventTables read events, with the conversation of their session.
const (
	eventColumns = `l.id, l.at, l.kind, l.department, COALESCE(l.session, 0) AS session, COALESCE(l.seq, 0) AS seq, l.actor_kind, l.actor,
	l.name, l.audience, l.target, l.outcome, l.text, COALESCE(l.dedupe, '') AS dedupe,
	l.about, l.former, l.data, l.state, l.reason, l.edited_at, l.deleted_at,
	COALESCE(s.channel, 0) AS channel, COALESCE(s.conversation, '') AS conversation`
	eventTables = ` FROM log l LEFT JOIN sessions s ON s.id = l.session `

	selectEvent  = "SELECT " + eventColumns + eventTables
	selectRepeat = "SELECT " + eventColumns + ", l.body_hash" + eventTables
)

const selectGeneration = `SELECT generation FROM installation`

// Generation tells the log from the one that it continues after a restore.
func (s *Store) Generation(ctx context.Context) (core.Generation, error) {
	return one[core.Generation](ctx, s, "store.Generation", selectGeneration)
}

const selectHead = `SELECT COALESCE(max(id), 0) FROM log`

// LogHead gives the newest event's id, 0 while there is none.
func (s *Store) LogHead(ctx context.Context) (core.EventID, error) {
	return one[core.EventID](ctx, s, "store.LogHead", selectHead)
}

const selectLogAfter = selectEvent + `WHERE l.id > ? ORDER BY l.id LIMIT ?`

// LogAfter gives at most limit events after the place, in order. Ids are dense, so a page without a hole proves that nothing is missing.
func (s *Store) LogAfter(ctx context.Context, after core.EventID, limit int) ([]core.Event, error) {
	return all[core.Event](ctx, s, "store.LogAfter", selectLogAfter, after, limit)
}

const selectConversationAfter = selectEvent + `WHERE s.channel = ? AND s.conversation = ? AND l.id > ? AND l.audience = 'everyone'
	ORDER BY l.id LIMIT ?`

// ConversationAfter gives at most limit events after the place, in order, that the conversation's customer may see.
func (s *Store) ConversationAfter(ctx context.Context, c core.ChannelID, conversation core.RemoteID, after core.EventID, limit int) ([]core.Event, error) {
	return all[core.Event](ctx, s, "store.ConversationAfter", selectConversationAfter, c, conversation, after, limit)
}

const (
	// A conversation's sessions follow each other, so their newest events are walked session by session.
	selectConversationSessions = `SELECT id FROM sessions WHERE channel = ? AND conversation = ? AND id < ? ORDER BY id DESC LIMIT 20`
	selectSessionBefore        = selectEvent + `WHERE l.session = ? AND l.id < ? AND l.audience = 'everyone' ORDER BY l.seq DESC LIMIT ?`
)

// ConversationBefore gives at most limit events before the place (0: from the end), oldest first, that the conversation's customer may
// see, over all its sessions, and whether there are more.
func (s *Store) ConversationBefore(ctx context.Context, c core.ChannelID, conversation core.RemoteID, before core.EventID, limit int) ([]core.Event, bool, error) {
	const op = "store.ConversationBefore"
	if before == 0 {
		before = core.EventID(newest)
	}
	var events []core.Event
	below := core.SessionID(newest)
	for len(events) <= limit {
		sessions, err := all[core.SessionID](ctx, s, op, selectConversationSessions, c, conversation, below)
		if err != nil {
			return nil, false, err
		}
		if len(sessions) == 0 {
			break
		}
		for _, id := range sessions {
			below = id
			rows, err := all[core.Event](ctx, s, op, selectSessionBefore, id, before, limit+1-len(events))
			if err != nil {
				return nil, false, err
			}
			if events = append(events, rows...); len(events) > limit {
				break
			}
		}
	}
	more := len(events) > limit
	if more {
		events = events[:limit]
	}
	slices.Reverse(events)
	return events, more, nil
}

// A conversation's newest session with such a message comes first, and ends the search.
const selectConversationRead = `SELECT COALESCE((SELECT x.id FROM (
	SELECT s.id AS session, (SELECT l.id FROM log l WHERE l.session = s.id AND l.kind = 'message' AND l.actor_kind = 'customer'
		AND l.seq <= (SELECT max(p.read_seq) FROM participants p WHERE p.session = s.id AND p.joined_at <> 0)
		ORDER BY l.seq DESC LIMIT 1) AS id
	FROM sessions s WHERE s.channel = ? AND s.conversation = ?) x
	WHERE x.id IS NOT NULL ORDER BY x.session DESC LIMIT 1), 0)`

// ConversationRead gives the newest of the customer's messages that agents who joined its session have read, 0 if there is none. Who only
// looked at the queue does not count.
func (s *Store) ConversationRead(ctx context.Context, c core.ChannelID, conversation core.RemoteID) (core.EventID, error) {
	return one[core.EventID](ctx, s, "store.ConversationRead", selectConversationRead, c, conversation)
}

const selectMessageIn = selectEvent + `WHERE l.id = ? AND l.kind = 'message' AND ` + seen

// MessageIn gives a message as it stands; NotFound if the scope does not see it: whoever sees a session sees what was said in it, also where
// that was in another department.
func (s *Store) MessageIn(ctx context.Context, scope core.Scope, id core.EventID) (core.Event, error) {
	const op = "store.MessageIn"
	if len(scope.Departments) == 0 {
		return core.Event{}, missing(op)
	}
	rows, err := all[core.Event](ctx, s, op, selectMessageIn, with([]any{id}, scope)...)
	if err != nil || len(rows) == 0 {
		return core.Event{}, cmp.Or(err, missing(op))
	}
	return rows[0], nil
}

const (
	selectMessagesAfter  = selectEvent + `WHERE l.session = ? AND l.seq > ? ORDER BY l.seq LIMIT ?`
	selectMessagesBefore = selectEvent + `WHERE l.session = ? AND l.seq < ? ORDER BY l.seq DESC LIMIT ?`
)

// Messages gives a part of a session's events in the order of seq, and whether there are more in the direction asked for: those after a
// seq, or, with after 0, the newest before a seq (0: from the end). NotFound if the scope does not see the session.
func (s *Store) Messages(ctx context.Context, scope core.Scope, id core.SessionID, before, after int64, limit int) ([]core.Event, bool, error) {
	const op = "store.Messages"
	if _, err := s.Session(ctx, scope, id); err != nil {
		return nil, false, err
	}
	var rows []core.Event
	var err error
	if after > 0 {
		rows, err = all[core.Event](ctx, s, op, selectMessagesAfter, id, after, limit+1)
	} else {
		if before == 0 {
			before = newest
		}
		rows, err = all[core.Event](ctx, s, op, selectMessagesBefore, id, before, limit+1)
	}
	if err != nil {
		return nil, false, err
	}
	more := len(rows) > limit
	if more {
		rows = rows[:limit]
	}
	if after == 0 {
		slices.Reverse(rows)
	}
	return rows, more, nil
}
