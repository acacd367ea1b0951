package store

import (
	"context"
	"fmt"
	"slices"

	"parley/core"
)

// move says where the sessions of a room are shown that was a surface.
type move struct {
	Room    core.RemoteID `db:"room"`
	MovedTo core.RemoteID `db:"moved_to"`
}

const (
	selectMoves        = `SELECT room, moved_to FROM moves WHERE channel = ?`
	selectMovedTo      = `SELECT moved_to FROM moves WHERE channel = ? AND room = ?`
	selectMovedSurface = `SELECT f.channel, m.room, f.department, f.priorities, f.languages, m.replies, f.hold, f.receipts, f.created_at FROM moves m
	JOIN surfaces f ON f.channel = m.channel AND f.room = m.moved_to WHERE m.channel = ? AND m.room = ? ORDER BY f.department LIMIT 1`
	selectRooms = `SELECT ` + surfaceColumns + ` FROM surfaces WHERE channel = ? AND room IN (?, ?) ORDER BY department`
	upsertMove  = `INSERT INTO moves (channel, room, moved_to, replies) VALUES (?, ?, ?, ?)
	ON CONFLICT (channel, room) DO UPDATE SET moved_to = excluded.moved_to, replies = excluded.replies`
	followMoves = `UPDATE moves SET moved_to = ? WHERE channel = ? AND moved_to = ?`
	deleteMove  = `DELETE FROM moves WHERE channel = ? AND room = ?`
	loseThreads = `UPDATE threads SET lost = TRUE WHERE channel = ? AND room = ?`

	selectShown = `SELECT t.session FROM threads t JOIN sessions s ON s.id = t.session WHERE t.channel = ? AND t.room = ? AND NOT t.lost AND s.ended_at = 0
	UNION SELECT session FROM deliveries WHERE channel = ? AND room = ? ORDER BY session`
	selectOwed = `SELECT channel, lane, no, rank, verb, session, message, merge, owed_at, room, due_at, file FROM deliveries
	WHERE channel = ? AND lane = ? AND no >= ? ORDER BY no`
	deleteOwed    = `DELETE FROM deliveries WHERE channel = ? AND lane = ? AND no >= ?`
	selectLastRow = `SELECT COALESCE(max(id), 0) FROM log WHERE session = ?`
)

// movedTo gives the room that shows now what a room has shown: the same where it was not moved.
func (w *Work) movedTo(c core.ChannelID, room core.RemoteID) (core.RemoteID, error) {
	to := room
	err := w.get(&to, selectMovedTo, c, string(room))
	if core.KindOf(err) == core.NotFound {
		return room, nil
	}
	return to, err
}

const selectMovedRooms = `SELECT room FROM moves ORDER BY room`

// MovedRooms gives the rooms that were surfaces before they were moved: what is still said in their threads is agents'.
func (s *Store) MovedRooms(ctx context.Context) ([]core.RemoteID, error) {
	return all[core.RemoteID](ctx, s, "store.MovedRooms", selectMovedRooms)
}

// MoveSurface lets another room of the channel show what a room has shown, and gives the departments; NotFound if it shows nothing. The threads in
// the old room are lost, those of open sessions made anew, and what is owed to the old room is owed to the new one, in the same order.
func (w *Work) MoveSurface(c core.ChannelID, from, to core.RemoteID) ([]core.DepartmentID, error) {
	g := w.group
	var rooms []core.Surface
	if err := w.read(g.query(&rooms, g.tx.Rebind(selectRooms), c, string(from), string(to))); err != nil {
		return nil, err
	}
	before := map[core.DepartmentID]core.Surface{} // what the new room shows already
	var moved []core.Surface
	var settings core.Surface
	for _, f := range rooms {
		if f.Room == to {
			before[f.Department] = f
			settings = f
		} else {
			moved = append(moved, f)
		}
	}
	if len(moved) == 0 {
		return nil, missing("store.MoveSurface")
	}
	var sessions []core.SessionID
	if err := w.read(g.query(&sessions, g.tx.Rebind(selectShown), c, string(from), c, string(from))); err != nil {
		return nil, err
	}
	for _, id := range sessions { // all before the first lane, as everywhere
		if _, err := w.Session(id); err != nil {
			return nil, err
		}
	}
	for _, id := range sessions {
		if err := w.moveSession(id, core.Surface{Channel: c, Room: from}, core.Surface{Channel: c, Room: to}, before); err != nil {
			return nil, err
		}
	}
	w.change(loseThreads, c, string(from))
	departments := make([]core.DepartmentID, len(moved))
	for i, f := range moved {
		departments[i] = f.Department
		w.RemoveSurface(f)
		f.Room = to
		if settings.Room != "" {
			f.Replies, f.Hold, f.Receipts = settings.Replies, settings.Hold, settings.Receipts
		}
		if there, both := before[f.Department]; both {
			f.Priorities = f.Priorities.With(there.Priorities)
			if f.Languages == "" || there.Languages == "" {
				f.Languages = ""
			} else {
				f.Languages = f.Languages.With(there.Languages)
			}
		}
		w.AddSurface(f)
	}
	w.change(followMoves, string(to), c, string(from))
	w.change(deleteMove, c, string(to))
	w.change(upsertMove, c, string(from), string(to), string(moved[0].Replies))
	return departments, nil
}

