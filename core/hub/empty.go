package hub

import (
	"parley/core"
	"parley/core/store"
)

// sendEmpty begins an empty session for who sends without a word (FEATURES C21), unless one of theirs is open.
func (h *Hub) sendEmpty(w *store.Work, in core.Inbound) error {
	if _, err := w.Open(in.Channel, in.Conversation); core.KindOf(err) != core.NotFound {
		return err
	}
	if _, err := h.admit(w, in, in.Department); err != nil {
		return err
	}
	who, err := h.identify(w, in)
	if err != nil {
		return err
	}
	s := core.NewEmpty(core.SessionID(h.ids.Next(w.Now())), in.Department, in.Channel, in.Conversation, who, w.Now())
	s.Language = toldLanguage(in)
	w.AddSession(s)
	w.Append(&s, core.Event{
		Kind: core.EventEmpty, Audience: core.AgentsOnly, ActorKind: core.ByCustomer, Actor: int64(who), Dedupe: w.Key(),
	})
	w.Wake(core.AboutSession(s.ID), s.StartedAt.Add(core.EmptyTime))
	return nil
}

// fill puts an empty session into the queue, or gives it to the bot, as a new one is, and as one is admitted (S1.12): its customer says something.
func (h *Hub) fill(w *store.Work, in core.Inbound, s *core.Session) (err error) {
	if s.Aside, err = h.admit(w, in, s.Department); err != nil {
		return err
	}
	s.Begin(w.Now())
	bot, err := queueOrBot(w, s, in.Text)
	if err != nil {
		return err
	}
	if s.Language == "" {
		s.Language = toldLanguage(in)
	}
	if err := h.remember(w, s, 0); err != nil {
		return err
	}
	w.Append(s, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(s.Identity)})
	enterBot(w, s, bot)
	return h.arm(w, *s)
}

// endEmpty ends a session that has been empty for too long, or says when it will have been.
func endEmpty(w *store.Work, s core.Session, t core.Timer) error {
	if at := s.StartedAt.Add(core.EmptyTime); w.Now() < at {
		w.Rest(t.Subject, at)
		return nil
	}
	w.Rest(t.Subject, 0)
	return shut(w, &s, core.Abandoned, core.Event{Kind: core.EventEnded, ActorKind: core.BySystem})
}
