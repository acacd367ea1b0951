package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"parley/core"
)

const sessionColumns = `id, number, department, channel, conversation, identity, state, outcome, assignee, assigned_by, version, last_seq,
	messages, customer_messages, read_seq, unread, customer_read_seq, started_at, ended_at, last_at, waiting_since, last_customer_at,
	last_agent_at, first_reply_at, connected, preview, unreachable, priority, tags, warned_at, marks, replied_at, reopened_at,
	snoozed_at, snoozed_until, woken_at, woken, aside, put_back_by, held_at, acted_on,
	acted_at, handed_at, hand_offs, queue_seq, queue_text, queue_at, typed_at, language, last_agent, bot,
	rating, rating_comment, rated_agent, rated_at`

// sessionRows are the sessions, as the writer keeps them.
var sessionRows = newStored[core.Session]("sessions", sessionColumns, "number, channel, conversation, identity, started_at, typed_at")

const selectSession = `SELECT ` + sessionColumns + ` FROM sessions `

// Summary is a session's row as lists show it.
type Summary struct {
	core.Session
	Customer     core.CustomerID    `db:"customer"`
	CustomerName string             `db:"customer_name"`
	ChannelKind  string             `db:"channel_kind"`
	ChannelSlug  string             `db:"channel_slug"`
	AssigneeName string             `db:"assignee_name"`
	RatedName    string             `db:"rated_name"` // of RatedAgent
	Blocked      core.Blocked       `db:"blocked"`    // how the customer is kept out now; zero: they are not
	Joined       []core.Participant `db:"-"`          // who is in it now, or was, in the order of their coming
}

// Present gives who is in the session now, in the order of their coming.
func (s Summary) Present() []core.AgentID {
	var agents []core.AgentID
	for _, p := range s.Joined {
		if p.Present() {
			agents = append(agents, p.Agent)
		}
	}
	return agents
}

// Part gives an agent's part in the session, zero if they have never joined it.
func (s Summary) Part(a core.AgentID) core.Participant {
	for _, p := range s.Joined {
		if p.Agent == a {
			return p
		}
	}
	return core.Participant{}
}

var selectSummary = summaryColumns + `FROM sessions s ` + summaryNames

var (
	summaryColumns = `SELECT ` + of("s", sessionColumns) + `,
	i.customer, c.name AS customer_name, h.kind AS channel_kind, h.slug AS channel_slug, COALESCE(a.name, '') AS assignee_name,
	COALESCE(r.name, '') AS rated_name, ` + blockedOf + ` `
	summaryNames = `JOIN identities i ON i.id = s.identity JOIN customers c ON c.id = i.customer
	JOIN channels h ON h.id = s.channel LEFT JOIN agents a ON a.id = s.assignee LEFT JOIN agents r ON r.id = s.rated_agent ` + joinBlocked
)

// SessionFilter narrows a list of sessions; what is zero does not narrow.
type SessionFilter struct {
	State       []core.State
	Department  core.DepartmentID
	Assignee    core.AgentID
	Participant core.AgentID    // has joined it at some time
	Customer    core.CustomerID // alone of who: not together with Assignee or Participant
}

// Page is a part of a list. Next continues it, "" at its end.
type Page[T any] struct {
	Items []T
	Next  string
}

// The lists, each along an index of its own. The queue is in the order in which it is served; all others are newest session first, an order that does not
// change while one turns the pages. Those of a department are read one department at a time: over several, no index has their order.
var (
	selectQueue = selectSummary + `WHERE s.ended_at = 0 AND s.state = 'waiting' AND s.department = ?
		AND (s.place, s.id) > (?, ?) ORDER BY s.place, s.id LIMIT ?`
	selectOpen = selectSummary + `WHERE s.ended_at = 0 AND s.department = ? AND s.state IN (?) AND s.id < ? ORDER BY s.id DESC LIMIT ?`
	selectAll  = selectSummary + `WHERE s.department = ? AND s.state IN (?) AND s.id < ? ORDER BY s.id DESC LIMIT ?`
	selectHeld = selectSummary + `WHERE s.ended_at = 0 AND s.assignee = ? AND ` + seen + ` AND s.state IN (?) AND s.id < ?
		ORDER BY s.id DESC LIMIT ?`
	selectHad = selectSummary + `WHERE s.assignee = ? AND ` + seen + ` AND s.state IN (?) AND s.id < ? ORDER BY s.id DESC LIMIT ?`
	// CROSS JOIN is the order in which SQLite goes: from what the agent joined, not through the departments' history.
	selectTook = summaryColumns + `FROM participants p CROSS JOIN sessions s ` + summaryNames + `WHERE p.agent = ? AND p.joined_at <> 0
		AND p.session < ? AND s.id = p.session AND ` + seen + ` AND s.state IN (?) ORDER BY p.session DESC LIMIT ?`
)

