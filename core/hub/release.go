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
	if err := queue(a.Work, a.s.Department, 1); err != nil {
		return err
	}
	e := a.event(core.EventReleased, core.AgentsOnly)
	e.Target, e.Dedupe = a.s.Assignee, a.Key()
	a.s.Release(a.Now())
	mark, err := a.newestMark()
	if err != nil {
		return err
	}
	if err := a.remark(mark); err != nil {
		return err
	}
	a.Append(&a.s, e)
	return nil
}

// newestMark is how far any agent has read.
func (a *act) newestMark() (int64, error) {
	all, err := a.Participants(a.s.ID)
	var mark int64
	for _, p := range all {
		mark = max(mark, p.ReadSeq)
	}
	return mark, err
}
