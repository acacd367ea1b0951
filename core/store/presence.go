package store

import (
	"context"
	"time"

	"parley/core"
)

// PutPresence says of all of them, in one statement, that the node sees them there, for a time by the database's clock.
func (s *Store) PutPresence(ctx context.Context, node string, all []core.Presence, d time.Duration) error {
	const op = "store.PutPresence"
	now, err := s.databaseTime(ctx)
	if err != nil {
		return fail(op, err)
	}
	query, args := s.dialect.presence(node, all, now.Add(d))
	_, err = s.write.ExecContext(ctx, query, args...)
	return fail(op, err)
}

const deletePresence = `DELETE FROM presence WHERE node = ?`

// EndPresence takes back all that a node has said.
func (s *Store) EndPresence(ctx context.Context, node string) error {
	_, err := s.write.ExecContext(ctx, s.write.Rebind(deletePresence), node)
	return fail("store.EndPresence", err)
}

const selectWhoIsHere = `SELECT DISTINCT agent FROM presence WHERE until > ? ORDER BY agent`

// Present gives who is there now, as any node sees them, by id.
func (s *Store) Present(ctx context.Context) ([]core.AgentID, error) {
	const op = "store.Present"
	now, err := s.databaseTime(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	return all[core.AgentID](ctx, s, op, selectWhoIsHere, now)
}

// presenceKept is how long what is over stays at least: a node that is only late renews its rows, and must not meet their removal.
const presenceKept = time.Minute

const sweepPresence = `DELETE FROM presence WHERE until < ?`

// SweepPresence removes what nodes that ended without a word have left.
func (s *Store) SweepPresence(ctx context.Context) error {
	const op = "store.SweepPresence"
	now, err := s.databaseTime(ctx)
	if err != nil {
		return fail(op, err)
	}
	_, err = s.write.ExecContext(ctx, s.write.Rebind(sweepPresence), now.Add(-presenceKept))
	return fail(op, err)
}

const selectSeenOn = `SELECT DISTINCT k.agent, k.channel FROM links k JOIN agents a ON a.id = k.agent WHERE k.channel IN (?) AND a.disabled_at = 0`

// SeenOn gives who is linked on the channels, as being there.
func (s *Store) SeenOn(ctx context.Context, channels []core.ChannelID) ([]core.Presence, error) {
	if len(channels) == 0 {
		return nil, nil
	}
	links, err := all[core.AgentLink](ctx, s, "store.SeenOn", selectSeenOn, channels)
	linked := make([]core.Presence, len(links))
	for i, l := range links {
		linked[i] = core.Presence{Agent: l.Agent, Surface: l.Channel.String()}
	}
	return linked, err
}
