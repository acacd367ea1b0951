package hub

import (
	"slices"

	"parley/core"
	"parley/core/store"
)

// tellPlaces tells those who wait in a department on messengers how they stand, where that is set and has changed, and gives when to look again. Each
// has one message, which is kept up to date (FEATURES A6).
func (h *Hub) tellPlaces(w *store.Work, d core.Department, q core.Queue) (next core.Time, err error) {
	line, err := w.Line(d.ID)
	if err != nil || len(line) == 0 {
		return 0, err
	}
	if q.Messengers {
		crew, err := w.Crew(d.ID)
		if err != nil {
			return 0, err
		}
		if crew != d.ServedBy {
			d.Man(crew, w.Now())
			w.PutDepartment(d)
		}
	} else {
		q.Show = core.ShowNothing // and what was told before is taken back
	}
	waits := q.Waits(line, d.Pace, w.Now())
	var news []core.SessionID
	for _, s := range line {
		can, known := h.can(s.Channel)
		if s.Connected || !known || can.Pulls || !can.EditOut || !can.DeleteOut {
			continue
		}
		text, due := waits[s.Talk].Sentence(), max(s.QueueAt.Add(core.QueueTime), w.Now())
		if text == "" { // it is taken back at once
			due = w.Now()
		}
		switch {
		case text == "" && s.QueueText == "":
			continue
		case text == s.QueueText:
			due = w.Now().Add(core.QueueTime)
		case due == w.Now() && len(news) < givePage:
			news = append(news, s.ID)
			due = w.Now().Add(core.QueueTime)
		}
		next = sooner(next, due)
	}
	if len(news) == 0 {
		return next, nil
	}
	if err := w.Bring(d.ID, slices.Sorted(slices.Values(news))); err != nil {
		return 0, err
	}
	for _, s := range line {
		if !slices.Contains(news, s.ID) {
			continue
		}
		if err := tellPlace(w, s.ID, waits[s.Talk].Sentence()); err != nil {
			return 0, err
		}
	}
	return next, nil
}

// tellPlace lets a messenger's customer see how they stand, if nobody has joined meanwhile.
func tellPlace(w *store.Work, id core.SessionID, text string) error {
	s, err := w.Session(id)
	if err != nil || s.Connected || s.State != core.Waiting && s.State != core.Pending {
		return err
	}
	if text == "" {
		return untellPlace(w, &s)
	}
	s.QueueText, s.QueueAt = text, w.Now()
	if s.QueueSeq != 0 {
		w.PutSession(s)
		return owePlace(w, s, core.OutEdit)
	}
	s.HearNotice()
	s.QueueSeq = s.LastSeq + 1
	w.Append(&s, core.Event{
		Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.BySystem, Text: core.QueueNotice, Data: core.Extra{Queue: true}.Data(),
		State: core.Queued,
	})
	lane := string(s.Conversation)
	return w.Owe(core.Delivery{Channel: s.Channel, Lane: lane, Rank: core.CustomerWords, Verb: core.OutSend, Session: s.ID}, lane)
}

// untellPlace takes back what the session's customer is shown of the queue: they wait no more, or are told nothing.
func untellPlace(w *store.Work, s *core.Session) error {
	if s.QueueSeq == 0 {
		return nil
	}
	err := owePlace(w, *s, core.OutDelete)
	s.QueueSeq, s.QueueText, s.QueueAt = 0, "", 0
	w.PutSession(*s)
	return err
}

// owePlace owes a change of the message that tells the place, once for all that have not gone out yet.
func owePlace(w *store.Work, s core.Session, verb core.OutVerb) error {
	m, err := w.MessageBySeq(s.ID, s.QueueSeq)
	if err != nil {
		return err
	}
	lane := string(s.Conversation)
	return w.Owe(core.Delivery{
		Channel: s.Channel, Lane: lane, Rank: core.CustomerWords, Verb: verb, Session: s.ID, Message: m.ID, Merge: string(verb) + " " + m.ID.String(),
	}, lane)
}
