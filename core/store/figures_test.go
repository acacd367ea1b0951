package store_test

import (
	"reflect"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestFiguresAreOfWhatIsOpenAndOwedH4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		figures := func() core.Figures {
			t.Helper()
			f, err := h.store.Figures(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if head, err := h.store.LogHead(ctx); err != nil || f.Head != head {
				t.Errorf("head: got %d, want %d, %v", f.Head, head, err)
			}
			f.Head = 0
			return f
		}
		empty := core.Figures{
			Queues:   []core.QueueFigure{{Department: "sales"}, {Department: "support"}},
			Channels: []core.ChannelFigure{{Channel: "desk", Kind: "widget"}, {Channel: "shop", Kind: "widget"}},
		}
		if got := figures(); !reflect.DeepEqual(got, empty) {
			t.Errorf("before: got %+v, want %+v", got, empty)
		}

		first := h.wrote("visitor 1", "Hello")
		h.clock.turn(time.Minute)
		taken := h.wrote("visitor 2", "Hello")
		h.must(h.do(h.take(h.anna, taken)))
		ended := h.wrote("visitor 3", "Hello")
		h.must(h.do(h.end(ended)))
		epoch, _, err := h.store.TakeLease(ctx, "desk", "one", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.store.PutHealth(ctx, core.Health{Channel: h.desk, State: core.Troubled}, "desk", epoch); err != nil {
			t.Fatal(err)
		}
		h.must(h.do(h.owe(first, "one", "", 0)))
		h.clock.turn(time.Minute)
		h.must(h.do(h.owe(first, "one", "", 0)))
		h.must(h.do(h.owe(first, "two", "", 0)))
		h.change("UPDATE lanes SET sending = TRUE WHERE lane = 'two'")
		want := core.Figures{
			Sessions: []core.SessionsFigure{{Department: "support", State: core.Active, Sessions: 1}, {Department: "support", State: core.Waiting, Sessions: 1}},
			Queues:   []core.QueueFigure{{Department: "sales"}, {Department: "support", Since: core.At(morning)}},
			Channels: []core.ChannelFigure{
				{Channel: "desk", Kind: "widget", State: core.Troubled, Owed: 3, Sending: 1, Since: core.At(morning.Add(time.Minute))},
				{Channel: "shop", Kind: "widget"},
			},
		}
		if got := figures(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		h.change("UPDATE lanes SET attempts = 2 WHERE lane = 'one'")
		if got := figures().Channels[0].Retrying; got != 1 {
			t.Errorf("retrying: got %d, want 1", got)
		}
	})
}

// A key that is good for one thing is good for nothing else.
func TestAKeyOfAScope(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		scoped, whole := core.NewToken(), core.NewToken()
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.AddKey(core.KeyID(h.id()), h.anna.Agent.ID, core.HashToken(scoped), "prometheus", core.MetricsScope)
			w.AddKey(core.KeyID(h.id()), h.anna.Agent.ID, core.HashToken(whole), "robot", core.AllScope)
			return nil
		}}))
		_, err := h.store.ActorByKey(ctx, scoped)
		for what, got := range map[string]error{"the scoped key for all": err, "the whole key for metrics": h.store.Scoped(ctx, whole, core.MetricsScope)} {
			if core.KindOf(got) != core.Unauthorized {
				t.Errorf("%s: got %v, want %s", what, got, core.Unauthorized)
			}
		}
		if err := h.store.Scoped(ctx, scoped, core.MetricsScope); err != nil {
			t.Errorf("the scoped key for metrics: %v", err)
		}
		h.change("UPDATE agents SET disabled_at = 1 WHERE id = 11")
		if err := h.store.Scoped(ctx, scoped, core.MetricsScope); core.KindOf(err) != core.Unauthorized {
			t.Errorf("the key of who is disabled: got %v, want %s", err, core.Unauthorized)
		}
	})
}
