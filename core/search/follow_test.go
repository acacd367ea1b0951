package search

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

const day = 24 * time.Hour

// ages of what is looked for, back from now.
var ages = []time.Duration{0, time.Hour, day, 2 * day, 30 * day}

// rows gives all that the index keeps, as text.
func (h *house) rows() []string {
	h.t.Helper()
	ctx := context.Background()
	state, err := h.store.SearchState(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	all := []string{fmt.Sprint(state)}
	for n := range state.Stretches {
		some, err := h.store.Stretches(ctx, []int64{n})
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, fmt.Sprint(some))
	}
	words, err := h.store.BlockWordsBetween(ctx, []int64{0, 1, 2}, "", "~")
	if err != nil {
		h.t.Fatal(err)
	}
	first := len(all)
	for _, w := range words { // they come in no order
		all = append(all, fmt.Sprint(w))
	}
	slices.Sort(all[first:])
	return all
}

// Steps that were begun and never done, and those of a node that thought itself alone, leave no trace.
func TestAStepIsWholeOrNotAtAllC15(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		h := open(t, url)
		o := h.office()
		id := o.begin(0, "one", "Anna")
		for i := range 3 {
			o.say(id, fmt.Sprint("lamp ", i))
		}
		h.catchUp()
		o.say(id, "lamp 3")

		late := h.step()
		killed, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := h.search.Step(killed); err == nil {
			t.Error("a step that is over before it begins was taken")
		}
		h.catchUp()
		if err := h.store.PutSearch(ctx, late); core.KindOf(err) != core.Gone {
			t.Errorf("a step that somebody has taken already: got %v", err)
		}
		if got := h.find(o.scope(0), Query{Text: "lamp", In: Messages, Limit: 10}); len(got) != 4 {
			t.Errorf("got %v, want 4 messages", got)
		}
	})
}

// step makes the next step without taking it.
func (h *house) step() store.SearchStep {
	h.t.Helper()
	ctx := context.Background()
	state, err := h.store.SearchState(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	events, err := h.store.LogAfter(ctx, state.Seen, mostRows)
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := (&part{search: h.search, from: state}).read(ctx, events)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// A program that makes words otherwise, and a log that is shorter than the index, begin anew.
func TestAnIndexOfAnotherFormIsMadeAnewC15(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	o := h.office()
	o.say(o.begin(0, "one", "Anna"), "lamp")
	h.catchUp()
	before := h.rows()
	if err := h.store.EmptySearch(context.Background(), form+1); err != nil {
		t.Fatal(err)
	}
	if page, err := h.search.Find(context.Background(), o.scope(0), Query{Text: "lamp", In: Messages, Limit: 10}); err != nil || len(page.Items) > 0 {
		t.Errorf("in an index of another form: got %v, %v", page, err)
	}
	h.catchUp()
	if after := h.rows(); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("got %v, want %v", after, before)
	}
}

// Two nodes run, one of them keeps the index, and within two seconds it has what was said, also where nothing rings.
func TestTheIndexIsTwoSecondsBehindAtMostC15(t *testing.T) {
	t.Parallel()
	if time.Second+restTime >= lateTime {
		t.Errorf("it looks every %v and rests %v, want that within %v", time.Second, restTime, lateTime)
	}
	h := open(t, storetest.SQLite(t))
	o := h.office()
	id := o.begin(0, "one", "Anna")
	deaf := New(Config{Store: h.store, Holder: "two", Clock: h.now, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- deaf.Run(ctx) }()
	o.say(id, "lamp")
	for began := time.Now(); len(h.find(o.scope(0), Query{Text: "lamp", In: Messages, Limit: 10})) == 0; {
		if time.Since(began) > patience {
			t.Fatal("not found")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, ok, err := h.store.TakeLease(context.Background(), lease, "three", leaseTime); err != nil || !ok {
		t.Errorf("the lease of a node that has stopped: got %v, %v", ok, err)
	}

	o.say(id, "other")
	h.past.Add(int64(3 * time.Second))
	page, err := h.search.Find(context.Background(), o.scope(0), Query{Text: "lamp", In: Messages, Limit: 10})
	if err != nil || !page.Behind {
		t.Errorf("while nobody follows: behind is %v, %v", page.Behind, err)
	}
}

// However much was said, and however long a text is: it comes in steps, and all of it.
func TestHostileTextsAreIndexedInStepsC15(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	o := h.office()
	id := o.begin(0, "one", strings.Repeat("ж", 100))
	for i := range 3 {
		var text strings.Builder
		for n := 0; text.Len() < 60_000; n++ {
			fmt.Fprintf(&text, "w%dx%d ", i, n)
		}
		o.say(id, text.String())
	}
	o.say(id, "\u200b\u202e%_'\"*\\")
	o.say(id, "lamp")
	h.catchUp()
	for q, want := range map[string]int{"w1x77": 1, "w2x1": 1, "lamp": 1, "w": 3, "nothing": 0} {
		if got := h.find(o.scope(0), Query{Text: q, In: Messages, Limit: 10}); len(got) != want {
			t.Errorf("%s: got %v, want %d", q, got, want)
		}
	}
}
