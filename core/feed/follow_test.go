package feed_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
	"parley/core/feed"
)

// published commits the events and tells the feed.
func published(l *memoryLog, f *feed.Feed, events ...core.Event) {
	f.Publish(core.Committed{Events: l.commit(events...)})
}

func follow(t *testing.T, f *feed.Feed, c *agentClient) *agentClient {
	t.Helper()
	if err := c.connect(t.Context(), f); err != nil {
		t.Fatalf("Follow: got %v, want nil", err)
	}
	t.Cleanup(func() {
		for _, fault := range c.faults {
			t.Error(fault)
		}
	})
	return c
}

func inDepartments(agent core.AgentID, departments ...core.DepartmentID) *agentClient {
	return &agentClient{scope: core.Scope{Agent: agent, Departments: departments}}
}

func wantIDs(t *testing.T, who string, got []core.EventID, want ...core.EventID) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s saw: got %v, want %v", who, numbers(got), numbers(want))
	}
}

// bubble runs a test in a bubble, whose time passes when all in it wait.
func bubble(t *testing.T, do func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, do)
}

func TestACursorIsContinuedOrNot(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		after   core.EventID
		ring    int
		resumed bool
		seen    []core.EventID
	}{
		"no cursor begins now":                                {0, 100, false, nil},
		"the newest cursor has missed nothing":                {20, 100, true, nil},
		"a cursor in memory is continued from there":          {17, 100, true, []core.EventID{18, 19, 20}},
		"a cursor before what is in memory is read":           {11, 3, true, []core.EventID{12, 13, 14, 15, 16, 17, 18, 19, 20}},
		"a cursor at the end of reach is continued":           {10, 3, true, []core.EventID{11, 12, 13, 14, 15, 16, 17, 18, 19, 20}},
		"a cursor one beyond reach is not":                    {9, 100, false, nil},
		"a cursor that this log never gave is not":            {21, 100, false, nil},
		"a cursor from far in the future, of a lost database": {5000, 100, false, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				l := &memoryLog{}
				f := start(t, l, feed.WithReach(10), feed.WithRing(tt.ring, 1<<20), feed.WithPages(4, 3, 5))
				synctest.Wait()
				published(l, f, messages(1, 20)...)
				synctest.Wait()
				c := inDepartments(1, 1)
				c.cursor = tt.after
				follow(t, f, c)
				if resumed := c.anew == 0; resumed != tt.resumed {
					t.Errorf("resumed: got %v, want %v", resumed, tt.resumed)
				}
				wantIDs(t, "the agent", c.ids(), tt.seen...)
				if c.cursor != 20 {
					t.Errorf("cursor: got %d, want 20", int64(c.cursor))
				}
				published(l, f, messages(1, 1)...)
				synctest.Wait()
				wantIDs(t, "the agent", c.ids(), append(tt.seen, 21)...)
			})
		})
	}
}

func TestWhoSeesWhatHappens(t *testing.T) {
	t.Parallel()
	settings := func(kind core.EventKind, d core.DepartmentID, target core.AgentID) core.Event {
		return core.Event{Kind: kind, Department: d, Target: target, Audience: core.AgentsOnly}
	}
	assigned := note(1, "x", "")
	assigned.Kind, assigned.Target = core.EventAssigned, 2
	tests := map[string]struct {
		event core.Event
		want  []core.AgentID // of agent 1 in departments 1 and 3, agent 2 in 2, agent 3 in none
	}{
		"what a customer says is for their department":              {say(1, "x", ""), []core.AgentID{1}},
		"a note is for the department too":                          {note(3, "x", ""), []core.AgentID{1}},
		"another department's words are not":                        {say(2, "x", ""), []core.AgentID{2}},
		"nobody's department is nobody's":                           {say(4, "x", ""), nil},
		"being assigned what one cannot see shows nothing":          {assigned, []core.AgentID{1}},
		"both departments learn of a transfer":                      {core.Event{Kind: core.EventTransferred, Session: 1, Department: 2, Former: 3}, []core.AgentID{1, 2}},
		"also where the other one is nobody's":                      {core.Event{Kind: core.EventTransferred, Session: 1, Department: 4, Former: 2}, []core.AgentID{2}},
		"a department's settings are for the department":            {settings(core.EventDepartmentChanged, 3, 0), []core.AgentID{1}},
		"a channel's settings are for its department":               {settings(core.EventChannelChanged, 2, 0), []core.AgentID{2}},
		"a change of an agent in a department is for it":            {settings(core.EventAgentChanged, 1, 9), []core.AgentID{1}},
		"and for the agent, who may not be in it yet or any more":   {settings(core.EventAgentChanged, 1, 3), []core.AgentID{1, 3}},
		"a change of an agent without department is for everybody":  {settings(core.EventAgentChanged, 0, 2), []core.AgentID{1, 2, 3}},
		"a login that ended is its owner's business":                {settings(core.EventLoginEnded, 0, 2), []core.AgentID{2}},
		"a login that ended is told to an agent without department": {settings(core.EventLoginEnded, 0, 3), []core.AgentID{3}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				l := &memoryLog{}
				f := start(t, l)
				published(l, f, messages(9, 1)...)
				live := []*agentClient{inDepartments(1, 1, 3), inDepartments(2, 2), inDepartments(3)}
				late := []*agentClient{inDepartments(1, 1, 3), inDepartments(2, 2), inDepartments(3)}
				for _, c := range live {
					follow(t, f, c)
				}
				published(l, f, tt.event)
				synctest.Wait()
				for _, c := range late {
					c.cursor = 1
					follow(t, f, c)
				}
				for i := range live {
					var want []core.EventID
					if slices.Contains(tt.want, live[i].scope.Agent) {
						want = []core.EventID{2}
					}
					wantIDs(t, fmt.Sprint("live agent ", i+1), live[i].ids(), want...)
					wantIDs(t, fmt.Sprint("late agent ", i+1), late[i].ids(), want...)
				}
			})
		})
	}
}

