package hub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

func TestTheSameMessageIsOneMessageB4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		first := s.message("carla", "id-1", "hello")
		for range 3 {
			if err := s.hub.Receive(ctx, first); err != nil {
				t.Fatal(err)
			}
		}
		again := s.node(url) // as after a restart
		if err := again.Receive(ctx, first); err != nil {
			t.Fatal(err)
		}
		if got := must(s.store.Talking(ctx, s.channel, "carla")).Messages; got != 1 {
			t.Errorf("got %d messages, want 1", got)
		}
		for name, in := range map[string]core.Inbound{
			"another text":                  s.message("carla", "id-1", "other"),
			"another visitor, the same id":  s.message("diego", "id-1", "hello"),
			"another visitor, another text": s.message("diego", "id-1", "other"),
		} {
			var e *core.Error
			if err := s.hub.Receive(ctx, in); !errors.As(err, &e) || e.Kind != core.Invalid || e.Field != "client_id" {
				t.Errorf("%s: got %v, want invalid client_id", name, err)
			}
		}
		if _, err := s.store.Talking(ctx, s.channel, "diego"); core.KindOf(err) != core.NotFound {
			t.Error("a refused message began a session")
		}
		s.healthy()
	})
}

func TestAnAgentsClientIDIsTheirOwn(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	ctx := context.Background()
	id := s.write("carla", "hi")
	s.do(s.anna, core.Take{Session: id})
	s.do(s.boris, core.Join{Session: id})
	first := must(s.hub.Do(ctx, s.anna, core.Say{Session: id, Text: "x"}, "k1"))
	if again := must(s.hub.Do(ctx, s.anna, core.Say{Session: id, Text: "x"}, "k1")); !again.Repeat || again.Event.ID != first.Event.ID {
		t.Errorf("got %+v, want the first answer", again)
	}
	if other := must(s.hub.Do(ctx, s.boris, core.Say{Session: id, Text: "x"}, "k1")); other.Repeat {
		t.Error("another agent's key was taken for a repeat")
	}
	key := s.anna
	key.Key = 77
	if other := must(s.hub.Do(ctx, key, core.Say{Session: id, Text: "x"}, "k1")); other.Repeat {
		t.Error("an API key shares its agent's idempotency keys")
	}
	for name, d := range map[string]core.Deed{
		"another text": core.Say{Session: id, Text: "y"}, "a note with the same text": core.Note{Session: id, Text: "x"},
		"another session": core.Say{Session: s.write("diego", "hi"), Text: "x"},
	} {
		if _, err := s.hub.Do(ctx, s.anna, d, "k1"); core.KindOf(err) != core.Invalid {
			t.Errorf("%s under the same key: got %v, want invalid", name, err)
		}
	}
	s.healthy()
}

func TestARepeatIsAnsweredAlsoAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	ctx := context.Background()
	id := s.write("carla", "hi")
	s.do(s.anna, core.Take{Session: id})
	first := must(s.hub.Do(ctx, s.anna, core.Say{Session: id, Text: "x"}, "k1"))
	s.do(s.anna, core.End{Session: id})
	again := must(s.hub.Do(ctx, s.anna, core.Say{Session: id, Text: "x"}, "k1"))
	if !again.Repeat || again.Event.ID != first.Event.ID || again.Session.State != core.Over {
		t.Errorf("got %+v, want the first answer and the session as it is", again)
	}
}

