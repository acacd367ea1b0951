package hub

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

func TestWhoWritesSoonAfterTheEndOpensItAgainC12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.capable = core.Capabilities{} // a messenger
		id := d.write("carla", "hi")
		d.do(d.anna, core.Take{Session: id})
		d.do(d.boris, core.Join{Session: id})
		d.do(d.anna, core.Say{Session: id, Text: "done"})
		d.do(d.anna, core.End{Session: id})
		before, ended := d.session(id), len(d.kinds(id))
		d.pass(23 * time.Hour)
		if again := d.write("carla", "one thing more"); again != id {
			t.Fatal("another session began")
		}
		s := d.session(id)
		if s.State != core.Waiting || s.Outcome != "" || s.EndedAt != 0 || s.Assignee != 0 || s.Unread != 1 || s.Version != before.Version+1 {
			t.Errorf("got %+v, want it in the queue with one unread", s)
		}
		if got := d.kinds(id)[ended:]; !slices.Equal(got, []core.EventKind{core.EventReopened, core.EventMessage}) {
			t.Errorf("got %v", got)
		}
		d.healthy()
		d.do(d.boris, core.Take{Session: id})
		d.do(d.boris, core.End{Session: id})
		d.pass(24 * time.Hour)
		if d.write("carla", "next day") == id {
			t.Error("a day later: the session was opened again")
		}
		d.healthy()
	})
}

func TestWhatIsNotOpenedAgainC12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		id := d.write("carla", "hi")
		d.do(d.anna, core.End{Session: id})
		if d.write("carla", "again") == id {
			t.Error("on a site a session was opened again, where nobody has set that")
		}
		must(d.hub.SetSettings(context.Background(), admin(d.anna), 0, []byte(`{"reopen": {"site": 600}}`), 0))
		id = d.write("dora", "hi")
		d.do(d.anna, core.Unanswered{Session: id})
		if d.write("dora", "hello?") != id {
			t.Error("what was closed as unanswered began another session (FEATURES C14)")
		}
		d.do(d.anna, core.Block{Session: id, For: core.For24Hours})
		d.do(d.anna, core.Unblock{Session: id})
		if d.write("dora", "sorry") == id {
			t.Error("what a block has ended was opened again")
		}
		id = d.write("emil", "hi")
		d.do(d.sofia, core.Transfer{Session: id, To: d.sales})
		d.do(d.eve, core.End{Session: id})
		if d.write("emil", "still there?") != id {
			t.Error("it began anew, and not where it was transferred to")
		}
		if got := d.session(id); got.Department != d.sales || got.State != core.Waiting {
			t.Errorf("got %+v, want it in the queue of Sales", got)
		}
		d.healthy()
	})
}

// In a thread of a help channel others may write, too, and they are not whom the session is with.
func TestWhoOpensItAgainIsNotWhomItIsWithC12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.capable = core.Capabilities{}
		says := func(who, name, id string) {
			t.Helper()
			in := d.message("thread 1", id, "hi")
			in.Identity, in.Profile.Name = core.RemoteID(who), name
			must(0, d.hub.Receive(context.Background(), in))
		}
		says("carla", "Carla", "m1")
		id := must(d.store.Talking(context.Background(), d.channel, "thread 1")).ID
		for i, tt := range []struct{ who, name, want string }{{"dora", "Dora", "Carla"}, {"carla", "Carla Novak", "Carla Novak"}} {
			d.do(d.anna, core.End{Session: id})
			says(tt.who, tt.name, fmt.Sprint("again", i))
			all := core.Scope{Departments: []core.DepartmentID{d.support}}
			if got := must(d.store.Session(context.Background(), all, id)); !got.Open() || got.CustomerName != tt.want {
				t.Errorf("%s writes: the session is with %q, open %v; want %q", tt.name, got.CustomerName, got.Open(), tt.want)
			}
		}
	})
}

func TestManyMessagesAtOnceOpenASessionOnceC12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.capable = core.Capabilities{}
		id := d.write("carla", "hi")
		d.do(d.anna, core.End{Session: id})
		nodes := []*Hub{d.hub, d.node(url)}
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				must(0, nodes[i%2].Receive(context.Background(), d.message("carla", fmt.Sprintf("again%d", i), "still here")))
			})
		}
		wait.Wait()
		s := d.session(id)
		if s.Version != 3 || s.CustomerMessages != 9 || s.State != core.Waiting {
			t.Errorf("got %+v, want it opened again once, with nine messages", s)
		}
		d.healthy()
	})
}
