package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// owe adds a delivery about a message to a lane of the desk.
func (h *house) owe(id core.SessionID, lane, merge string, message core.EventID) store.Job {
	return store.Job{
		Touch: func(k *store.Keys) { k.Session(id); k.Lane(id) },
		Do: func(w *store.Work) error {
			return w.Owe(core.Delivery{
				Channel: h.desk, Lane: lane, Verb: core.OutEdit, Session: id, Message: message, Merge: merge, Rank: core.Rank(int64(message) % 3),
			}, "bucket of "+lane)
		},
	}
}

// lane does something to a lane that is there.
func (h *house) lane(lane string, do func(*store.Work, core.Lane) error) store.Job {
	return store.Job{Do: func(w *store.Work) error {
		l, err := w.Lane(h.desk, lane)
		if err != nil {
			return err
		}
		return do(w, l)
	}}
}

func claim(w *store.Work, l core.Lane) error {
	l.Sending, l.Epoch, l.Since = true, 3, w.Now()
	w.PutLane(l)
	return nil
}

func settle(w *store.Work, l core.Lane) error { return w.Settle(l) }

// row is a delivery as the table has it.
type row struct {
	Lane    string       `db:"lane"`
	No      int64        `db:"no"`
	Message core.EventID `db:"message"`
	Merge   string       `db:"merge"`
}

func (h *house) deliveries() (rows []row) {
	h.t.Helper()
	if err := h.store.Reading().Select(&rows, "SELECT lane, no, message, merge FROM deliveries ORDER BY channel, lane, no"); err != nil {
		h.t.Fatal(err)
	}
	return rows
}

func (h *house) lanes() map[string]core.Lane {
	h.t.Helper()
	var rows []core.Lane
	if err := h.store.Reading().Select(&rows, "SELECT * FROM lanes"); err != nil {
		h.t.Fatal(err)
	}
	lanes := map[string]core.Lane{}
	for _, l := range rows {
		lanes[l.Lane] = l
	}
	return lanes
}

func TestALaneIsDoneInOrderB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		var first, second core.Delivery
		head := func(into *core.Delivery) func(*store.Work, core.Lane) error {
			return func(w *store.Work, l core.Lane) (err error) { *into, err = w.Head(l); return err }
		}
		h.must(h.do(h.owe(id, "carla", "", 11)))
		h.clock.turn(1_000_000)
		h.group(h.owe(id, "carla", "", 12), h.owe(id, "carla", "", 13), h.owe(id, "dora", "", 14))
		want := core.Lane{Channel: h.desk, Lane: "carla", Bucket: "bucket of carla", LastNo: 3, Owed: 3, Rank: 11 % 3, DueAt: core.At(morning)}
		if got := h.lanes()["carla"]; got != want || got.Head() != 1 {
			t.Errorf("got %+v, want %+v", got, want)
		}
		h.must(h.do(h.lane("carla", claim)))
		h.must(h.do(h.lane("carla", head(&first))))
		h.must(h.do(h.lane("carla", settle)))
		h.must(h.do(h.lane("carla", head(&second))))
		if first.No != 1 || first.Message != 11 || first.OwedAt != core.At(morning) || second.No != 2 || second.Message != 12 || second.OwedAt != core.At(h.clock.now()) {
			t.Errorf("got %+v and %+v", first, second)
		}
		want.Owed, want.Rank, want.DueAt, want.Epoch = 2, 12%3, core.At(h.clock.now()), 3
		if got := h.lanes()["carla"]; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		h.group(h.lane("carla", settle), h.lane("carla", settle))
		if got := h.lanes(); len(got) != 1 || got["dora"].Owed != 1 {
			t.Errorf("an empty lane is there: %+v", got)
		}
		if _, err := h.do(h.lane("carla", settle)); core.KindOf(err) != core.NotFound {
			t.Errorf("nothing is owed: got %v, want not found", err)
		}
		if got := h.deliveries(); len(got) != 1 || got[0].Lane != "dora" {
			t.Errorf("got %+v", got)
		}
		h.healthy()
	})
}

