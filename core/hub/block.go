package hub

import (
	"parley/core"
	"parley/core/store"
)

// block closes what the customer has open, and keeps them out (FEATURES C13). It is by their identity: in every session of theirs on the channel.
func (a *act) block(d core.Block) error {
	if err := a.at(d.Version); err != nil {
		return err
	}
	if err := a.endOpen(); err != nil {
		return err
	}
	who, err := a.IdentityOf(a.s)
	if err != nil {
		return err
	}
	before, err := a.Blocked(who.Channel, who.Remote)
	if err != nil && core.KindOf(err) != core.NotFound {
		return err
	}
	department, err := a.Department(a.s.Department)
	if err != nil {
		return err
	}
	until := d.For.Until(a.Now(), department.Zone)
	if before.Holds(a.Now()) && before.Until == until {
		return nil
	}
	a.PutBlocked(core.Blocked{
		Channel: who.Channel, Remote: who.Remote, Session: a.s.ID, Agent: a.who.Agent.ID, Name: a.who.Agent.Name, Since: a.Now(), Until: until,
	})
	auditBlock(a.Work, a.who.Hand(), core.AuditBlocked, a.s.ID, core.ChangesOf(nil, map[string]any{"for": d.For, "until": until}))
	e := a.event(core.EventBlocked, core.Everyone)
	e.Data, e.Dedupe = core.Extra{Until: until}.Data(), a.Key()
	a.Append(&a.s, e)
	return nil
}

// endOpen ends the conversation's open session, which may be a later one than the actor's, and lets none begin before the block is stored.
func (a *act) endOpen() error {
	if err := a.Gate(a.s.Channel); err != nil {
		return err
	}
	open, err := a.Open(a.s.Channel, a.s.Conversation)
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := shut(a.Work, &open, core.EndedByBlock, a.event(core.EventEnded, core.Everyone)); err != nil {
		return err
	}
	if open.ID == a.s.ID {
		a.s = open
	}
	return nil
}

// unblock lets the customer in again.
func (a *act) unblock() error {
	who, err := a.IdentityOf(a.s)
	if err != nil {
		return err
	}
	b, err := a.Blocked(who.Channel, who.Remote)
	switch {
	case core.KindOf(err) == core.NotFound:
		return nil
	case err != nil:
		return err
	case !b.Holds(a.Now()):
		return nil
	case b.Agent != a.who.Agent.ID && !a.who.Roles[a.s.Department].Has(core.Supervisor):
		return &core.Error{Op: "hub.Unblock", Kind: core.Forbidden, Reason: "Only who blocked the customer or a supervisor can let them in again."}
	}
	b.Until = a.Now()
	a.PutBlocked(b)
	auditBlock(a.Work, a.who.Hand(), core.AuditUnblocked, a.s.ID, nil)
	e := a.event(core.EventUnblocked, core.Everyone)
	e.Dedupe = a.Key()
	a.Append(&a.s, e)
	return nil
}

// says tells whether it is something that a customer says or does to what was said: nothing of that comes from one who is blocked.
func says(v core.InboundVerb) bool {
	switch v {
	case core.InboundMessage, core.InboundEmpty, core.InboundEdit, core.InboundDelete, core.InboundReact, core.InboundRate, core.InboundUnknown:
		return true
	}
	return false
}

// errBlocked is the answer to a channel that shows its customer what becomes of what they write. Others are told that it was taken.
var errBlocked = &core.Error{Op: "hub.Receive", Kind: core.Forbidden, Reason: "You cannot write to us now."}

// bar counts what comes from a customer who is blocked, and owes them a notice the first time. held: they are, and nothing else is to become
// of it but the answer, which is nil where the channel is told that it was taken.
func (h *Hub) bar(w *store.Work, in core.Inbound, answer *error) (held bool, err error) {
	*answer = nil
	if !says(in.Verb) {
		return false, nil
	}
	b, err := w.Blocked(in.Channel, in.Identity)
	if core.KindOf(err) == core.NotFound || err == nil && !b.Holds(w.Now()) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	can, err := h.capabilities(in.Channel)
	if err != nil {
		return false, err
	}
	b.Dropped++
	switch {
	case can.Pulls:
		*answer = errBlocked
	case in.Verb == core.InboundMessage && b.NoticedAt == 0:
		if err := notice(w, b); err != nil {
			return false, err
		}
		b.NoticedAt = w.Now()
	}
	w.PutBlocked(b)
	return true, nil
}

// notice owes a blocked customer the words that say so, in the session where it was done.
func notice(w *store.Work, b core.Blocked) error {
	s, err := w.Session(b.Session)
	if err != nil {
		return err
	}
	department, err := w.Department(s.Department)
	if err != nil {
		return err
	}
	return inform(w, &s, b.Notice(department.Zone), false, w.Key())
}
