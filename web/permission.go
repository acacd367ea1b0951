package web

import (
	"context"

	"parley/core"
)

// Permissions are an agent's.
type Permissions struct {
	Given       []string `json:"given" nullable:"false" enum:"use_chat,block_customers,see_all_sessions,change_settings" doc:"to them in person"`
	Permissions []string `json:"permissions" nullable:"false" enum:"use_chat,block_customers,see_all_sessions,change_settings" doc:"all that they may: what was given to them, to everybody, and to their groups"`
}

// Giving is what an agent is given in person.
type Giving struct {
	Given []string `json:"given" nullable:"false" enum:"use_chat,block_customers,see_all_sessions,change_settings" doc:"all of it: what it leaves out is taken from them"`
}

type (
	permissionsOutput struct{ Body Permissions }
	permissionsInput  struct {
		ID string `path:"id" example:"agt_5k"`
	}
	permitInput struct {
		ID   string `path:"id" example:"agt_5k"`
		Body Giving
	}
)

func (s *Server) permissions(ctx context.Context, in *permissionsInput) (*permissionsOutput, error) {
	id, err := core.ParseID[core.AgentID](in.ID)
	if err != nil {
		return nil, err
	}
	a, err := s.store.Agent(ctx, id)
	if err != nil {
		return nil, err
	}
	return &permissionsOutput{Permissions{a.Agent.Given.Words(), a.Agent.Permissions.Words()}}, nil
}

func (s *Server) permit(ctx context.Context, in *permitInput) (*permissionsOutput, error) {
	id, err := core.ParseID[core.AgentID](in.ID)
	if err != nil {
		return nil, err
	}
	given, err := core.ParsePermissions("given", in.Body.Given)
	if err != nil {
		return nil, err
	}
	if err := s.hub.Permit(ctx, callerOf(ctx).actor, id, given); err != nil {
		return nil, err
	}
	return s.permissions(ctx, &permissionsInput{in.ID})
}