// moveSession owes the new room a session's thread, and what was owed to the old one. What is under way there is left to whoever does it.
func (w *Work) moveSession(id core.SessionID, from, to core.Surface, before map[core.DepartmentID]core.Surface) error {
	s, err := w.Session(id)
	if err != nil {
		return err
	}
	live, err := w.liveThread(id, from)
	if err != nil {
		return err
	}
	var last int64
	if err := w.get(&last, selectLastRow, id); err != nil {
		return err
	}
	words, err := w.vacate(from.Channel, id.String()+"/"+string(from.Room))
	if err != nil {
		return err
	}
	for _, kind := range []string{"card", "mark"} { // a new thread begins with the card, and what is to be marked stands in the old one
		if _, err := w.vacate(from.Channel, fmt.Sprintf("%s/%s/%s", id, from.Room, kind)); err != nil {
			return err
		}
	}
	if before[s.Department].Shows(s.Department, s.Priority, s.Language) { // it is shown there, and all is owed there too
		return nil
	}
	if s.Open() && live != "" {
		if err := w.oweThread(id, to, core.OutOpen, core.EventID(last)); err != nil {
			return err
		}
	}
	for _, d := range words {
		if err := w.OweElsewhere(d, to.Room); err != nil {
			return err
		}
	}
	if s.Open() && live != "" {
		return w.oweThread(id, to, core.OutLeave, core.EventID(last))
	}
	return nil
}

// vacate takes all from a lane but what is under way, and gives it.
func (w *Work) vacate(c core.ChannelID, name string) ([]core.Delivery, error) {
	l, err := w.Lane(c, name)
	if core.KindOf(err) == core.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	first := l.Head()
	if l.Sending {
		first++
	}
	g := w.group
	var owed []core.Delivery
	if err := w.read(g.query(&owed, g.tx.Rebind(selectOwed), c, name, first)); err != nil {
		return nil, err
	}
	w.change(deleteOwed, c, name, first)
	l.LastNo, l.Owed = first-1, first-l.Head()
	w.PutLane(l)
	return owed, nil
}

// OweElsewhere owes to another room what was owed to one that was moved there.
func (w *Work) OweElsewhere(d core.Delivery, room core.RemoteID) error {
	switch d.Verb {
	case core.OutCard:
		return w.oweCard(d.Session, core.Surface{Channel: d.Channel, Room: room}, d.Message)
	case core.OutMark, core.OutLeave:
		return nil
	}
	d.Lane, d.Room = d.Session.String()+"/"+string(room), room
	return w.Owe(d, string(room))
}

// trace finds where a task's room was moved, and whence the session came to it.
func (t *Task) trace(moves []move, threads []threadRow, served []core.Surface) {
	if slices.ContainsFunc(served, func(f core.Surface) bool { return f.Room == t.Room }) {
		for _, m := range moves {
			for _, r := range threads { // the oldest first
				if m.MovedTo == t.Room && r.Room == m.Room && r.Session == t.Session {
					t.Former = core.Address{Conversation: r.Room, Thread: r.Thread}
				}
			}
		}
		return
	}
	for _, m := range moves {
		if m.Room == t.Room && slices.ContainsFunc(served, func(f core.Surface) bool { return f.Room == m.MovedTo }) {
			t.MovedTo = m.MovedTo
		}
	}
}
