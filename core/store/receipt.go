package store

import (
	"context"

	"parley/core"
)

// trace is something about a message that stands in a surface: the message itself where an agent has said it, or what was told of it.
type trace struct {
	Channel core.ChannelID `db:"channel"`
	Room    core.RemoteID  `db:"room"`
	Thread  core.RemoteID  `db:"thread"`
	Message core.EventID   `db:"message"`
	Told    bool           `db:"told"`
}

const (
	selectTraces = `SELECT channel, room, thread, message, FALSE AS told FROM parts WHERE message = ? AND said
	UNION ALL SELECT channel, room, '' AS thread, message, TRUE AS told FROM tellings WHERE message = ?`
	selectSeen = `SELECT p.channel, p.room, p.thread, p.message, FALSE AS told FROM log l JOIN parts p ON p.message = l.id
	WHERE l.session = ? AND l.seq > ? AND l.seq <= ? AND l.kind = 'message' AND l.audience = 'everyone' AND p.said ORDER BY l.seq LIMIT ?`
	selectTellings = `SELECT message, room, remote FROM tellings WHERE channel = ? AND message IN (?) ORDER BY remote`
	insertTelling  = `INSERT INTO tellings (channel, remote, room, message) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	deleteTelling  = `DELETE FROM tellings WHERE channel = ? AND remote = ?`
)

// maxSeen is how many messages are marked at most when a customer has seen them at once.
const maxSeen = 100

// arrived owes the surfaces of a session what they want to know when a message has been taken by the customer's channel. A read that fails
// spoils the group.
func (w *Work) arrived(s core.Session, message core.EventID) {
	surfaces, err := w.surfacesFor(s)
	if err != nil || len(surfaces) == 0 {
		return
	}
	var traces []trace
	g := w.group
	if w.read(g.query(&traces, g.tx.Rebind(selectTraces), message, message)) == nil {
		_ = w.acknowledge(s, surfaces, traces) // has spoiled the group
	}
}

// Seen owes the surfaces of a session the marks on what their agents have said, and the customer has seen: the messages after one place in the
// session up to another.
func (w *Work) Seen(s core.Session, after, upTo int64) error {
	g := w.group
	surfaces, err := w.surfacesFor(s)
	if err != nil {
		return err
	}
	wanted := false
	for _, f := range surfaces {
		wanted = wanted || f.Receipts
	}
	if !wanted {
		return nil
	}
	var traces []trace
	if err := w.read(g.query(&traces, g.tx.Rebind(selectSeen), s.ID, after, upTo, maxSeen)); err != nil {
		return err
	}
	return w.acknowledge(s, surfaces, traces)
}

// acknowledge owes what traces in the session's surfaces call for. Of what was said in a room that was moved, it is the copy in the other room
// that is marked.
func (w *Work) acknowledge(s core.Session, surfaces []core.Surface, traces []trace) error {
	for _, t := range traces {
		room, err := w.movedTo(t.Channel, t.Room)
		if err != nil {
			return err
		}
		for _, f := range surfaces {
			switch {
			case f.Channel != t.Channel || f.Room != room:
			case t.Told:
				err = w.oweThread(s.ID, f, core.OutTell, t.Message)
			case f.Receipts:
				err = w.oweMark(s.ID, f, t)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// oweMark owes a surface the sign on a message. All signs share a bucket, and hold up nothing but one another; but for that on a message which
// was said in a thread that is lost: it comes after the copy in the other one.
func (w *Work) oweMark(s core.SessionID, f core.Surface, t trace) error {
	live, err := w.liveThread(s, f)
	if err != nil {
		return err
	}
	message := t.Message
	if t.Room != f.Room || t.Thread != "" && t.Thread != live {
		return w.oweThread(s, f, core.OutMark, message)
	}
	return w.Owe(core.Delivery{
		Channel: f.Channel, Lane: s.String() + "/" + string(f.Room) + "/mark", Room: f.Room, Rank: core.Cards, Verb: core.OutMark, Session: s,
		Message: message, Merge: string(core.OutMark) + " " + message.String(),
	}, "marks")
}

// told gives the tasks that tell of a message what was told of it.
func (s *Store) told(ctx context.Context, c core.ChannelID, tasks []Task) error {
	var ids []core.EventID
	for _, t := range tasks {
		if t.Verb == core.OutTell {
			ids = append(ids, t.Delivery.Message)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	lines, err := all[struct {
		partOf
		Remote core.RemoteID `db:"remote"`
	}](ctx, s, "store.Tasks", selectTellings, c, ids)
	if err != nil {
		return err
	}
	for i := range tasks {
		t := &tasks[i]
		if t.Verb != core.OutTell {
			continue
		}
		t.Parts = nil
		for _, l := range lines {
			if l.partOf == (partOf{t.Delivery.Message, t.Room}) {
				t.Parts = append(t.Parts, l.Remote)
			}
		}
	}
	return nil
}

// AddTelling notes what a surface was told of a message. If that has arrived meanwhile, the line is owed a change already.
func (w *Work) AddTelling(d core.Delivery, remote core.RemoteID) error {
	w.change(insertTelling, d.Channel, string(remote), string(d.Room), d.Message)
	m, err := w.Message(d.Message)
	if err != nil || m.State != core.Sent {
		return err
	}
	return w.oweThread(d.Session, core.Surface{Channel: d.Channel, Room: d.Room}, core.OutTell, d.Message)
}

// RemoveTelling forgets a line that is no longer untrue.
func (w *Work) RemoveTelling(c core.ChannelID, remote core.RemoteID) {
	w.change(deleteTelling, c, string(remote))
}
