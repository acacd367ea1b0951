package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func in(room, thread core.RemoteID) core.Address {
	return core.Address{Conversation: room, Thread: thread}
}

func (h *house) thread(id core.SessionID, room, thread core.RemoteID) {
	h.t.Helper()
	h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error {
		w.AddThread(id, slack, in(room, thread), s.LastSeq)
		return nil
	})))
}

func (h *house) lose(room, thread core.RemoteID) {
	h.t.Helper()
	h.must(h.do(store.Job{Do: func(w *store.Work) error { w.LoseThread(slack, in(room, thread)); return nil }}))
}

// task gives the head of what is owed to a session's thread in a room.
func (h *house) task(id core.SessionID, room core.RemoteID) store.Task {
	h.t.Helper()
	tasks, err := h.store.Tasks(ctx, slack, []string{id.String() + "/" + string(room)})
	if err != nil || len(tasks) != 1 {
		h.t.Fatalf("got %+v, %v, want one task", tasks, err)
	}
	return tasks[0]
}

// shown notes that a message has a part in a room, as when it was copied there.
func (h *house) shown(m core.Event, room, part core.RemoteID) {
	h.t.Helper()
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		return w.AddPartOf(core.Delivery{Message: m.ID, Channel: slack, Room: room}, "", part)
	}}))
}

func TestWhereASessionIsShownS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A", "B")
		id, other := h.wrote("carla", "hi"), h.wrote("dora", "hi")
		shows := func(when string, a, b core.RemoteID) {
			t.Helper()
			if got, elsewhere := h.task(id, "A").Thread, h.task(id, "B").Thread; got != a || elsewhere != b {
				t.Errorf("%s: got %q and %q, want %q and %q", when, got, elsewhere, a, b)
			}
		}
		shows("at first", "", "")
		h.thread(id, "A", "1")
		shows("made in one room", "1", "")
		h.thread(other, "A", "1") // a name that is known stays with its first session
		h.thread(other, "A", "9")
		h.thread(id, "B", "1")
		shows("made in both", "1", "1")
		h.lose("A", "1")
		h.lose("A", "no such thread")
		shows("lost in one", "", "1")
		h.clock.turn(time.Second)
		h.thread(id, "A", "2")
		shows("made anew", "2", "1")
		h.lose("A", "2")
		h.clock.turn(-time.Minute) // on a node whose clock is behind
		h.thread(id, "A", "3")
		shows("made anew, by a clock that is behind", "3", "1")
		if got := h.task(other, "A").Thread; got != "9" {
			t.Errorf("another session's: got %q", got)
		}
		for _, c := range []struct {
			name    string
			channel core.ChannelID
			at      core.Address
			want    core.SessionID
		}{
			{"its thread", slack, in("A", "3"), id}, {"a lost one", slack, in("A", "1"), id}, {"another lost one", slack, in("A", "2"), id},
			{"in the other room", slack, in("B", "1"), id}, {"another session's", slack, in("A", "9"), other},
			{"no thread", slack, in("A", ""), 0}, {"not in this room", slack, in("B", "3"), 0}, {"not on this channel", h.desk, in("A", "3"), 0},
		} {
			got, err := h.store.ThreadSession(ctx, c.channel, c.at)
			if got != c.want || (c.want == 0) != (core.KindOf(err) == core.NotFound) || c.want != 0 && err != nil {
				t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
			}
		}
	})
}

