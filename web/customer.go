package web

import (
	"context"

	"parley/core"
)

// Customer is a person who writes.
type Customer struct {
	ID       string       `json:"id" example:"cus_5k"`
	Name     string       `json:"name" doc:"empty until somebody tells"`
	Since    string       `json:"since" format:"date-time" doc:"when they first wrote"`
	Channels []ChannelRef `json:"channels" nullable:"false" doc:"those that they have written through, where one sees it"`
	Accounts []Account    `json:"accounts" nullable:"false" doc:"what they were matched with, where departments offer that in which one has a role"`
}

type customerInput struct {
	ID string `path:"id" doc:"the customer's id"`
}

type customerOutput struct{ Body Customer }

func (s *Server) customer(ctx context.Context, in *customerInput) (*customerOutput, error) {
	id, err := core.ParseID[core.CustomerID](in.ID)
	if err != nil {
		return nil, err
	}
	c, channels, err := s.store.Customer(ctx, callerOf(ctx).actor.Scope(), id)
	if err != nil {
		return nil, err
	}
	out := &customerOutput{Customer{ID: c.ID.String(), Name: c.Name, Since: c.CreatedAt.String()}}
	for _, h := range channels {
		out.Body.Channels = append(out.Body.Channels, ChannelRef{ID: h.ID.String(), Kind: h.Kind, Slug: h.Slug})
	}
	out.Body.Accounts, err = s.accountsOf(ctx, callerOf(ctx).actor.Scope(), id)
	return out, err
}
