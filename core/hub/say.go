package hub

import "parley/core"

// say answers the customer. The first answer takes an unassigned session, and means it, whatever the actor's limit; in a pending one its
// assignee joins.
func (a *act) say(d core.Say) error {
	switch {
	case a.s.Unassigned() && a.who.Roles[a.s.Department].Has(core.Operator):
		if err := a.seize("", true); err != nil {
			return err
		}
	case a.s.State == core.Pending && a.s.Assignee == a.who.Agent.ID:
		if err := a.arrive(""); err != nil {
			return err
		}
	}
	if d.ReplyTo != 0 {
		if _, err := a.message("reply_to", d.ReplyTo); err != nil {
			return err
		}
	}
	can, err := a.hub.capabilities(a.s.Channel)
	if err != nil {
		return err
	}
	media, err := a.gather(d.Media, core.Everyone, can)
	if err != nil {
		return err
	}
	hear := a.s.HearAgent
	if a.who.Agent.Bot {
		hear = a.s.HearBot
	}
	hear(core.Content{Text: d.Text, Media: media}, a.Now())
	e, x := a.event(core.EventMessage, core.Everyone), core.Extra{Entities: d.Entities, Media: media}
	if !can.Pulls {
		e.State = core.Queued
		if d.Text != "" && len(media) > 0 {
			x.Words = core.Queued
		}
	}
	e.Text, e.Data, e.About, e.Dedupe = d.Text, x.Data(), d.ReplyTo, a.Key()
	a.Append(&a.s, e)
	if !can.Pulls && d.Text != "" {
		if err := a.owe(core.OutSend, 0); err != nil {
			return err
		}
	}
	if err := claim(a.Work, a.s, media); err != nil {
		return err
	}
	return a.saw(a.s.LastSeq)
}
