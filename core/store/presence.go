package store

import (
	"context"
	"time"

	"parley/core"
)

const putNode = `INSERT INTO nodes (node, since, until) VALUES (?, ?, ?) ON CONFLICT (node) DO UPDATE
	SET since = CASE WHEN nodes.until < excluded.since OR nodes.since > excluded.since THEN excluded.since ELSE nodes.since END, until = excluded.until`

// PutPresence says of all of them, in one statement, that the node sees them there, for a time by the database's clock; and that the node looks
// who is there, for as long.
func (s *Store) PutPresence(ctx context.Context, node string, all []core.Presence, d time.Duration) error {
	const op = "store.PutPresence"
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return fail(op, err)
	}
	if _, err := s.write.ExecContext(ctx, s.write.Rebind(putNode), node, now, now.Add(d)); err != nil || len(all) == 0 {
		return fail(op, err)
	}
	query, args := s.dialect.presence(node, all, now.Add(d))
	_, err = s.write.ExecContext(ctx, query, args...)
	return fail(op, err)
}

const (
	endPresence = `UPDATE presence SET until = ? WHERE node = ? AND until > ?`
	deleteNode  = `DELETE FROM nodes WHERE node = ?`
)

// EndPresence ends all that a node has said.
func (s *Store) EndPresence(ctx context.Context, node string) error {
	const op = "store.EndPresence"
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return fail(op, err)
	}
	if _, err := s.write.ExecContext(ctx, s.write.Rebind(endPresence), now, node, now); err != nil {
		return fail(op, err)
	}
	_, err = s.write.ExecContext(ctx, s.write.Rebind(deleteNode), node)
	return fail(op, err)
}

const selectWhoIsHere = `SELECT DISTINCT agent FROM presence WHERE until > ? ORDER BY agent`

// Present gives who is there now, as any node sees them, by id.
func (s *Store) Present(ctx context.Context) ([]core.AgentID, error) {
	const op = "store.Present"
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	return all[core.AgentID](ctx, s, op, selectWhoIsHere, now)
}

// presenceKept is how long what is over stays at least: a node that is only late renews its rows, and must not meet their removal. Nobody says for
// longer that somebody is there: what would hold for longer was said before the database's clock was set back.
const presenceKept = time.Minute

const (
	sweepPresence = `DELETE FROM presence WHERE until < ? AND EXISTS (SELECT 1 FROM presence n WHERE n.agent = presence.agent
		AND n.surface = presence.surface AND (n.until, n.node) > (presence.until, presence.node))`
	sweepNodes     = `DELETE FROM nodes WHERE until < ?`
	overNodes      = `DELETE FROM nodes WHERE until > ?` // who is alive says it again, and is known since then
	sweepCustomers = `DELETE FROM customer_presence WHERE seen_at < ? AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = customer_presence.session
		AND (s.ended_at <> 0 OR s.connected = TRUE))`

	overPresence  = `UPDATE presence SET until = ? WHERE until > ?`
	overCustomers = `UPDATE customer_presence SET seen_at = ? WHERE seen_at > ?`
)

// SweepPresence removes what nodes that ended without a word have left, and the customers whom nobody asks for any more. When an agent was last seen
// on a surface stays known. What holds for too long is over now.
func (s *Store) SweepPresence(ctx context.Context) error {
	const op = "store.SweepPresence"
	now, err := s.DatabaseTime(ctx)
	if err != nil {
		return fail(op, err)
	}
	for _, sweep := range []string{sweepPresence, sweepNodes, sweepCustomers} {
		if _, err := s.write.ExecContext(ctx, s.write.Rebind(sweep), now.Add(-presenceKept)); err != nil {
			return fail(op, err)
		}
	}
	if _, err := s.write.ExecContext(ctx, s.write.Rebind(overNodes), now.Add(presenceKept)); err != nil {
		return fail(op, err)
	}
	for _, over := range []string{overPresence, overCustomers} {
		if _, err := s.write.ExecContext(ctx, s.write.Rebind(over), now, now.Add(presenceKept)); err != nil {
			return fail(op, err)
		}
	}
	return nil
}

const (
	selectLastSeen = `SELECT surface, MAX(until) AS until FROM presence WHERE agent = ? GROUP BY surface`
	selectKnown    = `SELECT COALESCE(MIN(since), 0) FROM nodes WHERE until > ?`
)

// attendance is what a group knows of who is where.
type attendance struct {
	ahead time.Duration // of the database's clock
	known core.Time     // since when, without a break, some node looks who is there; zero: none does
	of    map[core.AgentID]core.Attendance
}

// Attendance gives what is known of where an agent is, in the group's time.
func (w *Work) Attendance(id core.AgentID) (core.Attendance, error) {
	g := w.group
	if err := g.attend(); err != nil {
		return core.Attendance{}, w.read(err)
	}
	if at, known := g.attended.of[id]; known {
		return at, nil
	}
	var rows []struct {
		Surface string    `db:"surface"`
		Until   core.Time `db:"until"`
	}
	if err := g.query(&rows, g.tx.Rebind(selectLastSeen), id); err != nil {
		return core.Attendance{}, w.read(err)
	}
	at := core.Attendance{Known: g.attended.known, Seen: map[string]core.Time{}}
	for _, r := range rows {
		at.Seen[r.Surface] = r.Until.Add(g.attended.ahead)
	}
	g.attended.of[id] = at
	return at, nil
}

// attend finds out, once for the group, what holds for all.
func (g *group) attend() error {
	if g.attended.of != nil {
		return nil
	}
	var now, known core.Time
	if clock := g.writer.store.leaseClock; clock != nil {
		now = core.At(clock())
	} else if err := g.tx.GetContext(g.ctx, &now, g.dialect.time()); err != nil {
		return err
	}
	if err := g.tx.GetContext(g.ctx, &known, g.tx.Rebind(selectKnown), now); err != nil {
		return err
	}
	ahead := g.now.Sub(now)
	if known != 0 {
		known = known.Add(ahead)
	}
	g.attended = attendance{ahead, known, map[core.AgentID]core.Attendance{}}
	return nil
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
