package web

import (
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
)

// colleague gives an agent of a department as another one sees them.
func (h *house) colleague(as, who *person, d core.Department) Colleague {
	h.t.Helper()
	for _, c := range get[List[Colleague]](h, as, "/api/v1/agents?department="+d.ID.String()).Items {
		if c.ID == who.Agent.ID.String() {
			return c
		}
	}
	h.t.Fatalf("%s is nobody's colleague", who.Agent.Name)
	return Colleague{}
}

// comes waits until an agent is seen by another as something.
func (h *house) comes(as, who *person, so func(Colleague) bool) {
	h.t.Helper()
	for end := time.Now().Add(patience); !so(h.colleague(as, who, h.support)); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatalf("%s is not seen so", who.Agent.Name)
		}
	}
}

func TestWhoHasAWorkspaceOpenIsThereC4(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.run(h.presence.Run)
	address := h.listen()
	hears := h.watch(address, h.sofia)
	h.comes(h.boris, h.sofia, func(c Colleague) bool { return c.Present })
	if c := h.colleague(h.boris, h.sofia, h.support); c.Receiving {
		t.Errorf("a supervisor: got %+v, want somebody who receives nothing", c)
	}
	if c := h.colleague(h.sofia, h.boris, h.support); c.Present || c.Receiving {
		t.Errorf("before: got %+v", c)
	}
	h.watch(address, h.boris)
	h.comes(h.sofia, h.boris, func(c Colleague) bool { return c.Present && c.Receiving })
	if f := hears.next("changed"); f.What != "presence" {
		t.Errorf("a colleague hears %q, want presence", f.What)
	}
}

func TestWhoSharesNoDepartmentIsNotToldWhoComes(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	sofia, eve := h.watch(address, h.sofia), h.watch(address, h.eve)
	h.server.Moved([]core.AgentID{h.boris.Agent.ID, h.anna.Agent.ID}) // both at once: one word
	sofia.next("changed")
	h.server.Moved([]core.AgentID{h.victor.Agent.ID})
	eve.next("changed")
	for name, v := range map[string]*viewer{"Sofia": sofia, "Eve": eve} {
		v.say(`{"type":"ping"}`)
		v.until("pong", func(f frame) bool {
			if f.Type == "changed" {
				t.Errorf("%s was told of the other department", name)
			}
			return f.Type == "pong"
		})
	}
}

// C5: who is linked to a channel that fares well is there, with no workspace open; while it does not, they are not said to be.
func TestWhoIsLinkedToAHealthyChannelIsThereC5(t *testing.T) {
	t.Parallel()
	h := open(t)
	channel := h.channels[h.support.ID].ID
	_, err := h.writer.Do(t.Context(), store.Job{Do: func(w *store.Work) error {
		w.PutLink(core.AgentLink{Channel: channel, Remote: "T/ANNA", Agent: h.anna.Agent.ID, CreatedAt: w.Now()})
		return nil
	}})
	check(t, err)
	var healthy atomic.Bool
	h.healthy = func() []core.ChannelID {
		if healthy.Load() {
			return []core.ChannelID{channel}
		}
		return nil
	}
	h.run(h.presence.Run)
	address := h.listen()
	h.watch(address, h.boris) // when somebody comes, the node says anew whom it sees
	h.comes(h.anna, h.boris, func(c Colleague) bool { return c.Present })
	if c := h.colleague(h.boris, h.anna, h.support); c.Present {
		t.Errorf("linked to a channel that does not fare well: got %+v", c)
	}
	healthy.Store(true)
	h.watch(address, h.sofia)
	h.comes(h.boris, h.anna, func(c Colleague) bool { return c.Receiving })
}
