package hub

import (
	"cmp"
	"fmt"
	"time"

	"parley/core"
)

// capabilities says what a channel can do. A channel that another process has just added is not known here for a moment.
func (h *Hub) capabilities(c core.ChannelID) (core.Capabilities, error) {
	can, ok := h.can(c)
	if !ok {
		return can, &core.Error{Op: "hub.capabilities", Kind: core.Unavailable, RetryAfter: 2 * time.Second,
			Reason: "This channel is not ready yet."}
	}
	return can, nil
}

// owe owes the customer something about a message; zero: the one that was appended last. Sending is owed each time, everything
// else once for all changes that have not gone out yet. What is said just now is held back as the surface wants where it is said.
func (a *act) owe(verb core.OutVerb, message core.EventID) error {
	d := core.Delivery{
		Channel: a.s.Channel, Lane: string(a.s.Conversation), Rank: core.CustomerWords, Verb: verb, Session: a.s.ID, Message: message,
	}
	if verb != core.OutSend {
		d.Merge = fmt.Sprintf("%s %d", verb, int64(message))
	}
	if verb == core.OutSend && message == 0 {
		hold, err := a.Hold(a.s)
		if err != nil {
			return err
		}
		d.DueAt = a.Now().Add(hold)
	}
	return a.Owe(d, d.Lane)
}

// unsent tells whether surely nothing of a message has gone to the customer yet, but will: then it goes as it stands by then.
func (a *act) unsent(m core.Event) (bool, error) {
	if x, err := core.ParseExtra(m.Data); err != nil || cmp.Or(x.Words, m.State) != core.Queued {
		return false, err
	}
	d := core.Delivery{Channel: a.s.Channel, Lane: string(a.s.Conversation), Verb: core.OutSend, Message: m.ID}
	parts, err := a.Parts(d) // of an earlier try
	if err != nil || len(parts) > 0 {
		return false, err
	}
	return a.Waits(d)
}

// message gives a message of the session that is still there; NotFound if there is none.
func (a *act) message(field string, id core.EventID) (core.Event, error) {
	m, err := a.Message(id)
	if core.KindOf(err) == core.NotFound || err == nil && (m.Session != a.s.ID || m.DeletedAt != 0) {
		return m, &core.Error{Op: "hub.message", Kind: core.NotFound, Field: field, Reason: "This message is not there any more."}
	}
	return m, err
}

// byActor tells whether the actor wrote the message.
func (a *act) byActor(m core.Event) bool { return m.Agent() == a.who.Agent.ID }
