package hub

import "parley/core"

// take gives the actor a session that nobody holds (FEATURES C2). Their own is taken already; a pending one they join.
func (a *act) take() error {
	switch {
	case a.s.Unassigned():
		return a.seize(a.Key())
	case a.s.Assignee != a.who.Agent.ID:
		return a.named(&core.Error{Op: "hub.Take", Kind: core.Taken})
	case a.s.State == core.Pending:
		a.arrive(a.Key())
	}
	return nil
}
