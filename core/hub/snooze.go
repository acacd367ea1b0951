package hub

import (
	"parley/core"
	"parley/core/store"
)

// snooze puts the session aside (FEATURES C26). One that nobody holds waits in the queue, and does not rest.
func (a *act) snooze(d core.Snooze) error {
	if err := a.at(d.Version); err != nil {
		return err
	}
	if err := core.CheckSnooze(d.Until, a.Now()); err != nil {
		return err
	}
	switch {
	case a.s.Unassigned():
		return &core.Error{Op: "hub.Snooze", Kind: core.Forbidden, Reason: "Nobody holds this session yet. Take it first."}
	case a.s.Snoozed() && a.s.SnoozedUntil == d.Until:
		return nil
	}
	a.s.Snooze(d.Until, a.Now())
	e := a.event(core.EventSnoozed, core.AgentsOnly)
	e.Target, e.Data, e.Dedupe = a.s.Assignee, core.Extra{Until: d.Until}.Data(), a.Key()
	a.Append(&a.s, e)
	return nil
}

// unsnooze brings the session back by hand.
func (a *act) unsnooze() error {
	if !a.s.Snoozed() {
		return nil
	}
	e := a.event(core.EventWoken, core.AgentsOnly)
	e.Dedupe = a.Key()
	wake(a.Work, &a.s, core.WokenByHand, e)
	return nil
}

// wake brings a snoozed session back; by says who or what does it.
func wake(w *store.Work, s *core.Session, why core.Woken, by core.Event) {
	s.Wake(why, w.Now())
	by.Kind, by.Audience, by.Text, by.Target = core.EventWoken, core.AgentsOnly, string(why), s.Assignee
	w.Append(s, by)
}
