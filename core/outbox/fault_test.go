//go:build linux

package outbox_test

import (
	"fmt"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// The database hangs and dies while much is under way. The process lives, so it knows of everything what came of it: each message
// arrives once, in its order, and is said to have.
func TestTheDatabaseIsGoneWhileSendingB3(t *testing.T) {
	t.Parallel()
	cluster := storetest.Cluster(t)
	h := open(t, cluster.URL())
	h.hurry(2 * time.Second)
	const lanes, each = 20, 40
	for i := range lanes {
		s := h.session(channel, core.RemoteID(fmt.Sprint(i)))
		h.do(func(w *store.Work) error {
			for j := range each {
				s, err := w.Session(s)
				if err != nil {
					return err
				}
				if err := speak(w, s, fmt.Sprint(j), core.CustomerWords); err != nil {
					return err
				}
			}
			return nil
		})
	}
	a := &adapter{}
	a.step = func(o core.Outgoing) (core.Receipt, error) {
		time.Sleep(5 * time.Millisecond)
		return a.takes(o)
	}
	r := h.run(a)
	for i, fault := range []struct {
		begin, end func()
		gone       time.Duration
	}{
		{cluster.Kill, cluster.Start, 0},
		{cluster.Stop, cluster.Continue, 5 * time.Second}, // longer than a job waits
		{cluster.Kill, cluster.Start, time.Second},
		{cluster.Kill, cluster.Start, 0},
	} {
		before := a.count()
		h.until(func() bool { return a.count() >= before+100 }, fmt.Sprintf("sending before fault %d", i))
		fault.begin()
		time.Sleep(fault.gone)
		fault.end()
	}
	h.until(func() bool { n, err := h.store.Backlog(ctx, channel); return err == nil && n == 0 }, "nothing is owed")
	r.end()
	for i := range lanes {
		lane := core.RemoteID(fmt.Sprint(i))
		got := a.sees(lane)
		for j, line := range got {
			if j >= each || line != fmt.Sprint("send ", j) {
				t.Fatalf("lane %d: got %q, want each once and in order", i, got)
			}
		}
	}
	if got := a.count(); got != lanes*each {
		t.Errorf("got %d calls, want %d", got, lanes*each)
	}
	events, err := h.store.LogAfter(ctx, 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == core.EventMessage && e.State != core.Sent {
			t.Errorf("message %d is %q", int64(e.ID), e.State)
		}
	}
}
