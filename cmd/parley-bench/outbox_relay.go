package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"parley/channels"
	"parley/channels/echo"
	"parley/core"
	"parley/core/hub"
	"parley/core/outbox"
	"parley/core/store"
)

// The destinations that can be ill, and what everything else begins with.
const (
	deadChat      = 1
	throttledChat = 2
	firstChat     = 3
	illEvery      = 20 // messages: one goes to one of the two
	drainTime     = time.Minute
)

// relay is writer, hub and outbox in this process, with a channel of echo and a session in each of its chats.
type relay struct {
	db     database
	store  *store.Store
	hub    *hub.Hub
	outbox *outbox.Outbox
	net    *echo.Network
	who    core.Actor
	stop   func() error

	mu        sync.Mutex
	sessions  map[int64]core.SessionID
	committed map[int64][]time.Time // by chat, of what is on its way
	times     []time.Duration       // from commit to the network, but for those that can be ill
	said      int                   // to others than those
	taken     int
	next      int64 // chat
	tries     int   // that failed
}

func newRelay(ctx context.Context, kind, dir string, c *outboxCommand) (*relay, error) {
	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return nil, err
	}
	r := &relay{db: db, sessions: map[int64]core.SessionID{}, committed: map[int64][]time.Time{}, next: firstChat}
	if err := r.start(ctx); err != nil {
		db.drop()
		return nil, err
	}
	for chat := int64(1); chat < firstChat+int64(c.Destinations); chat++ {
		r.net.Say(chat, echo.Words{Text: "hello"})
	}
	all := firstChat - 1 + c.Destinations
	if err := r.until(ctx, func() bool { return len(r.sessions) == all }); err != nil {
		r.close()
		return nil, fmt.Errorf("sessions did not begin: %w", err)
	}
	return r, nil
}

// start opens the store, furnishes it, and runs writer, adapter and outbox.
func (r *relay) start(ctx context.Context) error {
	log := slog.New(counting{r})
	s, err := openStore(r.db.url)
	if err != nil {
		return err
	}
	if err := s.Migrate(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	r.store = s
	w := store.NewWriter(s, r.publish)
	r.outbox = outbox.New(outbox.Config{Store: s, Writer: w, Clock: core.SystemClock, Log: log})
	can := echo.Capabilities
	r.hub, err = hub.New(hub.Config{
		Writer: w, Store: s, Hints: func(core.Hint) {}, IDs: &core.IDMaker{}, Clock: core.SystemClock, Log: log,
		Can: func(core.ChannelID) (core.Capabilities, bool) { return can, true },
	})
	if err != nil {
		return errors.Join(err, s.Close())
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var parts sync.WaitGroup
	writing, cancelWriter := context.WithCancel(context.WithoutCancel(ctx))
	var writer sync.WaitGroup
	writer.Go(func() { _ = w.Run(writing) })
	r.stop = func() error {
		cancel()
		parts.Wait()
		cancelWriter()
		writer.Wait()
		return s.Close()
	}
	if err := r.furnish(ctx, running, &parts); err != nil {
		return errors.Join(err, r.stop())
	}
	return nil
}

func (r *relay) furnish(ctx, running context.Context, parts *sync.WaitGroup) error {
	d, err := r.hub.AddDepartment(ctx, "Support", "", "UTC")
	if err != nil {
		return err
	}
	many := &channels.Rate{Calls: 100_000, Seconds: 1, Burst: 100_000} // no limit that is met
	settings, err := json.Marshal(echo.Settings{Rated: channels.Rated{Rates: channels.Rates{Conversation: many, Channel: many}}})
	if err != nil {
		return err
	}
	channel, err := r.hub.AddChannel(ctx, hub.NewChannel{Slug: "echo", Kind: echo.Kind, Department: d.ID, Settings: settings})
	if err != nil {
		return err
	}
	const email = "agent@example.test"
	_, err = r.hub.AddAgent(ctx, hub.NewAgent{Email: email, Name: "Agent", Password: core.NewToken(), Roles: core.Roles{d.ID: core.Operator}})
	if err != nil {
		return err
	}
	if r.who, err = r.store.AgentByEmail(ctx, email); err != nil {
		return err
	}
	key := core.NewToken()
	r.net = echo.NewNetwork(key, core.SystemClock)
	r.net.Took = r.took
	a, err := echo.New(echo.Config{Channel: channel, Key: key, Network: r.net, Inbox: r.hub})
	if err != nil {
		return err
	}
	epoch, ok, err := r.store.TakeLease(ctx, "bench", "bench", 24*time.Hour)
	if err != nil || !ok {
		return errors.Join(err, errors.New("the lease is taken"))
	}
	parts.Go(func() { _ = a.Run(running) })
	parts.Go(func() {
		_ = r.outbox.Run(running, outbox.Post{Channel: channel.ID, Lease: "bench", Epoch: epoch, Adapter: a})
	})
	return nil
}

func (r *relay) close() {
	_ = r.stop()
	r.db.drop()
}

// publish notes when something was committed.
func (r *relay) publish(c core.Committed) {
	now := time.Now()
	r.mu.Lock()
	for _, e := range c.Events {
		chat, err := strconv.ParseInt(string(e.Conversation), 10, 64)
		switch {
		case err != nil:
		case e.Kind == core.EventStarted:
			r.sessions[chat] = e.Session
		case e.Kind == core.EventMessage && e.ActorKind == core.ByAgent:
			r.committed[chat] = append(r.committed[chat], now)
		}
	}
	r.mu.Unlock()
	r.outbox.Ring(c.Owed)
}

// took notes when the network has taken something: in its chat, in the order of the commits.
func (r *relay) took(chat int64, _ string) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting := r.committed[chat]
	if chat < firstChat || len(waiting) == 0 {
		return
	}
	r.times = append(r.times, now.Sub(waiting[0]))
	r.committed[chat] = waiting[1:]
	r.taken++
}

// counting is a log that only counts the tries that failed.
type counting struct{ relay *relay }

func (c counting) Enabled(context.Context, slog.Level) bool { return true }
func (c counting) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c counting) WithGroup(string) slog.Handler            { return c }
func (c counting) Handle(_ context.Context, l slog.Record) error {
	if l.Message == "not delivered" {
		c.relay.mu.Lock()
		c.relay.tries++
		c.relay.mu.Unlock()
	}
	return nil
}

