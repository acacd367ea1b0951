package channeltest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/core"
)

// 20
func lanes(h *house) {
	n := h.start()
	for customer := range 4 {
		h.meet(1 + customer)
	}
	h.Break(1, 4, Fault{Kind: Throttle, RetryAfter: time.Minute})
	first := n.reply(h.account, 1, "first")
	h.until("the first try fails", func() bool { return h.due() > 0 })
	second := n.reply(h.account, 1, "second")
	for customer := 2; customer <= 4; customer++ {
		id := n.reply(h.account, customer, "elsewhere")
		h.until("others do not wait", func() bool { return h.message(id).State == core.Sent })
	}
	h.expectShown(1)
	h.becomes(first, core.Sent)
	h.becomes(second, core.Sent)
	h.expectShown(1, "first", "second")
}

// due is how long it is until something that is owed may be tried; a minute less than nothing if nothing is owed.
func (a *account) due() time.Duration {
	a.Helper()
	at := must[core.Time](a.house, "read what is due")(a.store.NextDue(context.Background(), a.channel.ID, true))
	if at == 0 {
		return -time.Minute
	}
	return at.Std().Sub(a.now())
}

// 21
func throttled(h *house) {
	n := h.start()
	h.meet(1)
	var want []string
	for _, wait := range []time.Duration{7 * time.Second, -1, 0, time.Hour} {
		text := fmt.Sprint("after ", wait)
		h.Break(1, 1, Fault{Kind: Throttle, RetryAfter: wait})
		began := h.now()
		id := n.reply(h.account, 1, text)
		then := n.reply(h.account, 1, "then")
		least := max(wait, 500*time.Millisecond) // also where the network says nothing, or nothing of use
		h.until("the try fails", func() bool {
			return h.now().Add(h.due()).Sub(began) >= least || h.message(id).State != core.Queued
		})
		h.expectShown(1, want...)
		if due := h.due(); due > 20*time.Second {
			h.turn(due - 10*time.Second)
			h.rest()
			h.expectShown(1, want...)
		}
		want = append(want, text, "then")
		h.becomes(id, core.Sent)
		h.becomes(then, core.Sent)
		h.expectShown(1, want...)
	}
}

// rest lets the outbox look at the clock, and do what it should not.
func (h *house) rest() { time.Sleep(100 * time.Millisecond) }

// 22
func errorAnswers(h *house) {
	n := h.start()
	h.meet(1)
	for _, kind := range []FaultKind{ServerError, Page, BrokenJSON, Refusal} {
		for _, done := range []bool{true, false} {
			if kind == Refusal && done {
				continue // then it would be a lie
			}
			text := fmt.Sprintf("%s, done: %v", kind, done)
			h.Break(1, 1, Fault{Kind: kind, Done: done})
			id := n.reply(h.account, 1, text)
			h.untilTurning("the message is settled", func() bool { return h.message(id).State != core.Queued })
			h.honest(id, 1, text)
			h.becomes(n.reply(h.account, 1, "after "+text), core.Sent)
		}
	}
}

// honest says whether what the agent is told of a message is so, and nothing came twice.
func (a *account) honest(id core.EventID, customer int, text string) {
	a.Helper()
	times := 0
	for _, s := range a.shown(customer) {
		if s == text {
			times++
		}
	}
	m := a.message(id)
	switch {
	case times > 1:
		a.Errorf("%s: came %d times", text, times)
	case m.State == core.Sent && times == 0, m.State == core.Failed && times == 1:
		a.Errorf("%s: is called %s, and came %d times", text, m.State, times)
	}
	if (m.Reason == "") != (m.State == core.Sent) || strings.ContainsAny(m.Reason, "<{") {
		a.Errorf("%s: reason of %s: got %q", text, m.State, m.Reason)
	}
}

// 23
func dropped(h *house) {
	n := h.start()
	h.meet(1)
	h.Break(1, 2, Fault{Kind: Drop})
	h.becomes(n.reply(h.account, 1, "before"), core.Sent)
	h.expectShown(1, "before")

	h.Break(1, 1, Fault{Kind: Drop, Done: true})
	id := n.reply(h.account, 1, "after")
	h.untilTurning("the message is settled", func() bool { return h.message(id).State != core.Queued })
	h.turn(10 * time.Minute)
	h.becomes(n.reply(h.account, 1, "next"), core.Sent)
	h.expectShown(1, "before", "after", "next")
	h.honest(id, 1, "after")
	if h.message(id).State == core.MaySent {
		n.do(core.Retry{Session: h.session(1).ID, Message: id})
		h.becomes(id, core.Sent)
		h.expectShown(1, "before", "after", "next", "after") // as the agent wanted
	}
	if h.asks("23/longer") {
		grows(h, n)
	}
}

