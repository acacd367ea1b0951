package web

import (
	"context"

	"parley/core"
)

// Counters are what the badges show.
type Counters struct {
	Unread      int64                `json:"unread" doc:"sessions that one holds with unread messages"`
	Unassigned  int64                `json:"unassigned" doc:"sessions in the queues"`
	Badge       int64                `json:"badge" doc:"the red one: different sessions that one's roles make one look after"`
	Departments []DepartmentCounters `json:"departments" nullable:"false"`
}

// DepartmentCounters are those of one department.
type DepartmentCounters struct {
	Department string `json:"department" doc:"its id"`
	Unread     int64  `json:"unread"`
	Unassigned int64  `json:"unassigned"`
}

func countersOf(c core.Counters) Counters {
	out := Counters{Unread: c.Unread, Unassigned: c.Unassigned, Badge: c.Badge, Departments: make([]DepartmentCounters, 0, len(c.Departments))}
	for _, d := range c.Departments {
		out.Departments = append(out.Departments, DepartmentCounters{d.Department.String(), d.Unread, d.Unassigned})
	}
	return out
}

type countersOutput struct{ Body Counters }

func (s *Server) counters(ctx context.Context, _ *struct{}) (*countersOutput, error) {
	c, err := s.store.Counters(ctx, callerOf(ctx).actor)
	if err != nil {
		return nil, err
	}
	return &countersOutput{countersOf(c)}, nil
}
