package core

import (
	"errors"
	"fmt"
	"testing"
)

func TestErrorsInWords(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*Error{
		"hub.Take: taken":                             {Op: "hub.Take", Kind: Taken, Winner: "Anna"},
		"core.Check: invalid (text): is empty":        {Op: "core.Check", Kind: Invalid, Field: "text", Reason: "is empty"},
		"store.load: disk on fire":                    {Op: "store.load", Err: errors.New("disk on fire")},
		"store.commit: unavailable: connection reset": {Op: "store.commit", Kind: Unavailable, Err: errors.New("connection reset")},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := KindOf(fmt.Errorf("outer: %w", &Error{Kind: Busy})); got != Busy {
		t.Errorf("got %q, want busy", got)
	}
	if got := KindOf(errors.New("x")); got != "" {
		t.Errorf("got %q, want none", got)
	}
}
