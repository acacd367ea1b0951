package outbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/file"
	"parley/core/outbox"
	"parley/core/store"
	"parley/core/store/storetest"
)

var ctx = context.Background()

// morning is when the tests' clocks begin.
var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const (
	department = core.DepartmentID(1)
	channel    = core.ChannelID(2)
	other      = core.ChannelID(3)
	lease      = "channel"
)

// house is a department with two channels, on a real database, with a clock that stands still until it is turned.
type house struct {
	t      *testing.T
	past   atomic.Int64
	store  *store.Store
	writer *store.Writer
	files  *file.Store
	box    *outbox.Outbox
	last   atomic.Int64

	matches sync.Map // accounts that were found
}

func (h *house) now() time.Time       { return morning.Add(time.Duration(h.past.Load())) }
func (h *house) turn(d time.Duration) { h.past.Add(int64(d)) }

func open(t *testing.T, url string) *house {
	t.Helper()
	h := node(t, url)
	h.do(func(w *store.Work) error {
		w.AddDepartment(core.Department{ID: department, Slug: "support", Name: "Support", Zone: "UTC", CreatedAt: w.Now()})
		for _, c := range []core.ChannelID{channel, other} {
			w.AddChannel(core.Channel{ID: c, Slug: fmt.Sprint("channel-", int64(c)), Kind: "test", Department: department, Settings: []byte(`{}`)})
		}
		return nil
	})
	return h
}

// node is a house's database as another process has it.
func node(t *testing.T, url string) *house {
	t.Helper()
	return over(t, func(clock core.Clock) *store.Store { return storetest.Open(t, url, clock) })
}

// over is a node over a database.
func over(t *testing.T, open func(core.Clock) *store.Store) *house {
	t.Helper()
	h := &house{t: t, files: storetest.Files(t)}
	h.last.Store(100)
	h.store = open(h.now)
	h.begin(storetest.Write(t, h.store, h.ring))
	return h
}

func (h *house) ring(c core.Committed) { h.box.Ring(c.Owed) }

// hurry gives the house another writer, which answers within a time.
func (h *house) hurry(timeout time.Duration) {
	h.t.Helper()
	h.begin(storetest.Write(h.t, h.store, h.ring, store.WithTimeout(timeout)))
}

func (h *house) begin(w *store.Writer) {
	h.writer = w
	h.box = outbox.New(outbox.Config{
		Store: h.store, Writer: w, Files: h.files, Clock: h.now, Chance: func() float64 { return 0 }, Poll: 20 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler),
	})
}

func (h *house) do(do func(*store.Work) error) []core.Event {
	h.t.Helper()
	c, err := h.writer.Do(ctx, store.Job{Do: do})
	if err != nil {
		h.t.Fatal(err)
	}
	return c.Events
}

// session begins a session in a conversation of the channel.
func (h *house) session(c core.ChannelID, conversation core.RemoteID) core.SessionID {
	h.t.Helper()
	id := h.last.Add(3)
	h.do(func(w *store.Work) error { begin(w, c, conversation, id); return nil })
	return core.SessionID(id)
}

func begin(w *store.Work, c core.ChannelID, conversation core.RemoteID, id int64) core.Session {
	w.AddCustomer(core.Customer{ID: core.CustomerID(id - 2), Name: "Carla"},
		core.Identity{ID: core.IdentityID(id - 1), Channel: c, Remote: conversation, Customer: core.CustomerID(id - 2)})
	s := core.NewSession(core.SessionID(id), department, c, conversation, core.IdentityID(id-1), w.Now())
	w.AddSession(s)
	return s
}

// say answers in a session, as the hub does.
func (h *house) say(id core.SessionID, text string) core.EventID {
	h.t.Helper()
	events := h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		return speak(w, s, text, core.CustomerWords)
	})
	return events[0].ID
}

func speak(w *store.Work, s core.Session, text string, rank core.Rank) error {
	w.Append(&s, core.Event{
		Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByAgent, Actor: 7, Name: "Anna", Text: text, State: core.Queued,
	})
	return w.Owe(core.Delivery{Channel: s.Channel, Lane: string(s.Conversation), Rank: rank, Verb: core.OutSend, Session: s.ID}, string(s.Conversation))
}

// change changes a message, and owes that to its customer.
func (h *house) change(id core.EventID, verb core.OutVerb, how func(*core.Event)) {
	h.t.Helper()
	m := h.message(id)
	h.do(func(w *store.Work) error {
		s, err := w.Session(m.Session)
		if err != nil {
			return err
		}
		m, err := w.Message(id)
		if err != nil {
			return err
		}
		how(&m)
		w.PutMessage(m)
		return w.Owe(core.Delivery{
			Channel: s.Channel, Lane: string(s.Conversation), Verb: verb, Session: s.ID, Message: id, Merge: fmt.Sprint(verb, int64(id)),
		}, string(s.Conversation))
	})
}

func (h *house) edit(id core.EventID, text string) {
	h.t.Helper()
	h.change(id, core.OutEdit, func(m *core.Event) { m.Text, m.EditedAt = text, core.At(h.now()) })
}

