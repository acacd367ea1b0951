package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestEveryCommandHasHelpThatNamesItAndItsFlags(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "PARLEY_ADDR=broken", "PARLEY_DATA_DIR=/dev/null", "PARLEY_CONFIG=/nowhere")
	var walk func(t *testing.T, n *kong.Node, path []string)
	walk = func(t *testing.T, n *kong.Node, path []string) {
		got := p.must(append(path, "--help")...)
		if usage := "Usage: " + strings.Join(append([]string{"parley"}, path...), " "); !strings.HasPrefix(got, usage) {
			t.Errorf("help of %v: got %q, want it to begin with %q", path, got, usage)
		}
		for _, f := range n.Flags {
			name := "--" + f.Name
			if f.Tag.Negatable != "" {
				name = "--[no-]" + f.Name
			}
			if !strings.Contains(got, name) || f.Help == "" {
				t.Errorf("help of %v does not say what --%s is", path, f.Name)
			}
		}
		for _, child := range n.Children {
			if child.Help == "" {
				t.Errorf("%v has no help", child.Path())
			}
			if !strings.Contains(got, child.Name) {
				t.Errorf("help of %v does not name %s", path, child.Name)
			}
			walk(t, child, append(path[:len(path):len(path)], child.Name))
		}
	}
	walk(t, model(t).Node, nil)
	if got, want := p.must(), p.must("--help"); got != want {
		t.Errorf("without a command: got %q, want the help", got)
	}
}

func TestHelpNamesEveryVariable(t *testing.T) {
	t.Parallel()
	help := strings.Join(strings.Fields(newPlace(t).must("serve", "--help")), " ")
	for setting := range defaults {
		if !strings.Contains(help, variable(setting)) {
			t.Errorf("help does not name %s", variable(setting))
		}
	}
}

func TestCommandsThatNeedNoSettingsDoWithoutThem(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "PARLEY_ADDR=broken", "PARLEY_DATA_DIR=/dev/null", "PARLEY_CONFIG=/nowhere")
	if got, want := p.must("version"), "parley "+version+"\n"; got != want {
		t.Errorf("version: got %q, want %q", got, want)
	}
	if got := p.must("openapi"); !strings.HasPrefix(got, "{") || !strings.Contains(got, "/api/v1/sessions/{id}/messages") || got != p.must("openapi") {
		t.Errorf("openapi: got %.80q, want the same description twice", got)
	}
}
