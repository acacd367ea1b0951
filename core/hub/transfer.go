package hub

import "parley/core"

// transfer puts the session into another department's queue (FEATURES C6). Nobody of the old one stays in it: there they do not see it.
func (a *act) transfer(d core.Transfer) error {
	if err := a.at(d.Version); err != nil {
		return err
	}
	if d.To == a.s.Department {
		return &core.Error{Op: "hub.Transfer", Kind: core.Invalid, Field: "department", Reason: "The session is in this department already."}
	}
	to, err := a.Department(d.To)
	if core.KindOf(err) == core.NotFound {
		return &core.Error{Op: "hub.Transfer", Kind: core.Invalid, Field: "department", Reason: "There is no such department."}
	}
	if err != nil {
		return err
	}
	from, err := a.Department(a.s.Department)
	if err != nil {
		return err
	}
	if a.s.Unassigned() {
		if err := dequeue(a.Work, from.ID); err != nil {
			return err
		}
	}
	if err := enqueue(a.Work, to.ID); err != nil {
		return err
	}
	if a.s.QueueSeq != 0 { // there it may be told otherwise, or not at all
		a.Wake(core.AboutDepartment(to.ID), a.Now())
	}
	if err := a.empty(); err != nil {
		return err
	}
	e := a.event(core.EventTransferred, core.AgentsOnly)
	e.Target, e.Former, e.Dedupe = a.s.Assignee, from.ID, a.Key()
	e.Data = core.Extra{From: from.Name, To: to.Name}.Data()
	a.s.Transfer(to.ID, a.Now())
	if err := a.remarkQueued(); err != nil {
		return err
	}
	a.Append(&a.s, e)
	return nil
}

// empty ends everybody's part in the session.
func (a *act) empty() error {
	all, err := a.Participants(a.s.ID)
	for _, p := range all {
		if p.Present() {
			p.LeftAt = a.Now()
			a.PutParticipant(p)
		}
	}
	return err
}
