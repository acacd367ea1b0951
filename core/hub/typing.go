package hub

import (
	"context"

	"parley/core"
	"parley/core/store"
)

// typing tells that an agent writes to the customer. It is nothing of the log, so the rights are asked over a plain read.
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
	if err := h.noteTyping(ctx, s.Session, who.Agent.ID); err != nil {
		return err
	}
	h.hints(core.Hint{
		Session: s.ID, Department: s.Department, Channel: s.Channel, Conversation: s.Conversation,
		By: core.ByAgent, Agent: who.Agent.ID, Name: who.Agent.PublicName,
	})
	return nil
}

// noteTyping writes down now and then that a session's holder types, where their hand-off asks for it (RULES S5.3).
func (h *Hub) noteTyping(ctx context.Context, s core.Session, who core.AgentID) error {
	if s.Assignee != who || s.WaitingSince == 0 {
		return nil
	}
	settings, err := h.store.Settings(ctx, s.Department)
	if err != nil || !settings.HandOff.Notes(s, core.At(h.clock())) {
		return err
	}
	_, err = h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Session(s.ID) },
		Do: func(w *store.Work) error {
			now, err := w.Session(s.ID)
			if err == nil && now.Assignee == who {
				w.PutTyped(s.ID)
			}
			return err
		},
	})
	return err
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
