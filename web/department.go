package web

import (
	"context"

	"parley/core"
)

// Department is a unit of work.
type Department struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
	Zone string `json:"zone" example:"Europe/Berlin"`
}

func departmentOf(d core.Department) Department {
	return Department{ID: d.ID.String(), Slug: d.Slug, Name: d.Name, Zone: d.Zone}
}

type departmentsOutput struct{ Body List[Department] }

func (s *Server) departments(ctx context.Context, _ *struct{}) (*departmentsOutput, error) {
	rows, err := s.store.Departments(ctx, callerOf(ctx).actor.Scope())
	if err != nil {
		return nil, err
	}
	out := &departmentsOutput{List[Department]{make([]Department, 0, len(rows))}}
	for _, d := range rows {
		out.Body.Items = append(out.Body.Items, departmentOf(d))
	}
	return out, nil
}
