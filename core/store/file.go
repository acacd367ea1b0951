package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/core"
)

// claimed is a file with the message that claims it in this group.
type claimed struct {
	core.File
	event int // the message, by index in the group; -1: Message says it
}

const (
	fileColumns = `id, key, name, type, size, state, remote, agent, channel, identity, room, message, created_at`
	selectFile  = `SELECT ` + fileColumns + ` FROM files WHERE id = ?`
)

// File gives a file, locked; NotFound if there is none.
func (w *Work) File(id core.FileID) (core.File, error) {
	g := w.group
	if f, there, _ := g.files.get(id); there {
		return f.File, nil
	}
	var f core.File
	if err := w.get(&f, g.loads.file, id); err != nil {
		return f, err
	}
	g.files.rows[id] = claimed{f, -1}
	return f, nil
}

// AddFile adds a file.
func (w *Work) AddFile(f core.File) { w.group.files.put(w.group, f.ID, claimed{f, -1}, true) }

// PutFile changes what is known of a file.
func (w *Work) PutFile(f core.File) {
	g, event := w.group, -1
	if before, there, _ := g.files.get(f.ID); there {
		event = before.event
	}
	g.files.put(g, f.ID, claimed{f, event}, false)
}

// Claim gives a file to the event that was appended last.
func (w *Work) Claim(id core.FileID) {
	g := w.group
	f := g.files.rows[id]
	f.event = len(g.events) - 1
	g.files.put(g, id, f, g.files.fresh[id])
}

// OweFile owes a file of a message: to the session's customer, or to a surface; message zero: the event that was appended last.
func (w *Work) OweFile(s core.Session, message core.EventID, file core.FileID) error {
	return w.Owe(core.Delivery{
		Channel: s.Channel, Lane: string(s.Conversation), Rank: core.CustomerWords, Verb: core.OutFile, Session: s.ID, Message: message, File: file,
	}, string(s.Conversation))
}

// OweFetch owes us a file that a channel has, of the event that was appended last. Those of one session share a bucket, and none waits for
// another. hold is how long it is left there first.
func (w *Work) OweFetch(s core.SessionID, c core.ChannelID, file core.FileID, hold time.Duration) error {
	return w.Owe(core.Delivery{
		Channel: c, Lane: file.String(), Rank: core.Fetches, Verb: core.OutFetch, Session: s, File: file, DueAt: w.Now().Add(hold),
	}, s.String()+"/files")
}

// filesOf gives what an event says of files, and of which message they are; zero: of the event itself.
func filesOf(e core.Event) ([]core.Media, core.EventID, error) {
	if e.Kind != core.EventMessage && e.Kind != core.EventFile {
		return nil, 0, nil
	}
	x, err := core.ParseExtra(e.Data)
	if e.Kind == core.EventMessage {
		e.About = 0 // what it answers is about another
	}
	return x.Media, e.About, err
}

// showFile owes a file to a surface of its session.
func (w *Work) showFile(s core.SessionID, f core.Surface, message core.EventID, id core.FileID) error {
	return w.Owe(core.Delivery{
		Channel: f.Channel, Lane: threadLane(s, f.Room), Room: f.Room, Rank: core.AgentCopies, Verb: core.OutFile, Session: s,
		Message: message, File: id,
	}, string(f.Room))
}

// fileRows gives the group's files, with the ids of the messages that claim them: those to add and those to change.
func (g *group) fileRows() (added, changed [][]any) {
	fresh, updated := g.files.split()
	return g.claims(fresh, fileValues), g.claims(updated, fileChanges)
}

func (g *group) claims(files []claimed, values func(core.File) []any) [][]any {
	var rows [][]any
	for _, f := range files {
		if f.event >= 0 {
			f.Message = g.events[f.event].ID
		}
		rows = append(rows, values(f.File))
	}
	return rows
}

func fileValues(f core.File) []any {
	return []any{
		int64(f.ID), f.Key, f.Name, f.Type, f.Size, string(f.State), string(f.Remote), int64(f.Agent), int64(f.Channel), string(f.Identity),
		string(f.Room), int64(f.Message), int64(f.CreatedAt),
	}
}

