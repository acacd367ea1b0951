package hub

import (
	"context"
	"fmt"

	"parley/core"
	"parley/core/store"
)

// room says whether an agent may come to hold one session more by hand (FEATURES C4): beyond their limit only if that is meant, and not at all
// where the department's limit is a hard one.
func (a *act) room(who core.AgentID, over bool) error {
	l, err := a.Load(who)
	if err != nil {
		return err
	}
	settings, err := a.Settings(a.s.Department)
	if err != nil {
		return err
	}
	how := settings.Distribution
	c := core.Candidate{Load: l, Limit: how.Limit(l.Own)}
	if !c.Full() || over && !how.HardLimit {
		return nil
	}
	full := &core.Error{Op: "hub.room", Kind: core.Full, Reason: fmt.Sprintf("You have %s, as many as your limit allows.", sessions(l.Open))}
	if who != a.who.Agent.ID {
		other, err := a.Agent(who)
		if err != nil {
			return err
		}
		full.Reason = fmt.Sprintf("%s has %s, as many as their limit allows.", other.Agent.Name, sessions(l.Open))
	}
	if how.HardLimit {
		full.Kind = core.Forbidden
		full.Reason += " This department lets nobody go beyond it."
	}
	return full
}

func sessions(n int64) string {
	if n == 1 {
		return "1 session"
	}
	return fmt.Sprintf("%d sessions", n)
}

// SetLimit keeps how many sessions at once an agent wants at most, zero for any number, and gives what they carry then. More sessions come to
// them at once if they have room for them now. Invalid with the field if that is no limit.
func (h *Hub) SetLimit(ctx context.Context, who core.Actor, limit int64) (core.Load, error) {
	if err := core.CheckLimit("limit", limit); err != nil {
		return core.Load{}, err
	}
	id := who.Agent.ID
	var after core.Load
	_, err := h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Routes(id); k.Load(id) },
		Do: func(w *store.Work) (err error) {
			if after, err = w.Load(id); err != nil || after.Own == limit {
				return err
			}
			auditAbout(w, who.Hand(), core.AuditAgentChanged, id, changesOfLimit(after.Own, limit))
			after.Own = limit
			w.PutLoad(after)
			w.Tell(settings(core.Event{
				Kind: core.EventAgentChanged, Target: id, ActorKind: core.ByAgent, Actor: int64(id), Name: who.Agent.PublicName,
			}))
			if err := h.employ(w, []core.AgentID{id}); err != nil {
				return err
			}
			after, err = w.Load(id)
			return err
		},
	})
	return after, err
}
