package hub

import (
	"parley/core"
	"parley/core/store"
)

// rate keeps what a customer thinks of a session in which they were answered (FEATURES A18).
func rate(w *store.Work, in core.Inbound) error {
	const op = "hub.rate"
	s, err := w.SessionOf(in.About)
	if core.KindOf(err) == core.NotFound || err == nil && (s.Channel != in.Channel || s.Conversation != in.Conversation) {
		return &core.Error{Op: op, Kind: core.NotFound, Field: "about", Reason: "This chat is not there any more."}
	}
	if err != nil {
		return err
	}
	if s.LastAgentAt == 0 {
		return &core.Error{Op: op, Kind: core.Invalid, Field: "rating", Reason: "can be given once somebody has answered"}
	}
	agent, err := before(w, s)
	if err != nil || !s.Rate(in.Rating, in.Text, agent, w.Now()) {
		return err
	}
	w.Append(&s, core.Event{
		Kind: core.EventRated, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(s.Identity),
		Text: in.Text, Data: core.Extra{Rating: in.Rating}.Data(), About: in.About, Target: s.RatedAgent, Dedupe: w.Key(),
	})
	return nil
}

// before gives whom the customer has before them: who holds the session, or held it when it ended, if they have ever joined it, else who answered last.
func before(w *store.Work, s core.Session) (core.AgentID, error) {
	holder, err := w.Participant(s.ID, s.Assignee)
	if err != nil || holder.JoinedAt != 0 || s.Bot {
		return s.Assignee, err
	}
	who, err := w.LastAnswer(s.ID)
	if core.KindOf(err) == core.NotFound { // it is being stored
		return 0, nil
	}
	return who, err
}
