package store

import (
	"context"

	"parley/core"
)

// freshPart is a part of a message that this group stores.
type freshPart struct {
	channel core.ChannelID
	room    core.RemoteID // the surface where it is; "": at the customer's
	thread  core.RemoteID // in that room
	remote  core.RemoteID
	message core.EventID // zero: the event at index event
	event   int
	no      int
	file    core.FileID // it is that file; zero: text
	said    bool        // an agent has said it there
}

const (
	selectPartMessage = selectEvent + `JOIN parts p ON p.message = l.id WHERE p.channel = ? AND p.remote = ?`
	selectPart        = `SELECT l.id, l.session FROM parts p JOIN log l ON l.id = p.message WHERE p.channel = ? AND p.remote = ?`
	selectParts       = `SELECT remote FROM parts WHERE message = ? AND channel = ? AND room = ? AND file = 0 ORDER BY no`
	deletePart        = `DELETE FROM parts WHERE channel = ? AND remote = ?`
	lastPart          = `SELECT COALESCE(max(no), -1) FROM parts WHERE message = ? AND channel = ? AND room = ?`
)

// MessageAt gives the message that the channel calls so, as it stands; NotFound if there is none.
func (w *Work) MessageAt(c core.ChannelID, remote core.RemoteID) (core.Event, error) {
	for _, p := range w.group.parts {
		if p.channel == c && p.remote == remote {
			return core.Event{}, errNextGroup // it is not there before this group is stored
		}
	}
	var m struct {
		ID      core.EventID   `db:"id"`
		Session core.SessionID `db:"session"`
	}
	if err := w.get(&m, selectPart, c, remote); err != nil {
		return core.Event{}, err
	}
	if _, err := w.Session(m.Session); err != nil { // locked before the message is looked at
		return core.Event{}, err
	}
	return w.Message(m.ID)
}

// Message gives a message as it stands; NotFound if there is none. Its session must have been read before: that locks it.
func (w *Work) Message(id core.EventID) (core.Event, error) {
	if e, there, _ := w.group.messages.get(id); there {
		return e, nil
	}
	var e core.Event
	if err := w.get(&e, selectEvent+"WHERE l.id = ? AND l.kind = 'message'", id); err != nil {
		return e, err
	}
	w.group.messages.rows[id] = e
	return e, nil
}

const selectSessionOf = `SELECT session FROM log WHERE id = ? AND kind = 'message'`

// SessionOf gives the session of a message; NotFound if there is none.
func (w *Work) SessionOf(message core.EventID) (core.Session, error) {
	var id core.SessionID
	if err := w.get(&id, selectSessionOf, message); err != nil {
		return core.Session{}, err
	}
	return w.Session(id)
}

const selectLastAnswer = `SELECT actor FROM log WHERE session = ? AND kind = 'message' AND actor_kind = 'agent' AND audience = 'everyone' ORDER BY seq DESC LIMIT 1`

// LastAnswer gives who said the last word to a session's customer; NotFound if nobody has.
func (w *Work) LastAnswer(s core.SessionID) (who core.AgentID, err error) {
	return who, w.get(&who, selectLastAnswer, s)
}

const selectMessageBySeq = selectEvent + `WHERE l.session = ? AND l.seq = ? AND l.kind = 'message'`

// MessageBySeq gives a message of a session, which must have been read before, as it stands; NotFound if there is none.
func (w *Work) MessageBySeq(s core.SessionID, seq int64) (core.Event, error) {
	g := w.group
	for i := range g.events {
		if g.events[i].Session == s && g.events[i].Seq == seq {
			return core.Event{}, errNextGroup // it has no id before this group is stored
		}
	}
	var e core.Event
	if err := w.get(&e, selectMessageBySeq, s, seq); err != nil {
		return e, err
	}
	return w.Message(e.ID)
}

// PutMessage changes how a message stands: text, data, state, reason, when it was edited and deleted.
func (w *Work) PutMessage(e core.Event) { w.group.messages.put(w.group, e.ID, e, false) }

// AddPart notes what the channel calls the event that was appended last. A name that is known already stays with its first message.
func (w *Work) AddPart(c core.ChannelID, remote core.RemoteID) {
	w.addPart(freshPart{channel: c, remote: remote, event: len(w.group.events) - 1})
}

// AddPartOf notes what the channel calls one more part of a delivery's message, and in which thread of the surface it is. Of two messages that it calls the same, the first keeps the
// name: that a network breaks its word must not keep us from writing down what it did.
func (w *Work) AddPartOf(d core.Delivery, thread, remote core.RemoteID) error {
	var last int
	if err := w.get(&last, lastPart, d.Message, d.Channel, string(d.Room)); err != nil {
		return err
	}
	for _, p := range w.group.parts {
		if p.message == d.Message && p.channel == d.Channel && p.room == d.Room {
			last++
		}
	}
	w.addPart(freshPart{channel: d.Channel, room: d.Room, thread: thread, remote: remote, message: d.Message, no: last + 1, file: d.File})
	return nil
}

func (w *Work) addPart(p freshPart) {
	g := w.group
	g.parts = append(g.parts, p)
	g.undo = append(g.undo, func() { g.parts = g.parts[:len(g.parts)-1] })
}

// RemovePart forgets a part that is no longer there.
func (w *Work) RemovePart(c core.ChannelID, remote core.RemoteID) { w.change(deletePart, c, remote) }

// Parts gives the parts of the text of a delivery's message where it is owed, in order.
func (w *Work) Parts(d core.Delivery) ([]core.RemoteID, error) {
	var parts []core.RemoteID
	g := w.group
	return parts, w.read(g.query(&parts, g.tx.Rebind(selectParts), d.Message, d.Channel, string(d.Room)))
}

// PartMessage gives the message that the channel calls so, as it stands; NotFound if there is none.
func (s *Store) PartMessage(ctx context.Context, c core.ChannelID, remote core.RemoteID) (core.Event, error) {
	return one[core.Event](ctx, s, "store.PartMessage", selectPartMessage, c, string(remote))
}
