package hub

import (
	"parley/core"
	"parley/core/store"
)

// end closes the session for an agent.
func (a *act) end(d core.End) error {
	if err := a.at(d.Version); err != nil {
		return err
	}
	return finish(a.Work, &a.s, core.CompletedByOperator, a.event(core.EventEnded, core.Everyone))
}

// unanswered closes the session as one that nobody has answered (FEATURES C14). What has ended is completed already.
func (a *act) unanswered(d core.Unanswered) error {
	if err := a.at(d.Version); err != nil {
		return err
	}
	return finish(a.Work, &a.s, core.NotAnswered, a.event(core.EventEnded, core.Everyone))
}

// finish closes a session, whoever does it: that is the whole of the deed.
func finish(w *store.Work, s *core.Session, o core.Outcome, e core.Event) error {
	e.Dedupe = w.Key()
	return shut(w, s, o, e)
}

// shut closes a session on the way to something else.
func shut(w *store.Work, s *core.Session, o core.Outcome, e core.Event) error {
	if err := untellPlace(w, s); err != nil {
		return err
	}
	if s.Unassigned() {
		if err := dequeue(w, s.Department); err != nil {
			return err
		}
	}
	if s.State == core.Empty { // the customer has not been told that it began
		e.Audience = core.AgentsOnly
	}
	s.End(o, w.Now())
	e.Outcome = s.Outcome
	w.Append(s, e)
	return nil
}