func TestAGroupOfDeedsIsOneBatch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		a, b := follow(t, f, inDepartments(1, 1)), follow(t, f, inDepartments(2, 1))
		published(l, f, append(messages(1, 30), messages(2, 30)...)...)
		synctest.Wait()
		for _, c := range []*agentClient{a, b} {
			if c.batches != 1 || len(c.seen) != 30 || c.cursor != 60 {
				t.Errorf("agent %d: got %d batches, %d events, cursor %d; want 1, 30, 60",
					int64(c.scope.Agent), c.batches, len(c.seen), int64(c.cursor))
			}
		}
	})
}

func TestAnIdleFollowerHasNoGoroutine(t *testing.T) { // not parallel: it counts goroutines
	l := &memoryLog{}
	f := start(t, l)
	first := follow(t, f, inDepartments(1, 1))
	awaitRows := func(c *agentClient, n int) {
		for deadline := time.Now().Add(patience); len(c.ids()) < n && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
	}
	published(l, f, messages(1, 1)...)
	awaitRows(first, 1) // Run has begun
	before := runtime.NumGoroutine()
	var clients []*agentClient
	for i := range 1000 {
		clients = append(clients, follow(t, f, inDepartments(core.AgentID(i+2), 1)))
	}
	for i := range 1000 {
		v := &visitorClient{channel: 1, conversation: core.RemoteID(fmt.Sprint("visitor ", i))}
		if err := v.connect(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	after := runtime.NumGoroutine()
	for end := time.Now().Add(patience); after > before && time.Now().Before(end); after = runtime.NumGoroutine() {
		time.Sleep(time.Millisecond)
	}
	if after > before {
		t.Errorf("goroutines: got %d with 2,000 followers, want %d as before", after, before)
	}
	published(l, f, messages(1, 3)...)
	for _, c := range clients {
		awaitRows(c, 3)
		wantIDs(t, "each", c.ids(), 2, 3, 4)
	}
}

func TestASlowFollowerIsDroppedAloneAndResumes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		var clients []*agentClient
		for i := range 5 { // one group
			clients = append(clients, follow(t, f, inDepartments(core.AgentID(i+1), 1)))
		}
		published(l, f, messages(1, 2)...)
		synctest.Wait()
		for _, slow := range []int{0, 2, 4} {
			clients[slow].set(func() { clients[slow].refuse = true })
		}
		for range 3 {
			published(l, f, messages(1, 1)...)
			synctest.Wait()
		}
		for i, c := range clients {
			if i%2 == 1 {
				wantIDs(t, "a healthy one", c.ids(), 1, 2, 3, 4, 5)
				continue
			}
			wantIDs(t, "a slow one", c.ids(), 1, 2)
			c.disconnect()
			if follow(t, f, c); c.anew != 1 {
				t.Errorf("fetched everything anew: got %d times, want once, at first", c.anew)
			}
			wantIDs(t, "a slow one that came back", c.ids(), 1, 2, 3, 4, 5)
		}
		published(l, f, messages(1, 1)...)
		synctest.Wait()
		for _, c := range clients {
			wantIDs(t, "each", c.ids(), 1, 2, 3, 4, 5, 6)
		}
	})
}

func TestWhoRefusesToBeginIsToldNothingMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		published(l, f, messages(1, 3)...)
		synctest.Wait()
		for _, after := range []core.EventID{0, 1} {
			c := inDepartments(1, 1)
			conn := &agentConn{agentClient: c, after: after, over: true}
			stop, err := f.Follow(t.Context(), c.scope, after, conn)
			if err != nil {
				t.Fatal(err)
			}
			published(l, f, messages(1, 1)...)
			synctest.Wait()
			stop()
			stop() // may be called again
			if want := 1; len(c.faults) != want {
				t.Errorf("calls: got %v, want Begin alone", c.faults)
			}
		}
	})
}

