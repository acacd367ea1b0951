package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// populate makes 24 sessions in two departments, in all states and hands, and gives their rows. Their queue's order is not that of their ids.
func (h *house) populate() []core.Session {
	h.t.Helper()
	var ids []core.SessionID
	for i := range 24 {
		d, c := h.support, h.desk
		if i%4 == 3 {
			d, c = h.sales, h.shop
		}
		h.clock.turn(time.Second)
		ids = append(ids, h.did(h.hearAt(d, c, core.RemoteID(fmt.Sprint("visitor ", i)), fmt.Sprint("hello ", i))).Session)
	}
	for i, id := range ids {
		h.did(h.on(id, func(w *store.Work, s core.Session) error {
			s.Priority = core.Priorities[i/2%4]
			w.PutSession(s)
			return nil
		}))
		holder := []core.Actor{h.anna, h.boris, h.oleg}[i/6%3]
		switch i % 6 {
		case 1, 2:
			h.did(h.take(holder, id))
		case 3: // ended in somebody's hands
			h.did(h.take(holder, id))
			h.did(h.end(id))
		case 4: // pending
			h.did(h.on(id, func(w *store.Work, s core.Session) error {
				s.Hold(holder.Agent.ID, h.sofia.Agent.ID, w.Now())
				s.Unread, s.ReadSeq = s.CustomerMessages, 0
				w.Append(&s, by(h.sofia, core.EventAssigned, core.AgentsOnly))
				return queue(w, s.Department, -1)
			}))
		case 5: // released after somebody was in it, to an earlier place of the queue
			h.did(h.take(holder, id))
			h.did(h.on(id, func(w *store.Work, s core.Session) error {
				s.Release(w.Now())
				s.WaitingSince = core.At(morning).Add(-time.Duration(i) * time.Minute)
				w.Append(&s, by(holder, core.EventReleased, core.AgentsOnly))
				return queue(w, s.Department, 1)
			}))
		}
	}
	h.healthy()
	rows := make([]core.Session, len(ids))
	for i, id := range ids {
		rows[i] = h.session(id)
	}
	return rows
}

func (h *house) scope() core.Scope {
	return core.Scope{Departments: []core.DepartmentID{h.support, h.sales}}
}

// pages turns all pages of a list.
func (h *house) pages(scope core.Scope, f store.SessionFilter, limit int) (items []store.Summary) {
	h.t.Helper()
	after := ""
	for {
		page, err := h.store.Sessions(ctx, scope, f, after, limit)
		if err != nil {
			h.t.Fatal(err)
		}
		items = append(items, page.Items...)
		if len(page.Items) > limit || page.Next != "" && len(page.Items) != limit {
			h.t.Fatalf("got a page of %d, limit %d, with next %q", len(page.Items), limit, page.Next)
		}
		if after = page.Next; after == "" {
			return items
		}
	}
}

var inQueue = func(a, b core.Session) int {
	return cmp.Or(cmp.Compare(a.Place(), b.Place()), cmp.Compare(a.ID, b.ID))
}

// D2, S3.8: every list, at every length of page, has the rows that it should, in its order, each once.
func TestListsOfSessionsD2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		rows := h.populate()
		has := func(s core.Session, a core.Actor) bool {
			return h.count("participants WHERE session = ? AND agent = ? AND joined_at <> 0", s.ID, a.Agent.ID) > 0
		}
		waiting, open := []core.State{core.Waiting}, []core.State{core.Waiting, core.Pending, core.Active}
		support := core.Scope{Departments: []core.DepartmentID{h.support}}
		for _, c := range []struct {
			name   string
			scope  core.Scope
			filter store.SessionFilter
			want   func(core.Session) bool
		}{
			{"all", h.scope(), store.SessionFilter{}, func(core.Session) bool { return true }},
			{"all of a scope", support, store.SessionFilter{}, func(s core.Session) bool { return s.Department == h.support }},
			{"all of a department", h.scope(), store.SessionFilter{Department: h.sales}, func(s core.Session) bool { return s.Department == h.sales }},
			{"the queue", h.scope(), store.SessionFilter{State: waiting}, core.Session.Unassigned},
			{"the queue of a department", h.scope(), store.SessionFilter{State: waiting, Department: h.support},
				func(s core.Session) bool { return s.Unassigned() && s.Department == h.support }},
			{"open ones", h.scope(), store.SessionFilter{State: open}, core.Session.Open},
			{"pending and active ones", support, store.SessionFilter{State: open[1:]},
				func(s core.Session) bool { return s.Open() && !s.Unassigned() && s.Department == h.support }},
			{"ended ones", h.scope(), store.SessionFilter{State: []core.State{core.Over}}, func(s core.Session) bool { return !s.Open() }},
			{"mine", h.scope(), store.SessionFilter{State: open[1:], Assignee: h.anna.Agent.ID},
				func(s core.Session) bool { return s.Open() && s.Assignee == h.anna.Agent.ID }},
			{"mine, ended too", h.scope(), store.SessionFilter{Assignee: h.anna.Agent.ID}, func(s core.Session) bool { return s.Assignee == h.anna.Agent.ID }},
			{"mine of a department", h.scope(), store.SessionFilter{Assignee: h.anna.Agent.ID, Department: h.sales},
				func(s core.Session) bool { return s.Assignee == h.anna.Agent.ID && s.Department == h.sales }},
			{"mine that wait", h.scope(), store.SessionFilter{State: waiting, Assignee: h.anna.Agent.ID}, func(core.Session) bool { return false }},
			{"what I took part in", h.scope(), store.SessionFilter{Participant: h.oleg.Agent.ID}, func(s core.Session) bool { return has(s, h.oleg) }},
			{"what I took part in that waits", h.scope(), store.SessionFilter{State: waiting, Participant: h.anna.Agent.ID},
				func(s core.Session) bool { return has(s, h.anna) && s.Unassigned() }},
			{"what I took part in that ended", h.scope(), store.SessionFilter{State: []core.State{core.Over}, Participant: h.anna.Agent.ID},
				func(s core.Session) bool { return has(s, h.anna) && !s.Open() }},
			{"of nobody's scope", core.Scope{}, store.SessionFilter{}, func(core.Session) bool { return false }},
		} {
			want := slices.Clone(rows)
			want = slices.DeleteFunc(want, func(s core.Session) bool { return !c.want(s) })
			if len(c.filter.State) == 1 && c.filter.State[0] == core.Waiting && c.filter.Participant == 0 {
				slices.SortFunc(want, inQueue)
			} else {
				slices.Reverse(want)
			}
			if c.name != "mine that wait" && len(c.scope.Departments) > 0 && len(want) < 2 {
				t.Fatalf("%s: only %d rows to find", c.name, len(want))
			}
			for _, limit := range []int{2, 5, len(want)} {
				if limit == 0 {
					continue
				}
				var got []core.Session
				for _, s := range h.pages(c.scope, c.filter, limit) {
					got = append(got, s.Session)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, %d a page: got %v, want %v", c.name, limit, numbers(got), numbers(want))
				}
			}
		}
	})
}

