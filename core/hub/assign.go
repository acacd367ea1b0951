package hub

import "parley/core"

// assign gives the session to an operator of its department (FEATURES C6). Who assigns to themselves joins at once.
func (a *act) assign(d core.Assign) error {
	if err := a.at(d.Version); err != nil {
		return err
	}
	to, err := a.Agent(d.To)
	if err != nil && core.KindOf(err) != core.NotFound {
		return err
	}
	if err != nil || to.Agent.DisabledAt != 0 || !to.Roles[a.s.Department].Has(core.Operator) {
		return &core.Error{Op: "hub.Assign", Kind: core.Invalid, Field: "agent", Reason: "is not an operator of this department"}
	}
	if to.Agent.Bot && a.s.Assignee != d.To {
		return &core.Error{Op: "hub.Assign", Kind: core.Invalid, Field: "agent", Reason: "is a bot, which has sessions at their beginning only"}
	}
	self := d.To == a.who.Agent.ID
	switch {
	case a.s.Assignee == d.To:
		if self && a.s.State == core.Pending {
			return a.arrive(a.Key())
		}
		return nil
	case a.s.Unassigned() && self:
		return a.seize(a.Key(), d.Over)
	}
	if err := a.room(d.To, d.Over); err != nil {
		return err
	}
	if a.s.Unassigned() {
		if err := served(a.Work, a.s.Department); err != nil {
			return err
		}
	}
	if err := a.dismiss(); err != nil {
		return err
	}
	a.s.Rouse(a.Now()) // who gets it sees it
	a.s.Hold(d.To, a.who.Agent.ID, a.Now())
	theirs, err := a.Participant(a.s.ID, d.To)
	if err != nil {
		return err
	}
	if err := a.remark(theirs.ReadSeq); err != nil {
		return err
	}
	e := a.event(core.EventAssigned, core.AgentsOnly)
	e.Target = d.To
	if !self {
		e.Dedupe = a.Key()
	}
	a.Append(&a.s, e)
	if self {
		return a.arrive(a.Key())
	}
	return nil
}