func TestWhoGivesUpWhileCatchingUpIsToldNothingMore(t *testing.T) {
	t.Parallel()
	for _, ring := range []int{3, 100} { // the first refusal is over a page of the log, or over the rest in memory
		catchUp := func(t *testing.T) {
			l := &memoryLog{}
			f := start(t, l, feed.WithRing(ring, 1<<20), feed.WithPages(10, 5, 5))
			published(l, f, messages(1, 10)...)
			time.Sleep(time.Second)
			c := inDepartments(1, 1)
			c.cursor, c.refuse = 2, true
			follow(t, f, c)
			published(l, f, messages(1, 1)...)
			synctest.Wait()
			wantIDs(t, "who gave up", c.ids())
			c.disconnect()
			follow(t, f, c)
			wantIDs(t, "who came back", c.ids(), 3, 4, 5, 6, 7, 8, 9, 10, 11)
		}
		t.Run(fmt.Sprint("ring of ", ring), func(t *testing.T) { bubble(t, catchUp) })
	}
}

func TestWhoIsGoneBeforeCatchingUpIsNotFollowing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l, feed.WithRing(3, 1<<20))
		published(l, f, messages(1, 10)...)
		time.Sleep(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c := inDepartments(1, 1)
		c.cursor = 2
		if err := c.connect(ctx, f); !errors.Is(err, context.Canceled) {
			t.Errorf("Follow: got %v, want %v", err, context.Canceled)
		}
		published(l, f, messages(1, 1)...)
		synctest.Wait()
		wantIDs(t, "who is gone", c.ids())
	})
}

func TestAfterStopTheSinkIsNotCalled(t *testing.T) {
	t.Parallel()
	l := &memoryLog{}
	f := start(t, l, feed.WithPages(4, 4, 5))
	for range 200 {
		c := follow(t, f, inDepartments(1, 1))
		go published(l, f, messages(1, 5)...)
		runtime.Gosched()
		c.disconnect() // any call from here on is a fault
	}
}

func TestACursorWhereNothingIsSeenIsMovedBeforeItIsTooOld(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l, feed.WithReach(100))
		published(l, f, messages(1, 1)...)
		synctest.Wait()
		c := follow(t, f, inDepartments(1, 1))
		for i := range 500 {
			published(l, f, messages(2, 1)...)
			synctest.Wait()
			if behind := i + 2 - int(c.cursor); behind >= 100 {
				t.Fatalf("after %d rows of others the cursor is %d behind, want less than 100", i+1, behind)
			}
		}
		if c.empty < 4 || c.empty > 20 {
			t.Errorf("batches that only move the cursor: got %d for 500 rows, want about 20 at most", c.empty)
		}
		c.disconnect()
		if follow(t, f, c); c.anew != 1 {
			t.Errorf("fetched everything anew: got %d times, want once, at first", c.anew)
		}
	})
}

func TestACursorOfAnotherNodeIsContinued(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		there, here := start(t, l), start(t, l, feed.WithPoll(time.Hour))
		synctest.Wait()
		c := follow(t, there, inDepartments(1, 1))
		published(l, there, messages(1, 3)...)
		synctest.Wait()
		c.disconnect()
		follow(t, here, c) // which has read nothing of it
		if c.anew != 1 || c.cursor != 3 {
			t.Errorf("got cursor %d, begun anew %d times; want 3 and once, at first", int64(c.cursor), c.anew)
		}
		published(l, here, messages(1, 2)...)
		synctest.Wait()
		wantIDs(t, "the agent", c.ids(), 1, 2, 3, 4, 5)
	})
}

func TestWhatIsWrittenWhileANewcomerReadsIsNotMissed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l, feed.WithRing(2, 1<<20))
		published(l, f, messages(1, 9)...)
		time.Sleep(time.Second)
		l.set(func() { l.slow = 10 * time.Millisecond })
		c := inDepartments(1, 1)
		c.cursor = 3
		came := make(chan error)
		go func() { came <- c.connect(t.Context(), f) }()
		time.Sleep(5 * time.Millisecond) // the page is read, and not told yet
		l.set(func() { l.slow = 0 })     // for the pump
		published(l, f, messages(1, 3)...)
		if err := <-came; err != nil {
			t.Fatal(err)
		}
		wantIDs(t, "the newcomer", c.ids(), 4, 5, 6, 7, 8, 9, 10, 11, 12)
		for _, fault := range c.faults {
			t.Error(fault)
		}
	})
}

func TestFollowSaysThatTheLogIsNotThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l, feed.WithRing(2, 1<<20))
		published(l, f, messages(1, 9)...)
		synctest.Wait()
		l.set(func() { l.down = true })
		for _, after := range []core.EventID{2, 11} {
			c := inDepartments(1, 1)
			c.cursor = after
			err := c.connect(t.Context(), f)
			if core.KindOf(err) != core.Unavailable || !errors.Is(err, errDown) {
				t.Errorf("Follow from %d: got %v, want unavailable because %v", int64(after), err, errDown)
			}
			c.conn.stop() // never nil
		}
		c := follow(t, f, inDepartments(1, 1)) // needs nothing of the log
		published(l, f, messages(1, 1)...)
		synctest.Wait()
		wantIDs(t, "who follows from now", c.ids(), 10)
	})
}
