package feed_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/feed"
)

// memoryLog is a log in memory that can fail and can be slow.
type memoryLog struct {
	mu    sync.Mutex
	rows  []core.Event // row i has id gone+i+1
	gone  core.EventID // rows of before that are no longer there
	down  bool
	slow  time.Duration // passes between what a read sees and its return
	reads int
	read  map[core.RemoteID]core.EventID // how far conversations are read

	generation core.Generation
}

var errDown = errors.New("the log is down")

// commit appends events and gives them their ids, as a writer's transaction would.
func (l *memoryLog) commit(events ...core.Event) []core.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range events {
		events[i].ID = l.gone + core.EventID(len(l.rows)) + 1
		l.rows = append(l.rows, events[i])
	}
	return events
}

func (l *memoryLog) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *memoryLog) all() []core.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rows[:len(l.rows):len(l.rows)]
}

func (l *memoryLog) countReads() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

func (l *memoryLog) look(ctx context.Context) (rows []core.Event, head core.EventID, err error) {
	l.mu.Lock()
	l.reads++
	rows, slow, down := l.rows[:len(l.rows):len(l.rows)], l.slow, l.down
	head = l.gone + core.EventID(len(rows))
	l.mu.Unlock()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
	if down {
		return nil, 0, errDown
	}
	return rows, head, ctx.Err()
}

func (l *memoryLog) Generation(context.Context) (core.Generation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return 0, errDown
	}
	return l.generation, nil
}

func (l *memoryLog) LogHead(ctx context.Context) (core.EventID, error) {
	_, head, err := l.look(ctx)
	return head, err
}

func (l *memoryLog) LogAfter(ctx context.Context, after core.EventID, limit int) ([]core.Event, error) {
	return l.filter(ctx, after, limit, func(core.Event) bool { return true })
}

func (l *memoryLog) ConversationAfter(ctx context.Context, c core.ChannelID, conversation core.RemoteID, after core.EventID, limit int) ([]core.Event, error) {
	return l.filter(ctx, after, limit, shownTo(c, conversation))
}

func (l *memoryLog) filter(ctx context.Context, after core.EventID, limit int, keep func(core.Event) bool) ([]core.Event, error) {
	rows, _, err := l.look(ctx)
	if err != nil {
		return nil, err
	}
	var page []core.Event
	for _, e := range rows {
		if e.ID > after && len(page) < limit && keep(e) {
			page = append(page, e)
		}
	}
	return page, nil
}

func (l *memoryLog) ConversationBefore(ctx context.Context, c core.ChannelID, conversation core.RemoteID, before core.EventID, limit int) ([]core.Event, bool, error) {
	rows, _, err := l.look(ctx)
	if err != nil {
		return nil, false, err
	}
	var page []core.Event
	keep := shownTo(c, conversation)
	for _, e := range rows {
		if (before == 0 || e.ID < before) && keep(e) {
			page = append(page, e)
		}
	}
	cut := max(0, len(page)-limit)
	return page[cut:], cut > 0, nil
}

func (l *memoryLog) ConversationRead(_ context.Context, _ core.ChannelID, conversation core.RemoteID) (core.EventID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return 0, errDown
	}
	return l.read[conversation], nil
}

func shownTo(c core.ChannelID, conversation core.RemoteID) func(core.Event) bool {
	return func(e core.Event) bool {
		return e.Session != 0 && e.Channel == c && e.Conversation == conversation && e.Audience == core.Everyone
	}
}

// say is a message of a customer of the department, whose conversation is named after it.
func say(d core.DepartmentID, conversation core.RemoteID, text string) core.Event {
	return core.Event{
		Kind: core.EventMessage, Department: d, Session: core.SessionID(d), ActorKind: core.ByCustomer,
		Audience: core.Everyone, Text: text, Dedupe: "c1:" + text, Channel: 1, Conversation: conversation,
	}
}

// note is a message of an agent for agents.
func note(d core.DepartmentID, conversation core.RemoteID, text string) core.Event {
	e := say(d, conversation, text)
	e.ActorKind, e.Actor, e.Name, e.Audience, e.Dedupe = core.ByAgent, 1, "Anna", core.AgentsOnly, "a1:"+text
	return e
}

func messages(d core.DepartmentID, n int) []core.Event {
	events := make([]core.Event, n)
	for i := range events {
		events[i] = say(d, "somebody", fmt.Sprint("text ", i))
	}
	return events
}

var testSeal = core.NewCursorSeal(core.Key{1, 2, 3})

// start makes a feed of the log and runs it until the test's end.
func start(t testing.TB, l feed.Log, opts ...feed.Option) *feed.Feed {
	t.Helper()
	f := feed.New(l, testSeal, opts...)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := f.Run(ctx); err != nil {
			t.Errorf("Run: got %v, want nil", err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return f
}
