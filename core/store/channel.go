package store

import (
	"context"

	"parley/core"
)

const (
	selectChannel  = `SELECT id, slug, kind, department, settings AS document, sealed, created_at FROM channels `
	selectChannels = selectChannel + `ORDER BY slug`
)

// channelRow reads a channel.
type channelRow struct {
	core.Channel
	Document string `db:"document"` // the drivers give text, and not as bytes
}

func (r channelRow) channel() core.Channel {
	r.Settings = []byte(r.Document)
	return r.Channel
}

// Channels gives all channels, by slug.
func (s *Store) Channels(ctx context.Context) ([]core.Channel, error) {
	rows, err := all[channelRow](ctx, s, "store.Channels", selectChannels)
	channels := make([]core.Channel, len(rows))
	for i, r := range rows {
		channels[i] = r.channel()
	}
	return channels, err
}

const selectOneChannel = selectChannel + `WHERE id = ?`

// Channel gives a channel; NotFound if there is none.
func (w *Work) Channel(id core.ChannelID) (core.Channel, error) {
	var row channelRow
	err := w.get(&row, selectOneChannel, id)
	return row.channel(), err
}

const insertChannel = `INSERT INTO channels (id, slug, kind, department, settings, sealed, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`

// AddChannel adds a channel.
func (w *Work) AddChannel(c core.Channel) {
	w.change(insertChannel, c.ID, c.Slug, c.Kind, c.Department, string(c.Settings), c.Sealed, c.CreatedAt)
}

const updateChannel = `UPDATE channels SET settings = ?, sealed = ? WHERE id = ?`

// PutChannel changes a channel's settings and secrets.
func (w *Work) PutChannel(c core.Channel) {
	w.change(updateChannel, string(c.Settings), c.Sealed, c.ID)
}
