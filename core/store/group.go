package store

import (
	"context"
	"log/slog"
	"slices"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// group is some jobs in one transaction: the rows that they look at, and what they changed.
type group struct {
	ctx     context.Context //nolint:containedctx // the transaction's
	tx      *sqlx.Tx
	writer  *Writer
	dialect dialect
	loads   loads
	log     *slog.Logger
	now     core.Time

	repeats map[string]repeat
	talking map[place]core.SessionID // a conversation's open session; 0: none

	departments  table[core.DepartmentID, core.Department]
	sessions     table[core.SessionID, core.Session]
	participants table[part, core.Participant]
	present      map[core.SessionID][]core.AgentID // who has a row among participants; a session without an entry was not looked at
	agents       table[core.AgentID, core.Actor]
	carried      table[core.AgentID, core.Load]
	identities   table[place, core.Identity]
	customers    table[core.CustomerID, core.Customer]
	blocked      table[place, core.Blocked]
	messages     table[core.EventID, core.Event] // of the log, those that are read or changed
	lanes        table[laneKey, core.Lane]
	files        table[core.FileID, claimed]
	records      map[core.RecordID]core.Record // those that were changed
	accounts     map[accountKey]core.Account   // … those; without a record: there is none any more
	leases       map[string]int64              // epochs, 0: nobody's

	surfaces map[core.DepartmentID][]core.Surface // of the departments that were looked at

	circles   core.Groups                            // of agents; nil: not looked at
	hooks     []core.Hook                            // as this group's jobs have left them; nil: not looked at
	routes    map[core.AgentID][]core.DepartmentID   // of the agents who were asked for
	receivers map[core.DepartmentID][]core.Candidate // as stored
	lines     map[core.DepartmentID]line
	seen      map[core.DepartmentID]map[core.AgentID]core.Candidate // as stored
	held      int                                                   // sessions whose holder the jobs change: as many may be given next
	seenBy    core.Time                                             // presence holds by it; zero: not asked yet

	documents table[core.DepartmentID, core.SettingsDocument]
	attended  attendance
	wakes     map[core.Subject]core.Time // when each is looked at, at the latest
	house     *core.Switch               // the installation's; nil: not read

	owed     []owed
	parts    []freshPart
	settings []statement // changes of settings, in order
	audit    []audited
	events   []core.Event
	hashes   map[int][]byte // body hashes of events, by index

	undo   []func()
	broken error // a read inside a job failed
}

// part is an agent's part in a session.
type part struct {
	session core.SessionID
	agent   core.AgentID
}

// statement is one change of settings on its way.
type statement struct {
	query string
	args  []any
}

func newGroup(ctx context.Context, w *Writer, tx *sqlx.Tx) *group {
	return &group{
		ctx: ctx, tx: tx, writer: w, dialect: w.store.dialect, loads: w.loads, log: w.log, now: core.At(w.store.clock()),
		repeats: map[string]repeat{}, talking: map[place]core.SessionID{}, present: map[core.SessionID][]core.AgentID{},
		departments: newTable[core.DepartmentID, core.Department](), sessions: newTable[core.SessionID, core.Session](),
		participants: newTable[part, core.Participant](), agents: newTable[core.AgentID, core.Actor](), carried: newTable[core.AgentID, core.Load](),
		routes: map[core.AgentID][]core.DepartmentID{}, receivers: map[core.DepartmentID][]core.Candidate{}, lines: map[core.DepartmentID]line{},
		seen:       map[core.DepartmentID]map[core.AgentID]core.Candidate{},
		identities: newTable[place, core.Identity](), customers: newTable[core.CustomerID, core.Customer](),
		messages: newTable[core.EventID, core.Event](), lanes: newTable[laneKey, core.Lane](), files: newTable[core.FileID, claimed](), records: map[core.RecordID]core.Record{}, accounts: map[accountKey]core.Account{}, leases: map[string]int64{},
		blocked:   newTable[place, core.Blocked](),
		surfaces:  map[core.DepartmentID][]core.Surface{},
		documents: newTable[core.DepartmentID, core.SettingsDocument](), wakes: map[core.Subject]core.Time{},
		hashes: map[int][]byte{},
	}
}

func (g *group) changed() bool {
	return len(g.events) > 0 || len(g.settings)+len(g.audit) > 0 || g.sessions.dirty() || g.participants.dirty() || g.departments.dirty() || g.carried.dirty() ||
		g.customers.dirty() || g.documents.dirty() || g.blocked.dirty() || g.identities.dirty() || g.messages.dirty() || g.lanes.dirty() || g.files.dirty() || len(g.parts)+len(g.owed)+len(g.wakes) > 0
}

// committed is what the group tells after its commit: its events, and the sessions that changed without one.
func (g *group) committed() core.Committed {
	c := core.Committed{Events: g.events}
	told := map[core.SessionID]bool{}
	for _, e := range g.events {
		told[e.Session] = true
	}
	touch := func(id core.SessionID) {
		if s, ok := g.sessions.rows[id]; ok && !told[id] {
			told[id] = true
			c.Touched = append(c.Touched, core.Touched{
				Session: id, Department: s.Department, Channel: s.Channel, Conversation: s.Conversation, Agent: s.Assignee,
			})
		}
	}
	for _, id := range g.sessions.changes {
		touch(id)
	}
	for _, p := range g.participants.changes {
		touch(p.session)
	}
	for _, o := range g.owed {
		if !slices.Contains(c.Owed, o.Channel) {
			c.Owed = append(c.Owed, o.Channel)
		}
	}
	return c
}

// table is the group's view of one kind of row: what was loaded, with what the jobs changed.
type table[K comparable, V any] struct {
	rows    map[K]V
	missing map[K]bool // looked for and not there
	fresh   map[K]bool // not in the database yet
	changes []K        // changed or fresh, in order of the first change; a refused job's change is taken out again
	marked  map[K]bool
}

func newTable[K comparable, V any]() table[K, V] {
	return table[K, V]{rows: map[K]V{}, missing: map[K]bool{}, fresh: map[K]bool{}, marked: map[K]bool{}}
}

func (t *table[K, V]) dirty() bool { return len(t.changes) > 0 }

// miss notes keys that were asked for: what is not found then is not there.
func (t *table[K, V]) miss(keys []K) {
	for _, k := range keys {
		t.missing[k] = true
	}
}

// get gives the row, and whether the group knows about it at all.
func (t *table[K, V]) get(k K) (row V, there, known bool) {
	if row, ok := t.rows[k]; ok {
		return row, true, true
	}
	return row, false, t.missing[k]
}

// put changes a row, or adds one that is fresh, and notes how to take that back.
func (t *table[K, V]) put(g *group, k K, v V, fresh bool) {
	old, had := t.rows[k]
	wasFresh, wasMarked := t.fresh[k], t.marked[k]
	t.rows[k] = v
	if fresh {
		t.fresh[k] = true
	}
	if !wasMarked {
		t.marked[k] = true
		t.changes = append(t.changes, k)
	}
	g.undo = append(g.undo, func() {
		if had {
			t.rows[k] = old
		} else {
			delete(t.rows, k)
		}
		if !wasFresh {
			delete(t.fresh, k)
		}
		if !wasMarked { // undone in reverse order: it is the last
			delete(t.marked, k)
			t.changes = t.changes[:len(t.changes)-1]
		}
	})
}

// split gives the changed rows: those to add and those to update.
func (t *table[K, V]) split() (added, updated []V) {
	for _, k := range t.changes {
		if t.fresh[k] {
			added = append(added, t.rows[k])
		} else {
			updated = append(updated, t.rows[k])
		}
	}
	return added, updated
}
