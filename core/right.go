package core

// Standing is what an actor is to one session, a set.
type Standing uint8

// The standings. An agent without a role in the session's department has none, and does not see it; nor does an operator whom a colleague's
// session does not concern, where the department wants that (Sight).
const (
	AsOperator    Standing = 1 << iota // operator in its department
	AsSupervisor                       // supervisor in its department
	AsAssignee                         // holds it
	AsParticipant                      // has joined it
	AsFinder                           // operator, and nobody holds it
	AsBot                              // a bot, which does nothing in what it does not hold
)

// StandingIn works out what an actor is to a session. mine is the actor's part in it, zero if there is none.
func StandingIn(s Session, a Actor, mine Participant) Standing {
	role := a.Roles[s.Department]
	if role == 0 || a.Agent.DisabledAt != 0 || a.narrow(s.Department) && !s.Concerns(a.Agent.ID, mine) {
		return 0
	}
	if a.Agent.Bot && s.Holder() != a.Agent.ID {
		return AsBot
	}
	var st Standing
	if role.Has(Operator) {
		st |= AsOperator
		if s.Unassigned() || s.State == Empty {
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

// AllowSwitch says whether an agent may set a department's switch and see its history: an admin, or a supervisor of it.
func AllowSwitch(a Actor, d DepartmentID) error {
	const op = "core.AllowSwitch"
	switch role := a.Roles[d]; {
	case a.Agent.Admin, role.Has(Supervisor):
		return nil
	case role == 0:
		return &Error{Op: op, Kind: NotFound}
	}
	return &Error{Op: op, Kind: Forbidden, Reason: "Only an admin or a supervisor of the department switches it."}
}

// Right is one deed's row in the table of rights.
type Right struct {
	May   Standing    // any of these
	Over  bool        // in an ended session too
	Bare  bool        // in an empty one too
	Needs Permissions // all of these besides
}

// Rights says who may do which deed. A deed without a row does not start (see core/hub); FEATURES C6, C7, C9, C10, C13, C14.
var Rights = map[Verb]Right{
	VerbSay:     {May: AsAssignee | AsParticipant | AsFinder},
	VerbNote:    {May: AsOperator | AsSupervisor, Over: true, Bare: true},
	VerbTake:    {May: AsOperator},
	VerbRelease: {May: AsAssignee | AsSupervisor},
	VerbAssign:  {May: AsOperator | AsSupervisor},
	VerbJoin:    {May: AsOperator | AsSupervisor},
	VerbLeave:   {May: AsParticipant},
	VerbEnd:     {May: AsAssignee | AsParticipant | AsSupervisor | AsFinder, Bare: true},
	VerbRead:    {May: AsOperator | AsParticipant, Over: true, Bare: true},
	VerbTyping:  {May: AsAssignee | AsParticipant | AsFinder},
	VerbEdit:    {May: AsOperator | AsSupervisor, Over: true, Bare: true}, // of one's own messages
	VerbDelete:  {May: AsOperator | AsSupervisor, Over: true, Bare: true}, // an operator of one's own
	VerbReact:   {May: AsAssignee | AsParticipant},
	VerbRetry:   {May: AsOperator | AsSupervisor, Over: true},

	VerbTransfer:   {May: AsOperator | AsSupervisor},
	VerbUnanswered: {May: AsAssignee | AsParticipant | AsSupervisor | AsFinder},
	VerbSnooze:     {May: AsAssignee | AsParticipant | AsSupervisor},
	VerbUnsnooze:   {May: AsAssignee | AsParticipant | AsSupervisor},
	VerbPrioritise: {May: AsOperator | AsSupervisor, Over: true, Bare: true},
	VerbTag:        {May: AsOperator | AsSupervisor, Over: true, Bare: true},
	VerbLanguage:   {May: AsOperator | AsSupervisor, Over: true, Bare: true},
	VerbBlock:      {May: AsAssignee | AsParticipant | AsSupervisor | AsFinder, Over: true, Bare: true, Needs: BlockCustomers},
	VerbUnblock:    {May: AsOperator | AsSupervisor, Over: true, Bare: true, Needs: BlockCustomers}, // an operator of one's own block

	VerbCreateRecord: {May: AsOperator | AsSupervisor, Over: true},
	VerbEditRecord:   {May: AsOperator | AsSupervisor, Over: true},

	VerbMatchAccount:    {May: AsOperator | AsSupervisor, Over: true},
	VerbRegisterAccount: {May: AsOperator | AsSupervisor, Over: true},
	VerbUnmatchAccount:  {May: AsOperator | AsSupervisor, Over: true},
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
	case s.State == Empty && !right.Bare:
		return &Error{Op: "core.Allow", Kind: Forbidden, Reason: "The customer has not written anything yet."}
	case st == AsBot:
		return &Error{Op: "core.Allow", Kind: Forbidden, Reason: "A bot does something only in sessions that it holds."}
	case st&right.May != 0:
		return nil
	case s.Open() && right.May&AsFinder != 0 && st&AsOperator != 0 && s.Assignee != 0:
		return &Error{Op: "core.Allow", Kind: Taken}
	}
	return &Error{Op: "core.Allow", Kind: Forbidden, Reason: "Your role in this department does not allow that."}
}

// Permit applies what the deed's row needs besides a role: Forbidden to who lacks it.
func Permit(v Verb, has Permissions) error {
	if !has.Has(Rights[v].Needs) {
		return &Error{Op: "core.Permit", Kind: Forbidden, Reason: "You were not given the permission for that. An admin gives it, to you or to a group."}
	}
	return nil
}
