package main

import (
	"context"
	"fmt"
)

type doctorCommand struct {
	Fix bool `help:"Put right what can be put right."`
}

// Run says on stdout what it finds, one line each. It fails while anything is wrong; a note is nothing wrong.
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
	if err := o.sayUnshown(ctx, p); err != nil {
		return err
	}
	if wrong {
		return errFindings
	}
	return nil
}