// Sessions gives a page of the sessions that the scope sees, waiting ones alone in the order of the queue, all others newest first.
// after is a page's Next; Invalid if it is not. limit is 1 to 100.
func (s *Store) Sessions(ctx context.Context, scope core.Scope, f SessionFilter, after string, limit int) (Page[Summary], error) {
	const op = "store.Sessions"
	var page Page[Summary]
	states := f.State
	if len(states) == 0 {
		states = core.States
	}
	queue := len(states) == 1 && states[0] == core.Waiting && f.Participant == 0 && f.Customer == 0
	place, id, err := parseCursor(after, queue)
	if err != nil {
		return page, err
	}
	if f.Department != 0 {
		if !scope.Sees(f.Department) {
			return page, &core.Error{Op: op, Kind: core.NotFound}
		}
		scope = scope.In(f.Department)
	}
	if len(scope.Departments) == 0 {
		return page, nil
	}
	switch {
	case f.Customer != 0:
		page.Items, err = s.theirs(ctx, f, scope, states, id, limit+1)
	case queue && f.Assignee != 0: // nobody holds what waits
	case f.Participant != 0:
		page.Items, err = s.took(ctx, f.Participant, scope, states, id, limit+1)
	case f.Assignee != 0:
		page.Items, err = s.had(ctx, f.Assignee, scope, states, id, limit+1)
	case queue:
		page.Items, err = across(ctx, s, scope.Departments, firstServed, selectQueue, place, id, limit+1)
	default:
		page.Items, err = s.newest(ctx, scope, states, id, limit+1)
	}
	if err != nil {
		return page, err
	}
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		page.Next = cursor36(last.ID)
		if queue {
			page.Next = cursor36(last.Place()) + "." + cursor36(last.ID)
		}
	}
	return page, s.presence(ctx, op, page.Items)
}