func TestWhatElseACustomerDoes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		in := s.message("carla", "", "")
		as := func(v core.InboundVerb, seen core.EventID) error {
			in := in
			in.Verb, in.Seen = v, seen
			return s.hub.Receive(ctx, in)
		}
		for _, v := range []core.InboundVerb{core.InboundEnd, core.InboundRead, core.InboundTyping} {
			if err := as(v, 1); err != nil {
				t.Errorf("%s before any session: %v", v, err)
			}
		}
		if err := as("dance", 0); core.KindOf(err) != core.Invalid {
			t.Errorf("an unknown verb: got %v, want invalid", err)
		}
		id := s.write("carla", "hi")
		s.do(s.anna, core.Take{Session: id})
		answer := must(s.hub.Do(ctx, s.anna, core.Say{Session: id, Text: "hello"}, "")).Event
		s.do(s.anna, core.Note{Session: id, Text: "inside"})
		if err := as(core.InboundRead, answer.ID); err != nil {
			t.Fatal(err)
		}
		if got := s.session(id).CustomerReadSeq; got != answer.Seq {
			t.Errorf("A12: the customer has read to %d, want %d", got, answer.Seq)
		}
		if err := as(core.InboundRead, answer.ID-1); err != nil {
			t.Fatal(err)
		}
		if got := s.session(id).CustomerReadSeq; got != answer.Seq {
			t.Errorf("the mark moved back to %d", got)
		}
		if err := as(core.InboundTyping, 0); err != nil || len(s.hints) != 1 || s.hints[0].By != core.ByCustomer || s.hints[0].Session != id {
			t.Errorf("A12: got hints %+v, error %v", s.hints, err)
		}
		if _, err := s.hub.Do(ctx, s.anna, core.Typing{Session: id}, ""); err != nil || len(s.hints) != 2 || s.hints[1].Name != "Anna" {
			t.Errorf("A12: got hints %+v, error %v", s.hints, err)
		}
		if err := as(core.InboundEnd, 0); err != nil {
			t.Fatal(err)
		}
		if got := s.session(id); got.Outcome != core.CompletedByCustomer || got.Assignee != s.anna.Agent.ID {
			t.Errorf("A17: got %+v", got)
		}
		waiting := s.write("diego", "hi")
		in = s.message("diego", "", "")
		if err := as(core.InboundEnd, 0); err != nil || s.session(waiting).State != core.Over {
			t.Errorf("a waiting session ended by its customer: %v", err)
		}
		s.healthy()
	})
}

func TestBadInboundIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	for name, c := range map[string]struct{ id, text, field string }{
		"empty text":        {"1", "", "text"},
		"blank text":        {"2", " \t\n", "text"},
		"NUL":               {"3", "a\x00", "text"},
		"invalid UTF-8":     {"4", "\xc3(", "text"},
		"65,537 bytes":      {"5", strings.Repeat("a", core.MaxText+1), "text"},
		"no id":             {"", "hi", "client_id"},
		"an id of 101":      {strings.Repeat("a", 101), "hi", "client_id"},
		"an id with spaces": {"a b", "hi", "client_id"},
	} {
		var e *core.Error
		if err := s.hub.Receive(context.Background(), s.message("carla", c.id, c.text)); !errors.As(err, &e) || e.Field != c.field {
			t.Errorf("%s: got %v, want invalid %s", name, err, c.field)
		}
	}
	if err := s.hub.Receive(context.Background(), s.message("carla", "6", strings.Repeat("a", core.MaxText))); err != nil {
		t.Errorf("65,536 bytes: %v", err)
	}
}

func TestANoteLeavesTheCustomersSideAlone(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	ctx := context.Background()
	id := s.write("carla", "hi")
	before := s.session(id)
	s.do(s.sofia, core.Note{Session: id, Text: "secret"})
	after := s.session(id)
	if after.Messages != before.Messages || after.Preview != before.Preview || after.LastAt != before.LastAt || after.State != core.Waiting || after.Unread != 1 {
		t.Errorf("got %+v, want as before but for its seq: %+v", after, before)
	}
	events := must(s.store.ConversationAfter(ctx, s.channel, "carla", 0, 100))
	if slices.ContainsFunc(events, func(e core.Event) bool { return e.Text == "secret" }) {
		t.Error("the customer's view has the note")
	}
}

func TestARepeatedAssignmentToOneselfHasTheFirstAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	ctx := context.Background()
	id := s.write("carla", "hi")
	s.do(s.anna, core.Take{Session: id})
	first := must(s.hub.Do(ctx, s.boris, core.Assign{Session: id, To: s.boris.Agent.ID}, "k1"))
	again := must(s.hub.Do(ctx, s.boris, core.Assign{Session: id, To: s.boris.Agent.ID}, "k1"))
	if !again.Repeat || again.Event.ID != first.Event.ID {
		t.Errorf("got %+v, want the first answer %+v", again.Event, first.Event)
	}
}
