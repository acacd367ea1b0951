package hub

import (
	"parley/core"
	"parley/core/store"
)

// delete takes a message back: one's own, or as a supervisor a colleague's.
func (a *act) delete(d core.Delete) error {
	m, err := a.message("message", d.Message)
	if err != nil {
		return err
	}
	if !a.byActor(m) && (m.ActorKind != core.ByAgent || !a.who.Roles[a.s.Department].Has(core.Supervisor)) {
		return &core.Error{Op: "hub.Delete", Kind: core.Forbidden, Reason: "Only its author or a supervisor can delete an agent's message."}
	}
	can, err := a.hub.capabilities(a.s.Channel)
	if err != nil {
		return err
	}
	e := a.event(core.EventDeleted, m.Audience)
	e.Dedupe = a.Key()
	sent := m.State == core.Sent || m.State == core.MaySent
	if sent && !can.DeleteOut {
		e.Reason = "It stays with the customer: this channel cannot take messages back."
	}
	withdraw(a.Work, &a.s, m, e)
	if can.DeleteOut && (sent || m.State == core.Queued || m.State == core.Failed) { // of one that failed, or is under way, a part may be there
		return a.owe(core.OutDelete, m.ID)
	}
	return nil
}

// withdraw marks a message as taken back, whoever does it; e says who.
func withdraw(w *store.Work, s *core.Session, m core.Event, e core.Event) {
	e.Kind, e.About = core.EventDeleted, m.ID
	m.DeletedAt = w.Now()
	if x, err := core.ParseExtra(m.Data); err == nil && newest(s, m, x) {
		s.Preview = ""
	}
	w.PutMessage(m)
	w.Append(s, e)
}
