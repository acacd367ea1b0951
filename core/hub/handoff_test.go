package hub

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// sees lets a node say that these are there, in the workspace, as it does every ten seconds.
func (d *day) sees(agents ...core.Actor) {
	d.t.Helper()
	var all []core.Presence
	for _, a := range agents {
		all = append(all, core.Presence{Agent: a.Agent.ID, Surface: core.Workspace})
	}
	d.says(all...)
}

func (d *day) says(all ...core.Presence) {
	d.t.Helper()
	if err := d.store.PutPresence(context.Background(), "node", all, 25*time.Second); err != nil {
		d.t.Fatal(err)
	}
}

// spend turns the clock while these stay there.
func (d *day) spend(by time.Duration, there ...core.Actor) {
	d.t.Helper()
	d.t.Helper()
	const step = 10 * time.Second
	for d.sees(there...); by > 0; by -= step {
		d.pass(min(step, by))
		d.sees(there...)
	}
}

// lapses gives why a session was handed off, and from whom, in order.
func (s *shop) lapses(id core.SessionID) (told []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Session == id && e.Kind == core.EventHandedOff {
			told = append(told, s.name(e.Target)+" "+e.Text)
			if e.Audience != core.AgentsOnly || e.ActorKind != core.BySystem {
				s.t.Errorf("got %+v, want it told to agents alone, by nobody", e)
			}
		}
	}
	return told
}

func (s *shop) name(id core.AgentID) string {
	for _, a := range []core.Actor{s.anna, s.boris, s.oleg} {
		if a.Agent.ID == id {
			return a.Agent.PublicName
		}
	}
	return id.String()
}

func (d *day) lapsed(when string, id core.SessionID, want ...string) {
	d.t.Helper()
	if got := d.lapses(id); !slices.Equal(got, want) {
		d.t.Fatalf("%s: handed off %v, want %v", when, got, want)
	}
}

func TestWhoClosesTheWorkspaceLosesTheSessionAfterTwoMinutesC5C8S2S5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.sees(d.anna)
		id := d.write("carla", "hi")
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		quiet := d.write("dora", "hi")
		d.do(d.anna, core.Say{Session: quiet, Text: "hello"})
		asked := d.session(d.write("carla", "and?"))
		d.spend(10*time.Minute, d.anna)
		d.lapsed("with the workspace open", id)
		d.spend(25*time.Second + 110*time.Second)
		d.spend(10*time.Second, d.anna)
		d.lapsed("back in time", id)
		d.spend(25*time.Second + 119*time.Second)
		d.lapsed("gone for not quite two minutes", id)
		before := len(d.kinds(id))
		d.passed.Add(int64(time.Second))
		other := d.node(url)
		var wait sync.WaitGroup
		for _, timer := range d.timers() {
			for _, h := range []*Hub{d.hub, other, other, d.hub} {
				wait.Go(func() {
					_, err := h.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error { return h.look(w, timer) }})
					must(0, err)
				})
			}
		}
		wait.Wait()
		events := must(d.store.LogAfter(context.Background(), 0, 10_000))
		told := slices.DeleteFunc(events, func(e core.Event) bool { return e.Session != id || e.Kind != core.EventHandedOff })
		if len(told) != 1 || told[0].Target != d.anna.Agent.ID || told[0].Text != string(core.Absent) || told[0].Audience != core.AgentsOnly {
			t.Fatalf("two nodes looked: got %+v, want one hand-off from Anna", told)
		}
		s := d.session(id)
		if s.State != core.Waiting || s.PutBackBy != d.anna.Agent.ID || s.HandOffs != 1 || s.Place() != asked.Place() || s.Unread != 1 {
			t.Errorf("got %+v, want it in the queue at its customer's place", s)
		}
		if got := d.session(quiet).Assignee; got != d.anna.Agent.ID {
			t.Errorf("the session whose customer was answered is %v's", got)
		}
		if n := len(d.kinds(id)) - before; n > 1 {
			t.Errorf("got %d events more, want the hand-off alone", n)
		}
		d.spend(10*time.Minute, d.boris)
		d.do(d.boris, core.Take{Session: id})
		if s := d.session(id); s.HandOffs != 1 {
			t.Errorf("taken: got %+v", s)
		}
		d.spend(10*time.Minute, d.boris)
		if got := d.session(id).Assignee; got != d.boris.Agent.ID {
			t.Errorf("it is %v's, want Boris's, who is there", got)
		}
		d.healthy()
	})
}

