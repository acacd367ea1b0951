package hub

import (
	"context"
	"slices"

	"parley/core"
	"parley/core/store"
)

// admit says whether what a customer has written may begin a session in a department (FEATURES C16, C17), which is locked then. Where that is closed
// a site's customer is told so, and nothing begins (S1.12). A messenger's always may, and stands aside where nobody is to be expected (FEATURES B6).
func (h *Hub) admit(w *store.Work, in core.Inbound, id core.DepartmentID) (core.Aside, error) {
	can, known := h.can(in.Channel)
	if !known {
		return "", nil
	}
	settings, err := w.Settings(id)
	if err != nil {
		return "", err
	}
	d, _, err := h.follow(w, id, settings) // what rules want by now counts, also where nobody has looked yet
	if err != nil {
		return "", err
	}
	house, err := w.Switch()
	if err != nil {
		return "", err
	}
	receives := true
	if settings.Activation.Nobody {
		if receives, err = w.Receiving(id); err != nil {
			return "", err
		}
	}
	o := core.OpeningOf(house, d, settings, receives, w.Now())
	switch {
	case can.Pulls && len(o.To(in.Country)) > 0:
		return "", &core.Error{Op: "hub.admit", Kind: core.Closed, Reason: "Chat is currently disabled."}
	case can.Pulls:
		return "", nil
	case len(o.Closed) > 0:
		return core.Offline, nil
	case !settings.Hours.Open(d.Zone, w.Now()):
		return core.AfterHours, nil
	}
	return "", nil
}

// Openings gives how all departments stand to customers who would begin a session.
func (h *Hub) Openings(ctx context.Context) (map[core.DepartmentID]core.Opening, error) {
	all, err := h.store.AllDepartments(ctx)
	if err != nil {
		return nil, err
	}
	house, err := h.store.Switch(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := h.store.AllSettings(ctx)
	if err != nil {
		return nil, err
	}
	var receiving map[core.DepartmentID]int64
	if slices.ContainsFunc(all, func(d core.Department) bool { return settings(d.ID).Activation.Nobody }) {
		if receiving, err = h.store.Receiving(ctx); err != nil {
			return nil, err
		}
	}
	now := core.At(h.clock())
	openings := make(map[core.DepartmentID]core.Opening, len(all))
	for _, d := range all {
		openings[d.ID] = core.OpeningOf(house, d, settings(d.ID), receiving[d.ID] > 0, now)
	}
	return openings, nil
}
