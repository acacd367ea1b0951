package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// floor is a shop that distributes what waits.
type floor struct{ *day }

func openFloor(t *testing.T, url, distribution string) floor {
	t.Helper()
	f := floor{openDay(t, url)}
	f.distribute(distribution)
	return f
}

// distribute sets how Support distributes, and lets that come about. Nothing is handed off nor abandoned: who is not there keeps what they have.
func (f floor) distribute(how string) {
	f.t.Helper()
	must(f.hub.SetSettings(context.Background(), admin(f.anna), f.support, []byte(`{"distribution": {`+how+`}, "hand_off": {"absence": {"on": false}}, "abandon": {"on": false}}`), 0))
	f.pass(0)
}

// here lets agents open the workspace, each with a limit of their own.
func (f floor) here(limit int64, agents ...core.Actor) {
	f.t.Helper()
	ctx := context.Background()
	var ids []core.AgentID
	for _, a := range agents {
		must(f.hub.SetLimit(ctx, a, limit))
		if err := f.store.PutPresence(ctx, a.Agent.Name, []core.Presence{{Agent: a.Agent.ID, Surface: core.Workspace}}, time.Hour); err != nil {
			f.t.Fatal(err)
		}
		ids = append(ids, a.Agent.ID)
	}
	f.hub.Moved(ids)
	if err := f.hub.welcome(ctx); err != nil {
		f.t.Fatal(err)
	}
}

// holder says who holds a session, "" if it waits.
func (f floor) holder(id core.SessionID) string {
	f.t.Helper()
	s := f.session(id)
	for _, a := range []core.Actor{f.anna, f.boris, f.oleg, f.sofia, f.eve} {
		if a.Agent.ID == s.Assignee {
			return a.Agent.PublicName
		}
	}
	return ""
}

// settled recounts what is kept, and finds that the sweep has nothing to do.
func (f floor) settled() {
	f.t.Helper()
	f.healthy()
	if found := must(f.store.Unserved(context.Background(), core.At(f.hub.clock()))); len(found) != 0 {
		f.t.Errorf("somebody waits although there is room")
	}
}

