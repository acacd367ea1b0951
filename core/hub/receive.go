package hub

import (
	"context"
	"fmt"

	"parley/core"
	"parley/core/store"
)

// Receive takes what a customer did, and returns when it is durable: core.Inbox.
func (h *Hub) Receive(ctx context.Context, in core.Inbound) error {
	if err := in.Check(); err != nil {
		return err
	}
	var waits []store.Parked
	var answer error // to one who is blocked
	var do func(*store.Work) error
	switch in.Verb {
	case core.InboundMessage:
		do = func(w *store.Work) (err error) {
			waits, err = h.hear(w, in)
			return err
		}
	case core.InboundEmpty:
		do = func(w *store.Work) error { return h.sendEmpty(w, in) }
	case core.InboundEdit, core.InboundDelete, core.InboundReact:
		do = func(w *store.Work) error { return h.change(w, in) }
	case core.InboundLost, core.InboundFound:
		do = func(w *store.Work) error { return reach(w, in) }
	case core.InboundUnknown:
		do = func(w *store.Work) error { return h.park(w, in, in.Reason) }
	case core.InboundEnd:
		do = func(w *store.Work) error { return customerEnd(w, in) }
	case core.InboundRate:
		do = func(w *store.Work) error { return rate(w, in) }
	case core.InboundRead:
		do = func(w *store.Work) error { return customerRead(w, in) }
	case core.InboundTyping:
		return h.customerTyping(ctx, in)
	default:
		return &core.Error{Op: "hub.Receive", Kind: core.Invalid, Field: "verb"}
	}
	job := store.Job{
		Body: bodyOf(in), Size: len(in.Text) + len(in.Raw),
		Do: func(w *store.Work) error {
			waits = nil
			if held, err := h.bar(w, in, &answer); held || err != nil {
				return err
			}
			return h.routed(do)(w)
		},
		Touch: func(k *store.Keys) { k.Open(in.Channel, in.Conversation, in.Identity, in.Department) },
	}
	if in.Dedupe != "" {
		job.Dedupe = "c" + in.Channel.String() + ":" + in.Dedupe
	}
	commit, err := h.writer.Do(ctx, job)
	if err != nil {
		return err
	}
	if answer != nil && !commit.Repeat {
		return answer
	}
	for _, p := range waits {
		if err := h.unpark(ctx, p); err != nil { // it stays, and Run looks again
			h.log.WarnContext(ctx, "kept aside for longer", "channel", in.Channel.String(), "error", err)
		}
	}
	return nil
}

// bodyOf is all that makes an inbound what it is: the same key with another body is refused.
func bodyOf(in core.Inbound) string {
	extra := core.Extra{Entities: in.Entities, Media: in.Media, Rating: in.Rating}
	return fmt.Sprintf("%s %q %q %q%s%s%s%s", in.Verb, in.Identity, in.Conversation, in.Text, extra.Data(), in.Target, in.Emoji, in.About)
}

