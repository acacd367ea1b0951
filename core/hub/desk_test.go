package hub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// office is a shop whose agents work in rooms of another channel.
type office struct {
	*shop
	slack core.ChannelID
	desk  core.Desk
}

// works opens an office. The rooms show Support.
func works(t *testing.T, url string, rooms ...core.RemoteID) *office {
	t.Helper()
	o := &office{shop: open(t, url)}
	o.capable = able
	ctx := context.Background()
	o.slack = must(o.hub.AddChannel(ctx, NewChannel{Slug: "slack", Kind: "slack", Department: o.support, Settings: []byte(`{}`)})).ID
	o.desk = o.hub.Desk(o.slack)
	for _, room := range rooms {
		if err := o.hub.AddSurface(ctx, core.Surface{Channel: o.slack, Room: room, Department: o.support}); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// link links somebody on the channel to an agent.
func (o *office) link(who core.Actor, remote core.RemoteID) core.Actor {
	o.t.Helper()
	code, _, err := o.hub.NewLinkCode(context.Background(), who)
	if err != nil {
		o.t.Fatal(err)
	}
	return must(o.desk.Link(context.Background(), remote, code.Reveal()))
}

// thread gives what is owed to a session's thread in a room.
func (o *office) thread(id core.SessionID, room core.RemoteID) []string {
	o.t.Helper()
	there := &shop{t: o.t, hub: o.hub, store: o.store, channel: o.slack}
	return there.owed(id.String() + "/" + string(room))
}

func at(room, remote core.RemoteID) core.Said { return core.Said{Room: room, Remote: remote} }

func TestWhoIsAtTheDeskS8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url)
		ctx := context.Background()
		if got := o.link(o.anna, "T/1"); got.Agent.ID != o.anna.Agent.ID || got.Roles[o.support] != core.Operator {
			t.Errorf("linked: got %+v, want Anna with her roles", got)
		}
		who := must(o.desk.Agent(ctx, "T/1"))
		if who.Agent != o.anna.Agent || who.Roles[o.support] != core.Operator || len(who.Roles) != 1 || who.Key != 0 {
			t.Errorf("got %+v, want %+v", who, o.anna)
		}
		if _, err := o.desk.Agent(ctx, "T/2"); core.KindOf(err) != core.NotFound {
			t.Errorf("not linked: got %v, want not found", err)
		}
		if _, err := o.hub.Desk(o.channel).Agent(ctx, "T/1"); core.KindOf(err) != core.NotFound {
			t.Errorf("at another channel's desk: got %v, want not found", err)
		}
		o.link(o.boris, "T/3")
		if err := o.hub.DisableAgent(ctx, o.boris.Agent.Email); err != nil {
			t.Fatal(err)
		}
		var e *core.Error
		if got, err := o.desk.Agent(ctx, "T/3"); !errors.As(err, &e) || e.Kind != core.Forbidden || e.Reason == "" || got.Agent.ID != 0 {
			t.Errorf("disabled: got %+v, %v, want forbidden, with a sentence, and nobody", got, err)
		}
		if err := o.hub.Unlink(ctx, o.boris, core.AgentLink{Channel: o.slack, Remote: "T/1", Agent: o.anna.Agent.ID}); err != nil {
			t.Fatal(err)
		}
		must(o.desk.Agent(ctx, "T/1")) // a link ends by its own agent only
		if err := o.hub.Unlink(ctx, o.anna, core.AgentLink{Channel: o.slack, Remote: "T/1"}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.desk.Agent(ctx, "T/1"); core.KindOf(err) != core.NotFound {
			t.Errorf("unlinked: got %v, want not found", err)
		}
	})
}

