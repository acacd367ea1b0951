package feed_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/feed"
)

// counter is a sink that only counts, so that a benchmark measures the feed.
type counter struct{ told *atomic.Int64 }

func (c counter) Begin(core.EventID, bool) bool  { return true }
func (c counter) Hint(core.Hint) bool            { return true }
func (c counter) Batch(b feed.Batch) bool        { c.told.Add(int64(len(b.Events))); return true }
func (c counter) Frame(v core.VisitorFrame) bool { c.told.Add(int64(len(v.Events))); return true }

// visitorCounter tells the two kinds of hint apart.
type visitorCounter struct{ counter }

func (visitorCounter) Hint(string) bool { return true }
func (visitorCounter) Read(string) bool { return true }

// BenchmarkFanOut is the feed's part of P5 (5 µs of server CPU per delivered event): 1,000 agents of one department,
// and 1,000 of as many different scopes.
func BenchmarkFanOut(b *testing.B) {
	for _, scopes := range []int{1, 1000} {
		for _, group := range []int{1, 50} {
			b.Run(fmt.Sprintf("1000 agents, %d scopes, groups of %d", scopes, group), func(b *testing.B) {
				l := &memoryLog{}
				f := start(b, l, feed.WithPoll(time.Hour))
				var told atomic.Int64
				for i := range 1000 {
					scope := core.Scope{Agent: core.AgentID(i + 1), Departments: []core.DepartmentID{1, core.DepartmentID(2 + i%scopes)}}
					if _, err := f.Follow(b.Context(), scope, 0, counter{&told}); err != nil {
						b.Fatal(err)
					}
				}
				id := core.EventID(0)
				for b.Loop() {
					events := messages(1, group)
					for i := range events {
						id++
						events[i].ID = id
					}
					want := told.Load() + int64(1000*group)
					f.Publish(core.Committed{Events: events})
					for told.Load() < want {
						runtime.Gosched()
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(told.Load()), "ns/delivered")
			})
		}
	}
}

// BenchmarkVisitor is one message to one of 10,000 visitors who follow, and what such a follower weighs.
func BenchmarkVisitor(b *testing.B) {
	l := &memoryLog{}
	f := start(b, l, feed.WithPoll(time.Hour))
	var told atomic.Int64
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stops := make([]func(), 10_000)
	for i := range stops {
		stop, err := f.FollowVisitor(b.Context(), 1, core.RemoteID(fmt.Sprintf("visitor-%036d", i)), "", visitorCounter{counter{&told}})
		if err != nil {
			b.Fatal(err)
		}
		stops[i] = stop
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	id := core.EventID(0)
	for b.Loop() {
		id++
		e := say(1, core.RemoteID(fmt.Sprintf("visitor-%036d", id%10_000)), "hello")
		e.ID = id
		want := told.Load() + 1
		f.Publish(core.Committed{Events: []core.Event{e}})
		for told.Load() < want {
			runtime.Gosched()
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(stops)), "B/follower")
	runtime.KeepAlive(stops)
}