// hear adds a customer's message to the conversation's open session, or begins one with it. It gives what has waited for it.
func (h *Hub) hear(w *store.Work, in core.Inbound) ([]store.Parked, error) {
	s, err := w.Open(in.Channel, in.Conversation)
	begins := core.KindOf(err) == core.NotFound
	if begins {
		s, err = h.reopen(w, in)
	}
	if core.KindOf(err) == core.NotFound {
		s, err = h.begin(w, in)
	}
	if err == nil && s.State == core.Empty {
		begins, err = true, h.fill(w, in, &s)
	}
	if err != nil {
		return nil, err
	}
	if err := learn(w, &s, in); err != nil {
		return nil, err
	}
	if s.Unreachable != "" { // who writes can be reached
		found(w, &s, "")
	}
	var answers core.EventID
	if in.ReplyTo != "" {
		m, err := w.MessageAt(in.Channel, in.ReplyTo)
		if err != nil && core.KindOf(err) != core.NotFound {
			return nil, err
		}
		if m.Session == s.ID {
			answers = m.ID
		}
	}
	media, err := h.hearMedia(w, in)
	if err != nil {
		return nil, err
	}
	before := s
	if s.Snoozed() {
		wake(w, &s, core.WokenByCustomer, core.Event{ActorKind: core.ByCustomer, Actor: int64(s.Identity)})
	}
	s.HearCustomer(core.Content{Text: in.Text, Media: media}, w.Now())
	w.Append(&s, core.Event{
		Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(s.Identity),
		Text: in.Text, Data: core.Extra{Entities: in.Entities, Media: media}.Data(), About: answers, Dedupe: w.Key(),
	})
	if _, err := h.handOver(w, &s, in.Text); err != nil {
		return nil, err
	}
	if stirs(before, s) {
		if err := h.arm(w, s); err != nil {
			return nil, err
		}
	}
	if begins {
		if err := h.crowd(w, s.Department); err != nil {
			return nil, err
		}
	}
	if err := claim(w, s, media); err != nil {
		return nil, err
	}
	if in.Remote != "" {
		w.AddPart(in.Channel, in.Remote)
	}
	if err := h.replyByItself(w, &s, begins && s.Aside == core.Offline); err != nil || in.Remote == "" {
		return nil, err
	}
	return w.ParkedFor(in.Channel, in.Remote)
}

// begin starts a session in the department's queue, or with its bot, for a customer who may be new.
func (h *Hub) begin(w *store.Work, in core.Inbound) (core.Session, error) {
	aside, err := h.admit(w, in, in.Department)
	if err != nil {
		return core.Session{}, err
	}
	who, err := h.identify(w, in)
	if err != nil {
		return core.Session{}, err
	}
	s := core.NewSession(core.SessionID(h.ids.Next(w.Now())), in.Department, in.Channel, in.Conversation, who, w.Now())
	s.Aside, s.Language = aside, toldLanguage(in)
	bot, err := queueOrBot(w, &s, in.Text)
	if err != nil {
		return s, err
	}
	if err := h.remember(w, &s, 0); err != nil {
		return s, err
	}
	if s.RepliedAt, err = h.repliedAt(w, in); err != nil {
		return s, err
	}
	w.AddSession(s)
	w.Append(&s, core.Event{
		Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(who),
	})
	enterBot(w, &s, bot)
	return s, h.arm(w, s)
}

// identify gives how the channel knows the customer, who may be new, and takes over what it calls them.
func (h *Hub) identify(w *store.Work, in core.Inbound) (core.IdentityID, error) {
	who, err := w.Identity(in.Channel, in.Identity)
	if core.KindOf(err) == core.NotFound {
		c := core.Customer{ID: core.CustomerID(h.ids.Next(w.Now())), Name: in.Profile.Name, CreatedAt: w.Now()}
		who = core.Identity{ID: core.IdentityID(h.ids.Next(w.Now())), Channel: in.Channel, Remote: in.Identity, Customer: c.ID}
		w.AddCustomer(c, who)
		return who.ID, nil
	}
	if err == nil && in.Profile.Name != "" {
		w.NameCustomer(who.Customer, in.Profile.Name)
	}
	return who.ID, err
}

// customerEnd closes the open session. If none is open the customer has what they want.
func customerEnd(w *store.Work, in core.Inbound) error {
	s, err := w.Open(in.Channel, in.Conversation)
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return finish(w, &s, core.CompletedByCustomer, core.Event{
		Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(s.Identity),
	})
}

// customerRead moves the customer's read mark in the open session.
func customerRead(w *store.Work, in core.Inbound) error {
	s, err := w.Open(in.Channel, in.Conversation)
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	seq, err := w.SeqAt(s.ID, in.Seen)
	if err != nil || seq <= s.CustomerReadSeq {
		return err
	}
	before := s.CustomerReadSeq
	s.CustomerReadSeq = seq
	w.PutSession(s)
	return w.Seen(s, before, seq)
}
