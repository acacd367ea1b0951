package store

import (
	"context"
	"slices"

	"parley/core"
)

const (
	selectEverybody = `SELECT permissions FROM installation`
	selectGroups    = `SELECT 1 AS id, 'Everybody' AS name, 0 AS parent, permissions FROM installation
	UNION ALL SELECT id, name, parent, permissions FROM agent_groups ORDER BY id`
	selectMembers = `SELECT agent_group, agent FROM group_members ORDER BY agent_group, agent`
)

type member struct {
	Group core.GroupID `db:"agent_group"`
	Agent core.AgentID `db:"agent"`
}

// groupsOf puts groups together with their members.
func groupsOf(groups core.Groups, members []member) core.Groups {
	for i := range groups {
		for _, m := range members {
			if m.Group == groups[i].ID {
				groups[i].Members = append(groups[i].Members, m.Agent)
			}
		}
	}
	return groups
}

// Groups gives all groups of agents, that of everybody first.
func (s *Store) Groups(ctx context.Context) (core.Groups, error) {
	const op = "store.Groups"
	groups, err := all[core.Group](ctx, s, op, selectGroups)
	if err != nil {
		return nil, err
	}
	members, err := all[member](ctx, s, op, selectMembers)
	return groupsOf(groups, members), err
}

// Groups gives all groups of agents, that of everybody among them. Nobody else changes one meanwhile.
func (w *Work) Groups() (core.Groups, error) {
	g := w.group
	if g.circles != nil {
		return g.circles, nil
	}
	var everybody core.Permissions
	if err := w.get(&everybody, g.loads.everybody); err != nil {
		return nil, err
	}
	var groups core.Groups
	if err := w.read(g.query(&groups, selectGroups)); err != nil {
		return nil, err
	}
	var members []member
	if err := w.read(g.query(&members, selectMembers)); err != nil {
		return nil, err
	}
	g.circles = groupsOf(groups, members)
	return g.circles, nil
}

const (
	setEverybody = `UPDATE installation SET permissions = ?`
	upsertGroup  = `INSERT INTO agent_groups (id, name, parent, permissions) VALUES (?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent = excluded.parent, permissions = excluded.permissions`
	deleteMembers = `DELETE FROM group_members WHERE agent_group = ?`
	insertMember  = `INSERT INTO group_members (agent_group, agent) VALUES (?, ?)`
	deleteGroup   = `DELETE FROM agent_groups WHERE id = ?`
)

// PutGroup adds or changes a group, by which all become as given.
func (w *Work) PutGroup(c core.Group, after core.Groups) {
	w.regroup(after)
	if c.ID == core.Everybody {
		w.change(setEverybody, int64(c.Permissions))
		return
	}
	w.change(upsertGroup, c.ID, c.Name, c.Parent, int64(c.Permissions))
	w.change(deleteMembers, c.ID)
	for _, a := range c.Members {
		w.change(insertMember, c.ID, a)
	}
}

// RemoveGroup takes a group away, by which all become as given.
func (w *Work) RemoveGroup(id core.GroupID, after core.Groups) {
	w.regroup(after)
	w.change(deleteMembers, id)
	w.change(deleteGroup, id)
}

func (w *Work) regroup(after core.Groups) {
	g, before := w.group, w.group.circles
	g.circles = after
	g.undo = append(g.undo, func() { g.circles = before })
}

// Everyone gives all agents, without their roles, as this group's jobs have left them.
func (w *Work) Everyone() ([]core.Agent, error) {
	g := w.group
	var rows []agentRole
	if err := w.read(g.query(&rows, selectAgents)); err != nil {
		return nil, err
	}
	var agents []core.Agent
	known := map[core.AgentID]bool{}
	for _, a := range actorsOf(rows) {
		known[a.Agent.ID] = true
		if changed, there, _ := g.agents.get(a.Agent.ID); there {
			a = changed
		}
		agents = append(agents, a.Agent)
	}
	for id, a := range g.agents.rows {
		if !known[id] {
			agents = append(agents, a.Agent)
		}
	}
	slices.SortFunc(agents, func(a, b core.Agent) int { return int(a.ID - b.ID) })
	return agents, nil
}

const setPermissions = `UPDATE agents SET given = ?, permissions = ? WHERE id = ?`

// SetPermissions keeps what an agent may, and nothing else of them.
func (w *Work) SetPermissions(a core.Actor) {
	g := w.group
	g.agents.put(g, a.Agent.ID, a, false)
	w.change(setPermissions, int64(a.Agent.Given), int64(a.Agent.Permissions), a.Agent.ID)
}
