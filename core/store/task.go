package store

import (
	"context"
	"slices"

	"parley/core"
)

// Task is a lane's head with all that is needed to do it, as it stands now.
type Task struct {
	core.Delivery
	Message      core.Event
	Conversation core.RemoteID
	QueueSeq     int64           // of the session's message that tells its place in the queue; zero: there is none
	QueueText    string          // … and what that is to say
	Parts        []core.RemoteID // of the message where it is owed, as pick says; of OutTell what was told of it there
	File         core.File       // OutFile, OutFetch
	ReplyTo      core.RemoteID   // the first part there of what the message answers

	// Of what is owed to a surface.
	Card    core.Card
	Served  bool            // the room is a surface still
	Thread  core.RemoteID   // "": there is none
	MovedTo core.RemoteID   // the room is a surface no longer, because it was moved to this one; "" otherwise
	Former  core.Address    // the thread that the session had last in a room that was moved to this one, zero if none
	Recent  []core.Event    // where there is no thread, or OutOpen comes to one: the last messages that it has not shown and that are not owed to it, oldest first
	Calls   []core.RemoteID // of an OutWarn: as whom the channel knows who holds the session
	Reader  core.AgentID    // of an OutAlert: whom the channel knows by the room's name; zero: nobody any more
	Role    core.Role       // … and what they are in the session's department
	Late    bool            // of an edit or a deletion: the thread has told the message in short at most, and did so before the change
	seq     int64           // how far the session had come when the thread began
}

// taskPart is a part of a message: of its text, or a file.
type taskPart struct {
	partOf
	Remote core.RemoteID `db:"remote"`
	Thread core.RemoteID `db:"thread"` // "": at the customer's, or not known
	File   core.FileID   `db:"file"`
	Said   bool          `db:"said"`
}

// in tells whether the part is in a thread. One of which that is not known is taken to be.
func (p taskPart) in(thread core.RemoteID) bool { return p.Thread == "" || p.Thread == thread }

// partOf names the parts of a message at one place: a surface's room, or "" for the customer's conversation.
type partOf struct {
	Message core.EventID  `db:"message"`
	Room    core.RemoteID `db:"room"`
}

const (
	selectHeads = `SELECT d.channel, d.lane, d.no, d.rank, d.verb, d.session, d.message, d.merge, d.owed_at, d.room, d.file, s.conversation AS at_conversation, s.queue_seq, s.queue_text
	FROM lanes l JOIN deliveries d ON d.channel = l.channel AND d.lane = l.lane AND d.no = l.last_no - l.owed + 1
	JOIN sessions s ON s.id = d.session WHERE l.channel = ? AND l.lane IN (?)`
	selectMessagesOf = selectEvent + `WHERE l.id IN (?)`
	selectPartsOf    = `SELECT message, room, thread, remote, file, said FROM parts WHERE channel = ? AND message IN (?) ORDER BY message, no`
)

// Tasks gives the heads of lanes of a channel.
func (s *Store) Tasks(ctx context.Context, c core.ChannelID, lanes []string) ([]Task, error) {
	const op = "store.Tasks"
	heads, err := all[struct {
		core.Delivery
		Conversation core.RemoteID `db:"at_conversation"`
		QueueSeq     int64         `db:"queue_seq"`
		QueueText    string        `db:"queue_text"`
	}](ctx, s, op, selectHeads, c, lanes)
	if err != nil || len(heads) == 0 {
		return nil, err
	}
	var ids []core.EventID
	var named []core.FileID
	for _, h := range heads {
		ids, named = append(ids, h.Message), append(named, h.File)
	}
	messages, err := all[core.Event](ctx, s, op, selectMessagesOf, ids)
	if err != nil {
		return nil, err
	}
	byID := map[core.EventID]core.Event{}
	for _, m := range messages {
		byID[m.ID] = m
		if m.About != 0 {
			ids = append(ids, m.About)
		}
	}
	slices.Sort(ids)
	parts, err := all[taskPart](ctx, s, op, selectPartsOf, c, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	files, err := s.filesOf(ctx, named)
	if err != nil {
		return nil, err
	}
	tasks := make([]Task, len(heads))
	for i, h := range heads {
		tasks[i] = Task{Delivery: h.Delivery, Message: byID[h.Message], Conversation: h.Conversation, QueueSeq: h.QueueSeq, QueueText: h.QueueText, File: files[h.File]}
	}
	if err := s.expose(ctx, c, tasks); err != nil {
		return nil, err
	}
	there := map[partOf][]taskPart{}
	for _, p := range parts {
		there[p.partOf] = append(there[p.partOf], p)
	}
	for i := range tasks {
		t := &tasks[i]
		t.pick(there[partOf{t.Delivery.Message, t.Room}])
		if answered := there[partOf{t.Message.About, t.Room}]; len(answered) > 0 {
			t.ReplyTo = answered[0].Remote
		}
		if err := s.late(ctx, t, there[partOf{t.Delivery.Message, t.Room}]); err != nil {
			return nil, err
		}
	}
	return tasks, s.told(ctx, c, tasks)
}

// pick takes of a message's parts at the place where something is owed those that are meant: of its text those in the thread; of a deletion or
// reaction all, but for what an agent has said in another thread, which is theirs; of a sign the first in each thread.
func (t *Task) pick(parts []taskPart) {
	marked := map[core.RemoteID]bool{}
	for _, p := range parts {
		var meant bool
		switch t.Verb {
		case core.OutDelete, core.OutReact:
			meant = !p.Said || p.in(t.Thread)
		case core.OutMark:
			meant = !marked[p.Thread]
			marked[p.Thread] = true
		default:
			meant = p.File == 0 && p.in(t.Thread)
		}
		if meant {
			t.Parts = append(t.Parts, p.Remote)
		}
	}
}

const countChanges = `SELECT count(*) FROM log WHERE session = ? AND seq > ? AND about = ? AND kind IN ('edited', 'deleted', 'file')`

// late finds whether an edit or a deletion is Late.
func (s *Store) late(ctx context.Context, t *Task, parts []taskPart) error {
	changes := t.Verb == core.OutEdit || t.Verb == core.OutDelete
	if t.Thread == "" || !changes || t.Message.Seq > t.seq || slices.ContainsFunc(parts, func(p taskPart) bool { return p.in(t.Thread) }) {
		return nil
	}
	n, err := one[int64](ctx, s, "store.Tasks", countChanges, t.Session, t.seq, t.Delivery.Message)
	t.Late = n > 0
	return err
}
