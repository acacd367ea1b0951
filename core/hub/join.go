package hub

import "parley/core"

// join makes the actor a participant of a session that somebody holds (FEATURES C7).
func (a *act) join() error {
	switch {
	case a.s.Unassigned():
		return &core.Error{Op: "hub.Join", Kind: core.Forbidden, Reason: "Nobody holds this session yet. Take it instead."}
	case !a.mine.Present():
		return a.arrive(a.Key())
	}
	return nil
}

// leave ends a participation.
func (a *act) leave() error {
	if a.s.Assignee == a.who.Agent.ID {
		return &core.Error{Op: "hub.Leave", Kind: core.Forbidden, Reason: "You hold this session. Release it instead."}
	}
	a.mine.LeftAt = a.Now()
	a.PutParticipant(a.mine)
	e := a.event(core.EventLeft, core.AgentsOnly)
	e.Dedupe = a.Key()
	a.Append(&a.s, e)
	return nil
}
