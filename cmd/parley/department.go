package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"parley/core"
)

type departmentCommand struct {
	Add  departmentAdd  `cmd:"" help:"Add a department."`
	List departmentList `cmd:"" help:"List the departments."`
}

type departmentAdd struct {
	Name string `required:"" placeholder:"NAME" help:"What people call it; no other department is called so."`
	Slug string `placeholder:"SLUG" help:"Its name in addresses and commands, of a-z, 0-9 and dashes; made from the name unless said otherwise."`
	Zone string `default:"UTC" placeholder:"ZONE" help:"Its time zone, like Europe/Berlin; UTC unless said otherwise."`
}

func (d departmentAdd) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, true)
	if err != nil {
		return err
	}
	defer o.close()
	if d.Slug == "" && core.Slug(d.Name) == "" && core.CheckName("name", d.Name) == nil {
		return &badInput{"--slug", "is needed, because none can be made from that name"}
	}
	added, err := o.hub.AddDepartment(ctx, d.Name, d.Slug, d.Zone)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "department %s added\n", added.Slug)
	return nil
}

type departmentList struct{}

func (departmentList) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.AllDepartments(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"SLUG", "NAME", "ZONE", "IN QUEUE"}}
	for _, d := range all {
		rows = append(rows, []string{d.Slug, d.Name, d.Zone, fmt.Sprint(d.Unassigned)})
	}
	return p.table(rows)
}

// table prints rows in columns, the first of them their heads.
func (p *program) table(rows [][]string) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
