package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// able is what a channel can do that can do everything.
var able = core.Capabilities{EditOut: true, DeleteOut: true, ReactOut: true, ReplyOut: true}

var errLook = &core.Error{Op: "test", Kind: core.Forbidden}

// work does something to the database as a deed would.
func (s *shop) work(do func(*store.Work) error) {
	s.t.Helper()
	if _, err := s.hub.writer.Do(context.Background(), store.Job{Do: do}); err != nil {
		s.t.Fatal(err)
	}
}

// owed gives what is owed in a conversation of the shop's channel, in order, as verb and message.
func (s *shop) owed(conversation string) (owed []string) {
	s.t.Helper()
	_, err := s.hub.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error {
		owed = nil
		for {
			l, err := w.Lane(s.channel, conversation)
			if core.KindOf(err) == core.NotFound {
				return errLook // what was settled to see what is behind it is not
			}
			if err != nil {
				return err
			}
			d, err := w.Head(l)
			if err != nil {
				return err
			}
			owed = append(owed, fmt.Sprintf("%s %d", d.Verb, int64(d.Message)))
			if err := w.Settle(l); err != nil {
				return err
			}
		}
	}})
	if !errors.Is(err, errLook) {
		s.t.Fatal(err)
	}
	return owed
}

func (s *shop) owes(conversation string, want ...string) {
	s.t.Helper()
	if got := s.owed(conversation); !slices.Equal(got, want) {
		s.t.Errorf("owed is %q, want %q", got, want)
	}
}

// deliver settles what is owed first, as the outbox does.
func (s *shop) deliver(conversation string, state core.DeliveryState, part core.RemoteID) {
	s.t.Helper()
	s.work(func(w *store.Work) error {
		l, err := w.Lane(s.channel, conversation)
		if err != nil {
			return err
		}
		d, err := w.Head(l)
		if err != nil {
			return err
		}
		if _, err := w.Session(d.Session); err != nil {
			return err
		}
		m, err := w.Message(d.Message)
		if err != nil {
			return err
		}
		if d.Verb == core.OutSend {
			m.State = state
			w.PutMessage(m)
		}
		if part != "" {
			if err := w.AddPartOf(core.Delivery{Message: m.ID, Channel: s.channel}, "", part); err != nil {
				return err
			}
		}
		return w.Settle(l)
	})
}

func (s *shop) at(id core.EventID) core.Event {
	s.t.Helper()
	return must(s.store.MessageIn(context.Background(), core.Scope{Departments: []core.DepartmentID{s.support, s.sales}}, id))
}

// first gives a session's first event of a kind: of messages, the customer's.
func (s *shop) first(id core.SessionID, kind core.EventKind) core.EventID {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Session == id && e.Kind == kind {
			return e.ID
		}
	}
	s.t.Fatalf("no %s", kind)
	return 0
}

// says lets an agent answer, and gives the message.
func (s *shop) says(who core.Actor, id core.SessionID, text string) core.EventID {
	s.t.Helper()
	return must(s.hub.Do(context.Background(), who, core.Say{Session: id, Text: text}, "")).Event.ID
}

// tries does a deed that may be refused.
func (s *shop) tries(who core.Actor, d core.Deed) error {
	_, err := s.hub.Do(context.Background(), who, d, "")
	return err
}

func item(verb core.OutVerb, id core.EventID) string { return fmt.Sprintf("%s %d", verb, int64(id)) }

func TestAnAnswerOwesOneDeliveryB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "hi")
		pulled := s.says(s.anna, id, "in a channel that pulls")
		if m := s.at(pulled); m.State != "" || len(s.owed("carla")) != 0 {
			t.Errorf("a channel that shows the log itself: got %q and %v", m.State, s.owed("carla"))
		}
		s.capable = able
		first := s.says(s.anna, id, "one")
		s.do(s.anna, core.Note{Session: id, Text: "for agents"})
		second := s.says(s.anna, id, "two")
		s.owes("carla", item(core.OutSend, first), item(core.OutSend, second))
		if m := s.at(first); m.State != core.Queued {
			t.Errorf("got %q, want it queued", m.State)
		}
		key := core.Say{Session: id, Text: "three"}
		for range 3 {
			must(s.hub.Do(context.Background(), s.anna, key, "k1"))
		}
		if got := s.owed("carla"); len(got) != 3 {
			t.Errorf("said three times under one key: got %v", got)
		}
		if err := s.tries(s.eve, core.Say{Session: id, Text: "no"}); err == nil || len(s.owed("carla")) != 3 {
			t.Errorf("refused: got %v and %v", err, s.owed("carla"))
		}
		s.healthy()
	})
}

