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
	by := core.Event{ActorKind: core.ByAgent, Actor: int64(who.Agent.ID), Name: who.Agent.PublicName}
	now, _, err := h.changeAvailability(ctx, who.Agent.ID, by, func(a *core.Agent, _ core.Time) (bool, error) {
		if a.DisabledAt != 0 {
			return false, &core.Error{Op: "hub.SetAvailability", Kind: core.Forbidden, Reason: "This agent has been disabled."}
		}
		return a.Speak(to), nil
	})
	return now, err
}

// quieten keeps that an agent is not to be disturbed, as a channel says. Most times it says what is known.
func (h *Hub) quieten(ctx context.Context, a core.Actor, by core.ChannelID, to core.Availability, until core.Time) (bool, error) {
	if err := to.Check(); err != nil {
		return false, err
	}
	if !a.Agent.Quieten(by, to, until, core.At(h.clock())) {
		return false, nil
	}
	_, changed, err := h.changeAvailability(ctx, a.Agent.ID, core.Event{}, func(a *core.Agent, now core.Time) (bool, error) {
		return a.Quieten(by, to, until, now), nil
	})
	return changed, err
}

// quietPage is how many agents are wakened at once.
const quietPage = 100

// waken lets agents be disturbed again whose time has come, whoever runs their channel by now.
func (h *Hub) waken(ctx context.Context) error {
	now := core.At(h.clock())
	over, err := h.store.QuietOver(ctx, now, quietPage)
	for _, id := range over {
		if err == nil {
			_, _, err = h.changeAvailability(ctx, id, core.Event{}, func(a *core.Agent, _ core.Time) (bool, error) {
				return a.QuietUntil <= now && a.Waken(), nil
			})
		}
	}
	return err
}

// changeAvailability lets an agent's availability be another, and tells of it, as by says who does it. False: it is as it was.
func (h *Hub) changeAvailability(ctx context.Context, id core.AgentID, by core.Event, how func(*core.Agent, core.Time) (bool, error)) (core.Actor, bool, error) {
	var now core.Actor
	var changed bool
	_, err := h.writer.Do(ctx, store.Job{Touch: func(k *store.Keys) { k.Routes(id) }, Do: func(w *store.Work) (err error) {
		if now, err = w.LockAgent(id); err != nil {
			return err
		}
		if changed, err = how(&now.Agent, w.Now()); err != nil || !changed {
			return err
		}
		now.Agent.Clock(w.Now())
		by.Kind, by.Target = core.EventAgentChanged, id
		w.SetAvailability(now)
		w.Tell(settings(by))
		return h.employ(w, []core.AgentID{id})
	}})
	return now, changed && err == nil, err
}