// Nobody is there at first; then what waits comes to whom the rule chooses, in the order of the queue, and after that with the deed that frees.
func TestWhatWaitsComesToWhoHasRoomC3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "round_robin"`)
		first, second := f.write("first", "hi"), f.write("second", "hi")
		urgent := f.write("urgent", "hi")
		f.do(f.sofia, core.Prioritise{Session: urgent, Priority: core.Urgent})
		if got := f.holder(first); got != "" {
			t.Fatalf("nobody receives, and %s has it", got)
		}
		f.here(1, f.anna)
		f.here(1, f.boris)
		if a, b, c := f.holder(urgent), f.holder(first), f.holder(second); a != "Anna" || b != "Boris" || c != "" {
			t.Fatalf("got %q, %q and %q, want the urgent one Anna's, the first Boris's", a, b, c)
		}
		s := f.session(urgent)
		if s.State != core.Pending || s.AssignedBy != 0 {
			t.Errorf("got %s, assigned by %s: want it pending, and nobody's doing", s.State, s.AssignedBy)
		}
		last := f.events[len(f.events)-1]
		if last.Kind != core.EventAssigned || last.ActorKind != core.BySystem || last.Target != f.boris.Agent.ID || last.Audience != core.AgentsOnly {
			t.Errorf("got event %+v", last)
		}
		groups := f.groups
		done := must(f.hub.Do(context.Background(), f.anna, core.End{Session: urgent}, "end"))
		if f.groups != groups+1 || f.holder(second) != "Anna" {
			t.Errorf("after the end the next is %q's, in %d groups: want Anna's, in the same", f.holder(second), f.groups-groups)
		}
		if done.Event.Kind != core.EventEnded || done.Session.ID != urgent || done.Session.Open() {
			t.Errorf("the deed gives %+v, want its own event and session", done)
		}
		again := must(f.hub.Do(context.Background(), f.anna, core.End{Session: urgent}, "end"))
		if !again.Repeat || again.Event.ID != done.Event.ID {
			t.Errorf("a repeat gives %+v, want the same", again.Event)
		}
		f.settled()
	})
}

// Everything that frees or adds capacity, or puts something into the queue, is followed by what there is to do.
func TestWhatFreesOrAddsCapacityServesTheQueueC3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "least_busy"`)
		ctx := context.Background()
		f.here(1, f.anna)
		held, n := f.write("c0", "hi"), 0
		next := func() core.SessionID { n++; return f.write(fmt.Sprintf("c%d", n), "hi") }
		if f.holder(held) != "Anna" {
			t.Fatal("what comes is not given")
		}
		for _, c := range []struct {
			name string
			deed func() error
		}{
			{"an end", func() error { _, err := f.hub.Do(ctx, f.anna, core.End{Session: held}, ""); return err }},
			{"unanswered", func() error { _, err := f.hub.Do(ctx, f.anna, core.Unanswered{Session: held}, ""); return err }},
			{"a block", func() error {
				_, err := f.hub.Do(ctx, f.anna, core.Block{Session: held, For: core.ForDay}, "")
				return err
			}},
			{"a transfer", func() error {
				_, err := f.hub.Do(ctx, f.anna, core.Transfer{Session: held, To: f.sales}, "")
				return err
			}},
			{"a colleague's being given it", func() error {
				_, err := f.hub.Do(ctx, f.sofia, core.Assign{Session: held, To: f.boris.Agent.ID}, "")
				return err
			}},
			{"the customer's end", func() error {
				in := f.message(string(f.session(held).Conversation), "", "")
				in.Verb = core.InboundEnd
				return f.hub.Receive(ctx, in)
			}},
			{"silence", func() error {
				f.do(f.anna, core.Say{Session: held, Text: "hello"})
				f.pass(25 * time.Minute)
				f.pass(5 * time.Minute)
				return nil
			}},
			{"a release", func() error { _, err := f.hub.Do(ctx, f.anna, core.Release{Session: held}, ""); return err }},
		} {
			waits := next()
			if got := f.holder(waits); got != "" {
				t.Fatalf("before %s: %s has what is to wait", c.name, got)
			}
			if err := c.deed(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got := f.holder(waits); got != "Anna" {
				t.Fatalf("after %s what waited is %q's, want Anna's", c.name, got)
			}
			f.settled()
			held = waits
		}
		more := next()
		must(f.hub.SetLimit(ctx, f.anna, 2))
		if f.holder(more) != "Anna" {
			t.Error("a higher limit gets nothing")
		}
		must(f.hub.SetAvailability(ctx, f.oleg, core.AgentAway))
		f.here(2, f.oleg) // what Anna has put back waits, too
		more = next()
		if f.holder(more) != "" {
			t.Error("one who is away got it")
		}
		must(f.hub.SetAvailability(ctx, f.oleg, core.AgentBusy))
		if f.holder(more) != "Oleg" {
			t.Error("one who comes back gets nothing")
		}
		f.settled()
	})
}

