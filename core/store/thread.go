package store

import (
	"cmp"
	"context"
	"slices"

	"parley/core"
)

const (
	selectThread = `SELECT session FROM threads WHERE channel = ? AND room = ? AND thread = ?`
	insertThread = `INSERT INTO threads (channel, room, thread, session, made_at, seq, lost) VALUES (?, ?, ?, ?, ?, ?, FALSE)
	ON CONFLICT (channel, room, thread) DO NOTHING`
	selectLive = `SELECT thread FROM threads WHERE channel = ? AND room = ? AND session = ? AND NOT lost ORDER BY made_at DESC LIMIT 1`
	selectSaid = `SELECT thread FROM parts WHERE message = ? AND channel = ? AND room = ? AND said ORDER BY no LIMIT 1`
	catchUp    = `UPDATE threads SET seq = ? WHERE channel = ? AND room = ? AND thread = ?`
	loseThread = `UPDATE threads SET lost = TRUE WHERE channel = ? AND room = ? AND thread = ?`
)

// ThreadSession gives the session that is shown in a thread, or was; NotFound if there is none.
func (s *Store) ThreadSession(ctx context.Context, c core.ChannelID, at core.Address) (core.SessionID, error) {
	return one[core.SessionID](ctx, s, "store.ThreadSession", selectThread, c, string(at.Conversation), string(at.Thread))
}

// AddThread notes where a session is shown. seq is how far it had come: what was said until then the thread may tell in short.
func (w *Work) AddThread(s core.SessionID, c core.ChannelID, at core.Address, seq int64) {
	w.change(insertThread, c, string(at.Conversation), string(at.Thread), s, w.Now(), seq)
}

// CatchUp notes that a thread has told in short what it had not shown, up to seq.
func (w *Work) CatchUp(c core.ChannelID, at core.Address, seq int64) {
	w.change(catchUp, seq, c, string(at.Conversation), string(at.Thread))
}

// LoseThread notes that nothing can be shown there any more.
func (w *Work) LoseThread(c core.ChannelID, at core.Address) {
	w.change(loseThread, c, string(at.Conversation), string(at.Thread))
}

// liveThread gives the thread that a surface has for a session; "" if there is none.
func (w *Work) liveThread(s core.SessionID, f core.Surface) (core.RemoteID, error) {
	var live core.RemoteID
	err := w.get(&live, selectLive, f.Channel, string(f.Room), s)
	if core.KindOf(err) == core.NotFound {
		return "", nil
	}
	return live, err
}

// stands tells whether what an event says stands in a surface's thread of the session already, because an agent has said it there: the event
// itself, or the message whose files it is about. What was said in a thread that is lost since does not.
func (w *Work) stands(s core.SessionID, f core.Surface, e core.Event, files []core.Media) (bool, error) {
	at := w.said
	if e.Kind == core.EventFile && len(files) > 0 {
		file, err := w.File(files[0].File)
		if err != nil {
			return false, err
		}
		at = core.Said{Channel: file.Channel, Room: file.Room}
		if at.At(f) {
			err = w.get(&at.Thread, selectSaid, e.About, f.Channel, string(f.Room))
			if core.KindOf(err) == core.NotFound || err == nil && at.Thread == "" { // taken back, or said before threads were noted
				return true, nil
			}
			if err != nil {
				return false, err
			}
		}
	}
	if !at.At(f) {
		return false, nil
	}
	live, err := w.liveThread(s, f)
	return live == at.Thread, err
}

// threadRow is a thread that a room has for a session, or had.
type threadRow struct {
	Session core.SessionID `db:"session"`
	Room    core.RemoteID  `db:"room"`
	Thread  core.RemoteID  `db:"thread"`
	Lost    bool           `db:"lost"`
	Seq     int64          `db:"seq"`
}

const selectThreads = `SELECT session, room, thread, lost, seq FROM threads WHERE channel = ? AND session IN (?) ORDER BY lost DESC, made_at`

const (
	cardColumns = `SELECT s.id, s.number, s.department, d.name AS team, h.slug AS channel, h.kind, c.name AS customer, s.state, s.outcome, s.assignee,
	COALESCE(a.name, '') AS holder, s.version, s.last_seq, s.messages, s.unread, s.preview, s.started_at, s.waiting_since, s.ended_at, s.unreachable,
	s.priority, s.tags, s.language, s.marks, s.snoozed_at, s.snoozed_until, s.woken, s.rating, s.rating_comment, ` + blockedOf + `,
	(SELECT count(*) FROM record_types rt WHERE rt.department = s.department AND rt.use = 'record' AND rt.removed_at = 0) AS types,
	(SELECT count(*) FROM records rc JOIN record_types rt ON rt.id = rc.type WHERE rc.session = s.id AND rt.use = 'record') AS made
	FROM sessions s JOIN departments d ON d.id = s.department JOIN channels h ON h.id = s.channel
	JOIN identities i ON i.id = s.identity JOIN customers c ON c.id = i.customer LEFT JOIN agents a ON a.id = s.assignee ` + joinBlocked
	selectCards = cardColumns + `WHERE s.id IN (?)`
	selectMine  = cardColumns + `WHERE s.assignee = ? AND s.ended_at = 0 AND s.department IN (?)
	ORDER BY s.waiting_since = 0, s.waiting_since, s.id LIMIT ?`
	selectCard = cardColumns + `WHERE s.id = ? AND ` + seen
)

