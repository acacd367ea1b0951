package outbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// roots gives the calls for a new thread.
func (a *adapter) roots() []core.Outgoing {
	return slices.DeleteFunc(a.asked(), func(o core.Outgoing) bool { return o.Verb != core.OutCard || o.To.Thread != "" })
}

// since gives a room's lines after the last new thread, without its name.
func (a *adapter) since(room core.RemoteID) (lines []string) {
	for _, line := range a.lines(room) {
		if line == "new card" {
			lines = nil
			continue
		}
		_, what, _ := strings.Cut(strings.TrimPrefix(line, "part "), " ")
		lines = append(lines, what)
	}
	return lines
}

func texts(events []core.Event) (texts []string) {
	for _, e := range events {
		texts = append(texts, e.Text)
	}
	return texts
}

// Somebody has deleted the root: the next that would be shown there begins another thread with what was last shown.
func TestALostThreadIsMadeAnewS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		b := &board{lost: map[core.RemoteID]bool{}}
		a := b.adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		shown := h.note(id, "one")
		h.drained()
		a.set(func() { b.lost["part 1"] = true })
		words := h.say(id, "two")
		h.became(words, core.Sent)
		h.until(func() bool {
			return slices.ContainsFunc(a.asked(), func(o core.Outgoing) bool { return o.Surface && o.Verb == core.OutSend && o.Content.Text == "two" })
		}, "the copy is tried")
		h.settles()
		last := h.note(id, "three")
		h.settles()
		roots := a.roots()
		if len(roots) != 2 || len(roots[0].Recent) != 0 || !slices.Equal(texts(roots[1].Recent), []string{"hi", "one"}) || roots[1].ID == roots[0].ID {
			t.Fatalf("got the roots %+v", roots)
		}
		if got := a.since("R"); !slices.Equal(got, []string{"send two", "send three"}) {
			t.Errorf("the new thread shows %q", got)
		}
		calls := a.asked()
		now := calls[len(calls)-1].To.Thread
		if now == "part 1" || h.shownIn("R", now) != id || h.shownIn("R", "part 1") != id {
			t.Errorf("%q and the old one show %v and %v, want both %v", now, h.shownIn("R", now), h.shownIn("R", "part 1"), id)
		}
		if got := h.message(words); got.State != core.Sent || got.Reason != "" || h.state(shown) != "" || h.state(last) != "" {
			t.Errorf("got %+v", got)
		}
		if slices.Contains(h.kinds(id), core.EventLost) {
			t.Errorf("the customer is lost: %v", h.kinds(id))
		}
		r.end()
	})
}

// A card finds that the thread is lost: another is made at once, though nothing is said.
func TestACardFindsThatItsThreadIsLostS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		b := &board{lost: map[core.RemoteID]bool{}}
		a := b.adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		a.set(func() { b.lost["part 1"] = true })
		h.happens(id, core.Event{Kind: core.EventTaken, Audience: core.Everyone}, core.Active)
		h.until(func() bool { return len(a.roots()) == 2 }, "another thread is made, and no time passes")
		h.settles()
		h.note(id, "on it goes")
		h.settles()
		roots := a.roots()
		if len(roots) != 2 || !slices.Equal(texts(roots[1].Recent), []string{"hi"}) || roots[1].Card.State != core.Active {
			t.Errorf("got the roots %+v", roots)
		}
		if got := a.since("R"); !slices.Equal(got, []string{"send on it goes"}) {
			t.Errorf("the new thread shows %q", got)
		}
		if got := h.kinds(id); !slices.Equal(got, []core.EventKind{core.EventStarted, core.EventTaken}) {
			t.Errorf("got the events %v", got)
		}
		r.end()
	})
}

// A copy makes a thread, which is lost before the copy is there. The other one that it makes is not taken for the first, though both are
// made under one name.
func TestAThreadIsLostBeforeItsFirstCopyS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.hears("carla")
		h.room("R")
		told := false
		b := &board{lost: map[core.RemoteID]bool{}}
		b.before = func(o core.Outgoing) error {
			if o.Verb != core.OutSend || told {
				return nil
			}
			told, b.lost["part 1"] = true, true
			return fails(core.Throttled, time.Minute)
		}
		a := b.adapter(core.Capabilities{Finds: true})
		r := h.run(a)
		h.note(id, "one")
		h.asks(a, 2, "until it is told to wait")
		h.turn(time.Minute)
		h.asks(a, 3, "and finds the thread lost")
		h.turn(time.Minute)
		h.drained()
		if got, want := a.lines("R"), []string{"new card", "new card", "part 2 send one"}; !slices.Equal(got, want) {
			t.Errorf("the room shows %q, want %q", got, want)
		}
		r.end()
	})
}

