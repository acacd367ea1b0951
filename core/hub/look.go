package hub

import (
	"context"
	"time"

	"parley/core"
	"parley/core/store"
)

// How timers are looked after: how soon after it is due a subject is looked at, how many in one go, and how long a look that failed waits.
const (
	lookTime  = time.Second
	lookPage  = 200
	lookAgain = time.Minute
	notKnown  = 5 * time.Second // for a channel that another process has just added
)

// arm has a session looked at when its rules first ask for it. Its department is locked.
func (h *Hub) arm(w *store.Work, s core.Session) error {
	_, next, err := h.silence(w, s)
	if err != nil || next == 0 {
		return err
	}
	w.Wake(core.AboutSession(s.ID), next)
	return nil
}

// silence says what the customer's silence asks for now, and when to look again; never if that is zero.
func (h *Hub) silence(w *store.Work, s core.Session) (core.Silence, core.Time, error) {
	settings, err := w.Settings(s.Department)
	if err != nil {
		return core.Bearable, 0, err
	}
	can, known := h.can(s.Channel)
	if !known {
		return core.Bearable, w.Now().Add(notKnown), nil
	}
	asks, next := settings.AutoClose.Look(s, can.Pulls, w.Now())
	return asks, next, nil
}

// look looks at a timer's subject: does what the rules ask for now, and says when to look again. Of nodes that look at once, one finds it due.
func (h *Hub) look(w *store.Work, t core.Timer) error {
	s, err := w.Session(core.SessionID(t.ID))
	if err != nil {
		return err
	}
	now, err := w.Timer(t.Subject)
	if core.KindOf(err) == core.NotFound || err == nil && now.DueAt > w.Now() {
		return nil
	}
	if err != nil {
		return err
	}
	asks, next, err := h.silence(w, s)
	if err != nil {
		return err
	}
	switch asks {
	case core.Warns:
		err = h.warn(w, &s)
	case core.Expires:
		err = shut(w, &s, core.Expired, core.Event{Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.BySystem})
	case core.Bearable:
	}
	w.Rest(t.Subject, next)
	return err
}

// warn tells a silent customer that the session will end.
func (h *Hub) warn(w *store.Work, s *core.Session) error {
	settings, err := w.Settings(s.Department)
	if err != nil {
		return err
	}
	can, err := h.capabilities(s.Channel)
	if err != nil {
		return err
	}
	s.WarnedAt = w.Now()
	return inform(w, s, settings.AutoClose.SilenceWarning(), can.Pulls)
}

// inform tells the customer something that nobody has said; pulls says that they look at the log themselves.
func inform(w *store.Work, s *core.Session, text string, pulls bool) error {
	s.HearNotice()
	e := core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.BySystem, Text: text, Dedupe: w.Key()}
	if pulls {
		w.Append(s, e)
		return nil
	}
	e.State = core.Queued
	w.Append(s, e)
	lane := string(s.Conversation)
	return w.Owe(core.Delivery{Channel: s.Channel, Lane: lane, Rank: core.CustomerWords, Verb: core.OutSend, Session: s.ID}, lane)
}

// lookAround looks at all that is due. Where a look fails, the subject is looked at again after a while, so that it keeps no other one waiting.
func (h *Hub) lookAround(ctx context.Context) error {
	for {
		due, err := h.store.DueTimers(ctx, core.At(h.clock()), lookPage)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, t := range due {
			touch := func(k *store.Keys) { k.Held(core.SessionID(t.ID)) }
			_, err := h.writer.Do(ctx, store.Job{Touch: touch, Do: func(w *store.Work) error { return h.look(w, t) }})
			if err == nil {
				continue
			}
			if kind := core.KindOf(err); ctx.Err() != nil || kind == core.Busy || kind == core.Unavailable {
				return err
			}
			h.log.ErrorContext(ctx, "timer cannot be looked at", "kind", string(t.Kind), "id", t.ID, "error", err)
			if _, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error { w.Rest(t.Subject, w.Now().Add(lookAgain)); return nil }}); err != nil {
				return err
			}
		}
		if len(due) < lookPage {
			return nil
		}
	}
}
