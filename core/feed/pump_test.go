package feed_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
	"parley/core/feed"
)

func TestALostBellCostsTwoSecondsAtMost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		c := follow(t, f, inDepartments(1, 1))
		for i := range 5 {
			l.commit(messages(1, 1)...) // another process: nobody rings
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if got := len(c.ids()); got != i+1 {
				t.Fatalf("after 2 s: got %d events, want %d", got, i+1)
			}
		}
	})
}

func TestWhatAnotherWroteBeforeIsReadAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		c := follow(t, f, inDepartments(1, 1))
		l.commit(messages(1, 700)...)
		published(l, f, messages(1, 1)...)
		synctest.Wait() // no time passes
		if got := len(c.ids()); got != 701 {
			t.Errorf("got %d events, want 701", got)
		}
	})
}

func TestWhatOneWritesOneselfIsNotReadFromTheLog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		c := follow(t, f, inDepartments(1, 1))
		before := l.countReads()
		for range 50 {
			published(l, f, messages(1, 1)...)
			synctest.Wait()
		}
		if got := l.countReads() - before; got != 0 || len(c.ids()) != 50 {
			t.Errorf("got %d reads for %d events, want none for 50", got, len(c.ids()))
		}
	})
}

func TestAnOutageIsWaitedOutAndLoggedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		var lines bytes.Buffer
		f := start(t, l, feed.WithLogger(slog.New(slog.NewTextHandler(&lines, nil))))
		published(l, f, messages(1, 1)...)
		synctest.Wait()
		c := follow(t, f, inDepartments(1, 1))
		v := &visitorClient{channel: 1, conversation: "somebody"}
		if err := v.connect(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		for outage := range 2 {
			l.set(func() { l.down = true })
			l.commit(messages(1, 1)...)
			began := time.Now()
			published(l, f, messages(1, 1)...) // cannot be told before what another wrote is
			var tries []time.Duration
			for reads := l.countReads(); time.Since(began) < 10*time.Second; time.Sleep(50 * time.Millisecond) {
				synctest.Wait()
				if n := l.countReads(); n != reads {
					reads = n
					tries = append(tries, time.Since(began))
				}
				f.Hint(core.Hint{Department: 1}) // rings, and does not make it ask more often
			}
			want := []time.Duration{0, 100, 300, 700, 1500, 3100, 5100, 7100, 9100}
			if len(tries) != len(want) {
				t.Fatalf("tries in 10 s: got %v, want at %v ms", tries, want)
			}
			for i := range want {
				if tries[i] != want[i]*time.Millisecond {
					t.Fatalf("tries: got %v, want at %v ms", tries, want)
				}
			}
			if n := strings.Count(lines.String(), "log cannot be read"); n != outage+1 {
				t.Errorf("outage %d: got it logged %d times, want once each:\n%s", outage+1, n, &lines)
			}
			l.set(func() { l.down = false })
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if want := 2*outage + 2; len(c.ids()) != want || v.frames != 1+outage+1 {
				t.Errorf("after outage %d: got %d events and %d frames, want %d and %d", outage+1, len(c.ids()), v.frames, want, outage+2)
			}
		}
		if n := strings.Count(lines.String(), "log is read again"); n != 2 {
			t.Errorf("got recovery logged %d times, want twice:\n%s", n, &lines)
		}
		for _, fault := range append(c.faults, v.faults...) {
			t.Error(fault)
		}
	})
}

func TestAnOutageAtTheStartIsWaitedOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{down: true}
		f := start(t, l)
		time.Sleep(time.Minute)
		l.set(func() { l.down = false })
		time.Sleep(2 * time.Second)
		c := follow(t, f, inDepartments(1, 1))
		published(l, f, messages(1, 1)...)
		synctest.Wait()
		wantIDs(t, "who came then", c.ids(), 1)
	})
}

func TestAReadThatHangsIsAnOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		c := follow(t, f, inDepartments(1, 1))
		l.set(func() { l.slow = time.Hour })
		l.commit(messages(1, 1)...)
		time.Sleep(3 * time.Second)
		l.set(func() { l.slow = 0 })
		time.Sleep(12 * time.Second)
		synctest.Wait()
		wantIDs(t, "the follower", c.ids(), 1)
	})
}

func TestWhatWasWrittenBeforeTheStartIsInMemory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		l.commit(messages(1, 1000)...)
		f := start(t, l, feed.WithRing(600, 1<<20))
		published(l, f, messages(1, 5)...)
		synctest.Wait()
		before := l.countReads()
		c := inDepartments(1, 1)
		c.cursor = 500
		follow(t, f, c)
		v := &visitorClient{channel: 1, conversation: "somebody", cursor: testSeal.Seal(900, 1, "somebody")}
		if err := v.connect(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if got := l.countReads() - before; got != 0 {
			t.Errorf("reads of the log: got %d, want none", got)
		}
		if len(c.ids()) != 505 || len(v.texts()) != 105 || v.snapshots != 0 {
			t.Errorf("got %d and %d events, %d snapshots; want 505, 105, 0", len(c.ids()), len(v.texts()), v.snapshots)
		}
	})
}

func TestRowsThatAreGoneAreNotWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		l.commit(messages(1, 3)...)
		f := start(t, l)
		synctest.Wait()
		c := follow(t, f, inDepartments(1, 1))
		l.set(func() { l.gone, l.rows = 50, nil })
		l.commit(messages(1, 2)...)
		time.Sleep(2 * time.Second)
		published(l, f, messages(1, 1)...)
		synctest.Wait()
		wantIDs(t, "the follower", c.ids(), 51, 52, 53)
		late := inDepartments(2, 1)
		late.cursor = 2
		follow(t, f, late)
		wantIDs(t, "who was away", late.ids(), 51, 52, 53)
	})
}