func TestNoAnswerInTimeIsHandedOffAnewForEachHolderC5S5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.set(`{"auto_close": {"site": 0}, "hand_off": {"first_response": {"on": true}, "follow_up": {"on": true}, "absence": {"on": false}}}`)
		id := d.write("carla", "hi")
		d.pass(10 * time.Minute)
		d.do(d.anna, core.Take{Session: id})
		d.pass(59 * time.Second)
		d.lapsed("before a minute is over", id)
		d.pass(time.Second)
		d.lapsed("a minute without an answer", id, "Anna no_first_response")
		d.do(d.sofia, core.Assign{Session: id, To: d.boris.Agent.ID})
		d.pass(time.Minute)
		d.lapsed("the next holder's minute", id, "Anna no_first_response", "Boris no_first_response")
		if d.session(id).Marks.Has(core.MarkHandedOff) {
			t.Error("supervisors are told after two")
		}
		d.do(d.anna, core.Say{Session: id, Text: "sorry"})
		d.pass(time.Hour)
		d.write("carla", "at last")
		d.pass(170 * time.Second)
		other := d.node(url)
		must(other.Do(context.Background(), d.anna, core.Typing{Session: id}, ""))
		d.pass(10 * time.Second)
		d.lapsed("she types", id, "Anna no_first_response", "Boris no_first_response")
		if got := d.session(id).TypedAt; got == 0 {
			t.Error("that she types is not noted")
		}
		d.pass(169 * time.Second)
		d.lapsed("not three minutes ago", id, "Anna no_first_response", "Boris no_first_response")
		d.pass(time.Second)
		three := []string{"Anna no_first_response", "Boris no_first_response", "Anna no_follow_up"}
		d.lapsed("three minutes ago", id, three...)
		if s := d.session(id); s.Marks != core.Marks(core.MarkHandedOff) || !slices.Equal(d.marked(id), []string{"handed_off"}) {
			t.Errorf("after three: got marks %q, told of %v", s.Marks, d.marked(id))
		}
		d.do(d.oleg, core.Say{Session: id, Text: "here I am"})
		if s := d.session(id); s.Marks != "" || s.HandOffs != 3 {
			t.Errorf("answered: got marks %q, %d hand-offs", s.Marks, s.HandOffs)
		}
		d.write("carla", "good")
		if got := d.marked(id); len(got) != 1 {
			t.Errorf("she wrote again: told of %v", got)
		}
		d.set(`{"auto_close": {"site": 0}, "hand_off": {"follow_up": {"on": true, "seconds": 20}, "absence": {"on": false}}}`)
		d.pass(20 * time.Second) // open sessions follow new settings
		d.lapsed("once more", id, append(three, "Oleg no_follow_up")...)
		d.pass(0)
		if got := d.marked(id); len(got) != 2 {
			t.Errorf("and once more: told of %v", got)
		}
		d.do(d.oleg, core.Say{Session: id, Text: "yes?"})
		d.do(d.oleg, core.End{Session: id})
		d.pass(time.Hour)
		if left := d.timers(); len(left) != 0 {
			t.Errorf("timers are left: %v", left)
		}
		d.healthy()
	})
}

// The word of an agent, an admin's, and where the agent works, each alone.
func TestWhoCountsAsGoneC4C5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		ctx := context.Background()
		must(d.hub.SetSettings(ctx, admin(d.anna), 0, []byte(`{"auto_close": {"site": 0}}`), 0))
		slack := must(d.hub.AddChannel(ctx, NewChannel{Slug: "team", Kind: "slack", Department: d.support, Settings: []byte(`{}`)})).ID
		linked := core.Presence{Agent: d.boris.Agent.ID, Surface: slack.String()}
		everybody := func() {
			d.says(linked, core.Presence{Agent: d.anna.Agent.ID, Surface: core.Workspace}, core.Presence{Agent: d.oleg.Agent.ID, Surface: core.Workspace})
		}
		everybody()
		away, left, elsewhere := d.write("carla", "hi"), d.write("dora", "hi"), d.write("emil", "hi")
		d.do(d.anna, core.Take{Session: away})
		must(d.hub.Desk(slack).Do(ctx, d.boris, core.Take{Session: elsewhere}, core.Said{Room: "R"}, "take"))
		d.do(d.oleg, core.Take{Session: left})
		if got := d.session(elsewhere).ActedOn; got != slack.String() {
			t.Fatalf("acted on %q, want Slack", got)
		}
		word := func(of core.Actor, a core.Availability) { must(d.hub.SetAvailability(ctx, of, a)) }
		d.pass(10 * time.Second)
		word(d.anna, core.AgentAway)
		d.pass(10 * time.Second)
		if err := d.hub.DisableAgent(ctx, d.oleg.Agent.Email); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			everybody()
			d.pass(10 * time.Second)
		}
		word(d.anna, core.AgentOffline) // they are gone for as long
		everybody()
		d.pass(9 * time.Second)
		d.lapsed("away for not quite two minutes", away)
		d.pass(time.Second)
		d.lapsed("away for two minutes", away, "Anna absent")
		d.lapsed("disabled for less", left)
		d.pass(10 * time.Second)
		d.lapsed("disabled for two minutes", left, "Oleg absent")
		everybody()
		d.lapsed("linked in Slack, and works from there", elsewhere)

		d.do(d.boris, core.Note{Session: elsewhere, Text: "from the workspace"})
		for range 12 {
			everybody()
			d.pass(10 * time.Second)
		}
		d.lapsed("two minutes after he did something in the workspace, which is closed", elsewhere, "Boris absent")
		d.healthy()
	})
}

