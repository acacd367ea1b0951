package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

const (
	candidateLoad = `COALESCE(l.own_limit, 0) AS own_limit, COALESCE(l.open_sessions, 0) AS open_sessions,
	COALESCE(l.last_ended_at, 0) AS last_ended_at, COALESCE(l.last_assigned_at, 0) AS last_assigned_at`
	selectReceiving = `SELECT r.agent, r.role, a.availability, TRUE AS present, a.languages, a.skills, ` + candidateLoad + fromReceiving + `AND r.department = ?`
	// Some agents, whatever they are in the department and say of themselves: who has just said it is among them.
	selectCandidates = `SELECT a.id AS agent, CASE WHEN a.permissions & 1 <> 0 THEN COALESCE(r.role, 0) ELSE 0 END AS role, a.availability, a.disabled_at <> 0 AS disabled, a.bot, a.languages, a.skills,
	EXISTS (SELECT 1 FROM presence p WHERE p.agent = a.id AND p.until > ?) AS present, ` + candidateLoad + `
	FROM agents a LEFT JOIN roles r ON r.agent = a.id AND r.department = ? LEFT JOIN agent_load l ON l.agent = a.id WHERE a.id IN (?)`
)

// Candidates gives who could get sessions of a department by distribution: those of some agents, or, without any, everybody who receives. What
// they carry may be another node's to change; Load locks it.
func (w *Work) Candidates(d core.DepartmentID, how core.Distribution, some []core.AgentID) ([]core.Candidate, error) {
	g := w.group
	var all []core.Candidate
	var err error
	if len(some) > 0 {
		all, err = g.candidates(d, some)
	} else {
		all, err = g.receiving(d)
	}
	if w.read(err) != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		if l, there, _ := g.carried.get(c.Agent); there {
			c.Load = l
		}
		if g.agents.marked[c.Agent] { // this group changes them
			a := g.agents.rows[c.Agent]
			c.Role, c.Availability, c.Disabled, c.Bot = a.Roles[d], a.Agent.Availability, a.Agent.DisabledAt != 0, a.Agent.Bot
			c.Abilities = a.Agent.Abilities
		}
		c.Limit = how.Limit(c.Own)
	}
	return all, nil
}

// receiving gives everybody who receives, and whom this group has changed, who may by now. The former are read once a group: the department is
// locked, and so is what decides of it, but for presence.
func (g *group) receiving(d core.DepartmentID) ([]core.Candidate, error) {
	stored, known := g.receivers[d]
	if !known {
		now, err := g.presenceTime()
		if err != nil {
			return nil, err
		}
		if err := g.query(&stored, g.tx.Rebind(selectReceiving), now, d); err != nil {
			return nil, err
		}
		g.receivers[d] = stored
	}
	all := slices.Clone(stored)
	if len(g.agents.changes) == 0 {
		return all, nil
	}
	changed, err := g.candidates(d, g.agents.changes)
	all = slices.DeleteFunc(all, func(c core.Candidate) bool { return g.agents.marked[c.Agent] })
	return append(all, changed...), err
}

// candidates gives the agents as the database has them. With the first of them all are read whom the group makes room for.
func (g *group) candidates(d core.DepartmentID, ids []core.AgentID) ([]core.Candidate, error) {
	seen := g.seen[d]
	if seen == nil {
		seen = map[core.AgentID]core.Candidate{}
		g.seen[d] = seen
	}
	unknown := slices.DeleteFunc(slices.Clone(ids), func(a core.AgentID) bool { _, known := seen[a]; return known })
	if len(unknown) > 0 {
		for a := range g.carried.rows {
			if _, known := seen[a]; !known && !slices.Contains(ids, a) {
				unknown = append(unknown, a)
			}
		}
		found, err := g.readCandidates(d, unknown)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			seen[c.Agent] = c
		}
	}
	var all []core.Candidate
	for _, id := range ids {
		if c, there := seen[id]; there {
			all = append(all, c)
		}
	}
	return all, nil
}