// What an edit, a deletion or a line is about is no longer there, and a new thread shows what is left as it is.
func TestChangesOfWhatALostThreadShowed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		b := &board{lost: map[core.RemoteID]bool{}}
		a := b.adapter(core.Capabilities{EditOut: true})
		r := h.run(a)
		h.drained()
		m := h.note(id, "one")
		h.drained()
		h.happens(id, core.Event{Kind: core.EventEdited, Audience: core.AgentsOnly, About: m}, core.Active)
		h.drained()
		if got := a.since("R"); !slices.Equal(got, []string{"send hi", "send one", "edit [part 3]"}) {
			t.Fatalf("while it is there: got %q", got)
		}
		a.set(func() { b.lost["part 1"] = true })
		h.happens(id, core.Event{Kind: core.EventEdited, Audience: core.AgentsOnly, About: m}, core.Active)
		h.settles()
		if got := a.since("R"); len(got) != 0 || len(a.roots()) != 2 || !slices.Equal(texts(a.roots()[1].Recent), []string{"hi", "one"}) {
			t.Errorf("got %q after %+v", got, a.roots())
		}
		r.end()
	})
}

// Where the channel finds what was posted, an attempt without an answer is followed by a look, and not by a second post.
func TestWhatMayHaveBeenPostedIsLookedForS2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		tried := map[string]bool{}
		b := &board{after: func(o core.Outgoing) error {
			if tried[o.ID] {
				return nil
			}
			tried[o.ID] = true
			return fails(core.Uncertain, 0)
		}}
		a := b.adapter(core.Capabilities{Finds: true})
		r := h.run(a)
		h.settles()
		h.note(id, "one")
		h.settles()
		if got, want := a.sees("R"), []string{"new card", "part 1 send hi", "part 1 send one"}; !slices.Equal(got, want) {
			t.Errorf("the room shows %q, want each once: %q", got, want)
		}
		calls := a.asked()
		if len(calls) != 6 {
			t.Fatalf("got %d calls, want 6", len(calls))
		}
		for i := 0; i < 6; i += 2 {
			first, second := calls[i], calls[i+1]
			if first.Again || !second.Again || first.ID != second.ID || first.To != second.To {
				t.Errorf("got %+v, then %+v, want the same again", first, second)
			}
		}
		if got := h.shownIn("R", "part 1"); got != id {
			t.Errorf("the thread shows %v, want %v", got, id)
		}
		r.end()
	})
}

// What may have been posted and was deleted since is looked for, and deleted there too; what was not posted is not posted any more.
func TestWhatMayHaveBeenPostedIsDeletedWhereItIsS2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for name, c := range map[string]struct {
			posted bool
			want   []string
		}{
			"it was posted": {true, []string{"new card", "part 1 send hi", "part 1 send one", "part 1 delete [part 3]"}},
			"it was not":    {false, []string{"new card", "part 1 send hi"}},
		} {
			h := open(t, sibling(t, url))
			h.room("R")
			id := h.hears("carla")
			b := &board{}
			a := b.adapter(core.Capabilities{Finds: true})
			r := h.run(a)
			h.settles()
			failed := false
			fail := func(o core.Outgoing) error {
				if o.Content.Text != "one" || failed {
					return nil
				}
				failed = true
				return fails(core.Uncertain, 0)
			}
			if a.set(func() { b.before = fail }); c.posted {
				a.set(func() { b.before, b.after = nil, fail })
			}
			one := h.note(id, "one")
			h.asks(a, 3, "for the copy, without an answer")
			h.put(one, func(m *core.Event) { m.DeletedAt = core.At(h.now()) })
			h.happens(id, core.Event{Kind: core.EventDeleted, Audience: core.AgentsOnly, About: one}, core.Active)
			h.settles()
			if got := a.lines("R"); !slices.Equal(got, c.want) {
				t.Errorf("%s: the room shows %q, want %q", name, got, c.want)
			}
			r.end()
		}
	})
}

