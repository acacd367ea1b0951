package feed

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/core"
)

func rows(from core.EventID, texts ...string) []core.Event {
	list := make([]core.Event, len(texts))
	for i := range list {
		list[i] = core.Event{ID: from + core.EventID(i), Text: texts[i]}
	}
	return list
}

func TestTheRingHoldsTheNewestRowsWithoutAHole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := ring{maxEvents: rapid.IntRange(1, 9).Draw(t, "rows"), maxBytes: rapid.IntRange(1, 9*rowSize).Draw(t, "bytes")}
		head := core.EventID(rapid.IntRange(0, 5).Draw(t, "begin"))
		if r.add(rows(1, "x")) {
			t.Fatal("add without a place: got true, want false")
		}
		r.begin(head)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			from := max(1, head+core.EventID(rapid.IntRange(-3, 2).Draw(t, "from")))
			more := rows(from, rapid.SliceOfN(rapid.SampledFrom([]string{"", strings.Repeat("x", rowSize)}), 0, 6).Draw(t, "texts")...)
			added := r.add(more)
			if hole := len(more) > 0 && from > head+1; added == hole {
				t.Fatalf("add from %d after %d: got %v, want %v", int64(from), int64(head), added, !hole)
			}
			if added && len(more) > 0 {
				head = max(head, more[len(more)-1].ID)
			}
			check(t, &r, head)
		}
	})
}

func check(t *rapid.T, r *ring, head core.EventID) {
	if r.head() != head {
		t.Fatalf("head: got %d, want %d", int64(r.head()), int64(head))
	}
	bytes := 0
	for i := range r.events {
		if want := r.floor + 1 + core.EventID(i); r.events[i].ID != want {
			t.Fatalf("row %d: got %d, want %d", i, int64(r.events[i].ID), int64(want))
		}
		bytes += size(&r.events[i])
	}
	if bytes != r.bytes || len(r.events) > r.maxEvents || bytes > r.maxBytes && len(r.events) > 1 {
		t.Fatalf("got %d rows with %d bytes, counted %d; at most %d rows and %d bytes", len(r.events), bytes, r.bytes, r.maxEvents, r.maxBytes)
	}
	if r.deadBytes >= r.maxBytes || r.dead >= r.maxEvents {
		t.Fatalf("held and not needed: got %d rows with %d bytes, want less than is needed", r.dead, r.deadBytes)
	}
	for pos := core.EventID(0); pos <= head+1; pos++ {
		got, covered := r.after(pos, 3)
		if want := pos >= r.floor; covered != want {
			t.Fatalf("after %d: got covered %v, want %v", int64(pos), covered, want)
		}
		if want := min(3, int(max(0, head-pos))); covered && len(got) != want || cap(got) != len(got) {
			t.Fatalf("after %d: got %d rows with room for %d, want %d without room", int64(pos), len(got), cap(got), want)
		}
		if len(got) > 0 && got[0].ID != pos+1 {
			t.Fatalf("after %d: got %d first, want %d", int64(pos), int64(got[0].ID), int64(pos+1))
		}
	}
}

func TestTheRingBeginsAnewAfterAHoleInTheLogItself(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		page        []core.Event
		floor, head core.EventID
	}{
		"a page that continues is added":          {rows(11, "", ""), 8, 12},
		"a page that overlaps is added":           {rows(9, "", "", ""), 8, 11},
		"a hole before the page":                  {rows(15, "", ""), 14, 16},
		"a hole within the page":                  {append(rows(11, ""), rows(15, "", "")...), 14, 16},
		"a hole within a page that overlaps":      {append(rows(10, ""), rows(15, "")...), 14, 15},
		"two holes, and the newest part is whole": {append(append(rows(12, ""), rows(15, "")...), rows(20, "", "")...), 19, 21},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ring{maxEvents: 100, maxBytes: 1 << 20}
			r.begin(8)
			r.add(rows(9, "", ""))
			r.fill(tt.page)
			if r.floor != tt.floor || r.head() != tt.head {
				t.Errorf("got rows after %d to %d, want after %d to %d", int64(r.floor), int64(r.head()), int64(tt.floor), int64(tt.head))
			}
		})
	}
}

func TestRowsHandedOutAreNotChangedByLaterOnes(t *testing.T) {
	t.Parallel()
	r := ring{maxEvents: 4, maxBytes: 1 << 20}
	r.begin(0)
	r.add(rows(1, "a", "b", "c", "d"))
	held, _ := r.after(1, 2)
	for id := core.EventID(5); id < 30; id++ {
		r.add(rows(id, "z"))
	}
	if len(held) != 2 || held[0].Text != "b" || held[1].Text != "c" {
		t.Errorf("held: got %v, want b and c", held)
	}
}
