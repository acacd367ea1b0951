package hub

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// day is a shop whose clock the test turns. Its customers are silent for half an hour before their sessions end.
type day struct {
	*shop
	passed atomic.Int64
}

func openDay(t *testing.T, url string) *day {
	t.Helper()
	d := &day{}
	start := time.Now()
	d.shop = openAt(t, url, func() time.Time { return start.Add(time.Duration(d.passed.Load())) })
	return d
}

// pass turns the clock, and looks at what is due then.
func (d *day) pass(by time.Duration) {
	d.t.Helper()
	d.passed.Add(int64(by))
	if err := d.hub.lookAround(context.Background()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *day) timers() []core.Timer {
	d.t.Helper()
	return must(d.store.DueTimers(context.Background(), 1<<62, 100))
}

func TestASilentCustomersSessionEndsC23(t *testing.T) {
	t.Parallel()
	for name, pulls := range map[string]bool{"on a site": true, "on a messenger": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, url string) {
				d := openDay(t, url)
				d.capable = core.Capabilities{Pulls: pulls}
				must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"auto_close": {"messenger": 1800}}`), 0))
				id := d.write("carla", "hi")
				d.pass(2 * time.Hour)
				if got := d.kinds(id); len(got) != 2 {
					t.Fatalf("got %v: who waits for an answer is not silent", got)
				}
				d.do(d.anna, core.Say{Session: id, Text: "hello"})
				before := len(d.kinds(id))
				d.pass(24 * time.Minute)
				if got := d.kinds(id)[before:]; len(got) != 0 {
					t.Fatalf("after 24 minutes: got %v", got)
				}
				d.pass(time.Minute)
				if got := d.kinds(id)[before:]; !slices.Equal(got, []core.EventKind{core.EventMessage}) {
					t.Fatalf("after 25 minutes: got %v, want the warning", got)
				}
				s := d.session(id)
				if s.WarnedAt == 0 || s.WaitingSince != 0 || s.Preview != "hello" {
					t.Errorf("got %+v: the warning is no answer", s)
				}
				d.write("carla", "still here")
				d.do(d.anna, core.Say{Session: id, Text: "good"})
				before = len(d.kinds(id))
				d.pass(25 * time.Minute)
				d.pass(5 * time.Minute)
				if got := d.kinds(id)[before:]; !slices.Equal(got, []core.EventKind{core.EventMessage, core.EventEnded}) {
					t.Fatalf("got %v, want the warning and the end", got)
				}
				if s := d.session(id); s.Outcome != core.Expired || s.Assignee != d.anna.Agent.ID {
					t.Errorf("got %+v, want it expired, and Anna's", s)
				}
				owed := 0
				for _, o := range d.owed("carla") {
					if strings.HasPrefix(o, string(core.OutSend)) {
						owed++
					}
				}
				if want := map[bool]int{true: 0, false: 4}[pulls]; owed != want { // two answers, two warnings
					t.Errorf("owed %d, want %d", owed, want)
				}
				if left := d.timers(); len(left) != 0 {
					t.Errorf("timers are left: %v", left)
				}
				d.healthy()
			})
		})
	}
}

func TestOpenSessionsFollowNewSettingsAtOnceC23(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		id := d.write("carla", "hi")
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		d.pass(time.Minute)
		boss := admin(d.anna)
		must(d.hub.SetSettings(context.Background(), boss, 0, []byte(`{"auto_close": {"site": 60, "warning": 0}}`), 0))
		d.pass(0)
		if got := d.session(id).Outcome; got != core.Expired {
			t.Errorf("got outcome %q, want expired", got)
		}
		id = d.write("dora", "hi")
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		must(d.hub.SetSettings(context.Background(), boss, d.support, []byte(`{"auto_close": {"site": 0}}`), 0))
		d.pass(time.Hour)
		if !d.session(id).Open() {
			t.Error("what the department has set does not go before what the installation has")
		}
		// Where it comes to, other settings hold.
		d.do(d.sofia, core.Transfer{Session: id, To: d.sales})
		d.do(d.eve, core.Say{Session: id, Text: "sales here"})
		d.pass(time.Minute)
		if d.session(id).Open() {
			t.Error("it lives by the settings of the department that it left")
		}
		d.healthy()
	})
}

func TestSettingsAreAnAdminsAndChangeOnceC7(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx, boss, own := context.Background(), admin(s.anna), []byte(`{"auto_close": {"site": 60}}`)
		if _, err := s.hub.SetSettings(ctx, s.sofia, s.support, own, 0); core.KindOf(err) != core.Forbidden {
			t.Errorf("a supervisor: got %v, want Forbidden", err)
		}
		if _, err := s.hub.SetSettings(ctx, boss, 12345, own, 0); core.KindOf(err) != core.NotFound {
			t.Errorf("no department: got %v, want NotFound", err)
		}
		if _, err := s.hub.SetSettings(ctx, boss, s.support, []byte(`{"auto_close": {"site": -1}}`), 0); core.KindOf(err) != core.Invalid {
			t.Errorf("below zero: got %v, want Invalid", err)
		}
		first := must(s.hub.SetSettings(ctx, boss, s.support, own, 0))
		var won atomic.Int64
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				switch _, err := s.hub.SetSettings(ctx, boss, s.support, own, first.Version); core.KindOf(err) {
				case core.Taken:
				default:
					must(0, err)
					won.Add(1)
				}
			})
		}
		wait.Wait()
		if doc := must(s.store.Document(ctx, s.support)); won.Load() != 1 || doc.Version != 2 || doc.ChangedBy != boss.Agent.ID {
			t.Errorf("%d won, got %+v; want one", won.Load(), doc)
		}
	})
}

func TestTwoNodesLookAtATimerAndOneFindsItDueC23(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		var ids []core.SessionID
		for _, name := range []string{"carla", "dora", "emil", "fritz"} {
			id := d.write(name, "hi")
			d.do(d.anna, core.Say{Session: id, Text: "hello"})
			ids = append(ids, id)
		}
		d.passed.Add(int64(26 * time.Minute))
		other := d.node(url)
		due := d.timers()
		var wait sync.WaitGroup
		for _, h := range []*Hub{d.hub, other, d.hub, other} {
			for _, timer := range due {
				wait.Go(func() {
					_, err := h.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error { return h.look(w, timer) }})
					must(0, err)
				})
			}
		}
		wait.Wait()
		for _, id := range ids {
			if got := d.session(id).Messages; got != 3 {
				t.Errorf("got %d messages, want one warning after hi and hello", got)
			}
		}
	})
}

// After an outage, or with other settings, many sessions are due at once, and the hub has other things to do.
func TestWhatIsDueTogetherIsLookedAtTogetherC23(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		const many = 60
		for i := range many {
			d.do(d.anna, core.Say{Session: d.write(fmt.Sprint("visitor ", i), "hi"), Text: "hello"})
		}
		before := d.groups
		d.pass(26 * time.Minute)
		if got := d.groups - before; got > many/3 {
			t.Errorf("%d looks took %d commits", many, got)
		}
		if left := d.timers(); len(left) != many || left[0].DueAt <= core.At(d.hub.clock()) {
			t.Errorf("%d timers are left, the first due at %v", len(left), left[0].DueAt)
		}
		d.healthy()
	})
}

func TestASessionWhoseChannelNobodyKnowsIsLookedAtLaterC23(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		id := d.write("carla", "hi")
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		d.strange = true
		d.passed.Add(int64(25 * time.Minute))
		due := d.timers()[0]
		_, err := d.hub.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error { return d.hub.look(w, due) }})
		if next := d.timers()[0].DueAt; err != nil || next != core.At(d.hub.clock().Add(lookAgain)) {
			t.Errorf("got %v, next at %v: want it in a minute, without an error each time", err, next)
		}
		d.write("carla", "are you there?") // and nothing is refused for that
		d.strange = false
		d.do(d.anna, core.Say{Session: id, Text: "yes"})
		d.pass(time.Minute)
		d.pass(25 * time.Minute)
		if d.session(id).WarnedAt == 0 {
			t.Error("nobody was warned when it was known again")
		}
	})
}

func TestTheHubLooksAtTimersByItself(t *testing.T) {
	t.Parallel()
	d := openDay(t, storetest.SQLite(t))
	id := d.write("carla", "hi")
	d.do(d.anna, core.Say{Session: id, Text: "hello"})
	d.passed.Add(int64(26 * time.Minute))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.hub.Run(ctx) }()
	for tries := 0; d.session(id).WarnedAt == 0; tries++ {
		if tries > 1500 {
			t.Fatal("nobody was warned in half a minute")
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func admin(a core.Actor) core.Actor {
	a.Agent.Admin = true
	return a
}
