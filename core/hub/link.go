package hub

import (
	"context"
	"crypto/rand"
	"strings"

	"parley/core"
	"parley/core/store"
)

// NewLinkCode gives an agent a code that links one account on a channel to them, when it is said there. It works once, and in the
// place of those given before.
func (h *Hub) NewLinkCode(ctx context.Context, who core.Actor) (code core.Secret, until core.Time, err error) {
	code = core.Secret(rand.Text())
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		until = w.Now().Add(store.LinkTime)
		w.PutLinkCode(core.HashToken(code), who.Agent.ID, until)
		return nil
	}})
	return code, until, err
}

// link links somebody on a channel to the agent who was given the code.
func (h *Hub) link(ctx context.Context, l core.AgentLink, code string) (core.Actor, error) {
	hash := core.HashToken(core.Secret(strings.ToUpper(strings.TrimSpace(code))))
	var who core.Actor
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) (err error) {
		if l.Agent, err = w.UseLinkCode(hash); err != nil {
			return err
		}
		if who, err = w.Agent(l.Agent); err != nil {
			return err
		}
		if who.Agent.DisabledAt != 0 {
			return &core.Error{Op: "hub.Link", Kind: core.NotFound}
		}
		former, err := w.LinkedAgent(l.Channel, l.Remote)
		if err != nil && core.KindOf(err) != core.NotFound {
			return err
		}
		l.CreatedAt = w.Now()
		w.PutLink(l)
		auditLink(w, who.Hand(), l, former) // whoever has the code is the agent
		return nil
	}})
	if core.KindOf(err) == core.NotFound {
		return core.Actor{}, &core.Error{Op: "hub.Link", Kind: core.Invalid, Field: "code", Reason: "is wrong, was used, or is older than ten minutes"}
	}
	return who, err
}

// linkByEmail links somebody on a channel, who is linked to nobody, to the agent with that address. The address is compared in the form in which
// it is stored, and nothing else is.
func (h *Hub) linkByEmail(ctx context.Context, l core.AgentLink, email string) error {
	if err := core.CheckEmail(core.FoldEmail(email)); err != nil {
		return &core.Error{Op: "hub.LinkByEmail", Kind: core.NotFound, Err: err}
	}
	found, err := h.store.AgentByEmail(ctx, email)
	if err != nil {
		return err
	}
	by := h.handOf(ctx)
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		who, err := w.Agent(found.Agent.ID)
		if err != nil {
			return err
		}
		if who.Agent.DisabledAt != 0 || who.Agent.Email != core.FoldEmail(email) {
			return &core.Error{Op: "hub.LinkByEmail", Kind: core.NotFound}
		}
		if _, err := w.LinkedAgent(l.Channel, l.Remote); core.KindOf(err) != core.NotFound {
			return err // somebody was linked meanwhile, and stays so
		}
		l.Agent, l.CreatedAt = who.Agent.ID, w.Now()
		w.AddLink(l)
		auditLink(w, by, l, 0)
		return nil
	}})
	return err
}

// Unlink ends a link of the agent's. One that is not there has ended.
func (h *Hub) Unlink(ctx context.Context, who core.Actor, l core.AgentLink) error {
	l.Agent = who.Agent.ID
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		has, err := w.LinkedAgent(l.Channel, l.Remote)
		if core.KindOf(err) == core.NotFound || err == nil && has != l.Agent {
			return nil
		}
		if err != nil {
			return err
		}
		w.RemoveLink(l)
		auditAbout(w, who.Hand(), core.AuditUnlinked, l.Agent, core.ChangesOf(map[string]string{
			"channel": l.Channel.String(), "account": string(l.Remote),
		}, nil))
		return nil
	}})
	return err
}
