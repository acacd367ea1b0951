package store_test

import (
	"parley/core"
	"parley/core/store"
)

// The deeds of these tests are as small as they can be while what they keep is still what a recount gives.

// hear lets a customer say something in a conversation of Support, and begins a session if none is open.
func (h *house) hear(who core.RemoteID, text string) store.Job {
	return h.hearAt(h.support, h.desk, who, text)
}

func (h *house) hearAt(d core.DepartmentID, c core.ChannelID, who core.RemoteID, text string) store.Job {
	return store.Job{
		Touch: func(k *store.Keys) { k.Open(c, who, who, d) }, Size: len(text),
		Do: func(w *store.Work) error {
			s, err := w.Open(c, who)
			if core.KindOf(err) == core.NotFound {
				s, err = h.begin(w, d, c, who)
			}
			if err != nil {
				return err
			}
			s.HearCustomer(core.Content{Text: text}, w.Now())
			w.Append(&s, core.Event{
				Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(s.Identity), Text: text, Dedupe: w.Key(),
			})
			return nil
		},
	}
}

func (h *house) begin(w *store.Work, d core.DepartmentID, c core.ChannelID, who core.RemoteID) (core.Session, error) {
	i, err := w.Identity(c, who)
	if core.KindOf(err) == core.NotFound {
		customer := core.Customer{ID: core.CustomerID(h.id()), Name: string(who), CreatedAt: w.Now()}
		i, err = core.Identity{ID: core.IdentityID(h.id()), Channel: c, Remote: who, Customer: customer.ID}, nil
		w.AddCustomer(customer, i)
	}
	if err != nil {
		return core.Session{}, err
	}
	s := core.NewSession(core.SessionID(h.id()), d, c, who, i.ID, w.Now())
	w.AddSession(s)
	w.Append(&s, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(i.ID)})
	return s, queue(w, d, 1)
}

func queue(w *store.Work, id core.DepartmentID, by int64) error {
	d, err := w.Department(id)
	if err != nil {
		return err
	}
	d.Unassigned += by
	w.PutDepartment(d)
	return nil
}

// keyed makes a job one that is recognised.
func keyed(j store.Job, key, body string) store.Job {
	j.Dedupe, j.Body = key, body
	return j
}

// then lets a job fail, or whatever end does, after all else.
func then(j store.Job, end func(*store.Work) error) store.Job {
	do := j.Do
	j.Do = func(w *store.Work) error {
		if err := do(w); err != nil {
			return err
		}
		return end(w)
	}
	return j
}

func refuse(*store.Work) error { return errRefused }

func by(a core.Actor, kind core.EventKind, audience core.Audience) core.Event {
	return core.Event{Kind: kind, Audience: audience, ActorKind: core.ByAgent, Actor: int64(a.Agent.ID), Name: a.Agent.PublicName}
}

func (h *house) on(id core.SessionID, do func(*store.Work, core.Session) error) store.Job {
	return store.Job{
		Touch: func(k *store.Keys) { k.Held(id); k.Participants(id) },
		Do: func(w *store.Work) error {
			s, err := w.Session(id)
			if err != nil {
				return err
			}
			return do(w, s)
		},
	}
}

// take gives a waiting session to an agent, who has read nothing yet.
func (h *house) take(a core.Actor, id core.SessionID) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		if !s.Unassigned() {
			return &core.Error{Op: "test", Kind: core.Taken}
		}
		if err := queue(w, s.Department, -1); err != nil {
			return err
		}
		p, err := w.Participant(id, a.Agent.ID)
		if err != nil {
			return err
		}
		p.JoinedAt = w.Now()
		w.PutParticipant(p)
		s.Hold(a.Agent.ID, a.Agent.ID, w.Now())
		s.Arrive()
		s.ReadSeq = p.ReadSeq
		if s.Unread, err = w.UnreadAfter(s, p.ReadSeq); err != nil {
			return err
		}
		e := by(a, core.EventTaken, core.Everyone)
		e.Dedupe = w.Key()
		w.Append(&s, e)
		return nil
	})
}

func (h *house) say(a core.Actor, id core.SessionID, text string) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		s.HearAgent(core.Content{Text: text}, w.Now())
		e := by(a, core.EventMessage, core.Everyone)
		e.Text, e.Dedupe = text, w.Key()
		w.Append(&s, e)
		return nil
	})
}

func (h *house) note(a core.Actor, id core.SessionID, text string) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		e := by(a, core.EventMessage, core.AgentsOnly)
		e.Text, e.Dedupe = text, w.Key()
		w.Append(&s, e)
		return nil
	})
}

// see moves the mark of the session's assignee forward.
func (h *house) see(id core.SessionID, seq int64) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) (err error) {
		p, err := w.Participant(id, s.Assignee)
		if err != nil {
			return err
		}
		p.ReadSeq = max(p.ReadSeq, min(seq, s.LastSeq))
		s.ReadSeq = p.ReadSeq
		w.PutParticipant(p)
		if s.Unread, err = w.UnreadAfter(s, s.ReadSeq); err != nil {
			return err
		}
		w.PutSession(s)
		return nil
	})
}

func (h *house) end(id core.SessionID) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		if !s.Open() {
			return &core.Error{Op: "test", Kind: core.Ended}
		}
		if s.Unassigned() {
			if err := queue(w, s.Department, -1); err != nil {
				return err
			}
		}
		s.End(core.CompletedByOperator, w.Now())
		w.Append(&s, core.Event{Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.BySystem, Outcome: s.Outcome, Dedupe: w.Key()})
		return nil
	})
}

// wrote lets a customer of Support say something, and gives their session.
func (h *house) wrote(who core.RemoteID, text string) core.SessionID {
	h.t.Helper()
	events := h.must(h.do(h.hear(who, text))).Events
	return events[len(events)-1].Session
}

// did does a job that must succeed.
func (h *house) did(j store.Job) core.Event {
	h.t.Helper()
	events := h.must(h.do(j)).Events
	if len(events) == 0 {
		return core.Event{}
	}
	return events[len(events)-1]
}
