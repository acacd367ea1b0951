package store_test

import (
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
		if n := h.count("presence"); n != 3 {
			t.Errorf("got %d rows, want the first node's 3", n)
		}
		for _, sweep := range []struct {
			at   time.Duration
			left int
		}{{2 * time.Minute, 3}, {2*time.Minute + time.Microsecond, 0}} {
			c.turn(sweep.at - c.now().Sub(morning))
			if err := s.SweepPresence(ctx); err != nil || h.count("presence") != sweep.left {
				t.Errorf("swept at %v: %v, left are %d, want %d", sweep.at, err, h.count("presence"), sweep.left)
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