func (g *group) readCandidates(d core.DepartmentID, ids []core.AgentID) ([]core.Candidate, error) {
	now, err := g.presenceTime()
	if err != nil {
		return nil, err
	}
	query, args, err := sqlx.In(selectCandidates, now, d, ids)
	if err != nil {
		return nil, err
	}
	var all []core.Candidate
	return all, g.query(&all, g.tx.Rebind(query), args...)
}

// presenceTime is the time by which presence holds, the same for all of the group.
func (g *group) presenceTime() (core.Time, error) {
	var err error
	if g.seenBy == 0 {
		if clock := g.writer.store.leaseClock; clock != nil {
			g.seenBy = core.At(clock())
		} else {
			err = g.tx.GetContext(g.ctx, &g.seenBy, g.dialect.time())
		}
	}
	return g.seenBy, err
}

// Routes gives the departments that distribute what waits and in which the agent is an operator.
func (w *Work) Routes(a core.AgentID) ([]core.DepartmentID, error) {
	g := w.group
	if _, known := g.routes[a]; !known {
		if err := w.read(g.loadRoutes([]core.AgentID{a})); err != nil {
			return nil, err
		}
	}
	return g.routes[a], nil
}

// Where an agent's sessions come from by themselves: departments that distribute and in which they are an operator.
const (
	joinRoutes   = ` JOIN roles r ON r.agent = s.assignee AND r.role IN (1, 3) JOIN departments d ON d.id = r.department AND d.distributes `
	selectRoutes = `SELECT r.agent, r.department FROM roles r JOIN departments d ON d.id = r.department `
	routesOnly   = ` AND r.role IN (1, 3) AND d.distributes ORDER BY r.agent, r.department`
)

// route is a department that the agent's sessions may come from.
type route struct {
	Agent      core.AgentID      `db:"agent"`
	Department core.DepartmentID `db:"department"`
}

func (g *group) loadRoutes(ids []core.AgentID) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []route
	if err := g.query(&rows, g.loads.routes, g.dialect.ids(numbers(ids))); err != nil {
		return err
	}
	for _, id := range ids {
		g.routes[id] = nil
	}
	for _, r := range rows {
		g.routes[r.Agent] = append(g.routes[r.Agent], r.Department)
	}
	return nil
}

// line is a department's queue as far as the group has read it, as it was before the group.
type line struct {
	rows  []queued
	whole bool // there is no more of it
}

// queued is a session in the queue, as far as distribution looks at it.
type queued struct {
	core.Session
	At core.Time `db:"place"`
}

func (a queued) compare(b queued) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
}

const selectWaiting = `SELECT id, place, waiting_since, put_back_by, last_agent, priority, language, tags FROM sessions WHERE ended_at = 0 AND state = 'waiting' AND department = ? AND (place, id) > (?, ?)
	ORDER BY place, id LIMIT ?`

// How much of a queue is read at first, and at most at once.
const (
	firstLine = 8
	maxLine   = 256
	endOfLine = 4096 // rows, beyond which nobody is looked for in one group
)

// Waiting gives the first n sessions of a department's queue that may be given, in the order in which they are served. may says which those are, by
// what Distribution.Choose looks at; nil: all. The department is locked.
func (w *Work) Waiting(d core.DepartmentID, n int, may func(core.Session) bool) ([]core.SessionID, error) {
	g := w.group
	for {
		l := g.lines[d]
		first := g.waiting(d, l, may)
		if len(first) >= n || l.whole || len(l.rows) >= endOfLine {
			ids := make([]core.SessionID, min(n, len(first)))
			for i := range ids {
				ids[i] = first[i].ID
			}
			return ids, nil
		}
		var last queued
		last.At = -1 << 62
		if len(l.rows) > 0 {
			last = l.rows[len(l.rows)-1]
		}
		page := min(max(firstLine, n, len(l.rows), g.held), maxLine)
		var rows []queued
		if err := w.read(g.query(&rows, g.tx.Rebind(selectWaiting), d, last.At, last.ID, page)); err != nil {
			return nil, err
		}
		g.lines[d] = line{append(l.rows, rows...), len(rows) < page}
	}
}