func (r *relay) failed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries
}

func (r *relay) missing() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said - r.taken
}

// sicken lets one destination be dead and another throttled from now on, each with something owed to it.
func (r *relay) sicken() {
	r.net.Fail(deadChat, -1, echo.Failure{Status: 503, Body: `{"ok":false,"error":"try_later"}`})
	r.net.Fail(throttledChat, -1, echo.Failure{Status: 429, Body: `{"ok":false,"error":"slow_down","retry_after":1}`})
}

// say answers in a chat.
func (r *relay) say(ctx context.Context, chat int64) error {
	r.mu.Lock()
	session := r.sessions[chat]
	if chat >= firstChat {
		r.said++
	}
	r.mu.Unlock()
	_, err := r.hub.Do(ctx, r.who, core.Say{Session: session, Text: "an answer of a length as answers have it"}, "")
	return err
}

// other gives the next destination that is well.
func (r *relay) other() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	chat := r.next
	if r.next++; r.next > int64(len(r.sessions)) {
		r.next = firstChat
	}
	return chat
}

// burst answers everywhere, as fast as it goes, and waits until all has come.
func (r *relay) burst(ctx context.Context) error {
	var senders sync.WaitGroup
	failed := make(chan error, 1)
	chats := make(chan int64)
	for range 256 {
		senders.Go(func() {
			for chat := range chats {
				if err := r.say(ctx, chat); err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		})
	}
	for chat := int64(1); chat <= int64(len(r.sessions)) && ctx.Err() == nil; chat++ {
		chats <- chat
	}
	close(chats)
	senders.Wait()
	return r.drained(ctx, failed)
}

// pace answers so many times a second, in one chat after the other, and gives how long it took until the network had each.
func (r *relay) pace(ctx context.Context, rate float64, d time.Duration) ([]time.Duration, error) {
	r.mu.Lock()
	r.times = nil
	r.mu.Unlock()
	var senders sync.WaitGroup
	failed := make(chan error, 1)
	begin := time.Now()
	for i := range int(rate * d.Seconds()) {
		pause(ctx, time.Until(begin.Add(time.Duration(float64(i)/rate*float64(time.Second)))))
		chat := r.other()
		if i%illEvery == 0 {
			chat = int64(deadChat + i/illEvery%2)
		}
		senders.Go(func() {
			if err := r.say(ctx, chat); err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		})
	}
	senders.Wait()
	err := r.drained(ctx, failed)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.times, err
}

// drained waits until the network has all, and gives what went wrong.
func (r *relay) drained(ctx context.Context, failed <-chan error) error {
	select {
	case err := <-failed:
		return err
	default:
	}
	if err := r.until(ctx, func() bool { return r.taken == r.said }); err != nil {
		return fmt.Errorf("messages did not come: %w", err)
	}
	return nil
}

// until waits for something to be so that is looked at under the lock.
func (r *relay) until(ctx context.Context, so func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	for {
		r.mu.Lock()
		done := so()
		r.mu.Unlock()
		if done {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		pause(ctx, 5*time.Millisecond)
	}
}
