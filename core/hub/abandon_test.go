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

// visited turns the clock while some node looks who is there, and these customers are connected.
func (d *day) visited(by time.Duration, customers ...core.SessionID) {
	d.t.Helper()
	const step = 10 * time.Second
	for ; ; by -= step {
		if err := d.store.SeeCustomers(context.Background(), customers); err != nil {
			d.t.Fatal(err)
		}
		d.sees()
		if by <= 0 {
			return
		}
		d.pass(min(step, by))
	}
}

func TestC1_WhoLeavesBeforeAnybodyJoinsAbandonsTheSession(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.visited(0)
		gone, held, back, stays, met := d.write("gone", "hi"), d.write("held", "hi"), d.write("back", "hi"), d.write("stays", "hi"), d.write("met", "hi")
		d.do(d.sofia, core.Assign{Session: held, To: d.anna.Agent.ID})
		d.do(d.anna, core.Take{Session: met})
		d.do(d.anna, core.Release{Session: met})
		d.visited(time.Hour, gone, held, back, stays, met)
		d.visited(9*time.Minute, stays)
		d.visited(0, back, stays) // in time
		d.visited(50*time.Second, stays)
		for _, id := range []core.SessionID{gone, held, back, stays, met} {
			if !d.session(id).Open() {
				t.Fatalf("%s has ended too soon", id)
			}
		}
		d.passed.Add(int64(10 * time.Second))
		other := d.node(url)
		var wait sync.WaitGroup
		for _, h := range []*Hub{d.hub, other} { // two nodes look at once
			wait.Go(func() { must(0, h.lookAround(context.Background())) })
		}
		wait.Wait()
		for _, id := range []core.SessionID{gone, held} {
			s := d.session(id)
			ends := slices.DeleteFunc(must(d.store.LogAfter(context.Background(), 0, 10_000)), func(e core.Event) bool {
				return e.Session != id || e.Kind != core.EventEnded
			})
			if s.Outcome != core.Abandoned || len(ends) != 1 || ends[0].ActorKind != core.BySystem || ends[0].Audience != core.Everyone {
				t.Errorf("got %+v, told %+v; want it abandoned, once, and told to all", s, ends)
			}
		}
		d.visited(time.Hour, stays)
		if s := d.session(back); s.Outcome != core.Abandoned {
			t.Errorf("who was back for a moment and left for an hour: got %+v", s)
		}
		for _, id := range []core.SessionID{stays, met} {
			if s := d.session(id); s.State != core.Waiting {
				t.Errorf("got %+v, want it to wait", s)
			}
		}
		if counted, queued := d.waiting(); counted != 2 || queued != 2 {
			t.Errorf("counted %d, queued %d, want 2", counted, queued)
		}
		if again := d.write("gone", "hi"); again == gone {
			t.Error("what was abandoned goes on")
		}
		d.healthy()
	})
}

// While no node looked, nobody knows who was there: the time begins anew when one looks again. What a node that died has said holds as long as another
// one looks.
func TestC1_WhileNobodyLooksNobodyLeaves(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.visited(0)
		id := d.write("carla", "hi")
		d.visited(time.Minute, id)
		d.passed.Add(int64(3 * time.Hour)) // all nodes are killed, and start again
		d.sees()
		d.pass(0)
		d.visited(9*time.Minute + 50*time.Second)
		if !d.session(id).Open() {
			t.Fatal("it has ended, and nobody knew whether its customer was there")
		}
		d.visited(10 * time.Second)
		if s := d.session(id); s.Outcome != core.Abandoned {
			t.Errorf("got %+v, want it abandoned", s)
		}
	})
}

func TestC1_NobodyAbandonsAMessengerNorWhereThatIsOff(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		pulls bool
		set   string
	}{"a messenger": {false, `{}`}, "off": {true, `{"abandon": {"on": false}}`}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, url string) {
				d := openDay(t, url)
				d.capable = core.Capabilities{Pulls: tt.pulls}
				d.set(tt.set)
				d.visited(0)
				id := d.write("carla", "hi")
				d.visited(time.Hour)
				if s := d.session(id); s.State != core.Waiting {
					t.Errorf("got %+v, want it to wait", s)
				}
				if !tt.pulls {
					return
				}
				d.set(`{"abandon": {"on": true, "seconds": 60}}`)
				d.visited(0)
				d.pass(0)
				if s := d.session(id); s.Outcome != core.Abandoned {
					t.Errorf("switched on: got %+v, want it abandoned", s)
				}
			})
		})
	}
}

// The job of a look that is late finds what has become of the session meanwhile.
func TestC1_WhoIsTakenInTimeIsNotAbandoned(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.visited(0)
		id := d.write("carla", "hi")
		d.visited(9*time.Minute + 50*time.Second)
		d.passed.Add(int64(time.Minute))
		timers := d.timers()
		d.do(d.anna, core.Take{Session: id})
		for _, timer := range timers {
			_, err := d.hub.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error { return d.hub.due(w, timer) }})
			must(0, err)
		}
		if s := d.session(id); s.State != core.Active {
			t.Errorf("got %+v, want it Anna's", s)
		}
		d.healthy()
	})
}

// Whoever had it before, a session that nobody has joined is looked at when its customer has been gone for long enough, and not later.
func TestC1_ATransferDoesNotGiveWhoHasLeftMoreTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.bot("")
		d.visited(0)
		id := d.write("carla", "hi")
		d.visited(0, id)
		d.do(d.anna, core.SetLanguage{Session: id, Language: "de"})
		d.visited(9 * time.Minute)
		d.do(d.sofia, core.Transfer{Session: id, To: d.sales})
		d.visited(time.Minute)
		if s := d.session(id); s.Outcome != core.Abandoned {
			t.Errorf("got %+v, want it abandoned", s)
		}
	})
}
