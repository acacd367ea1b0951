package hub

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// named gives a customer's message that the channel calls so.
func (s *shop) named(customer, remote, text string) core.Inbound {
	in := s.message(customer, remote, text)
	in.Remote = core.RemoteID(remote)
	return in
}

// changed gives what a customer does to a message.
func (s *shop) changed(verb core.InboundVerb, customer, target, dedupe string) core.Inbound {
	in := s.message(customer, dedupe, "")
	in.Verb, in.Target = verb, core.RemoteID(target)
	return in
}

func (s *shop) edited(customer, target, dedupe, text string, at core.Time) core.Inbound {
	in := s.changed(core.InboundEdit, customer, target, dedupe)
	in.Text, in.At = text, at
	return in
}

func (s *shop) reacted(customer, target, dedupe, emoji string) core.Inbound {
	in := s.changed(core.InboundReact, customer, target, dedupe)
	in.Emoji = emoji
	return in
}

func (s *shop) takes(all ...core.Inbound) {
	s.t.Helper()
	for _, in := range all {
		if err := s.hub.Receive(context.Background(), in); err != nil {
			s.t.Fatalf("%s %s: %v", in.Verb, in.Dedupe, err)
		}
	}
}

// called gives the message that the channel calls so.
func (s *shop) called(remote core.RemoteID) (m core.Event) {
	s.t.Helper()
	s.work(func(w *store.Work) (err error) { m, err = w.MessageAt(s.channel, remote); return err })
	return m
}

func (s *shop) parked() []store.Parked {
	s.t.Helper()
	return must(s.store.ParkedOf(context.Background(), s.channel, 100))
}

// about gives the kinds of what happened to a message.
func (s *shop) about(id core.EventID) (kinds []core.EventKind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.About == id {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// begun is some time of the network's.
const begun = core.Time(1_790_000_000_000_000)

func TestACustomerChangesAMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.takes(s.named("carla", "m1", "helo"))
		m := s.called("m1")
		s.takes(s.edited("carla", "m1", "e1", "hello", begun))
		if got := s.called("m1"); got.Text != "hello" || got.EditedAt != begun || got.ID != m.ID || s.session(m.Session).Preview != "hello" {
			t.Errorf("edited: got %+v", got)
		}
		before := s.session(m.Session)
		s.takes(s.edited("carla", "m1", "e1", "hello", begun), s.edited("carla", "m1", "e2", "hello", begun+1), s.edited("carla", "m1", "e0", "older", begun-1))
		if got := s.called("m1"); got.Text != "hello" || s.session(m.Session) != before {
			t.Errorf("the same, nothing, and an older edit: got %+v", got)
		}
		s.takes(s.edited("carla", "m1", "e4", "hello!", 0))
		if got := s.called("m1"); got.Text != "hello!" || got.EditedAt <= begun {
			t.Errorf("an edit without a time: got %+v", got)
		}
		s.takes(s.reacted("carla", "m1", "r1", "👍"), s.reacted("carla", "m1", "r2", "❤️"))
		if got := must(core.ParseExtra(s.called("m1").Data)); got.Reaction(core.ByCustomer) != "❤️" || len(got.Reactions) != 1 {
			t.Errorf("reacted: got %+v", got)
		}
		s.takes(s.reacted("carla", "m1", "r3", ""))
		if got := s.called("m1").Data; got != "" {
			t.Errorf("taken back: got %q", got)
		}
		s.takes(s.changed(core.InboundDelete, "carla", "m1", "d1"), s.changed(core.InboundDelete, "carla", "m1", "d2"),
			s.edited("carla", "m1", "e5", "too late", begun*2), s.reacted("carla", "m1", "r4", "👍"))
		if got := s.called("m1"); got.DeletedAt == 0 || got.Text == "too late" {
			t.Errorf("deleted: got %+v", got)
		}
		want := []core.EventKind{"edited", "edited", "reacted", "reacted", "reacted", "deleted"}
		if got := s.about(m.ID); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if after := s.session(m.Session); after.Messages != 1 || after.Unread != 1 || after.State != core.Waiting {
			t.Errorf("got %+v", after)
		}
		if got := s.parked(); len(got) != 0 {
			t.Errorf("kept aside is %+v", got)
		}
		s.healthy()
	})
}

