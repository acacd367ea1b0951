package store_test

import (
	"fmt"
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
			return core.Figures{Sessions: f.Sessions, Queues: f.Queues, Channels: f.Channels}
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

func TestFiguresOfWhatOtherSystemsAreToHaveH4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		figures := func() core.Figures {
			t.Helper()
			f, err := h.store.Figures(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return core.Figures{Bindings: f.Bindings, Hooks: f.Hooks, Rules: f.Rules, Followed: f.Followed}
		}
		h.wrote("visitor 1", "Hello")
		h.change("UPDATE search SET seen = (SELECT max(id) FROM log) - 1")
		empty := core.Figures{
			Bindings: []core.BindingFigure{{Binding: "parley", Kind: "parley"}},
			Followed: []core.FollowedFigure{{Follower: "hooks"}, {Follower: "rules"}, {Follower: "search", Behind: 1}},
		}
		if got := figures(); !reflect.DeepEqual(got, empty) {
			t.Errorf("before: got %+v, want %+v", got, empty)
		}

		elsewhere := contact
		elsewhere.ID, elsewhere.Name, elsewhere.Use = 501, "Complaint", core.UseRecord
		h.types(contact, elsewhere)
		binding := func(id core.BindingID, name string, removed core.Time) {
			h.must(h.do(store.Job{Do: func(w *store.Work) error {
				w.PutBinding(core.Binding{ID: id, Name: name, Provider: "webhook", RemovedAt: removed})
				return nil
			}}))
		}
		binding(21, "parley", 0)
		binding(22, "crm", 0)
		for i := range core.BindingID(2) {
			binding(23+i, "crm", 5)
		}
		for i, c := range []struct {
			binding core.BindingID
			state   core.RecordState
		}{
			{0, core.RecordKept}, {21, core.RecordParked}, {22, core.RecordOwed}, {22, core.RecordOwed}, {22, core.RecordParked}, {23, core.RecordOwed}, {24, core.RecordOwed},
		} {
			elsewhere.Binding = c.binding
			r := h.keep(elsewhere, core.FieldValues{"name": "Ada"})
			r.State, r.ChangedAt = c.state, core.Time(10-i)
			h.put(r)
		}
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.PutHook(core.Hook{ID: 31, Name: "on", EnabledAt: 1})
			w.PutHook(core.Hook{ID: 32, Name: "off"})
			w.PutRecordRule(core.RecordRule{ID: 41, Department: h.support, Type: elsewhere.ID, Name: "on", EnabledAt: 1, Version: 1})
			w.PutRecordRule(core.RecordRule{ID: 42, Department: h.support, Type: elsewhere.ID, Name: "again", EnabledAt: 1, Version: 1})
			w.PutRecordRule(core.RecordRule{ID: 43, Department: h.support, Type: elsewhere.ID, Name: "off", Version: 1})
			for range 2 {
				w.FailRecordRule(41, core.RuleFault{Reason: "x"})
				w.FailRecordRule(42, core.RuleFault{Reason: "x"})
				w.FailRecordRule(43, core.RuleFault{Reason: "x"})
			}
			return nil
		}}))
		const call = `INSERT INTO hook_calls (no, hook, id, event, about, session, body, state, owed_at, since, due_at, attempts, tried_at, took, status, answer, reason)
			VALUES (?, 31, ?, '', 0, 0, '', ?, 1, ?, 0, 0, 0, 0, 0, '', '')`
		for i, state := range []core.HookState{core.HookDelivered, core.HookOwed, core.HookOwed, core.HookParked} {
			h.change(call, i, fmt.Sprint("call ", i), string(state), 10-i)
		}
		h.wrote("visitor 2", "Hello")
		h.change("UPDATE hook_cursor SET seen = (SELECT max(id) FROM log) - 2")
		h.change("UPDATE rule_cursor SET seen = (SELECT max(id) FROM log)")
		h.change("UPDATE search SET seen = (SELECT max(id) FROM log)")
		want := core.Figures{
			Bindings: []core.BindingFigure{
				{Binding: "parley", Kind: "parley"}, {Binding: "removed", Kind: "removed", Owed: 2, Since: 4}, {Binding: "crm", Kind: "webhook", Owed: 2, Parked: 1, Since: 7},
				{Binding: "parley", Kind: "webhook", Parked: 1},
			},
			Hooks:    []core.HookFigure{{Hook: "off"}, {Hook: "on", Owed: 2, Parked: 1, Since: 8}},
			Rules:    []core.RulesFigure{{Department: "support", Failures: 4}},
			Followed: []core.FollowedFigure{{Follower: "hooks", Behind: 2}, {Follower: "rules"}, {Follower: "search"}},
		}
		if got := figures(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		h.change("UPDATE hooks SET enabled_at = 0")
		h.change("UPDATE record_rules SET enabled_at = 0")
		if got := figures(); got.Followed[0].Behind != 0 || got.Rules[0].Failures != 0 {
			t.Errorf("switched off: got %+v and %+v", got.Followed, got.Rules)
		}
		h.crowd(core.MaxFigure + 100)
		h.change("UPDATE records SET binding = 22, state = 'owed' WHERE form LIKE 'crowd %'")
		if got := figures().Bindings[2].Owed; got != core.MaxFigure {
			t.Errorf("very many: got %d, want %d", got, core.MaxFigure)
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
