package hub

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// set gives the room A other settings.
func (o *office) set(replies core.Replies, hold time.Duration) {
	o.t.Helper()
	f := core.Surface{Channel: o.slack, Room: "A", Department: o.support, Replies: replies, Hold: hold}
	if err := o.hub.AddSurface(context.Background(), f); err != nil {
		o.t.Fatal(err)
	}
}

// due tells whether a customer's lane may be tried so long after its head was owed.
func (o *office) due(conversation string, after time.Duration) bool {
	o.t.Helper()
	var head core.Delivery
	o.work(func(w *store.Work) error {
		l, err := w.Lane(o.channel, conversation)
		if err != nil {
			return err
		}
		head, err = w.Head(l)
		return err
	})
	lanes := must(o.store.Due(context.Background(), o.channel, head.OwedAt.Add(after), 100, 100))
	return slices.ContainsFunc(lanes, func(l core.Lane) bool { return l.Lane == conversation })
}

// begins marks a customer's lane as under way, as the outbox does.
func (o *office) begins(conversation string) {
	o.t.Helper()
	o.work(func(w *store.Work) error {
		l, err := w.Lane(o.channel, conversation)
		l.Sending = true
		w.PutLane(l)
		return err
	})
}

func TestWhatIsHeldBackIsSentLaterS4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A", "B")
		ctx := context.Background()
		o.set(core.RepliesOut, 3*time.Second)
		id := o.write("carla", "hi")
		said := func(room core.RemoteID, key, text string) core.Event {
			t.Helper()
			return must(o.desk.Do(ctx, o.anna, core.Say{Session: id, Text: text}, at(room, room+"/"+core.RemoteID(key)), key)).Event
		}
		held := said("A", "1", "held")
		if held.Audience != core.Everyone || o.at(held.ID).State != core.Queued || o.due("carla", 3*time.Second-time.Microsecond) || !o.due("carla", 3*time.Second) {
			t.Errorf("got %+v, due is wrong", held)
		}
		must(o.desk.Do(ctx, o.anna, core.Edit{Session: id, Message: held.ID, Text: "edited"}, at("A", ""), "1/e"))
		o.owes("carla", item(core.OutSend, held.ID)) // it goes as it then stands
		next := said("A", "2", "next")
		o.work(func(w *store.Work) error {
			l, err := w.Lane(o.channel, "carla")
			if err != nil {
				return err
			}
			return w.Settle(l)
		})
		if o.due("carla", 3*time.Second-time.Microsecond) || !o.due("carla", 3*time.Second) {
			t.Error("what follows is not held back")
		}
		o.begins("carla")
		must(o.desk.Do(ctx, o.anna, core.Edit{Session: id, Message: next.ID, Text: "too late"}, at("A", ""), "2/e"))
		o.owes("carla", item(core.OutSend, next.ID), item(core.OutEdit, next.ID))

		for name, say := range map[string]func(core.SessionID) error{
			"another room": func(s core.SessionID) error {
				_, err := o.desk.Do(ctx, o.anna, core.Say{Session: s, Text: "x"}, at("B", "B/7"), "7")
				return err
			},
			"the workspace": func(s core.SessionID) error { return o.tries(o.anna, core.Say{Session: s, Text: "x"}) },
			"a window": func(s core.SessionID) error {
				_, err := o.desk.Do(ctx, o.anna, core.Say{Session: s, Text: "x"}, core.Said{}, "8")
				return err
			},
		} {
			if err := say(o.write(name, "hi")); err != nil || !o.due(name, 0) {
				t.Errorf("%s holds back, or %v", name, err)
			}
		}
		o.healthy()
	})
}

