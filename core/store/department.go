package store

import (
	"context"

	"parley/core"
)

// departmentRows are the departments, as far as deeds and settings change them.
var departmentRows = newStored[core.Department]("departments",
	"id, unassigned, own, distributes, occupied, switched_on, switched_by, switched_at, ruled_at, served_each, served_at, served_by", "")

const selectDepartment = `SELECT id, slug, name, zone, unassigned, own, distributes, occupied, created_at, switched_on, switched_by, switched_at, ruled_at,
	served_each, served_at, served_by
	FROM departments `

const selectDepartments = selectDepartment + `WHERE id IN (?) ORDER BY name`

// Departments gives those that the scope sees, by name.
func (s *Store) Departments(ctx context.Context, scope core.Scope) ([]core.Department, error) {
	if len(scope.Departments) == 0 {
		return nil, nil
	}
	return all[core.Department](ctx, s, "store.Departments", selectDepartments, scope.Departments)
}

const selectAllDepartments = selectDepartment + `ORDER BY name`

// AllDepartments gives all, by name.
func (s *Store) AllDepartments(ctx context.Context) ([]core.Department, error) {
	return all[core.Department](ctx, s, "store.AllDepartments", selectAllDepartments)
}

const insertDepartment = `INSERT INTO departments (id, slug, name, zone, unassigned, own, distributes, created_at) VALUES (?, ?, ?, ?, 0, ?, ?, ?)`

// AddDepartment adds a department.
func (w *Work) AddDepartment(d core.Department) {
	w.change(insertDepartment, d.ID, d.Slug, d.Name, d.Zone, d.Own, d.Distributes, d.CreatedAt)
}

// The counters of C10: the queue's length is kept with the deeds; an agent's unread sessions are counted over the few that they hold.
const selectCounters = `SELECT d.id AS department, d.unassigned AS unassigned, (SELECT count(*) FROM sessions s
	WHERE s.assignee = ? AND s.department = d.id AND s.ended_at = 0 AND s.unread > 0) AS unread
	FROM departments d WHERE d.id IN (?) ORDER BY d.id`

// Counters gives what the agent's badges show.
func (s *Store) Counters(ctx context.Context, a core.Actor) (core.Counters, error) {
	scope := a.Scope()
	if len(scope.Departments) == 0 {
		return core.Counters{}, nil
	}
	rows, err := all[core.DepartmentCounters](ctx, s, "store.Counters", selectCounters, a.Agent.ID, scope.Departments)
	if err != nil {
		return core.Counters{}, err
	}
	return core.CountersOf(a.Roles, rows), nil
}
