package hub

import (
	"errors"

	"parley/core"
	"parley/core/store"
)

// act is an agent's deed at work: who does it, as they were when they asked, to which session, as it is by now.
type act struct {
	*store.Work
	hub  *Hub
	who  core.Actor
	s    core.Session
	mine core.Participant

	record core.RecordID // that was created, or was there
	rule   string        // what the rule is called that acts; "": an agent does
}

// event begins an event of the actor's.
func (a *act) event(kind core.EventKind, audience core.Audience) core.Event {
	if a.rule != "" {
		return core.Event{Kind: kind, Audience: audience, ActorKind: core.BySystem}
	}
	return core.Event{
		Kind: kind, Audience: audience, ActorKind: core.ByAgent, Actor: int64(a.who.Agent.ID), Name: a.who.Agent.PublicName,
	}
}

// named adds to a Taken who the session's holder is.
func (a *act) named(err error) error {
	var e *core.Error
	if !errors.As(err, &e) || e.Kind != core.Taken || a.s.Assignee == 0 {
		return err
	}
	holder, lookup := a.Agent(a.s.Assignee)
	if lookup != nil {
		return lookup
	}
	e.Winner = holder.Agent.Name
	return e
}

// at says whether the session still has the version that the actor saw; zero is any.
func (a *act) at(version int64) error {
	if version == 0 || version == a.s.Version {
		return nil
	}
	changed := &core.Error{Op: "hub.Do", Kind: core.Taken, Reason: "This session has changed since you looked at it."}
	if a.s.Assignee == a.who.Agent.ID { // nobody else has won
		return changed
	}
	return a.named(changed)
}

// enqueue counts one more in the department's queue, and has those on messengers told who stand in it.
func enqueue(w *store.Work, id core.DepartmentID) error {
	s, err := w.Settings(id)
	if err != nil {
		return err
	}
	if s.Queue.Messengers {
		w.Wake(core.AboutDepartment(id), w.Now())
	}
	return count(w, id, func(d *core.Department) { d.Enqueue(w.Now()) })
}

// served counts one less, whom somebody got.
func served(w *store.Work, id core.DepartmentID) error {
	return count(w, id, func(d *core.Department) { d.Serve(w.Now()) })
}

// dequeue counts one less, who is not in it for another reason.
func dequeue(w *store.Work, id core.DepartmentID) error {
	return count(w, id, func(d *core.Department) { d.Unassigned-- })
}

func count(w *store.Work, id core.DepartmentID, how func(*core.Department)) error {
	d, err := w.Department(id)
	if err != nil {
		return err
	}
	how(&d)
	w.PutDepartment(d)
	return nil
}

// seize takes a waiting session for the actor, who joins, beyond their limit if over says so.
func (a *act) seize(key string, over bool) error {
	if err := a.room(a.who.Agent.ID, over); err != nil {
		return err
	}
	if err := served(a.Work, a.s.Department); err != nil {
		return err
	}
	if err := untellPlace(a.Work, &a.s); err != nil {
		return err
	}
	audience := a.meeting()
	a.s.Hold(a.who.Agent.ID, a.who.Agent.ID, a.Now())
	a.s.Arrive()
	a.enter()
	if err := a.remark(a.mine.ReadSeq); err != nil {
		return err
	}
	e := a.event(core.EventTaken, audience)
	e.Dedupe = key
	a.Append(&a.s, e)
	return nil
}

// arrive lets the actor join, and the session be active.
func (a *act) arrive(key string) error {
	if err := untellPlace(a.Work, &a.s); err != nil {
		return err
	}
	e := a.event(core.EventJoined, a.meeting())
	e.Dedupe = key
	if a.s.State == core.Pending {
		a.s.Arrive()
	}
	a.s.Connected = true // also beside a bot
	a.enter()
	a.Append(&a.s, e)
	return nil
}

// meeting is the audience of somebody's joining: the customer learns of the first agent only (FEATURES A8).
func (a *act) meeting() core.Audience {
	if a.s.Connected {
		return core.AgentsOnly
	}
	return core.Everyone
}

// enter makes the actor a participant.
func (a *act) enter() {
	if !a.mine.Present() {
		a.mine.JoinedAt, a.mine.LeftAt = a.Now(), 0
		a.PutParticipant(a.mine)
	}
}

// dismiss ends the part of who held the session until now.
func (a *act) dismiss() error {
	if a.s.Assignee == 0 {
		return nil
	}
	p, err := a.Participant(a.s.ID, a.s.Assignee)
	if err != nil || !p.Present() {
		return err
	}
	p.LeftAt = a.Now()
	a.PutParticipant(p)
	if p.Agent == a.who.Agent.ID {
		a.mine = p
	}
	return nil
}

// remark counts the session's unread messages after another mark. They count from the holder's mark, and in the queue from the newest
// mark of anybody (FEATURES C10): so a release may lower the count, and a take may raise it.
func (a *act) remark(seq int64) (err error) {
	a.s.ReadSeq = seq
	a.s.Unread, err = a.UnreadAfter(a.s, seq)
	return err
}

// saw moves the actor's own read mark forward, and with it the session's where the actor holds it, or nobody does.
func (a *act) saw(seq int64) error {
	if seq <= a.mine.ReadSeq {
		return nil
	}
	a.mine.ReadSeq = seq
	a.PutParticipant(a.mine)
	if seq <= a.s.ReadSeq || a.s.Assignee != 0 && a.s.Assignee != a.who.Agent.ID {
		return nil
	}
	if err := a.remark(seq); err != nil {
		return err
	}
	a.PutSession(a.s)
	return nil
}
