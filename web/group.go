package web

import (
	"context"

	"parley/core"
)

// Group is agents with permissions.
type Group struct {
	ID string `json:"id" example:"grp_5k"`
	GroupChange
	Inherited []string `json:"inherited" nullable:"false" enum:"use_chat,block_customers,see_all_sessions,change_settings" doc:"what its members may by the groups above it"`
}

// GroupChange is all that is set of a group.
type GroupChange struct {
	Name        string   `json:"name"`
	Parent      string   `json:"parent,omitempty" doc:"the group whose permissions it inherits; missing: none"`
	Permissions []string `json:"permissions" nullable:"false" enum:"use_chat,block_customers,see_all_sessions,change_settings" doc:"what its members may, and those of all groups below it"`
	Members     []string `json:"members" nullable:"false" maxItems:"1000" doc:"ids of agents; of the group of everybody none: all agents are in it"`
}

type (
	groupsOutput  struct{ Body List[Group] }
	groupOutput   struct{ Body Group }
	addGroupInput struct{ Body GroupChange }
	setGroupInput struct {
		ID   string `path:"id" example:"grp_5k"`
		Body GroupChange
	}
	groupInput struct {
		ID   string `path:"id" example:"grp_5k"`
		Body Nothing
	}
)

func groupOf(all core.Groups, g core.Group) Group {
	out := Group{
		ID: g.ID.String(), Inherited: all.Held(g.Parent).Words(),
		GroupChange: GroupChange{Name: g.Name, Permissions: g.Permissions.Words(), Members: []string{}},
	}
	if g.Parent != 0 {
		out.Parent = g.Parent.String()
	}
	for _, a := range g.Members {
		out.Members = append(out.Members, a.String())
	}
	return out
}

func (s *Server) groups(ctx context.Context, _ *struct{}) (*groupsOutput, error) {
	all, err := s.store.Groups(ctx)
	if err != nil {
		return nil, err
	}
	out := &groupsOutput{List[Group]{Items: []Group{}}}
	for _, g := range all {
		out.Body.Items = append(out.Body.Items, groupOf(all, g))
	}
	return out, nil
}

func (s *Server) addGroup(ctx context.Context, in *addGroupInput) (*groupOutput, error) {
	return s.putGroup(ctx, 0, in.Body)
}

func (s *Server) setGroup(ctx context.Context, in *setGroupInput) (*groupOutput, error) {
	id, err := core.ParseID[core.GroupID](in.ID)
	if err != nil {
		return nil, err
	}
	return s.putGroup(ctx, id, in.Body)
}

func (s *Server) removeGroup(ctx context.Context, in *groupInput) (*struct{}, error) {
	id, err := core.ParseID[core.GroupID](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.hub.RemoveGroup(ctx, callerOf(ctx).actor, id)
}

// putGroup adds a group, where id is zero, or changes one.
func (s *Server) putGroup(ctx context.Context, id core.GroupID, c GroupChange) (*groupOutput, error) {
	g := core.Group{ID: id, Name: c.Name}
	var err error
	if g.Permissions, err = core.ParsePermissions("permissions", c.Permissions); err != nil {
		return nil, err
	}
	if c.Parent != "" {
		if g.Parent, err = idOf("parent", c.Parent, core.ParseID[core.GroupID]); err != nil {
			return nil, err
		}
	}
	for _, text := range c.Members {
		a, err := idOf("members", text, core.ParseID[core.AgentID])
		if err != nil {
			return nil, err
		}
		g.Members = append(g.Members, a)
	}
	if g, err = s.hub.SetGroup(ctx, callerOf(ctx).actor, g); err != nil {
		return nil, err
	}
	all, err := s.store.Groups(ctx)
	if err != nil {
		return nil, err
	}
	return &groupOutput{groupOf(all, g)}, nil
}
