package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// slack is a channel with rooms where agents work.
const slack = core.ChannelID(5)

// works opens a house in which agents work in rooms of slack: those of Support in all of them.
func works(t *testing.T, url string, rooms ...core.RemoteID) *house {
	t.Helper()
	h := open(t, url)
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		w.AddChannel(core.Channel{ID: slack, Slug: "slack", Kind: "slack", Department: h.support, Settings: []byte(`{}`), CreatedAt: w.Now()})
		return nil
	}}))
	for _, room := range rooms {
		h.must(h.do(h.surface(room, h.support)))
	}
	return h
}

func (h *house) surface(room core.RemoteID, d core.DepartmentID) store.Job {
	return store.Job{Do: func(w *store.Work) error {
		w.AddSurface(core.Surface{Channel: slack, Room: room, Department: d, CreatedAt: w.Now()})
		return nil
	}}
}

// said lets a job be done by what was said in a room.
func said(j store.Job, room, remote core.RemoteID) store.Job {
	j.Said = core.Said{Channel: slack, Room: room, Remote: remote}
	return j
}

// happens appends an event to a session.
func (h *house) happens(id core.SessionID, e core.Event) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error { w.Append(&s, e); return nil })
}

// debt is what is owed to a surface.
type debt struct {
	Lane    string         `db:"lane"`
	Room    core.RemoteID  `db:"room"`
	Verb    core.OutVerb   `db:"verb"`
	Rank    core.Rank      `db:"rank"`
	Channel core.ChannelID `db:"channel"`
	Session core.SessionID `db:"session"`
	Bucket  string         `db:"bucket"`
	Kind    core.EventKind `db:"kind"`
	Text    string         `db:"text"`
}

func (h *house) debts() (debts []debt) {
	h.t.Helper()
	err := h.store.Reading().Select(&debts, `SELECT d.lane, d.room, d.verb, d.rank, d.channel, d.session, n.bucket, l.kind, l.text
		FROM deliveries d JOIN lanes n ON n.channel = d.channel AND n.lane = d.lane JOIN log l ON l.id = d.message
		WHERE d.room <> '' ORDER BY d.room, d.rank, d.session, d.no`)
	if err != nil {
		h.t.Fatal(err)
	}
	return debts
}

// owing gives what is owed to surfaces, as "room verb about", by room, cards last, and settles it.
func (h *house) owing() (owed []string) {
	h.t.Helper()
	debts := h.debts()
	for _, d := range debts {
		owed = append(owed, fmt.Sprintf("%s %s %s", d.Room, d.Verb, cmp.Or(d.Text, string(d.Kind))))
	}
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		for _, d := range debts {
			l, err := w.Lane(d.Channel, d.Lane)
			if err != nil {
				return err
			}
			if err := w.Settle(l); err != nil {
				return err
			}
		}
		return nil
	}}))
	return owed
}

