package core

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// free is an operator who is there and available.
func free(id AgentID, limit int64) Candidate {
	return Candidate{Load: Load{Agent: id, Own: limit}, Role: Operator, Availability: AgentAvailable, Present: true, Limit: limit}
}

// chosen gives who is given a session at the beginning of time.
func chosen(how Distribution, s Session, all ...Candidate) int {
	i, _ := how.Choose(s, all, 0)
	return i
}

func TestWhoGetsSessionsC4S48(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change    func(*Candidate)
		want      Bar
		receiving bool
	}{
		"an operator who is there":             {func(*Candidate) {}, "", true},
		"one who is busy":                      {func(c *Candidate) { c.Availability = AgentBusy }, "", true},
		"one who is supervisor too":            {func(c *Candidate) { c.Role = Operator | Supervisor }, "", true},
		"one who has room":                     {func(c *Candidate) { c.Open = 1 }, "", true},
		"one who wants any number":             {func(c *Candidate) { c.Limit, c.Open = 0, 900 }, "", true},
		"a supervisor who is no operator (C6)": {func(c *Candidate) { c.Role = Supervisor }, BarRole, false},
		"one without a role":                   {func(c *Candidate) { c.Role = 0 }, BarRole, false},
		"one who works here no more":           {func(c *Candidate) { c.Disabled = true }, BarRole, false},
		"one who is away":                      {func(c *Candidate) { c.Availability = AgentAway }, BarAway, false},
		"one who is offline":                   {func(c *Candidate) { c.Availability = AgentOffline }, BarAway, false},
		"one who is nowhere":                   {func(c *Candidate) { c.Present = false }, BarAbsent, false},
		"one who has no room":                  {func(c *Candidate) { c.Open = 2 }, BarFull, true},
		"one who has more than they want":      {func(c *Candidate) { c.Open = 5 }, BarFull, true},
		"one who is full, and away":            {func(c *Candidate) { c.Open, c.Availability = 2, AgentAway }, BarAway, false},
	} {
		a := free(1, 2)
		c.change(&a)
		if got := a.Bar(); got != c.want || a.Receiving() != c.receiving {
			t.Errorf("%s: got bar %q, receiving %v, want %q, %v", name, got, a.Receiving(), c.want, c.receiving)
		}
		if room := a.Room(); (room > 0) != (c.want == "") {
			t.Errorf("%s: got room for %d", name, room)
		}
	}
}

func TestWhatAnAgentMayHoldC4(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ ceiling, own, want int64 }{{0, 0, 0}, {0, 3, 3}, {5, 0, 5}, {5, 3, 3}, {5, 8, 5}, {5, 5, 5}} {
		if got := (Distribution{Ceiling: c.ceiling}).Limit(c.own); got != c.want {
			t.Errorf("ceiling %d, own %d: got %d, want %d", c.ceiling, c.own, got, c.want)
		}
	}
}

// The order of two in each strategy; the first is to be chosen. Each case stands for one step of FEATURES C3.
func TestWhoIsChosenC3S414(t *testing.T) {
	t.Parallel()
	with := func(c Candidate, open int64, ended, assigned Time) Candidate {
		c.Open, c.LastEndedAt, c.LastAssignedAt = open, ended, assigned
		return c
	}
	busy := func(c Candidate) Candidate { c.Availability = AgentBusy; return c }
	for name, c := range map[string]struct {
		strategies    []Strategy
		priority      Priority
		first, second Candidate
	}{
		"the smallest part in use":                      {[]Strategy{RoundRobin}, Normal, with(free(2, 10), 2, 9, 9), with(free(1, 2), 1, 1, 1)},
		"of the same part the fewest":                   {[]Strategy{RoundRobin}, Normal, with(free(2, 2), 1, 9, 9), with(free(1, 4), 2, 1, 1)},
		"the fewest":                                    {[]Strategy{LeastBusy, PriorityFirst}, Normal, with(free(2, 2), 1, 9, 9), with(free(1, 10), 2, 1, 1)},
		"of as many the smallest part":                  {[]Strategy{LeastBusy, PriorityFirst}, Normal, with(free(2, 5), 1, 9, 9), with(free(1, 2), 1, 1, 1)},
		"then whose last ended earliest":                {Strategies[1:], Normal, with(free(2, 2), 1, 5, 9), with(free(1, 2), 1, 6, 1)},
		"who never had one before all (S5.33)":          {Strategies[1:], Normal, with(free(2, 2), 0, 0, 9), with(free(1, 2), 0, 6, 1)},
		"then the longest without one":                  {Strategies[1:], Normal, with(free(2, 2), 1, 5, 1), with(free(1, 2), 1, 5, 2)},
		"at last by id":                                 {Strategies[1:], Normal, free(1, 2), free(2, 2)},
		"any number is nothing in use":                  {[]Strategy{RoundRobin}, Normal, with(free(2, 0), 7, 9, 9), with(free(1, 8), 1, 1, 1)},
		"available before busy, however full (S4.8)":    {Strategies[1:], Normal, with(free(2, 9), 8, 9, 9), busy(free(1, 9))},
		"what is urgent too, but under priority first":  {[]Strategy{RoundRobin, LeastBusy}, Urgent, with(free(2, 9), 8, 9, 9), busy(free(1, 9))},
		"under priority first what is urgent to a busy": {[]Strategy{PriorityFirst}, Urgent, busy(free(2, 9)), with(free(1, 9), 1, 0, 0)},
		"and what is high not":                          {[]Strategy{PriorityFirst}, High, with(free(2, 9), 8, 9, 9), busy(free(1, 9))},
	} {
		for _, strategy := range c.strategies {
			how := Distribution{Strategy: strategy}
			s := Session{Priority: c.priority}
			if a, b := chosen(how, s, c.first, c.second), chosen(how, s, c.second, c.first); a != 0 || b != 1 {
				t.Errorf("%s, %s: got %d and %d, want the first in either order", name, strategy, a, b)
			}
		}
	}
	all := []Candidate{free(1, 2), free(2, 2)}
	if got := chosen(Distribution{Strategy: Manual}, Session{}, all...); got != -1 {
		t.Errorf("by hand: got %d, want nobody", got)
	}
	if got := chosen(Distribution{Strategy: RoundRobin}, Session{PutBackBy: 1}, all...); got != 1 {
		t.Errorf("put back by the first: got %d, want the other", got)
	}
	if got := chosen(Distribution{Strategy: RoundRobin}, Session{PutBackBy: 1}, all[0]); got != -1 {
		t.Errorf("put back by the only one: got %d, want it to wait", got)
	}
}

