package store

import (
	"context"
	"encoding/json"
	"fmt"

	"parley/core"
)

// Parked is something that came in and could not be applied.
type Parked struct {
	ID      int64          `db:"id"`
	Channel core.ChannelID `db:"channel"`
	Reason  string         `db:"reason"`
	At      core.Time      `db:"at"`
	Inbound core.Inbound   `db:"-"`

	Document string `db:"document"` // the inbound, as JSON
}

const (
	insertParked = `INSERT INTO parked (id, channel, dedupe, target, document, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (channel, dedupe) DO NOTHING`
	selectParkedFor = `SELECT id, channel, reason, at, document FROM parked WHERE channel = ? AND target = ? AND target <> ''
	ORDER BY id LIMIT 20`
	deleteParked = `DELETE FROM parked WHERE id = ?`
)

// Park keeps aside what cannot be applied now. The same again is the same.
func (w *Work) Park(id int64, in core.Inbound, reason string) error {
	document, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write a parked inbound down: %w", err)
	}
	w.change(insertParked, id, in.Channel, in.Dedupe, string(in.Target), string(document), reason, w.Now())
	return nil
}

// ParkedFor gives what waits for a message, oldest first.
func (w *Work) ParkedFor(c core.ChannelID, target core.RemoteID) ([]Parked, error) {
	g := w.group
	var rows []Parked
	if err := w.read(g.query(&rows, g.tx.Rebind(selectParkedFor), c, string(target))); err != nil {
		return nil, err
	}
	return rows, unpack(rows)
}

// Unpark takes away what has been applied.
func (w *Work) Unpark(id int64) { w.change(deleteParked, id) }

func unpack(rows []Parked) error {
	for i := range rows {
		if err := json.Unmarshal([]byte(rows[i].Document), &rows[i].Inbound); err != nil {
			return fmt.Errorf("read a parked inbound: %w", err)
		}
	}
	return nil
}

const selectParked = `SELECT id, channel, reason, at, document FROM parked WHERE channel = ? ORDER BY id DESC LIMIT ?`

// ParkedOf gives what is kept aside of a channel, newest first.
func (s *Store) ParkedOf(ctx context.Context, c core.ChannelID, limit int) ([]Parked, error) {
	rows, err := all[Parked](ctx, s, "store.ParkedOf", selectParked, c, limit)
	if err != nil {
		return nil, err
	}
	return rows, unpack(rows)
}

const selectRipe = `SELECT p.id, p.channel, p.reason, p.at, p.document FROM parked p
	JOIN parts r ON r.channel = p.channel AND r.remote = p.target ORDER BY p.id LIMIT ?`

// Ripe gives what is kept aside although what it waited for has come.
func (s *Store) Ripe(ctx context.Context, limit int) ([]Parked, error) {
	rows, err := all[Parked](ctx, s, "store.Ripe", selectRipe, limit)
	if err != nil {
		return nil, err
	}
	return rows, unpack(rows)
}

const forgetParked = `DELETE FROM parked WHERE at < ?`

// ForgetParked takes away what was kept aside before then.
func (s *Store) ForgetParked(ctx context.Context, before core.Time) error {
	_, err := s.write.ExecContext(ctx, s.write.Rebind(forgetParked), before)
	return fail("store.ForgetParked", err)
}