func TestALaneEmptiedAndFilledInOneGroup(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		h.must(h.do(h.owe(id, "carla", "", 11)))
		for i, r := range h.group(h.lane("carla", settle), h.owe(id, "carla", "", 12), h.lane("carla", claim)) {
			if r.err != nil {
				t.Fatalf("job %d: %v", i, r.err)
			}
		}
		if got := h.deliveries(); len(got) != 1 || got[0].Message != 12 || got[0].No != 2 {
			t.Errorf("got %+v", got)
		}
		if got := h.lanes()["carla"]; got.Owed != 1 || got.Head() != 2 || !got.Sending {
			t.Errorf("got %+v", got)
		}
		// Filled and emptied before it was ever stored.
		for i, r := range h.group(h.owe(id, "new", "", 13), h.lane("new", settle), h.owe(id, "again", "", 14), h.lane("again", settle), h.owe(id, "again", "", 15)) {
			if r.err != nil {
				t.Fatalf("job %d: %v", i, r.err)
			}
		}
		if got := h.lanes(); len(got) != 2 || got["again"].Owed != 1 {
			t.Errorf("got %+v", got)
		}
		if got := h.deliveries(); len(got) != 2 || got[0].Message != 15 {
			t.Errorf("got %+v", got)
		}
		h.healthy()
	})
}

// A delivery may be owed about the message that the same job has just appended, which has no id yet.
func TestOwedWithItsMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		carla, dora := h.wrote("carla", "hi"), h.wrote("dora", "hi")
		said := func(id core.SessionID, text string) store.Job {
			return then(h.say(h.anna, id, text), h.owe(id, text, "", 0).Do)
		}
		results := h.group(said(carla, "one"), h.note(h.anna, carla, "between"), then(said(dora, "two"), refuse), said(dora, "three"), said(carla, "four"))
		for _, i := range []int{0, 3, 4} {
			e := results[i].commit.Events[0]
			rows := slices.DeleteFunc(h.deliveries(), func(r row) bool { return r.Lane != e.Text })
			if len(rows) != 1 || rows[0].Message != e.ID {
				t.Errorf("%q is message %d: got %+v", e.Text, int64(e.ID), rows)
			}
		}
		if got := h.deliveries(); len(got) != 3 {
			t.Errorf("got %+v", got)
		}
		h.mu.Lock()
		rung := h.published[len(h.published)-1].Owed
		h.mu.Unlock()
		if !slices.Equal(rung, []core.ChannelID{h.desk}) {
			t.Errorf("the bell rings for %v", rung)
		}
		h.healthy()
	})
}

func TestLikeIsOwedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		steps := []struct {
			name string
			jobs []store.Job
			want []string
		}{
			{"the same twice in a group", []store.Job{h.owe(id, "l", "a", 1), h.owe(id, "l", "a", 1)}, []string{"a"}},
			{"again, and another", []store.Job{h.owe(id, "l", "a", 1), h.owe(id, "l", "b", 1)}, []string{"a", "b"}},
			{"without a name, each counts", []store.Job{h.owe(id, "l", "", 1), h.owe(id, "l", "", 1)}, []string{"a", "b", "", ""}},
			{"in another lane", []store.Job{h.owe(id, "m", "a", 1)}, []string{"a", "b", "", "", "a"}},
			{"the head is under way", []store.Job{h.lane("l", claim), h.owe(id, "l", "a", 1), h.owe(id, "l", "a", 1), h.owe(id, "l", "b", 1)}, []string{"a", "b", "", "", "a", "a"}},
			{"the head is done", []store.Job{h.lane("l", settle), h.owe(id, "l", "a", 1), h.owe(id, "l", "b", 1)}, []string{"b", "", "", "a", "a"}},
			{"the head has done a step", []store.Job{h.lane("l", func(w *store.Work, l core.Lane) error {
				l.Step = 1
				w.PutLane(l)
				return nil
			}), h.owe(id, "l", "b", 1), h.owe(id, "l", "b", 1)}, []string{"b", "", "", "a", "b", "a"}},
			{"its like is settled in the group", []store.Job{h.lane("l", settle), h.lane("l", settle), h.lane("l", settle), h.lane("l", settle), h.owe(id, "l", "a", 1)}, []string{"b", "a", "a"}},
		}
		for _, s := range steps {
			for i, r := range h.group(s.jobs...) {
				if r.err != nil {
					t.Fatalf("%s: job %d: %v", s.name, i, r.err)
				}
			}
			var got []string
			for _, r := range h.deliveries() {
				got = append(got, r.Merge)
			}
			if !slices.Equal(got, s.want) {
				t.Fatalf("%s: got %q, want %q", s.name, got, s.want)
			}
			h.healthy()
		}
	})
}

