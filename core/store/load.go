package store

import (
	"maps"
	"slices"

	"parley/core"
)

// Keys collects what jobs say that they will look at.
type Keys struct {
	departments  map[core.DepartmentID]struct{}
	sessions     map[core.SessionID]struct{}
	held         map[core.SessionID]struct{}
	participants map[core.SessionID]struct{}
	agents       map[core.AgentID]struct{}
	routes       map[core.AgentID]struct{}
	loads        map[core.AgentID]struct{}
	talking      map[place]core.DepartmentID
	identities   map[place]struct{}
	lanes        map[core.SessionID]struct{}
}

func newKeys() *Keys {
	return &Keys{
		departments: map[core.DepartmentID]struct{}{}, sessions: map[core.SessionID]struct{}{}, held: map[core.SessionID]struct{}{},
		participants: map[core.SessionID]struct{}{}, agents: map[core.AgentID]struct{}{},
		routes: map[core.AgentID]struct{}{}, loads: map[core.AgentID]struct{}{},
		talking: map[place]core.DepartmentID{}, identities: map[place]struct{}{}, lanes: map[core.SessionID]struct{}{},
	}
}

// place is somewhere, or somebody, on a channel.
type place struct {
	channel core.ChannelID
	remote  core.RemoteID
}

// Department names a department that the job changes: its row is locked before any session's.
func (k *Keys) Department(id core.DepartmentID) { k.departments[id] = struct{}{} }

// Session names a session.
func (k *Keys) Session(id core.SessionID) { k.sessions[id] = struct{}{} }

// Held names a session whose holder the job changes: its department is locked before it, and what its holder may then get from.
func (k *Keys) Held(id core.SessionID) {
	k.held[id] = struct{}{}
	k.sessions[id] = struct{}{}
}

// Participants names a session all of whose participants the job looks at.
func (k *Keys) Participants(id core.SessionID) { k.participants[id] = struct{}{} }

// Agent names an agent, with their roles.
func (k *Keys) Agent(id core.AgentID) { k.agents[id] = struct{}{} }

// Routes names an agent who may have room for what waits, from now on: the departments where it may are locked.
func (k *Keys) Routes(id core.AgentID) { k.routes[id] = struct{}{} }

// Load names an agent who is to hold something: what they carry is locked.
func (k *Keys) Load(id core.AgentID) { k.loads[id] = struct{}{} }

// Lane names a session to whose customer the job says something.
func (k *Keys) Lane(id core.SessionID) { k.lanes[id] = struct{}{} }

// Open names a conversation's open session and, should there be none, the department where one begins and the identity
// who begins it.
func (k *Keys) Open(c core.ChannelID, conversation, identity core.RemoteID, d core.DepartmentID) {
	k.talking[place{c, conversation}] = d
	k.identities[place{c, identity}] = struct{}{}
}

// repeat is the first use of an idempotency key.
type repeat struct {
	hash  []byte
	event core.Event // stored before this group
	fresh bool       // made in this group: the event at index at
	at    int
}

// repeatRow reads a log row with the hash of its body.
type repeatRow struct {
	core.Event
	BodyHash []byte `db:"body_hash"`
}

// load brings what the jobs name into the group, in the order of the locks: departments, then sessions, each by id. Four kinds of jobs
// cannot name their department beforehand, the answer that takes, the customer's end in the queue, the first word in an empty session and the word with which
// a bot hands over: they lock it late, and should that deadlock with another node, the group is tried again.
func (g *group) load(jobs []*waiting) error {
	keys := newKeys()
	var dedupes []string
	for _, j := range jobs {
		if j.Dedupe != "" {
			dedupes = append(dedupes, j.Dedupe)
		}
		if j.Touch != nil {
			j.Touch(keys)
		}
	}
	if err := g.loadRepeats(dedupes); err != nil {
		return err
	}
	if err := g.loadTalking(slices.Collect(maps.Keys(keys.talking))); err != nil {
		return err
	}
	var silent []place // a session may begin there: look again when its department is locked
	for at, department := range keys.talking {
		if id := g.talking[at]; id != 0 {
			keys.Session(id)
		} else {
			keys.Department(department)
			silent = append(silent, at)
		}
	}
	if err := g.nameDepartments(keys); err != nil {
		return err
	}
	if err := g.loadDepartments(sorted(keys.departments)); err != nil {
		return err
	}
	if err := g.loadTalking(silent); err != nil {
		return err
	}
	var strangers []place // identities matter only where a session begins
	for _, at := range silent {
		if id := g.talking[at]; id != 0 {
			keys.Session(id)
		}
	}
	if len(silent) > 0 {
		strangers = slices.Collect(maps.Keys(keys.identities))
	}
	if err := g.loadSessions(sorted(keys.sessions)); err != nil {
		return err
	}
	if err := g.loadCarried(g.carriers(keys)); err != nil {
		return err
	}
	if err := g.loadLanes(g.lanesOf(sorted(keys.lanes))); err != nil {
		return err
	}
	if err := g.loadIdentities(strangers); err != nil {
		return err
	}
	if err := g.loadParticipants(sorted(keys.participants)); err != nil {
		return err
	}
	if err := g.loadBlocked(slices.Collect(maps.Keys(keys.identities))); err != nil {
		return err
	}
	return g.loadAgents(sorted(keys.agents))
}

func sorted[K ~int64](set map[K]struct{}) []K { return slices.Sorted(maps.Keys(set)) }

