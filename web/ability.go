package web

import (
	"context"

	"parley/core"
	"parley/core/hub"
)

// Abilities are what an agent can do that not all can.
type Abilities struct {
	Languages []string `json:"languages" nullable:"false" doc:"that they speak, as tags of BCP 47, in order"`
	Skills    []string `json:"skills" nullable:"false" doc:"slugs, in order"`
}

func abilitiesOf(a core.Abilities) Abilities {
	out := Abilities{Languages: []string{}, Skills: append([]string{}, a.Skills.List()...)}
	for _, l := range a.Languages.List() {
		out.Languages = append(out.Languages, string(l))
	}
	return out
}

// AbilitiesChange is what an agent is to speak and to be good at. What is left out stays.
type AbilitiesChange struct {
	Languages []string `json:"languages,omitempty" nullable:"false" maxItems:"20" doc:"all that they speak, as tags of BCP 47, such as de or pt-BR"`
	Skills    []string `json:"skills,omitempty" nullable:"false" maxItems:"50" doc:"all that they have: slugs, of a-z, 0-9 and single dashes"`
}

type (
	abilitiesInput struct {
		ID   string `path:"id" example:"agt_5k"`
		Body AbilitiesChange
	}
	abilitiesOutput struct{ Body Abilities }
)

func (s *Server) setAbilities(ctx context.Context, in *abilitiesInput) (*abilitiesOutput, error) {
	id, err := core.ParseID[core.AgentID](in.ID)
	if err != nil {
		return nil, err
	}
	change := hub.AbilitiesChange{Skills: in.Body.Skills}
	if in.Body.Languages != nil {
		change.Languages = []core.Language{}
	}
	for _, l := range in.Body.Languages {
		change.Languages = append(change.Languages, core.Language(l))
	}
	a, err := s.hub.SetAbilities(ctx, callerOf(ctx).actor, id, change)
	if err != nil {
		return nil, err
	}
	return &abilitiesOutput{abilitiesOf(a.Agent.Abilities)}, nil
}
