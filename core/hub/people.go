package hub

import (
	"cmp"
	"context"
	"maps"

	"parley/core"
	"parley/core/store"
)

// settings makes an event of a change of settings: for agents only, by the system unless it says otherwise.
func settings(e core.Event) core.Event {
	e.Audience = core.AgentsOnly
	if e.ActorKind == "" {
		e.ActorKind = core.BySystem
	}
	return e
}

// NewAgent is somebody who shall work here.
type NewAgent struct {
	Email    string
	Name     string
	Password core.Secret
	Admin    bool
	Bot      bool // a program, which works over the API by a key
	Roles    core.Roles
	Limit    int64 // sessions at once that they want at most; zero: they have not said
	Can      AbilitiesChange
}

// AddAgent adds an agent; Invalid with the field if something is wrong or the address is taken.
func (h *Hub) AddAgent(ctx context.Context, n NewAgent) (core.Agent, error) {
	email := core.FoldEmail(n.Email)
	if err := core.CheckEmail(email); err != nil {
		return core.Agent{}, err
	}
	if err := core.CheckName("name", n.Name); err != nil {
		return core.Agent{}, err
	}
	if err := core.CheckLimit("limit", n.Limit); err != nil {
		return core.Agent{}, err
	}
	can, err := n.Can.over(core.Abilities{})
	if err != nil {
		return core.Agent{}, err
	}
	if n.Bot { // nobody is to sign in as it
		n.Password = core.NewToken()
	}
	hash, err := HashPassword(n.Password)
	if err != nil {
		return core.Agent{}, err
	}
	if _, err := h.store.AgentByEmail(ctx, email); core.KindOf(err) != core.NotFound {
		return core.Agent{}, inUse(err, "email")
	}
	now := core.At(h.clock())
	a := core.Agent{
		ID: core.AgentID(h.ids.Next(now)), Email: email, Name: n.Name, PublicName: core.PublicName(n.Name), PasswordHash: hash,
		Admin: n.Admin, Bot: n.Bot, CreatedAt: now, Availability: core.AgentAvailable,
		Abilities: can,
	}
	by := h.handOf(ctx)
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		all, err := w.Groups()
		if err != nil {
			return err
		}
		a.Permissions = all.Of(a.ID, 0)
		w.PutAgent(core.Actor{Agent: a, Roles: n.Roles})
		w.PutLoad(core.Load{Agent: a.ID, Own: n.Limit})
		changes := core.ChangesOf(nil, viewOfAgent(core.Actor{Agent: a, Roles: n.Roles}))
		maps.Copy(changes, changesOfLimit(0, n.Limit))
		auditAbout(w, by, core.AuditAgentAdded, a.ID, changes)
		w.SetPermissions(core.Actor{Agent: a, Roles: n.Roles})
		w.SetAbilities(core.Actor{Agent: a, Roles: n.Roles})
		w.Tell(settings(core.Event{Kind: core.EventAgentChanged, Target: a.ID}))
		return nil
	}})
	return a, err
}

// DisableAgent takes away an agent's rights and ends their logins; their keys are refused from now on. What they did stays; the
// sessions they hold are handed off.
func (h *Hub) DisableAgent(ctx context.Context, email string) error {
	a, err := h.store.AgentByEmail(ctx, email)
	if err != nil || a.Agent.DisabledAt != 0 {
		return err
	}
	a.Agent.DisabledAt = core.At(h.clock())
	return h.putAgent(ctx, a)
}

// SetPassword gives an agent another password and ends all their logins; their keys stay. NotFound if there is no such agent,
// Invalid if they are disabled or a bot, or the password cannot be one.
func (h *Hub) SetPassword(ctx context.Context, email string, password core.Secret) error {
	a, err := h.store.AgentByEmail(ctx, email)
	if err != nil {
		return err
	}
	hash, err := HashPassword(password)
	if err != nil {
		return err
	}
	by := h.handOf(ctx)
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		a, err := w.Agent(a.Agent.ID) // what else was changed meanwhile stays
		if err != nil {
			return err
		}
		if a.Agent.DisabledAt != 0 {
			return &core.Error{Op: "hub.SetPassword", Kind: core.Invalid, Field: "email", Reason: "is of an agent who is disabled"}
		}
		if a.Agent.Bot {
			return &core.Error{Op: "hub.SetPassword", Kind: core.Invalid, Field: "email", Reason: "is of a bot, which works by a key"}
		}
		a.Agent.PasswordHash = hash
		w.PutAgent(a)
		w.EndLogins(a.Agent.ID)
		auditAbout(w, by, core.AuditPasswordChanged, a.Agent.ID, nil)
		w.Tell(settings(core.Event{Kind: core.EventAgentChanged, Target: a.Agent.ID}))
		return nil
	}})
	return err
}

func (h *Hub) putAgent(ctx context.Context, a core.Actor) error {
	by := h.handOf(ctx)
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		before, err := w.Agent(a.Agent.ID)
		if err != nil && core.KindOf(err) != core.NotFound {
			return err
		}
		auditAgent(w, by, before, a)
		w.PutAgent(a)
		w.Tell(settings(core.Event{Kind: core.EventAgentChanged, Target: a.Agent.ID}))
		return nil
	}})
	return err
}

// AddKey makes an API key of an agent, with all the agent's rights or for its scope alone, and gives the secret, which is only now to be
// had.
func (h *Hub) AddKey(ctx context.Context, email, name string, scope core.KeyScope) (core.Secret, error) {
	if err := core.CheckName("name", name); err != nil {
		return "", err
	}
	if !scope.Known() {
		return "", &core.Error{Op: "hub.AddKey", Kind: core.Invalid, Field: "scope", Reason: "is not known"}
	}
	a, err := h.store.AgentByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	if a.Agent.DisabledAt != 0 {
		return "", &core.Error{Op: "hub.AddKey", Kind: core.Invalid, Field: "agent", Reason: "is disabled"}
	}
	token, by := core.NewToken(), h.handOf(ctx)
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		id := core.KeyID(h.ids.Next(w.Now()))
		w.AddKey(id, a.Agent.ID, core.HashToken(token), name, scope)
		auditAbout(w, by, core.AuditKeyAdded, a.Agent.ID, core.ChangesOf(nil, map[string]string{
			"key": id.String(), "name": name, "scope": cmp.Or(string(scope), "all"),
		}))
		return nil
	}})
	return token, err
}

// inUse says that a name is used by another, unless the look-up itself failed.
func inUse(lookup error, field string) error {
	if lookup != nil {
		return lookup
	}
	return &core.Error{Op: "hub.Add", Kind: core.Invalid, Field: field, Reason: "is in use already"}
}