func TestWhatSurfacesAreOwedS1S2S12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "R")
		id := h.wrote("carla", "hi")
		if got, want := h.owing(), []string{"R open started", "R send hi", "R card started"}; !slices.Equal(got, want) {
			t.Fatalf("at the start: got %q, want %q", got, want)
		}
		hi := h.did(h.hear("carla", "again"))
		h.owing()
		answer := h.did(h.say(h.anna, id, "answer"))
		h.owing()
		about := func(kind core.EventKind, to core.Event, state core.DeliveryState) store.Job {
			return h.happens(id, core.Event{Kind: kind, Audience: core.Everyone, ActorKind: core.BySystem, About: to.ID, State: state})
		}
		reply := h.on(id, func(w *store.Work, s core.Session) error {
			s.HearAgent(core.Content{Text: "a reply"}, w.Now())
			w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByAgent, Text: "a reply", About: hi.ID})
			return nil
		})
		for _, c := range []struct {
			name string
			jobs []store.Job
			want []string
		}{
			{"the customer twice: two copies, one card", []store.Job{h.hear("carla", "1"), h.hear("carla", "2")}, []string{"R send 1", "R send 2", "R card 1"}},
			{"taken, and said something", []store.Job{h.take(h.anna, id), h.say(h.anna, id, "hello")}, []string{"R send hello", "R card taken"}},
			{"a note, which the card does not show", []store.Job{h.note(h.anna, id, "note")}, []string{"R send note"}},
			{"an answer to a message is itself what is copied", []store.Job{reply}, []string{"R send a reply", "R card a reply"}},
			{"an edit", []store.Job{about(core.EventEdited, hi, "")}, []string{"R edit again"}},
			{"edits of one, and of another", []store.Job{
				about(core.EventEdited, hi, ""), about(core.EventEdited, answer, ""), about(core.EventEdited, hi, ""),
			}, []string{"R edit again", "R edit answer"}},
			{"an edit and a deletion", []store.Job{about(core.EventEdited, hi, ""), about(core.EventDeleted, hi, "")}, []string{"R edit again", "R delete again"}},
			{"a delivery that failed", []store.Job{about(core.EventDelivery, answer, core.Failed)}, []string{"R tell answer"}},
			{"one of which nobody knows", []store.Job{about(core.EventDelivery, answer, core.MaySent)}, []string{"R tell answer"}},
			{"one that arrived", []store.Job{about(core.EventDelivery, answer, core.Sent)}, nil},
			{"a reaction", []store.Job{about(core.EventReacted, answer, "")}, nil},
			{"what is refused", []store.Job{then(said(h.say(h.anna, id, "no"), "R2", "R2/no"), refuse), said(then(h.note(h.anna, id, "no"), refuse), "R2", "R2/no")}, nil},
			{"the end", []store.Job{h.end(id)}, []string{"R card ended"}},
		} {
			h.group(c.jobs...)
			if got := h.owing(); !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		if got := h.count("parts"); got != 0 {
			t.Errorf("got %d parts, want none", got)
		}
		h.healthy()
	})
}

// A change while the card is made anew makes it once more; others that come meanwhile are in that.
func TestACardIsOwedOnceMoreWhileItIsUnderWayS1(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "R")
		id := h.wrote("carla", "hi")
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			l, err := w.Lane(slack, id.String()+"/R/card")
			if err != nil {
				return err
			}
			return claim(w, l)
		}}))
		h.must(h.do(h.take(h.anna, id)))
		h.must(h.do(h.hear("carla", "there?")))
		if got, want := h.owing(), []string{"R open started", "R send hi", "R send there?", "R card started", "R card taken"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// Threads have the rank and the room's rate of copies, one lane each; cards come last and share a rate of their own.
func TestHowSurfacesAreServedS1S2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "R")
		id := h.wrote("carla", "hi")
		thread := debt{
			Lane: id.String() + "/R", Room: "R", Verb: core.OutOpen, Rank: core.AgentCopies, Channel: slack, Session: id, Bucket: "R", Kind: core.EventStarted,
		}
		copied, card := thread, thread
		copied.Verb, copied.Kind, copied.Text = core.OutSend, core.EventMessage, "hi"
		card.Lane, card.Verb, card.Rank, card.Bucket = card.Lane+"/card", core.OutCard, core.Cards, "cards"
		if got, want := h.debts(), []debt{thread, copied, card}; !slices.Equal(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		h.mu.Lock()
		rung := h.published[len(h.published)-1].Owed
		h.mu.Unlock()
		if !slices.Equal(rung, []core.ChannelID{slack}) {
			t.Errorf("the bell rings for %v, want %v", rung, slack)
		}
		h.healthy()
	})
}

