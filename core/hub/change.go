package hub

import (
	"cmp"

	"parley/core"
	"parley/core/store"
)

// change does what a customer does to a message: edits it, takes it back, reacts to it. If the message is not here yet, that is
// kept aside until it comes.
func (h *Hub) change(w *store.Work, in core.Inbound) error {
	m, err := w.MessageAt(in.Channel, in.Target)
	if core.KindOf(err) == core.NotFound {
		return h.park(w, in, "It is about a message that has not come.")
	}
	if err != nil {
		return err
	}
	s, err := w.Session(m.Session)
	if err != nil {
		return err
	}
	if s.Channel != in.Channel || s.Conversation != in.Conversation {
		return &core.Error{Op: "hub.change", Kind: core.Invalid, Field: "target", Reason: "is in another conversation"}
	}
	e := core.Event{Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(s.Identity), Dedupe: w.Key()}
	own := m.ActorKind == core.ByCustomer
	switch {
	case m.DeletedAt != 0, m.Audience != core.Everyone:
		return nil
	case in.Verb == core.InboundReact:
		_, err = show(w, &s, m, in.Emoji, e)
	case !own:
		return &core.Error{Op: "hub.change", Kind: core.Forbidden, Reason: "Only its author can change a message."}
	case in.Verb == core.InboundDelete:
		withdraw(w, &s, m, e)
	case in.At == 0:
		_, err = amend(w, &s, m, in.Content, w.Now(), e)
	case in.At >= m.EditedAt: // otherwise a later edit has overtaken this one
		_, err = amend(w, &s, m, in.Content, in.At, e)
	}
	return err
}

// reach notes whether what is said arrives at the customer.
func reach(w *store.Work, in core.Inbound) error {
	s, err := w.Open(in.Channel, in.Conversation)
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	switch {
	case err != nil:
		return err
	case in.Verb == core.InboundFound && s.Unreachable != "":
		found(w, &s, w.Key())
	case in.Verb == core.InboundLost && s.Unreachable == "":
		s.Unreachable = cmp.Or(in.Reason, "The customer cannot be reached.")
		w.Append(&s, core.Event{
			Kind: core.EventLost, Audience: core.AgentsOnly, ActorKind: core.ByCustomer, Actor: int64(s.Identity), Reason: s.Unreachable,
			Dedupe: w.Key(),
		})
	}
	return nil
}

// found notes that the customer can be reached again.
func found(w *store.Work, s *core.Session, key string) {
	s.Unreachable = ""
	w.Append(s, core.Event{
		Kind: core.EventFound, Audience: core.AgentsOnly, ActorKind: core.ByCustomer, Actor: int64(s.Identity), Dedupe: key,
	})
}
