package store

import (
	"database/sql"
	"errors"

	"parley/core"
)

// Work is the group's rows as one job sees them. What the job writes joins the group only if it returns nil. Rows that
// nobody named are read on first touch.
type Work struct {
	group  *group
	dedupe string
	said   core.Said
	from   int // the job's first event

	freed  []core.AgentID      // see Stirred
	queued []core.DepartmentID // see Stirred
}

// Said is where on a surface the job's deed is done; zero: on none.
func (w *Work) Said() core.Said { return w.said }

// Now is the group's time.
func (w *Work) Now() core.Time { return w.group.now }

// Session gives a session, locked; NotFound if there is none.
func (w *Work) Session(id core.SessionID) (core.Session, error) {
	g := w.group
	s, there, known := g.sessions.get(id)
	if !known {
		if err := w.read(g.loadSessions([]core.SessionID{id})); err != nil {
			return s, err
		}
		s, there, _ = g.sessions.get(id)
	}
	if !there {
		return s, missing("store.Session")
	}
	return s, nil
}

// Open gives the conversation's open session; NotFound if there is none.
func (w *Work) Open(c core.ChannelID, conversation core.RemoteID) (core.Session, error) {
	g, at := w.group, place{c, conversation}
	id, known := g.talking[at]
	if !known {
		if err := w.read(g.loadTalking([]place{at})); err != nil {
			return core.Session{}, err
		}
		id = g.talking[at]
	}
	if id == 0 {
		return core.Session{}, missing("store.Open")
	}
	s, err := w.Session(id)
	if err == nil && !s.Open() { // ended between the look-up and the lock
		return core.Session{}, missing("store.Open")
	}
	return s, err
}

const selectNewest = selectSession + `WHERE channel = ? AND conversation = ? ORDER BY id DESC LIMIT 1`

// Newest gives the conversation's newest session, open or not, as it stands; NotFound if there is none. It is not locked: who decides on it asks
// Session then.
func (w *Work) Newest(c core.ChannelID, conversation core.RemoteID) (core.Session, error) {
	var stored core.Session
	if err := w.get(&stored, selectNewest, c, string(conversation)); err != nil {
		return stored, err
	}
	if s, there, _ := w.group.sessions.get(stored.ID); there {
		return s, nil
	}
	return stored, nil
}

const selectLastAgent = `SELECT s.assignee FROM identities i JOIN sessions s ON s.id =
	(SELECT p.id FROM sessions p WHERE p.identity = i.id AND p.ended_at <> 0 AND p.assignee <> 0 AND NOT p.bot ORDER BY p.id DESC LIMIT 1)
	WHERE i.customer = ? ORDER BY s.id DESC LIMIT 1`

// LastAgent gives who held the customer's newest session that has ended and that a person held; zero if nobody did. What ends in this very group does
// not count.
func (w *Work) LastAgent(c core.CustomerID) (last core.AgentID, err error) {
	if err = w.get(&last, selectLastAgent, c); core.KindOf(err) == core.NotFound {
		return 0, nil
	}
	return last, err
}

// Department gives a department, locked; NotFound if there is none.
func (w *Work) Department(id core.DepartmentID) (core.Department, error) {
	g := w.group
	d, there, known := g.departments.get(id)
	if !known {
		if err := w.read(g.loadDepartments([]core.DepartmentID{id})); err != nil {
			return d, err
		}
		d, there, _ = g.departments.get(id)
	}
	if !there {
		return d, missing("store.Department")
	}
	return d, nil
}

const selectZone = `SELECT zone FROM departments WHERE id = ?`

// Zone gives a department's time zone, and does not lock it: words alone never wait for their department.
func (w *Work) Zone(id core.DepartmentID) (zone string, err error) {
	if d, there, _ := w.group.departments.get(id); there {
		return d.Zone, nil
	}
	return zone, w.get(&zone, selectZone, id)
}

// Agent gives an agent with their roles; NotFound if there is none. Disabled agents are given too.
func (w *Work) Agent(id core.AgentID) (core.Actor, error) {
	g := w.group
	a, there, known := g.agents.get(id)
	if !known {
		if err := w.read(g.loadAgents([]core.AgentID{id})); err != nil {
			return a, err
		}
		a, there, _ = g.agents.get(id)
	}
	if !there {
		return a, missing("store.Agent")
	}
	return a, nil
}

// Participant gives an agent's part in a session, zero but for its names if there is none.
func (w *Work) Participant(s core.SessionID, a core.AgentID) (core.Participant, error) {
	if _, err := w.Participants(s); err != nil {
		return core.Participant{}, err
	}
	if p, there, _ := w.group.participants.get(part{s, a}); there {
		return p, nil
	}
	return core.Participant{Session: s, Agent: a}, nil
}

// Participants gives everybody who has a part in a session, also those who left or only read.
func (w *Work) Participants(s core.SessionID) ([]core.Participant, error) {
	g := w.group
	if _, known := g.present[s]; !known {
		if err := w.read(g.loadParticipants([]core.SessionID{s})); err != nil {
			return nil, err
		}
	}
	var ps []core.Participant
	for _, a := range g.present[s] {
		ps = append(ps, g.participants.rows[part{s, a}])
	}
	return ps, nil
}

// Identity gives a channel's customer; NotFound if they have never written.
func (w *Work) Identity(c core.ChannelID, remote core.RemoteID) (core.Identity, error) {
	g, at := w.group, place{c, remote}
	i, there, known := g.identities.get(at)
	if !known {
		if err := w.read(g.loadIdentities([]place{at})); err != nil {
			return i, err
		}
		i, there, _ = g.identities.get(at)
	}
	if !there {
		return i, missing("store.Identity")
	}
	return i, nil
}

