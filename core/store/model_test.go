package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/core"
	"parley/core/store"
)

// desk is what a job sees of a work; the model is one too.
type desk interface {
	Now() core.Time
	Key() string
	Session(core.SessionID) (core.Session, error)
	Open(core.ChannelID, core.RemoteID) (core.Session, error)
	Department(core.DepartmentID) (core.Department, error)
	Agent(core.AgentID) (core.Actor, error)
	Participant(core.SessionID, core.AgentID) (core.Participant, error)
	Participants(core.SessionID) ([]core.Participant, error)
	Identity(core.ChannelID, core.RemoteID) (core.Identity, error)
	Blocked(core.ChannelID, core.RemoteID) (core.Blocked, error)
	PutBlocked(core.Blocked)
	UnreadAfter(core.Session, int64) (int64, error)
	SeqAt(core.SessionID, core.EventID) (int64, error)
	AddSession(core.Session)
	PutSession(core.Session)
	PutDepartment(core.Department)
	PutParticipant(core.Participant)
	AddCustomer(core.Customer, core.Identity)
	Append(*core.Session, core.Event)
	Tell(core.Event)
	PutAgent(core.Actor)
}

var _ desk = (*store.Work)(nil)

// model is the database as plain values, without groups: jobs are done one after the other, and a refused one is done
// on a copy that is thrown away.
type model struct {
	now        core.Time
	key        string
	sessions   map[core.SessionID]core.Session
	parts      map[[2]int64]core.Participant
	identities map[core.RemoteID]core.Identity
	blocked    map[core.RemoteID]core.Blocked
	department core.Department
	agents     map[core.AgentID]core.Actor
	events     []core.Event
	bodies     map[string]string // by key
}

func (m *model) copied() *model {
	c := *m
	c.sessions, c.parts, c.identities = maps.Clone(m.sessions), maps.Clone(m.parts), maps.Clone(m.identities)
	c.blocked = maps.Clone(m.blocked)
	c.agents, c.events, c.bodies = maps.Clone(m.agents), slices.Clone(m.events), maps.Clone(m.bodies)
	return &c
}

var errMissing = &core.Error{Op: "model", Kind: core.NotFound}

func found[V any](v V, ok bool) (V, error) {
	if !ok {
		return v, errMissing
	}
	return v, nil
}

func (m *model) Now() core.Time { return m.now }
func (m *model) Key() string    { return m.key }
func (m *model) Session(id core.SessionID) (core.Session, error) {
	s, ok := m.sessions[id]
	return found(s, ok)
}

func (m *model) Open(c core.ChannelID, conversation core.RemoteID) (core.Session, error) {
	for _, s := range m.sessions {
		if s.Channel == c && s.Conversation == conversation && s.Open() {
			return s, nil
		}
	}
	return core.Session{}, errMissing
}

func (m *model) Department(id core.DepartmentID) (core.Department, error) {
	return found(m.department, m.department.ID == id)
}

func (m *model) Agent(id core.AgentID) (core.Actor, error) {
	a, ok := m.agents[id]
	return found(a, ok)
}

func (m *model) Participant(s core.SessionID, a core.AgentID) (core.Participant, error) {
	if p, ok := m.parts[[2]int64{int64(s), int64(a)}]; ok {
		return p, nil
	}
	return core.Participant{Session: s, Agent: a}, nil
}

func (m *model) Participants(s core.SessionID) (ps []core.Participant, _ error) {
	for _, p := range m.parts {
		if p.Session == s {
			ps = append(ps, p)
		}
	}
	return ps, nil
}

func (m *model) Identity(_ core.ChannelID, remote core.RemoteID) (core.Identity, error) {
	i, ok := m.identities[remote]
	return found(i, ok)
}

func (m *model) Blocked(_ core.ChannelID, remote core.RemoteID) (core.Blocked, error) {
	b, ok := m.blocked[remote]
	return found(b, ok)
}

func (m *model) PutBlocked(b core.Blocked) { m.blocked[b.Remote] = b }

func (m *model) UnreadAfter(s core.Session, seq int64) (n int64, _ error) {
	for _, e := range m.events {
		if e.Session == s.ID && e.Seq > seq && e.Kind == core.EventMessage && e.ActorKind == core.ByCustomer {
			n++
		}
	}
	return n, nil
}

// SeqAt of a group's own events is not known before they have ids.
func (m *model) SeqAt(s core.SessionID, at core.EventID) (seq int64, _ error) {
	for _, e := range m.events {
		if e.Session == s && e.ID != 0 && e.ID <= at {
			seq = max(seq, e.Seq)
		}
	}
	return seq, nil
}

func (m *model) AddSession(s core.Session)       { m.sessions[s.ID] = s }
func (m *model) PutSession(s core.Session)       { m.sessions[s.ID] = s }
func (m *model) PutDepartment(d core.Department) { m.department = d }
func (m *model) PutParticipant(p core.Participant) {
	m.parts[[2]int64{int64(p.Session), int64(p.Agent)}] = p
}
func (m *model) AddCustomer(_ core.Customer, i core.Identity) {
	m.identities[i.Remote] = i
}

func (m *model) Append(s *core.Session, e core.Event) {
	s.LastSeq++
	e.Session, e.Seq, e.Department, e.Channel, e.Conversation = s.ID, s.LastSeq, s.Department, s.Channel, s.Conversation
	m.sessions[s.ID] = *s
	m.Tell(e)
}

