package core

// Standing is what an actor is to one session, a set.
type Standing uint8

// The standings. An agent without a role in the session's department has none, and does not see it.
const (
	AsOperator    Standing = 1 << iota // operator in its department
	AsSupervisor                       // supervisor in its department
	AsAssignee                         // holds it
	AsParticipant                      // has joined it
	AsFinder                           // operator, and nobody holds it
)

// StandingIn works out what an actor is to a session. mine is the actor's part in it, zero if there is none.
func StandingIn(s Session, a Actor, mine Participant) Standing {
	role := a.Roles[s.Department]
	if role == 0 || a.Agent.DisabledAt != 0 {
		return 0
	}
	var st Standing
	if role.Has(Operator) {
		st |= AsOperator
		if s.Unassigned() {
			st |= AsFinder
		}
	}
	if role.Has(Supervisor) {
		st |= AsSupervisor
	}
	if s.Assignee == a.Agent.ID {
		st |= AsAssignee
	}
	if mine.Present() {
		st |= AsParticipant
	}
	return st
}

// KeyScope is what alone an API key is good for.
type KeyScope string

// The scopes.
const (
	AllScope     KeyScope = ""        // all that its agent may
	MetricsScope KeyScope = "metrics" // the figures of those who watch over the installation
)

// Known tells whether there is such a scope.
func (s KeyScope) Known() bool { return s == AllScope || s == MetricsScope }

// Right is one deed's row in the table of rights.
type Right struct {
	May  Standing // any of these
	Over bool     // in an ended session too
}

// Rights says who may do which deed. A deed without a row does not start (see core/hub); FEATURES C6, C7, C9, C10, C13, C14.
var Rights = map[Verb]Right{
	VerbSay:     {May: AsAssignee | AsParticipant | AsFinder},
	VerbNote:    {May: AsOperator | AsSupervisor, Over: true},
	VerbTake:    {May: AsOperator},
	VerbRelease: {May: AsAssignee | AsSupervisor},
	VerbAssign:  {May: AsOperator | AsSupervisor},
	VerbJoin:    {May: AsOperator | AsSupervisor},
	VerbLeave:   {May: AsParticipant},
	VerbEnd:     {May: AsAssignee | AsParticipant | AsSupervisor | AsFinder},
	VerbRead:    {May: AsOperator | AsParticipant, Over: true},
	VerbTyping:  {May: AsAssignee | AsParticipant | AsFinder},
	VerbEdit:    {May: AsOperator | AsSupervisor, Over: true}, // of one's own messages
	VerbDelete:  {May: AsOperator | AsSupervisor, Over: true}, // an operator of one's own
	VerbReact:   {May: AsAssignee | AsParticipant},
	VerbRetry:   {May: AsOperator | AsSupervisor, Over: true},

	VerbTransfer:   {May: AsOperator | AsSupervisor},
	VerbUnanswered: {May: AsAssignee | AsParticipant | AsSupervisor | AsFinder},
	VerbPrioritise: {May: AsOperator | AsSupervisor, Over: true},
	VerbTag:        {May: AsOperator | AsSupervisor, Over: true},
	VerbBlock:      {May: AsAssignee | AsParticipant | AsSupervisor | AsFinder, Over: true},
	VerbUnblock:    {May: AsOperator | AsSupervisor, Over: true}, // an operator of one's own block
}

// Allow applies the deed's row: NotFound to who may not know of the session, Ended, Forbidden, or Taken where only
// somebody else's holding it stands in the way (the caller fills in the winner's name).
func Allow(v Verb, s Session, st Standing) error {
	right := Rights[v]
	switch {
	case st == 0:
		return &Error{Op: "core.Allow", Kind: NotFound}
	case !s.Open() && !right.Over:
		return &Error{Op: "core.Allow", Kind: Ended, Reason: "This session has ended."}
	case st&right.May != 0:
		return nil
	case s.Open() && right.May&AsFinder != 0 && st&AsOperator != 0 && s.Assignee != 0:
		return &Error{Op: "core.Allow", Kind: Taken}
	}
	return &Error{Op: "core.Allow", Kind: Forbidden, Reason: "Your role in this department does not allow that."}
}
