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

type departmentsInput struct {
	All bool `query:"all" doc:"also those where one has no role: sessions can be transferred to them"`
}

func (s *Server) departments(ctx context.Context, in *departmentsInput) (*departmentsOutput, error) {
	read := func() ([]core.Department, error) { return s.store.Departments(ctx, callerOf(ctx).actor.Scope()) }
	if in.All {
		read = func() ([]core.Department, error) { return s.store.AllDepartments(ctx) }
	}
	rows, err := read()
	if err != nil {
		return nil, err
	}
	out := &departmentsOutput{List[Department]{make([]Department, 0, len(rows))}}
	for _, d := range rows {
		out.Body.Items = append(out.Body.Items, departmentOf(d))
	}
	return out, nil
}