// A node dies when it has posted, and before it has written that down. The next one looks first.
func TestAfterACrashWhatWasPostedIsLookedForS2S14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for name, crash := range map[string]struct {
			started bool // the session began with its room there: its thread is owed by itself
			at      core.OutVerb
		}{
			"while the thread is made":                    {true, core.OutCard},
			"while the thread is made on a copy's behalf": {false, core.OutCard},
			"while a copy is posted":                      {true, core.OutSend},
		} {
			address := sibling(t, url)
			h := open(t, address)
			if crash.started {
				h.room("R")
			}
			id := h.hears("carla")
			h.room("R")
			h.note(id, "one")
			b := &board{}
			dying := b.adapter(core.Capabilities{Finds: true})
			posted, let := make(chan core.Outgoing, 10), make(chan bool)
			dying.step = func(o core.Outgoing) (core.Receipt, error) {
				receipt, err := b.step(dying, o)
				if o.Verb == crash.at {
					posted <- o
					<-let
				}
				return receipt, err
			}
			first := h.run(dying)
			before := <-posted
			h.release(first.epoch)

			awake := node(t, address)
			a := b.adapter(core.Capabilities{Finds: true})
			a.parts = 100
			second := awake.run(a)
			awake.drained()
			calls := a.asked()
			if len(calls) == 0 || calls[0].ID != before.ID || !calls[0].Again || calls[0].Verb != before.Verb || calls[0].To != before.To {
				t.Fatalf("%s: got %+v, want first a look for %+v", name, calls, before)
			}
			for _, o := range calls[1:] {
				if o.Again {
					t.Errorf("%s: got %+v, want no look for what was not tried", name, o)
				}
			}
			got := append(dying.lines("R"), a.lines("R")...)
			want := []string{"new card", "part 1 send hi", "part 1 send one"}
			if !crash.started {
				want = []string{"new card", "part 1 send one"}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: the room shows %q, want %q", name, got, want)
			}
			if got := h.shownIn("R", "part 1"); got != id {
				t.Errorf("%s: the thread shows %v, want %v", name, got, id)
			}
			close(let)
			if err := first.ended(); core.KindOf(err) != core.Gone {
				t.Errorf("%s: the first node's run ended with %v, want gone", name, err)
			}
			awake.turn(time.Hour)
			awake.stays(func() bool { return h.backlog() == 0 && a.count() == len(calls) }, "nothing more comes of it")
			second.end()
		}
	})
}

// Somebody has deleted the root and writes on below it: the thread that took its place shows that, follows its changes, and tells of those that
// come to what it has told in short.
func TestTheNextThreadFollowsTheLostOneS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		b := &board{lost: map[core.RemoteID]bool{}}
		a := b.adapter(core.Capabilities{EditOut: true, DeleteOut: true})
		r := h.run(a)
		h.drained()
		said := func(remote core.RemoteID, e core.Event) core.EventID {
			t.Helper()
			c, err := h.writer.Do(ctx, store.Job{Said: core.Said{Channel: channel, Room: "R", Thread: "part 1", Remote: remote}, Do: func(w *store.Work) error {
				s, err := w.Session(id)
				if err != nil {
					return err
				}
				e.Audience, e.ActorKind, e.Actor, e.Name = core.AgentsOnly, core.ByAgent, 7, "Anna"
				w.Append(&s, e)
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			return c.Events[0].ID
		}
		shown := h.note(id, "shown")
		h.drained()
		early := said("R/1", core.Event{Kind: core.EventMessage, Text: "early"})
		a.set(func() { b.lost["part 1"] = true })
		h.happens(id, core.Event{Kind: core.EventTaken, Audience: core.Everyone}, core.Active)
		h.settles()
		late := said("R/2", core.Event{Kind: core.EventMessage, Text: "late"})
		h.drained()
		said("", core.Event{Kind: core.EventEdited, About: late})
		h.drained()
		said("", core.Event{Kind: core.EventEdited, About: early})
		h.drained()
		h.put(shown, func(m *core.Event) { m.DeletedAt = core.At(h.now()) })
		h.happens(id, core.Event{Kind: core.EventDeleted, Audience: core.AgentsOnly, About: shown}, core.Active)
		h.settles()
		roots := a.roots()
		if last := roots[len(roots)-1]; len(roots) != 2 || !slices.Equal(texts(last.Recent), []string{"hi", "shown", "early"}) {
			t.Errorf("got the roots %+v", roots)
		}
		got, want := a.since("R"), []string{"send late", "edit its copy", "edit []", "delete [part 3]"}
		if len(got) == 4 && strings.HasPrefix(got[1], "edit [part ") && got[1] != "edit [part 3]" {
			got[1] = want[1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("the new thread shows %q, want %q", got, want)
		}
		for _, o := range a.asked() {
			if changes := o.Verb == core.OutEdit || o.Verb == core.OutDelete; changes && o.Late != (o.Message != late) {
				t.Errorf("%s of %v: got late %v", o.Verb, o.Message, o.Late)
			}
		}
		r.end()
	})
}

// A text of many parts finds its thread lost between two of them: the next thread shows all of them.
func TestPartsOfALostThreadAreShownInTheNextS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		b := &board{lost: map[core.RemoteID]bool{}}
		a := b.adapter(core.Capabilities{})
		step := a.step
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			receipt, err := step(o)
			if o.Content.Text == "long" && o.Verb == core.OutSend {
				receipt.More = err == nil && o.Step < 2
				a.set(func() { b.lost["part 1"] = true })
			}
			return receipt, err
		}
		r := h.run(a)
		h.drained()
		h.note(id, "long")
		h.settles()
		if got, want := a.since("R"), []string{"send long", "send long", "send long"}; !slices.Equal(got, want) {
			t.Errorf("the new thread shows %q, want %q", got, want)
		}
		r.end()
	})
}