func TestWhatACustomerMayNotChange(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = able
		s.takes(s.named("carla", "m1", "hi"))
		id := s.called("m1").Session
		answer := s.says(s.anna, id, "hello")
		s.deliver("carla", core.Sent, "a1")
		for name, c := range map[string]struct {
			in   core.Inbound
			kind core.Kind
		}{
			"an agent's words":                {s.edited("carla", "a1", "1", "x", 0), core.Forbidden},
			"to delete an agent's words":      {s.changed(core.InboundDelete, "carla", "a1", "2"), core.Forbidden},
			"words in another conversation":   {s.edited("dora", "m1", "3", "x", 0), core.Invalid},
			"to delete them":                  {s.changed(core.InboundDelete, "dora", "m1", "4"), core.Invalid},
			"to react in it":                  {s.reacted("dora", "a1", "5", "👍"), core.Invalid},
			"to blank words":                  {s.edited("carla", "m1", "6", " ", 0), core.Invalid},
			"to react with a word":            {s.reacted("carla", "m1", "7", "no"), core.Invalid},
			"without a key":                   {s.edited("carla", "m1", "", "x", 0), core.Invalid},
			"under a key that was used":       {s.edited("carla", "m1", "m1", "x", 0), core.Invalid},
			"to react to an agent's words is": {s.reacted("carla", "a1", "8", "👍"), ""},
		} {
			if err := s.hub.Receive(context.Background(), c.in); core.KindOf(err) != c.kind || (err != nil) != (c.kind != "") {
				t.Errorf("%s: got %v, want %q", name, err, c.kind)
			}
		}
		if m := s.called("m1"); m.Text != "hi" || m.DeletedAt != 0 || m.EditedAt != 0 {
			t.Errorf("got %+v", m)
		}
		if got := must(core.ParseExtra(s.at(answer).Data)).Reaction(core.ByCustomer); got != "👍" {
			t.Errorf("got %q on the answer", got)
		}
		if got := s.parked(); len(got) != 0 {
			t.Errorf("kept aside is %+v", got)
		}
		s.owes("carla") // a customer's reaction is not told back to them
		s.healthy()
	})
}

// CHANNELS 5, case 5: what is done to a message comes before it.
func TestAChangeBeforeItsMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		later := []core.Inbound{
			s.edited("carla", "m1", "e1", "second", begun+1), s.edited("carla", "m1", "e0", "first", begun), s.reacted("carla", "m1", "r1", "👍"),
			s.edited("carla", "m1", "e1", "second", begun+1), // and again
			s.edited("carla", "m2", "e2", "of another", begun),
		}
		s.takes(later...)
		if got := s.parked(); len(got) != 4 || got[0].Inbound.Target != "m2" || got[3].Inbound.Text != "second" || got[3].Reason == "" || got[3].At == 0 {
			t.Fatalf("kept aside is %+v", got)
		}
		s.takes(s.named("carla", "m1", "zeroth"))
		m := s.called("m1")
		if m.Text != "second" || m.EditedAt != begun+1 || must(core.ParseExtra(m.Data)).Reaction(core.ByCustomer) != "👍" {
			t.Errorf("got %+v", m)
		}
		if got := s.parked(); len(got) != 1 || got[0].Inbound.Target != "m2" {
			t.Errorf("still kept aside is %+v", got)
		}
		s.takes(later[:4]...) // again, after a restart of the network's
		if got := s.about(m.ID); !slices.Equal(got, []core.EventKind{"edited", "reacted"}) || len(s.parked()) != 1 {
			t.Errorf("got %v, kept aside is %+v", got, s.parked())
		}
		s.takes(s.changed(core.InboundDelete, "carla", "m3", "d3"), s.named("carla", "m3", "gone"))
		if got := s.called("m3"); got.DeletedAt == 0 {
			t.Errorf("deleted before it came: got %+v", got)
		}
		s.takes(s.edited("dora", "m4", "e4", "not hers", begun), s.named("carla", "m4", "mine"))
		if got := s.called("m4"); got.Text != "mine" || len(s.parked()) != 1 {
			t.Errorf("another conversation's: got %+v, kept aside is %+v", got, s.parked())
		}
		s.healthy()
	})
}