// Random groups of what deeds and the outbox do to lanes leave what a list of lists has.
func TestLanesAgainstAModel(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		type item struct {
			message core.EventID
			merge   string
		}
		type line struct {
			items []item
			begun bool
		}
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			model := map[string]line{}
			var message core.EventID
			for range rapid.IntRange(1, 4).Draw(rt, "groups") {
				var jobs []store.Job
				var wants []bool // whether the job succeeds
				for range rapid.IntRange(1, 7).Draw(rt, "jobs") {
					name := fmt.Sprint(run, rapid.SampledFrom([]string{" a", " b"}).Draw(rt, "lane"))
					l := model[name]
					message++
					var j store.Job
					ok := len(l.items) > 0
					switch rapid.SampledFrom([]string{"owe", "owe", "owe", "claim", "settle", "step"}).Draw(rt, "verb") {
					case "owe":
						it := item{message, rapid.SampledFrom([]string{"", "x", "y"}).Draw(rt, "merge")}
						j, ok = h.owe(id, name, it.merge, it.message), true
						waiting := l.items
						if l.begun {
							waiting = waiting[1:]
						}
						if it.merge == "" || !slices.ContainsFunc(waiting, func(o item) bool { return o.merge == it.merge }) {
							l.items = append(slices.Clone(l.items), it)
						}
					case "claim":
						j, l.begun = h.lane(name, claim), true
					case "step":
						j, l.begun = h.lane(name, func(w *store.Work, l core.Lane) error { l.Sending, l.Step = false, 1; w.PutLane(l); return nil }), true
					case "settle":
						j, l.begun = h.lane(name, settle), false
						if ok {
							l.items = l.items[1:]
						}
					}
					if ok && rapid.IntRange(0, 4).Draw(rt, "refused") == 0 {
						j, ok = then(j, refuse), false
					}
					if ok {
						model[name] = l
					}
					jobs, wants = append(jobs, j), append(wants, ok)
				}
				for i, r := range h.group(jobs...) {
					if (r.err == nil) != wants[i] {
						rt.Fatalf("job %d: got %v, want success %v", i, r.err, wants[i])
					}
				}
				lanes, rows := h.lanes(), h.deliveries()
				for name, l := range model {
					var got []item
					for _, r := range rows {
						if r.Lane == name {
							got = append(got, item{r.Message, r.Merge})
						}
					}
					kept, there := lanes[name]
					if !slices.Equal(got, l.items) || there != (len(l.items) > 0) || kept.Owed != int64(len(l.items)) ||
						there && (kept.Sending || kept.Step > 0) != l.begun {
						rt.Fatalf("lane%s: got %+v with %+v, want %+v", name, got, kept, l)
					}
				}
			}
			h.healthy()
		})
	})
}