// Whose channel another process has just added is told to come again, and nothing is left of it.
func TestAChannelThatIsNotKnownYet(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	id := s.write("carla", "hi")
	before := s.session(id)
	s.hub.can = func(core.ChannelID) (core.Capabilities, bool) { return core.Capabilities{}, false }
	var e *core.Error
	if err := s.tries(s.anna, core.Say{Session: id, Text: "hello"}); !errors.As(err, &e) || e.Kind != core.Unavailable || e.RetryAfter == 0 {
		t.Errorf("got %v, want unavailable, with a time", err)
	}
	if got := s.session(id); got != before {
		t.Errorf("got %+v, want it as before", got)
	}
}

func TestAnAnswerToAMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = able
		ctx := context.Background()
		id := s.write("carla", "hi")
		in := s.message("carla", "r1", "which one?")
		in.Remote = "c1"
		if err := s.hub.Receive(ctx, in); err != nil {
			t.Fatal(err)
		}
		question := must(s.store.LogHead(ctx))
		answer := must(s.hub.Do(ctx, s.anna, core.Say{Session: id, Text: "this", ReplyTo: question}, "")).Event
		if answer.About != question {
			t.Errorf("got about %s, want %s", answer.About, question)
		}
		tasks := must(s.store.Tasks(ctx, s.channel, []string{"carla"}))
		if len(tasks) != 1 || tasks[0].ReplyTo != "c1" || tasks[0].Message.ID != answer.ID || tasks[0].Conversation != "carla" {
			t.Errorf("got %+v", tasks)
		}
		elsewhere := s.says(s.boris, s.write("dora", "hi"), "elsewhere")
		for name, to := range map[string]core.EventID{
			"a message of another session": elsewhere, "an event": s.first(id, core.EventStarted), "nothing": 99999,
		} {
			var e *core.Error
			if err := s.tries(s.anna, core.Say{Session: id, Text: "no", ReplyTo: to}); !errors.As(err, &e) || e.Kind != core.NotFound || e.Field != "reply_to" {
				t.Errorf("%s: got %v, want not found", name, err)
			}
		}
		in = s.message("carla", "r2", "thanks")
		in.ReplyTo, in.Remote = "c1", "c2"
		if err := s.hub.Receive(ctx, in); err != nil {
			t.Fatal(err)
		}
		if got := s.at(must(s.store.LogHead(ctx))); got.About != question {
			t.Errorf("a customer's answer is about %s, want %s", got.About, question)
		}
		for name, to := range map[string]core.RemoteID{"unknown": "never", "elsewhere": "c1"} {
			in = s.message("dora", name, "and")
			in.ReplyTo = to
			if err := s.hub.Receive(ctx, in); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if got := s.at(must(s.store.LogHead(ctx))); got.About != 0 || got.Text != "and" {
				t.Errorf("%s: got %+v, want it about nothing", name, got)
			}
		}
		s.healthy()
	})
}

func TestAnAgentEditsAMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = able
		ctx := context.Background()
		id := s.write("carla", "hi")
		first := s.says(s.anna, id, "ok")
		s.deliver("carla", core.Sent, "p1")
		bold := []core.Entity{{Kind: core.Bold, Length: 2}}
		done := must(s.hub.Do(ctx, s.anna, core.Edit{Session: id, Message: first, Text: "OK", Entities: bold}, "e1"))
		if e := done.Event; e.Kind != core.EventEdited || e.About != first || e.Text != "OK" || e.Audience != core.Everyone || !strings.Contains(e.Data, `"was":"ok"`) {
			t.Errorf("got %+v", done.Event)
		}
		x := must(core.ParseExtra(s.at(first).Data))
		if m := s.at(first); m.Text != "OK" || m.EditedAt == 0 || !slices.Equal(x.Entities, bold) || m.Seq != 4 || s.session(id).Preview != "OK" {
			t.Errorf("got %+v, preview %q", m, s.session(id).Preview)
		}
		s.owes("carla", item(core.OutEdit, first))
		s.do(s.anna, core.Edit{Session: id, Message: first, Text: "Okay"})
		s.owes("carla", item(core.OutEdit, first)) // once for both
		seq := s.session(id).LastSeq
		s.do(s.anna, core.Edit{Session: id, Message: first, Text: "Okay"})
		if got := s.session(id).LastSeq; got != seq {
			t.Error("an edit that changes nothing made an event")
		}
		s.do(s.anna, core.Edit{Session: id, Message: first, Text: "Okay", Entities: bold})
		if got := s.session(id).LastSeq; got != seq+1 {
			t.Error("an edit of marks made no event")
		}
		s.do(s.boris, core.Join{Session: id})
		for name, who := range map[string]core.Actor{"a colleague": s.boris, "a supervisor": s.sofia} {
			if err := s.tries(who, core.Edit{Session: id, Message: first, Text: "mine"}); core.KindOf(err) != core.Forbidden {
				t.Errorf("%s edits: got %v, want forbidden", name, err)
			}
		}
		if err := s.tries(s.anna, core.Edit{Session: id, Message: s.first(id, core.EventMessage), Text: "mine"}); core.KindOf(err) != core.Forbidden {
			t.Errorf("the customer's words: got %v, want forbidden", err)
		}
		if err := s.tries(s.anna, core.Edit{Session: s.write("dora", "hi"), Message: first, Text: "x"}); core.KindOf(err) != core.NotFound {
			t.Errorf("in another session: got %v, want not found", err)
		}
		s.healthy()
	})
}

