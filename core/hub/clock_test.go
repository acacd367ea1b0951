package hub

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// decade is what a clock is wrong by whose battery is empty, until somebody sets it.
const decade = 10 * 365 * 24 * time.Hour

// Half a minute before Europe's clocks go to summer time, and back from it.
var (
	spring = time.Date(2026, 3, 29, 0, 59, 30, 0, time.UTC)
	autumn = time.Date(2026, 10, 25, 0, 59, 30, 0, time.UTC)
)

// turn sets the clock, on or back.
func (p *play) turn(h happening) {
	before := p.now()
	to := func(at time.Time) { p.passed.Add(int64(at.Sub(before.Std()))); p.ahead = false }
	switch h.Number {
	case 0:
		p.passed.Add(-int64(24 * time.Hour))
	case 1:
		p.passed.Add(-int64(time.Hour))
	case 2:
		p.passed.Add(int64(time.Hour))
	case 3:
		if p.ahead = !p.ahead; p.ahead {
			p.passed.Add(int64(decade))
		} else {
			p.passed.Add(-int64(decade))
		}
	case 4:
		to(spring)
	case 5:
		to(autumn)
	}
	now := p.now()
	must(0, p.store.SweepPresence(context.Background())) // which no node says for so long as plays do
	for s, until := range p.until {
		if until > now.Add(core.Skew) {
			p.until[s] = now
		}
	}
	for c, seen := range p.visits {
		if seen > now.Add(core.Skew) {
			p.visits[c] = now
		}
	}
	if now < before {
		p.late = 0
		if now >= before.Add(-core.Skew) {
			p.late = before
		}
		p.setBack(now)
	}
}

// setBack has the nodes notice that, and finds that nothing has happened in a time to come, but for what nobody looks after: what has is now, in its order.
func (p *play) setBack(now core.Time) {
	ctx := context.Background()
	for _, node := range p.nodes {
		must(0, node.keepTime(ctx))
	}
	type wait struct{ before, now core.Time }
	var waits []wait
	all := core.Scope{Departments: []core.DepartmentID{min(p.support, p.sales), max(p.support, p.sales)}}
	for _, s := range must(p.store.Summaries(ctx, all, p.order)) {
		m := p.sessions[s.ID]
		if !m.open() {
			continue
		}
		for _, at := range []core.Time{s.StartedAt, s.ReopenedAt, s.LastAt, s.LastCustomerAt, s.LastAgentAt, s.HeldAt, s.TypedAt, s.ActedAt, s.HandedAt, s.WarnedAt, s.SnoozedAt, s.WokenAt} {
			if at > now.Add(core.Skew) {
				p.wrong("%s has times that have not come, at %v: %+v", s.ID, now, s)
			}
		}
		if m.since > now {
			waits = append(waits, wait{m.since, s.WaitingSince})
			if m.since = s.WaitingSince; m.since > now.Add(core.Skew) || m.since < now.Add(-10*time.Minute) {
				p.wrong("%s waits since %v, and it is %v", s.ID, m.since, now)
			}
		}
	}
	slices.SortFunc(waits, func(a, b wait) int { return cmp.Compare(a.before, b.before) })
	if !slices.IsSortedFunc(waits, func(a, b wait) int { return cmp.Compare(a.now, b.now) }) {
		p.wrong("who waited longer does not any more: %v", waits)
	}
}

// Who has been assigned a session and does nothing loses it in their minute, whatever the clock is set back by meanwhile, or while nobody runs. What
// people have set stays.
func TestAClockThatIsSetBackKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]time.Duration{"an hour": time.Hour, "a day": 24 * time.Hour, "ten years": decade} {
		for when, restarts := range map[string]bool{" while it runs": false, " while nobody runs": true} {
			t.Run(name+when, func(t *testing.T) {
				t.Parallel()
				storetest.Each(t, func(t *testing.T, url string) {
					d := openDay(t, url)
					d.set(`{"hand_off": {"first_response": {"on": true, "seconds": 60}}}`)
					d.pass(0)
					held, snoozed, first := d.write("held", "hi"), d.write("snoozed", "hi"), d.write("first", "hi")
					d.do(d.sofia, core.Assign{Session: held, To: d.anna.Agent.ID})
					d.do(d.anna, core.Take{Session: snoozed})
					until := core.At(d.hub.clock().Add(time.Hour))
					d.do(d.anna, core.Snooze{Session: snoozed, Until: until})
					d.pass(50 * time.Second)
					d.passed.Add(-int64(by))
					if restarts {
						d.hub = d.node(url)
					}
					d.pass(0)
					d.pass(time.Second)
					second := d.write("second", "hi")
					if a, b := d.session(first).WaitingSince, d.session(second).WaitingSince; a >= b {
						t.Errorf("who came first waits since %v, and who comes now since %v", a, b)
					}
					d.pass(58 * time.Second)
					if s := d.session(held); s.State != core.Pending {
						t.Errorf("after 59 seconds: got %s, want it where it was: nobody knows how long that took", s.State)
					}
					d.pass(time.Second)
					if s := d.session(held); s.State != core.Waiting || s.HandOffs != 1 {
						t.Errorf("after a minute: got %+v, want it handed off, once", s)
					}
					if s := d.session(snoozed); s.SnoozedUntil != until {
						t.Errorf("it was to sleep until %v, and does until %v", until, s.SnoozedUntil)
					}
					d.healthy()
				})
			})
		}
	}
}

