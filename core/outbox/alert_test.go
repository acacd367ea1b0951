package outbox_test

import (
	"slices"
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
