package core

import "slices"

// Scope bounds a read or a following to what its reader may see.
type Scope struct {
	Agent       AgentID
	Departments []DepartmentID // in order
	Own         []DepartmentID // in order, some of Departments: there only the queue, and what is or was the agent's own
}

// Scope is what the actor may read: the sessions of every department where they hold a role. Where operators do not see what colleagues hold, an
// operator who is no supervisor sees the queue and their own (FEATURES C7), unless they were given to see all.
func (a Actor) Scope() Scope {
	s := Scope{Agent: a.Agent.ID, Departments: a.Roles.Departments(Operator | Supervisor)}
	for _, d := range a.Own {
		if a.narrow(d) {
			s.Own = append(s.Own, d)
		}
	}
	return s
}

// narrow tells whether of the department's sessions the actor sees only the queue and their own.
func (a Actor) narrow(d DepartmentID) bool {
	_, own := slices.BinarySearch(a.Own, d)
	return own && a.Roles[d] == Operator && !a.Agent.Permissions.Has(SeeAllSessions)
}

// Sees tells whether anything of the department is within the scope.
func (s Scope) Sees(d DepartmentID) bool {
	_, ok := slices.BinarySearch(s.Departments, d)
	return ok
}

// Narrow tells whether of the department only some sessions are within the scope: it depends on each.
func (s Scope) Narrow(d DepartmentID) bool {
	_, ok := slices.BinarySearch(s.Own, d)
	return ok
}

// In gives the part of the scope that is in a department, of which it sees something.
func (s Scope) In(d DepartmentID) Scope {
	in := Scope{Agent: s.Agent, Departments: []DepartmentID{d}}
	if s.Narrow(d) {
		in.Own = in.Departments
	}
	return in
}

// Shows tells whether the session is within the scope. mine is the agent's part in it, zero if there is none.
func (s Scope) Shows(of Session, mine Participant) bool {
	return s.Sees(of.Department) && (!s.Narrow(of.Department) || of.Concerns(s.Agent, mine))
}

// Concerns tells whether the session is an agent's to see where colleagues' are not: nobody has it yet, they hold it, they are in it, or they
// were in it before it ended. mine is their part in it.
func (s Session) Concerns(a AgentID, mine Participant) bool {
	return s.State == Empty || s.Unassigned() || s.Assignee == a || mine.Present() || !s.Open() && mine.JoinedAt != 0
}
