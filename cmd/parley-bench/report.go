package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// unsteady is the spread of a control beyond which nothing is judged.
const unsteady = 0.30

// figure is something measured. A goal is held against the ratio to the control, or without a control against the value.
type figure struct {
	Goal    string  `json:"goal,omitempty"` // its number: P1
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Ratio   float64 `json:"ratio,omitempty"`
	Spread  float64 `json:"spread,omitempty"`
	Control float64 `json:"control_spread,omitempty"`
	AtLeast float64 `json:"at_least,omitempty"`
	AtMost  float64 `json:"at_most,omitempty"`
	Stretch float64 `json:"stretch,omitempty"`
	Verdict string  `json:"verdict,omitempty"`
}

// judged fills in the verdict.
func (f figure) judged() figure {
	got := f.Value
	if f.Ratio != 0 {
		got = f.Ratio
	}
	switch {
	case f.AtLeast == 0 && f.AtMost == 0:
	case f.Control > unsteady:
		f.Verdict = "not judged: unsteady control"
	case f.AtLeast != 0 && got < f.AtLeast, f.AtMost != 0 && got > f.AtMost:
		f.Verdict = "missed"
	case f.Stretch != 0 && (f.AtLeast != 0 && got >= f.Stretch || f.AtMost != 0 && got <= f.Stretch):
		f.Verdict = "stretch met"
	default:
		f.Verdict = "met"
	}
	return f
}

func (f figure) goal() string {
	sign, limit := "≥", f.AtLeast
	if f.AtMost != 0 {
		sign, limit = "≤", f.AtMost
	}
	switch {
	case limit == 0:
		return ""
	case f.Stretch != 0:
		return fmt.Sprintf("goal %s %s (%s)", sign, number(limit), number(f.Stretch))
	}
	return fmt.Sprintf("goal %s %s", sign, number(limit))
}

func (f figure) String() string {
	parts := []string{fmt.Sprintf("%-4s%-58s", f.Goal, f.Name), fmt.Sprintf("%9s %-7s", number(f.Value), f.Unit)}
	if f.Ratio != 0 {
		parts = append(parts, fmt.Sprintf("ratio %.2f", f.Ratio))
	}
	for _, p := range []string{f.goal(), f.Verdict} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if f.Spread != 0 {
		parts = append(parts, fmt.Sprintf("spread %.0f %%", 100*f.Spread))
	}
	if f.Control != 0 {
		parts = append(parts, fmt.Sprintf("control's spread %.0f %%", 100*f.Control))
	}
	return strings.Join(parts, "  ")
}

// number writes a value with as many digits as can be meant.
func number(v float64) string {
	switch {
	case v >= 100 || v == float64(int64(v)):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// report is a run, as it is printed and written to a file.
type report struct {
	Command  string           `json:"command"`
	Settings map[string]any   `json:"settings"`
	At       time.Time        `json:"at"`
	Cores    int              `json:"cores"`
	Go       string           `json:"go"`
	Figures  []figure         `json:"figures"`
	Counts   map[string]int64 `json:"counts,omitempty"`
	Failures []string         `json:"failures,omitempty"`

	out io.Writer
}

func newReport(out io.Writer, command string, settings map[string]any) *report {
	return &report{
		Command: command, Settings: settings, At: time.Now().UTC(), Cores: runtime.NumCPU(), Go: runtime.Version(),
		Counts: map[string]int64{}, out: out,
	}
}

func (r *report) say(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

// add judges a figure, keeps and prints it.
func (r *report) add(f figure) {
	f = f.judged()
	r.Figures = append(r.Figures, f)
	r.say("%s", f)
}

// fail notes what must not happen in any run.
func (r *report) fail(format string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
	r.say("FAILED: "+format, args...)
}

// close prints the counts, writes the file if one is wanted, and gives an error if the run failed.
func (r *report) close(file string) error {
	for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
		r.say("    %-58s %9d", name, r.Counts[name])
	}
	if file != "" {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	if len(r.Failures) > 0 {
		return errors.New("the run failed")
	}
	return nil
}
