package store

import (
	"context"
	"time"

	"parley/core"
)

// Limits of a login.
const (
	loginIdle  = 7 * 24 * time.Hour  // not used for so long: over
	loginLife  = 30 * 24 * time.Hour // over in any case
	loginSight = 10 * time.Minute    // how exactly its last use is known
)

// Login is an agent's sign-in somewhere.
type Login struct {
	ID        core.LoginID `db:"id"`
	Agent     core.AgentID `db:"agent"`
	Hash      string       `db:"hash"` // of its token
	Address   string       `db:"address"`
	UserAgent string       `db:"user_agent"`
	CreatedAt core.Time    `db:"created_at"`
	SeenAt    core.Time    `db:"seen_at"`
}

const (
	selectLogin        = `SELECT id, agent, hash, address, user_agent, created_at, seen_at FROM logins WHERE hash = ?`
	selectAgentByLogin = selectAgentRoles + `WHERE a.id = ? AND a.disabled_at = 0`
	selectAgentByKey   = selectAgentRoles + `JOIN keys k ON k.agent = a.id WHERE k.hash = ? AND k.scope = '' AND a.disabled_at = 0`
	countScoped        = `SELECT count(*) FROM keys k JOIN agents a ON a.id = k.agent WHERE k.hash = ? AND k.scope = ? AND a.disabled_at = 0`
	selectKey          = `SELECT id FROM keys WHERE hash = ?`
	insertLogin        = `INSERT INTO logins (id, agent, hash, address, user_agent, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)`
	updateSeen         = `UPDATE logins SET seen_at = ? WHERE id = ?`
	deleteLogin        = `DELETE FROM logins WHERE id = ?`
	insertKey          = `INSERT INTO keys (id, agent, hash, name, scope, created_at) VALUES (?, ?, ?, ?, ?, ?)`
)

// Login gives the login of a token; Unauthorized if there is none or it is over.
func (s *Store) Login(ctx context.Context, token core.Secret) (Login, error) {
	const op = "store.Login"
	l, err := one[Login](ctx, s, op, selectLogin, core.HashToken(token))
	now := core.At(s.clock())
	if core.KindOf(err) == core.NotFound || err == nil && (now.Sub(l.SeenAt) > loginIdle || now.Sub(l.CreatedAt) > loginLife) {
		return Login{}, &core.Error{Op: op, Kind: core.Unauthorized}
	}
	return l, err
}

// ActorByLogin gives the agent whose login has the token; Unauthorized if there is none, it is over, or they are disabled.
func (s *Store) ActorByLogin(ctx context.Context, token core.Secret) (core.Actor, core.LoginID, error) {
	l, err := s.Login(ctx, token)
	if err != nil {
		return core.Actor{}, 0, err
	}
	a, err := s.actor(ctx, "store.ActorByLogin", core.Unauthorized, selectAgentByLogin, l.Agent)
	if err != nil {
		return core.Actor{}, 0, err
	}
	if now := core.At(s.clock()); now.Sub(l.SeenAt) > loginSight {
		if _, err := s.write.ExecContext(ctx, s.write.Rebind(updateSeen), now, l.ID); err != nil {
			s.log.Warn("login's last use not kept", "error", err)
		}
	}
	return a, l.ID, nil
}

// ActorByKey gives the agent to whom an API key belongs; Unauthorized if there is none, it is good for one thing only, or they are
// disabled.
func (s *Store) ActorByKey(ctx context.Context, token core.Secret) (core.Actor, error) {
	const op = "store.ActorByKey"
	hash := core.HashToken(token)
	a, err := s.actor(ctx, op, core.Unauthorized, selectAgentByKey, hash)
	if err != nil {
		return a, err
	}
	a.Key, err = one[core.KeyID](ctx, s, op, selectKey, hash)
	return a, err
}

// Scoped says whether an API key is good for something, and for that alone; Unauthorized if it is not.
func (s *Store) Scoped(ctx context.Context, token core.Secret, scope core.KeyScope) error {
	const op = "store.Scoped"
	n, err := one[int](ctx, s, op, countScoped, core.HashToken(token), string(scope))
	if err == nil && n == 0 {
		return &core.Error{Op: op, Kind: core.Unauthorized}
	}
	return err
}

// AddLogin adds a login.
func (w *Work) AddLogin(l Login) {
	w.change(insertLogin, l.ID, l.Agent, l.Hash, l.Address, l.UserAgent, l.CreatedAt, l.SeenAt)
}

// EndLogin ends a login.
func (w *Work) EndLogin(id core.LoginID) { w.change(deleteLogin, id) }

// AddKey adds an agent's API key.
func (w *Work) AddKey(id core.KeyID, a core.AgentID, hash, name string, scope core.KeyScope) {
	w.change(insertKey, id, a, hash, name, string(scope), w.Now())
}
