package hub

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// marked gives the thresholds of which a session has told, in order.
func (s *shop) marked(id core.SessionID) (told []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Session == id && e.Kind == core.EventMarked {
			told = append(told, e.Text)
		}
	}
	return told
}

func TestThresholdsAreToldOnceAndGoWithTheAnswerC18C22(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"auto_close": {"site": 0},
			"service": {"waiting_maximum": 300, "raise_priority": true, "idle_warning": 120, "idle_critical": 240, "duration_warning": 3600}}`), 0))
		id := d.write("carla", "hi")
		told := func(when string, want ...string) {
			t.Helper()
			if got := d.marked(id); !slices.Equal(got, want) {
				t.Fatalf("%s: told of %v, want %v", when, got, want)
			}
		}
		d.pass(4 * time.Minute)
		told("waiting")
		d.pass(time.Minute)
		d.pass(time.Minute)
		told("waiting for long", "waiting_maximum")
		if s := d.session(id); s.Priority != core.High || s.Marks != "waiting_maximum" || s.State != core.Waiting {
			t.Errorf("got %+v, want it high, marked and waiting", s)
		}
		d.do(d.anna, core.Take{Session: id}) // the customer has waited for six minutes: both are passed at once
		d.do(d.anna, core.Release{Session: id})
		d.pass(0)
		if s := d.session(id); s.Priority != core.High {
			t.Errorf("released: got %s, want it raised once for one wait (C22)", s.Priority)
		}
		told("taken and released", "waiting_maximum")
		d.do(d.anna, core.Take{Session: id})
		d.pass(0)
		told("taken, and not answered", "waiting_maximum", "idle_warning", "idle_critical")
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		if s := d.session(id); s.Marks != "" {
			t.Errorf("answered: got marks %q", s.Marks)
		}
		d.write("carla", "and?")
		d.pass(2 * time.Minute)
		told("idle again", "waiting_maximum", "idle_warning", "idle_critical", "idle_warning")
		d.mu.Lock()
		last := d.events[len(d.events)-1]
		d.mu.Unlock()
		if last.Target != d.anna.Agent.ID || last.Audience != core.AgentsOnly {
			t.Errorf("got %+v, want it about Anna, for agents", last)
		}
		d.do(d.anna, core.Release{Session: id})
		if s := d.session(id); s.Marks != "" {
			t.Errorf("released: got marks %q", s.Marks)
		}
		d.do(d.boris, core.Say{Session: id, Text: "here"})
		d.pass(time.Hour)
		told("an hour later", "waiting_maximum", "idle_warning", "idle_critical", "idle_warning", "duration_warning")
		d.do(d.boris, core.End{Session: id})
		d.pass(time.Hour)
		told("ended", "waiting_maximum", "idle_warning", "idle_critical", "idle_warning", "duration_warning")
		if left := d.timers(); len(left) != 0 {
			t.Errorf("timers are left: %v", left)
		}
		d.healthy()
	})
}

func TestTheTimeThatASessionWasOverIsNoPartOfItsDurationC18(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.capable = core.Capabilities{}
		must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"service": {"duration_critical": 3600}}`), 0))
		id := d.write("carla", "hi")
		d.do(d.anna, core.End{Session: id})
		d.pass(20 * time.Hour)
		if d.write("carla", "one thing more") != id {
			t.Fatal("another session began")
		}
		d.pass(59 * time.Minute)
		if got := d.marked(id); len(got) != 0 {
			t.Errorf("opened again an hour ago: told of %v", got)
		}
		d.pass(time.Minute)
		if got := d.marked(id); !slices.Equal(got, []string{"duration_critical"}) {
			t.Errorf("after an hour: told of %v", got)
		}
	})
}