// The sweep applies what nobody else will: both came at once, or the message is an agent's whose name came late.
func TestTheSweepAppliesWhatWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = able
		ctx := context.Background()
		s.takes(s.named("carla", "m1", "hi"))
		id := s.called("m1").Session
		answer := s.says(s.anna, id, "hello")
		s.takes(s.reacted("carla", "a1", "r1", "👍"), s.edited("carla", "a1", "x1", "hacked", begun), s.edited("carla", "never", "x2", "x", begun))
		again := s.reacted("carla", "m1", "r2", "🎉")
		s.work(func(w *store.Work) error { return s.hub.park(w, again, "kept aside by a test") })
		s.takes(again) // it is applied although it is kept aside too
		if len(s.parked()) != 4 {
			t.Fatalf("kept aside is %+v", s.parked())
		}
		s.deliver("carla", core.Sent, "a1")
		if err := s.hub.tend(ctx); err != nil {
			t.Fatal(err)
		}
		if got := s.at(answer); got.Text != "hello" || must(core.ParseExtra(got.Data)).Reaction(core.ByCustomer) != "👍" {
			t.Errorf("got %+v", got)
		}
		if got := s.parked(); len(got) != 1 || got[0].Inbound.Target != "never" {
			t.Errorf("still kept aside is %+v", got)
		}
		s.hub.clock = func() time.Time { return time.Now().Add(parkedTime - time.Minute) }
		if err := s.hub.tend(ctx); err != nil || len(s.parked()) != 1 {
			t.Errorf("before 14 days: %v, kept aside is %+v", err, s.parked())
		}
		s.hub.clock = func() time.Time { return time.Now().Add(parkedTime + time.Minute) }
		if err := s.hub.tend(ctx); err != nil || len(s.parked()) != 0 {
			t.Errorf("after 14 days: %v, kept aside is %+v", err, s.parked())
		}
		s.healthy()
	})
}

// Message, edit, reaction and deletion at once, in any order: in the end all have happened, once.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		for round := range 20 {
			who := fmt.Sprint("c", round)
			m := who + "-m"
			all := []core.Inbound{
				s.named(who, m, "one"), s.edited(who, m, who+"-e1", "two", begun), s.edited(who, m, who+"-e2", "three", begun+5), s.reacted(who, m, who+"-r", "👍"),
			}
			var wait sync.WaitGroup
			for i := range all {
				in := all[(i+round)%len(all)]
				wait.Go(func() {
					if err := s.hub.Receive(context.Background(), in); err != nil {
						t.Errorf("%s: %v", in.Verb, err)
					}
				})
			}
			wait.Wait()
			if err := s.hub.tend(context.Background()); err != nil {
				t.Fatal(err)
			}
			got := s.called(core.RemoteID(m))
			if got.Text != "three" || must(core.ParseExtra(got.Data)).Reaction(core.ByCustomer) != "👍" {
				t.Errorf("round %d: got %+v", round, got)
			}
		}
		if got := s.parked(); len(got) != 0 {
			t.Errorf("kept aside is %+v", got)
		}
		s.healthy()
	})
}

