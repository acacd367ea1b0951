package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// SearchState is how far the index of what was said has come.
type SearchState struct {
	Form      int64        `db:"form"`      // how words were made of texts; zero: nothing is in it
	Seen      core.EventID `db:"seen"`      // the newest row of the log that is in it
	Stretches int64        `db:"stretches"` // the newest stretch's number
	Head      core.EventID `db:"head"`      // the newest row of the log
	Since     core.Time    `db:"since"`     // when the first row that is not in it was written; zero: all are
}

// Stretch is some rows of a session that follow each other: what a word is kept to be in.
type Stretch struct {
	Number  int64          `db:"number"`
	Session core.SessionID `db:"session"`
	Part    int64          `db:"part"`  // of the session, from 0
	Name    string         `db:"name"`  // of part 0: the customer's, as it is in the index
	Marks   string         `db:"marks"` // what filters ask for, as it is in the index; one a line
}

// BlockWord says in which stretches of a block a word is.
type BlockWord struct {
	Block     int64  `db:"block"`
	Word      string `db:"word"`
	Stretches []byte `db:"stretches"` // as package search writes them; none: the word is not there
}

// Indexed is what the index keeps of a session besides its texts.
type Indexed struct {
	ID         core.SessionID    `db:"id"`
	Number     int64             `db:"number"`
	Department core.DepartmentID `db:"department"`
	Channel    core.ChannelID    `db:"channel"`
	State      core.State        `db:"state"`
	Outcome    core.Outcome      `db:"outcome"`
	Rating     core.Rating       `db:"rating"`
	Assignee   core.AgentID      `db:"assignee"`
	Tags       core.Tags         `db:"tags"`
	StartedAt  core.Time         `db:"started_at"`
	Name       string            `db:"name"` // the customer's
}

const selectSearchState = `SELECT x.form, x.seen, x.stretches, (SELECT COALESCE(max(id), 0) FROM log) AS head,
	COALESCE((SELECT l.at FROM log l WHERE l.id = x.seen + 1), 0) AS since FROM search x`

// SearchState tells how far the index has come.
func (s *Store) SearchState(ctx context.Context) (SearchState, error) {
	return one[SearchState](ctx, s, "store.SearchState", selectSearchState)
}

const (
	selectIndexed = `SELECT s.id, s.number, s.department, s.channel, s.state, s.outcome, s.rating, s.assignee, s.tags, s.started_at, c.name
		FROM sessions s JOIN identities i ON i.id = s.identity JOIN customers c ON c.id = i.customer WHERE s.id IN (?)`
	selectTookPart = `SELECT p.session, p.agent, p.joined_at, p.left_at, p.read_seq FROM participants p
		WHERE p.session IN (?) AND p.joined_at <> 0 ORDER BY p.session, p.agent`
)

// Indexed gives what the index is to keep of sessions, and who has ever joined them.
func (s *Store) Indexed(ctx context.Context, ids []core.SessionID) ([]Indexed, []core.Participant, error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	const op = "store.Indexed"
	rows, err := all[Indexed](ctx, s, op, selectIndexed, ids)
	if err != nil {
		return nil, nil, err
	}
	parts, err := all[core.Participant](ctx, s, op, selectTookPart, ids)
	return rows, parts, err
}

// Sessions are walked from their customers: there is no index of names.
const selectRenamed = `SELECT s.id FROM sessions n JOIN identities m ON m.id = n.identity JOIN customers c ON c.id = m.customer
	JOIN identities i ON i.customer = c.id JOIN sessions s ON s.identity = i.id JOIN search_stretches t ON t.session = s.id AND t.part = 0
	WHERE n.id IN (?) AND t.name <> c.name`

// Renamed gives the sessions of the same customers that the index has under another name.
func (s *Store) Renamed(ctx context.Context, ids []core.SessionID) ([]core.SessionID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return all[core.SessionID](ctx, s, "store.Renamed", selectRenamed, ids)
}

const (
	stretchColumns    = `SELECT t.number, t.session, t.part, t.name, t.marks FROM search_stretches t `
	selectStretchesOf = stretchColumns + `WHERE t.session IN (?)`
	selectStretches   = stretchColumns + `WHERE t.number IN (?)`
	selectPartsBefore = stretchColumns + `WHERE t.session = ? AND t.part <= ? ORDER BY t.part DESC LIMIT ?`
	selectPartsAfter  = stretchColumns + `WHERE t.session = ? AND t.part >= ? ORDER BY t.part LIMIT ?`
)