// Sue has room for five, Joe for one, Bob for two; their last chats ended in the order Joe, Bob, Sue.
func TestTheWorkedCaseS533(t *testing.T) {
	t.Parallel()
	all := []Candidate{free(1, 5), free(2, 1), free(3, 2)}
	names := []string{"Sue", "Joe", "Bob"}
	all[0].LastEndedAt, all[1].LastEndedAt, all[2].LastEndedAt = 30, 10, 20
	how := Distribution{Strategy: RoundRobin}
	var got []string
	for at := range Time(9) {
		i := chosen(how, Session{}, all...)
		if i < 0 {
			got = append(got, "waits")
			continue
		}
		all[i].Open++
		all[i].LastAssignedAt = 100 + at
		got = append(got, names[i])
	}
	if want := []string{"Joe", "Bob", "Sue", "Sue", "Sue", "Bob", "Sue", "Sue", "waits"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Whoever there is, a session is given to nobody who may not get it, and waits only if nobody may.
func TestDistributionKeepsItsPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int64Range(0, 4)
		all := make([]Candidate, rapid.IntRange(0, 6).Draw(t, "agents"))
		for i := range all {
			all[i] = Candidate{
				Load: Load{Agent: AgentID(i + 1), Open: number.Draw(t, "open"), LastEndedAt: Time(number.Draw(t, "ended"))},
				Role: Role(number.Draw(t, "role") & 3), Availability: rapid.SampledFrom(Availabilities).Draw(t, "availability"),
				Present: rapid.Bool().Draw(t, "present"), Limit: number.Draw(t, "limit"),
			}
		}
		how := Distribution{Strategy: rapid.SampledFrom(Strategies[1:]).Draw(t, "strategy")}
		s := Session{Priority: rapid.SampledFrom(Priorities).Draw(t, "priority"), PutBackBy: AgentID(number.Draw(t, "put back by"))}
		may := slices.DeleteFunc(slices.Clone(all), func(c Candidate) bool { return c.Bar() != "" || c.Agent == s.PutBackBy })
		i := chosen(how, s, all...)
		if i < 0 {
			if len(may) > 0 {
				t.Fatalf("it waits, although %+v may have it", may)
			}
			return
		}
		c := all[i]
		switch {
		case c.Limit != 0 && c.Open+1 > c.Limit:
			t.Fatalf("beyond the limit: %+v", c)
		case c.Availability == AgentAway || c.Availability == AgentOffline || !c.Present || !c.Role.Has(Operator):
			t.Fatalf("to one who does not receive: %+v", c)
		case c.Agent == s.PutBackBy:
			t.Fatalf("to who put it back: %+v", c)
		}
		free := slices.ContainsFunc(may, func(c Candidate) bool { return c.Availability == AgentAvailable })
		if c.Availability == AgentBusy && free && (how.Strategy != PriorityFirst || s.Priority != Urgent) {
			t.Fatalf("to a busy one, although an available one may have it: %+v", may)
		}
		if again := rapid.Permutation(all).Draw(t, "shuffled"); again[chosen(how, s, again...)].Agent != c.Agent {
			t.Fatalf("in another order it goes to another")
		}
	})
}

func BenchmarkChoose(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			all := make([]Candidate, n)
			for i := range all {
				all[i] = free(AgentID(i+1), 5)
				all[i].Open = int64(i % 5)
			}
			how := Distribution{Strategy: RoundRobin}
			for b.Loop() {
				how.Choose(Session{}, all, 0)
			}
		})
	}
}
