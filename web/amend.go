package web

import (
	"context"

	"parley/core"
)

// OnMessage is a request about one message.
type OnMessage struct {
	ID  string `path:"id" example:"msg_5k"`
	Key string `header:"Idempotency-Key" doc:"the same again, with the same key, is done once"`
}

// The bodies of what is done to a message.
type (
	// Amendment is a message's other text.
	Amendment struct {
		Text     string   `json:"text" doc:"at most 65,536 bytes of UTF-8 without NUL"`
		Entities []Entity `json:"entities,omitempty" doc:"marks on parts of the text, at most 200"`
	}
	// Emoji is what is shown on a message.
	Emoji struct {
		Emoji string `json:"emoji" doc:"one emoji; empty takes it back"`
	}
)

type (
	editInput struct {
		OnMessage
		Body Amendment
	}
	reactInput struct {
		OnMessage
		Body Emoji
	}
	messageInput struct {
		OnMessage
		Body Nothing
	}
	messageOutput struct{ Body Event }
)

func (s *Server) edit(ctx context.Context, in *editInput) (*messageOutput, error) {
	return s.amend(ctx, in.OnMessage, func(on core.SessionID, m core.EventID) core.Deed {
		return core.Edit{Session: on, Message: m, Text: in.Body.Text, Entities: entitiesOf(in.Body.Entities)}
	})
}

func (s *Server) delete(ctx context.Context, in *messageInput) (*messageOutput, error) {
	return s.amend(ctx, in.OnMessage, func(on core.SessionID, m core.EventID) core.Deed { return core.Delete{Session: on, Message: m} })
}

func (s *Server) react(ctx context.Context, in *reactInput) (*messageOutput, error) {
	return s.amend(ctx, in.OnMessage, func(on core.SessionID, m core.EventID) core.Deed {
		return core.React{Session: on, Message: m, Emoji: in.Body.Emoji}
	})
}

func (s *Server) retry(ctx context.Context, in *messageInput) (*messageOutput, error) {
	return s.amend(ctx, in.OnMessage, func(on core.SessionID, m core.EventID) core.Deed { return core.Retry{Session: on, Message: m} })
}

// amend does a deed to a message and answers with the message as it stands now.
func (s *Server) amend(ctx context.Context, on OnMessage, make func(core.SessionID, core.EventID) core.Deed) (*messageOutput, error) {
	id, err := core.ParseID[core.EventID](on.ID)
	if err != nil {
		return nil, err
	}
	scope := callerOf(ctx).actor.Scope()
	m, err := s.store.MessageIn(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	if _, err = s.do(ctx, make(m.Session, id), on.Key); err != nil {
		return nil, keyed(err)
	}
	if m, err = s.store.MessageIn(ctx, scope, id); err != nil {
		return nil, err
	}
	return &messageOutput{eventOf(m, "")}, nil
}