// A message is at its customer's and in two rooms, all of one channel: each place has its own parts, counted for itself.
func TestPartsOfAMessageInManyPlacesS2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		id := h.wrote("carla", "hi")
		m := h.did(h.say(h.anna, id, "hello"))
		owe := func(w *store.Work, room core.RemoteID, verb core.OutVerb, about core.EventID) error {
			return w.Owe(core.Delivery{Channel: slack, Lane: string(verb) + " to " + string(room), Room: room, Verb: verb, Session: id, Message: about}, "bucket")
		}
		part := func(room, remote core.RemoteID) store.Job {
			return store.Job{Do: func(w *store.Work) error {
				return w.AddPartOf(core.Delivery{Message: m.ID, Channel: slack, Room: room}, "", remote)
			}}
		}
		for _, r := range h.group(part("A", "a/1"), part("", "c2"), part("B", "b/1"), then(part("A", "no"), refuse), part("", "c1"), part("A", "a/0")) {
			if r.err != nil && !errors.Is(r.err, errRefused) {
				t.Fatal(r.err)
			}
		}
		h.must(h.do(part("B", "b/0"))) // after those of another group
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			return w.AddPartOf(core.Delivery{Message: m.ID, Channel: h.desk}, "", "elsewhere")
		}}))
		answer := h.did(h.happens(id, core.Event{Kind: core.EventMessage, Audience: core.AgentsOnly, ActorKind: core.ByAgent, Text: "re", About: m.ID}))
		var rooms [3][]core.RemoteID
		h.must(h.do(store.Job{Do: func(w *store.Work) (err error) {
			for i, room := range []core.RemoteID{"", "A", "B"} {
				d := core.Delivery{Message: m.ID, Channel: slack, Room: room}
				if rooms[i], err = w.Parts(d); err != nil {
					return err
				}
				if err := errors.Join(owe(w, room, core.OutEdit, m.ID), owe(w, room, core.OutSend, answer.ID)); err != nil {
					return err
				}
			}
			return errors.Join(owe(w, "C", core.OutEdit, m.ID), owe(w, "C", core.OutSend, answer.ID))
		}}))
		for i, c := range []struct {
			room core.RemoteID
			want []core.RemoteID
		}{{"", []core.RemoteID{"c2", "c1"}}, {"A", []core.RemoteID{"a/1", "a/0"}}, {"B", []core.RemoteID{"b/1", "b/0"}}, {"C", nil}} {
			if i < len(rooms) && !slices.Equal(rooms[i], c.want) {
				t.Errorf("%q: got the parts %v, want %v", c.room, rooms[i], c.want)
			}
			tasks, err := h.store.Tasks(ctx, slack, []string{"edit to " + string(c.room), "send to " + string(c.room)})
			if err != nil || len(tasks) != 2 {
				t.Fatalf("got %+v, %v", tasks, err)
			}
			var first core.RemoteID
			if len(c.want) > 0 {
				first = c.want[0]
			}
			for _, task := range tasks {
				switch {
				case task.Room != c.room:
					t.Errorf("%q: owed to %q", c.room, task.Room)
				case task.Verb == core.OutEdit && (!slices.Equal(task.Parts, c.want) || task.ReplyTo != ""):
					t.Errorf("%q: got the parts %v and %q, want %v", c.room, task.Parts, task.ReplyTo, c.want)
				case task.Verb == core.OutSend && (len(task.Parts) != 0 || task.ReplyTo != first):
					t.Errorf("%q: got %v, about %q, want it about %q", c.room, task.Parts, task.ReplyTo, first)
				}
			}
			if n := h.count("parts WHERE message = ? AND room = ? AND channel = ? AND no >= 2", m.ID, c.room, slack); n != 0 {
				t.Errorf("%q: parts are not counted from nought", c.room)
			}
		}
	})
}

// A new thread begins with what was said before and does not follow by itself: after a loss, a transfer, where a room shows them only now.
func TestWhatAThreadBeginsWithS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A", "B")
		id := h.wrote("carla", "not copied yet")
		var all []core.Event
		for n := range 14 {
			all = append(all, h.did(h.hear("carla", fmt.Sprint("message ", n))))
			if n != 5 {
				h.shown(all[n], "A", core.RemoteID(fmt.Sprint("A/", n)))
			}
			h.shown(all[n], "B", core.RemoteID(fmt.Sprint("B/", n)))
		}
		h.shown(all[7], "A", "A/7, its second part")
		note := h.did(said(h.note(h.anna, id, "said there"), "A", "A/said"))
		h.shown(h.did(h.hear("dora", "another session's")), "A", "A/dora")
		gone, changed := all[13], all[12]
		gone.DeletedAt, changed.Text = 7, "as it is now"
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutMessage(gone); w.PutMessage(changed); return nil }}))
		recent := func(when string, room core.RemoteID, want ...string) {
			t.Helper()
			var got []string
			for _, e := range h.task(id, room).Recent {
				got = append(got, e.Text)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
		}
		recent("while all is owed", "A", note.Text)
		h.change("DELETE FROM deliveries WHERE verb = 'send' AND room = 'A' AND message NOT IN (?, ?)", all[0].ID-1, all[5].ID)
		want := []string{"message 3", "message 4", "message 6", "message 7", "message 8", "message 9", "message 10", "message 11", "as it is now", note.Text}
		recent("before there was a thread", "A", want...)
		h.thread(id, "A", "1")
		recent("while there is one", "A")
		h.lose("A", "1")
		recent("after its loss", "A", want...)
		recent("where all is owed still", "B")
		h.clock.turn(time.Second)
		h.thread(id, "A", "2")
		recent("with another", "A")
	})
}