const countCustomerMessages = `SELECT count(*) FROM log
	WHERE session = ? AND seq > ? AND kind = 'message' AND actor_kind = 'customer'`

// UnreadAfter counts the customer's messages of a session after seq.
func (w *Work) UnreadAfter(s core.Session, seq int64) (int64, error) {
	switch {
	case seq >= s.LastSeq:
		return 0, nil
	case seq <= 0:
		return s.CustomerMessages, nil
	}
	g := w.group
	var n int64
	if err := w.read(g.tx.GetContext(g.ctx, &n, g.tx.Rebind(countCustomerMessages), s.ID, seq)); err != nil {
		return 0, err
	}
	for _, e := range g.events { // not flushed yet
		if e.Session == s.ID && e.Seq > seq && e.Kind == core.EventMessage && e.ActorKind == core.ByCustomer {
			n++
		}
	}
	return n, nil
}

const selectSeqAt = `SELECT seq FROM log WHERE session = ? AND id <= ? ORDER BY seq DESC LIMIT 1`

// SeqAt gives the seq of a session's newest event that is not after the place in the log, 0 if there is none.
func (w *Work) SeqAt(s core.SessionID, at core.EventID) (int64, error) {
	g := w.group
	var seq int64
	err := g.tx.GetContext(g.ctx, &seq, g.tx.Rebind(selectSeqAt), s, at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, w.read(err)
}

// AddSession adds a session; its number is given when the group is stored.
func (w *Work) AddSession(s core.Session) {
	g, at := w.group, place{s.Channel, s.Conversation}
	w.carry(core.Session{}, s)
	before, known := g.talking[at]
	g.sessions.put(g, s.ID, s, true)
	g.talking[at] = s.ID
	g.present[s.ID] = nil
	g.undo = append(g.undo, func() {
		if delete(g.present, s.ID); known {
			g.talking[at] = before
		} else {
			delete(g.talking, at)
		}
	})
}

// PutSession changes a session. Work gives and takes values: what is not put is not changed.
func (w *Work) PutSession(s core.Session) {
	g := w.group
	w.carry(g.sessions.rows[s.ID], s)
	g.sessions.put(g, s.ID, s, false)
	at := place{s.Channel, s.Conversation}
	talks, known := g.talking[at]
	switch {
	case !s.Open() && talks == s.ID:
		g.talking[at] = 0
	case s.Open() && known && talks == 0: // opened again
		g.talking[at] = s.ID
	default:
		return
	}
	g.undo = append(g.undo, func() { g.talking[at] = talks })
}

// PutDepartment changes what the deeds keep in a department.
func (w *Work) PutDepartment(d core.Department) { w.group.departments.put(w.group, d.ID, d, false) }

// PutParticipant adds or changes an agent's part in a session.
func (w *Work) PutParticipant(p core.Participant) {
	g, key := w.group, part{p.Session, p.Agent}
	if _, err := w.Participants(p.Session); err != nil { // or this one would stand for all; the error fails the group
		return
	}
	if _, there, _ := g.participants.get(key); !there {
		before := g.present[p.Session]
		g.present[p.Session] = append(before[:len(before):len(before)], p.Agent)
		g.undo = append(g.undo, func() { g.present[p.Session] = before })
	}
	g.participants.put(g, key, p, false)
}

// AddCustomer adds a customer and how the channel knows them.
func (w *Work) AddCustomer(c core.Customer, i core.Identity) {
	g := w.group
	g.customers.put(g, c.ID, c, true)
	g.identities.put(g, place{i.Channel, i.Remote}, i, true)
}

const nameCustomer = `UPDATE customers SET name = ? WHERE id = ? AND name <> ?`

// NameCustomer changes what a customer is called.
func (w *Work) NameCustomer(c core.CustomerID, name string) { w.change(nameCustomer, name, c, name) }

// Key is the job's idempotency key, with its origin. The one event that answers for the job carries it as Dedupe.
func (w *Work) Key() string { return w.dedupe }

// Append adds an event of the session to the log, raises the session's LastSeq by it, and puts the session as it now is.
// The event's id comes when the group is stored. What the surfaces of the session owe to it is owed with it.
func (w *Work) Append(s *core.Session, e core.Event) {
	s.LastSeq++
	e.Session, e.Seq, e.Department, e.Channel, e.Conversation = s.ID, s.LastSeq, s.Department, s.Channel, s.Conversation
	w.PutSession(*s)
	w.Tell(e)
	w.show(*s, e)
}

// Told is how many events the job has added so far.
func (w *Work) Told() int { return len(w.group.events) - w.from }

// Tell adds an event as it is, such as a change of settings, which belongs to no session.
func (w *Work) Tell(e core.Event) {
	e.At = w.group.now
	w.group.events = append(w.group.events, e)
}

// change adds a change of settings.
func (w *Work) change(query string, args ...any) {
	g := w.group
	g.settings = append(g.settings, statement{query, args})
	g.undo = append(g.undo, func() { g.settings = g.settings[:len(g.settings)-1] })
}

// get reads a row that nobody named; NotFound if there is none.
func (w *Work) get(to any, query string, args ...any) error {
	g := w.group
	err := g.tx.GetContext(g.ctx, to, g.tx.Rebind(query), args...)
	if errors.Is(err, sql.ErrNoRows) {
		return missing("store.get")
	}
	return w.read(err)
}

// read notes a failed read: it spoils the whole group, not only this job.
func (w *Work) read(err error) error {
	if err != nil && w.group.broken == nil {
		w.group.broken = err
	}
	return err
}

func missing(op string) error { return &core.Error{Op: op, Kind: core.NotFound} }
