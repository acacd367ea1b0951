package main

import (
	"strings"
	"testing"

	"parley/core"
)

// The API and the command give the same.
func TestAManifestOfAChannelS15(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "PARLEY_PUBLIC_URL=https://chat.example.test")
	for _, mode := range []string{"socket", "events"} {
		text, err := manifest("slack", "desk", mode, "https://chat.example.test")
		if err != nil {
			t.Fatal(err)
		}
		if got := p.must("channel", "manifest", "slack", "--name", "desk", "--mode", mode); got != text+"\n" {
			t.Errorf("%s: got %s, want %s", mode, got, text)
		}
		if strings.Contains(text, "https://chat.example.test/hooks/slack/desk") != (mode == "events") {
			t.Errorf("%s: got %s", mode, text)
		}
	}
	usual, err := manifest("slack", "desk", "", "http://127.0.0.1:8080")
	if socket, _ := manifest("slack", "desk", "socket", ""); err != nil || usual != socket || usual == "" {
		t.Errorf("the usual mode: got %q, %v, want socket", usual, err)
	}
	for field, args := range map[string][]string{
		"kind": {"widget", "desk", ""}, "name": {"slack", "Not a slug", ""}, "mode": {"slack", "desk", "pigeon"}, "public_url": {"slack", "desk", "events"},
	} {
		_, err := manifest(args[0], args[1], args[2], "http://127.0.0.1:8080")
		if e, ok := err.(*core.Error); !ok || e.Kind != core.Invalid || e.Field != field { //nolint:errorlint // it is handed to the API as it is
			t.Errorf("%s: got %v, want that field invalid", field, err)
		}
	}
}