func TestWhatACardShowsS1(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A")
		id := h.wrote("carla", "hi")
		want := core.Card{
			Session: id, Number: 1, Department: h.support, Team: "Support", Channel: "desk", Kind: "widget", Customer: "carla", State: core.Waiting, Version: 1,
			LastSeq: 2, Messages: 1, Unread: 1, Preview: "hi", StartedAt: core.At(morning), WaitingSince: core.At(morning), Priority: core.Normal,
		}
		shows := func(when string) {
			t.Helper()
			if got, err := h.store.Card(ctx, h.anna.Scope(), id); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, %v, want %+v", when, got, err, want)
			}
			if got := h.task(id, "A").Card; !reflect.DeepEqual(got, want) {
				t.Errorf("%s: what is owed shows %+v, want %+v", when, got, want)
			}
		}
		shows("in the queue")
		h.clock.turn(time.Minute)
		h.must(h.do(h.take(h.anna, id)))
		h.must(h.do(h.say(h.anna, id, "hello")))
		want.State, want.Version, want.LastSeq, want.Messages, want.Preview, want.WaitingSince = core.Active, 3, 4, 2, "hello", 0
		want.Assignee, want.Holder = h.anna.Agent.ID, "Anna Berg"
		shows("held")
		h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error {
			s.Unreachable, s.Priority, s.Tags, s.Marks = "Blocked.", core.Urgent, "refund\nvip", "duration_warning"
			w.PutSession(s)
			return nil
		})))
		want.Unreachable, want.Priority, want.Tags, want.Marks = "Blocked.", core.Urgent, "refund\nvip", "duration_warning"
		shows("urgent, and marked")
		want.Marks = ""
		h.must(h.do(h.end(id)))
		want.State, want.Outcome, want.Version, want.LastSeq = core.Over, core.CompletedByOperator, 4, 5
		want.EndedAt = core.At(h.clock.now())
		shows("ended")
		complaint := core.RecordType{ID: 501, Department: h.support, Use: core.UseRecord, Name: "Complaint", Fields: core.Fields{{Name: "subject"}}, Version: 1}
		h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error {
			gone := core.RecordType{ID: 502, Department: h.support, Use: core.UseRecord, Name: "Old", RemovedAt: 1}
			w.PutRecordType(complaint)
			w.PutRecordType(gone)
			for i := range core.MaxCardRecords + 2 {
				w.AddRecord(core.NewRecord(core.RecordID(601+i), complaint, s, core.FieldValues{"subject": fmt.Sprint("lamp ", i)}, h.anna.Agent.ID, w.Now()))
			}
			return nil
		})))
		want.Types, want.Made = 1, core.MaxCardRecords+2
		for i := range core.MaxCardRecords {
			n := core.MaxCardRecords + 1 - i
			want.Records = append(want.Records, core.RecordMark{ID: core.RecordID(601 + n), Type: "Complaint", Title: fmt.Sprint("lamp ", n), State: core.RecordOwed})
		}
		shows("with records")
		for name, c := range map[string]struct {
			scope core.Scope
			id    core.SessionID
		}{
			"another department's": {h.eve.Scope(), id}, "nobody's": {core.Scope{}, id}, "one that is not there": {h.anna.Scope(), 987654},
		} {
			if got, err := h.store.Card(ctx, c.scope, c.id); core.KindOf(err) != core.NotFound || !reflect.DeepEqual(got, core.Card{}) {
				t.Errorf("%s: got %+v, %v, want not found", name, got, err)
			}
		}
	})
}

func TestTheCardsOfAnAgentS10(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		ids := map[string]core.SessionID{}
		for _, who := range []string{"third", "ended", "answered", "boris's", "queue", "first", "second"} {
			h.clock.turn(time.Minute)
			ids[who] = h.wrote(core.RemoteID(who), "hi")
			if who == "queue" {
				continue
			}
			holder := h.anna
			if who == "boris's" {
				holder = h.boris
			}
			h.must(h.do(h.take(holder, ids[who])))
			h.must(h.do(h.on(ids[who], func(w *store.Work, s core.Session) error {
				s.WaitingSince = map[string]core.Time{"first": 1, "second": 2, "third": 3}[who]
				w.PutSession(s)
				return nil
			})))
		}
		h.must(h.do(h.end(ids["ended"])))
		lists := func(name string, scope core.Scope, limit int, want ...string) {
			t.Helper()
			cards, err := h.store.CardsOf(ctx, scope, limit)
			var got []string
			for _, c := range cards {
				got = append(got, c.Customer)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
			}
		}
		lists("who waits longest first, who does not wait last", h.anna.Scope(), 9, "first", "second", "third", "answered")
		lists("no more than asked for", h.anna.Scope(), 2, "first", "second")
		lists("another's", h.boris.Scope(), 9, "boris's")
		lists("who holds none", h.sofia.Scope(), 9)
		lists("in a department that they no longer see", core.Scope{Agent: h.anna.Agent.ID, Departments: []core.DepartmentID{h.sales}}, 9)
		lists("without departments", core.Scope{Agent: h.anna.Agent.ID}, 9)
	})
}

// saidIn lets a job be done by what was said in a thread.
func saidIn(j store.Job, thread, remote core.RemoteID) store.Job {
	j.Said = core.Said{Channel: slack, Room: "A", Thread: thread, Remote: remote}
	return j
}

