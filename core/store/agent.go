package store

import (
	"context"
	"slices"

	"parley/core"
)

// agentRole is a row of an agent with one of their roles, department 0 if they have none.
type agentRole struct {
	core.Agent
	Department core.DepartmentID `db:"department"`
	Role       core.Role         `db:"role"`
	Own        bool              `db:"own"`
}

const selectAgentRoles = `SELECT a.id, a.email, a.name, a.public_name, a.password_hash, a.admin, a.bot, a.created_at, a.disabled_at, a.availability, a.away_since, a.given, a.permissions,
	a.languages, a.skills, a.quiet_by, a.quiet_former, a.quiet_until, COALESCE(r.department, 0) AS department, COALESCE(r.role, 0) AS role,
	COALESCE(d.own, FALSE) AS own FROM agents a LEFT JOIN roles r ON r.agent = a.id LEFT JOIN departments d ON d.id = r.department `

// actorsOf puts agents' rows together, in the order in which they first come. Who may not use the chat has no roles.
func actorsOf(rows []agentRole) []core.Actor {
	var actors []core.Actor
	at := map[core.AgentID]int{}
	for _, r := range rows {
		i, ok := at[r.ID]
		if !ok {
			i = len(actors)
			at[r.ID] = i
			actors = append(actors, core.Actor{Agent: r.Agent, Roles: core.Roles{}})
		}
		if r.Department != 0 && r.Permissions.Has(core.UseChat) {
			actors[i].Roles[r.Department] = r.Role
		}
		if r.Own {
			actors[i].Own = append(actors[i].Own, r.Department)
		}
	}
	for _, a := range actors {
		slices.Sort(a.Own)
	}
	return actors
}

// actor gives the one agent that the query finds; otherwise an error of the given kind.
func (s *Store) actor(ctx context.Context, op string, none core.Kind, query string, args ...any) (core.Actor, error) {
	rows, err := all[agentRole](ctx, s, op, query, args...)
	if err != nil {
		return core.Actor{}, err
	}
	actors := actorsOf(rows)
	if len(actors) == 0 {
		return core.Actor{}, &core.Error{Op: op, Kind: none}
	}
	return actors[0], nil
}

const selectAgentByEmail = selectAgentRoles + `WHERE a.email = ?`

// AgentByEmail gives an agent, disabled or not; NotFound if there is none.
func (s *Store) AgentByEmail(ctx context.Context, email string) (core.Actor, error) {
	return s.actor(ctx, "store.AgentByEmail", core.NotFound, selectAgentByEmail, core.FoldEmail(email))
}

const selectAgentByID = selectAgentRoles + `WHERE a.id = ?`

// Agent gives an agent, disabled or not; NotFound if there is none.
func (s *Store) Agent(ctx context.Context, id core.AgentID) (core.Actor, error) {
	return s.actor(ctx, "store.Agent", core.NotFound, selectAgentByID, id)
}

const selectAgents = selectAgentRoles + `ORDER BY a.email`

// Agents gives everybody, by e-mail.
func (s *Store) Agents(ctx context.Context) ([]core.Actor, error) {
	rows, err := all[agentRole](ctx, s, "store.Agents", selectAgents)
	return actorsOf(rows), err
}

// Who may not use the chat (core.UseChat) is nobody's colleague.
const selectColleagues = `SELECT a.id, a.name, a.public_name, a.availability, a.bot, r.department, r.role,
	EXISTS (SELECT 1 FROM presence p WHERE p.agent = a.id AND p.until > ?) AS present, COALESCE(l.own_limit, 0) AS own_limit,
	COALESCE(l.open_sessions, 0) AS open_sessions, a.languages, a.skills
	FROM roles r JOIN agents a ON a.id = r.agent LEFT JOIN agent_load l ON l.agent = r.agent WHERE r.department IN (?) AND a.disabled_at = 0 AND a.permissions & 1 <> 0 ORDER BY a.name, a.id`