func fileChanges(f core.File) []any {
	return []any{int64(f.ID), f.Name, f.Type, f.Size, string(f.State), int64(f.Message)}
}

const (
	selectSeenFile = `SELECT f.id, f.key, f.name, f.type, f.size, f.state, f.remote, f.agent, f.channel, f.identity, f.room, f.message, f.created_at
	FROM files f LEFT JOIN log l ON l.id = f.message LEFT JOIN sessions s ON s.id = l.session
	WHERE f.id = ? AND (f.message = 0 AND f.agent = ? OR l.deleted_at = 0 AND ` + seen + `)`
	selectKeyedFile = `SELECT f.id, f.key, f.name, f.type, f.size, f.state, f.remote, f.agent, f.channel, f.identity, f.room, f.message, f.created_at
	FROM files f JOIN log l ON l.id = f.message
	WHERE f.key = ? AND l.audience = 'everyone' AND l.deleted_at = 0`
)

// File gives a file that the scope sees: of a message that is still there, in a session that the scope sees, or brought by the scope's agent
// and not said yet. NotFound for any other.
func (s *Store) File(ctx context.Context, scope core.Scope, id core.FileID) (core.File, error) {
	rows, err := all[core.File](ctx, s, "store.File", selectSeenFile, with([]any{id, scope.Agent}, scope)...)
	if err != nil || len(rows) == 0 {
		return core.File{}, cmp.Or(err, missing("store.File"))
	}
	return rows[0], nil
}

// FileByKey gives the file that a customer asks for: of a message to everyone that is still there; NotFound for any other.
func (s *Store) FileByKey(ctx context.Context, key string) (core.File, error) {
	return one[core.File](ctx, s, "store.FileByKey", selectKeyedFile, key)
}

const selectFiles = `SELECT ` + fileColumns + ` FROM files WHERE id IN (?)`

// filesOf gives files by their ids; zero is none.
func (s *Store) filesOf(ctx context.Context, ids []core.FileID) (map[core.FileID]core.File, error) {
	ids = slices.DeleteFunc(ids, func(id core.FileID) bool { return id == 0 })
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := all[core.File](ctx, s, "store.Tasks", selectFiles, ids)
	files := map[core.FileID]core.File{}
	for _, f := range rows {
		files[f.ID] = f
	}
	return files, err
}

const (
	countByAgent    = `SELECT count(*) FROM files WHERE message = 0 AND agent = ? AND created_at > ?`
	countByIdentity = `SELECT count(*) FROM files WHERE message = 0 AND channel = ? AND identity = ? AND agent = 0 AND created_at > ?`
	sumByChannel    = `SELECT COALESCE(sum(size), 0) FROM files WHERE message = 0 AND channel = ? AND agent = 0`
)

// Unclaimed counts the files that somebody has brought since a time and not said yet, and the bytes of all that customers of their channel have.
func (w *Work) Unclaimed(by core.File, since core.Time) (files int, bytes int64, err error) {
	for _, f := range w.group.files.rows {
		if w.group.files.fresh[f.ID] && f.event < 0 && f.Agent == by.Agent && f.Channel == by.Channel && f.Identity == by.Identity {
			files++
		}
	}
	query, args := countByIdentity, []any{by.Channel, string(by.Identity), since}
	if by.Agent != 0 {
		query, args = countByAgent, []any{by.Agent, since}
	}
	var stored int
	if err := w.get(&stored, query, args...); err != nil || by.Agent != 0 {
		return files + stored, 0, err
	}
	err = w.get(&bytes, sumByChannel, by.Channel)
	return files + stored, bytes, err
}

const (
	selectStale = `SELECT ` + fileColumns + ` FROM files WHERE message = 0 AND created_at < ? ORDER BY created_at LIMIT ?`
	deleteFile  = `DELETE FROM files WHERE id = ? AND message = 0`
)

// StaleFiles gives files that no message has claimed and that were brought before a time, the oldest first.
func (s *Store) StaleFiles(ctx context.Context, before core.Time, limit int) ([]core.File, error) {
	return all[core.File](ctx, s, "store.StaleFiles", selectStale, before, limit)
}

// DropFile forgets a file that no message has claimed.
func (w *Work) DropFile(id core.FileID) { w.change(deleteFile, id) }
