package hub

import (
	"context"
	"encoding/json"

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
}

// AddChannel adds a channel. Invalid if the slug is wrong or in use.
func (h *Hub) AddChannel(ctx context.Context, n NewChannel) (core.Channel, error) {
	if err := core.CheckSlug("name", n.Slug); err != nil {
		return core.Channel{}, err
	}
	known, err := h.store.Channels(ctx)
	if err != nil {
		return core.Channel{}, err
	}
	for _, c := range known {
		if c.Slug == n.Slug {
			return c, inUse(nil, "name")
		}
	}
	now := core.At(h.clock())
	c := core.Channel{
		ID: core.ChannelID(h.ids.Next(now)), Slug: n.Slug, Kind: n.Kind, Department: n.Department, Settings: n.Settings, Sealed: n.Sealed,
		CreatedAt: now,
	}
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		w.AddChannel(c)
		w.Tell(settings(core.Event{Kind: core.EventChannelChanged, Department: c.Department}))
		return nil
	}})
	return c, err
}

// SetChannel gives a channel other settings and secrets. Whoever runs it begins anew with them.
func (h *Hub) SetChannel(ctx context.Context, c core.Channel) error {
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		w.PutChannel(c)
		w.Tell(settings(core.Event{Kind: core.EventChannelChanged, Department: c.Department}))
		return nil
	}})
	return err
}
