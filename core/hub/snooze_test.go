package hub

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// woken gives what has brought a session back, each time, and who holds it.
func (s *shop) woken(id core.SessionID) (by []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Session == id && e.Kind == core.EventWoken {
			by = append(by, e.Text)
		}
	}
	return by
}

func TestASnoozedSessionRestsAndComesBackC26(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"service": {"duration_critical": 3600}}`), 0))
		id := d.write("carla", "hi")
		d.do(d.anna, core.Say{Session: id, Text: "tomorrow"})
		until := core.At(d.hub.clock()).Add(20 * time.Hour)
		s := d.do(d.anna, core.Snooze{Session: id, Until: until})
		before, version := len(d.kinds(id)), s.Version
		if again := d.do(d.sofia, core.Snooze{Session: id, Until: until}); again.LastSeq != s.LastSeq {
			t.Errorf("the same again: got %+v", again)
		}
		d.pass(20*time.Hour - time.Minute)
		if got := d.kinds(id)[before:]; len(got) != 0 {
			t.Fatalf("while it rests: got %v", got)
		}
		d.pass(time.Minute)
		if s := d.session(id); s.Snoozed() || s.Woken != core.WokenByTime || s.Version != version || s.Assignee != d.anna.Agent.ID {
			t.Errorf("got %+v, want it back with its holder, and of the same version", s)
		}
		d.pass(25 * time.Minute)
		if got := d.kinds(id)[before:]; !slices.Equal(got, []core.EventKind{core.EventWoken, core.EventMessage}) {
			t.Errorf("got %v, want it back, and the customer warned after a silence of its own", got)
		}

		d.do(d.anna, core.Snooze{Session: id})
		d.pass(200 * time.Hour)
		if s := d.session(id); !s.Snoozed() {
			t.Fatalf("got %+v, want it to rest until the customer writes", s)
		}
		d.write("carla", "here I am")
		if s := d.session(id); s.Snoozed() || s.Woken != core.WokenByCustomer || s.Unread != 1 {
			t.Errorf("got %+v, want it back by the customer", s)
		}
		d.do(d.anna, core.Snooze{Session: id, Until: core.At(d.hub.clock()).Add(time.Hour)})
		d.do(d.sofia, core.Unsnooze{Session: id})
		d.do(d.sofia, core.Unsnooze{Session: id})
		d.pass(2 * time.Hour) // the timer of a snooze that is over wakes nobody
		if got, want := d.woken(id), []string{"time", "customer", "hand"}; !slices.Equal(got, want) {
			t.Errorf("woken by %v, want %v", got, want)
		}
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		d.do(d.anna, core.Snooze{Session: id})
		if s := d.do(d.sofia, core.Assign{Session: id, To: d.boris.Agent.ID}); s.Snoozed() || s.Woken != "" {
			t.Errorf("given to another: got %+v, want it awake", s)
		}
		d.healthy()
	})
}

func TestWhatCannotBeSnoozedAndComesBackWithoutOtherTimesC26(t *testing.T) {
	t.Parallel()
	d := openDay(t, storetest.SQLite(t))
	id := d.write("carla", "hi")
	now := core.At(d.hub.clock())
	d.do(d.anna, core.Take{Session: id})
	for name, tt := range map[string]struct {
		deed core.Snooze
		kind core.Kind
	}{
		"until a time that is over":         {core.Snooze{Session: id, Until: now}, core.Invalid},
		"for longer than a year":            {core.Snooze{Session: id, Until: now.Add(core.MaxSnooze + time.Hour)}, core.Invalid},
		"until what is no time":             {core.Snooze{Session: id, Until: -1}, core.Invalid},
		"as it was when nobody had it":      {core.Snooze{Session: id, Version: 1}, core.Taken},
		"in the queue, by whoever finds it": {core.Snooze{Session: d.write("dora", "hi")}, core.Forbidden},
	} {
		if _, err := d.hub.Do(context.Background(), d.anna, tt.deed, ""); core.KindOf(err) != tt.kind {
			t.Errorf("%s: got %v, want %s", name, err, tt.kind)
		}
	}
	if d.session(id).Snoozed() {
		t.Error("what was refused has been done")
	}
	must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"auto_close": {"site": 0}}`), 0))
	d.pass(0)
	d.do(d.anna, core.Snooze{Session: id, Until: now.Add(time.Hour)})
	d.pass(time.Hour)
	if s := d.session(id); s.Woken != core.WokenByTime {
		t.Errorf("where no other rule has a time: got %+v, want it back", s)
	}
}
