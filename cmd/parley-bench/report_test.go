package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAFigureIsJudgedByItsGoal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		f    figure
		want string
	}{
		"without a goal":                 {figure{Value: 5}, ""},
		"a ratio that is high enough":    {figure{Value: 9, Ratio: 0.61, AtLeast: 0.6, Stretch: 0.75}, "met"},
		"a ratio that is more":           {figure{Value: 9, Ratio: 0.75, AtLeast: 0.6, Stretch: 0.75}, "stretch met"},
		"a ratio that is too low":        {figure{Value: 9, Ratio: 0.59, AtLeast: 0.6, Stretch: 0.75}, "missed"},
		"a time that is short enough":    {figure{Value: 150, AtMost: 150}, "met"},
		"a time that is too long":        {figure{Value: 151, AtMost: 150}, "missed"},
		"a time that is shorter still":   {figure{Value: 6, AtMost: 8, Stretch: 6.5}, "stretch met"},
		"beside a control that is wild":  {figure{Ratio: 0.9, AtLeast: 0.6, Control: 0.31}, "not judged: unsteady control"},
		"beside a control that is tamer": {figure{Ratio: 0.9, AtLeast: 0.6, Control: 0.30}, "met"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tt.f.judged().Verdict; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMedianSpreadAndQuantile(t *testing.T) {
	t.Parallel()
	if got := median([]float64{5, 1, 3}); got != 3 {
		t.Errorf("median of three: got %v, want 3", got)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median of four: got %v, want 2.5", got)
	}
	if got := spread([]float64{8, 10, 12}); got != 0.4 {
		t.Errorf("spread: got %v, want 0.4", got)
	}
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i))
	}
	if got := quantile(times, 0.5); got != 51 {
		t.Errorf("p50: got %v, want 51", got)
	}
	if got := quantile(times, 0.99); got != 100 {
		t.Errorf("p99: got %v, want 100", got)
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("p50 of none: got %v, want 0", got)
	}
}

func TestTwoRunsAreComparedByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, figures ...figure) string {
		r := newReport(io.Discard, "path", nil)
		for _, f := range figures {
			r.add(f)
		}
		file := filepath.Join(dir, name)
		if err := r.close(file); err != nil {
			t.Fatal(err)
		}
		return file
	}
	a, err := readReport(write("a.json", figure{Goal: "P1", Name: "path", Value: 100, Ratio: 0.5, AtLeast: 0.6}, figure{Name: "gone", Value: 1}))
	if err != nil {
		t.Fatal(err)
	}
	b, err := readReport(write("b.json", figure{Goal: "P1", Name: "path", Value: 90, Ratio: 0.65, AtLeast: 0.6}, figure{Name: "new", Value: 1}))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	compare(&out, a, b)
	for _, want := range []string{"0.50 →      0.65", "+30.0 %", "missed → met", "gone", "only in the first run", "new", "only in the second run"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", out.String(), want)
		}
	}
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("no run"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readReport(other); err == nil {
		t.Error("a file that is no run was read")
	}
}

func TestAFailureFailsTheRun(t *testing.T) {
	t.Parallel()
	r := newReport(io.Discard, "crash", nil)
	r.fail("something was lost")
	if err := r.close(""); err == nil {
		t.Error("got no error")
	}
}

func TestFlagsMayHaveOneDash(t *testing.T) {
	t.Parallel()
	got := doubled([]string{"path", "-customers", "64", "--rate", "40", "-h", "-rate=-5", "-5"})
	want := []string{"path", "--customers", "64", "--rate", "40", "-h", "--rate=-5", "-5"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