// waiting gives what of the line waits as the group has it by now, with what has come to wait in the group, as far as the line is known.
func (g *group) waiting(d core.DepartmentID, l line, may func(core.Session) bool) []queued {
	var first []queued
	stored := make(map[core.SessionID]bool, len(l.rows))
	add := func(q queued) {
		if s, there, _ := g.sessions.get(q.ID); there {
			if !s.Unassigned() || s.Department != d {
				return
			}
			q = queued{s, s.Place()}
		}
		if may == nil || may(q.Session) {
			first = append(first, q)
		}
	}
	for _, q := range l.rows {
		if !stored[q.ID] {
			stored[q.ID] = true
			add(q)
		}
	}
	for _, id := range g.sessions.changes {
		if !stored[id] {
			add(queued{g.sessions.rows[id], 0})
		}
	}
	slices.SortFunc(first, queued.compare)
	switch {
	case l.whole:
		return first
	case len(l.rows) == 0:
		return nil
	}
	last := l.rows[len(l.rows)-1]
	return slices.DeleteFunc(first, func(q queued) bool { return q.compare(last) > 0 })
}

// Bring loads sessions that the job is about to look at, with their participants: all at once, and with them those that the group's other jobs
// make room for.
func (w *Work) Bring(d core.DepartmentID, ids []core.SessionID) error {
	g := w.group
	if _, _, known := g.sessions.get(ids[0]); !known && g.held > len(ids) {
		first := g.waiting(d, g.lines[d], nil)
		ids = slices.Clone(ids)
		for _, q := range first[:min(g.held, len(first))] {
			ids = append(ids, q.ID)
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	sessions := slices.DeleteFunc(slices.Clone(ids), func(id core.SessionID) bool { _, _, known := g.sessions.get(id); return known })
	participants := slices.DeleteFunc(slices.Clone(ids), func(id core.SessionID) bool { _, known := g.present[id]; return known })
	if err := w.read(g.loadSessions(sessions)); err != nil {
		return err
	}
	return w.read(g.loadParticipants(participants))
}

const (
	selectQueued = `SELECT id FROM departments d WHERE d.distributes AND d.unassigned > 0
		AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.kind = 'department' AND t.id = d.id AND t.due_at <= ?) ORDER BY id`
	selectFirst = selectSession + `WHERE ended_at = 0 AND state = 'waiting' AND department = ? ORDER BY place, id LIMIT 20`
)

// Unserved gives departments where a session waits, one of the first, for which there is somebody, and of which nobody is about to look after
// that.
func (s *Store) Unserved(ctx context.Context, now core.Time) ([]core.DepartmentID, error) {
	const op = "store.Unserved"
	waits, err := all[core.DepartmentID](ctx, s, op, selectQueued, now)
	if err != nil || len(waits) == 0 {
		return nil, err
	}
	seen, err := s.DatabaseTime(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	var unserved []core.DepartmentID
	for _, d := range waits {
		settings, err := s.Settings(ctx, d)
		if err != nil {
			return nil, err
		}
		candidates, err := all[core.Candidate](ctx, s, op, selectReceiving, seen, d)
		if err != nil {
			return nil, err
		}
		for i := range candidates {
			candidates[i].Limit = settings.Distribution.Limit(candidates[i].Own)
		}
		if !slices.ContainsFunc(candidates, func(c core.Candidate) bool { return c.Bar() == "" }) {
			continue
		}
		head, err := all[core.Session](ctx, s, op, selectFirst, d)
		if err != nil {
			return nil, err
		}
		may := func(s core.Session) bool {
			who, _ := settings.Distribution.Choose(s, candidates, now)
			return who >= 0
		}
		if slices.ContainsFunc(head, may) {
			unserved = append(unserved, d)
		}
	}
	return unserved, nil
}