// While nobody looks who is there nobody is gone, and who was there when the hub ended has all the time to come back.
func TestARestartHandsNothingOffC5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		ctx := context.Background()
		d.sees(d.anna, d.boris)
		comes, stays := d.write("carla", "hi"), d.write("dora", "hi")
		d.do(d.anna, core.Take{Session: comes})
		d.do(d.boris, core.Take{Session: stays})
		if err := d.store.EndPresence(ctx, "node"); err != nil {
			t.Fatal(err)
		}
		d.pass(20 * time.Minute)
		if err := d.store.PutPresence(ctx, "next", nil, time.Hour); err != nil {
			t.Fatal(err)
		}
		d.pass(0)
		d.pass(110 * time.Second)
		d.lapsed("the hub has come back, and Anna not yet", comes)
		if err := d.store.PutPresence(ctx, "next", []core.Presence{{Agent: d.anna.Agent.ID, Surface: core.Workspace}}, time.Hour); err != nil {
			t.Fatal(err)
		}
		d.pass(10 * time.Second)
		d.lapsed("Anna has come back", comes)
		d.lapsed("Boris has not", stays, "Boris absent")
	})
}

func TestOnMessengersTheTimesRunWhileTheDepartmentWorksC5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		begin := d.hub.clock().Add(time.Hour).Truncate(time.Minute).In(must(time.LoadLocation("Europe/Berlin")))
		day := begin.Format("15:04") + "-" + begin.Add(time.Hour).Format("15:04")
		d.set(`{"hand_off": {"first_response": {"on": true}, "absence": {"on": false}}, "hours": {"monday": "` + day + `", "tuesday": "` + day + `", "wednesday": "` +
			day + `", "thursday": "` + day + `", "friday": "` + day + `", "saturday": "` + day + `", "sunday": "` + day + `"}}`)
		site := d.write("carla", "hi")
		d.do(d.anna, core.Take{Session: site})
		d.pass(time.Minute)
		d.lapsed("on a site it is always", site, "Anna no_first_response")
		d.capable = core.Capabilities{}
		id := d.write("dora", "hi")
		d.do(d.anna, core.Take{Session: id})
		d.pass(30 * time.Minute)
		d.lapsed("nobody works", id)
		d.pass(begin.Add(59 * time.Second).Sub(d.hub.clock()))
		d.lapsed("work has begun", id)
		d.pass(time.Second)
		d.lapsed("for a minute", id, "Anna no_first_response")
	})
}

// Under automatic distribution it goes to somebody else, never back to the one who left it.
func TestAHandOffGoesToAnotherAgentWhereSessionsAreDistributedC5S5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.sees(d.anna)
		d.set(`{"distribution": {"strategy": "round_robin"}, "hand_off": {"first_response": {"on": true}}}`)
		id := d.write("carla", "hi")
		if got := d.session(id).Assignee; got != d.anna.Agent.ID {
			t.Fatalf("it is %v's, want Anna's, who is alone", got)
		}
		d.spend(time.Minute, d.anna)
		if s := d.session(id); s.State != core.Waiting {
			t.Fatalf("got %+v, want it in the queue: nobody else is there", s)
		}
		d.sees(d.boris)
		must(d.hub.SetAvailability(context.Background(), d.boris, core.AgentBusy))
		must(d.hub.SetAvailability(context.Background(), d.boris, core.AgentAvailable))
		if s := d.session(id); s.Assignee != d.boris.Agent.ID {
			t.Fatalf("got %+v, want it with Boris, who has come", s)
		}
		d.spend(time.Minute, d.anna, d.boris)
		d.lapsed("each has had a minute", id, "Anna no_first_response", "Boris no_first_response")
		if s := d.session(id); s.State != core.Pending || s.Assignee != d.anna.Agent.ID {
			t.Errorf("got %+v, want it with Anna again, at once", s)
		}
		d.spend(time.Minute, d.anna, d.boris)
		if s := d.session(id); s.HandOffs != 3 || s.Assignee != d.boris.Agent.ID {
			t.Errorf("got %+v, want the time to run for who was given it, too", s)
		}
		d.healthy()
	})
}