func TestWhatIsSaidInARoomIsNotCopiedToItS2S3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "A", "B")
		id := h.wrote("carla", "hi")
		h.owing()
		first := said(h.take(h.anna, id), "A", "A/1") // the first reply takes, and is not the only event of its deed
		first = then(first, h.say(h.anna, id, "hello").Do)
		hello := h.did(first)
		if got, want := h.owing(), []string{"A card taken", "B send hello", "B card taken"}; !slices.Equal(got, want) {
			t.Errorf("a reply: got %q, want %q", got, want)
		}
		note := h.did(said(h.note(h.anna, id, "note"), "B", "B/2"))
		if got, want := h.owing(), []string{"A send note"}; !slices.Equal(got, want) {
			t.Errorf("a note: got %q, want %q", got, want)
		}
		for remote, want := range map[core.RemoteID]core.Event{"A/1": hello, "B/2": note} {
			if got, err := h.store.PartMessage(ctx, slack, remote); err != nil || got.ID != want.ID || got.Text != want.Text {
				t.Errorf("%s: got %+v, %v, want %+v", remote, got, err, want)
			}
			if n := h.count("parts WHERE remote = ? AND message = ? AND room = ? AND no = 0 AND channel = ?", remote, want.ID, remote[:1], slack); n != 1 {
				t.Errorf("%s: got %d parts of its room, want 1", remote, n)
			}
		}
		if _, err := h.store.PartMessage(ctx, h.desk, "A/1"); core.KindOf(err) != core.NotFound {
			t.Errorf("by another channel: got %v, want not found", err)
		}
		for _, kind := range []core.EventKind{core.EventEdited, core.EventDeleted} {
			h.must(h.do(said(h.happens(id, core.Event{Kind: kind, Audience: core.Everyone, ActorKind: core.ByAgent, About: hello.ID}), "A", "")))
		}
		if got, want := h.owing(), []string{"B edit hello", "B delete hello"}; !slices.Equal(got, want) {
			t.Errorf("changed there: got %q, want %q", got, want)
		}
		elsewhere := said(h.say(h.anna, id, "elsewhere"), "A", "A/3")
		elsewhere.Said.Channel = h.desk // another channel's room of that name
		h.must(h.do(elsewhere))
		if got, want := h.owing(), []string{"A send elsewhere", "A card elsewhere", "B send elsewhere", "B card elsewhere"}; !slices.Equal(got, want) {
			t.Errorf("said in another channel: got %q, want %q", got, want)
		}
		failed := core.Event{Kind: core.EventDelivery, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: hello.ID, State: core.Failed}
		h.must(h.do(h.happens(id, failed)))
		if got, want := h.owing(), []string{"A tell hello", "B tell hello"}; !slices.Equal(got, want) {
			t.Errorf("it failed: got %q, want where it was said too: %q", got, want)
		}
		h.healthy()
	})
}

func TestWhichDepartmentsARoomShows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		id := h.wrote("before", "hi")
		if got := h.owing(); len(got) != 0 {
			t.Errorf("without surfaces: got %q", got)
		}
		h.must(h.do(h.surface("R", h.support)))
		h.must(h.do(h.surface("R", h.support))) // once
		h.must(h.do(h.surface("Q", h.support)))
		h.did(h.hear("before", "more"))
		if got, want := h.owing(), []string{"Q send more", "Q card more", "R send more", "R card more"}; !slices.Equal(got, want) {
			t.Errorf("of a session that was there before: got %q, want %q", got, want)
		}
		shopping := h.hearAt(h.sales, h.shop, "dora", "hi")
		h.must(h.do(shopping))
		if got := h.owing(); len(got) != 0 {
			t.Errorf("another department: got %q", got)
		}
		h.must(h.do(h.surface("R", h.sales)))
		h.must(h.do(shopping))
		if got, want := h.owing(), []string{"R send hi", "R card hi"}; !slices.Equal(got, want) {
			t.Errorf("a room of two departments: got %q, want %q", got, want)
		}
		var names []string
		list, err := h.store.Surfaces(ctx)
		for _, f := range list {
			names = append(names, fmt.Sprint(int64(f.Channel), " ", f.Room, " ", int64(f.Department)))
		}
		if want := []string{"5 Q 1", "5 R 1", "5 R 2"}; err != nil || !slices.Equal(names, want) || list[0].CreatedAt != core.At(morning) {
			t.Errorf("got %q, %v, want %q", names, err, want)
		}
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.RemoveSurface(core.Surface{Channel: slack, Room: "R", Department: h.support})
			w.AddThread(id, slack, core.Address{Conversation: "R", Thread: "R/1"}, 0)
			return nil
		}}))
		h.did(h.hear("before", "even more"))
		h.must(h.do(shopping))
		if got, want := h.owing(), []string{"Q send even more", "Q card even more", "R send hi", "R card hi"}; !slices.Equal(got, want) {
			t.Errorf("after its end for one: got %q, want %q", got, want)
		}
		if got, err := h.store.ThreadSession(ctx, slack, core.Address{Conversation: "R", Thread: "R/1"}); err != nil || got != id {
			t.Errorf("its threads still belong to their sessions: got %v, %v", got, err)
		}
		h.healthy()
	})
}
