package hub

import (
	"context"
	"fmt"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

// places gives who of the customers waits at which place, on a node.
func (d *day) places(on *Hub, customers ...string) (all []int64) {
	d.t.Helper()
	told := must(on.Waits(context.Background()))
	for _, c := range customers {
		all = append(all, told[core.Talk{Channel: d.channel, Conversation: core.RemoteID(c)}].Place)
	}
	return all
}

func TestTheCustomersPlaceIsThatInTheOrderOfTheQueueC1C3C21(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		other := d.node(url)
		want := func(when string, places ...int64) {
			t.Helper()
			for _, node := range []*Hub{d.hub, other} {
				if got := d.places(node, "carla", "dora", "emil", "fay"); fmt.Sprint(got) != fmt.Sprint(places) {
					t.Errorf("%s: got %v, want %v", when, got, places)
				}
			}
		}
		carla := d.write("carla", "hi")
		d.pass(time.Minute)
		dora := d.write("dora", "hi")
		d.pass(time.Minute)
		emil := d.write("emil", "hi")
		empty := d.message("fay", "f", "")
		empty.Verb = core.InboundEmpty
		must(0, d.hub.Receive(context.Background(), empty))
		want("as they came", 1, 2, 3, 0)
		d.do(d.anna, core.Prioritise{Session: emil, Priority: core.High})
		want("a priority", 2, 3, 1, 0)
		d.do(d.sofia, core.Assign{Session: carla, To: d.anna.Agent.ID})
		want("nobody has joined yet", 2, 3, 1, 0)
		d.do(d.anna, core.Take{Session: carla})
		want("an agent joined", 0, 2, 1, 0)
		d.do(d.anna, core.Release{Session: carla})
		want("put back: they notice nothing, the others do", 0, 3, 1, 0)
		d.do(d.anna, core.Transfer{Session: dora, To: d.sales})
		want("another department's queue", 0, 1, 1, 0)
		d.do(d.anna, core.End{Session: emil})
		want("it ended", 0, 1, 0, 0)
	})
}

func TestThePaceOutlivesANodeAndIsOneForAllA6S4_15(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		if err := d.store.PutPresence(context.Background(), "node", []core.Presence{{Agent: d.anna.Agent.ID, Surface: core.Workspace}}, time.Hour); err != nil {
			t.Fatal(err)
		}
		first := d.write("carla", "hi")
		for _, who := range []string{"dora", "emil", "fay"} {
			d.write(who, "hi")
		}
		d.places(d.hub)
		d.pass(4 * time.Minute)
		d.do(d.anna, core.Take{Session: first})
		talk := core.Talk{Channel: d.channel, Conversation: "fay"}
		if got := must(d.node(url).Waits(context.Background()))[talk]; got.Place != 3 || got.Minutes != 12 {
			t.Errorf("a new node: got %+v, want the third, in 12 minutes", got)
		}
		d.set(`{"queue": {"show": "none"}}`)
		if got := must(d.hub.Waits(context.Background()))[talk]; got != (core.Wait{Show: core.ShowNothing}) {
			t.Errorf("not to be shown: got %+v", got)
		}
		d.healthy()
	})
}
