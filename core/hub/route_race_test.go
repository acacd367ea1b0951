package hub

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

// Two nodes, and everything at once that takes and frees: distribution and hands, releases and transfers, in two departments that share their
// operators. In the end all counts agree, nobody has more than a hard limit allows, and nothing waits for whom there is room.
func TestRacesOfDistributionAndHandsC3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "round_robin", "hard_limit": true`)
		ctx := context.Background()
		must(f.hub.SetSettings(ctx, admin(f.anna), f.sales, []byte(`{"distribution": {"strategy": "least_busy", "hard_limit": true}}`), 0))
		const limit = 3
		var agents []core.Actor
		for i := range 3 {
			agents = append(agents, f.agent(fmt.Sprint("Agent", i), core.Roles{f.support: core.Operator | core.Supervisor, f.sales: core.Operator | core.Supervisor}))
		}
		f.here(limit, agents...)
		nodes := []*Hub{f.hub, f.node(url)}
		const customers = 12
		var above, lost, waited atomic.Int64
		for round := range 6 {
			together(customers*2, func(i int) {
				h, who := nodes[i%2], agents[rand.IntN(len(agents))]
				customer := core.RemoteID(fmt.Sprint("customer ", i/2))
				in := f.message(string(customer), fmt.Sprintf("%d/%d", round, i), "hi")
				if i%2 == 0 {
					if err := h.Receive(ctx, in); err != nil {
						t.Error(err)
					}
					return
				}
				s, err := f.store.Talking(ctx, f.channel, customer)
				if err != nil {
					return
				}
				var d core.Deed
				switch rand.IntN(6) {
				case 0:
					d = core.Take{Session: s.ID, Over: true}
				case 1:
					d = core.Release{Session: s.ID}
				case 2:
					d = core.Transfer{Session: s.ID, To: f.sales + f.support - s.Department}
				case 3:
					d = core.Assign{Session: s.ID, To: agents[rand.IntN(len(agents))].Agent.ID, Over: true}
				default:
					d = core.End{Session: s.ID}
				}
				_, err = h.Do(ctx, who, d, "")
				switch core.KindOf(err) {
				case core.Taken, core.Forbidden:
					lost.Add(1)
				case core.Ended, core.NotFound, core.Invalid:
				case "":
					if err != nil {
						t.Error(err)
					}
				default:
					t.Errorf("%s: %v", d.Verb(), err)
				}
			})
			for _, a := range agents {
				if must(f.store.Load(ctx, a.Agent.ID)).Open > limit {
					above.Add(1)
				}
			}
			for _, d := range must(f.store.AllDepartments(ctx)) {
				waited.Add(d.Unassigned)
			}
			f.settled()
		}
		if above.Load() > 0 {
			t.Errorf("%d times somebody had more than the hard limit", above.Load())
		}
		if lost.Load() == 0 || waited.Load() == 0 {
			t.Errorf("no race was met: %d lost, %d waited", lost.Load(), waited.Load())
		}
	})
}

// Who takes by hand keeps it, whatever distribution does at the same time: it is one or the other's, once.
func TestDistributionNeverOverwritesAHandC3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "round_robin"`)
		ctx := context.Background()
		f.here(1, f.boris)
		other := f.node(url)
		held := f.write("first", "hi")
		byHand := 0
		const few = 60
		for round := range few {
			id := f.write(fmt.Sprint("visitor ", round), "hi") // waits: Boris is full
			var taken error
			together(2, func(i int) {
				if i == 0 {
					_, taken = f.hub.Do(ctx, f.anna, core.Take{Session: id}, "")
				} else if _, err := other.Do(ctx, f.boris, core.End{Session: held}, ""); err != nil {
					t.Error(err)
				}
			})
			holder := f.holder(id)
			switch {
			case taken == nil && holder == "Anna":
				byHand++
				f.do(f.anna, core.End{Session: id})
				held = f.write(fmt.Sprint("next ", round), "hi")
			case core.KindOf(taken) == core.Taken && holder == "Boris":
				held = id
			default:
				t.Fatalf("round %d: taking says %v, and %q holds it", round, taken, holder)
			}
		}
		if byHand == 0 || byHand == few {
			t.Errorf("no race was met: %d of %d by hand", byHand, few)
		}
		f.settled()
	})
}

// Two departments give at once to the one who works in both, each on a node of its own: there is room for one.
func TestOneAgentOfTwoDepartmentsIsNotGivenTooMuchS49(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		f := openFloor(t, url, `"strategy": "round_robin"`)
		ctx := context.Background()
		must(f.hub.SetSettings(ctx, admin(f.anna), f.sales, []byte(`{"distribution": {"strategy": "round_robin"}}`), 0))
		both := f.agent("Both Ways", core.Roles{f.support: core.Operator, f.sales: core.Operator})
		boss := f.agent("Boss", core.Roles{f.support: core.Supervisor, f.sales: core.Supervisor})
		f.here(1, both)
		nodes := []*Hub{f.hub, f.node(url)}
		for round := range 40 {
			customers := []string{fmt.Sprint("support ", round), fmt.Sprint("sales ", round)}
			together(2, func(i int) {
				in := f.message(customers[i], fmt.Sprintf("%d/%d", round, i), "hi")
				if i == 1 {
					in.Department = f.sales
				}
				if err := nodes[i].Receive(ctx, in); err != nil {
					t.Error(err)
				}
			})
			if open := must(f.store.Load(ctx, both.Agent.ID)).Open; open != 1 {
				t.Fatalf("round %d: holds %d, want 1", round, open)
			}
			for _, c := range customers {
				must(f.hub.Do(ctx, boss, core.End{Session: must(f.store.Talking(ctx, f.channel, core.RemoteID(c))).ID}, ""))
			}
		}
		f.settled()
	})
}
