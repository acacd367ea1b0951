package channeltest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/core"
	"parley/core/store"
)

// 01
func order(h *house) {
	n := h.start()
	var want []string
	for i := range h.size(100) {
		want = append(want, fmt.Sprintf("message %d", i+1))
		h.say(1, want[i])
	}
	h.until("all messages are stored", func() bool { return len(h.heard(1)) >= len(want) })
	h.expectHeard(1, want...)
	n.stop()

	conversations := h.size(50)
	for customer := range conversations {
		h.say(2+customer, "first")
		h.say(2+customer, "second")
	}
	stuck, free := h.Conversation(2), newSignal()
	release := sync.OnceFunc(func() { close(free) })
	defer release()
	h.startWith(func(in core.Inbound) {
		if in.Conversation == stuck {
			<-free
		}
	}, nil)
	for customer := 3; customer < 2+conversations; customer++ {
		h.until("the other conversations do not wait for the one that is stuck", func() bool { return len(h.heard(customer)) == 2 })
	}
	if got := h.heard(2); len(got) != 0 {
		h.Errorf("heard of the conversation that is stuck: got %q", got)
	}
	release()
	for customer := 2; customer < 2+conversations; customer++ {
		h.expectHeard(customer, "first", "second")
	}
}

// 02
func once(h *house) {
	n := h.start()
	h.say(1, "once")
	h.Do(1, Act{Verb: Repeat})
	h.Do(1, Act{Verb: Repeat})
	h.expectHeard(1, "once")
	h.Do(1, Act{Verb: Repeat})
	h.expectHeard(1, "once")
	n.stop()
	h.Do(1, Act{Verb: Repeat})
	h.start()
	h.expectHeard(1, "once")
	h.say(1, "again")
	h.expectHeard(1, "once", "again")
}

// 03
func killed(h *house) {
	reached := newSignal()
	here := sync.OnceFunc(func() { close(reached) })
	stay := func(core.Inbound) { here(); <-h.over }
	n := h.startWith(stay, nil)
	h.say(1, "first")
	h.await("the first message is received", reached)
	n.die()

	reached = newSignal()
	stored := sync.OnceFunc(func() { close(reached) })
	n = h.startWith(nil, func(in core.Inbound) {
		if in.Text == "second" {
			stored()
			<-h.over
		}
	})
	h.until("the first message is stored", func() bool { return len(h.heard(1)) == 1 })
	h.say(1, "second")
	h.await("the second message is stored", reached)
	if h.Waiting() == 0 {
		h.Errorf("the second message is acknowledged before the adapter can know that it is stored")
	}
	n.die()

	h.start()
	h.expectHeard(1, "first", "second")
}

// await waits for a signal.
func (h *house) await(what string, s <-chan struct{}) {
	h.Helper()
	h.until(what, func() bool {
		select {
		case <-s:
			return true
		default:
			return false
		}
	})
}

// 04
func late(h *house) {
	h.start()
	id := h.say(1, "a")
	h.expectHeard(1, "a")
	h.Do(1, Act{Verb: Hold})
	h.Do(1, Act{Verb: Edit, Message: id, Text: "b"})
	h.Do(1, Act{Verb: Edit, Message: id, Text: "c"})
	h.expectHeard(1, "c")
	h.Do(1, Act{Verb: Repeat}) // of the older edit: it came last
	h.expectHeard(1, "c")
}

// 05
func early(h *house) {
	h.start()
	h.meet(1)
	want := []string{"hello"}
	if h.asks("05/edit") && h.asks("05/early") {
		h.Do(1, Act{Verb: Hold})
		id := h.say(1, "before")
		h.Do(1, Act{Verb: Edit, Message: id, Text: "after"})
		want = append(want, "after")
		h.taken()
		h.until("the edit that came first is applied", func() bool { return slices.Contains(h.heard(1), "after") })
	}
	if h.asks("05/delete") && h.asks("05/early") {
		h.Do(1, Act{Verb: Hold})
		id := h.say(1, "taken back")
		h.Do(1, Act{Verb: Delete, Message: id})
		h.taken()
		h.until("the deletion that came first is applied", func() bool {
			all := h.messages(1)
			return all[len(all)-1].DeletedAt != 0
		})
	}
	if h.asks("05/edit") {
		h.Do(1, Act{Verb: Edit, Message: "999999", Text: "of nothing"})
		h.taken()
		if got := len(h.parked()); got != 1 {
			h.Errorf("kept aside: got %d things, want the edit of a message that nobody knows", got)
		}
	}
	h.say(1, "end")
	h.expectHeard(1, append(want, "end")...)
}

