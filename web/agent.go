package web

import (
	"context"
	"sync"

	"parley/core"
	"parley/core/store"
)

// Me is who is signed in.
type Me struct {
	ID           string `json:"id"`
	Email        string `json:"email"`
	Name         string `json:"name" doc:"for colleagues"`
	PublicName   string `json:"public_name" doc:"for customers"`
	Admin        bool   `json:"admin"`
	Bot          bool   `json:"bot,omitempty" doc:"a program, which works over the API"`
	Roles        []Role `json:"roles" nullable:"false"`
	Availability string `json:"availability" enum:"available,busy,away,offline" doc:"the agent's own word"`
	Limit        int64  `json:"limit" doc:"how many sessions at once they want at most; 0: they have not said"`

	Abilities

	Permissions []string `json:"permissions" nullable:"false" enum:"use_chat,block_customers,see_all_sessions,change_settings" doc:"what one may besides what one's roles let one"`
}

// Role is what somebody is in one department.
type Role struct {
	Department Department `json:"department"`
	Operator   bool       `json:"operator"`
	Supervisor bool       `json:"supervisor"`
}

type meOutput struct{ Body Me }

func (s *Server) me(ctx context.Context, _ *struct{}) (*meOutput, error) {
	me, err := s.meOf(ctx, callerOf(ctx).actor)
	if err != nil {
		return nil, err
	}
	return &meOutput{*me}, nil
}

func (s *Server) meOf(ctx context.Context, a core.Actor) (*Me, error) {
	departments, err := s.store.Departments(ctx, a.Scope())
	if err != nil {
		return nil, err
	}
	load, err := s.store.Load(ctx, a.Agent.ID)
	if err != nil {
		return nil, err
	}
	me := &Me{
		ID: a.Agent.ID.String(), Email: a.Agent.Email, Name: a.Agent.Name, PublicName: a.Agent.PublicName, Admin: a.Agent.Admin, Bot: a.Agent.Bot,
		Roles: make([]Role, 0, len(departments)), Availability: string(a.Agent.Availability), Permissions: a.Agent.Permissions.Words(),
		Limit: load.Own, Abilities: abilitiesOf(a.Agent.Abilities),
	}
	for _, d := range departments {
		role := a.Roles[d.ID]
		me.Roles = append(me.Roles, Role{departmentOf(d), role.Has(core.Operator), role.Has(core.Supervisor)})
	}
	return me, nil
}

// Availability is what an agent says of themselves.
type Availability struct {
	Availability string `json:"availability" enum:"available,busy,away,offline"`
}

type availabilityInput struct{ Body Availability }

func (s *Server) setAvailability(ctx context.Context, in *availabilityInput) (*meOutput, error) {
	now, err := s.hub.SetAvailability(ctx, callerOf(ctx).actor, core.Availability(in.Body.Availability))
	if err != nil {
		return nil, err
	}
	me, err := s.meOf(ctx, now)
	if err != nil {
		return nil, err
	}
	return &meOutput{*me}, nil
}

// Limit is how many sessions at once an agent wants.
type Limit struct {
	Limit int64 `json:"limit" minimum:"0" maximum:"1000" doc:"at most; 0: as many as the departments allow"`
}

type limitInput struct{ Body Limit }

func (s *Server) setLimit(ctx context.Context, in *limitInput) (*meOutput, error) {
	who := callerOf(ctx).actor
	if _, err := s.hub.SetLimit(ctx, who, in.Body.Limit); err != nil {
		return nil, err
	}
	me, err := s.meOf(ctx, who)
	if err != nil {
		return nil, err
	}
	return &meOutput{*me}, nil
}

// Colleague is an agent in one department. Who works in several stands there several times.
type Colleague struct {
	ID           string `json:"id"`
	Name         string `json:"name" doc:"for colleagues"`
	PublicName   string `json:"public_name" doc:"for customers"`
	Department   string `json:"department" doc:"its id"`
	Operator     bool   `json:"operator"`
	Supervisor   bool   `json:"supervisor"`
	Bot          bool   `json:"bot,omitempty" doc:"a program: sessions begin with it, and none is assigned to it"`
	Availability string `json:"availability" enum:"available,busy,away,offline" doc:"the agent's own word"`
	Present      bool   `json:"present" doc:"the workspace is open, or they are linked to a channel that fares well"`
	Receiving    bool   `json:"receiving" doc:"an operator who is there, and available or busy"`
	Open         int64  `json:"open_sessions" doc:"how many sessions they hold, in any department"`
	Limit        int64  `json:"limit" doc:"how many they may hold there; 0: any number"`
	Full         bool   `json:"full" doc:"they hold as many as that: more only if it is meant"`
	Abilities
}

type agentsInput struct {
	Department string `query:"department" doc:"an id; without it all departments where one has a role"`
}

type agentsOutput struct{ Body List[Colleague] }

func (s *Server) agents(ctx context.Context, in *agentsInput) (*agentsOutput, error) {
	var department core.DepartmentID
	if in.Department != "" {
		var err error
		if department, err = idOf("department", in.Department, core.ParseID[core.DepartmentID]); err != nil {
			return nil, err
		}
	}
	rows, err := s.store.Colleagues(ctx, callerOf(ctx).actor.Scope(), department)
	if err != nil {
		return nil, err
	}
	out := &agentsOutput{List[Colleague]{make([]Colleague, 0, len(rows))}}
	for _, a := range rows {
		out.Body.Items = append(out.Body.Items, Colleague{
			ID: a.ID.String(), Name: a.Name, PublicName: a.PublicName, Department: a.Department.String(),
			Operator: a.Role.Has(core.Operator), Supervisor: a.Role.Has(core.Supervisor),
			Bot: a.Bot, Availability: string(a.Availability), Present: a.Present, Receiving: a.Receiving(),
			Open: a.Open, Limit: a.Limit, Full: a.Candidate().Full(), Abilities: abilitiesOf(a.Abilities),
		})
	}
	return out, nil
}

// names knows the names of agents to whom something was done, of which the log has only their ids, and where they work.
type names struct {
	store *store.Store

	mu    sync.Mutex
	known map[core.AgentID]known
}

// known is what is known of an agent.
type known struct {
	name        string
	departments []core.DepartmentID // where they have a role, in order
}

// of gives the agent's name, "" for none.
func (n *names) of(ctx context.Context, id core.AgentID) (string, error) {
	if id == 0 {
		return "", nil
	}
	if name, ok := n.peek(id); ok {
		return name, nil
	}
	err := n.refresh(ctx)
	name, _ := n.peek(id)
	return name, err
}

// peek gives the agent's name without asking the store.
func (n *names) peek(id core.AgentID) (string, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, ok := n.known[id]
	return a.name, ok
}

// departments gives where any of the agents works, without asking the store.
func (n *names) departments(agents map[core.AgentID]struct{}) map[core.DepartmentID]struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := map[core.DepartmentID]struct{}{}
	for a := range agents {
		for _, d := range n.known[a].departments {
			all[d] = struct{}{}
		}
	}
	return all
}

// refresh reads everybody's name and roles.
func (n *names) refresh(ctx context.Context) error {
	agents, err := n.store.Agents(ctx)
	if err != nil {
		return err
	}
	all := make(map[core.AgentID]known, len(agents))
	for _, a := range agents {
		all[a.Agent.ID] = known{a.Agent.Name, a.Scope().Departments}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known = all
	return nil
}
