package store_test

import (
	"fmt"
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func seqs(events []core.Event) (ns []int64) {
	for _, e := range events {
		ns = append(ns, e.Seq)
	}
	return ns
}

func span(from, to int64) (ns []int64) {
	for n := from; n <= to; n++ {
		ns = append(ns, n)
	}
	return ns
}

func TestMessagesInBothDirections(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "1")
		for i := range 10 { // 12 events: started, and eleven messages
			h.wrote("dora", "elsewhere")
			h.did(h.hear("carla", fmt.Sprint(i+2)))
		}
		for _, c := range []struct {
			name          string
			before, after int64
			limit         int
			from, to      int64 // nothing: to < from
			more          bool
		}{
			{"the newest", 0, 0, 5, 8, 12, true},
			{"all", 0, 0, 50, 1, 12, false},
			{"all, exactly", 0, 0, 12, 1, 12, false},
			{"older than some", 8, 0, 5, 3, 7, true},
			{"the oldest", 3, 0, 5, 1, 2, false},
			{"the oldest, exactly", 3, 0, 2, 1, 2, false},
			{"older than the first", 1, 0, 5, 1, 0, false},
			{"newer than some", 0, 4, 5, 5, 9, true},
			{"the rest", 0, 9, 5, 10, 12, false},
			{"the rest, exactly", 0, 9, 3, 10, 12, false},
			{"newer than the last", 0, 12, 5, 1, 0, false},
			{"newer than what is not yet", 0, 99, 5, 1, 0, false},
		} {
			got, more, err := h.store.Messages(ctx, h.anna.Scope(), id, c.before, c.after, c.limit)
			if want := span(c.from, c.to); err != nil || !slices.Equal(seqs(got), want) || more != c.more {
				t.Errorf("%s: got %v, more %v, %v; want %v, more %v", c.name, seqs(got), more, err, want, c.more)
			}
			for _, e := range got {
				if e.Session != id || e.Channel != h.desk || e.Conversation != "carla" || e.Seq > 1 && e.Text != fmt.Sprint(e.Seq-1) {
					t.Errorf("%s: got %+v", c.name, e)
				}
			}
		}
	})
}

// A19, C12: what a customer may see of all their sessions in one conversation, in both directions; never a note.
func TestAConversationOverItsSessionsA19(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var all []core.Event // what the customer may see
		see := func(c store.Commit) {
			for _, e := range c.Events {
				if e.Audience == core.Everyone {
					all = append(all, e)
				}
			}
		}
		for range 22 { // more sessions than are looked up at once
			see(h.must(h.do(h.hear("carla", "hi"))))
			h.wrote("dora", "elsewhere")
			h.must(h.do(h.hearAt(h.sales, h.shop, "carla", "the same name on another channel")))
			id := all[len(all)-1].Session
			see(h.must(h.do(h.note(h.anna, id, "a note"))))
			see(h.must(h.do(h.take(h.anna, id))))
			see(h.must(h.do(h.say(h.anna, id, "hello"))))
			see(h.must(h.do(h.end(id))))
			see(h.must(h.do(h.note(h.anna, id, "a note afterwards"))))
		}
		if len(all) != 22*5 {
			t.Fatalf("got %d events to see, want 110", len(all))
		}
		for _, limit := range []int{3, 50, 125, 200} {
			var got []core.Event
			for after := core.EventID(0); ; after = got[len(got)-1].ID {
				page, err := h.store.ConversationAfter(ctx, h.desk, "carla", after, limit)
				if err != nil || len(page) > limit {
					t.Fatalf("got a page of %d, limit %d: %v", len(page), limit, err)
				}
				if got = append(got, page...); len(page) < limit {
					break
				}
			}
			if !slices.Equal(got, all) {
				t.Errorf("forward, %d a page: got %d events, want those %d", limit, len(got), len(all))
			}
			var back []core.Event
			for before, more := core.EventID(0), true; more; before = back[0].ID {
				var page []core.Event
				var err error
				page, more, err = h.store.ConversationBefore(ctx, h.desk, "carla", before, limit)
				if err != nil || len(page) > limit || more && len(page) < limit || len(page) == 0 {
					t.Fatalf("got a page of %d, limit %d, more %v: %v", len(page), limit, more, err)
				}
				back = append(slices.Clone(page), back...)
			}
			if !slices.Equal(back, all) {
				t.Errorf("backward, %d a page: got %d events, want those %d", limit, len(back), len(all))
			}
		}
		for _, place := range []core.EventID{all[0].ID, all[60].ID, all[60].ID + 1, all[109].ID, all[109].ID + 100} {
			after, err := h.store.ConversationAfter(ctx, h.desk, "carla", place, 1000)
			if want := slices.DeleteFunc(slices.Clone(all), func(e core.Event) bool { return e.ID <= place }); err != nil || !slices.Equal(after, want) {
				t.Errorf("after %d: got %d events, %v; want %d", int64(place), len(after), err, len(want))
			}
			before, more, err := h.store.ConversationBefore(ctx, h.desk, "carla", place, 1000)
			if want := slices.DeleteFunc(slices.Clone(all), func(e core.Event) bool { return e.ID >= place }); err != nil || more || !slices.Equal(before, want) {
				t.Errorf("before %d: got %d events, %v, %v; want %d", int64(place), len(before), more, err, len(want))
			}
		}
		if page, more, err := h.store.ConversationBefore(ctx, h.desk, "nobody", 0, 10); len(page) != 0 || more || err != nil {
			t.Errorf("of nobody: got %v, %v, %v", page, more, err)
		}
	})
}

