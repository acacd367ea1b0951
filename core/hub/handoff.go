package hub

import (
	"parley/core"
	"parley/core/store"
)

// attest notes where the session's holder has done something on it. Reading is nothing done.
func (a *act) attest(d core.Deed) {
	if d.Verb() == core.VerbRead || !a.s.Open() || a.s.Assignee != a.who.Agent.ID {
		return
	}
	surface := core.Workspace
	if at := a.Said().Channel; at != 0 {
		surface = at.String()
	}
	a.s.Act(surface, a.Now())
	a.PutSession(a.s)
}

// relieve takes a session from a holder who leaves the customer waiting, and gives when to look again (FEATURES C5).
func (h *Hub) relieve(w *store.Work, s *core.Session, r rules) (next core.Time, err error) {
	if s.Bot || s.Assignee == 0 || s.WaitingSince == 0 || !s.Open() {
		return 0, nil
	}
	holder, err := w.Agent(s.Assignee)
	if err != nil {
		return 0, err
	}
	at, err := w.Attendance(s.Assignee)
	if err != nil {
		return 0, err
	}
	lapse, next := r.HandOff.Look(*s, at.Gone(*s, holder, w.Now()), r.works, w.Now())
	if lapse == core.NoLapse {
		return next, nil
	}
	return 0, h.putBack(w, s, lapse)
}

// putBack hands the session off, and looks at who waits in its department by now.
func (h *Hub) putBack(w *store.Work, s *core.Session, l core.Lapse) (err error) {
	a := &act{Work: w, hub: h, s: *s}
	if err = a.handOff(l); err == nil && grown(*s, a.s) {
		err = h.crowd(w, a.s.Department)
	}
	*s = a.s
	return err
}

// handOff puts the session back into the queue, at its customer's place. The customer notices nothing.
func (a *act) handOff(l core.Lapse) error {
	if err := a.dismiss(); err != nil {
		return err
	}
	if err := enqueue(a.Work, a.s.Department); err != nil {
		return err
	}
	e := core.Event{Kind: core.EventHandedOff, Audience: core.AgentsOnly, ActorKind: core.BySystem, Target: a.s.Assignee, Text: string(l)}
	if a.s.Bot { // nobody has let the customer down, and supervisors are not told how often
		a.s.Release(a.Now())
	} else {
		a.s.HandOff(a.Now())
	}
	if err := a.remarkQueued(); err != nil {
		return err
	}
	a.Append(&a.s, e)
	return nil
}
