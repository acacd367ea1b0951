package store

import (
	"context"

	"parley/core"
)

// Whom an agent has answered waits for nothing, whoever is to have them next.
const selectLine = `SELECT id, channel, conversation, state, connected, queue_text, queue_at FROM sessions WHERE ended_at = 0 AND state IN ('waiting', 'pending')
	AND department = ? AND waiting_since <> 0 ORDER BY place, id LIMIT ?`

// Line gives the first of those who wait in a department, in the order in which they are served.
func (s *Store) Line(ctx context.Context, d core.DepartmentID) ([]core.Stand, error) {
	return all[core.Stand](ctx, s, "store.Line", selectLine, d, core.MaxLine)
}

// QueuePlaces gives where those of the sessions stand in which somebody waits, each as its customer has it (FEATURES C1, C3): one read of each line in
// which any of them is. Whoever is further back than core.MaxLine has none.
func (s *Store) QueuePlaces(ctx context.Context, of []Summary, now core.Time) (map[core.SessionID]core.QueuePlace, error) {
	in := map[core.DepartmentID]bool{}
	for _, one := range of {
		if (one.State == core.Waiting || one.State == core.Pending) && one.WaitingSince != 0 {
			in[one.Department] = true
		}
	}
	places := map[core.SessionID]core.QueuePlace{}
	if len(in) == 0 {
		return places, nil
	}
	departments, err := s.AllDepartments(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range departments {
		if !in[d.ID] {
			continue
		}
		line, err := s.Line(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		for i, at := range d.Places(line, now) {
			places[line[i].ID] = at
		}
	}
	return places, nil
}

// Line is Store.Line, as it was before the job's group.
func (w *Work) Line(d core.DepartmentID) ([]core.Stand, error) {
	var line []core.Stand
	g := w.group
	return line, w.read(g.query(&line, g.tx.Rebind(selectLine), d, core.MaxLine))
}