func (h *house) message(id core.EventID) core.Event {
	h.t.Helper()
	m, err := h.store.MessageIn(ctx, core.Scope{Departments: []core.DepartmentID{department}}, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h *house) state(id core.EventID) core.DeliveryState { h.t.Helper(); return h.message(id).State }

// became waits until a message is in a state.
func (h *house) became(id core.EventID, want core.DeliveryState) {
	h.t.Helper()
	h.until(func() bool { return h.state(id) == want }, fmt.Sprintf("message %d is %s", int64(id), want))
}

// stays looks for a while whether something goes on being so.
func (h *house) stays(so func() bool, what string) {
	h.t.Helper()
	for range 10 {
		if !so() {
			h.t.Errorf("not so: %s", what)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// until waits for something that is about to happen.
func (h *house) until(happened func() bool, what string) {
	h.t.Helper()
	for range 12_000 {
		if happened() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	h.t.Fatalf("it did not come to this: %s", what)
}

// backlog is how much is owed to the channel.
func (h *house) backlog() int64 {
	h.t.Helper()
	n, err := h.store.Backlog(ctx, channel)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) drained() {
	h.t.Helper()
	h.until(func() bool { return h.backlog() == 0 }, "nothing is owed")
}

// kinds gives what happened in a session after its messages, in order.
func (h *house) kinds(id core.SessionID) (kinds []core.EventKind) {
	h.t.Helper()
	events, _, err := h.store.Messages(ctx, core.Scope{Departments: []core.DepartmentID{department}}, id, 0, 0, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind != core.EventMessage {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// take makes this node the one that runs the channel.
func (h *house) take() int64 {
	h.t.Helper()
	epoch, ok, err := h.store.TakeLease(ctx, lease, "test", time.Hour)
	if err != nil || !ok {
		h.t.Fatalf("the lease: %v, %v", ok, err)
	}
	return epoch
}

// running is a run of a channel.
type running struct {
	h     *house
	epoch int64
	stop  context.CancelFunc
	done  chan error
}

// run sends what is owed to the channel until the run is ended.
func (h *house) run(a network) *running {
	h.t.Helper()
	return h.under(a, h.take())
}

func (h *house) under(a network, epoch int64) *running {
	h.t.Helper()
	living, stop := context.WithCancel(ctx)
	r := &running{h, epoch, stop, make(chan error, 1)}
	go func() {
		r.done <- h.box.Run(living, outbox.Post{Channel: channel, Lease: lease, Epoch: epoch, Adapter: a, Sent: a.took})
	}()
	h.t.Cleanup(stop)
	return r
}

// ended waits for the end of a run.
func (r *running) ended() error {
	r.h.t.Helper()
	select {
	case err := <-r.done:
		return err
	case <-time.After(time.Minute):
		r.h.t.Fatal("the run does not end")
		return nil
	}
}

// end ends a run and gives the lease back.
func (r *running) end() {
	r.h.t.Helper()
	r.stop()
	if err := r.ended(); err != nil {
		r.h.t.Errorf("the run ended with %v", err)
	}
	r.h.release(r.epoch)
}

func (h *house) release(epoch int64) {
	h.t.Helper()
	if err := h.store.ReleaseLease(ctx, lease, epoch); err != nil {
		h.t.Fatal(err)
	}
}

// network is an adapter that counts what it has taken.
type network interface {
	core.Adapter
	took()
}

// adapter is a network of the test's own: it keeps what it was asked for, and shows what customers see.
type adapter struct {
	can   core.Capabilities
	step  func(o core.Outgoing) (core.Receipt, error) // how it answers; nil: takes everything
	taken atomic.Int64

	mu    sync.Mutex
	calls []core.Outgoing
	shown map[core.RemoteID][]string // by conversation
	parts int
}

func (*adapter) Run(context.Context) error         { return nil }
func (a *adapter) took()                           { a.taken.Add(1) }
func (a *adapter) Capabilities() core.Capabilities { return a.can }
func (a *adapter) asked() []core.Outgoing {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]core.Outgoing{}, a.calls...)
}
func (a *adapter) sees(c core.RemoteID) (seen []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append(seen, a.shown[c]...)
}

func (a *adapter) Deliver(_ context.Context, o core.Outgoing) (core.Receipt, error) {
	a.mu.Lock()
	a.calls = append(a.calls, o)
	a.mu.Unlock()
	if a.step == nil {
		return a.takes(o)
	}
	return a.step(o)
}

// takes does it, in one step.
func (a *adapter) takes(o core.Outgoing) (core.Receipt, error) {
	part := a.shows(o, string(o.Verb)+" "+o.Content.Text+o.Emoji)
	if o.Verb != core.OutSend {
		return core.Receipt{}, nil
	}
	return core.Receipt{Part: part}, nil
}

// shows lets the customer see a line, and names it.
func (a *adapter) shows(o core.Outgoing, line string) core.RemoteID {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.shown == nil {
		a.shown = map[core.RemoteID][]string{}
	}
	a.shown[o.To.Conversation] = append(a.shown[o.To.Conversation], line)
	a.parts++
	return core.RemoteID(fmt.Sprint("part ", a.parts))
}

func fails(k core.Kind, after time.Duration) error {
	return &core.Error{Op: "test.Deliver", Kind: k, RetryAfter: after, Reason: "It says so."}
}