// CHANNELS 5, case 8.
func TestWhatIsNotUnderstoodIsKeptAside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		in := s.changed(core.InboundUnknown, "carla", "", "u1")
		in.Reason, in.Raw = "It is a poll.", strings.Repeat("é", core.MaxRaw)
		s.takes(in, in)
		got := s.parked()
		if len(got) != 1 || got[0].Reason != "It is a poll." || len(got[0].Inbound.Raw) != core.MaxRaw || got[0].Inbound.Identity != "carla" {
			t.Fatalf("kept aside is %d: %.200s", len(got), fmt.Sprint(got))
		}
		if err := s.hub.tend(context.Background()); err != nil || len(s.parked()) != 1 {
			t.Errorf("%v; what is not understood waits for nothing", err)
		}
		if _, err := s.store.Talking(context.Background(), s.channel, "carla"); core.KindOf(err) != core.NotFound {
			t.Errorf("it began a session: %v", err)
		}
		in.Dedupe, in.Raw = "u2", "{\"a\":\"\x00\xff\"}"
		s.takes(in)
		healths := must(s.store.Healths(context.Background()))
		if len(healths) != 1 || healths[0].Parked != 2 {
			t.Errorf("got %+v, want two parked", healths)
		}
	})
}

// CHANNELS 5, case 18.
func TestACustomerIsLostAndFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		reaches := func(verb core.InboundVerb, dedupe, reason string) {
			t.Helper()
			in := s.changed(verb, "carla", "", dedupe)
			in.Reason = reason
			s.takes(in)
		}
		reaches(core.InboundLost, "l0", "before any session")
		id := s.write("carla", "hi")
		for _, step := range []struct {
			verb                core.InboundVerb
			dedupe, reason, has string
			events              int
		}{
			{core.InboundLost, "l1", "They have blocked the bot.", "They have blocked the bot.", 1},
			{core.InboundLost, "l1", "They have blocked the bot.", "They have blocked the bot.", 1},
			{core.InboundLost, "l2", "Again.", "They have blocked the bot.", 1},
			{core.InboundFound, "f1", "", "", 2},
			{core.InboundFound, "f2", "", "", 2},
			{core.InboundLost, "l3", "", "The customer cannot be reached.", 3},
		} {
			reaches(step.verb, step.dedupe, step.reason)
			if got := s.session(id).Unreachable; got != step.has {
				t.Errorf("%s: got %q, want %q", step.dedupe, got, step.has)
			}
			if got := len(s.kinds(id)) - 2; got != step.events {
				t.Errorf("%s: got %d events, want %d", step.dedupe, got, step.events)
			}
		}
		s.write("carla", "here I am")
		if got := s.session(id); got.Unreachable != "" || got.Messages != 2 {
			t.Errorf("who writes is there: got %+v", got)
		}
		want := []core.EventKind{"started", "message", "lost", "found", "lost", "found", "message"}
		if got := s.kinds(id); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		seen := must(s.store.ConversationAfter(context.Background(), s.channel, "carla", 0, 100))
		if len(seen) != 3 {
			t.Errorf("the customer sees %d events, want what was said and the start", len(seen))
		}
		s.healthy()
	})
}

// CHANNELS 5, case 19: two channels with equal names do not mix.
func TestEqualNamesInTwoChannels(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		second := must(s.hub.AddChannel(ctx, NewChannel{Slug: "second", Kind: "widget", Department: s.support, Settings: []byte(`{}`)})).ID
		there := func(in core.Inbound) core.Inbound { in.Channel = second; return in }
		s.takes(s.named("42", "42/7", "here"), there(s.named("42", "42/7", "there")))
		mine := s.called("42/7")
		var theirs core.Event
		s.work(func(w *store.Work) (err error) { theirs, err = w.MessageAt(second, "42/7"); return err })
		if mine.ID == theirs.ID || mine.Session == theirs.Session || theirs.Text != "there" {
			t.Fatalf("got %+v and %+v", mine, theirs)
		}
		s.takes(there(s.edited("42", "42/7", "e1", "changed", begun)), there(s.edited("42", "42/8", "e2", "early", begun)), s.named("42", "42/8", "mine"))
		if got := s.called("42/7"); got.Text != "here" {
			t.Errorf("got %+v", got)
		}
		if got := s.called("42/8"); got.Text != "mine" {
			t.Errorf("another channel's edit was applied: %+v", got)
		}
		if got := must(s.store.ParkedOf(ctx, second, 10)); len(got) != 1 {
			t.Errorf("kept aside is %+v", got)
		}
		s.healthy()
	})
}
