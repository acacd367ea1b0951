package hub

import "parley/core"

// release puts the session back into the queue (FEATURES C8). What waits there already stays.
func (a *act) release(d core.Release) error {
	if err := a.at(d.Version); err != nil || a.s.Unassigned() {
		return err
	}
	if err := a.dismiss(); err != nil {
		return err
	}
	if err := enqueue(a.Work, a.s.Department); err != nil {
		return err
	}
	e := a.event(core.EventReleased, core.AgentsOnly)
	e.Target, e.Dedupe = a.s.Assignee, a.Key()
	a.s.Release(a.Now())
	if err := a.remarkQueued(); err != nil {
		return err
	}
	a.Append(&a.s, e)
	return nil
}

// remarkQueued counts what is unread of a session that is in the queue again: after the newest mark of any agent.
func (a *act) remarkQueued() error {
	all, err := a.Participants(a.s.ID)
	if err != nil {
		return err
	}
	var mark int64
	for _, p := range all {
		mark = max(mark, p.ReadSeq)
	}
	return a.remark(mark)
}