// A machine whose clock is behind the database's is likely to be the one that is wrong: others' times stay.
func TestAMachineThatIsBehindTheDatabaseBringsNothingBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		id := d.write("carla", "hi")
		late := func() time.Time { return d.hub.clock().Add(-time.Hour) }
		s := must(store.Open(store.Options{URL: url, Clock: late, LeaseClock: d.hub.clock, Log: slog.New(slog.DiscardHandler)}))
		t.Cleanup(func() { _ = s.Close() })
		other := must(New(Config{Writer: storetest.Write(t, s, func(core.Committed) {}), Store: s, Can: d.can, IDs: &core.IDMaker{}, Clock: late, Log: slog.New(slog.DiscardHandler)}))
		before := d.session(id)
		must(0, other.lookAround(context.Background()))
		if now := d.session(id); now.WaitingSince != before.WaitingSince || now.StartedAt != before.StartedAt {
			t.Errorf("it waited since %v, and does since %v", before.WaitingSince, now.WaitingSince)
		}
	})
}

// A clock that goes on finds everything due, and each once.
func TestAClockThatIsSetOnDecidesEverythingOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.set(`{"auto_close": {"site": 1800, "warning": 300}, "service": {"waiting_maximum": 60, "duration_critical": 600}}`)
		d.pass(0)
		waits, silent := d.write("waits", "hi"), d.write("silent", "hi")
		d.do(d.anna, core.Say{Session: silent, Text: "hello"})
		d.passed.Add(int64(decade))
		for range 3 {
			d.pass(0)
		}
		if got, want := fmt.Sprint(d.kinds(waits)), "[started message marked marked]"; got != want {
			t.Errorf("who waits: got %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(d.kinds(silent)), "[started message taken message marked message]"; got != want {
			t.Errorf("who is silent: got %s, want %s: a warning, and time to answer it", got, want)
		}
		if left := must(d.store.DueTimers(context.Background(), core.At(d.hub.clock()), 10)); len(left) != 0 {
			t.Errorf("still due: %v", left)
		}
		d.healthy()
	})
}

// timer gives when a session is looked at next.
func (d *day) timer(id core.SessionID) core.Time {
	d.t.Helper()
	for _, t := range d.timers() {
		if t.Subject == core.AboutSession(id) {
			return t.DueAt
		}
	}
	d.t.Fatalf("nobody looks at %s", id)
	return 0
}

// What ended before the clock was set back is brought to now when it is opened again: its rules count from what its customer writes then.
func TestWhatIsOpenedAgainAfterTheClockWasSetBackC1C12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.set(`{"reopen": {"site": 600}}`)
		id := d.write("dora", "hi")
		d.do(d.anna, core.Unanswered{Session: id})
		d.passed.Add(-int64(time.Hour))
		d.pass(0)
		if d.write("dora", "hello?") != id {
			t.Fatal("another session began")
		}
		if want := core.At(d.hub.clock()).Add(10 * time.Minute); d.timer(id) > want {
			t.Errorf("looked at %v, want that when its customer has been away for ten minutes: %v", d.timer(id), want)
		}
	})
}

// Who was warned before the clock was set back, and is answered after that, is warned again in time.
func TestWhoWasWarnedBeforeTheClockWasSetBackC23(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.set(`{"auto_close": {"site": 60, "warning": 30}}`)
		id := d.write("dora", "hi")
		d.do(d.anna, core.Take{Session: id})
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		d.pass(30 * time.Second)
		if !d.session(id).Warned() {
			t.Fatal("the customer was not warned")
		}
		d.passed.Add(-int64(time.Hour))
		d.pass(0)
		d.do(d.anna, core.Say{Session: id, Text: "are you there?"})
		if want := core.At(d.hub.clock()).Add(30 * time.Second); d.timer(id) > want {
			t.Errorf("looked at %v, want that when the customer is to be warned: %v", d.timer(id), want)
		}
	})
}