func TestLinkingByCodeS8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url)
		ctx := context.Background()
		code, until, err := o.hub.NewLinkCode(ctx, o.anna)
		if now := core.At(o.hub.clock()); err != nil || until <= now || until > now.Add(store.LinkTime) || len(code.Reveal()) < 20 {
			t.Fatalf("got until %v, %v", until, err)
		}
		refused := func(name, code string) {
			t.Helper()
			var e *core.Error
			_, err := o.desk.Link(ctx, "T/2", code)
			if !errors.As(err, &e) || e.Kind != core.Invalid || e.Field != "code" || code != "" && strings.Contains(err.Error(), code) {
				t.Errorf("%s: got %v, want an invalid code, which is not repeated", name, err)
			}
			if _, err := o.desk.Agent(ctx, "T/2"); core.KindOf(err) != core.NotFound {
				t.Errorf("%s: got %v, want that nobody is linked", name, err)
			}
		}
		refused("none", "")
		refused("a wrong one", "AAAAAAAAAAAAAAAAAAAAAAAAAA")
		refused("half of it", code.Reveal()[:13])
		if who, err := o.desk.Link(ctx, "T/1", "  "+strings.ToLower(code.Reveal())+"\n"); err != nil || who.Agent.ID != o.anna.Agent.ID {
			t.Errorf("as people type: got %+v, %v", who, err)
		}
		refused("one that was used", code.Reveal())
		boris, _, err := o.hub.NewLinkCode(ctx, o.boris)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.hub.DisableAgent(ctx, o.boris.Agent.Email); err != nil {
			t.Fatal(err)
		}
		refused("of an agent who is disabled", boris.Reveal())
		o.link(o.oleg, "T/1")
		if got := must(o.desk.Agent(ctx, "T/1")); got.Agent.ID != o.oleg.Agent.ID {
			t.Errorf("linked again: got %s, want Oleg", got.Agent.Name)
		}
	})
}

func TestWhatTheDeskShows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "R")
		ctx := context.Background()
		id := o.write("carla", "hi")
		thread := core.Address{Conversation: "R", Thread: "R/1"}
		o.work(func(w *store.Work) error { w.AddThread(id, o.slack, thread, 0); return nil })
		for range 2 {
			if got, err := o.desk.Session(ctx, thread); err != nil || got != id {
				t.Errorf("got %v, %v, want %v", got, err, id)
			}
			o.work(func(w *store.Work) error { w.LoseThread(o.slack, thread); return nil }) // S-14: what is said there still belongs to it
		}
		if _, err := o.desk.Session(ctx, core.Address{Conversation: "R", Thread: "R/2"}); core.KindOf(err) != core.NotFound {
			t.Errorf("another thread: got %v, want not found", err)
		}
		said := must(o.desk.Do(ctx, o.anna, core.Say{Session: id, Text: "hello"}, at("R", "R/3"), "R/3"))
		if got, err := o.desk.Message(ctx, "R/3"); err != nil || got.ID != said.Event.ID || got.Text != "hello" || got.Session != id {
			t.Errorf("got %+v, %v, want %+v", got, err, said.Event)
		}
		other := o.hub.Desk(o.channel)
		_, session := other.Session(ctx, thread)
		_, message := other.Message(ctx, "R/3")
		_, unknown := o.desk.Message(ctx, "R/4")
		for name, err := range map[string]error{"a thread of another channel": session, "a message of another channel": message, "a message that is not there": unknown} {
			if core.KindOf(err) != core.NotFound {
				t.Errorf("%s: got %v, want not found", name, err)
			}
		}
		if card, err := o.desk.Card(ctx, o.anna, id); err != nil || card.Session != id || card.Customer != "" || card.Holder != "Anna Berg" || card.Team != "Support" {
			t.Errorf("got %+v, %v", card, err)
		}
		if mine, err := o.desk.Mine(ctx, o.anna); err != nil || len(mine) != 1 || mine[0].Session != id {
			t.Errorf("got %+v, %v", mine, err)
		}
		if mine, err := o.desk.Mine(ctx, o.boris); err != nil || len(mine) != 0 {
			t.Errorf("another's: got %+v, %v", mine, err)
		}
		var names []string
		var departments []string
		for _, d := range must(o.desk.Departments(ctx)) {
			departments = append(departments, d.Name)
		}
		if !slices.Equal(departments, []string{"Sales", "Support"}) {
			t.Errorf("departments: got %q, want all, by name", departments)
		}
		for _, a := range must(o.desk.Operators(ctx, o.sofia, o.support)) {
			names = append(names, a.Name+" "+a.PublicName)
			if a.ID == 0 || a.Present {
				t.Errorf("got %+v, want an id, and nobody there", a)
			}
		}
		if want := []string{"Anna Berg Anna", "Boris Lind Boris", "Oleg Novak Oleg"}; !slices.Equal(names, want) {
			t.Errorf("got the operators %q, want %q", names, want)
		}
		_, card := o.desk.Card(ctx, o.eve, id)
		_, operators := o.desk.Operators(ctx, o.eve, o.support)
		_, deed := o.desk.Do(ctx, o.eve, core.Note{Session: id, Text: "x"}, core.Said{}, "e1")
		for name, err := range map[string]error{"a card": card, "operators": operators, "a deed": deed} {
			if core.KindOf(err) != core.NotFound {
				t.Errorf("%s of another department: got %v, want not found", name, err)
			}
		}
	})
}

