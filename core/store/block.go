package store

import "parley/core"

const (
	blockedColumns = `channel, remote, session, agent, name, since, until, dropped, noticed_at`
	selectBlocked  = `SELECT ` + blockedColumns + ` FROM blocked `
	// Of a session's row, and of its card: what stands beside it of the customer's block.
	blockedOf = `COALESCE(b.agent, 0) AS "blocked.agent", COALESCE(b.name, '') AS "blocked.name", COALESCE(b.since, 0) AS "blocked.since",
	COALESCE(b.until, 0) AS "blocked.until", COALESCE(b.dropped, 0) AS "blocked.dropped"`
	joinBlocked = `LEFT JOIN blocked b ON b.channel = i.channel AND b.remote = i.remote `
)

// Blocked gives the newest block of a channel's customer, locked, also one that has ended; NotFound if there was none.
func (w *Work) Blocked(c core.ChannelID, remote core.RemoteID) (core.Blocked, error) {
	g, at := w.group, place{c, remote}
	b, there, known := g.blocked.get(at)
	if !known {
		if err := w.read(g.loadBlocked([]place{at})); err != nil {
			return b, err
		}
		b, there, _ = g.blocked.get(at)
	}
	if !there {
		return b, missing("store.Blocked")
	}
	return b, nil
}

// PutBlocked blocks a channel's customer, or changes how that stands.
func (w *Work) PutBlocked(b core.Blocked) {
	w.group.blocked.put(w.group, place{b.Channel, b.Remote}, b, false)
}

const selectIdentityOf = `SELECT id, channel, remote, customer FROM identities WHERE id = ?`

// IdentityOf gives a session's customer as the channel knows them.
func (w *Work) IdentityOf(s core.Session) (core.Identity, error) {
	for _, i := range w.group.identities.rows {
		if i.ID == s.Identity {
			return i, nil
		}
	}
	var i core.Identity
	return i, w.get(&i, selectIdentityOf, s.Identity)
}

const selectHome = `SELECT department FROM channels WHERE id = ?`

// Gate locks the department in which sessions of a channel begin: none does before this work is over, on another node neither.
func (w *Work) Gate(c core.ChannelID) error {
	var home core.DepartmentID
	if err := w.get(&home, selectHome, c); err != nil {
		return err
	}
	_, err := w.Department(home)
	return err
}

// loadBlocked comes after the sessions and departments are locked: whoever blocks holds one of them.
func (g *group) loadBlocked(at []place) error {
	if len(at) == 0 {
		return nil
	}
	var rows []core.Blocked
	if err := g.query(&rows, g.loads.blocked, g.dialect.places(at)...); err != nil {
		return err
	}
	g.blocked.miss(at)
	for _, b := range rows {
		g.blocked.rows[place{b.Channel, b.Remote}] = b
	}
	return nil
}

func blockedValues(b core.Blocked) []any {
	return []any{
		int64(b.Channel), string(b.Remote), int64(b.Session), int64(b.Agent), b.Name, int64(b.Since), int64(b.Until), b.Dropped, int64(b.NoticedAt),
	}
}

// held keeps of a block only one that holds now: what is shown beside a session.
func (s *Store) held(b *core.Blocked) {
	if !b.Holds(core.At(s.clock())) {
		*b = core.Blocked{}
	}
}
