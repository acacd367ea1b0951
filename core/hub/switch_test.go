package hub

import (
	"context"
	"fmt"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func (d *day) switched(id core.DepartmentID, c SwitchChange) {
	d.t.Helper()
	must(d.hub.SetSwitch(context.Background(), d.sofia, id, c))
}

func (d *day) set(own string) {
	d.t.Helper()
	must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(own), 0))
}

// tries gives what a customer is answered who writes.
func (d *day) tries(customer, country string) core.Kind {
	d.said++
	in := d.message(customer, fmt.Sprintf("m%d", d.said), "hi")
	in.Country = country
	return core.KindOf(d.hub.Receive(context.Background(), in))
}

// history gives what the switch did, the oldest first: "on hand", "off rule".
func (d *day) history(f store.SwitchFilter) (all []string) {
	d.t.Helper()
	for after, more := "", true; more; more = after != "" {
		page := must(d.store.Switched(context.Background(), f, after, 2))
		for _, e := range page.Items {
			all = append([]string{e.Text + " " + string(must(core.ParseExtra(e.Data)).By)}, all...)
		}
		after = page.Next
	}
	return all
}

var on, off = true, false

func TestAClosedDepartmentBeginsNothingAndEndsNothingS1_12S1_13(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		begun := d.write("carla", "hi")
		d.set(`{"reopen": {"site": 600}, "countries": {"mode": "refuse", "codes": "FR"}}`)
		d.switched(d.support, SwitchChange{On: &off})
		if got := d.tries("dora", ""); got != core.Closed {
			t.Fatalf("switched off: got %q, want closed", got)
		}
		if _, err := d.store.Talking(context.Background(), d.channel, "dora"); core.KindOf(err) != core.NotFound {
			t.Errorf("got %v: a session has begun", err)
		}
		d.do(d.anna, core.Take{Session: begun})
		d.do(d.anna, core.Say{Session: begun, Text: "hello"})
		if d.write("carla", "are you there?") != begun {
			t.Error("what had begun does not go on")
		}
		d.do(d.anna, core.End{Session: begun})
		if got := d.tries("carla", ""); got != core.Closed {
			t.Errorf("what has ended: got %q, want closed", got)
		}
		d.switched(d.support, SwitchChange{On: &on})
		if d.write("carla", "again") != begun {
			t.Error("it is not opened again")
		}
		for country, want := range map[string]core.Kind{"FR": core.Closed, "DE": "", "": ""} {
			if got := d.tries("from "+country, country); got != want {
				t.Errorf("from %q: got %q, want %q", country, got, want)
			}
		}
		must(d.hub.SetInstallation(context.Background(), admin(d.anna), false))
		other := d.node(url)
		if err := other.Receive(context.Background(), d.message("erik", "e", "hi")); core.KindOf(err) != core.Closed {
			t.Errorf("the installation is switched off, on another node: got %v, want closed", err)
		}
		if got := must(other.Openings(context.Background()))[d.support].Closed; len(got) != 1 || got[0] != core.GateInstallation {
			t.Errorf("got %v", got)
		}
		must(d.hub.SetInstallation(context.Background(), admin(d.anna), true))
		must(0, other.Receive(context.Background(), d.message("erik", "e", "hi"))) // the same message, kept by its sender
		for of, want := range map[core.DepartmentID]string{d.support: "[off hand on hand]", 0: "[off hand on hand]", d.sales: "[]"} {
			if got := fmt.Sprint(d.history(store.SwitchFilter{Department: of})); got != want {
				t.Errorf("history of %v: got %s, want %s", of, got, want)
			}
		}
		d.healthy()
	})
}

