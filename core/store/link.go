package store

import (
	"context"
	"time"

	"parley/core"
)

// LinkTime is how long a code that links somebody may be used.
const LinkTime = 10 * time.Minute

const (
	selectAgentByLink = selectAgentRoles + `JOIN links k ON k.agent = a.id WHERE k.channel = ? AND k.remote = ?`
	selectLinkedAgent = `SELECT agent FROM links WHERE channel = ? AND remote = ?`
	selectLinked      = `SELECT k.remote FROM links k JOIN agents a ON a.id = k.agent WHERE k.channel = ? AND a.disabled_at = 0 ORDER BY k.created_at, k.remote`
	selectLinks       = `SELECT channel, remote, agent, created_at FROM links WHERE agent = ? ORDER BY created_at`
	upsertLink        = `INSERT INTO links (channel, remote, agent, created_at) VALUES (?, ?, ?, ?)
	ON CONFLICT (channel, remote) DO UPDATE SET agent = excluded.agent, created_at = excluded.created_at`
	insertLink      = `INSERT INTO links (channel, remote, agent, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	deleteLink      = `DELETE FROM links WHERE channel = ? AND remote = ? AND agent = ?`
	insertLinkCode  = `INSERT INTO link_codes (hash, agent, until) VALUES (?, ?, ?)`
	selectLinkCode  = `SELECT agent FROM link_codes WHERE hash = ? AND until > ?`
	deleteLinkCode  = `DELETE FROM link_codes WHERE hash = ?`
	deleteLinkCodes = `DELETE FROM link_codes WHERE agent = ? OR until <= ?`
)

// ActorByLink gives the agent whom a channel knows by that name, disabled or not; NotFound if nobody is linked.
func (s *Store) ActorByLink(ctx context.Context, c core.ChannelID, remote core.RemoteID) (core.Actor, error) {
	return s.actor(ctx, "store.ActorByLink", core.NotFound, selectAgentByLink, c, string(remote))
}

// Linked gives whom a channel knows as agents who have not been disabled, those linked first before the others.
func (s *Store) Linked(ctx context.Context, c core.ChannelID) ([]core.RemoteID, error) {
	return all[core.RemoteID](ctx, s, "store.Linked", selectLinked, c)
}

// Links gives an agent's links, oldest first.
func (s *Store) Links(ctx context.Context, a core.AgentID) ([]core.AgentLink, error) {
	return all[core.AgentLink](ctx, s, "store.Links", selectLinks, a)
}

// LinkedAgent gives the agent to whom somebody on a channel is linked; NotFound if there is none.
func (w *Work) LinkedAgent(c core.ChannelID, remote core.RemoteID) (a core.AgentID, err error) {
	return a, w.get(&a, selectLinkedAgent, c, string(remote))
}

// PutLink links somebody on a channel to an agent, in the place of another if there was one.
func (w *Work) PutLink(l core.AgentLink) {
	w.change(upsertLink, l.Channel, string(l.Remote), l.Agent, l.CreatedAt)
}

// AddLink links somebody on a channel to an agent, unless they are linked.
func (w *Work) AddLink(l core.AgentLink) {
	w.change(insertLink, l.Channel, string(l.Remote), l.Agent, l.CreatedAt)
}

// RemoveLink takes an agent's link away.
func (w *Work) RemoveLink(l core.AgentLink) {
	w.change(deleteLink, l.Channel, string(l.Remote), l.Agent)
}

// PutLinkCode lets the code with this hash link somebody to an agent, once, until then. Earlier codes of the agent end.
func (w *Work) PutLinkCode(hash string, a core.AgentID, until core.Time) {
	w.change(deleteLinkCodes, a, w.Now())
	w.change(insertLinkCode, hash, a, until)
}

// UseLinkCode gives the agent to whom a code links, and ends it; NotFound if there is none.
func (w *Work) UseLinkCode(hash string) (core.AgentID, error) {
	var a core.AgentID
	if err := w.get(&a, selectLinkCode, hash, w.Now()); err != nil {
		return 0, err
	}
	for _, s := range w.group.settings {
		if s.query == deleteLinkCode && s.args[0] == hash { // used by another job of this group
			return 0, missing("store.UseLinkCode")
		}
	}
	w.change(deleteLinkCode, hash)
	return a, nil
}
