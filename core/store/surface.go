package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/core"
)

const (
	surfaceColumns   = `channel, room, department, priorities, languages, replies, hold, receipts, created_at`
	selectSurfaces   = `SELECT ` + surfaceColumns + ` FROM surfaces ORDER BY channel, room, department`
	selectSurfacesOf = `SELECT ` + surfaceColumns + ` FROM surfaces WHERE department = ? ORDER BY channel, room`
	selectServed     = `SELECT ` + surfaceColumns + ` FROM surfaces WHERE channel = ?`
	selectSurface    = `SELECT ` + surfaceColumns + ` FROM surfaces WHERE channel = ? AND room = ? ORDER BY department LIMIT 1`
	insertSurface    = `INSERT INTO surfaces (` + surfaceColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (channel, room, department) DO UPDATE SET priorities = excluded.priorities, languages = excluded.languages`
	setRoom       = `UPDATE surfaces SET replies = ?, hold = ?, receipts = ? WHERE channel = ? AND room = ?`
	selectShownOf = `SELECT t.session, COALESCE((SELECT l.id FROM log l WHERE l.session = s.id AND l.seq = s.last_seq), 0) AS last
	FROM threads t JOIN sessions s ON s.id = t.session
	WHERE t.channel = ? AND t.room = ? AND NOT t.lost AND s.department = ? AND s.ended_at = 0 ORDER BY t.session`
	deleteSurface = `DELETE FROM surfaces WHERE channel = ? AND room = ? AND department = ?`
)

// Surfaces gives all surfaces, by channel and room.
func (s *Store) Surfaces(ctx context.Context) ([]core.Surface, error) {
	return all[core.Surface](ctx, s, "store.Surfaces", selectSurfaces)
}

const selectSpoken = `SELECT DISTINCT language FROM sessions WHERE department = ? AND ended_at = 0 AND language <> '' ORDER BY language LIMIT 100`

// Languages gives those of a department's open sessions, the first hundred.
func (s *Store) Languages(ctx context.Context, d core.DepartmentID) (core.Languages, error) {
	some, err := all[core.Language](ctx, s, "store.Languages", selectSpoken, d)
	return core.LanguagesOf(some), err
}

// Surface gives a room as the first of its departments has it; NotFound if it has none. One that was moved is as the room is to which it was,
// but that what agents write in its threads still becomes what it did.
func (s *Store) Surface(ctx context.Context, c core.ChannelID, room core.RemoteID) (core.Surface, error) {
	f, err := one[core.Surface](ctx, s, "store.Surface", selectSurface, c, string(room))
	if core.KindOf(err) == core.NotFound {
		return one[core.Surface](ctx, s, "store.Surface", selectMovedSurface, c, string(room))
	}
	return f, err
}

const selectOneSurface = `SELECT ` + surfaceColumns + ` FROM surfaces WHERE channel = ? AND room = ? AND department = ?`

// Surface gives a room as a department has it; NotFound if that is not shown there.
func (w *Work) Surface(c core.ChannelID, room core.RemoteID, d core.DepartmentID) (core.Surface, error) {
	var f core.Surface
	return f, w.get(&f, selectOneSurface, c, string(room), d)
}

// AddSurface lets a room show the sessions of a department, all or those of some priorities and languages, from their next event on. The room's settings
// become those of f.
func (w *Work) AddSurface(f core.Surface) {
	w.change(insertSurface, f.Channel, string(f.Room), f.Department, string(f.Priorities), string(f.Languages), string(f.Replies), int64(f.Hold), f.Receipts, f.CreatedAt)
	w.change(deleteMove, f.Channel, string(f.Room))
	w.change(setRoom, string(f.Replies), int64(f.Hold), f.Receipts, f.Channel, string(f.Room))
}

// RemoveSurface ends that. What is said in its threads still belongs to their sessions.
func (w *Work) RemoveSurface(f core.Surface) {
	w.change(deleteSurface, f.Channel, string(f.Room), f.Department)
}

// RenewCards owes a room the cards of a department's open sessions that have threads there: they say what the surface's settings mean for them.
// Those can be thousands, so all is read at once.
func (w *Work) RenewCards(f core.Surface) error {
	g := w.group
	var shown []struct {
		Session core.SessionID `db:"session"`
		Last    core.EventID   `db:"last"`
	}
	if err := w.read(g.query(&shown, g.tx.Rebind(selectShownOf), f.Channel, string(f.Room), f.Department)); err != nil {
		return err
	}
	var sessions []core.SessionID
	var lanes []laneKey
	for _, s := range shown {
		if _, _, known := g.sessions.get(s.Session); !known {
			sessions = append(sessions, s.Session)
		}
		card := laneKey{f.Channel, cardLane(s.Session, f.Room)}
		if _, _, known := g.lanes.get(card); !known {
			lanes = append(lanes, card)
		}
	}
	if err := w.read(g.loadSessions(sessions)); err != nil { // all before the first lane, as everywhere
		return err
	}
	if err := w.read(g.loadLanes(lanes)); err != nil {
		return err
	}
	for _, s := range shown {
		if err := w.oweCard(s.Session, f, s.Last); err != nil {
			return err
		}
	}
	return nil
}

// RenewCardsOf owes all rooms that show a department's sessions the cards of those that are open.
func (w *Work) RenewCardsOf(d core.DepartmentID) error {
	surfaces, err := w.group.surfacesOf(d)
	if err = w.read(err); err != nil {
		return err
	}
	for _, f := range surfaces {
		if err := w.RenewCards(f); err != nil {
			return err
		}
	}
	return nil
}

const selectLastOf = `SELECT id FROM log WHERE session = ? AND seq = ?`

// RenewCard owes a room a session's card, if it has a thread there.
func (w *Work) RenewCard(s core.Session, f core.Surface) error {
	live, err := w.liveThread(s.ID, f)
	if err != nil || live == "" {
		return err
	}
	var last core.EventID
	if err := w.get(&last, selectLastOf, s.ID, s.LastSeq); err != nil {
		return err
	}
	return w.oweCard(s.ID, f, last)
}

// surfacesFor gives the surfaces that show a session.
func (w *Work) surfacesFor(s core.Session) ([]core.Surface, error) {
	all, err := w.group.surfacesOf(s.Department)
	if err = w.read(err); err != nil {
		return nil, err
	}
	var shown []core.Surface
	for _, f := range all {
		if f.Shows(s.Department, s.Priority, s.Language) {
			shown = append(shown, f)
		}
	}
	return shown, nil
}

// surfacesOf gives the surfaces that show a department's sessions, or some of them.
func (g *group) surfacesOf(d core.DepartmentID) ([]core.Surface, error) {
	if found, known := g.surfaces[d]; known {
		return found, nil
	}
	var found []core.Surface
	if err := g.query(&found, g.tx.Rebind(selectSurfacesOf), d); err != nil {
		return nil, err
	}
	g.surfaces[d] = found
	return found, nil
}

// Hold gives how long the surface where the job's deed is done holds back what is said there; zero where it is not done on one.
func (w *Work) Hold(s core.Session) (time.Duration, error) {
	if w.said.Room == "" {
		return 0, nil
	}
	surfaces, err := w.group.surfacesOf(s.Department)
	if err = w.read(err); err != nil {
		return 0, err
	}
	room, err := w.movedTo(w.said.Channel, w.said.Room)
	if err != nil {
		return 0, err
	}
	for _, f := range surfaces {
		if f.Channel == w.said.Channel && f.Room == room {
			return f.Hold, nil
		}
	}
	return 0, nil
}

// show owes the surfaces of a session what its newest event means for them. A read that fails spoils the group.
func (w *Work) show(s core.Session, e core.Event) {
	verb, card := e.ShownAs()
	if w.said.Remote != "" && e.Kind == core.EventMessage {
		w.RemovePart(w.said.Channel, w.said.Remote) // of a reply that was made a note: the name is the note's from now on
		w.addPart(freshPart{
			channel: w.said.Channel, room: w.said.Room, thread: w.said.Thread, remote: w.said.Remote, event: len(w.group.events) - 1, said: true,
		})
	}
	if e.Kind == core.EventDelivery && e.State == core.Sent {
		w.arrived(s, e.About)
	}
	if s.Blank() || verb == "" && !card && e.Kind != core.EventFile { // of who has said nothing, nothing is shown
		return
	}
	surfaces, err := w.surfacesFor(s)
	if err != nil {
		return
	}
	files, of, err := filesOf(e)
	if err != nil {
		return
	}
	for _, f := range surfaces {
		there, err := w.stands(s.ID, f, e, files)
		if err == nil && (e.Kind == core.EventStarted || e.Moves()) {
			err = w.oweThread(s.ID, f, core.OutOpen, 0)
		}
		if err == nil && verb != "" && !there {
			err = w.oweThread(s.ID, f, verb, e.About)
		}
		for _, m := range files {
			if err == nil && m.State == core.FileReady && !there {
				err = w.showFile(s.ID, f, of, m.File)
			}
		}
		if err == nil && card {
			err = w.oweCard(s.ID, f, 0)
		}
		if err != nil {
			return
		}
	}
	if w.alert(s, e) != nil {
		return
	}
	if e.Moves() {
		w.leave(s.ID, cmp.Or(e.Former, s.Department), surfaces)
	}
}

// leave owes the surfaces of a department that a session may have left the card, which tells of it; not those where it stays.
func (w *Work) leave(s core.SessionID, former core.DepartmentID, stays []core.Surface) {
	surfaces, err := w.group.surfacesOf(former)
	if err = w.read(err); err != nil {
		return
	}
	for _, f := range surfaces {
		here := func(other core.Surface) bool { return other.Channel == f.Channel && other.Room == f.Room }
		if slices.ContainsFunc(stays, here) {
			continue
		}
		if err := w.oweCard(s, f, 0); err != nil {
			return
		}
	}
}

// oweThread owes something to a session's thread; about zero: the event that was appended last.
func (w *Work) oweThread(s core.SessionID, f core.Surface, verb core.OutVerb, about core.EventID) error {
	d := core.Delivery{
		Channel: f.Channel, Lane: threadLane(s, f.Room), Room: f.Room, Rank: core.AgentCopies, Verb: verb, Session: s, Message: about,
	}
	switch verb {
	case core.OutSend:
		d.Message = 0 // what it answers is about another
	case core.OutOpen:
		d.Merge = string(verb)
	default:
		d.Merge = string(verb) + " " + about.String()
	}
	return w.Owe(d, string(f.Room))
}

// OweOpen owes a surface another thread, in the place of one that is lost. d is what could not be shown there.
func (w *Work) OweOpen(d core.Delivery) error {
	return w.oweThread(d.Session, core.Surface{Channel: d.Channel, Room: d.Room}, core.OutOpen, d.Message)
}

// OweCard owes a surface the card again, because it has changed while d was done.
func (w *Work) OweCard(d core.Delivery) error {
	return w.oweCard(d.Session, core.Surface{Channel: d.Channel, Room: d.Room}, d.Message)
}

// threadLane is the lane of a session's thread in a room.
func threadLane(s core.SessionID, room core.RemoteID) string { return s.String() + "/" + string(room) }

// cardLane is the lane of a session's card in a room.
func cardLane(s core.SessionID, room core.RemoteID) string {
	return s.String() + "/" + string(room) + "/card"
}

// oweCard owes a surface the session's card as it then stands: once, however often it changes before that. All cards share a bucket.
func (w *Work) oweCard(s core.SessionID, f core.Surface, about core.EventID) error {
	return w.Owe(core.Delivery{
		Channel: f.Channel, Lane: cardLane(s, f.Room), Room: f.Room, Rank: core.Cards, Verb: core.OutCard, Session: s,
		Message: about, Merge: string(core.OutCard),
	}, "cards")
}
