package hub

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// openMessenger opens a day at whose channel customers of a messenger write, who are told their place.
func openMessenger(t *testing.T, url string) *day {
	t.Helper()
	d := openDay(t, url)
	d.capable = able
	d.set(`{"queue": {"messengers": true}}`)
	d.pass(0)
	return d
}

// placed gives what a messenger's customers are to see of the queue.
func (d *day) placed(ids ...core.SessionID) (told []string) {
	for _, id := range ids {
		told = append(told, d.session(id).QueueText)
	}
	return told
}

// verbs gives what is owed to a customer, without what it is about.
func (d *day) verbs(customer string) string {
	var verbs []string
	for _, o := range d.owed(customer) {
		verb, _, _ := strings.Cut(o, " ")
		verbs = append(verbs, verb)
	}
	return strings.Join(verbs, " ")
}

func TestA6_WhoWaitsOnAMessengerSeesTheirPlaceInOneMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openMessenger(t, url)
		first, second, third := d.write("first", "hi"), d.write("second", "hi"), d.write("third", "hi")
		sees := func(when string, want ...string) {
			t.Helper()
			for i, w := range want {
				want[i] = "You are number " + w + " in the queue."
				if w == "" {
					want[i] = ""
				}
			}
			if got := d.placed(first, second, third); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
		}
		sees("before anybody has looked", "", "", "")
		d.pass(time.Second)
		sees("at once", "1", "2", "3")
		if got := d.verbs("second"); got != "send" {
			t.Errorf("told: owed %q, want one message", got)
		}
		notice := must(d.store.LogAfter(context.Background(), 0, 100))
		notice = slices.DeleteFunc(notice, func(e core.Event) bool {
			return e.Session != second || e.Kind != core.EventMessage || e.ActorKind != core.BySystem
		})
		if len(notice) != 1 || notice[0].Text != core.QueueNotice || d.session(second).Preview != "hi" {
			t.Errorf("the log has %+v, want what agents see of it, once", notice)
		}
		d.do(d.sofia, core.Assign{Session: first, To: d.anna.Agent.ID}) // waits still, to its customer (C1)
		d.pass(10 * time.Second)
		sees("assigned", "1", "2", "3")
		d.do(d.anna, core.Take{Session: first})
		sees("somebody joins", "", "2", "3")
		if got := d.verbs("first"); got != "send delete" {
			t.Errorf("taken: owed %q, want the message taken back", got)
		}
		d.pass(10 * time.Second)
		sees("not half a minute after the last", "", "2", "3")
		d.pass(10 * time.Second)
		sees("half a minute after", "", "1", "2")
		d.do(d.boris, core.Take{Session: second})
		d.pass(30 * time.Second)
		sees("the next is taken", "", "", "1")
		if got := d.verbs("third"); got != "send edit" {
			t.Errorf("told three times: owed %q, want the message and one change that has not gone out", got)
		}
		if seq := d.session(third).QueueSeq; len(d.kinds(third)) != 3 || seq != 3 {
			t.Errorf("the log has %v, the message is %d: want no event for a change", d.kinds(third), seq)
		}
		d.do(d.boris, core.Release{Session: second})
		d.pass(time.Minute)
		sees("who has met somebody is told nothing", "", "", "2")
		d.do(d.oleg, core.Say{Session: third, Text: "hello"})
		if got := d.verbs("third"); got != "send edit delete send" {
			t.Errorf("answered: owed %q, want it taken back before the answer", got)
		}
		d.healthy()
	})
}

func TestA6_NobodyElseIsToldOnMessengers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openMessenger(t, url)
		d.capable = core.Capabilities{Pulls: true, EditOut: true, DeleteOut: true}
		site := d.write("on a site", "hi")
		d.capable = core.Capabilities{DeleteOut: true}
		other := d.write("where nothing can be edited", "hi")
		d.pass(time.Minute)
		if got := d.placed(site, other); got[0] != "" || got[1] != "" {
			t.Errorf("told %q, want nothing", got)
		}
		d.capable = able
		ended := d.write("ends", "hi")
		d.pass(time.Minute)
		must(d.hub.Do(context.Background(), d.anna, core.Unanswered{Session: ended}, ""))
		if got := d.verbs("ends"); got != "send delete" || d.placed(ended)[0] != "" {
			t.Errorf("ended: owed %q, told %q", got, d.placed(ended))
		}
		moved := d.write("moved", "hi")
		d.pass(time.Minute)
		must(d.hub.Do(context.Background(), d.anna, core.Transfer{Session: moved, To: d.sales}, ""))
		d.pass(time.Minute)
		if got := d.verbs("moved"); got != "send delete" || d.placed(moved)[0] != "" {
			t.Errorf("in a department where nothing is told: owed %q, told %q", got, d.placed(moved))
		}
		off := d.write("off", "hi")
		d.pass(time.Minute)
		d.set(`{}`)
		d.pass(time.Second)
		if got := d.verbs("off"); got != "send delete" || d.placed(off)[0] != "" {
			t.Errorf("switched off: owed %q, told %q", got, d.placed(off))
		}
		d.pass(time.Hour)
		d.healthy()
	})
}

// Two nodes look at once, and one is killed between: the message is there once.
func TestA6_ThePlaceIsToldOnceByWhicheverNode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openMessenger(t, url)
		id := d.write("carla", "hi")
		other := d.node(url)
		for range 5 {
			d.passed.Add(int64(10 * time.Second))
			for _, timer := range d.timers() {
				for _, h := range []*Hub{d.hub, other} {
					_, err := h.writer.Do(context.Background(), store.Job{
						Touch: func(k *store.Keys) { k.Department(d.support) },
						Do:    func(w *store.Work) error { return h.due(w, timer) },
					})
					must(0, err)
				}
			}
		}
		if got := d.verbs("carla"); got != "send" {
			t.Errorf("owed %q, want one message", got)
		}
		if got := d.placed(id); got[0] == "" {
			t.Error("it is told nothing")
		}
	})
}