// Somebody has deleted the root, and goes on writing below it: whoever reads the thread that took its place sees that too, once.
func TestWhatIsSaidInALostThreadIsShownInTheNextS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A", "B")
		h.receipts(true, "A")
		id := h.wrote("carla", "hi")
		h.must(h.do(h.take(h.anna, id)))
		h.thread(id, "A", "old")
		before := h.did(saidIn(h.say(h.anna, id, "before"), "old", "A/1"))
		h.owing()
		expect := func(name string, want ...string) {
			t.Helper()
			if got := h.owing(); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		change := func(kind core.EventKind, m core.Event, thread core.RemoteID) store.Job {
			return saidIn(h.happens(id, core.Event{Kind: kind, Audience: core.Everyone, ActorKind: core.ByAgent, About: m.ID}), thread, "")
		}
		h.must(h.do(change(core.EventEdited, before, "old")))
		expect("while the thread is there", "B edit before")
		h.lose("A", "old")
		between := h.did(saidIn(h.say(h.anna, id, "between"), "old", "A/2"))
		expect("lost, and none in its place yet", "A send between", "A card between", "B send between", "B card between")
		h.clock.turn(time.Second)
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.AddThread(id, slack, in("A", "new"), before.Seq); return nil }}))
		after := h.did(saidIn(h.note(h.anna, id, "after"), "old", "A/3"))
		expect("a note in the old one", "A send after", "B send after")
		h.did(saidIn(h.note(h.anna, id, "in the new one"), "new", "A/4"))
		expect("a note in the new one", "B send in the new one")
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			return w.AddPartOf(core.Delivery{Message: after.ID, Channel: slack, Room: "A"}, "new", "A/copy")
		}}))

		parts := func(name string, verb core.OutVerb, late bool, want ...core.RemoteID) {
			t.Helper()
			if got := h.task(id, "A"); got.Verb != verb || got.Thread != "new" || got.Late != late || !slices.Equal(got.Parts, want) {
				t.Errorf("%s: got %s in %q of %q, late %v, want %s of %q, late %v", name, got.Verb, got.Thread, got.Parts, got.Late, verb, want, late)
			}
			h.owing()
		}
		h.must(h.do(change(core.EventEdited, after, "old")))
		parts("the copy is what is changed", core.OutEdit, false, "A/copy")
		h.must(h.do(change(core.EventDeleted, after, "old")))
		parts("the copy is what is deleted", core.OutDelete, false, "A/copy")
		h.must(h.do(change(core.EventEdited, before, "old")))
		parts("what the new thread told in short", core.OutEdit, true)
		h.must(h.do(change(core.EventDeleted, before, "")))
		parts("what the new thread told in short, deleted", core.OutDelete, true)
		h.must(h.do(change(core.EventEdited, between, "old")))
		parts("what is not copied yet", core.OutEdit, false)

		arrived := func(m core.Event) store.Job {
			return h.happens(id, core.Event{Kind: core.EventDelivery, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: m.ID, State: core.Sent})
		}
		h.must(h.do(arrived(after)))
		parts("the sign is put on both", core.OutMark, false, "A/3", "A/copy")
		h.healthy()
	})
}

// A file that an agent has said is fetched first; by then the thread in which it stands may be lost.
func TestAFileOfALostThreadIsShownInTheNextS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A")
		id := h.wrote("carla", "hi")
		h.must(h.do(h.take(h.anna, id)))
		h.thread(id, "A", "old")
		file := core.File{ID: 77, Key: "key", Name: "a.png", Type: "image/png", Size: 3, State: core.FilePending, Agent: h.anna.Agent.ID, Channel: slack, Room: "A"}
		photo := core.Media{Kind: "photo", Name: "a.png", File: file.ID, State: core.FilePending}
		said := h.did(saidIn(h.on(id, func(w *store.Work, s core.Session) error {
			w.AddFile(file)
			w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.AgentsOnly, ActorKind: core.ByAgent, Text: "look", Data: core.Extra{Media: []core.Media{photo}}.Data()})
			w.Claim(file.ID)
			return nil
		}), "old", "A/1"))
		photo.State = core.FileReady
		ready := h.happens(id, core.Event{
			Kind: core.EventFile, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: said.ID, Data: core.Extra{Media: []core.Media{photo}}.Data(),
		})
		h.owing()
		h.must(h.do(ready))
		if got := h.owing(); len(got) != 0 {
			t.Errorf("where it was said: got %q, want nothing", got)
		}
		h.lose("A", "old")
		h.must(h.do(ready))
		if got, want := h.owing(), []string{"A file look"}; !slices.Equal(got, want) {
			t.Errorf("after the loss: got %q, want %q", got, want)
		}
		h.healthy()
	})
}