func TestAReplyFromARoomS2S3S7S9(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A", "B")
		ctx := context.Background()
		id := o.write("carla", "hi")
		o.write("carla", "anybody there?")
		if got := o.session(id); got.Unread != 2 || !got.Unassigned() {
			t.Fatalf("got %+v", got)
		}
		before := o.thread(id, "A")
		who := o.link(o.anna, "T/1")
		done := must(o.desk.Do(ctx, who, core.Say{Session: id, Text: "hello"}, at("A", "A/5"), "A/5"))
		reply := done.Event
		if reply.Kind != core.EventMessage || reply.Name != "Anna" || reply.Actor != int64(o.anna.Agent.ID) || reply.Audience != core.Everyone || done.Repeat {
			t.Errorf("got %+v", done)
		}
		if got := o.session(id); got.Unread != 0 || got.Assignee != o.anna.Agent.ID || got.State != core.Active || got != done.Session {
			t.Errorf("got %+v, want it Anna's, and read", got)
		}
		if got := o.kinds(id); !slices.Equal(got[len(got)-2:], []core.EventKind{core.EventTaken, core.EventMessage}) {
			t.Errorf("got the events %v", got)
		}
		o.owes("carla", item(core.OutSend, reply.ID))
		if got := o.thread(id, "A"); !slices.Equal(got, before) {
			t.Errorf("its own room is owed %v, want %v", got, before)
		}
		if got, want := o.thread(id, "B"), append(before, item(core.OutSend, reply.ID)); !slices.Equal(got, want) {
			t.Errorf("the other room is owed %v, want %v", got, want)
		}
		var e *core.Error
		for name, deed := range map[string]core.Deed{"takes": core.Take{Session: id}, "answers": core.Say{Session: id, Text: "me"}} {
			if _, err := o.desk.Do(ctx, o.boris, deed, at("A", "A/6"), name); !errors.As(err, &e) || e.Kind != core.Taken || e.Winner != "Anna Berg" {
				t.Errorf("another %s: got %v, want taken by Anna Berg", name, err)
			}
		}
		if _, err := o.desk.Message(ctx, "A/6"); core.KindOf(err) != core.NotFound {
			t.Errorf("what was refused has a name: %v", err)
		}
		o.healthy()
	})
}