// Two nodes owe into the same lanes and settle their heads: nothing is lost, doubled, or counted wrong.
func TestLanesOfTwoNodes(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	a := open(t, url)
	b := node(t, url, 10_000_000)
	id := a.wrote("carla", "hi")
	other := a.wrote("dora", "hi")
	var owed, settled atomic.Int64
	var wait sync.WaitGroup
	for n, h := range []*house{a, b} {
		for worker := range 3 {
			wait.Go(func() {
				for i := range 60 {
					lane, from := fmt.Sprint("lane ", i%2), id
					if worker == 1 { // a deed on an ended session of the same conversation
						from = other
					}
					var err error
					if worker == 2 {
						_, err = h.do(h.lane(lane, settle))
						if err == nil {
							settled.Add(1)
						}
					} else {
						_, err = h.do(h.owe(from, lane, "", core.EventID(1+n*1000+i)))
						if err == nil {
							owed.Add(1)
						}
					}
					if err != nil && core.KindOf(err) != core.NotFound {
						t.Errorf("node %d: %v", n, err)
					}
				}
			})
		}
	}
	wait.Wait()
	if got := int64(len(a.deliveries())); owed.Load() != 240 || settled.Load() == 0 || got != owed.Load()-settled.Load() {
		t.Errorf("%d owed, %d settled, and %d are there", owed.Load(), settled.Load(), got)
	}
	a.healthy()
}

// What the outbox reads: the lanes that are due, by rank and time, and their heads with all that is needed.
func TestWhatIsDue(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		if next, err := h.store.NextDue(ctx, h.desk, true); err != nil || next != 0 {
			t.Errorf("nothing owed: got %v, %v", next, err)
		}
		id := h.wrote("carla", "hi")
		answer := h.did(h.say(h.anna, id, "hello"))
		for i, lane := range []string{"cards", "copies", "words", "later words", "under way"} {
			h.must(h.do(h.owe(id, lane, "", answer.ID)))
			h.must(h.do(h.lane(lane, func(w *store.Work, l core.Lane) error {
				l.Rank, l.DueAt, l.Sending = []core.Rank{2, 1, 0, 0, 0}[i], w.Now().Add([]time.Duration{0, 0, 5 * time.Microsecond, 10 * time.Microsecond, 0}[i]), i == 4
				w.PutLane(l)
				return nil
			})))
		}
		names := func(lanes []core.Lane, err error) (names []string) {
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lanes {
				names = append(names, l.Lane)
			}
			return names
		}
		now := core.At(morning)
		for _, c := range []struct {
			at    core.Time
			limit int
			want  []string
		}{
			{now - 1, 9, nil}, {now, 9, []string{"copies", "cards"}}, {now.Add(5 * time.Microsecond), 9, []string{"words", "copies", "cards"}},
			{now.Add(time.Hour), 9, []string{"words", "later words", "copies", "cards"}}, {now.Add(time.Hour), 2, []string{"words", "later words"}},
		} {
			if got := names(h.store.Due(ctx, h.desk, c.at, c.limit, c.limit)); !slices.Equal(got, c.want) {
				t.Errorf("at %s: got %q, want %q", c.at, got, c.want)
			}
		}
		if got := names(h.store.Due(ctx, h.shop, now.Add(time.Hour), 9, 9)); len(got) != 0 {
			t.Errorf("another channel's: got %q", got)
		}
		if got := names(h.store.UnderWay(ctx, h.desk, 9)); !slices.Equal(got, []string{"under way"}) {
			t.Errorf("under way: got %q", got)
		}
		if next, err := h.store.NextDue(ctx, h.desk, true); err != nil || next != now {
			t.Errorf("got %v, %v", next, err)
		}
		if n, err := h.store.Backlog(ctx, h.desk); err != nil || n != 5 {
			t.Errorf("got %d, %v", n, err)
		}
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			return errors.Join(w.AddPartOf(core.Delivery{Message: answer.ID, Channel: h.desk}, "", "p1"), w.AddPartOf(core.Delivery{Message: answer.ID, Channel: h.desk}, "", "p0"))
		}}))
		tasks, err := h.store.Tasks(ctx, h.desk, []string{"words", "cards", "nothing"})
		if err != nil || len(tasks) != 2 || tasks[0].Message.Text != "hello" || tasks[0].Conversation != "carla" || tasks[0].No != 1 || tasks[0].Session != id {
			t.Errorf("got %+v, %v", tasks, err)
		}
	})
}
