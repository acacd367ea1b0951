package store_test

import (
	"reflect"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestWhatIsKeptAside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		in := core.Inbound{
			Channel: h.desk, Department: h.support, Verb: core.InboundEdit, Dedupe: "e1", At: 77, Identity: "carla", Conversation: "carla",
			Profile: core.Profile{Name: "Carla"}, Target: "m1",
			Content: core.Content{Text: "a\u2028\x01é", Entities: []core.Entity{{Kind: core.Bold, Length: 1}}},
		}
		park := func(id int64, in core.Inbound) store.Job {
			return store.Job{Do: func(w *store.Work) error { return w.Park(id, in, "It waits.") }}
		}
		second, third, elsewhere := in, in, in
		second.Dedupe, third.Dedupe, third.Target, elsewhere.Channel = "e2", "e3", "", h.shop
		h.group(park(7, in), park(8, in), park(9, second), park(10, elsewhere), then(park(11, third), refuse))
		h.clock.turn(time.Hour)
		h.must(h.do(park(12, third)))
		rows, err := h.store.ParkedOf(ctx, h.desk, 10)
		if err != nil || len(rows) != 3 || rows[0].ID != 12 || rows[1].ID != 9 || rows[2].ID != 7 || rows[2].Reason != "It waits." || rows[2].At != core.At(morning) {
			t.Fatalf("got %+v, %v", rows, err)
		}
		if !reflect.DeepEqual(rows[2].Inbound, in) {
			t.Errorf("got %+v, want %+v", rows[2].Inbound, in)
		}
		var waits []store.Parked
		look := store.Job{Do: func(w *store.Work) (err error) { waits, err = w.ParkedFor(h.desk, "m1"); return err }}
		if h.must(h.do(look)); len(waits) != 2 || waits[0].ID != 7 || waits[1].ID != 9 {
			t.Errorf("for the message wait %+v", waits)
		}
		ripe := func(want ...int64) {
			t.Helper()
			rows, err := h.store.Ripe(ctx, 10)
			if err != nil || len(rows) != len(want) {
				t.Fatalf("got %+v, %v, want %v", rows, err, want)
			}
			for i, id := range want {
				if rows[i].ID != id {
					t.Errorf("got %+v, want %v", rows, want)
				}
			}
		}
		ripe()
		h.did(h.called(h.hear("carla", "hi"), "m1"))
		ripe(7, 9)
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.Unpark(7); return nil }}))
		ripe(9)
		for _, c := range []struct {
			before time.Duration
			left   int
		}{{0, 3}, {time.Microsecond, 1}, {2 * time.Hour, 0}} {
			if err := h.store.ForgetParked(ctx, core.At(morning.Add(c.before))); err != nil || h.count("parked") != c.left {
				t.Errorf("forgotten before %v: %v, left are %d, want %d", c.before, err, h.count("parked"), c.left)
			}
		}
	})
}

func TestHowChannelsFare(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		for _, lane := range []string{"a", "a", "b"} {
			h.must(h.do(h.owe(id, lane, "", 1)))
		}
		h.must(h.do(store.Job{Do: func(w *store.Work) error { return w.Park(5, core.Inbound{Channel: h.desk, Dedupe: "x"}, "x") }}))
		desk := core.Health{Channel: h.desk, State: core.Troubled, Reason: "No answer.", Since: 5, ReceivedAt: 6, SentAt: 7, ToldAt: 8}
		epoch, _, err := h.store.TakeLease(ctx, "one", "somebody", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		for _, state := range []core.HealthState{core.Running, core.Troubled} {
			told := desk
			told.State = state
			if err := h.store.PutHealth(ctx, told, "one", epoch); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.store.PutHealth(ctx, core.Health{Channel: h.desk, State: core.Running}, "one", epoch-1); core.KindOf(err) != core.Gone {
			t.Errorf("under an epoch that is over: got %v, want gone", err)
		}
		if got := h.store.RefusedWrites(); got != 1 {
			t.Errorf("got %d refused writes, want 1", got)
		}
		desk.Backlog, desk.Parked = 3, 1
		got, err := h.store.Healths(ctx)
		if want := []core.Health{desk, {Channel: h.shop}}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
}