// StretchesOf gives all stretches of sessions, in no order.
func (s *Store) StretchesOf(ctx context.Context, ids []core.SessionID) ([]Stretch, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return all[Stretch](ctx, s, "store.StretchesOf", selectStretchesOf, ids)
}

// StretchesAlong gives stretches of a session from a part on, that with the newest rows first, or that with the oldest.
func (s *Store) StretchesAlong(ctx context.Context, id core.SessionID, part int64, oldest bool, limit int) ([]Stretch, error) {
	query := selectPartsBefore
	if oldest {
		query = selectPartsAfter
	}
	return all[Stretch](ctx, s, "store.StretchesAlong", query, id, part, limit)
}

// Stretches gives the stretches of some numbers, in no order.
func (s *Store) Stretches(ctx context.Context, numbers []int64) ([]Stretch, error) {
	return all[Stretch](ctx, s, "store.Stretches", selectStretches, numbers)
}

// CROSS JOIN is the order in which SQLite goes: from the stretches to their rows.
const selectStretchMessages = `SELECT ` + eventColumns + ` FROM search_stretches t CROSS JOIN log l LEFT JOIN sessions s ON s.id = l.session
	WHERE t.number IN (?) AND l.session = t.session AND l.seq > t.part * ? AND l.seq <= (t.part + 1) * ? AND l.kind = 'message' AND l.deleted_at = 0`

// StretchMessages gives the messages of stretches of so many rows as they stand now, in no order; those that were taken back are left out.
func (s *Store) StretchMessages(ctx context.Context, numbers []int64, rows int64) ([]core.Event, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	return all[core.Event](ctx, s, "store.StretchMessages", selectStretchMessages, numbers, rows, rows)
}

const selectMessagesWithin = selectEvent + `WHERE l.session = ? AND l.seq > ? AND l.seq <= ? AND l.kind = 'message' AND l.deleted_at = 0`

// MessagesWithin gives the messages of a part of a session, after a seq and up to another, as they stand now, in no order; those that were
// taken back are left out.
func (s *Store) MessagesWithin(ctx context.Context, id core.SessionID, after, upTo int64) ([]core.Event, error) {
	return all[core.Event](ctx, s, "store.MessagesWithin", selectMessagesWithin, id, after, upTo)
}

// MessagesOf gives messages by their ids, in no order.
func (s *Store) MessagesOf(ctx context.Context, ids []core.EventID) ([]core.Event, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return all[core.Event](ctx, s, "store.MessagesOf", selectMessagesOf, ids)
}

const selectWithAgent = `SELECT p.session FROM participants p WHERE p.agent = ? AND p.joined_at <> 0 AND p.session IN (?)`

// WithAgent gives those of the sessions that an agent has ever joined.
func (s *Store) WithAgent(ctx context.Context, a core.AgentID, ids []core.SessionID) ([]core.SessionID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return all[core.SessionID](ctx, s, "store.WithAgent", selectWithAgent, a, ids)
}

const (
	blockWordColumns   = `SELECT w.block, w.word, w.stretches FROM search_words w `
	selectBlockWords   = blockWordColumns + `WHERE w.block IN (?) AND w.word IN (?)`
	selectBlockBetween = blockWordColumns + `WHERE w.block IN (?) AND w.word >= ? AND w.word < ?`
)

// BlockWords gives where words are in some blocks, in no order.
func (s *Store) BlockWords(ctx context.Context, blocks []int64, words []string) ([]BlockWord, error) {
	if len(blocks) == 0 || len(words) == 0 {
		return nil, nil
	}
	return all[BlockWord](ctx, s, "store.BlockWords", selectBlockWords, blocks, words)
}

// BlockWordsBetween gives where all words from one to below another are in some blocks, in no order.
func (s *Store) BlockWordsBetween(ctx context.Context, blocks []int64, from, below string) ([]BlockWord, error) {
	if len(blocks) == 0 {
		return nil, nil
	}
	return all[BlockWord](ctx, s, "store.BlockWordsBetween", selectBlockBetween, blocks, from, below)
}

