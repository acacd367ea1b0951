package feed_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
	"parley/core/feed"
)

func TestReadMarksAreToldToTheDepartmentWithoutMovingTheCursor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		published(l, f, messages(2, 7)...)
		synctest.Wait()
		one, two := follow(t, f, inDepartments(1, 1)), follow(t, f, inDepartments(2, 2))
		mark := core.Touched{Session: 5, Department: 1, Agent: 1}
		for range 10 {
			f.Publish(core.Committed{Touched: []core.Touched{mark}})
		}
		synctest.Wait()
		if want := []core.Touched{mark}; !slices.Equal(one.touched, want) {
			t.Errorf("touched: got %v, want the ten as one, %v", one.touched, want)
		}
		if one.cursor != 7 || one.batches != 1 {
			t.Errorf("got cursor %d after %d batches, want 7 after 1", int64(one.cursor), one.batches)
		}
		if two.batches != 0 {
			t.Errorf("another department: got %d batches, want none", two.batches)
		}
		f.Publish(core.Committed{Events: l.commit(messages(1, 1)...), Touched: []core.Touched{mark}})
		synctest.Wait()
		if one.batches != 2 || len(one.touched) != 2 || one.cursor != 8 {
			t.Errorf("got %d batches, %d touched, cursor %d; want 2, 2, 8", one.batches, len(one.touched), int64(one.cursor))
		}
	})
}

func TestHintsAreToldAndForgotten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		one, two := follow(t, f, inDepartments(1, 1)), follow(t, f, inDepartments(2, 2))
		here := &visitorClient{channel: 1, conversation: "here"}
		there := &visitorClient{channel: 1, conversation: "there"}
		for _, v := range []*visitorClient{here, there} {
			if err := v.connect(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		customer := core.Hint{Session: 1, Department: 1, Channel: 1, Conversation: "here", By: core.ByCustomer}
		agent := core.Hint{Session: 1, Department: 1, Channel: 1, Conversation: "here", By: core.ByAgent, Agent: 3, Name: "Anna"}
		f.Hint(customer)
		f.Hint(agent)
		synctest.Wait()
		if want := []core.Hint{customer, agent}; !slices.Equal(one.hints, want) {
			t.Errorf("the department's agent: got %v, want %v", one.hints, want)
		}
		if want := []string{"Anna"}; !slices.Equal(here.hints, want) {
			t.Errorf("the visitor: got %v, want %v: of agents alone", here.hints, want)
		}
		if len(two.hints)+len(there.hints) > 0 {
			t.Errorf("others: got %v and %v, want nothing", two.hints, there.hints)
		}
		late := follow(t, f, inDepartments(4, 1))
		time.Sleep(time.Minute)
		if len(late.hints) > 0 {
			t.Errorf("who came later: got %v, want nothing", late.hints)
		}
	})
}

func TestHintsTooManyAreLostAndNothingWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := feed.New(l, testSeal) // nobody runs it yet
		c := follow(t, f, inDepartments(1, 1))
		for i := range 10_000 {
			f.Hint(core.Hint{Department: 1, Agent: core.AgentID(i)})
			f.Publish(core.Committed{Touched: []core.Touched{{Session: core.SessionID(i), Department: 1}}})
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = f.Run(ctx) }()
		synctest.Wait()
		if len(c.hints) != 256 || len(c.touched) != 4096 {
			t.Errorf("got %d hints and %d touched, want 256 and 4096", len(c.hints), len(c.touched))
		}
		cancel()
	})
}

func TestAnAgentTooSlowForAHintIsDroppedAndResumes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		slow, other := follow(t, f, inDepartments(1, 1)), follow(t, f, inDepartments(2, 1))
		slow.set(func() { slow.conn.over = true })
		f.Hint(core.Hint{Department: 1, By: core.ByCustomer})
		synctest.Wait()
		slow.set(func() { slow.faults = nil }) // the hint was refused
		published(l, f, messages(1, 2)...)
		synctest.Wait()
		wantIDs(t, "the other", other.ids(), 1, 2)
		if len(other.hints) != 1 {
			t.Errorf("the other: got %d hints, want 1", len(other.hints))
		}
		wantIDs(t, "the slow one", slow.ids())
	})
}
