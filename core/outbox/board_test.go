package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/core"
	"parley/core/store"
)

// board is a network with rooms. What it is asked for twice under one name it shows once, if it was told to look.
type board struct {
	lost   map[core.RemoteID]bool // threads that are no longer there
	before func(o core.Outgoing) error
	after  func(o core.Outgoing) error // what goes wrong when it has been done
	done   map[string]core.Receipt
}

// adapter gives a channel with the board's rooms, in which lines are "thread verb text", "new card" for a thread's beginning.
func (b *board) adapter(can core.Capabilities) *adapter {
	a := &adapter{can: can}
	a.step = func(o core.Outgoing) (core.Receipt, error) { return b.step(a, o) }
	return a
}

// set changes the board while it is in use.
func (a *adapter) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

func (b *board) step(a *adapter, o core.Outgoing) (receipt core.Receipt, err error) {
	if a.set(func() { err = b.fails(b.before, o) }); err != nil {
		return receipt, err
	}
	if !o.Surface {
		return a.takes(o)
	}
	var found, lost bool
	a.set(func() { receipt, found = b.done[o.ID]; lost = b.lost[o.To.Thread] })
	switch {
	case found && o.Again:
		return receipt, nil
	case o.Withdrawn:
		return core.Receipt{}, nil
	case lost:
		return core.Receipt{}, &core.Error{Op: "test", Kind: core.Gone, Scope: core.ScopeThread}
	case o.Verb == core.OutCard && o.To.Thread == "":
		receipt.Thread = a.shows(o, "new card")
	case o.Verb == core.OutCard:
		a.shows(o, fmt.Sprint(o.To.Thread, " card ", o.Card.State))
	case o.Verb == core.OutTell:
		a.shows(o, fmt.Sprint(o.To.Thread, " tell ", o.Content.Text, ": ", o.State, ", ", o.Reason))
	case o.Verb == core.OutSend:
		receipt.Part = a.shows(o, fmt.Sprint(o.To.Thread, " send ", o.Content.Text))
	default:
		a.shows(o, fmt.Sprint(o.To.Thread, " ", o.Verb, " ", o.Parts))
	}
	a.set(func() {
		if b.done == nil {
			b.done = map[string]core.Receipt{}
		}
		b.done[o.ID], err = receipt, b.fails(b.after, o)
	})
	if err != nil {
		receipt = core.Receipt{}
	}
	return receipt, err
}

func (*board) fails(how func(core.Outgoing) error, o core.Outgoing) error {
	if how == nil {
		return nil
	}
	return how(o)
}

// lines gives what a room shows but for cards made anew.
func (a *adapter) lines(room core.RemoteID) []string {
	return slices.DeleteFunc(a.sees(room), func(line string) bool { return strings.Contains(line, " card ") })
}

// room lets a room of the channel show the department.
func (h *house) room(name core.RemoteID) {
	h.t.Helper()
	h.do(func(w *store.Work) error {
		w.AddSurface(core.Surface{Channel: channel, Room: name, Department: department, CreatedAt: w.Now()})
		return nil
	})
}

// hears begins a session as the hub does, with a customer's "hi".
func (h *house) hears(conversation core.RemoteID) core.SessionID {
	h.t.Helper()
	id := h.last.Add(3)
	h.do(func(w *store.Work) error {
		s := begin(w, channel, conversation, id)
		w.Append(&s, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer})
		w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Text: "hi"})
		return nil
	})
	return core.SessionID(id)
}

// happens appends an event to a session, in the state that it then has.
func (h *house) happens(id core.SessionID, e core.Event, state core.State) core.EventID {
	h.t.Helper()
	return h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		s.State, e.ActorKind, e.Actor, e.Name = state, core.ByAgent, 7, "Anna"
		w.Append(&s, e)
		return nil
	})[0].ID
}

func (h *house) note(id core.SessionID, text string) core.EventID {
	h.t.Helper()
	return h.happens(id, core.Event{Kind: core.EventMessage, Audience: core.AgentsOnly, Text: text}, core.Active)
}

// shownIn gives the session that a thread shows, 0 if none.
func (h *house) shownIn(room, thread core.RemoteID) core.SessionID {
	h.t.Helper()
	id, err := h.store.ThreadSession(ctx, channel, core.Address{Conversation: room, Thread: thread})
	if err != nil && core.KindOf(err) != core.NotFound {
		h.t.Fatal(err)
	}
	return id
}

// settles lets seconds pass until nothing is owed.
func (h *house) settles() {
	h.t.Helper()
	h.until(func() bool { h.turn(time.Second); return h.backlog() == 0 }, "nothing is owed")
}
