package hub

import "parley/core"

// take gives the actor a session that nobody holds (FEATURES C2), beyond their limit only if they mean it (C4). Their own is taken already; a pending one they join.
func (a *act) take(d core.Take) error {
	switch {
	case a.s.Unassigned():
		return a.seize(a.Key(), d.Over)
	case a.s.Assignee != a.who.Agent.ID:
		return a.named(&core.Error{Op: "hub.Take", Kind: core.Taken})
	case a.s.State == core.Pending:
		return a.arrive(a.Key())
	}
	return nil
}