func (m *model) Tell(e core.Event) {
	e.At = m.now
	m.events = append(m.events, e)
}
func (m *model) PutAgent(a core.Actor) { m.agents[a.Agent.ID] = a }

// act is one job of the model test, as data.
type act struct {
	verb     string
	customer core.RemoteID
	agent    core.AgentID
	ids      [3]int64 // for a customer, an identity, a session
	key      string
	seq      int64
	failing  string // "", "refuse", "panic"
	named    bool
}

func (a act) String() string {
	return fmt.Sprintf("%s %s %d %q seq %d %s named=%v", a.verb, a.customer, int64(a.agent), a.key, a.seq, a.failing, a.named)
}

// body is what makes a repeat: two acts may share a key and differ in it.
func (a act) body() string { return fmt.Sprint(a.verb, a.customer, a.agent) }

// world is where one run of the model test happens: rows of its own in a database that all runs share.
type world struct {
	house      *house
	department core.DepartmentID
	channel    core.ChannelID
	head       core.EventID
}

// perform does the act, and notes everything that it saw on the way.
func (w world) perform(d desk, a act, saw *strings.Builder) error {
	saw.Reset()
	note := func(values ...any) { fmt.Fprintln(saw, values...) }
	s, err := d.Open(w.channel, a.customer)
	note(s, core.KindOf(err))
	if err != nil && core.KindOf(err) != core.NotFound {
		return err
	}
	if core.KindOf(err) == core.NotFound {
		i, err := d.Identity(w.channel, a.customer)
		note(i, core.KindOf(err))
		if core.KindOf(err) == core.NotFound {
			i = core.Identity{ID: core.IdentityID(a.ids[1]), Channel: w.channel, Remote: a.customer, Customer: core.CustomerID(a.ids[0])}
			d.AddCustomer(core.Customer{ID: i.Customer, Name: string(a.customer), CreatedAt: d.Now()}, i)
		}
		s = core.NewSession(core.SessionID(a.ids[2]), w.department, w.channel, a.customer, i.ID, d.Now())
		d.AddSession(s)
		d.Append(&s, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(i.ID)})
		if err := w.queue(d, 1, note); err != nil {
			return err
		}
	}
	parts, err := d.Participants(s.ID)
	slices.SortFunc(parts, func(a, b core.Participant) int { return int(a.Agent - b.Agent) })
	note(parts, err)
	mine, err := d.Participant(s.ID, a.agent)
	note(mine, err)
	e := core.Event{ActorKind: core.ByAgent, Actor: int64(a.agent), Audience: core.Everyone, Dedupe: d.Key()}
	switch a.verb {
	case "hear":
		s.HearCustomer(core.Content{Text: "text"}, d.Now())
		e.Kind, e.ActorKind, e.Actor = core.EventMessage, core.ByCustomer, int64(s.Identity)
	case "note":
		e.Kind, e.Audience = core.EventMessage, core.AgentsOnly
	case "hold":
		if s.Unassigned() {
			if err := w.queue(d, -1, note); err != nil {
				return err
			}
		}
		s.Hold(a.agent, a.agent, d.Now())
		mine.JoinedAt, mine.LeftAt, e.Kind = d.Now(), 0, core.EventAssigned
		d.PutParticipant(mine)
	case "read":
		mine.ReadSeq = max(mine.ReadSeq, a.seq)
		d.PutParticipant(mine)
		unread, err := d.UnreadAfter(s, a.seq)
		note(unread, err)
		s.ReadSeq, s.Unread = a.seq, unread
		d.PutSession(s)
	case "end", "end and begin":
		if s.Unassigned() {
			if err := w.queue(d, -1, note); err != nil {
				return err
			}
		}
		s.End(core.CompletedByOperator, d.Now())
		e.Kind, e.Outcome = core.EventEnded, s.Outcome
	case "block":
		b, err := d.Blocked(w.channel, a.customer)
		note(b, core.KindOf(err))
		if err != nil && core.KindOf(err) != core.NotFound {
			return err
		}
		d.PutBlocked(core.Blocked{
			Channel: w.channel, Remote: a.customer, Session: s.ID, Agent: a.agent, Name: "Agent", Since: d.Now(), Until: core.Time(a.seq),
			Dropped: b.Dropped + 1, NoticedAt: b.Since,
		})
	case "rename":
		who, err := d.Agent(a.agent)
		note(who, err)
		who.Agent.Name = fmt.Sprint("Agent ", a.seq)
		d.PutAgent(who)
	}
	if e.Kind != "" {
		d.Append(&s, e)
	}
	if a.verb == "end and begin" {
		a.verb, a.ids[2] = "", a.ids[2]+1
		var rest strings.Builder
		err := w.perform(d, a, &rest)
		note(rest.String())
		if err != nil {
			return err
		}
	}
	seq, err := d.SeqAt(s.ID, w.head+core.EventID(a.seq))
	note(seq, err)
	again, err := d.Session(s.ID)
	note(again, err)
	switch a.failing {
	case "refuse":
		return errRefused
	case "panic":
		panic("a bug")
	}
	return nil
}

func (w world) queue(d desk, by int64, note func(...any)) error {
	department, err := d.Department(w.department)
	note(department, err)
	department.Unassigned += by
	d.PutDepartment(department)
	return err
}