func TestAMessengersWordToAClosedDepartmentIsKeptB6(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.capable = core.Capabilities{}
		told := func(id core.SessionID) bool { return d.session(id).RepliedAt != 0 }
		const reply = `"message": "Back at nine.", "auto_reply": true`
		d.set(`{"reopen": {"messenger": 600}, "activation": {"threshold": 1}, "countries": {"mode": "allow", "codes": "DE"}, "hours": {` + reply + `}}`)
		d.switched(d.support, SwitchChange{On: &off})
		id := d.write("carla", "hello?")
		if s := d.session(id); s.Aside != core.Offline || s.State != core.Waiting || !told(id) {
			t.Errorf("switched off: got %+v, want it waiting as an offline message, and told", s)
		}
		d.switched(d.support, SwitchChange{On: &on})
		d.set(`{"reopen": {"messenger": 600}, "activation": {"threshold": 1}, "hours": {"holidays": "` + d.dates(4) + `"}}`)
		late := d.write("dora", "hello?")
		if s := d.session(late); s.Aside != core.AfterHours || s.State != core.Waiting {
			t.Errorf("outside of hours that only warn: got %+v", s)
		}
		if now := must(d.hub.Openings(context.Background()))[d.support]; len(now.Closed) != 0 {
			t.Errorf("got %v: they count towards the threshold", now.Closed)
		}
		d.set(`{"reopen": {"messenger": 600}, "activation": {"closed_outside_hours": true}, "hours": {` + reply + `, "holidays": "` + d.dates(4) + `"}}`)
		closed := d.write("emil", "hello?")
		if s := d.session(closed); s.Aside != core.Offline || !told(closed) {
			t.Errorf("outside of hours that close: got %+v", s)
		}
		d.do(d.anna, core.End{Session: closed})
		if got := d.session(closed).Outcome; got != core.OfflineMessage {
			t.Errorf("nobody joined: got %q, want an offline message", got)
		}
		d.set(`{"reopen": {"messenger": 600}}`)
		if again := d.write("emil", "good morning"); again != closed || d.session(again).Aside != "" {
			t.Errorf("opened again in the morning: got %+v", d.session(again))
		}
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		d.do(d.anna, core.End{Session: id})
		if got := d.session(id).Outcome; got != core.CompletedByOperator {
			t.Errorf("answered: got %q", got)
		}
		d.healthy()
	})
}

func TestTheThresholdSwitchesOffAndOnAgainS1_4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.set(`{"activation": {"threshold": 2}}`)
		first := d.write("carla", "hi")
		d.do(d.sofia, core.Assign{Session: first, To: d.anna.Agent.ID}) // who is pending waits too
		d.write("dora", "hi")
		if got := d.tries("emil", ""); got != core.Closed {
			t.Fatalf("two wait: got %q, want closed", got)
		}
		d.pass(70 * time.Second)
		if got := d.tries("emil", ""); got != core.Closed {
			t.Errorf("two wait still: got %q, want closed", got)
		}
		d.do(d.anna, core.Join{Session: first})
		d.pass(6 * time.Second)
		emil := d.write("emil", "hi")
		if got := d.tries("finn", ""); got != core.Closed {
			t.Errorf("two wait again: got %q, want closed", got)
		}
		d.do(d.anna, core.Take{Session: emil})
		d.pass(59 * time.Second)
		if got := d.tries("finn", ""); got != core.Closed {
			t.Errorf("before a minute is over: got %q, want closed", got)
		}
		d.pass(time.Second)
		d.write("finn", "hi")
		d.do(d.anna, core.Release{Session: emil}) // what comes back to the queue counts
		d.switched(d.support, SwitchChange{On: &off})
		d.do(d.anna, core.Take{Session: emil})
		d.pass(time.Hour)
		if got := d.tries("gina", ""); got != core.Closed {
			t.Errorf("a hand has switched off meanwhile: got %q, want closed", got)
		}
		if got, want := fmt.Sprint(d.history(store.SwitchFilter{Department: d.support})),
			"[off threshold on threshold off threshold on threshold off threshold off hand]"; got != want {
			t.Errorf("history: got %s, want %s", got, want)
		}
		for text, want := range map[string]int{"threshold": 3, "100%": 0, "fewer": 2, "": 6} {
			if got := d.history(store.SwitchFilter{Department: d.support, Text: text}); len(got) != want {
				t.Errorf("search for %q: got %v, want %d", text, got, want)
			}
		}
		now := core.At(d.hub.clock())
		for name, f := range map[string]store.SwitchFilter{
			"by whom":         {Text: "sofia", Agents: []core.AgentID{d.sofia.Agent.ID}},
			"since then":      {From: now.Add(-time.Hour)},
			"not before then": {Until: now.Add(-time.Hour - time.Second)},
		} {
			f.Department = d.support
			if got, want := len(d.history(f)), map[string]int{"by whom": 1, "since then": 3, "not before then": 3}[name]; got != want {
				t.Errorf("%s: got %d rows, want %d", name, got, want)
			}
		}
		d.healthy()
	})
}

