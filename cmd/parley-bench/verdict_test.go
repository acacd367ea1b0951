package main

import (
	"slices"
	"strings"
	"testing"
)

func TestCompareLines(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want, got string
		counts    counts
	}{
		"the same":                   {"a b c", "a b c", counts{}},
		"nothing at all":             {"", "", counts{}},
		"one is missing":             {"a b c", "a c", counts{lost: 1}},
		"the last is missing":        {"a b c", "a b", counts{lost: 1}},
		"one is there twice":         {"a b c", "a b b c", counts{doubled: 1}},
		"two have changed places":    {"a b c", "a c b", counts{disordered: 1}},
		"nobody said it":             {"a b c", "a x b c", counts{unknown: 1}},
		"missing, and another twice": {"a b c", "a a c", counts{lost: 1, doubled: 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := compareLines(strings.Fields(tt.want), strings.Fields(tt.got)); got != tt.counts {
				t.Errorf("got %+v, want %+v", got, tt.counts)
			}
		})
	}
}

func TestAScreenFollowsItsCursor(t *testing.T) {
	t.Parallel()
	said := func(texts ...string) (events []visitorEvent) {
		for _, text := range texts {
			events = append(events, visitorEvent{Kind: "message", Text: text})
		}
		return events
	}
	at := func(cursor string) *string { return &cursor }
	var s screen
	if got := s.show(visitorFrame{Cursor: "1", Events: said("c"), More: true}); got != shownPart {
		t.Errorf("a snapshot with more: got %v, want %v", got, shownPart)
	}
	if s.before(visitorFrame{Events: said("a", "b")}) {
		t.Error("the beginning has more before it")
	}
	if got := s.show(visitorFrame{After: at("1"), Cursor: "2", Events: said("d")}); got != shownWhole {
		t.Errorf("what follows: got %v, want %v", got, shownWhole)
	}
	if got := s.show(visitorFrame{After: at("1"), Cursor: "3", Events: said("e")}); got != shownGap {
		t.Errorf("what follows something else: got %v, want %v", got, shownGap)
	}
	if got, want := s.lines(), []string{"a", "b", "c", "d"}; !slices.Equal(got, want) || s.held() != "2" {
		t.Errorf("got %q at %s, want %q at 2", got, s.held(), want)
	}
	s.show(visitorFrame{Cursor: "9", Events: said("x")})
	if got, want := s.lines(), []string{"x"}; !slices.Equal(got, want) {
		t.Errorf("after a snapshot: got %q, want %q", got, want)
	}
}
