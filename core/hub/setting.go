package hub

import (
	"context"
	"encoding/json"
	"slices"

	"parley/core"
	"parley/core/store"
)

// SetSettings replaces what was set for a department, or, for zero, for all. Open sessions follow at once. The version is the document's as
// the admin saw it; zero is any. Errors: Forbidden, Invalid with the member's path, NotFound, Taken where it has changed since.
func (h *Hub) SetSettings(ctx context.Context, who core.Actor, d core.DepartmentID, own json.RawMessage, version int64) (core.SettingsDocument, error) {
	const op = "hub.SetSettings"
	if !who.MaySet(d) {
		return core.SettingsDocument{}, &core.Error{Op: op, Kind: core.Forbidden, Reason: "Only an admin changes settings, or, of their department, a supervisor who was given the permission."}
	}
	all, err := h.store.AllDepartments(ctx)
	if err != nil {
		return core.SettingsDocument{}, err
	}
	about := slices.DeleteFunc(all, func(each core.Department) bool { return d != 0 && d != each.ID })
	by := who.Hand()
	var after core.SettingsDocument
	_, err = h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) {
			for _, each := range about {
				k.Department(each.ID)
			}
		},
		Do: func(w *store.Work) error {
			if d != 0 {
				if _, err := w.Department(d); err != nil {
					return err
				}
			}
			if err := checkSettings(w, d, own); err != nil {
				return err
			}
			before, err := w.Document(d)
			if err != nil {
				return err
			}
			rules, err := rulesInUse(w, about)
			if err != nil {
				return err
			}
			if version != 0 && version != before.Version {
				return &core.Error{Op: op, Kind: core.Taken, Reason: "These settings have changed since you looked at them."}
			}
			after = core.SettingsDocument{
				Department: d, Own: string(own), Version: before.Version + 1, ChangedAt: w.Now(), ChangedBy: who.Agent.ID,
			}
			w.PutDocument(after)
			w.Audit(core.AuditEntry{
				Hand: by, Action: core.AuditSettingsChanged, Subject: core.AuditedSettings, SubjectID: d.String(),
				Changes: core.ChangesOf(json.RawMessage(before.Own), own).Text(),
			})
			for _, each := range about {
				if err := settle(w, each.ID); err != nil {
					return err
				}
				w.WakeOpen(each.ID)
				w.Tell(settings(core.Event{
					Kind: core.EventDepartmentChanged, Department: each.ID, ActorKind: core.ByAgent, Actor: int64(who.Agent.ID), Name: who.Agent.PublicName,
				}))
			}
			return reruled(w, rules)
		},
	})
	return after, err
}

// settle keeps in a department what its settings say by now and others need at hand: whom operators see, and whether it assigns what waits. It
// is looked at then: what waits may be assigned, or told its place.
func settle(w *store.Work, id core.DepartmentID) error {
	d, err := w.Department(id)
	if err != nil {
		return err
	}
	s, err := w.Settings(id)
	if err != nil {
		return err
	}
	d.Own, d.Distributes, d.Occupied = !s.Sight.Colleagues, s.Distribution.Automatic(), false
	w.PutDepartment(d)
	w.Wake(core.AboutDepartment(id), w.Now())
	return nil
}

// checkSettings says whether the document can change what holds for a department without one of its own, or, for zero, what is shipped.
func checkSettings(w *store.Work, d core.DepartmentID, own json.RawMessage) error {
	under := core.Shipped
	if d != 0 {
		all, err := w.Document(0)
		if err != nil {
			return err
		}
		under = under.Over([]byte(all.Own))
	}
	if err := under.CheckOver(own); err != nil {
		return err
	}
	return checkBot(w, d, under.Over(own).Bot)
}
