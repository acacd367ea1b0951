package hub

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// sendEmpty lets a customer send without a word, and gives their session.
func (s *shop) sendEmpty(customer string) core.SessionID {
	s.t.Helper()
	s.said++
	in := s.message(customer, fmt.Sprintf("m%d", s.said), "")
	in.Verb = core.InboundEmpty
	if err := s.hub.Receive(context.Background(), in); err != nil {
		s.t.Fatal(err)
	}
	return must(s.store.Talking(context.Background(), s.channel, core.RemoteID(customer))).ID
}

// waiting gives how many sessions the counters say wait in Support, and how many stand in its queue.
func (s *shop) waiting() (counted int64, queued int) {
	s.t.Helper()
	ctx := context.Background()
	page := must(s.store.Sessions(ctx, s.sofia.Scope(), inState(core.Waiting), "", 100))
	return must(s.store.Counters(ctx, s.sofia)).Unassigned, len(page.Items)
}

func TestAnEmptySessionAsksNobodyForAnythingC21S122(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		room := core.Surface{Channel: d.channel, Room: "C1", Department: d.support, Replies: core.RepliesOut}
		must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"service": {"waiting_maximum": 60, "duration_warning": 60}}`), 0))
		if err := d.hub.AddSurface(context.Background(), room); err != nil {
			t.Fatal(err)
		}
		id := d.sendEmpty("carla")
		if again := d.sendEmpty("carla"); again != id {
			t.Fatal("pressed again: another session began")
		}
		d.do(d.anna, core.Note{Session: id, Text: "who is it"})
		d.do(d.anna, core.Prioritise{Session: id, Priority: core.High})
		d.pass(29 * time.Minute)
		if counted, queued := d.waiting(); counted != 0 || queued != 0 {
			t.Errorf("counted %d, queued %d, want none", counted, queued)
		}
		if got, want := d.kinds(id), []core.EventKind{core.EventEmpty, core.EventMessage, core.EventPrioritised}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, f := range must(d.store.Figures(context.Background())).Sessions {
			t.Errorf("a figure counts it: %+v", f)
		}
		if listed := must(d.store.Sessions(context.Background(), d.anna.Scope(), inState(core.Empty), "", 100)).Items; len(listed) != 1 || listed[0].ID != id {
			t.Errorf("listed: got %v", listed)
		}
		thread := id.String() + "/C1"
		if owed := d.owed(thread); len(owed) != 0 {
			t.Errorf("the room is owed %v, want nothing before the first word", owed)
		}

		if first := d.write("carla", "hi"); first != id {
			t.Fatal("the first word began another session")
		}
		s := d.session(id)
		if counted, queued := d.waiting(); s.State != core.Waiting || counted != 1 || queued != 1 || s.Unread != 1 || s.WaitingSince != core.At(d.hub.clock()) {
			t.Errorf("got %+v, counted %d, queued %d: want it in the queue since now", s, counted, queued)
		}
		if got := d.kinds(id)[3:]; !slices.Equal(got, []core.EventKind{core.EventStarted, core.EventMessage}) {
			t.Errorf("got %v, want what a new session has", got)
		}
		if owed := d.owed(thread); len(owed) != 2 {
			t.Errorf("the room is owed %v, want the thread and the word", owed)
		}
		d.pass(time.Minute - time.Second)
		if s := d.session(id); s.Marks != "" || !s.Open() {
			t.Errorf("got %+v: its times begin with the first word", s)
		}
		d.pass(time.Second)
		if got := d.marked(id); !slices.Equal(got, []string{"waiting_maximum", "duration_warning"}) {
			t.Errorf("a minute after: told of %v", got)
		}
		d.healthy()
	})
}

func TestAnEmptySessionIsAbandonedC21(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"reopen": {"site": 3600}}`), 0))
		id := d.sendEmpty("carla")
		must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"reopen": {"site": 7200}}`), 0)) // all are looked at
		d.pass(30*time.Minute - time.Second)
		if !d.session(id).Open() {
			t.Fatal("it has ended too soon")
		}
		d.pass(time.Second)
		if s := d.session(id); s.Outcome != core.Abandoned || s.Messages != 0 {
			t.Errorf("got %+v, want it abandoned", s)
		}
		d.mu.Lock()
		last := d.events[len(d.events)-1]
		d.mu.Unlock()
		if last.Kind != core.EventEnded || last.Audience != core.AgentsOnly {
			t.Errorf("got %+v: the customer has not been told that it began", last)
		}
		if d.write("carla", "hi") == id {
			t.Error("what nobody has said anything in was opened again")
		}
		if id := d.sendEmpty("carla"); d.session(id).State != core.Waiting {
			t.Error("an empty session began beside one that is open")
		}
		if left := len(d.timers()); left > 1 {
			t.Errorf("timers are left: %d", left)
		}
		d.healthy()
	})
}

// inState is the filter for sessions in a state.
func inState(state core.State) store.SessionFilter {
	return store.SessionFilter{State: []core.State{state}}
}
