package hub

import (
	"parley/core"
	"parley/core/store"
)

// react puts an emoji on a message.
func (a *act) react(d core.React) error {
	m, err := a.message("message", d.Message)
	if err != nil {
		return err
	}
	can, err := a.hub.capabilities(a.s.Channel)
	if err != nil {
		return err
	}
	e := a.event(core.EventReacted, m.Audience)
	e.Dedupe = a.Key()
	changed, err := show(a.Work, &a.s, m, d.Emoji, e)
	if err != nil || !changed || m.Audience != core.Everyone || can.Pulls || !can.ReactOut {
		return err
	}
	return a.owe(core.OutReact, m.ID)
}

// show puts an emoji on a message, whoever does it; e says who. False: it was there already.
func show(w *store.Work, s *core.Session, m core.Event, emoji string, e core.Event) (bool, error) {
	x, err := core.ParseExtra(m.Data)
	if err != nil {
		return false, err
	}
	if x.Reaction(e.ActorKind) == emoji {
		return false, nil
	}
	m.Data = x.WithReaction(e.ActorKind, emoji).Data()
	e.Kind, e.About, e.Text = core.EventReacted, m.ID, emoji
	w.PutMessage(m)
	w.Append(s, e)
	return true, nil
}