func TestTheSameFromARoomIsDoneOnceB4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A", "B")
		ctx := context.Background()
		id := o.write("carla", "hi")
		say := core.Say{Session: id, Text: "hello"}
		var done [10]core.Done
		var errs [10]error
		together(10, func(i int) { done[i], errs[i] = o.desk.Do(ctx, o.anna, say, at("A", "A/5"), "A/5") })
		repeats := 0
		for i := range done {
			if errs[i] != nil || done[i].Event.ID != done[0].Event.ID || done[i].Session.ID != id {
				t.Errorf("got %+v, %v, want %+v", done[i], errs[i], done[0])
			}
			if done[i].Repeat {
				repeats++
			}
		}
		if repeats != 9 || len(o.owed("carla")) != 1 || len(o.thread(id, "B")) != 3 {
			t.Errorf("got %d repeats, owed are %v and %v", repeats, o.owed("carla"), o.thread(id, "B"))
		}
		for name, deed := range map[string]core.Deed{
			"another text": core.Say{Session: id, Text: "bye"}, "another deed": core.Note{Session: id, Text: "hello"}, "another session": core.Say{Session: o.write("dora", "hi"), Text: "hello"},
		} {
			var e *core.Error
			if _, err := o.desk.Do(ctx, o.anna, deed, at("A", "A/5"), "A/5"); !errors.As(err, &e) || e.Kind != core.Invalid {
				t.Errorf("%s under that key: got %v, want invalid", name, err)
			}
		}
		if again, err := o.hub.Desk(o.channel).Do(ctx, o.anna, say, core.Said{}, "A/5"); err != nil || again.Repeat {
			t.Errorf("the key of another channel: got %+v, %v, want a deed of its own", again, err)
		}
		if again, err := o.hub.Do(ctx, o.anna, say, "A/5"); err != nil || again.Repeat {
			t.Errorf("the key of the workspace: got %+v, %v, want a deed of its own", again, err)
		}
		must(o.desk.Do(ctx, o.anna, core.End{Session: id}, core.Said{}, "end"))
		if again, err := o.desk.Do(ctx, o.anna, say, at("A", "A/5"), "A/5"); err != nil || !again.Repeat || again.Event.ID != done[0].Event.ID {
			t.Errorf("after the end: got %+v, %v, want the first answer", again, err)
		}
		var e *core.Error
		if _, err := o.desk.Do(ctx, o.anna, core.Say{Session: id, Text: "late"}, at("A", "A/7"), "A/7"); !errors.As(err, &e) || e.Kind != core.Ended {
			t.Errorf("another after the end: got %v, want ended", err)
		}
		o.healthy()
	})
}

// A note is for agents, also when it is changed; and what was an answer is taken back before it becomes one.
func TestANoteFromARoomNeverLeaksS5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A", "B")
		ctx := context.Background()
		id := o.write("carla", "hi")
		before := len(o.thread(id, "B"))
		note := must(o.desk.Do(ctx, o.anna, core.Note{Session: id, Text: "careful"}, at("A", "A/5"), "A/5")).Event
		changed := must(o.desk.Do(ctx, o.anna, core.Edit{Session: id, Message: note.ID, Text: "very careful"}, at("A", ""), "A/5/e1")).Event
		gone := must(o.desk.Do(ctx, o.anna, core.Delete{Session: id, Message: note.ID}, at("A", ""), "A/5/d")).Event
		for _, e := range []core.Event{note, changed, gone} {
			if e.Audience != core.AgentsOnly {
				t.Errorf("%s is for %s, want agents", e.Kind, e.Audience)
			}
		}
		if got := o.session(id); got.Assignee != 0 || got.Unread != 1 || got.Preview != "hi" {
			t.Errorf("a note has changed the session: %+v", got)
		}
		want := []string{item(core.OutSend, note.ID), item(core.OutEdit, note.ID), item(core.OutDelete, note.ID)}
		if got := o.thread(id, "B")[before:]; !slices.Equal(got, want) {
			t.Errorf("the other room is owed %v, want %v", got, want)
		}
		if got := o.thread(id, "A"); len(got) != before {
			t.Errorf("its own room is owed %v", got)
		}
		o.owes("carla")
		seen := must(o.store.ConversationAfter(ctx, o.channel, "carla", 0, 100))
		if slices.ContainsFunc(seen, func(e core.Event) bool { return e.ID == note.ID || e.About == note.ID }) {
			t.Error("the customer's view has something of the note")
		}
		o.healthy()
	})
}

// An edit that adds the mark of a note takes the reply back, and the name of what was said is the note's.
func TestAReplyBecomesANoteS5(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A")
		ctx := context.Background()
		id := o.write("carla", "hi")
		reply := must(o.desk.Do(ctx, o.anna, core.Say{Session: id, Text: "oops"}, at("A", "A/5"), "A/5")).Event
		must(o.desk.Do(ctx, o.anna, core.Delete{Session: id, Message: reply.ID}, at("A", ""), "A/5/e1/d"))
		note := must(o.desk.Do(ctx, o.anna, core.Note{Session: id, Text: "oops"}, at("A", "A/5"), "A/5/e1")).Event
		if got, err := o.desk.Message(ctx, "A/5"); err != nil || got.ID != note.ID {
			t.Errorf("got %+v, %v, want the note %+v", got, err, note)
		}
		must(o.desk.Do(ctx, o.anna, core.Delete{Session: id, Message: note.ID}, at("A", ""), "A/5/d"))
	})
}
