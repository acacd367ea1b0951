package main

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	damaged, err := p.checkAudit(ctx, o)
	if err := errors.Join(err, o.sayUnshown(ctx, p), p.receiving(ctx, o), o.saySearch(ctx, p)); err != nil {
		return err
	}
	wrong = wrong || damaged
	if wrong {
		return errFindings
	}
	return nil
}

// checkAudit says whether the audit log is whole, and where it ends: whoever notes that elsewhere can see that nobody has put it back to what it was.
func (p *program) checkAudit(ctx context.Context, o *office) (damaged bool, err error) {
	state, err := o.CheckAudit(ctx, core.NewAuditSeal(o.config.key))
	if err != nil {
		return false, err
	}
	for _, no := range state.Marked {
		fmt.Fprintf(p.stdout, "audit log: entry %d says that somebody had changed where the log ended, and may have dropped entries before it\n", no)
	}
	if state.Fault != nil {
		fmt.Fprintf(p.stdout, "audit log: %s\n", state.Fault)
		return true, nil
	}
	if state.Entries == 0 {
		fmt.Fprintln(p.stdout, "audit log: no entry yet")
	} else {
		fmt.Fprintf(p.stdout, "audit log: %d entries, all as they were written; the newest is of %s, its seal %.12s\n", state.Entries,
			state.Newest.At.Std().Format(time.RFC3339), state.Head.Seal)
	}
	return len(state.Marked) > 0, nil
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