// A12: a customer was read up to the newest message that somebody who joined has read, over all their sessions.
func TestA12_HowFarACustomerWasRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		want := func(when string, text string) {
			t.Helper()
			id, err := h.store.ConversationRead(ctx, h.desk, "carla")
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, e := range h.told() {
				if e.ID == id {
					got = e.Text
				}
			}
			if got != text {
				t.Errorf("%s: got %q, want %q", when, got, text)
			}
		}
		looked := func(a core.Actor, id core.SessionID, seq int64) store.Job {
			return h.on(id, func(w *store.Work, _ core.Session) error {
				p, err := w.Participant(id, a.Agent.ID)
				p.ReadSeq = seq
				w.PutParticipant(p)
				return err
			})
		}
		want("before anything is said", "")
		first := h.wrote("carla", "one")
		h.wrote("dora", "of another")
		h.did(h.hear("carla", "two"))
		h.must(h.do(looked(h.oleg, first, 3)))
		want("read by who has not joined", "")
		h.did(h.take(h.anna, first))
		want("taken, and not read", "")
		h.must(h.do(h.see(first, 2)))
		want("the first is read", "one")
		h.did(h.note(h.anna, first, "a note"))
		h.must(h.do(looked(h.anna, first, 5)))
		want("the note is read", "two")
		if last := h.published[len(h.published)-1]; len(last.Touched) != 1 || last.Touched[0].Conversation != "carla" {
			t.Errorf("a mark of who took part: got %+v, want the session told", last)
		}
		h.did(h.end(first))
		second := h.wrote("carla", "three")
		want("a new session, not read", "two")
		h.did(h.take(h.oleg, second))
		h.must(h.do(h.see(second, 2)))
		want("a new session, read", "three")
	})
}

// S3.3: the worked table of the rules, and C10.
func TestCountersS33(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		one, two, three := h.wrote("one", "hi"), h.wrote("two", "hi"), h.wrote("three", "hi")
		h.did(h.take(h.anna, one))
		h.did(h.hear("one", "more"))
		h.did(h.take(h.oleg, two))
		h.did(h.take(h.anna, three))
		h.did(h.see(three, 3))
		h.wrote("four", "hi")
		h.wrote("five", "hi")
		ended := h.wrote("ended unread", "hi")
		h.did(h.take(h.anna, ended))
		h.did(h.end(ended))
		h.must(h.do(h.hearAt(h.sales, h.shop, "six", "hi")))

		for _, c := range []struct {
			who                       core.Actor
			unread, unassigned, badge int64
		}{
			{h.anna, 1, 2, 1}, {h.sofia, 0, 2, 2}, {h.oleg, 1, 2, 3}, {h.boris, 0, 2, 0}, {h.eve, 0, 1, 0}, {core.Actor{}, 0, 0, 0},
		} {
			got, err := h.store.Counters(ctx, c.who)
			if err != nil || got.Unread != c.unread || got.Unassigned != c.unassigned || got.Badge != c.badge || len(got.Departments) != len(c.who.Roles) {
				t.Errorf("%s: got %+v, %v; want unread %d, unassigned %d, badge %d", c.who.Agent.Name, got, err, c.unread, c.unassigned, c.badge)
			}
		}
	})
}

// S3.12: who can be given a session.
func TestColleaguesAreWhoWorksHereNowS312(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		names := func(d core.DepartmentID) (ns []string) {
			cs, err := h.store.Colleagues(ctx, h.anna.Scope(), d)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cs {
				if c.Department != h.support || c.PublicName == "" || c.Role == 0 || c.ID == 0 {
					t.Errorf("got %+v", c)
				}
				ns = append(ns, c.Name)
			}
			return ns
		}
		want := []string{"Anna Berg", "Boris Lind", "Oleg Novak", "Sofia Marin"}
		for _, d := range []core.DepartmentID{0, h.support} {
			if got := names(d); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		boris := h.boris
		boris.Agent.DisabledAt = core.At(morning)
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutAgent(boris); return nil }}))
		if got, want := names(h.support), []string{"Anna Berg", "Oleg Novak", "Sofia Marin"}; !slices.Equal(got, want) {
			t.Errorf("after Boris was disabled: got %v, want %v", got, want)
		}
		if a, err := h.store.AgentByEmail(ctx, " BORIS@example.test"); err != nil || a.Agent.DisabledAt == 0 || a.Roles[h.support] != core.Operator {
			t.Errorf("got %+v, %v; want Boris, disabled", a, err)
		}
	})
}
