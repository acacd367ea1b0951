package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestAnAgentIsToldOfASessionThatIsTheirsS11(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		h.do(func(w *store.Work) error {
			w.PutAgent(core.Actor{Agent: core.Agent{ID: 9, Email: "boris@example.test", Name: "Boris", PublicName: "Boris", CreatedAt: w.Now()}, Roles: core.Roles{department: core.Operator}})
			w.PutLink(core.AgentLink{Channel: channel, Remote: "T/BORIS", Agent: 9, CreatedAt: w.Now()})
			w.PutLink(core.AgentLink{Channel: other, Remote: "T/ELSEWHERE", Agent: 9, CreatedAt: w.Now()})
			return nil
		})
		assigned := func(id core.SessionID, by, to core.AgentID, then core.State) {
			t.Helper()
			h.do(func(w *store.Work) error {
				s, err := w.Session(id)
				if err != nil {
					return err
				}
				s.State, s.Assignee = then, to
				w.Append(&s, core.Event{
					Kind: core.EventAssigned, Audience: core.AgentsOnly, ActorKind: core.ByAgent, Actor: int64(by), Name: "Sofia", Target: to,
				})
				return nil
			})
		}
		a := (&board{}).adapter(core.Capabilities{Finds: true})
		var told []core.Outgoing
		plain, broken := a.step, fails(core.Uncertain, 0)
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			if o.Verb != core.OutAlert {
				return plain(o)
			}
			var err error
			a.set(func() {
				if told = append(told, o); o.Card.Customer == "Carla" && len(told) == 2 {
					err = broken
				}
			})
			return core.Receipt{}, err
		}
		theirs, own, gone, doubtful := h.hears("carla"), h.hears("dora"), h.hears("emma"), h.hears("carla2")
		assigned(theirs, 7, 9, core.Pending)
		assigned(own, 9, 9, core.Pending)  // by themselves
		assigned(gone, 7, 9, core.Waiting) // and back in the queue before it was told
		r := h.run(a)
		h.settles()
		assigned(doubtful, 7, 9, core.Pending) // whose alert may have come: it is not worth a second one
		h.settles()
		var sessions []core.SessionID
		for _, o := range told {
			sessions = append(sessions, o.Card.Session)
			if o.To != (core.Address{Conversation: "T/BORIS"}) || o.Name != "Sofia" || !o.Surface {
				t.Errorf("got %+v, want Boris told by Sofia", o)
			}
		}
		if !slices.Equal(sessions, []core.SessionID{theirs, doubtful}) {
			t.Errorf("told of %v, want %v", sessions, []core.SessionID{theirs, doubtful})
		}
		r.end()
	})
}

// late is a house whose department has a room, with Sofia and Sam, who supervise it, and with Anna, Boris and Clara. All are linked.
func late(t *testing.T, url string) *house {
	t.Helper()
	h := open(t, url)
	h.room("R")
	h.do(func(w *store.Work) error {
		for id, name := range map[core.AgentID]string{7: "ANNA", 8: "BORIS", 9: "CLARA", 10: "SOFIA", 11: "SAM"} {
			role := core.Operator
			if id >= 10 {
				role = core.Supervisor
			}
			w.PutAgent(core.Actor{
				Agent: core.Agent{ID: id, Email: name + "@example.test", Name: name, PublicName: name, CreatedAt: w.Now(), Availability: core.AgentAvailable},
				Roles: core.Roles{department: role},
			})
			w.PutLink(core.AgentLink{Channel: channel, Remote: core.RemoteID("T/" + name), Agent: id, CreatedAt: w.Now()})
		}
		return nil
	})
	return h
}

// held begins a session that somebody holds.
func (h *house) held(conversation core.RemoteID, by core.AgentID) core.SessionID {
	h.t.Helper()
	id := h.hears(conversation)
	h.alter(id, func(s *core.Session) { s.Hold(by, by, core.At(h.now())); s.Arrive() })
	return id
}

// alter changes a session without an event.
func (h *house) alter(id core.SessionID, how func(*core.Session)) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err == nil {
			how(&s)
			w.PutSession(s)
		}
		return err
	})
}

// passes marks a session as the hub does.
func (h *house) passes(id core.SessionID, m core.Mark) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err == nil {
			s.Marks = core.Marks(m)
			w.Append(&s, core.Event{Kind: core.EventMarked, Audience: core.AgentsOnly, ActorKind: core.BySystem, Text: string(m), Target: s.Assignee})
		}
		return err
	})
}

// warned gives what an adapter was asked to tell of a session's marks, in order.
func (a *adapter) warned(id core.SessionID) (told []string) {
	for _, o := range a.asked() {
		switch {
		case o.Card.Session != id:
		case o.Verb == core.OutWarn:
			told = append(told, fmt.Sprintf("%s in %s calls %v", o.Mark, o.To.Conversation, o.Calls))
		case o.Verb == core.OutAlert:
			told = append(told, fmt.Sprintf("%s to %s", o.Mark, o.To.Conversation))
		}
	}
	slices.Sort(told)
	return told
}

