package main

import (
	"context"
	"errors"
	"fmt"

	"parley/core"
)

type doctorCommand struct {
	Fix bool `help:"Put right what can be put right."`
}

// Run says on stdout what it finds, one line each, and who receives sessions. It fails while anything is wrong; a note is nothing wrong.
func (d doctorCommand) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	findings, err := o.Doctor(ctx, d.Fix)
	if err != nil {
		return err
	}
	wrong := false
	for _, f := range findings {
		if d.Fix && f.Mend {
			fmt.Fprintf(p.stdout, "%s; mended\n", f)
			continue
		}
		fmt.Fprintln(p.stdout, f)
		wrong = true
	}
	if len(findings) == 0 {
		fmt.Fprintln(p.stdout, "sessions, departments and the log recounted: all counters agree")
	}
	if err := errors.Join(o.sayUnshown(ctx, p), p.receiving(ctx, o)); err != nil {
		return err
	}
	if wrong {
		return errFindings
	}
	return nil
}

// receiving says of each department how many of its operators sessions may come to now (FEATURES C4).
func (p *program) receiving(ctx context.Context, o *office) error {
	departments, err := o.AllDepartments(ctx)
	if err != nil {
		return err
	}
	for _, d := range departments {
		all, err := o.Colleagues(ctx, core.Scope{Departments: []core.DepartmentID{d.ID}}, d.ID)
		if err != nil {
			return err
		}
		operators, receiving := 0, 0
		for _, c := range all {
			if c.Role.Has(core.Operator) {
				operators++
			}
			if c.Receiving() {
				receiving++
			}
		}
		fmt.Fprintf(p.stdout, "department %s: %d of %d operators are there and receive sessions\n", d.Name, receiving, operators)
	}
	return nil
}
