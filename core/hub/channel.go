package hub

import (
	"context"
	"encoding/json"
	"slices"

	"parley/core"
	"parley/core/store"
)

// NewChannel is an account on a network that shall serve a department's customers.
type NewChannel struct {
	Slug       string
	Kind       string
	Department core.DepartmentID
	Settings   json.RawMessage // checked by the adapter
	Sealed     string          // its secrets, sealed
	Dedupe     string          // who adds it, and their idempotency key; "" for none
}

// AddChannel adds a channel. Invalid if the slug is wrong or in use; the same again with the same key gets the channel that is there.
func (h *Hub) AddChannel(ctx context.Context, n NewChannel) (core.Channel, error) {
	if err := core.CheckSlug("name", n.Slug); err != nil {
		return core.Channel{}, err
	}
	known, err := h.store.Channels(ctx)
	if err != nil {
		return core.Channel{}, err
	}
	now := core.At(h.clock())
	there := slices.IndexFunc(known, func(c core.Channel) bool { return c.Slug == n.Slug })
	c := core.Channel{
		ID: core.ChannelID(h.ids.Next(now)), Slug: n.Slug, Kind: n.Kind, Department: n.Department, Settings: n.Settings, Sealed: n.Sealed,
		CreatedAt: now,
	}
	by := h.handOf(ctx)
	commit, err := h.writer.Do(ctx, store.Job{Dedupe: n.Dedupe, Body: "add " + n.Kind + " " + n.Slug + " " + n.Department.String() + " " + string(n.Settings), Do: func(w *store.Work) error {
		if there >= 0 {
			return inUse(nil, "name")
		}
		w.AddChannel(c)
		auditChannel(w, by, core.AuditChannelAdded, core.Channel{}, c)
		w.Tell(settings(core.Event{Kind: core.EventChannelChanged, Department: c.Department, Dedupe: w.Key()}))
		return nil
	}})
	if commit.Repeat && there >= 0 {
		return known[there], nil
	}
	return c, err
}

// SetChannel gives a channel other settings and secrets. Whoever runs it begins anew with them.
func (h *Hub) SetChannel(ctx context.Context, c core.Channel) error {
	by := h.handOf(ctx)
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		before, err := w.Channel(c.ID)
		if err != nil {
			return err
		}
		w.PutChannel(c)
		auditChannel(w, by, core.AuditChannelChanged, before, c)
		w.Tell(settings(core.Event{Kind: core.EventChannelChanged, Department: c.Department}))
		return nil
	}})
	return err
}
