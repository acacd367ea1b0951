package hub

import (
	"cmp"
	"context"
	"slices"

	"parley/core"
	"parley/core/store"
)

// maxMine is how many of their own sessions an agent is shown on a surface.
const maxMine = 50

// Desk gives the agents' side of a channel with surfaces.
func (h *Hub) Desk(c core.ChannelID) core.Desk { return desk{h, c} }

// desk is core.Desk, for one channel.
type desk struct {
	hub     *Hub
	channel core.ChannelID
}

func (d desk) Agent(ctx context.Context, remote core.RemoteID) (core.Actor, error) {
	a, err := d.hub.store.ActorByLink(ctx, d.channel, remote)
	if err == nil && a.Agent.DisabledAt != 0 {
		return core.Actor{}, &core.Error{Op: "hub.Agent", Kind: core.Forbidden, Reason: "This agent has been disabled."}
	}
	return a, err
}

func (d desk) Link(ctx context.Context, remote core.RemoteID, code string) (core.Actor, error) {
	return d.hub.link(ctx, core.AgentLink{Channel: d.channel, Remote: remote}, code)
}

func (d desk) LinkByEmail(ctx context.Context, remote core.RemoteID, email string) (core.Actor, error) {
	if err := d.hub.linkByEmail(ctx, core.AgentLink{Channel: d.channel, Remote: remote}, email); err != nil {
		return core.Actor{}, err
	}
	return d.Agent(ctx, remote)
}

func (d desk) SetAvailability(ctx context.Context, who core.Actor, to core.Availability) (core.Actor, error) {
	return d.hub.SetAvailability(ctx, who, to)
}

func (d desk) Linked(ctx context.Context) ([]core.RemoteID, error) {
	return d.hub.store.Linked(ctx, d.channel)
}

func (d desk) Quieten(ctx context.Context, remote core.RemoteID, to core.Availability, until core.Time) (bool, error) {
	a, err := d.Agent(ctx, remote)
	if k := core.KindOf(err); k == core.NotFound || k == core.Forbidden {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return d.hub.quieten(ctx, a, d.channel, to, until)
}

func (d desk) Surface(ctx context.Context, room core.RemoteID) (core.Surface, error) {
	return d.hub.store.Surface(ctx, d.channel, room)
}

func (d desk) Session(ctx context.Context, at core.Address) (core.SessionID, error) {
	return d.hub.store.ThreadSession(ctx, d.channel, at)
}

func (d desk) Message(ctx context.Context, remote core.RemoteID) (core.Event, error) {
	return d.hub.store.PartMessage(ctx, d.channel, remote)
}

func (d desk) Card(ctx context.Context, who core.Actor, s core.SessionID) (core.Card, error) {
	return d.hub.store.Card(ctx, who.Scope(), s)
}

func (d desk) Mine(ctx context.Context, who core.Actor) ([]core.Card, error) {
	return d.hub.store.CardsOf(ctx, who.Scope(), maxMine)
}

func (d desk) Operators(ctx context.Context, who core.Actor, in core.DepartmentID) ([]core.Colleague, error) {
	all, err := d.hub.store.Colleagues(ctx, who.Scope(), in)
	return slices.DeleteFunc(all, func(c core.Colleague) bool { return !c.Role.Has(core.Operator) }), err
}

func (d desk) Departments(ctx context.Context) ([]core.Department, error) {
	return d.hub.store.AllDepartments(ctx)
}

func (d desk) RecordForms(ctx context.Context, who core.Actor, s core.SessionID) ([]core.RecordForm, error) {
	return d.hub.store.RecordForms(ctx, who.Scope(), s, core.UseRecord)
}

func (d desk) Renew(ctx context.Context, s core.SessionID, room core.RemoteID) error {
	_, err := d.hub.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Session(s) },
		Do: func(w *store.Work) error {
			row, err := w.Session(s)
			if err != nil {
				return err
			}
			return w.RenewCard(row, core.Surface{Channel: d.channel, Room: room})
		},
	})
	return err
}

func (d desk) Do(ctx context.Context, who core.Actor, deed core.Deed, said core.Said, dedupe string) (core.Done, error) {
	said.Channel = d.channel
	return d.hub.do(ctx, who, deed, said, "c"+d.channel.String()+":"+dedupe)
}

// AddSurface lets a room in a channel show the sessions of a department, all or those of some priorities and languages, from their next event on. Added again,
// the room has other settings from then on, and the cards that it shows say what those mean for them. Where f does not say what becomes of replies,
// they go out. The error is Invalid, with the field.
func (h *Hub) AddSurface(ctx context.Context, f core.Surface) error {
	f.Replies, f.CreatedAt = cmp.Or(f.Replies, core.RepliesOut), core.At(h.clock())
	languages, err := LanguagesOf("language", f.Languages.List(), true)
	if err := cmp.Or(err, f.Check()); err != nil {
		return err
	}
	f.Languages = languages
	by := h.handOf(ctx)
	return h.setSurface(ctx, f, func(w *store.Work, before *core.Surface) error {
		w.AddSurface(f)
		auditSurface(w, by, core.AuditSurfaceSet, f, before, &f)
		return w.RenewCards(f)
	})
}

// RemoveSurface ends that. What agents say in its threads still belongs to their sessions.
func (h *Hub) RemoveSurface(ctx context.Context, f core.Surface) error {
	by := h.handOf(ctx)
	return h.setSurface(ctx, f, func(w *store.Work, before *core.Surface) error {
		if before != nil {
			w.RemoveSurface(f)
			auditSurface(w, by, core.AuditSurfaceRemoved, f, before, nil)
		}
		return nil
	})
}

// MoveSurface moves a room to another one of its channel: what it showed, and what is owed to it, is shown there from now on. Each session that is
// open gets a thread there; what agents say in the old ones still belongs to their sessions. The error is Invalid, with the field.
func (h *Hub) MoveSurface(ctx context.Context, c core.ChannelID, from, to core.RemoteID) error {
	if from == to {
		return &core.Error{Op: "hub.MoveSurface", Kind: core.Invalid, Field: "to", Reason: "is the same room"}
	}
	by := h.handOf(ctx)
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		departments, err := w.MoveSurface(c, from, to)
		if core.KindOf(err) == core.NotFound {
			return &core.Error{Op: "hub.MoveSurface", Kind: core.Invalid, Field: "from", Reason: "is no room in which agents work"}
		}
		for _, d := range departments {
			w.Audit(core.AuditEntry{
				Hand: by, Action: core.AuditSurfaceMoved, Subject: core.AuditedSurface, SubjectID: c.String() + "/" + string(from) + "/" + d.String(),
				Changes: core.Changes{"room": {Before: from, After: to}}.Text(),
			})
			w.Tell(settings(core.Event{Kind: core.EventChannelChanged, Department: d}))
		}
		return err
	}})
	return err
}

// setSurface does something with a surface, which is nil if it is not there yet.
func (h *Hub) setSurface(ctx context.Context, f core.Surface, do func(w *store.Work, before *core.Surface) error) error {
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		var before *core.Surface
		switch has, err := w.Surface(f.Channel, f.Room, f.Department); {
		case err == nil:
			before = &has
		case core.KindOf(err) != core.NotFound:
			return err
		}
		err := do(w, before)
		w.Tell(settings(core.Event{Kind: core.EventChannelChanged, Department: f.Department}))
		return err
	}})
	return err
}
