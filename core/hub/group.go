package hub

import (
	"context"
	"slices"

	"parley/core"
	"parley/core/store"
)

// SetGroup adds a group of agents, or changes the one that has its id. Whoever may more or less by it does from now on, on open sockets too. who is an
// admin, or nobody: a command on the machine. Errors: Forbidden, NotFound, Invalid with the field.
func (h *Hub) SetGroup(ctx context.Context, who core.Actor, g core.Group) (core.Group, error) {
	slices.Sort(g.Members)
	g.Members = slices.Compact(g.Members)
	added, hand := g.ID == 0, h.handOf(ctx)
	err := h.regroup(ctx, who, func(w *store.Work, all core.Groups) (core.Groups, error) {
		before, there := all.Find(g.ID)
		if !there && !added {
			return nil, &core.Error{Op: "hub.SetGroup", Kind: core.NotFound}
		}
		if added {
			g.ID = core.GroupID(h.ids.Next(w.Now()))
		}
		after, err := all.With(g)
		if err != nil {
			return nil, err
		}
		for _, a := range g.Members {
			if _, err := w.Agent(a); core.KindOf(err) == core.NotFound {
				return nil, &core.Error{Op: "hub.SetGroup", Kind: core.Invalid, Field: "members", Reason: "name an agent that is not there"}
			} else if err != nil {
				return nil, err
			}
		}
		w.PutGroup(g, after)
		if added {
			auditGroup(w, hand, core.AuditGroupAdded, nil, &g)
		} else {
			auditGroup(w, hand, core.AuditGroupChanged, &before, &g)
		}
		return after, nil
	})
	return g, err
}

// RemoveGroup takes a group away. Errors: as SetGroup; Invalid too for the group of everybody, and for one that has others below it.
func (h *Hub) RemoveGroup(ctx context.Context, who core.Actor, id core.GroupID) error {
	hand := h.handOf(ctx)
	return h.regroup(ctx, who, func(w *store.Work, all core.Groups) (core.Groups, error) {
		group, there := all.Find(id)
		switch {
		case !there:
			return nil, &core.Error{Op: "hub.RemoveGroup", Kind: core.NotFound}
		case id == core.Everybody:
			return nil, &core.Error{Op: "hub.RemoveGroup", Kind: core.Invalid, Field: "id", Reason: "is the group of everybody, which is always there"}
		case slices.ContainsFunc(all, func(g core.Group) bool { return g.Parent == id }):
			return nil, &core.Error{Op: "hub.RemoveGroup", Kind: core.Invalid, Field: "id", Reason: "has groups below it: move them, or remove them first"}
		}
		after := slices.DeleteFunc(slices.Clone(all), func(g core.Group) bool { return g.ID == id })
		w.RemoveGroup(id, after)
		auditGroup(w, hand, core.AuditGroupRemoved, &group, nil)
		return after, nil
	})
}

// regroup changes the groups, and what every agent may by that.
func (h *Hub) regroup(ctx context.Context, who core.Actor, change func(*store.Work, core.Groups) (core.Groups, error)) error {
	if err := governs(who); err != nil {
		return err
	}
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		all, err := w.Groups()
		if err != nil {
			return err
		}
		after, err := change(w, all)
		if err != nil {
			return err
		}
		agents, err := w.Everyone()
		if err != nil {
			return err
		}
		w.Tell(settings(by(who, core.Event{Kind: core.EventGroupChanged})))
		for _, a := range agents {
			if err := permit(w, who, after, a.ID, a.Given); err != nil {
				return err
			}
		}
		return nil
	}})
	return err
}

// Permit gives an agent permissions in person, in the place of those that they were given before. who is as in SetGroup. Errors: Forbidden, NotFound.
func (h *Hub) Permit(ctx context.Context, who core.Actor, a core.AgentID, given core.Permissions) error {
	if err := governs(who); err != nil {
		return err
	}
	hand := h.handOf(ctx)
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		all, err := w.Groups()
		if err != nil {
			return err
		}
		before, err := w.Agent(a)
		if err != nil {
			return err
		}
		if after := before; before.Agent.Given != given {
			after.Agent.Given = given
			auditAgent(w, hand, before, after)
		}
		return permit(w, who, all, a, given)
	}})
	return err
}

// permit keeps what an agent may, and tells if that is something else than before.
func permit(w *store.Work, who core.Actor, all core.Groups, id core.AgentID, given core.Permissions) error {
	a, err := w.Agent(id)
	if err != nil {
		return err
	}
	may := all.Of(id, given)
	if a.Agent.Given == given && a.Agent.Permissions == may {
		return nil
	}
	a.Agent.Given, a.Agent.Permissions = given, may
	w.SetPermissions(a)
	w.Tell(settings(by(who, core.Event{Kind: core.EventAgentChanged, Target: id})))
	return nil
}

// governs says whether somebody may change what others may. Nobody in person is a command on the machine.
func governs(who core.Actor) error {
	if who.Agent.ID != 0 && !who.Agent.Admin {
		return &core.Error{Op: "hub.governs", Kind: core.Forbidden, Reason: "Only an admin may do that."}
	}
	return nil
}

// by says in an event who did it, if it was an agent.
func by(who core.Actor, e core.Event) core.Event {
	if who.Agent.ID != 0 {
		e.ActorKind, e.Actor, e.Name = core.ByAgent, int64(who.Agent.ID), who.Agent.PublicName
	}
	return e
}
