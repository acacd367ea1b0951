package hub

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

// One session is taken from a room and in the workspace at one barrier, again and again: one wins, and the other reads the name.
func TestATakeInARoomAndInTheWorkspaceS7(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A")
		ctx := context.Background()
		id := o.write("carla", "hi")
		wins := map[string]int{}
		for round := range rounds {
			takes := []func() error{
				func() error {
					_, err := o.desk.Do(ctx, o.anna, core.Take{Session: id}, at("A", ""), fmt.Sprint("press/", round))
					return err
				},
				func() error {
					_, err := o.hub.Do(ctx, o.boris, core.Take{Session: id}, "")
					return err
				},
			}
			var errs [2]error
			together(2, func(i int) { // who is started first has the better chance, so they change places
				side := (i + round) % 2
				errs[side] = takes[side]()
			})
			winner, loser := o.anna, errs[1]
			side := "room"
			if errs[0] != nil {
				winner, loser, side = o.boris, errs[0], "workspace"
			}
			wins[side]++
			lost, ok := errors.AsType[*core.Error](loser)
			if !ok || errs[0] != nil && errs[1] != nil || lost.Kind != core.Taken || lost.Winner != winner.Agent.Name {
				t.Fatalf("round %d: got %v and %v, want one winner whose name the other reads", round, errs[0], errs[1])
			}
			if got := o.session(id).Assignee; got != winner.Agent.ID {
				t.Fatalf("round %d: the session is held by %s, not by the winner", round, got)
			}
			o.do(winner, core.Release{Session: id})
		}
		taken := 0
		for _, e := range o.events {
			if e.Kind == core.EventTaken {
				taken++
			}
		}
		if taken != rounds {
			t.Errorf("got %d taken events, want one for each of %d rounds", taken, rounds)
		}
		if wins["room"] < rounds/10 || wins["workspace"] < rounds/10 {
			t.Errorf("got wins %v, want both sides to win a tenth", wins)
		}
		o.healthy()
	})
}