func numbers(sessions []core.Session) (ns []int64) {
	for _, s := range sessions {
		ns = append(ns, s.Number)
	}
	return ns
}

func TestASummaryHasItsNames(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		want := store.Summary{Session: h.session(id), Customer: 101, CustomerName: "carla", ChannelKind: "widget", ChannelSlug: "desk"}
		if got, err := h.store.Session(ctx, h.anna.Scope(), id); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		h.did(h.take(h.anna, id))
		want.Session, want.AssigneeName, want.Joined = h.session(id), "Anna Berg", []core.Participant{{Session: id, Agent: h.anna.Agent.ID, JoinedAt: core.At(h.clock.now())}}
		got, err := h.store.Summaries(ctx, h.anna.Scope(), []core.SessionID{id, 4711})
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	})
}

// Between two pages rows begin, end and change hands: what stays in the list comes exactly once.
func TestPagesWhileRowsChange(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		rows := h.populate()
		for _, filter := range []store.SessionFilter{{State: []core.State{core.Waiting}}, {State: []core.State{core.Waiting, core.Active, core.Pending}}, {}} {
			seen, touched := map[core.SessionID]int{}, map[core.SessionID]bool{}
			after := ""
			for turn := 0; ; turn++ {
				page, err := h.store.Sessions(ctx, h.scope(), filter, after, 3)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.Items {
					seen[s.ID]++
				}
				if after = page.Next; after == "" {
					break
				}
				h.wrote(core.RemoteID(fmt.Sprint("late ", turn, len(filter.State))), "hi") // one begins
				for _, s := range rows {
					if now := h.session(s.ID); now.Unassigned() && !touched[s.ID] { // and one goes
						touched[s.ID] = true
						h.did(h.end(s.ID))
						break
					}
				}
				h.did(h.say(h.anna, rows[1].ID, "a message does not move a row"))
			}
			for _, s := range rows {
				now := h.session(s.ID)
				listed := len(filter.State) == 0 || slices.Contains(filter.State, now.State)
				if n := seen[s.ID]; n > 1 || n == 0 && listed && !touched[s.ID] {
					t.Errorf("%v: session %d came %d times", filter.State, s.Number, n)
				}
			}
		}
	})
}

func TestAfterMustBeANext(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.populate()
		waiting := store.SessionFilter{State: []core.State{core.Waiting}}
		for _, c := range []struct {
			filter store.SessionFilter
			after  string
		}{
			{store.SessionFilter{}, "!"}, {store.SessionFilter{}, "a.b"}, {store.SessionFilter{}, "-1"}, {store.SessionFilter{}, "."},
			{store.SessionFilter{}, "' OR 1=1"}, {store.SessionFilter{}, "zzzzzzzzzzzzzzzzzzzz"}, {store.SessionFilter{}, " a"},
			{waiting, "a"}, {waiting, "a."}, {waiting, ".a"}, {waiting, "a.b.c"}, {waiting, "-1.a"}, {waiting, "a.-1"}, {waiting, "\x00.a"},
		} {
			_, err := h.store.Sessions(ctx, h.scope(), c.filter, c.after, 10)
			if e, ok := errors.AsType[*core.Error](err); !ok || e.Kind != core.Invalid || e.Field != "after" {
				t.Errorf("after %q: got %v, want invalid after", c.after, err)
			}
		}
	})
}