// SearchStep is what a part of the log makes of the index.
type SearchStep struct {
	From, To  SearchState // Form, Seen and Stretches
	Stretches []Stretch   // that are new, or others now
	Words     []BlockWord
}

const updateSearch = `UPDATE search SET seen = ?, stretches = ? WHERE form = ? AND seen = ? AND stretches = ?`

// PutSearch takes a step, or, where the index is not where the step begins, none: Gone, somebody else writes it.
func (s *Store) PutSearch(ctx context.Context, x SearchStep) error {
	const op = "store.PutSearch"
	tx, err := s.write.BeginTxx(ctx, nil)
	if err != nil {
		return fail(op, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	done, err := tx.ExecContext(ctx, tx.Rebind(updateSearch), x.To.Seen, x.To.Stretches, x.From.Form, x.From.Seen, x.From.Stretches)
	if err != nil {
		return fail(op, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		if err == nil {
			err = &core.Error{Op: op, Kind: core.Gone, Reason: "Another node writes the index, or it was emptied."}
		}
		return fail(op, err)
	}
	var stretches, put, dropped [][]any
	for _, t := range x.Stretches {
		stretches = append(stretches, []any{t.Number, int64(t.Session), t.Part, t.Name, t.Marks})
	}
	for _, w := range x.Words {
		if len(w.Stretches) == 0 {
			dropped = append(dropped, []any{w.Block, w.Word})
			continue
		}
		put = append(put, []any{w.Block, w.Word, w.Stretches})
	}
	if err := s.dialect.putSearch(ctx, tx, stretches, put, dropped); err != nil {
		return fail(op, err)
	}
	return fail(op, tx.Commit())
}

const (
	deleteSearchWords     = `DELETE FROM search_words`
	deleteSearchStretches = `DELETE FROM search_stretches`
	resetSearch           = `UPDATE search SET form = ?, seen = 0, stretches = 0`
)

// EmptySearch empties the index, to be made anew with words of a form. Whoever writes it at that moment finds it gone.
func (s *Store) EmptySearch(ctx context.Context, form int64) error {
	const op = "store.EmptySearch"
	tx, err := s.write.BeginTxx(ctx, nil)
	if err != nil {
		return fail(op, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if _, err := tx.ExecContext(ctx, tx.Rebind(resetSearch), form); err != nil {
		return fail(op, err)
	}
	for _, query := range []string{deleteSearchWords, deleteSearchStretches} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return fail(op, err)
		}
	}
	return fail(op, tx.Commit())
}

const (
	sqlitePutStretch = `INSERT INTO search_stretches (number, session, part, name, marks) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (number) DO UPDATE SET name = excluded.name, marks = excluded.marks`
	sqlitePutWord = `INSERT INTO search_words (block, word, stretches) VALUES (?, ?, ?)
		ON CONFLICT (block, word) DO UPDATE SET stretches = excluded.stretches`
	sqliteDropWord = `DELETE FROM search_words WHERE block = ? AND word = ?`
)

func (sqliteDialect) putSearch(ctx context.Context, tx *sqlx.Tx, stretches, put, dropped [][]any) error {
	for _, s := range []flight{{sqlitePutStretch, stretches}, {sqlitePutWord, put}, {sqliteDropWord, dropped}} {
		if err := sqliteEach(ctx, tx, s.query, s.rows); err != nil {
			return err
		}
	}
	return nil
}

const (
	postgresPutStretches = `INSERT INTO search_stretches (number, session, part, name, marks)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), CAST($4 AS TEXT[]), CAST($5 AS TEXT[]))
		ON CONFLICT (number) DO UPDATE SET name = excluded.name, marks = excluded.marks`
	postgresPutWords = `INSERT INTO search_words (block, word, stretches)
		SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BYTEA[]))
		ON CONFLICT (block, word) DO UPDATE SET stretches = excluded.stretches`
	postgresDropWords = `DELETE FROM search_words WHERE (block, word) IN (SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])))`
)

func (postgresDialect) putSearch(ctx context.Context, tx *sqlx.Tx, stretches, put, dropped [][]any) error {
	return postgresAll(ctx, tx, []flight{{postgresPutStretches, stretches}, {postgresPutWords, put}, {postgresDropWords, dropped}})
}
