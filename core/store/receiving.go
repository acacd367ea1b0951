package store

import (
	"context"

	"parley/core"
)

// Who receives sessions, as core.Candidate.Receiving has it. Others can be thousands.
const fromReceiving = ` FROM roles r JOIN agents a ON a.id = r.agent LEFT JOIN agent_load l ON l.agent = r.agent
	WHERE r.role IN (1, 3) AND a.disabled_at = 0 AND NOT a.bot AND a.permissions & 1 <> 0 AND a.availability IN ('available', 'busy')
	AND EXISTS (SELECT 1 FROM presence p WHERE p.agent = r.agent AND p.until > ?) `

const countReceiving = `SELECT r.department, count(*) AS receiving` + fromReceiving + `GROUP BY r.department`

// Receiving counts the operators who receive sessions now, by department; where nobody does it has none.
func (s *Store) Receiving(ctx context.Context) (map[core.DepartmentID]int64, error) {
	const op = "store.Receiving"
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	rows, err := all[struct {
		Department core.DepartmentID `db:"department"`
		Receiving  int64             `db:"receiving"`
	}](ctx, s, op, countReceiving, now)
	counts := make(map[core.DepartmentID]int64, len(rows))
	for _, r := range rows {
		counts[r.Department] = r.Receiving
	}
	return counts, err
}

const selectReceives = `SELECT EXISTS (SELECT 1` + fromReceiving + `AND r.department = ?)`

const countReceivingIn = `SELECT count(*)` + fromReceiving + `AND r.department = ?`

// Crew counts the operators who receive sessions of a department, as it was before the job's group.
func (w *Work) Crew(d core.DepartmentID) (n int64, err error) {
	now, err := w.group.presenceTime()
	if w.read(err) != nil {
		return 0, err
	}
	return n, w.get(&n, countReceivingIn, now, d)
}

// Receiving tells whether somebody receives sessions of a department, as it was before the job's group.
func (w *Work) Receiving(d core.DepartmentID) (is bool, err error) {
	now, err := w.group.presenceTime()
	if w.read(err) != nil {
		return false, err
	}
	return is, w.get(&is, selectReceives, now, d)
}
