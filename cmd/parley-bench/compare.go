package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

type compareCommand struct {
	A string `arg:"" type:"existingfile" help:"The earlier run, as --json wrote it."`
	B string `arg:"" type:"existingfile" help:"The later run."`
}

// Run prints every figure of the two runs.
func (c *compareCommand) Run() error {
	a, err := readReport(c.A)
	if err != nil {
		return err
	}
	b, err := readReport(c.B)
	if err != nil {
		return err
	}
	compare(os.Stdout, a, b)
	return nil
}

func readReport(file string) (report, error) {
	var r report
	text, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s is not a run of parley-bench: %w", file, err)
	}
	return r, nil
}

// compare sets the figures beside each other by name. What is compared is the ratio where there is one: values of two runs
// depend on how busy the machine was.
func compare(out io.Writer, a, b report) {
	if a.Cores != b.Cores || a.Go != b.Go || a.Command != b.Command {
		fmt.Fprintf(out, "not the same conditions: %s, %d cores, %s; %s, %d cores, %s\n", a.Command, a.Cores, a.Go, b.Command, b.Cores, b.Go)
	}
	later := map[string]figure{}
	for _, f := range b.Figures {
		later[f.Name] = f
	}
	for _, was := range a.Figures {
		is, ok := later[was.Name]
		if !ok {
			fmt.Fprintf(out, "%-4s%-58s only in the first run\n", was.Goal, was.Name)
			continue
		}
		delete(later, was.Name)
		from, to, unit := was.Value, is.Value, was.Unit
		if was.Ratio != 0 && is.Ratio != 0 {
			from, to, unit = was.Ratio, is.Ratio, "ratio"
		}
		change := "      "
		if from != 0 {
			change = fmt.Sprintf("%+5.1f %%", 100*(to-from)/from)
		}
		note := ""
		if was.Verdict != is.Verdict {
			note = fmt.Sprintf("  %s → %s", was.Verdict, is.Verdict)
		}
		fmt.Fprintf(out, "%-4s%-58s %9s → %9s %-7s %s%s\n", was.Goal, was.Name, number(from), number(to), unit, change, note)
	}
	for _, f := range b.Figures {
		if _, ok := later[f.Name]; ok {
			fmt.Fprintf(out, "%-4s%-58s only in the second run\n", f.Goal, f.Name)
		}
	}
	for _, f := range a.Failures {
		fmt.Fprintln(out, "the first run failed:", f)
	}
	for _, f := range b.Failures {
		fmt.Fprintln(out, "the second run failed:", f)
	}
}