func TestAMarkIsToldAsItStandsWhenItIsToldS11(t *testing.T) {
	t.Parallel()
	const here, sofia = "idle_critical in R calls [T/ANNA]", "idle_critical to T/SOFIA"
	storetest.Each(t, func(t *testing.T, url string) {
		h := late(t, url)
		unlink := func(remote core.RemoteID, agent core.AgentID) {
			h.do(func(w *store.Work) error {
				w.RemoveLink(core.AgentLink{Channel: channel, Remote: remote, Agent: agent})
				return nil
			})
		}
		cases := map[string]struct {
			holder    core.AgentID
			meanwhile func(*core.Session)
			want      []string
		}{
			"nothing happens":         {7, func(*core.Session) {}, []string{here, sofia}},
			"it is answered":          {7, func(s *core.Session) { s.HearAgent(core.Content{Text: "hello"}, core.At(h.now())) }, nil},
			"it ends":                 {7, func(s *core.Session) { s.End(core.CompletedByOperator, core.At(h.now())) }, nil},
			"another holds it":        {7, func(s *core.Session) { s.Hold(8, 8, core.At(h.now())) }, []string{"idle_critical in R calls [T/BORIS]", sofia}},
			"its holder is unlinked":  {9, func(*core.Session) {}, []string{"idle_critical in R calls []", sofia}},
			"the supervisor holds it": {10, func(*core.Session) {}, []string{"idle_critical in R calls [T/SOFIA]"}},
		}
		ids := map[string]core.SessionID{}
		for name, c := range cases {
			id := h.held(core.RemoteID(name), c.holder)
			ids[name] = id
			h.passes(id, core.MarkIdle)
			h.passes(id, core.MarkIdleCritical)
			h.alter(id, func(s *core.Session) { s.Marks = "idle_warning\nidle_critical"; c.meanwhile(s) })
		}
		unlink("T/CLARA", 9)
		unlink("T/SAM", 11)
		a := (&board{}).adapter(core.Capabilities{Finds: true})
		r := h.run(a)
		h.settles()
		for name, c := range cases {
			if got := a.warned(ids[name]); !slices.Equal(got, c.want) {
				t.Errorf("%s: told %q, want %q", name, got, c.want)
			}
		}
		r.end()
		elsewhere := h.held("emma", 7)
		h.passes(elsewhere, core.MarkIdleCritical)
		h.do(func(w *store.Work) error {
			w.RemoveSurface(core.Surface{Channel: channel, Room: "R", Department: department})
			return nil
		})
		r = h.run(a)
		h.settles()
		if got := a.warned(elsewhere); !slices.Equal(got, []string{sofia}) {
			t.Errorf("in no room any more: told %q, want Sofia", got)
		}
		r.end()
	})
}

// CHANNELS 5, case 24: what was under way when a node fell asleep is looked for in the thread; to one person it is not said twice.
func TestAMarkIsToldOnceThoughANodeIsLostS11(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := late(t, url)
		id := h.held("carla", 7)
		b := &board{}
		r := h.run(b.adapter(core.Capabilities{Finds: true}))
		h.settles()
		r.end()
		h.passes(id, core.MarkIdleCritical) // owed, and nobody tries it yet
		asleep, let := b.adapter(core.Capabilities{Finds: true}), make(chan struct{})
		plain := asleep.step
		asleep.step = func(o core.Outgoing) (core.Receipt, error) { // done, and not written down
			receipt, err := plain(o)
			if o.Verb == core.OutWarn || o.Verb == core.OutAlert {
				<-let
			}
			return receipt, err
		}
		first := h.run(asleep)
		h.until(func() bool { return len(asleep.warned(id)) == 3 }, "all three are under way")
		h.release(first.epoch) // as when it has ended by itself
		awake := b.adapter(core.Capabilities{Finds: true})
		other := node(t, url)
		second := other.run(awake)
		h.drained()
		if got, want := awake.warned(id), []string{"idle_critical in R calls [T/ANNA]"}; !slices.Equal(got, want) || !awake.asked()[0].Again {
			t.Errorf("the other node was asked for %q, want %q, to be looked for", got, want)
		}
		lines := func(a *adapter) int {
			return len(slices.DeleteFunc(a.lines("R"), func(l string) bool { return !strings.Contains(l, "warn") }))
		}
		if lines(asleep) != 1 || lines(awake) != 0 {
			t.Errorf("the thread shows the mark %d times, and %d times more", lines(asleep), lines(awake))
		}
		close(let)
		if err := first.ended(); core.KindOf(err) != core.Gone {
			t.Errorf("the first node's run ended with %v, want gone", err)
		}
		second.end()
	})
}
