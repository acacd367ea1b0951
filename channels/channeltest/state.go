package channeltest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"parley/core"
)

// 18
func customers(h *house) {
	n := h.start()
	h.meet(1)
	if h.asks("18/block") {
		h.Do(1, Act{Verb: Block})
		h.until("the agent is told that the customer has blocked the account", func() bool { return h.session(1).Unreachable != "" })
		h.Do(1, Act{Verb: Unblock})
		h.until("the agent is told that it is so no more", func() bool { return h.session(1).Unreachable == "" })
		h.becomes(n.reply(h.account, 1, "welcome back"), core.Sent)
	}
	n.do(core.End{Session: h.session(1).ID})
	h.Do(1, Act{Verb: Say, Text: "again", Name: "Carla Neumann"})
	h.expectHeard(1, "hello", "again")
	scope := core.Scope{Departments: []core.DepartmentID{h.dept}}
	s, err := h.store.Session(context.Background(), scope, h.session(1).ID)
	if err != nil || s.CustomerName != "Carla Neumann" {
		h.Errorf("the customer's name: got %q, %v", s.CustomerName, err)
	}
	if h.asks("18/vanish") {
		h.Do(1, Act{Verb: Vanish})
		h.becomes(n.reply(h.account, 1, "anybody there?"), core.Failed)
		if h.session(1).Unreachable == "" {
			h.Errorf("the agent is not told that the customer is gone")
		}
	}
}

// 19
func apart(h *house) {
	b := h.add()
	a := h.accounts[0]
	n := h.start()
	id := a.say(1, "to a")
	b.say(1, "to b")
	a.expectHeard(1, "to a")
	b.expectHeard(1, "to b")
	a.becomes(n.reply(a, 1, "from a"), core.Sent)
	b.becomes(n.reply(b, 1, "from b"), core.Sent)
	a.expectShown(1, "from a")
	b.expectShown(1, "from b")
	if h.asks("19/edit") {
		a.Do(1, Act{Verb: Edit, Message: id, Text: "to a, edited"})
		a.expectHeard(1, "to a, edited")
		b.expectHeard(1, "to b")
	}
}

// 29
func gone(h *house) {
	n := h.start()
	h.meet(1)
	if h.about.Traits.Blocks {
		h.Do(1, Act{Verb: Block, Quiet: true})
	} else {
		h.Do(1, Act{Verb: Vanish})
	}
	id := n.reply(h.account, 1, "anybody there?")
	h.until("the first try tells", func() bool { return h.message(id).State != core.Queued }) // nothing is tried again: the clock stands
	if m := h.message(id); m.State != core.Failed || m.Reason == "" || h.session(1).Unreachable == "" {
		h.Errorf("got %s (%s), and of the session %q, want it failed, and reasons", m.State, m.Reason, h.session(1).Unreachable)
	}
	h.turn(time.Hour)
	h.rest()
	if owed := h.backlog(); owed != 0 {
		h.Errorf("owed: got %d, want nothing", owed)
	}
	if !h.about.Traits.Blocks {
		return
	}
	h.Do(1, Act{Verb: Unblock, Quiet: true})
	h.say(1, "I am back")
	h.expectHeard(1, "hello", "I am back")
	if s := h.session(1); s.Unreachable != "" {
		h.Errorf("after the customer has written: got %q", s.Unreachable)
	}
	h.becomes(n.reply(h.account, 1, "welcome"), core.Sent)
	h.expectShown(1, "welcome")
}

// 30
func revoked(h *house) {
	n := h.start()
	h.meet(1)
	h.fares(core.Running)
	h.becomes(n.reply(h.account, 1, "first"), core.Sent)
	h.Turn(Revoked, true)
	id := n.reply(h.account, 1, "second")
	h.fares(core.Reconnect)
	h.turn(time.Hour)
	h.say(1, "while it stands still")
	h.rest()
	if got := h.message(id).State; got != core.Queued || h.backlog() != 1 {
		h.Errorf("the queue: got %s and %d owed, want it kept", got, h.backlog())
	}
	h.Turn(Revoked, false)
	h.renew()
	n.set()
	h.becomes(id, core.Sent)
	h.fares(core.Running)
	h.expectHeard(1, "hello", "while it stands still")
	n.stop()

	h.Turn(Down, true)
	n = h.start()
	h.fares(core.Troubled)
	third := n.reply(h.account, 1, "third")
	h.say(1, "while it is away")
	h.turn(time.Minute)
	h.rest()
	h.Turn(Down, false)
	h.fares(core.Running)
	h.becomes(third, core.Sent)
	h.expectHeard(1, "hello", "while it stands still", "while it is away")
	h.expectShown(1, "first", "second", "third")
}

// renew gives the channel another key, as the program does.
func (a *account) renew() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.channel.Sealed += "another"
}

// 31
func rival(h *house) {
	h.start()
	h.meet(1)
	h.fares(core.Running)
	h.Turn(Rival, true)
	h.fares(core.Troubled)
	h.Turn(Rival, false)
	h.fares(core.Running)
	h.say(1, "end")
	h.expectHeard(1, "hello", "end")
}

// 32: through all that tempts to show them.
func secret(h *house) {
	n := h.start()
	h.meet(1)
	for _, f := range []Fault{{Kind: ServerError}, {Kind: Page}, {Kind: BrokenJSON}, {Kind: Refusal}, {Kind: Drop}, {Kind: Drop, Done: true}, {Kind: Throttle, RetryAfter: time.Second}} {
		h.Break(1, 1, f)
		id := n.reply(h.account, 1, fmt.Sprint(f.Kind))
		h.untilTurning("the message is settled", func() bool { return h.message(id).State != core.Queued })
		h.Break(0, 1, f)
		h.say(1, string(f.Kind))
		h.taken()
	}
	h.Do(1, Act{Verb: UnknownKind})
	h.taken()
	h.tempt(n)
	h.Turn(Down, true)
	h.fares(core.Troubled)
	h.Turn(Down, false)
	h.fares(core.Running)
	h.Turn(Revoked, true)
	h.until("the channel is in trouble", func() bool { return h.health().State != core.Running })
	n.stop()

	h.hidden()
}

// hidden looks whether a secret is where somebody could see it.
func (h *house) hidden() {
	h.Helper()
	places := map[string]string{"the log": h.log.String()}
	seen, err := json.Marshal([]any{h.health(), h.parked(), h.events(1)})
	if err != nil {
		h.Fatalf("write down what is seen: %v", err)
	}
	places["what agents see"] = string(seen)
	if file, ok := strings.CutPrefix(h.url, "sqlite:"); ok {
		for _, ending := range []string{"", "-wal"} {
			b, err := os.ReadFile(file + ending)
			if err != nil && !os.IsNotExist(err) {
				h.Fatalf("read the database: %v", err)
			}
			places["the database"+ending] = string(b)
		}
	}
	for name, text := range places {
		for i, s := range h.about.Secrets {
			if strings.Contains(text, s.Reveal()) {
				h.Errorf("secret %d is in %s", i+1, name)
			}
		}
	}
}
