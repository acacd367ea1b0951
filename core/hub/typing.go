package hub

import (
	"context"

	"parley/core"
)

// typing tells that an agent writes to the customer. Nothing is stored, so the rights are asked over a plain read.
func (h *Hub) typing(ctx context.Context, who core.Actor, d core.Typing) error {
	s, err := h.store.Session(ctx, who.Scope(), d.Session)
	if err != nil {
		return err
	}
	mine := core.Participant{Session: s.ID, Agent: who.Agent.ID}
	all, err := h.store.Participants(ctx, who.Scope(), d.Session)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Agent == who.Agent.ID {
			mine = p.Participant
		}
	}
	if err := core.Allow(d.Verb(), s.Session, core.StandingIn(s.Session, who, mine)); err != nil {
		return err
	}
	h.hints(core.Hint{
		Session: s.ID, Department: s.Department, Channel: s.Channel, Conversation: s.Conversation,
		By: core.ByAgent, Agent: who.Agent.ID, Name: who.Agent.PublicName,
	})
	return nil
}

// customerTyping tells that a customer writes, if they have an open session.
func (h *Hub) customerTyping(ctx context.Context, in core.Inbound) error {
	s, err := h.store.Talking(ctx, in.Channel, in.Conversation)
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	h.hints(core.Hint{
		Session: s.ID, Department: s.Department, Channel: s.Channel, Conversation: s.Conversation, By: core.ByCustomer,
	})
	return nil
}