// grows lets the connection be lost when an edit has sent a further part: it is a message, and must not come twice.
func grows(h *house, n *node) {
	end := n.reply(h.account, 1, "end")
	h.becomes(end, core.Sent)
	before := len(h.shown(1))
	now := make(chan struct{})
	close(now)
	h.Break(1, 1, Fault{Kind: Hang, Done: true, Until: now}) // not the change of the first part
	h.Break(1, 1, Fault{Kind: Drop, Done: true})
	n.do(core.Edit{Session: h.session(1).ID, Message: end, Text: strings.Repeat("first ", h.about.Can.MaxText/6) + "second"})
	h.until("the network has the second part", func() bool { return len(h.shown(1)) > before })
	h.turn(10 * time.Minute)
	h.settled()
	if got := h.shown(1); len(got) != before+1 {
		h.Errorf("screen: got %s, want the second part once", brief(got))
	}
}

// 24
func crash(h *house) {
	first := h.start()
	h.meet(1)
	answer := newSignal()
	h.Break(1, 1, Fault{Kind: Hang, Done: true, Until: answer})
	id := first.reply(h.account, 1, "on its way")
	h.until("the network has it", func() bool { return len(h.shown(1)) == 1 })
	next := first.reply(h.account, 1, "next")
	first.die()

	second := h.start()
	h.becomes(next, core.Sent)
	h.expectShown(1, "on its way", "next")
	h.honest(id, 1, "on its way")
	state := h.message(id).State
	close(answer) // the dead node wakes, and finds that it is not its to write any more
	h.until("the dead node notices", func() bool { return strings.Contains(h.log.String(), "channel stopped") })
	if got := h.message(id).State; got != state {
		h.Errorf("state: got %s, want %s: a node without a lease has written", got, state)
	}
	end := second.reply(h.account, 1, "end")
	h.becomes(end, core.Sent)
	h.expectShown(1, "on its way", "next", "end")

	// A change is done again, which is as if it were done once. But a correction is a message, and so is a part that a longer text needs.
	h.Break(1, 1, Fault{Kind: Hang, Done: true, Until: h.over})
	second.do(core.Edit{Session: h.session(1).ID, Message: end, Text: "the end"})
	h.until("the network has the change", func() bool { return strings.HasSuffix(strings.Join(h.shown(1), "|"), "the end") })
	second.die()
	third := h.start()
	h.settled()
	want := []string{"on its way", "next", "the end"}
	if !h.about.Can.EditOut {
		want = []string{"on its way", "next", "end", "Correction: the end"}
	}
	h.expectShown(1, want...)
	if m := h.message(end); h.about.Can.EditOut && m.Reason != "" {
		h.Errorf("the change that was done twice: the agent is told %q", m.Reason)
	}
	if !h.asks("24/longer") {
		return
	}
	h.Break(1, 1, Fault{Kind: Hang, Done: true, Until: answer}) // not this one: it is closed
	h.Break(1, 1, Fault{Kind: Hang, Done: true, Until: h.over})
	third.do(core.Edit{Session: h.session(1).ID, Message: end, Text: strings.Repeat("first ", h.about.Can.MaxText/6) + "second"})
	h.until("the network has the second part", func() bool { return len(h.shown(1)) == len(want)+1 })
	third.die()
	h.start()
	h.settled()
	if got := h.shown(1); len(got) != len(want)+1 {
		h.Errorf("screen: got %s, want the second part once", brief(got))
	}
	if h.message(end).Reason == "" && !h.about.Can.Finds {
		h.Errorf("the agent is not told that the change may not have arrived")
	}
}

// 28
func fallback(h *house) {
	n := h.start()
	asked := h.meet(1)
	id := n.reply(h.account, 1, "wrong")
	h.becomes(id, core.Sent)
	session := h.session(1).ID

	n.do(core.Edit{Session: session, Message: id, Text: "right"})
	h.settled()
	want := []string{"right"}
	if !h.about.Can.EditOut {
		want = []string{"wrong", "Correction: right"}
	}
	h.expectShown(1, want...)

	n.do(core.React{Session: session, Message: h.messages(1)[0].ID, Emoji: "👍"})
	h.settled()
	if h.about.Can.ReactOut != (h.on(1, asked).Reaction != "") {
		h.Errorf("reaction: got %q, and that it can: %v", h.on(1, asked).Reaction, h.about.Can.ReactOut)
	}

	answer := n.do(core.Say{Session: session, Text: "an answer", ReplyTo: h.messages(1)[0].ID}).Event.ID
	h.becomes(answer, core.Sent)
	all := h.ours(1)
	if last := all[len(all)-1]; last.Text != "an answer" || (last.ReplyTo == asked) != h.about.Can.ReplyOut {
		h.Errorf("the answer: got %+v, and that it can quote: %v", last, h.about.Can.ReplyOut)
	}

	done := n.do(core.Delete{Session: session, Message: id})
	h.settled()
	if h.about.Can.DeleteOut {
		h.expectShown(1, "an answer")
	} else {
		h.expectShown(1, append(want, "an answer")...)
		if done.Event.Reason == "" {
			h.Errorf("the agent is not told that the message stays with the customer")
		}
	}
	for _, m := range h.messages(1) {
		if m.State == core.Failed || m.State == core.MaySent {
			h.Errorf("%q: got %s (%s)", m.Text, m.State, m.Reason)
		}
	}
}

// on gives a message on a customer's screen.
func (a *account) on(customer int, id string) Shown {
	for _, s := range a.Screen(customer) {
		if s.ID == id {
			return s
		}
	}
	return Shown{}
}