func (g *group) loadRepeats(dedupes []string) error {
	if len(dedupes) == 0 {
		return nil
	}
	var rows []repeatRow
	if err := g.query(&rows, g.loads.repeats, g.dialect.texts(dedupes)); err != nil {
		return err
	}
	for _, r := range rows {
		g.repeats[r.Dedupe] = repeat{hash: r.BodyHash, event: r.Event}
	}
	return nil
}

// nameDepartments adds the departments of the sessions whose holder changes, and those where agents may get what waits.
func (g *group) nameDepartments(keys *Keys) error {
	if len(keys.held) > 0 {
		var own, routes []route
		var rows []struct {
			route
			Own bool `db:"own"` // the session's, where the agent holds it; else one that distributes, where they are an operator
		}
		if err := g.query(&rows, g.loads.departmentsOf, g.dialect.ids(numbers(sorted(keys.held)))); err != nil {
			return err
		}
		for _, r := range rows {
			keys.Department(r.Department)
			if r.Own {
				own = append(own, r.route)
			} else {
				routes = append(routes, r.route)
			}
		}
		for _, r := range own {
			g.routes[r.Agent] = nil
		}
		for _, r := range routes {
			g.routes[r.Agent] = append(g.routes[r.Agent], r.Department)
		}
	}
	if err := g.loadRoutes(sorted(keys.routes)); err != nil {
		return err
	}
	for id := range keys.routes {
		for _, d := range g.routes[id] {
			keys.Department(d)
		}
	}
	return nil
}

// carriers are those whose load the jobs change: who holds what changes its holder, and who is named.
func (g *group) carriers(keys *Keys) []core.AgentID {
	g.held = len(keys.held)
	for id := range keys.held {
		if s, there, _ := g.sessions.get(id); there && s.Holder() != 0 {
			keys.Load(s.Assignee)
		}
	}
	return sorted(keys.loads)
}

func (g *group) loadTalking(at []place) error {
	if len(at) == 0 {
		return nil
	}
	var rows []struct {
		ID           core.SessionID `db:"id"`
		Channel      core.ChannelID `db:"channel"`
		Conversation core.RemoteID  `db:"conversation"`
	}
	if err := g.query(&rows, g.loads.talking, g.dialect.places(at)...); err != nil {
		return err
	}
	for _, p := range at {
		g.talking[p] = 0
	}
	for _, r := range rows {
		g.talking[place{r.Channel, r.Conversation}] = r.ID
	}
	return nil
}

func (g *group) loadDepartments(ids []core.DepartmentID) error {
	return loadRows(g, &g.departments, ids, g.loads.departments, func(d core.Department) core.DepartmentID { return d.ID })
}

func (g *group) loadSessions(ids []core.SessionID) error {
	return loadRows(g, &g.sessions, ids, g.loads.sessions, func(s core.Session) core.SessionID { return s.ID })
}

func (g *group) loadIdentities(at []place) error {
	if len(at) == 0 {
		return nil
	}
	var rows []core.Identity
	if err := g.query(&rows, g.loads.identities, g.dialect.places(at)...); err != nil {
		return err
	}
	g.identities.miss(at)
	for _, r := range rows {
		g.identities.rows[place{r.Channel, r.Remote}] = r
	}
	return nil
}

// lanesOf gives the lanes in which sessions' customers are spoken to.
func (g *group) lanesOf(ids []core.SessionID) []laneKey {
	var keys []laneKey
	for _, id := range ids {
		if s, there, _ := g.sessions.get(id); there {
			keys = append(keys, laneKey{s.Channel, string(s.Conversation)})
		}
	}
	return keys
}

func (g *group) loadLanes(keys []laneKey) error {
	if len(keys) == 0 {
		return nil
	}
	at := make([]place, len(keys))
	for i, k := range keys {
		at[i] = place{k.channel, core.RemoteID(k.lane)}
	}
	var rows []core.Lane
	if err := g.query(&rows, g.loads.lanes, g.dialect.places(at)...); err != nil {
		return err
	}
	g.lanes.miss(keys)
	for _, l := range rows {
		g.lanes.rows[laneKey{l.Channel, l.Lane}] = l
	}
	return nil
}

func (g *group) loadParticipants(ids []core.SessionID) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []core.Participant
	if err := g.query(&rows, g.loads.participants, g.dialect.ids(numbers(ids))); err != nil {
		return err
	}
	for _, id := range ids {
		g.present[id] = nil
	}
	for _, r := range rows {
		g.participants.rows[part{r.Session, r.Agent}] = r
		g.present[r.Session] = append(g.present[r.Session], r.Agent)
	}
	return nil
}

func (g *group) loadAgents(ids []core.AgentID) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []agentRole
	if err := g.query(&rows, g.loads.agents, g.dialect.ids(numbers(ids))); err != nil {
		return err
	}
	g.agents.miss(ids)
	for _, a := range actorsOf(rows) {
		g.agents.rows[a.Agent.ID] = a
	}
	return nil
}

func loadRows[K ~int64, V any](g *group, t *table[K, V], ids []K, query string, key func(V) K) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []V
	if err := g.query(&rows, query, g.dialect.ids(numbers(ids))); err != nil {
		return err
	}
	t.miss(ids)
	for _, r := range rows {
		t.rows[key(r)] = r
	}
	return nil
}

func numbers[K ~int64](ids []K) []int64 {
	ns := make([]int64, len(ids))
	for i, id := range ids {
		ns[i] = int64(id)
	}
	return ns
}

func (g *group) query(to any, query string, args ...any) error {
	return collect(g.ctx, g.tx, to, query, args...)
}
