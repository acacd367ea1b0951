package widget

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
)

// TestMarkTellsOneAtATimeWithAPause turns a clock.
func TestMarkTellsOneAtATimeWithAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		type telling struct {
			seen core.EventID
			at   time.Duration
		}
		var told []telling
		began := time.Now()
		tell := func(seen core.EventID) core.Time {
			mu.Lock()
			told = append(told, telling{seen, time.Since(began)})
			mu.Unlock()
			time.Sleep(3 * time.Second) // the hub takes its time
			return core.At(time.Now())
		}
		var m mark
		set := func(seen core.EventID) { m.set(seen, core.At(time.Now()), tell) }
		set(1)
		time.Sleep(time.Second)
		set(2)
		set(4)
		set(3)
		time.Sleep(9 * time.Second) // both are told and the pause is over
		set(5)
		time.Sleep(3500 * time.Millisecond) // told, the pause is not over
		set(6)
		m.end(tell)
		set(7) // too late
		time.Sleep(time.Minute)
		want := []telling{
			{1, 0}, {4, 4 * time.Second}, {5, 10 * time.Second}, {6, 13500 * time.Millisecond},
		}
		if !slices.Equal(told, want) {
			t.Errorf("told: got %v, want %v", told, want)
		}
	})
}

func TestMarkEndsWhileOneIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []core.EventID
		tell := func(seen core.EventID) core.Time {
			time.Sleep(time.Second)
			told = append(told, seen)
			return core.At(time.Now())
		}
		var m mark
		m.set(1, core.At(time.Now()), tell)
		time.Sleep(500 * time.Millisecond)
		m.set(2, core.At(time.Now()), tell)
		m.end(tell)
		if want := []core.EventID{1, 2}; !slices.Equal(told, want) {
			t.Errorf("told when end returned: got %v, want %v", told, want)
		}
	})
}

func TestSeenIsToldOnceASecondWithTheNewest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, f := r.greet(t)
	reads := func() (seen []core.EventID) {
		for _, in := range r.inbox.all() {
			want := core.Inbound{Channel: 7, Department: 3, Verb: core.InboundRead, Identity: f.who, Conversation: f.who, Seen: in.Seen}
			if !reflect.DeepEqual(in, want) {
				t.Errorf("inbound: got %+v, want %+v", in, want)
			}
			seen = append(seen, in.Seen)
		}
		return seen
	}
	c.say(`{"type":"seen","cursor":"seen-1"}`)
	eventually(t, "the first is told at once", func() bool { return len(reads()) == 1 })
	for _, n := range []int{2, 5, 3} {
		c.say(fmt.Sprintf(`{"type":"seen","cursor":"seen-%d"}`, n))
	}
	c.wantAlive()
	if got := reads(); len(got) != 1 {
		t.Errorf("within a second: got %v, want the first only", got)
	}
	eventually(t, "the newest is told a second later", func() bool { return len(reads()) == 2 })
	if got := reads(); got[1] != 5 {
		t.Errorf("the second: got %v, want 5", got[1])
	}
	c.say(`{"type":"seen","cursor":"seen-9"}`)
	c.wantAlive()
	c.send(0x88, []byte{3, 232}) // the tab is closed before the second is over
	<-r.feed.stops
	eventually(t, "what waits is told at the end", func() bool { return len(reads()) == 3 })
	if got := reads(); got[2] != 9 {
		t.Errorf("the last: got %v, want 9", got[2])
	}
}

func TestSeenWithAForeignCursorIsPassedOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, _ := r.greet(t)
	c.say(`{"type":"seen","cursor":"of another visitor"}`)
	c.wantAlive() // a refusal would be taken for one of the message under way
	c.send(0x88, []byte{3, 232})
	<-r.feed.stops
	if got := r.inbox.all(); len(got) != 0 {
		t.Errorf("inbound: got %+v, want none", got)
	}
}