func TestWhatOnePutsBackIsNotGivenToThemAgainC8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "round_robin", "ceiling": 5`)
		f.here(0, f.anna)
		id := f.write("carla", "hi")
		f.do(f.anna, core.Release{Session: id})
		if f.holder(id) != "" {
			t.Error("Anna has what she put back")
		}
		other := f.write("dora", "hi")
		if f.holder(other) != "Anna" {
			t.Error("what comes after it waits too")
		}
		f.settled()
		f.here(0, f.boris)
		if got := f.holder(id); got != "Boris" {
			t.Errorf("got %q, want it Boris's", got)
		}
		f.do(f.boris, core.End{Session: id})
		f.settled()
	})
}

func TestByHandNobodyIsGivenMoreThanTheyWantUnlessItIsMeantC4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := floor{openDay(t, url)}
		ctx := context.Background()
		try := func(who core.Actor, d core.Deed) *core.Error {
			_, err := f.hub.Do(ctx, who, d, "")
			var e *core.Error
			errors.As(err, &e)
			return e
		}
		must(f.hub.SetLimit(ctx, f.anna, 1))
		f.do(f.anna, core.Take{Session: f.write("first", "hi")})
		second, third, fourth := f.write("second", "hi"), f.write("third", "hi"), f.write("fourth", "hi")
		for name, refused := range map[string]*core.Error{
			"taking":      try(f.anna, core.Take{Session: second}),
			"assigning":   try(f.sofia, core.Assign{Session: second, To: f.anna.Agent.ID}),
			"to oneself":  try(f.anna, core.Assign{Session: second, To: f.anna.Agent.ID}),
			"a colleague": try(f.boris, core.Assign{Session: second, To: f.anna.Agent.ID}),
		} {
			if refused == nil || refused.Kind != core.Full || !strings.Contains(refused.Reason, "1 session, as many as") {
				t.Errorf("%s: got %v, want Full", name, refused)
			}
		}
		f.do(f.anna, core.Take{Session: second, Over: true})
		f.do(f.sofia, core.Assign{Session: third, To: f.anna.Agent.ID, Over: true})
		f.do(f.anna, core.Take{Session: third}) // hers already
		if e := try(f.anna, core.Say{Session: fourth, Text: "hello"}); e != nil {
			t.Errorf("answering: got %v, want it hers: it is meant", e)
		}
		f.distribute(`"strategy": "manual", "hard_limit": true`)
		fifth := f.write("fifth", "hi")
		for name, refused := range map[string]*core.Error{
			"taking":    try(f.anna, core.Take{Session: fifth, Over: true}),
			"assigning": try(f.sofia, core.Assign{Session: fifth, To: f.anna.Agent.ID, Over: true}),
			"answering": try(f.anna, core.Say{Session: fifth, Text: "hello"}),
		} {
			if refused == nil || refused.Kind != core.Forbidden {
				t.Errorf("hard limit, %s: got %v, want Forbidden", name, refused)
			}
		}
		f.distribute(`"strategy": "manual", "ceiling": 2`)
		f.do(f.boris, core.Take{Session: fifth})
		f.do(f.boris, core.Take{Session: f.write("sixth", "hi")})
		if e := try(f.boris, core.Take{Session: f.write("seventh", "hi")}); e == nil || e.Kind != core.Full {
			t.Errorf("above the ceiling: got %v, want Full", e)
		}
		f.healthy()
	})
}

// The series of S5.33 as a department lives it: nine arrive one after the other.
func TestNineArriveS533(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "manual"`)
		sue, joe, bob := f.anna, f.boris, f.oleg
		for _, a := range []core.Actor{joe, bob, sue} { // their last sessions end in this order
			id := f.write("before "+a.Agent.Name, "hi")
			f.do(a, core.Take{Session: id})
			f.do(a, core.End{Session: id})
			f.passed.Add(int64(time.Second))
		}
		f.here(5, sue)
		f.here(1, joe)
		f.here(2, bob)
		f.distribute(`"strategy": "round_robin"`)
		var got []string
		for i := range 9 {
			got = append(got, f.holder(f.write(fmt.Sprint("customer ", i), "hi")))
			f.passed.Add(int64(time.Second))
		}
		name := map[string]string{"Sue": "Anna", "Joe": "Boris", "Bob": "Oleg", "": ""}
		for i, want := range []string{"Joe", "Bob", "Sue", "Sue", "Sue", "Bob", "Sue", "Sue", ""} {
			if got[i] != name[want] {
				t.Fatalf("number %d: got %v", i+1, got)
			}
		}
		f.settled()
	})
}

func TestTheSweepServesWhatIsForgottenAndSaysSo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "round_robin"`)
		ctx := context.Background()
		swept := 0
		f.hub.swept = func(n int) { swept += n }
		id := f.write("carla", "hi")
		if err := f.store.PutPresence(ctx, "node", []core.Presence{{Agent: f.anna.Agent.ID, Surface: core.Workspace}}, time.Hour); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"", "Anna"} { // nobody has said that Anna came; the second look in a row serves
			if err := f.hub.sweep(ctx); err != nil {
				t.Fatal(err)
			}
			if got := f.holder(id); got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
		if swept != 1 {
			t.Errorf("counted %d, want 1", swept)
		}
	})
}

// More wait than are given in one work: the rest is given by the timer.
func TestAQueueIsServedPageByPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "manual"`)
		f.here(0, f.anna)
		ctx, number := context.Background(), givePage+5
		together(number, func(i int) {
			if err := f.hub.Receive(ctx, f.message(fmt.Sprint("customer ", i), fmt.Sprint(i), "hi")); err != nil {
				t.Error(err)
			}
		})
		must(f.hub.SetSettings(ctx, admin(f.anna), f.support, []byte(`{"distribution": {"strategy": "round_robin"}}`), 0))
		for _, want := range []int64{givePage, int64(number), int64(number)} {
			if err := f.hub.lookAt(ctx, core.Timer{Subject: core.AboutDepartment(f.support)}); err != nil {
				t.Fatal(err)
			}
			if got := must(f.store.Load(ctx, f.anna.Agent.ID)).Open; got != want {
				t.Errorf("got %d given, want %d", got, want)
			}
		}
		f.settled()
	})
}
