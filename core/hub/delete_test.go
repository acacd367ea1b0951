package hub

import (
	"context"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

func TestDeleting(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		for _, c := range []struct {
			name  string
			can   core.Capabilities
			state core.DeliveryState // "": still queued
			owed  bool
			stays bool
		}{
			{"queued", able, "", true, false},
			{"sent", able, core.Sent, true, false},
			{"uncertain", able, core.MaySent, true, false},
			{"failed, perhaps after a part", able, core.Failed, true, false},
			{"sent where nothing can be deleted", core.Capabilities{}, core.Sent, false, true},
			{"failed where nothing can be deleted", core.Capabilities{}, core.Failed, false, false},
			{"in a channel that pulls", core.Capabilities{Pulls: true}, "", false, false},
		} {
			s.capable = c.can
			id := s.write(c.name, "hi")
			m := s.says(s.anna, id, "one")
			if c.state != "" {
				s.deliver(c.name, c.state, core.RemoteID("part of "+c.name))
			}
			before := len(s.owed(c.name))
			e := must(s.hub.Do(ctx, s.anna, core.Delete{Session: id, Message: m}, "")).Event
			if got := len(s.owed(c.name)) - before; (got == 1) != c.owed {
				t.Errorf("%s: owed is %v", c.name, s.owed(c.name))
			}
			if e.Kind != core.EventDeleted || e.About != m || (e.Reason != "") != c.stays {
				t.Errorf("%s: got %+v", c.name, e)
			}
			if s.at(m).DeletedAt == 0 {
				t.Errorf("%s: not deleted", c.name)
			}
			for _, d := range []core.Deed{
				core.Delete{Session: id, Message: m}, core.Edit{Session: id, Message: m, Text: "x"}, core.React{Session: id, Message: m, Emoji: "👍"},
				core.Retry{Session: id, Message: m}, core.Say{Session: id, Text: "x", ReplyTo: m},
			} {
				if err := s.tries(s.anna, d); core.KindOf(err) != core.NotFound {
					t.Errorf("%s: then %s got %v, want not found", c.name, d.Verb(), err)
				}
			}
		}
		s.capable = able
		id := s.write("whose", "hi")
		m := s.says(s.anna, id, "one")
		s.do(s.boris, core.Join{Session: id})
		if err := s.tries(s.boris, core.Delete{Session: id, Message: m}); core.KindOf(err) != core.Forbidden {
			t.Errorf("a colleague's: got %v, want forbidden", err)
		}
		for _, who := range []core.Actor{s.anna, s.sofia} {
			if err := s.tries(who, core.Delete{Session: id, Message: s.first(id, core.EventMessage)}); core.KindOf(err) != core.Forbidden {
				t.Errorf("%s deletes the customer's: got %v, want forbidden", who.Agent.Name, err)
			}
		}
		s.do(s.sofia, core.Delete{Session: id, Message: m})
		s.healthy()
	})
}

func TestReacting(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = able
		ctx := context.Background()
		id := s.write("carla", "hi")
		s.do(s.anna, core.Take{Session: id})
		in := s.message("carla", "q", "which?")
		in.Remote = "c1"
		if err := s.hub.Receive(ctx, in); err != nil {
			t.Fatal(err)
		}
		m := must(s.store.LogHead(ctx))
		shows := func() string { return must(core.ParseExtra(s.at(m).Data)).Reaction(core.ByAgent) }
		for _, emoji := range []string{"👍", "❤️", "❤️"} {
			s.do(s.anna, core.React{Session: id, Message: m, Emoji: emoji})
			s.owes("carla", item(core.OutReact, m))
			if shows() != emoji {
				t.Errorf("got %q, want %q", shows(), emoji)
			}
		}
		s.deliver("carla", core.Sent, "")
		seq := s.session(id).LastSeq
		s.do(s.anna, core.React{Session: id, Message: m, Emoji: "❤️"})
		if got := s.session(id).LastSeq; got != seq || len(s.owed("carla")) != 0 {
			t.Errorf("the same again made an event or a delivery: %v", s.owed("carla"))
		}
		s.do(s.boris, core.Join{Session: id})
		s.do(s.boris, core.React{Session: id, Message: m})
		s.owes("carla", item(core.OutReact, m))
		if shows() != "" {
			t.Errorf("taken back, and still %q", shows())
		}
		s.deliver("carla", core.Sent, "")
		if err := s.tries(s.anna, core.React{Session: id, Message: m, Emoji: "a"}); core.KindOf(err) != core.Invalid {
			t.Errorf("a letter: got %v, want invalid", err)
		}
		note := must(s.hub.Do(ctx, s.anna, core.Note{Session: id, Text: "n"}, "")).Event.ID
		s.do(s.anna, core.React{Session: id, Message: note, Emoji: "👍"})
		for _, can := range []core.Capabilities{{}, {Pulls: true, ReactOut: true}} {
			s.capable = can
			s.do(s.anna, core.React{Session: id, Message: m, Emoji: "👍"})
			s.do(s.anna, core.React{Session: id, Message: m})
		}
		s.owes("carla")
		s.healthy()
	})
}
