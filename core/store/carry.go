package store

import (
	"context"

	"parley/core"
)

const (
	loadColumns = `agent, own_limit, open_sessions, last_ended_at, last_assigned_at`
	selectLoad  = `SELECT ` + loadColumns + ` FROM agent_load `
)

const selectOneLoad = selectLoad + `WHERE agent = ?`

// Load gives what an agent carries.
func (s *Store) Load(ctx context.Context, a core.AgentID) (core.Load, error) {
	l, err := one[core.Load](ctx, s, "store.Load", selectOneLoad, a)
	if core.KindOf(err) == core.NotFound {
		return core.Load{Agent: a}, nil
	}
	return l, err
}

// Load gives what an agent carries, locked: who holds what is decided by it, whatever the department.
func (w *Work) Load(a core.AgentID) (core.Load, error) {
	g := w.group
	l, there, known := g.carried.get(a)
	if !known {
		if err := w.read(g.loadCarried([]core.AgentID{a})); err != nil {
			return l, err
		}
		l, there, _ = g.carried.get(a)
	}
	if !there {
		return core.Load{Agent: a}, nil
	}
	return l, nil
}

// PutLoad changes what an agent carries, or may.
func (w *Work) PutLoad(l core.Load) { w.group.carried.put(w.group, l.Agent, l, false) }

// carry keeps what agents carry when a session becomes another's, and notes for Stirred what that does to those who wait.
func (w *Work) carry(before, after core.Session) {
	if after.Unassigned() && (!before.Unassigned() || before.Department != after.Department) {
		w.queued = append(w.queued, after.Department)
	}
	was, is := before.Holder(), after.Holder()
	if was == is {
		return
	}
	if was != 0 {
		l, err := w.Load(was)
		if err != nil { // it spoils the group
			return
		}
		if l.Open--; !after.Open() {
			l.LastEndedAt = w.Now()
		}
		w.PutLoad(l)
		w.freed = append(w.freed, was)
	}
	if is != 0 {
		l, err := w.Load(is)
		if err != nil {
			return
		}
		l.Open++
		l.LastAssignedAt = w.Now()
		w.PutLoad(l)
	}
}

// Stirred says what the job has done so far that distribution may act on: who holds a session less than before, and into which departments'
// queues one has come.
func (w *Work) Stirred() (freed []core.AgentID, queued []core.DepartmentID) { return w.freed, w.queued }

func (g *group) loadCarried(ids []core.AgentID) error {
	return loadRows(g, &g.carried, ids, g.loads.carried, func(l core.Load) core.AgentID { return l.Agent })
}

// carriedRows gives the changed loads.
func (g *group) carriedRows() [][]any {
	_, changed := g.carried.split()
	return valuesOf(changed, func(l core.Load) []any {
		return []any{int64(l.Agent), l.Own, l.Open, int64(l.LastEndedAt), int64(l.LastAssignedAt)}
	})
}
