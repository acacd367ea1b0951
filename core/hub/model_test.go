package hub

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// told is what the model remembers of a session: plain facts, without anything kept.
type told struct {
	id       core.SessionID
	customer core.RemoteID
	channel  core.ChannelID
	lines    []bool // one for each event: the customer spoke
	state    core.State
	holder   core.AgentID
	put      core.AgentID // who put it back last
	where    core.DepartmentID
	outcome  core.Outcome
	priority core.Priority
	rating   core.Rating
	rated    core.AgentID          // whom the customer had before them then
	answer   core.EventID          // the newest to the customer; zero: nobody has answered
	speaker  core.AgentID          // … and whose it was
	known    map[core.AgentID]bool // who has ever joined
	tags     map[string]bool
	read     map[core.AgentID]int
	inside   map[core.AgentID]bool
	snoozed  bool
	met      bool // an agent has joined
	language core.Language
	since    core.Time    // the customer waits
	former   core.AgentID // whom the customer talked to before, and who received when they came back
}

func newTold(e core.Event) *told {
	return &told{
		id: e.Session, customer: e.Conversation, channel: e.Channel, where: e.Department, priority: core.Normal, tags: map[string]bool{},
		read: map[core.AgentID]int{}, inside: map[core.AgentID]bool{}, known: map[core.AgentID]bool{},
	}
}

func (m *told) open() bool { return m.state != core.Over }

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

// follow brings the plain facts up to date with an event, from it alone.
func (m *told) follow(e core.Event) {
	m.lines = append(m.lines, e.Kind == core.EventMessage && e.ActorKind == core.ByCustomer)
	x := must(core.ParseExtra(e.Data))
	switch e.Kind {
	case core.EventEmpty:
		m.state = core.Empty
	case core.EventStarted:
		m.state, m.since = core.Waiting, e.At
	case core.EventLanguage:
		m.language = core.Language(e.Text)
	case core.EventTaken:
		m.hold(e.Agent(), core.Active)
		m.known[e.Agent()] = true
		m.inside[e.Agent()], m.met = true, m.met || e.Audience == core.Everyone // nobody is met who is a bot
	case core.EventAssigned:
		m.hold(e.Target, core.Pending)
	case core.EventJoined:
		m.inside[e.Agent()], m.known[e.Agent()], m.met = true, true, true
		if m.state == core.Pending {
			m.state = core.Active
		}
	case core.EventLeft:
		delete(m.inside, e.Agent())
	case core.EventReleased, core.EventHandedOff:
		m.queue(e.At)
	case core.EventTransferred:
		m.queue(e.At)
		m.where, m.former = e.Department, 0
		clear(m.inside)
	case core.EventReopened:
		m.queue(e.At)
		m.put, m.former, m.outcome = 0, 0, ""
		clear(m.inside)
	case core.EventEnded:
		m.state, m.outcome, m.snoozed, m.since = core.Over, e.Outcome, false, 0
	case core.EventSnoozed:
		m.snoozed = true
	case core.EventWoken:
		m.snoozed = false
	case core.EventPrioritised:
		m.priority = core.Priority(e.Text)
	case core.EventTagged:
		for _, tag := range x.Added {
			m.tags[tag] = true
		}
		for _, tag := range x.Removed {
			delete(m.tags, tag)
		}
	case core.EventRated:
		m.rate(x.Rating)
	case core.EventMessage:
		if e.ActorKind == core.ByAgent && e.Audience == core.Everyone {
			m.read[e.Agent()], m.since, m.answer, m.speaker = len(m.lines), 0, e.ID, e.Agent()
		}
		if e.ActorKind == core.ByCustomer && m.since == 0 {
			m.since = e.At
		}
	}
}

// rate notes a rating. What customers of plays say has no comment.
func (m *told) rate(r core.Rating) {
	switch m.rating = r; {
	case r == "":
		m.rated = 0
	case m.known[m.holder] || m.holder == botOfPlays:
		m.rated = m.holder
	default:
		m.rated = m.speaker
	}
}

func (m *told) hold(who core.AgentID, as core.State) {
	if m.holder != 0 {
		delete(m.inside, m.holder)
	}
	m.holder, m.state, m.snoozed = who, as, false
}

func (m *told) queue(at core.Time) {
	if m.since == 0 {
		m.since = at
	}
	if m.holder != 0 {
		m.put = m.holder
		if m.former == m.put {
			m.former = 0
		}
		delete(m.inside, m.holder)
	}
	m.holder, m.state, m.snoozed = 0, core.Waiting, false
}

// keeps tells whether what the hub keeps of the session is what the events gave.
func (m *told) keeps(s store.Summary) bool {
	inside := s.Present()
	slices.Sort(inside)
	return s.Assignee == m.holder && s.State == m.state && s.Department == m.where && s.Outcome == m.outcome && s.Priority == m.priority && s.Rating == m.rating && s.RatedAgent == m.rated &&
		s.PutBackBy == m.put && s.Snoozed() == m.snoozed && slices.Equal(s.Tags.List(), slices.Sorted(maps.Keys(m.tags))) &&
		s.WaitingSince == m.since && s.LastAgent == m.former && slices.Equal(inside, slices.Sorted(maps.Keys(m.inside))) && s.Unread == m.unread() && s.LastSeq == int64(len(m.lines))
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
