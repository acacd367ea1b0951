package store_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// C4: what a node has said of who is there holds for its time, by the clock that the nodes share, and no longer.
func TestPresenceHoldsForItsTimeC4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var c clock
		s := leased(t, url, &c)
		anna, boris, oleg := h.anna.Agent.ID, h.boris.Agent.ID, h.oleg.Agent.ID
		says := func(node string, agents ...core.AgentID) {
			t.Helper()
			var all []core.Presence
			for _, a := range agents {
				all = append(all, core.Presence{Agent: a, Surface: core.Workspace})
			}
			if err := s.PutPresence(ctx, node, all, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		here := func(when string, want ...core.AgentID) {
			t.Helper()
			got, err := s.Present(ctx)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %v, %v, want %v", when, got, err, want)
			}
			colleagues, err := s.Colleagues(ctx, h.sofia.Scope(), h.support)
			for _, a := range colleagues {
				_, is := slices.BinarySearch(want, a.ID)
				if a.Present != is || a.Receiving() != (is && a.Role.Has(core.Operator)) {
					t.Errorf("%s: got %+v, present %v is wanted", when, a, is)
				}
			}
			if err != nil || len(colleagues) != 4 {
				t.Errorf("%s: got %d colleagues, %v", when, len(colleagues), err)
			}
		}
		here("at first")
		says("one", anna, boris, h.sofia.Agent.ID)
		says("two", anna)
		here("said", anna, boris, h.sofia.Agent.ID)
		c.turn(time.Minute - time.Microsecond)
		says("two", anna, oleg)
		here("until then", anna, boris, h.sofia.Agent.ID, oleg)
		c.turn(time.Microsecond)
		here("the first node said no more", anna, oleg)
		if err := s.EndPresence(ctx, "two"); err != nil {
			t.Fatal(err)
		}
		here("the second took it back")
		says("three", anna)
		for _, sweep := range []struct {
			at   time.Duration
			left int
		}{{2 * time.Minute, 6}, {2*time.Minute + time.Microsecond, 4}} { // of Anna the third node's
			c.turn(sweep.at - c.now().Sub(morning))
			if err := s.SweepPresence(ctx); err != nil || h.count("presence") != sweep.left {
				t.Errorf("swept at %v: %v, left are %d, want %d", sweep.at, err, h.count("presence"), sweep.left)
			}
		}
		if n := h.count("nodes"); n != 1 {
			t.Errorf("got %d nodes, want the third", n)
		}
	})
}

// C1: when a customer was seen last is kept as long as nobody has joined their session.
func TestC1_CustomersAreSeenUntilSomebodyJoins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var c clock
		s := leased(t, url, &c)
		var waits, met, over core.SessionID
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			for name, id := range map[core.RemoteID]*core.SessionID{"waits": &waits, "met": &met, "over": &over} {
				one, err := h.begin(w, h.support, h.desk, name)
				if err != nil {
					return err
				}
				*id = one.ID
			}
			return nil
		}}))
		unmet, err := s.Unmet(ctx)
		want := map[core.Talk]core.SessionID{{Channel: h.desk, Conversation: "waits"}: waits, {Channel: h.desk, Conversation: "met"}: met, {Channel: h.desk, Conversation: "over"}: over}
		if err != nil || !maps.Equal(unmet, want) {
			t.Errorf("got %v, %v, want %v", unmet, err, want)
		}
		for range 2 {
			if err := s.SeeCustomers(ctx, []core.SessionID{over, met, waits}); err != nil {
				t.Fatal(err)
			}
			c.turn(time.Second)
		}
		if n := h.count("customer_presence WHERE seen_at = ?", core.At(morning.Add(time.Second))); n != 3 {
			t.Errorf("seen a second time: %d, want 3", n)
		}
		h.change("UPDATE sessions SET state = 'active', connected = TRUE WHERE id = ?", met)
		h.change("UPDATE sessions SET state = 'ended', ended_at = 1 WHERE id = ?", over)
		if unmet, err = s.Unmet(ctx); err != nil || len(unmet) != 1 {
			t.Errorf("one is met, one is over: got %v, %v", unmet, err)
		}
		for _, sweep := range []struct {
			past time.Duration
			left int
		}{{0, 3}, {time.Hour, 1}} {
			c.turn(sweep.past)
			if err := s.SweepPresence(ctx); err != nil || h.count("customer_presence") != sweep.left {
				t.Errorf("swept %v later: %v, left are %d, want %d", sweep.past, err, h.count("customer_presence"), sweep.left)
			}
		}
	})
}

func TestReceivingIsForOperatorsWhoAreThereAndWorkC4(t *testing.T) {
	t.Parallel()
	for _, a := range core.Availabilities {
		for _, role := range []core.Role{core.Operator, core.Supervisor, core.Operator | core.Supervisor} {
			for _, present := range []bool{false, true} {
				want := present && role != core.Supervisor && (a == core.AgentAvailable || a == core.AgentBusy)
				if got := (core.Colleague{Role: role, Availability: a, Present: present}).Receiving(); got != want {
					t.Errorf("%v, %s, there %v: got %v, want %v", role.Names(), a, present, got, want)
				}
			}
		}
	}
}

func TestWhoIsLinkedOnChannels(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			for _, l := range []core.AgentLink{
				{Channel: slack, Remote: "T/1", Agent: h.anna.Agent.ID}, {Channel: slack, Remote: "T/2", Agent: h.anna.Agent.ID},
				{Channel: slack, Remote: "T/3", Agent: h.boris.Agent.ID}, {Channel: h.desk, Remote: "T/4", Agent: h.oleg.Agent.ID},
			} {
				w.PutLink(l)
			}
			gone := h.boris
			gone.Agent.DisabledAt = w.Now()
			w.PutAgent(gone)
			return nil
		}}))
		got, err := h.store.SeenOn(ctx, []core.ChannelID{slack})
		if want := []core.Presence{{Agent: h.anna.Agent.ID, Surface: slack.String()}}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
		if got, err := h.store.SeenOn(ctx, nil); err != nil || len(got) != 0 {
			t.Errorf("on no channel: got %v, %v", got, err)
		}
	})
}
