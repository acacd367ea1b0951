package hub

import (
	"context"

	"parley/core"
	"parley/core/store"
)

// SetAvailability keeps what an agent says of themselves, and gives them as they are then. All nodes and sockets learn of a change; the same
// word again is none. Invalid with the field if there is no such word, Forbidden if the agent has been disabled.
func (h *Hub) SetAvailability(ctx context.Context, who core.Actor, to core.Availability) (core.Actor, error) {
	if err := to.Check(); err != nil {
		return core.Actor{}, err
	}
	var now core.Actor
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) (err error) {
		now, err = w.Agent(who.Agent.ID)
		switch {
		case err != nil:
			return err
		case now.Agent.DisabledAt != 0:
			return &core.Error{Op: "hub.SetAvailability", Kind: core.Forbidden, Reason: "This agent has been disabled."}
		case now.Agent.Availability == to:
			return nil
		}
		now.Agent.Availability = to
		w.SetAvailability(now)
		w.Tell(settings(core.Event{
			Kind: core.EventAgentChanged, Target: now.Agent.ID, ActorKind: core.ByAgent, Actor: int64(now.Agent.ID), Name: now.Agent.PublicName,
		}))
		return nil
	}})
	return now, err
}
