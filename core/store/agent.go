package store

import (
	"context"

	"parley/core"
)

// agentRole is a row of an agent with one of their roles, department 0 if they have none.
type agentRole struct {
	core.Agent
	Department core.DepartmentID `db:"department"`
	Role       core.Role         `db:"role"`
}

const selectAgentRoles = `SELECT a.id, a.email, a.name, a.public_name, a.password_hash, a.admin, a.created_at, a.disabled_at, a.availability,
	a.quiet_by, a.quiet_former, a.quiet_until, COALESCE(r.department, 0) AS department, COALESCE(r.role, 0) AS role FROM agents a LEFT JOIN roles r ON r.agent = a.id `

// actorsOf puts agents' rows together, in the order in which they first come.
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
		if r.Department != 0 {
			actors[i].Roles[r.Department] = r.Role
		}
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

const selectAgents = selectAgentRoles + `ORDER BY a.email`

// Agents gives everybody, by e-mail.
func (s *Store) Agents(ctx context.Context) ([]core.Actor, error) {
	rows, err := all[agentRole](ctx, s, "store.Agents", selectAgents)
	return actorsOf(rows), err
}

const selectColleagues = `SELECT a.id, a.name, a.public_name, a.availability, r.department, r.role,
	EXISTS (SELECT 1 FROM presence p WHERE p.agent = a.id AND p.until > ?) AS present FROM roles r JOIN agents a ON a.id = r.agent
	WHERE r.department IN (?) AND a.disabled_at = 0 ORDER BY a.name, a.id`

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
	now, err := s.databaseTime(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	return all[core.Colleague](ctx, s, op, selectColleagues, now, departments)
}

const (
	insertAgent = `INSERT INTO agents (id, email, name, public_name, password_hash, admin, created_at, disabled_at, availability)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, public_name = excluded.public_name,
		password_hash = excluded.password_hash, admin = excluded.admin, disabled_at = excluded.disabled_at`
	insertRole = `INSERT INTO roles (agent, department, role) VALUES (?, ?, ?)
		ON CONFLICT (agent, department) DO UPDATE SET role = excluded.role`
)

// PutAgent adds or changes an agent with their roles. Roles that are not named stay, and so does what an agent who is there has said of
// their availability.
func (w *Work) PutAgent(a core.Actor) {
	g := w.group
	g.agents.put(g, a.Agent.ID, a, false)
	w.change(insertAgent, a.Agent.ID, a.Agent.Email, a.Agent.Name, a.Agent.PublicName, a.Agent.PasswordHash.Reveal(), a.Agent.Admin,
		a.Agent.CreatedAt, a.Agent.DisabledAt, string(a.Agent.Availability))
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

const setAvailability = `UPDATE agents SET availability = ?, quiet_by = ?, quiet_former = ?, quiet_until = ? WHERE id = ?`

// SetAvailability keeps an agent's availability, with what a channel has made of it, and nothing else of them.
func (w *Work) SetAvailability(a core.Actor) {
	g := w.group
	g.agents.put(g, a.Agent.ID, a, false)
	w.change(setAvailability, string(a.Agent.Availability), a.Agent.QuietBy, string(a.Agent.QuietFormer), a.Agent.QuietUntil, a.Agent.ID)
}

const selectQuiet = `SELECT id FROM agents WHERE quiet_until > 0 AND quiet_until <= ? ORDER BY quiet_until LIMIT ?`

// QuietOver gives agents who were not to be disturbed until a time that has come.
func (s *Store) QuietOver(ctx context.Context, now core.Time, limit int) ([]core.AgentID, error) {
	return all[core.AgentID](ctx, s, "store.QuietOver", selectQuiet, now, limit)
}

const deleteLogins = `DELETE FROM logins WHERE agent = ?`

// EndLogins ends all logins of an agent.
func (w *Work) EndLogins(a core.AgentID) { w.change(deleteLogins, a) }