// newest gives sessions, newest first. Where the scope does not show all of a department, they come from what it shows there: the queue, what its
// agent holds or held, and what they joined. Through the department's history there would be no end to what is not theirs.
func (s *Store) newest(ctx context.Context, scope core.Scope, states []core.State, before int64, limit int) ([]Summary, error) {
	query := selectAll
	if open(states) {
		query = selectOpen
	}
	whole := slices.DeleteFunc(slices.Clone(scope.Departments), scope.Narrow)
	rows, err := across(ctx, s, whole, newestFirst, query, states, before, limit)
	if err != nil || len(scope.Own) == 0 {
		return rows, err
	}
	own := core.Scope{Agent: scope.Agent, Departments: scope.Own, Own: scope.Own}
	lists := []func() ([]Summary, error){
		func() ([]Summary, error) { return s.had(ctx, scope.Agent, own, states, before, limit) },
		func() ([]Summary, error) { return s.took(ctx, scope.Agent, own, states, before, limit) },
	}
	nobodys := slices.DeleteFunc(slices.Clone(states), func(s core.State) bool { return s != core.Empty && s != core.Waiting })
	if len(nobodys) > 0 {
		lists = append(lists, func() ([]Summary, error) {
			return across(ctx, s, scope.Own, newestFirst, selectOpen, nobodys, before, limit)
		})
	}
	for _, list := range lists {
		more, err := list()
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	slices.SortFunc(rows, newestFirst)
	return slices.CompactFunc(rows, func(a, b Summary) bool { return a.ID == b.ID }), nil
}

// had gives the sessions that an agent holds, or held when they ended, newest first.
func (s *Store) had(ctx context.Context, a core.AgentID, scope core.Scope, states []core.State, before int64, limit int) ([]Summary, error) {
	query := selectHad
	if open(states) {
		query = selectHeld
	}
	return all[Summary](ctx, s, "store.Sessions", query, with([]any{a}, scope, states, before, limit)...)
}

// took gives the sessions that an agent joined at some time, newest first.
func (s *Store) took(ctx context.Context, a core.AgentID, scope core.Scope, states []core.State, before int64, limit int) ([]Summary, error) {
	return all[Summary](ctx, s, "store.Sessions", selectTook, with([]any{a, before}, scope, states, limit)...)
}

// across reads a list by its first argument, one value after the other, and puts the rows together in the list's order.
func across[V any](ctx context.Context, s *Store, values []V, order func(a, b Summary) int, query string, args ...any) ([]Summary, error) {
	var rows []Summary
	for _, v := range values {
		more, err := all[Summary](ctx, s, "store.Sessions", query, append([]any{v}, args...)...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	slices.SortFunc(rows, order)
	return rows, nil
}

func firstServed(a, b Summary) int {
	return cmp.Or(cmp.Compare(a.Place(), b.Place()), cmp.Compare(a.ID, b.ID))
}

func newestFirst(a, b Summary) int { return cmp.Compare(b.ID, a.ID) }

func open(states []core.State) bool {
	for _, s := range states {
		if s == core.Over {
			return false
		}
	}
	return true
}

// newest is greater than every id: a descending list begins below it.
const newest = math.MaxInt64

func cursor36[T ~int64](n T) string { return strconv.FormatInt(int64(n), 36) }

// parseCursor reads a Next, which has two numbers if it is the queue's; "" gives the beginning of every kind of list.
func parseCursor(next string, queue bool) (place, id int64, err error) {
	if next == "" {
		return 0, newest, nil
	}
	first, second, two := strings.Cut(next, ".")
	if !two {
		first, second = "0", first
	}
	place, err1 := strconv.ParseInt(first, 36, 64)
	id, err2 := strconv.ParseInt(second, 36, 64)
	if err1 != nil || err2 != nil || place < 0 || id < 0 || two != queue {
		return 0, 0, &core.Error{Op: "store.Sessions", Kind: core.Invalid, Field: "after", Reason: "is not a page's next"}
	}
	return place, id, nil
}

const selectTalking = selectSession + `WHERE channel = ? AND conversation = ? AND ended_at = 0`

// Talking gives the conversation's open session; NotFound if there is none.
func (s *Store) Talking(ctx context.Context, c core.ChannelID, conversation core.RemoteID) (core.Session, error) {
	return one[core.Session](ctx, s, "store.Talking", selectTalking, c, conversation)
}

var selectSummaries = selectSummary + `WHERE s.id IN (?) AND ` + seen

// Summaries gives those of the sessions that the scope sees, in no order.
func (s *Store) Summaries(ctx context.Context, scope core.Scope, ids []core.SessionID) ([]Summary, error) {
	if len(ids) == 0 || len(scope.Departments) == 0 {
		return nil, nil
	}
	const op = "store.Summaries"
	rows, err := all[Summary](ctx, s, op, selectSummaries, with([]any{ids}, scope)...)
	if err != nil {
		return nil, err
	}
	return rows, s.presence(ctx, op, rows)
}

const selectPresence = selectParticipant + `WHERE session IN (?) AND joined_at <> 0 ORDER BY session, joined_at, agent`

// presence fills in who joined the sessions, and takes out blocks that have ended. It is read after the rows, and so may be newer than they are, never older: whoever comes or
// goes makes an event, and with it a newer row.
func (s *Store) presence(ctx context.Context, op string, rows []Summary) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]core.SessionID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	parts, err := all[core.Participant](ctx, s, op, selectPresence, ids)
	if err != nil {
		return err
	}
	joined := make(map[core.SessionID][]core.Participant, len(parts))
	for _, p := range parts {
		joined[p.Session] = append(joined[p.Session], p)
	}
	for i := range rows {
		rows[i].Joined = joined[rows[i].ID]
		s.held(&rows[i].Blocked)
	}
	return nil
}

// Session gives one session; NotFound if the scope does not see it.
func (s *Store) Session(ctx context.Context, scope core.Scope, id core.SessionID) (Summary, error) {
	rows, err := s.Summaries(ctx, scope, []core.SessionID{id})
	if err == nil && len(rows) == 0 {
		err = &core.Error{Op: "store.Session", Kind: core.NotFound}
	}
	if err != nil {
		return Summary{}, err
	}
	return rows[0], nil
}

const selectParticipant = `SELECT session, agent, joined_at, left_at, read_seq FROM participants `

// Participant is an agent's part in a session, with their name.
type Participant struct {
	core.Participant
	Name string `db:"name"`
}

const selectPresent = `SELECT p.session, p.agent, p.joined_at, p.left_at, p.read_seq, a.name FROM participants p JOIN agents a ON a.id = p.agent
	WHERE p.session = ? ORDER BY p.joined_at, p.agent`

// Participants gives everybody who has a part in the session; NotFound if the scope does not see it.
func (s *Store) Participants(ctx context.Context, scope core.Scope, id core.SessionID) ([]Participant, error) {
	if _, err := s.Session(ctx, scope, id); err != nil {
		return nil, err
	}
	return all[Participant](ctx, s, "store.Participants", selectPresent, id)
}

const setTyped = `UPDATE sessions SET typed_at = ? WHERE id = ?`

// PutTyped notes that the session's holder types, and nothing else, so that no list is told. The job has locked the session.
func (w *Work) PutTyped(id core.SessionID) { w.change(setTyped, w.Now(), id) }