func (a *account) parked() []store.Parked {
	a.Helper()
	return must[[]store.Parked](a.house, "read what is kept aside")(a.store.ParkedOf(context.Background(), a.channel.ID, 100))
}

// 06
func own(h *house) {
	n := h.start()
	h.meet(1)
	for _, s := range []Switch{OwnSoon, OwnLate} {
		h.Turn(s, true)
		h.becomes(n.reply(h.account, 1, string(s)), core.Sent)
		h.taken()
		h.Turn(s, false)
	}
	h.say(1, "end")
	h.expectHeard(1, "hello", "end")
	h.expectShown(1, string(OwnSoon), string(OwnLate))
	if got := len(h.messages(1)); got != 4 {
		h.Errorf("messages: got %d, want the customer's two and the agent's two", got)
	}
}

// 07
func others(h *house) {
	h.start()
	h.meet(1)
	if h.asks("07/program") {
		h.Do(1, Act{Verb: Program, Text: "from a program"})
		h.Do(1, Act{Verb: Alias, Text: "from ourselves"})
		h.Do(9, Act{Verb: Program, Text: "where nobody has written"})
	}
	if h.asks("07/service") {
		h.Do(1, Act{Verb: Service, Text: "Carla joined"})
	}
	h.say(1, "end")
	h.expectHeard(1, "hello", "end")
	h.expectHeard(9)
	if got := h.parked(); len(got) != 0 {
		h.Errorf("kept aside: got %d things, the first because %q; want none: they are understood", len(got), got[0].Reason)
	}
}

// 08
func unknown(h *house) {
	h.start()
	h.meet(1)
	want := []string{"hello", "with more"}
	h.Do(1, Act{Verb: UnknownKind})
	h.Do(1, Act{Verb: UnknownField, Text: "with more"})
	if h.asks("08/mark") {
		h.Do(1, Act{Verb: UnknownMark, Text: "marked"})
		want = append(want, "marked")
	}
	h.say(1, "end")
	h.expectHeard(1, append(want, "end")...)
	aside := h.parked()
	if len(aside) != 1 || aside[0].Reason == "" || aside[0].Inbound.Raw == "" {
		h.Errorf("kept aside: got %d things, want the unknown one, with a reason and what came", len(aside))
	}
}

// ackTime is within what an acknowledgement is promised, slowTime what the database takes for each of what comes.
const ackTime, slowTime = 3 * time.Second, 250 * time.Millisecond

// 13
func slow(h *house) {
	const conversations = 20
	act := Act{Verb: Say, Text: "with a file"}
	if h.asks("13/file") {
		act.File = Upload{Name: "slow.txt", Type: "text/plain", Size: 9, Open: drip("too slow")}
	}
	for customer := range conversations {
		h.Do(1+customer, act)
	}
	var under, most atomic.Int64
	h.startWith(func(core.Inbound) {
		now := under.Add(1)
		defer under.Add(-1)
		for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() {
		}
		time.Sleep(slowTime)
	}, nil)
	h.taken()
	if took := conversations * slowTime / time.Duration(max(most.Load(), 1)); took > ackTime { // by that count: how fast the machine is does not matter
		h.Errorf("%d of %d conversations at once, which takes %v, want it within %v", most.Load(), conversations, took, ackTime)
	}
	for customer := range conversations {
		all := h.messages(1 + customer)
		if len(all) != 1 {
			h.Errorf("messages of customer %d: got %d, want 1", 1+customer, len(all))
			continue
		}
		x, err := core.ParseExtra(all[0].Data)
		if err != nil || act.File.Name != "" && (len(x.Media) != 1 || x.Media[0].Name != act.File.Name) {
			h.Errorf("media of customer %d: got %+v, %v, want %s", 1+customer, x.Media, err, act.File.Name)
		}
	}
}