// Colleagues gives the agents of a department that the scope sees (0: of all of them, a row for each department), by name.
func (s *Store) Colleagues(ctx context.Context, scope core.Scope, d core.DepartmentID) ([]core.Colleague, error) {
	const op = "store.Colleagues"
	departments := scope.Departments
	if d != 0 {
		if !scope.Sees(d) {
			return nil, &core.Error{Op: op, Kind: core.NotFound}
		}
		departments = []core.DepartmentID{d}
	}
	if len(departments) == 0 {
		return nil, nil
	}
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	rows, err := all[core.Colleague](ctx, s, op, selectColleagues, now, departments)
	if err != nil {
		return nil, err
	}
	limits := map[core.DepartmentID]core.Distribution{}
	for i, c := range rows {
		how, known := limits[c.Department]
		if !known {
			settings, err := s.Settings(ctx, c.Department)
			if err != nil {
				return nil, err
			}
			how = settings.Distribution
			limits[c.Department] = how
		}
		rows[i].Limit = how.Limit(c.Own)
	}
	return rows, nil
}

const (
	insertAgent = `INSERT INTO agents (id, email, name, public_name, password_hash, admin, bot, created_at, disabled_at, availability)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, public_name = excluded.public_name,
		password_hash = excluded.password_hash, admin = excluded.admin, disabled_at = excluded.disabled_at`
	insertRole = `INSERT INTO roles (agent, department, role) VALUES (?, ?, ?)
		ON CONFLICT (agent, department) DO UPDATE SET role = excluded.role`
	insertLoad = `INSERT INTO agent_load (` + loadColumns + `) VALUES (?, 0, 0, 0, 0) ON CONFLICT (agent) DO NOTHING`
)

// PutAgent adds or changes an agent with their roles. Roles that are not named stay, and so do permissions, and what an agent who is there has said
// of their availability.
func (w *Work) PutAgent(a core.Actor) {
	g := w.group
	g.agents.put(g, a.Agent.ID, a, false)
	w.change(insertAgent, a.Agent.ID, a.Agent.Email, a.Agent.Name, a.Agent.PublicName, a.Agent.PasswordHash.Reveal(), a.Agent.Admin, a.Agent.Bot,
		a.Agent.CreatedAt, a.Agent.DisabledAt, string(a.Agent.Availability))
	w.change(insertLoad, a.Agent.ID)
	for _, d := range a.Roles.Departments(core.Operator | core.Supervisor) {
		w.change(insertRole, a.Agent.ID, d, int64(a.Roles[d]))
	}
	if a.Agent.DisabledAt != 0 {
		w.EndLogins(a.Agent.ID)
	}
}

const selectAgentAlone = `SELECT id FROM agents WHERE id = ?`

// LockAgent gives an agent whom nobody else changes meanwhile; NotFound if there is none.
func (w *Work) LockAgent(id core.AgentID) (core.Actor, error) {
	g := w.group
	if g.agents.marked[id] { // this group changes them
		return w.Agent(id)
	}
	var locked core.AgentID
	if err := w.get(&locked, g.loads.agent, id); err != nil {
		return core.Actor{}, err
	}
	if err := w.read(g.loadAgents([]core.AgentID{id})); err != nil {
		return core.Actor{}, err
	}
	return w.Agent(id)
}

const setAvailability = `UPDATE agents SET availability = ?, away_since = ?, quiet_by = ?, quiet_former = ?, quiet_until = ? WHERE id = ?`

// SetAvailability keeps an agent's availability, with what a channel has made of it, and nothing else of them.
func (w *Work) SetAvailability(a core.Actor) {
	g := w.group
	g.agents.put(g, a.Agent.ID, a, false)
	w.change(setAvailability, string(a.Agent.Availability), a.Agent.AwaySince, a.Agent.QuietBy, string(a.Agent.QuietFormer), a.Agent.QuietUntil, a.Agent.ID)
}

const setAbilities = `UPDATE agents SET languages = ?, skills = ? WHERE id = ?`

// SetAbilities keeps what an agent speaks and is good at, and nothing else of them.
func (w *Work) SetAbilities(a core.Actor) {
	g := w.group
	g.agents.put(g, a.Agent.ID, a, false)
	w.change(setAbilities, string(a.Agent.Languages), string(a.Agent.Skills), a.Agent.ID)
}

const selectQuiet = `SELECT id FROM agents WHERE quiet_until > 0 AND quiet_until <= ? ORDER BY quiet_until LIMIT ?`

// QuietOver gives agents who were not to be disturbed until a time that has come.
func (s *Store) QuietOver(ctx context.Context, now core.Time, limit int) ([]core.AgentID, error) {
	return all[core.AgentID](ctx, s, "store.QuietOver", selectQuiet, now, limit)
}

const deleteLogins = `DELETE FROM logins WHERE agent = ?`

// EndLogins ends all logins of an agent.
func (w *Work) EndLogins(a core.AgentID) { w.change(deleteLogins, a) }
