package hub

import (
	"cmp"
	"slices"

	"parley/core"
	"parley/core/store"
)

// edit gives a message of the actor's another text.
func (a *act) edit(d core.Edit) error {
	m, err := a.message("message", d.Message)
	if err != nil {
		return err
	}
	if !a.byActor(m) {
		return &core.Error{Op: "hub.Edit", Kind: core.Forbidden, Reason: "Only its author can change a message."}
	}
	e := a.event(core.EventEdited, m.Audience)
	e.Dedupe = a.Key()
	changed, err := amend(a.Work, &a.s, m, core.Content{Text: d.Text, Entities: d.Entities}, a.Now(), e)
	if err != nil || !changed {
		return err
	}
	x, err := core.ParseExtra(m.Data)
	if err != nil {
		return err
	}
	if m.Text == "" && m.State != "" { // it had files only
		return a.addWords(m.ID)
	}
	switch cmp.Or(x.Words, m.State) {
	case core.Queued, core.Sent: // another that has not arrived is sent as it then stands
		if free, err := a.unsent(m); err != nil || free {
			return err
		}
		return a.owe(core.OutEdit, m.ID)
	}
	return nil
}

// addWords sends the first text of a message that had none.
func (a *act) addWords(id core.EventID) error {
	m, err := a.Message(id)
	if err != nil {
		return err
	}
	x, err := core.ParseExtra(m.Data)
	if err != nil {
		return err
	}
	x.Words = core.Queued
	m.Data, m.State = x.Data(), x.Whole()
	a.PutMessage(m)
	return a.owe(core.OutSend, m.ID)
}

// newest tells whether the message is the one that lists show of the session.
func newest(s *core.Session, m core.Event, x core.Extra) bool {
	return m.Audience == core.Everyone && m.At == s.LastAt && s.Preview == core.Content{Text: m.Text, Media: x.Media}.Preview()
}

// amend gives a message another text, whoever does it; e says who. False: it had that already.
func amend(w *store.Work, s *core.Session, m core.Event, c core.Content, at core.Time, e core.Event) (bool, error) {
	x, err := core.ParseExtra(m.Data)
	if err != nil {
		return false, err
	}
	if m.Text == c.Text && slices.Equal(x.Entities, c.Entities) {
		return false, nil
	}
	x.Entities = c.Entities
	if newest(s, m, x) {
		s.Preview = core.Content{Text: c.Text, Media: x.Media}.Preview()
	}
	e.Kind, e.About, e.Text, e.Data = core.EventEdited, m.ID, c.Text, core.Extra{Entities: c.Entities, Was: m.Text}.Data()
	m.Text, m.Data, m.EditedAt = c.Text, x.Data(), at
	w.PutMessage(m)
	w.Append(s, e)
	return true, nil
}