// What lists show is the newest message, whatever is done to others that read the same, or to notes.
func TestThePreviewIsThatOfTheNewest(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = able
		ctx := context.Background()
		id := s.write("carla", "hi")
		old := s.says(s.anna, id, "ok")
		newest := s.says(s.anna, id, "ok")
		note := must(s.hub.Do(ctx, s.anna, core.Note{Session: id, Text: "ok"}, "")).Event.ID
		for _, step := range []struct {
			deed core.Deed
			want string
		}{
			{core.Edit{Session: id, Message: note, Text: "secret"}, "ok"},
			{core.Edit{Session: id, Message: old, Text: "older"}, "ok"},
			{core.Edit{Session: id, Message: newest, Text: "new"}, "new"},
			{core.Edit{Session: id, Message: old, Text: "new"}, "new"},
			{core.Delete{Session: id, Message: old}, "new"},
			{core.Delete{Session: id, Message: note}, "new"},
			{core.Delete{Session: id, Message: newest}, ""},
		} {
			s.do(s.anna, step.deed)
			if got := s.session(id).Preview; got != step.want {
				t.Errorf("after %+v: got %q, want %q", step.deed, got, step.want)
			}
		}
		for _, e := range s.events {
			if e.About == note && e.Audience != core.AgentsOnly {
				t.Errorf("%s of a note is for %s", e.Kind, e.Audience)
			}
		}
		seen := must(s.store.ConversationAfter(ctx, s.channel, "carla", 0, 100))
		if slices.ContainsFunc(seen, func(e core.Event) bool { return e.About == note || e.Text == "secret" }) {
			t.Error("the customer's view has something of the note")
		}
		for _, o := range s.owed("carla") {
			if strings.HasSuffix(o, fmt.Sprintf(" %d", int64(note))) {
				t.Errorf("owed is %s, which is a note's", o)
			}
		}
	})
}

func TestWhatHasNotArrivedIsEditedBeforeItIsSentAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = able
		for _, state := range []core.DeliveryState{core.Failed, core.MaySent} {
			who := string(state)
			id := s.write(who, "hi")
			m := s.says(s.anna, id, "one")
			if err := s.tries(s.anna, core.Retry{Session: id, Message: m}); core.KindOf(err) != core.Invalid {
				t.Errorf("a retry of what is queued: got %v, want invalid", err)
			}
			s.deliver(who, state, "")
			s.do(s.anna, core.Edit{Session: id, Message: m, Text: "two"})
			s.owes(who)
			s.do(s.boris, core.Retry{Session: id, Message: m})
			s.owes(who, item(core.OutSend, m))
			if got := s.at(m); got.State != core.Queued || got.Text != "two" || got.Reason != "" {
				t.Errorf("got %+v", got)
			}
			if err := s.tries(s.boris, core.Retry{Session: id, Message: m}); core.KindOf(err) != core.Invalid || len(s.owed(who)) != 1 {
				t.Errorf("a second retry: got %v and %v, want invalid and one", err, s.owed(who))
			}
			s.deliver(who, core.Sent, core.RemoteID("p "+who))
			for name, other := range map[string]core.EventID{"sent": m, "a note": must(s.hub.Do(context.Background(), s.anna, core.Note{Session: id, Text: "n"}, "")).Event.ID} {
				if err := s.tries(s.anna, core.Retry{Session: id, Message: other}); core.KindOf(err) != core.Invalid {
					t.Errorf("%s: got %v, want invalid", name, err)
				}
			}
		}
		s.healthy()
	})
}