// Card gives what surfaces show of a session; NotFound if there is none, or the scope does not see it.
func (s *Store) Card(ctx context.Context, scope core.Scope, id core.SessionID) (core.Card, error) {
	const op = "store.Card"
	cards, err := all[core.Card](ctx, s, op, selectCard, with([]any{id}, scope)...)
	if err != nil || len(cards) == 0 {
		return core.Card{}, cmp.Or(err, missing(op))
	}
	s.held(&cards[0].Blocked)
	return cards[0], s.recorded(ctx, cards)
}

// CardsOf gives the cards of the open sessions that the scope's agent holds, those that have waited longest first.
func (s *Store) CardsOf(ctx context.Context, scope core.Scope, limit int) ([]core.Card, error) {
	if len(scope.Departments) == 0 {
		return nil, nil
	}
	cards, err := all[core.Card](ctx, s, "store.CardsOf", selectMine, scope.Agent, scope.Departments, limit)
	for i := range cards {
		s.held(&cards[i].Blocked)
	}
	return cards, err
}

const selectRecent = selectEvent + `WHERE l.session = ? AND l.seq > ? AND l.kind = 'message' AND l.deleted_at = 0
	AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.channel = ? AND d.lane = ? AND d.verb = 'send' AND d.message = l.id)
	AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.message = l.id AND p.channel = ? AND p.room = ? AND p.thread = ? AND p.thread <> '') ORDER BY l.seq DESC LIMIT ?`

// maxRecent is how many of the last messages a new thread begins with, or one that the session comes back to catches up on.
const maxRecent = 10

// expose adds to tasks that are owed to surfaces what those show.
func (s *Store) expose(ctx context.Context, c core.ChannelID, tasks []Task) error {
	const op = "store.Tasks"
	var sessions []core.SessionID
	for _, t := range tasks {
		if t.Room != "" {
			sessions = append(sessions, t.Session)
		}
	}
	if len(sessions) == 0 {
		return nil
	}
	cards, err := all[core.Card](ctx, s, op, selectCards, sessions)
	if err != nil {
		return err
	}
	threads, err := all[threadRow](ctx, s, op, selectThreads, c, sessions)
	if err != nil {
		return err
	}
	served, err := all[core.Surface](ctx, s, op, selectServed, c)
	if err != nil {
		return err
	}
	if err := s.recorded(ctx, cards); err != nil {
		return err
	}
	cardOf := map[core.SessionID]core.Card{}
	for _, card := range cards {
		s.held(&card.Blocked)
		cardOf[card.Session] = card
	}
	moved, err := all[move](ctx, s, op, selectMoves, c)
	if err != nil {
		return err
	}
	for i := range tasks {
		t := &tasks[i]
		if t.Room == "" {
			continue
		}
		t.trace(moved, threads, served)
		t.Card = cardOf[t.Session]
		t.Served = slices.ContainsFunc(served, func(f core.Surface) bool { return f.Room == t.Room })
		t.Card.Moved = gone(served, t.Room, t.Card)
		for _, r := range threads {
			if r.Session == t.Session && r.Room == t.Room && !r.Lost {
				t.Thread, t.seq = r.Thread, r.Seq
			}
		}
		if t.Verb == core.OutOpen || t.Thread == "" && t.Verb != core.OutCard && t.Verb != core.OutAlert {
			if t.Recent, err = s.recent(ctx, t); err != nil {
				return err
			}
		}
	}
	return s.readers(ctx, c, tasks)
}

// gone says why a room shows nothing more of a session, if that is so.
func gone(served []core.Surface, room core.RemoteID, c core.Card) core.Moved {
	why := core.MovedDepartment
	for _, f := range served {
		switch {
		case f.Room != room || f.Department != c.Department:
		case f.Shows(c.Department, c.Priority, c.Language):
			return ""
		case f.Priorities.Has(c.Priority):
			why = core.MovedLanguage
		default:
			why = core.MovedPriority
		}
	}
	return why
}

// recent gives the last messages of a session that the thread has not shown, and that are not owed to it themselves, oldest first: what a new
// one begins with.
func (s *Store) recent(ctx context.Context, t *Task) ([]core.Event, error) {
	events, err := all[core.Event](ctx, s, "store.Tasks", selectRecent,
		t.Session, t.seq, t.Channel, t.Lane, t.Channel, string(t.Room), string(t.Thread), maxRecent)
	slices.Reverse(events)
	return events, err
}
