package hub

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

// rounds of each race; enough that a check outside the transaction would show.
const rounds = 500

// together starts all at one barrier and waits for them.
func together(n int, do func(i int)) {
	var wait sync.WaitGroup
	barrier := make(chan struct{})
	for i := range n {
		wait.Add(1)
		go func() {
			defer wait.Done()
			<-barrier
			do(i)
		}()
	}
	close(barrier)
	wait.Wait()
}

func TestTwoAgentsTakeOneSessionC2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		wins := [2]int{}
		agents := []core.Actor{s.anna, s.boris}
		for round := range rounds {
			id := s.write(fmt.Sprintf("visitor %d", round), "hi")
			var errs [2]error
			together(2, func(i int) {
				_, errs[i] = s.hub.Do(context.Background(), agents[i], core.Take{Session: id}, "")
			})
			winner := 0
			if errs[0] != nil {
				winner = 1
			}
			wins[winner]++
			var lost *core.Error
			if errs[winner] != nil || !errors.As(errs[1-winner], &lost) || lost.Kind != core.Taken || lost.Winner != agents[winner].Agent.Name {
				t.Fatalf("round %d: got %v and %v, want one winner whose name the other reads", round, errs[0], errs[1])
			}
			if got := s.session(id).Assignee; got != agents[winner].Agent.ID {
				t.Fatalf("round %d: the session is held by %s, not by the winner", round, got)
			}
		}
		taken := 0
		for _, e := range s.events {
			if e.Kind == core.EventTaken {
				taken++
			}
		}
		if taken != rounds {
			t.Errorf("got %d taken events, want %d", taken, rounds)
		}
		if wins[0] == 0 || wins[1] == 0 {
			t.Errorf("no race was met: wins %v", wins)
		}
		s.healthy()
	})
}

func TestOneClientIDTenTimesAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "hi")
		s.do(s.anna, core.Take{Session: id})
		before, repeats := s.session(id).Messages, 0
		for round := range rounds {
			var done [10]core.Done
			var errs [10]error
			together(10, func(i int) {
				done[i], errs[i] = s.hub.Do(context.Background(), s.anna, core.Say{Session: id, Text: "once"}, fmt.Sprintf("client-%d", round))
			})
			for i := range done {
				if errs[i] != nil {
					t.Fatalf("round %d: %v", round, errs[i])
				}
				a, b := done[i].Event, done[0].Event
				a.Channel, a.Conversation, b.Channel, b.Conversation = 0, "", 0, ""
				if a != b {
					t.Fatalf("round %d: answers differ:\n%+v\n%+v", round, a, b)
				}
				if done[i].Repeat {
					repeats++
				}
			}
		}
		if got := s.session(id).Messages - before; got != rounds {
			t.Errorf("got %d messages, want %d", got, rounds)
		}
		if repeats != 9*rounds {
			t.Errorf("got %d repeats, want %d", repeats, 9*rounds)
		}
		s.healthy()
	})
}

func TestTwoFirstMessagesOfOneVisitor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		for round := range rounds {
			visitor := fmt.Sprintf("visitor %d", round)
			var errs [2]error
			together(2, func(i int) {
				errs[i] = s.hub.Receive(context.Background(), s.message(visitor, fmt.Sprintf("%d-%d", round, i), "first"))
			})
			if err := errors.Join(errs[:]...); err != nil {
				t.Fatal(err)
			}
			talking := must(s.store.Talking(context.Background(), s.channel, core.RemoteID(visitor)))
			if talking.CustomerMessages != 2 {
				t.Fatalf("round %d: the open session has %d messages, want both", round, talking.CustomerMessages)
			}
		}
		started := 0
		for _, e := range s.events {
			if e.Kind == core.EventStarted {
				started++
			}
		}
		if started != rounds {
			t.Errorf("got %d sessions, want %d", started, rounds)
		}
		s.healthy()
	})
}

// Two nodes on one PostgreSQL: each has its own writer, and only the database stands between them.
func TestRacesBetweenTwoNodes(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	a := open(t, url)
	other := a.node(url)
	hubs := []*Hub{a.hub, other}
	agents := []core.Actor{a.anna, a.boris}
	wins := [2]int{}
	for round := range 200 {
		visitor := fmt.Sprintf("visitor %d", round)
		var errs [2]error
		together(2, func(i int) {
			errs[i] = hubs[i].Receive(context.Background(), a.message(visitor, fmt.Sprintf("%d-%d", round, i), "first"))
		})
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		s := must(a.store.Talking(context.Background(), a.channel, core.RemoteID(visitor)))
		if s.CustomerMessages != 2 || s.LastSeq != 3 {
			t.Fatalf("round %d: got %d messages in %d events, want both in one session", round, s.CustomerMessages, s.LastSeq)
		}
		together(2, func(i int) {
			_, errs[i] = hubs[i].Do(context.Background(), agents[i], core.Take{Session: s.ID}, "")
		})
		for i := range errs {
			if errs[i] == nil {
				wins[i]++
			} else if core.KindOf(errs[i]) != core.Taken {
				t.Fatalf("round %d: %v", round, errs[i])
			}
		}
	}
	if wins[0]+wins[1] != 200 || wins[0] == 0 || wins[1] == 0 {
		t.Errorf("got wins %v, want 200 in all and some on each node", wins)
	}
	a.healthy()
}