// Two nodes look at a department's rules; each edge sets the switch once, whoever is first, and a clock that is set back does no harm.
func TestRulesAreFollowedOnceByTwoNodesS1_8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		other := d.node(url)
		start := d.hub.clock().In(must(time.LoadLocation("Europe/Berlin")))
		noon := time.Date(start.Year(), start.Month(), start.Day()+2, 12, 0, 0, 0, start.Location())
		goTo := func(at time.Time) {
			d.t.Helper()
			d.passed.Store(int64(at.Sub(start)))
			must(0, other.lookAround(context.Background()))
			d.pass(0)
		}
		ctx := context.Background()
		if _, err := d.hub.SetSwitch(ctx, d.sofia, d.support, SwitchChange{Rules: &on}); core.KindOf(err) != core.Invalid {
			t.Errorf("there are no rules: got %v, want Invalid", err)
		}
		d.set(`{"activation": {"rules": "mon-sun 09:00-17:00"}}`)
		goTo(noon)
		d.switched(d.support, SwitchChange{Rules: &on})
		for _, hours := range []time.Duration{5, 21, 29} {
			goTo(noon.Add(hours * time.Hour))
		}
		goTo(noon.Add(5 * time.Hour)) // the clock is set back by a day
		goTo(noon.Add(21 * time.Hour))
		goTo(noon.AddDate(10, 0, 0)) // and on by ten years
		goTo(noon.AddDate(10, 0, 0).Add(time.Hour))
		d.set(`{"activation": {"rules": "mon-sun 02:00-03:00"}}`)
		if got := d.tries("carla", ""); got != core.Closed {
			t.Errorf("other rules: got %q, want closed at once", got)
		}
		goTo(noon.AddDate(10, 0, 0).Add(14*time.Hour + time.Minute))
		d.switched(d.support, SwitchChange{On: &off})
		goTo(noon.AddDate(10, 0, 1).Add(14*time.Hour + time.Minute))
		if got, want := fmt.Sprint(d.history(store.SwitchFilter{Department: d.support})),
			"[off rule on rule off rule on rule off rule on rule off hand]"; got != want {
			t.Errorf("history: got %s, want %s", got, want)
		}
		if left := d.timers(); len(left) != 0 {
			t.Errorf("timers are left: %v", left)
		}
	})
}

func TestWhoMaySwitchC17(t *testing.T) {
	t.Parallel()
	d := openDay(t, storetest.SQLite(t))
	for name, tt := range map[string]struct {
		who  core.Actor
		want core.Kind
	}{
		"an operator": {d.anna, core.Forbidden}, "a stranger": {d.eve, core.NotFound}, "a supervisor": {d.sofia, ""}, "an admin": {admin(d.eve), ""},
	} {
		if _, err := d.hub.SetSwitch(context.Background(), tt.who, d.support, SwitchChange{On: &on}); core.KindOf(err) != tt.want {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	if _, err := d.hub.SetInstallation(context.Background(), d.sofia, false); core.KindOf(err) != core.Forbidden {
		t.Errorf("the installation, by a supervisor: got %v, want Forbidden", err)
	}
	if _, err := d.hub.SetSwitch(context.Background(), d.sofia, d.support, SwitchChange{On: &off, Rules: &on}); core.KindOf(err) != core.Invalid {
		t.Errorf("off, and by rules: got %v, want Invalid", err)
	}
}

// The last operator who receives closes a department where that is set, and the first opens it (S5.27, S5.31).
func TestSomebodyReceivesS5_27(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		ctx := context.Background()
		if d.tries("carla", "") != "" {
			t.Error("nobody receives, and nothing is set: customers wait")
		}
		d.set(`{"activation": {"closed_when_nobody": true}}`)
		closed := func(when string, want core.Kind) {
			t.Helper()
			if got := d.tries(when, ""); got != want {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
			if got := len(must(d.hub.Openings(ctx))[d.support].Closed) > 0; got != (want != "") {
				t.Errorf("%s: closed is %v", when, got)
			}
		}
		closed("nobody is there", core.Closed)
		must(0, d.store.PutPresence(ctx, "one", []core.Presence{{Agent: d.sofia.Agent.ID, Surface: core.Workspace}, {Agent: d.eve.Agent.ID, Surface: core.Workspace}}, time.Minute))
		closed("a supervisor is there, and an operator of another", core.Closed)
		must(0, d.store.PutPresence(ctx, "two", []core.Presence{{Agent: d.anna.Agent.ID, Surface: core.Workspace}}, time.Minute))
		closed("an operator comes", "")
		must(d.hub.SetAvailability(ctx, d.anna, core.AgentBusy))
		closed("busy", "")
		must(d.hub.SetAvailability(ctx, d.anna, core.AgentAway))
		closed("away", core.Closed)
		must(d.hub.SetAvailability(ctx, d.anna, core.AgentAvailable))
		must(0, d.store.EndPresence(ctx, "two"))
		closed("gone", core.Closed)
	})
}
