package store

import "parley/core"

// seen bounds a statement over sessions, called s there, to those that a scope shows: as core.Scope.Shows says it of one. Every read of a
// reader has it; seenBy gives its arguments. Where no session of a department is hidden, the second line decides nothing.
const seen = `s.department IN (?) AND (s.department NOT IN (?)
	OR s.state IN ('empty', 'waiting') OR s.assignee = ? OR EXISTS (SELECT 1 FROM participants mine WHERE mine.session = s.id AND mine.agent = ?
		AND mine.joined_at <> 0 AND (mine.left_at = 0 OR s.state = 'ended')))`

// seenBy gives the arguments of seen.
func seenBy(s core.Scope) []any {
	return []any{someOf(s.Departments), someOf(s.Own), s.Agent, s.Agent}
}

// someOf gives departments as a list that a statement can take: in the place of none, one that is not there.
func someOf(departments []core.DepartmentID) []core.DepartmentID {
	if len(departments) == 0 {
		return []core.DepartmentID{0}
	}
	return departments
}

// with puts the arguments of seen between what comes before and after it in a statement.
func with(before []any, s core.Scope, after ...any) []any {
	return append(append(before, seenBy(s)...), after...)
}
