package hub

import (
	"cmp"

	"parley/core"
	"parley/core/store"
)

// reopen puts the conversation's newest session back into its department's queue, if it ended not long ago (FEATURES C12); NotFound if a new one
// is to begin. Whoever was in it is not any more.
func (h *Hub) reopen(w *store.Work, in core.Inbound) (core.Session, error) {
	none := &core.Error{Op: "hub.reopen", Kind: core.NotFound}
	can, known := h.can(in.Channel)
	settings, err := w.Settings(in.Department)
	if err != nil {
		return core.Session{}, err
	}
	if !known || settings.Reopen.On(can.Pulls) == 0 {
		return core.Session{}, none
	}
	s, err := w.Newest(in.Channel, in.Conversation)
	if err != nil {
		return s, err
	}
	if !settings.Reopen.Reopens(s, can.Pulls, w.Now()) {
		return s, none
	}
	if _, err := w.Department(s.Department); err != nil { // locked before the session
		return s, err
	}
	if s, err = w.Session(s.ID); err != nil || !settings.Reopen.Reopens(s, can.Pulls, w.Now()) {
		return s, cmp.Or(err, error(none))
	}
	aside, err := h.admit(w, in, s.Department)
	if err != nil {
		return s, err
	}
	if in.Profile.Name != "" {
		who, err := w.IdentityOf(s)
		if err != nil {
			return s, err
		}
		if who.Remote == in.Identity {
			w.NameCustomer(who.Customer, in.Profile.Name)
		}
	}
	if err := enqueue(w, s.Department); err != nil {
		return s, err
	}
	a := &act{Work: w, hub: h, s: s}
	if err := a.empty(); err != nil {
		return s, err
	}
	e := core.Event{
		Kind: core.EventReopened, Audience: core.AgentsOnly, ActorKind: core.ByCustomer, Actor: int64(s.Identity), Target: s.Assignee,
	}
	a.s.Reopen(w.Now())
	a.s.Aside = aside
	if err := h.remember(w, &a.s, s.Assignee); err != nil {
		return s, err
	}
	if err := a.remarkQueued(); err != nil {
		return s, err
	}
	w.Append(&a.s, e)
	return a.s, h.arm(w, a.s)
}
