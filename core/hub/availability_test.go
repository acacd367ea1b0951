package hub

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

func TestAnAgentSaysWhetherTheyWorkC4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		rosa := must(s.hub.AddAgent(ctx, NewAgent{Email: "rosa@example.test", Name: "Rosa Diaz", Password: "long enough", Roles: core.Roles{s.support: core.Operator}}))
		who := must(s.store.AgentByEmail(ctx, rosa.Email))
		if who.Agent.Availability != core.AgentAvailable {
			t.Errorf("at first: got %q, want available", who.Agent.Availability)
		}
		news := func() (n int) {
			t.Helper()
			events := must(s.store.LogAfter(ctx, 0, 10_000))
			for _, e := range events {
				if e.Kind == core.EventAgentChanged && e.Target == rosa.ID {
					n++
				}
			}
			return n
		}
		before := news()
		for _, word := range []core.Availability{core.AgentAway, core.AgentAway, core.AgentBusy} {
			now, err := s.hub.SetAvailability(ctx, who, word)
			if err != nil || now.Agent.Availability != word || now.Roles[s.support] != core.Operator {
				t.Errorf("%q: got %+v, %v", word, now, err)
			}
		}
		if got := news() - before; got != 2 {
			t.Errorf("got %d changes told, want 2: the same word again is none", got)
		}
		if _, err := s.hub.SetAvailability(ctx, who, "CANARY"); core.KindOf(err) != core.Invalid {
			t.Errorf("no such word: got %v, want invalid", err)
		}
		if err := s.hub.SetPassword(ctx, rosa.Email, "another one"); err != nil {
			t.Fatal(err)
		}
		now := must(s.store.AgentByEmail(ctx, rosa.Email))
		if now.Agent.Availability != core.AgentBusy {
			t.Errorf("after another change: got %q, want what she said last", now.Agent.Availability)
		}
		if err := s.hub.putAgent(ctx, who); err != nil { // as somebody changes her who looked before
			t.Fatal(err)
		}
		colleagues := must(s.store.Colleagues(ctx, now.Scope(), s.support))
		var seen core.Availability
		for _, c := range colleagues {
			if c.ID == rosa.ID {
				seen = c.Availability
			}
		}
		if seen != core.AgentBusy {
			t.Errorf("colleagues see %q, want busy", seen)
		}
		if err := s.hub.DisableAgent(ctx, rosa.Email); err != nil {
			t.Fatal(err)
		}
		if _, err := s.hub.SetAvailability(ctx, who, core.AgentAway); core.KindOf(err) != core.Forbidden {
			t.Errorf("of a disabled agent: got %v, want forbidden", err)
		}
	})
}

// What Slack or another channel says lowers it for a time, and comes back by itself: also where nobody runs the channel any more.
func TestAChannelLowersAvailabilityForATimeS10(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "R")
		ctx := context.Background()
		now := time.Now()
		o.hub.clock = func() time.Time { return now }
		o.link(o.anna, "T/anna")
		is := func(when string, want core.Availability) {
			t.Helper()
			a := must(o.desk.Agent(ctx, "T/anna"))
			if a.Agent.Availability != want {
				t.Errorf("%s: got %q, want %q", when, a.Agent.Availability, want)
			}
		}
		quieten := func(minutes int, want bool) {
			t.Helper()
			got, err := o.desk.Quieten(ctx, "T/anna", core.AgentBusy, core.At(now.Add(time.Duration(minutes)*time.Minute)))
			if got != want || err != nil {
				t.Errorf("%d minutes: got %v, %v, want %v", minutes, got, err, want)
			}
		}
		if got, err := o.desk.Linked(ctx); err != nil || len(got) != 1 || got[0] != "T/anna" {
			t.Errorf("linked: got %q, %v", got, err)
		}
		before := must(o.store.LogAfter(ctx, 0, 10_000))
		quieten(10, true)
		quieten(10, false)
		is("begun", core.AgentBusy)
		if news := must(o.store.LogAfter(ctx, before[len(before)-1].ID, 10)); len(news) != 1 || news[0].Kind != core.EventAgentChanged || news[0].Target != o.anna.Agent.ID {
			t.Errorf("got the events %+v, want one of her", news)
		}
		if err := o.hub.tend(ctx); err != nil {
			t.Fatal(err)
		}
		is("while it lasts", core.AgentBusy)
		now = now.Add(10 * time.Minute)
		if err := o.hub.tend(ctx); err != nil {
			t.Fatal(err)
		}
		is("over", core.AgentAvailable)
		quieten(10, true)
		must(o.desk.SetAvailability(ctx, o.anna, core.AgentBusy))
		now = now.Add(10 * time.Minute)
		if err := o.hub.tend(ctx); err != nil {
			t.Fatal(err)
		}
		is("over, and she has spoken", core.AgentBusy)
		if changed, err := o.desk.Quieten(ctx, "T/nobody", core.AgentBusy, core.At(now.Add(time.Hour))); changed || err != nil {
			t.Errorf("who is not linked: got %v, %v", changed, err)
		}
	})
}

// What an agent says by hand holds, also where another node is about to lower it for a channel.
func TestWhatAnAgentSaysHoldsWhileAChannelLowersItS10(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		other := s.node(url)
		read, free, lowered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		var once sync.Once
		go func() {
			_, _, err := other.changeAvailability(ctx, s.anna.Agent.ID, core.Event{}, func(a *core.Agent, now core.Time) (bool, error) {
				once.Do(func() { close(read); <-free })
				return a.Quieten(s.channel, core.AgentBusy, now.Add(time.Hour), now), nil
			})
			lowered <- err
		}()
		<-read
		spoke := make(chan error, 1)
		go func() {
			_, err := s.hub.SetAvailability(ctx, s.anna, core.AgentAway)
			spoke <- err
		}()
		var err error
		select {
		case err = <-spoke: // with nothing to wait for
			close(free)
		case <-time.After(200 * time.Millisecond):
			close(free)
			err = <-spoke
		}
		if err := errors.Join(err, <-lowered); err != nil {
			t.Fatal(err)
		}
		if a := must(s.store.AgentByEmail(ctx, s.anna.Agent.Email)).Agent; a.Availability != core.AgentAway || a.QuietFormer != "" {
			t.Errorf("got %q, then %q again: want what she has said", a.Availability, a.QuietFormer)
		}
	})
}
