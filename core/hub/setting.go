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
	if !who.Agent.Admin {
		return core.SettingsDocument{}, &core.Error{Op: op, Kind: core.Forbidden, Reason: "Only an admin changes settings."}
	}
	all, err := h.store.AllDepartments(ctx)
	if err != nil {
		return core.SettingsDocument{}, err
	}
	about := slices.DeleteFunc(all, func(each core.Department) bool { return d != 0 && d != each.ID })
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
			if version != 0 && version != before.Version {
				return &core.Error{Op: op, Kind: core.Taken, Reason: "These settings have changed since you looked at them."}
			}
			after = core.SettingsDocument{
				Department: d, Own: string(own), Version: before.Version + 1, ChangedAt: w.Now(), ChangedBy: who.Agent.ID,
			}
			w.PutDocument(after)
			for _, each := range about {
				w.WakeOpen(each.ID)
				w.Tell(settings(core.Event{
					Kind: core.EventDepartmentChanged, Department: each.ID, ActorKind: core.ByAgent, Actor: int64(who.Agent.ID), Name: who.Agent.PublicName,
				}))
			}
			return nil
		},
	})
	return after, err
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
	return under.CheckOver(own)
}
