package channeltest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/core"
)

// until waits for something to be so.
func (h *house) until(what string, so func() bool) {
	h.Helper()
	h.wait(what, 0, so)
}

// untilTurning waits for something to be so, and turns the clock meanwhile, so that what is tried again later is tried soon.
func (h *house) untilTurning(what string, so func() bool) {
	h.Helper()
	h.wait(what, 8*time.Second, so)
}

func (h *house) wait(what string, turn time.Duration, so func() bool) {
	h.Helper()
	longest := patience
	if h.small() {
		longest = shortPatience
	}
	deadline := time.NewTimer(longest)
	defer deadline.Stop()
	for pause := 2 * time.Millisecond; !so(); pause = min(pause+2*time.Millisecond, 30*time.Millisecond) {
		if turn > 0 {
			h.turn(turn)
		}
		select {
		case <-deadline.C:
			h.Fatalf("waited in vain: %s", what)
		case <-time.After(pause):
		}
	}
}

// must hands an error of the house's own to the test.
func must[V any](h *house, what string) func(V, error) V {
	return func(v V, err error) V {
		if err != nil {
			h.Helper()
			h.Fatalf("%s: %v", what, err)
		}
		return v
	}
}

// say lets a customer say something, and gives the network's name for it.
func (a *account) say(customer int, text string) string {
	return a.Do(customer, Act{Verb: Say, Text: text})
}

// taken waits until the adapter has acknowledged all that the network told.
func (a *account) taken() {
	a.Helper()
	a.until("everything is acknowledged", func() bool { return a.Waiting() == 0 })
}

// settled waits until everything is acknowledged and nothing is owed.
func (a *account) settled() {
	a.Helper()
	a.taken()
	a.untilTurning("nothing is owed any more", func() bool { return a.backlog() == 0 })
}

func (a *account) backlog() int64 {
	a.Helper()
	return must[int64](a.house, "read the backlog")(a.store.Backlog(context.Background(), a.channel.ID))
}

// events gives everything that happened with a customer, as it stands.
func (a *account) events(customer int) []core.Event {
	a.Helper()
	var all []core.Event
	for after := core.EventID(0); ; {
		page := must[[]core.Event](a.house, "read the log")(a.store.LogAfter(context.Background(), after, 500))
		for _, e := range page {
			if after = e.ID; e.Channel == a.channel.ID && e.Conversation == a.Conversation(customer) {
				all = append(all, e)
			}
		}
		if len(page) < 500 {
			return all
		}
	}
}

// messages gives what a customer has said and was told, as it stands.
func (a *account) messages(customer int) []core.Event {
	a.Helper()
	return slices.DeleteFunc(a.events(customer), func(e core.Event) bool { return e.Kind != core.EventMessage })
}

// heard gives the texts that were stored of a customer's messages that they have not taken back.
func (a *account) heard(customer int) []string {
	a.Helper()
	var texts []string
	for _, m := range a.messages(customer) {
		if m.ActorKind == core.ByCustomer && m.DeletedAt == 0 {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// expectHeard waits until exactly these texts of a customer are stored, with nothing on its way.
func (a *account) expectHeard(customer int, want ...string) {
	a.Helper()
	a.taken()
	if got := a.heard(customer); !slices.Equal(got, want) {
		a.Errorf("heard of customer %d: got %s, want %s", customer, brief(got), brief(want))
	}
}

// session gives a customer's open session.
func (a *account) session(customer int) core.Session {
	a.Helper()
	return must[core.Session](a.house, "read the session")(a.store.Talking(context.Background(), a.channel.ID, a.Conversation(customer)))
}

// message gives a message as it stands.
func (a *account) message(id core.EventID) core.Event {
	a.Helper()
	scope := core.Scope{Departments: []core.DepartmentID{a.dept}}
	return must[core.Event](a.house, "read the message")(a.store.MessageIn(context.Background(), scope, id))
}

// becomes waits until a message is on its way no more, and says whether it came so far.
func (a *account) becomes(id core.EventID, want core.DeliveryState) {
	a.Helper()
	a.untilTurning(fmt.Sprintf("the message is %s", want), func() bool { return a.message(id).State != core.Queued })
	if got := a.message(id); got.State != want {
		a.Errorf("state of %q: got %s (%s), want %s", clip(got.Text), got.State, got.Reason, want)
	}
}

// meet begins a session with a customer, so that there is somebody to answer.
func (a *account) meet(customer int) string {
	a.Helper()
	id := a.say(customer, "hello")
	a.until("the customer's first message is stored", func() bool { return len(a.heard(customer)) > 0 })
	return id
}

// reply answers a customer, and gives the message.
func (n *node) reply(a *account, customer int, text string, marks ...core.Entity) core.EventID {
	n.Helper()
	return n.do(core.Say{Session: a.session(customer).ID, Text: text, Entities: marks}).Event.ID
}

// do does an agent's deed.
func (n *node) do(d core.Deed) core.Done {
	n.Helper()
	return must[core.Done](n.house, string(d.Verb()))(n.hub.Do(context.Background(), n.agent, d, ""))
}

// shown gives the texts of the account on a customer's screen.
func (a *account) shown(customer int) []string {
	var texts []string
	for _, s := range a.ours(customer) {
		texts = append(texts, s.Text)
	}
	return texts
}

// ours gives what is from the account on a customer's screen.
func (a *account) ours(customer int) []Shown {
	return slices.DeleteFunc(a.Screen(customer), func(s Shown) bool { return !s.Ours })
}

func (a *account) expectShown(customer int, want ...string) {
	a.Helper()
	if got := a.shown(customer); !slices.Equal(got, want) {
		a.Errorf("screen of customer %d: got %s, want %s", customer, brief(got), brief(want))
	}
}

// health gives how the channel fares.
func (a *account) health() core.Health {
	a.Helper()
	for _, h := range must[[]core.Health](a.house, "read the health")(a.store.Healths(context.Background())) {
		if h.Channel == a.channel.ID {
			return h
		}
	}
	return core.Health{}
}

// fares waits until the channel's state is so. A state other than running says why.
func (a *account) fares(want core.HealthState) {
	a.Helper()
	a.until(fmt.Sprintf("the channel is %s", want), func() bool { return a.health().State == want })
	if h := a.health(); h.State == want && (h.Reason == "") != (want == core.Running) {
		a.Errorf("reason of %s: got %q", want, h.Reason)
	}
}

// brief writes texts so that a failure can be read.
func brief(texts []string) string {
	short := make([]string, len(texts))
	for i, t := range texts {
		short[i] = fmt.Sprintf("%q", clip(t))
	}
	if len(short) > 12 {
		short = append(short[:6], append([]string{"…"}, short[len(short)-5:]...)...)
	}
	return fmt.Sprintf("%d [%s]", len(texts), strings.Join(short, " "))
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