// Where the customer's channel pulls, nothing is owed, and nothing can be held back.
func TestVisitorsSeeWhatIsHeldBackAtOnceS4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A")
		o.capable = core.Capabilities{Pulls: true}
		o.set(core.RepliesOut, 10*time.Second)
		id := o.write("carla", "hi")
		e := must(o.desk.Do(context.Background(), o.anna, core.Say{Session: id, Text: "x"}, at("A", "A/1"), "1")).Event
		seen := must(o.store.ConversationAfter(context.Background(), o.channel, "carla", 0, 100))
		if o.owes("carla"); e.State != "" || !slices.ContainsFunc(seen, func(s core.Event) bool { return s.ID == e.ID }) {
			t.Errorf("got %+v among %+v", e, seen)
		}
	})
}

// After a try that failed a part may be at the customer, so an edit is owed as ever.
func TestAnEditAfterATryIsOwed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A")
		for name, change := range map[string]func(*core.Lane){
			"a try": func(l *core.Lane) { l.Attempts = 1 }, "a step": func(l *core.Lane) { l.Step = 1 }, "under way": func(l *core.Lane) { l.Sending = true },
		} {
			customer := "carla " + name
			id := o.write(customer, "hi")
			m := o.says(o.anna, id, "x")
			o.work(func(w *store.Work) error {
				l, err := w.Lane(o.channel, customer)
				change(&l)
				w.PutLane(l)
				return err
			})
			o.do(o.anna, core.Edit{Session: id, Message: m, Text: "y"})
			if got := o.owed(customer); !slices.Equal(got, []string{item(core.OutSend, m), item(core.OutEdit, m)}) {
				t.Errorf("%s: owed is %q", name, got)
			}
		}
		o.write("dora", "hi")
		id := o.write("dora", "again")
		first := o.says(o.anna, id, "x")
		o.deliver("dora", core.MaySent, "part 1")
		o.do(o.anna, core.Retry{Session: id, Message: first})
		o.do(o.anna, core.Edit{Session: id, Message: first, Text: "y"})
		o.owes("dora", item(core.OutSend, first), item(core.OutEdit, first))
	})
}

func TestARoomsSettingsS4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A", "B")
		ctx := context.Background()
		is := func(room core.RemoteID, replies core.Replies, hold time.Duration) {
			t.Helper()
			if got, err := o.desk.Surface(ctx, room); err != nil || got.Replies != replies || got.Hold != hold || got.Room != room || got.Channel != o.slack {
				t.Errorf("got %+v, %v, want %s, %s", got, err, replies, hold)
			}
		}
		is("A", core.RepliesOut, 0)
		o.set(core.RepliesInside, 10*time.Second)
		is("A", core.RepliesInside, 10*time.Second)
		is("B", core.RepliesOut, 0)
		if err := o.hub.AddSurface(ctx, core.Surface{Channel: o.slack, Room: "A", Department: o.sales, Replies: core.RepliesInside, Hold: time.Second}); err != nil {
			t.Fatal(err)
		}
		for _, f := range must(o.store.Surfaces(ctx)) {
			if f.Room == "A" && (f.Replies != core.RepliesInside || f.Hold != time.Second) {
				t.Errorf("one department's differ: %+v", f)
			}
		}
		var e *core.Error
		for field, f := range map[string]core.Surface{
			"replies": {Channel: o.slack, Room: "A", Department: o.support, Replies: "both"},
			"hold":    {Channel: o.slack, Room: "A", Department: o.support, Hold: 10*time.Second + 1},
		} {
			if err := o.hub.AddSurface(ctx, f); !errors.As(err, &e) || e.Kind != core.Invalid || e.Field != field {
				t.Errorf("%s: got %v, want invalid", field, err)
			}
		}
		is("A", core.RepliesInside, time.Second)
		for _, d := range []core.DepartmentID{o.support, o.sales} {
			if err := o.hub.RemoveSurface(ctx, core.Surface{Channel: o.slack, Room: "A", Department: d}); err != nil {
				t.Fatal(err)
			}
		}
		for name, desk := range map[string]core.Desk{"removed": o.desk, "of another channel": o.hub.Desk(o.channel)} {
			if _, err := desk.Surface(ctx, "A"); core.KindOf(err) != core.NotFound {
				t.Errorf("%s: got %v, want not found", name, err)
			}
		}
	})
}
