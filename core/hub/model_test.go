package hub

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley/core"
	"parley/core/store/storetest"
)

// told is what the test remembers of a session: plain facts, without anything kept.
type told struct {
	id       core.SessionID
	customer string
	lines    []bool // one for each event: the customer spoke
	holder   core.AgentID
	where    core.DepartmentID
	over     bool
	outcome  core.Outcome
	priority core.Priority
	tags     map[string]bool
	read     map[core.AgentID]int
	blocked  bool
	until    core.Time
	dropped  int64
}

func (m *told) unread() int64 {
	mark := 0
	for who, at := range m.read {
		if m.holder == 0 || m.holder == who {
			mark = max(mark, at)
		}
	}
	var n int64
	for _, customer := range m.lines[mark:] {
		if customer {
			n++
		}
	}
	return n
}

// follow brings the plain facts up to date from the events alone.
func (m *told) follow(events []core.Event) {
	for _, e := range events {
		if e.Session != m.id {
			continue
		}
		m.lines = append(m.lines, e.Kind == core.EventMessage && e.ActorKind == core.ByCustomer)
		switch e.Kind {
		case core.EventTaken:
			m.holder = e.Agent()
		case core.EventAssigned:
			m.holder = e.Target
		case core.EventReleased:
			m.holder = 0
		case core.EventTransferred:
			m.holder, m.where = 0, e.Department
		case core.EventEnded:
			m.over, m.outcome = true, e.Outcome
		case core.EventBlocked:
			m.blocked, m.until, m.dropped = true, must(core.ParseExtra(e.Data)).Until, 0
		case core.EventUnblocked:
			m.blocked = false
		case core.EventPrioritised:
			m.priority = core.Priority(e.Text)
		case core.EventTagged:
			x := must(core.ParseExtra(e.Data))
			for _, tag := range x.Added {
				m.tags[tag] = true
			}
			for _, tag := range x.Removed {
				delete(m.tags, tag)
			}
		case core.EventMessage:
			if e.ActorKind == core.ByAgent && e.Audience == core.Everyone {
				m.read[e.Agent()] = len(m.lines)
			}
		}
	}
}

// keeps tells whether what the hub keeps of the session is what the events gave.
func (m *told) keeps(s core.Session) bool {
	tags := slices.Sorted(maps.Keys(m.tags))
	return s.Assignee == m.holder && s.Department == m.where && s.Open() == !m.over && s.Outcome == m.outcome && s.Priority == m.priority &&
		slices.Equal(s.Tags.List(), tags) && s.Unread == m.unread() && s.LastSeq == int64(len(m.lines))
}

// Random deeds by random people: replayed events give the holder, the department, the end, the unread count (C10) and all
// else that the hub keeps.
func TestReplayedEventsEqualTheSnapshot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		agents := []core.Actor{s.anna, s.boris, s.sofia, s.oleg, s.eve}
		tags := rapid.SliceOfN(rapid.SampledFrom([]string{"vip", "VIP ", "refund", "big  order"}), 0, 2)
		run := 0
		rapid.Check(t, func(r *rapid.T) {
			run++
			var sessions []*told
			for i := range 2 {
				c := fmt.Sprintf("run %d customer %d", run, i)
				sessions = append(sessions, &told{customer: c, id: s.write(c, "hi"), where: s.support, priority: core.Normal, tags: map[string]bool{},
					read: map[core.AgentID]int{}})
			}
			seen := len(s.events)
			for _, m := range sessions {
				m.follow(s.events)
			}
			for range rapid.IntRange(1, 25).Draw(r, "steps") {
				m := rapid.SampledFrom(sessions).Draw(r, "session")
				who := rapid.SampledFrom(agents).Draw(r, "who")
				seq := rapid.IntRange(0, len(m.lines)).Draw(r, "seq")
				deeds := []core.Deed{
					nil, nil, core.Say{Session: m.id, Text: "a"}, core.Note{Session: m.id, Text: "n"}, core.Take{Session: m.id},
					core.Release{Session: m.id}, core.Assign{Session: m.id, To: rapid.SampledFrom(agents).Draw(r, "to").Agent.ID},
					core.Join{Session: m.id}, core.Leave{Session: m.id}, core.Read{Session: m.id, Seq: int64(seq)}, core.End{Session: m.id},
					core.Transfer{Session: m.id, To: rapid.SampledFrom([]core.DepartmentID{s.support, s.sales}).Draw(r, "department")},
					core.Unanswered{Session: m.id}, core.Unblock{Session: m.id}, core.Block{Session: m.id, For: rapid.SampledFrom(core.Terms).Draw(r, "term")},
					core.Prioritise{Session: m.id, Priority: rapid.SampledFrom(core.Priorities).Draw(r, "priority")},
					core.Tag{Session: m.id, Add: tags.Draw(r, "add"), Remove: tags.Draw(r, "remove")},
				}
				i := rapid.IntRange(0, len(deeds)-1).Draw(r, "deed")
				if deeds[i] == nil {
					if m.blocked {
						m.dropped++
						if err := s.hub.Receive(context.Background(), s.message(m.customer, fmt.Sprintf("dropped-%d-%d-%d", run, len(s.events), m.dropped), "more")); core.KindOf(err) != core.Forbidden {
							r.Fatalf("from a blocked customer: got %v, want forbidden", err)
						}
					} else if !m.over {
						s.write(m.customer, "more")
					}
				} else if _, err := s.hub.Do(context.Background(), who, deeds[i], ""); err == nil {
					if read, ok := deeds[i].(core.Read); ok {
						m.read[who.Agent.ID] = max(m.read[who.Agent.ID], int(read.Seq))
					}
				} else if core.KindOf(err) == "" {
					r.Fatalf("%s: %v", deeds[i].Verb(), err)
				}
				fresh := s.events[seen:]
				seen = len(s.events)
				for _, m := range sessions {
					m.follow(fresh)
					got := s.session(m.id)
					if !m.keeps(got) {
						r.Fatalf("kept %+v, replayed %+v unread %d events %d", got, m, m.unread(), len(m.lines))
					}
					if b := s.blocked(m.id); (b.Since != 0) != m.blocked || m.blocked && (b.Until != m.until || b.Dropped != m.dropped) {
						r.Fatalf("kept %+v, replayed %+v", b, m)
					}
				}
			}
		})
		s.healthy()
	})
}

func TestEventsOfASessionAreDenseAndLogIDsRise(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		together(16, func(i int) {
			for n := range 20 {
				in := s.message(fmt.Sprintf("visitor %d", i%5), fmt.Sprintf("%d-%d", i, n), "hi")
				if err := s.hub.Receive(context.Background(), in); err != nil {
					t.Error(err)
				}
			}
		})
		seqs, last := map[core.SessionID]int64{}, core.EventID(0)
		for _, e := range s.events {
			if e.ID != last+1 {
				t.Fatalf("log id %d follows %d", e.ID, last)
			}
			last = e.ID
			if e.Session != 0 {
				if e.Seq != seqs[e.Session]+1 {
					t.Fatalf("seq %d follows %d", e.Seq, seqs[e.Session])
				}
				seqs[e.Session] = e.Seq
			}
		}
		s.healthy()
	})
}
