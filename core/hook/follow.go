package hook

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"parley/core"
	"parley/core/store"
)

const (
	mostRows = 200  // of the log in one step
	mostIdle = 1000 // rows of which nothing was owed until that is written down
)

// follow owes what the next rows of the log are to be told as; more tells whether there may be others. It is all or nothing.
func (h *holding) follow(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	hooks, err := h.Store.Hooks(ctx)
	if err != nil || !slices.ContainsFunc(hooks, core.Hook.Enabled) {
		return false, err
	}
	cursor, err := h.Store.HookCursor(ctx)
	if err != nil {
		return false, err
	}
	h.seen = max(h.seen, cursor.Seen)
	events, err := h.Store.LogAfter(ctx, h.seen, mostRows)
	if err != nil || len(events) == 0 {
		return false, err
	}
	calls, err := h.callsFor(ctx, hooks, events)
	if err != nil {
		return false, err
	}
	seen := events[len(events)-1].ID
	if len(calls) > 0 || seen-cursor.Seen >= mostIdle {
		err = h.write(ctx, func(w *store.Work) error { return w.OweHooks(cursor, seen, calls) })
	}
	if err == nil {
		h.seen = seen
	}
	return seen < cursor.Head, err
}

// callsFor makes what hooks are told of events, in their order.
func (h *holding) callsFor(ctx context.Context, hooks []core.Hook, events []core.Event) ([]core.HookCall, error) {
	var concerned []core.SessionID
	for _, e := range events {
		if len(core.HookEventsOf(e, core.Offline)) > 0 {
			concerned = append(concerned, e.Session)
		}
	}
	slices.Sort(concerned)
	sessions, err := h.Store.HookSessions(ctx, slices.Compact(concerned))
	if err != nil {
		return nil, err
	}
	byID := map[core.SessionID]store.Summary{}
	for _, s := range sessions {
		byID[s.ID] = s
	}
	now := core.At(h.Clock())
	var calls []core.HookCall
	for _, e := range events {
		s := byID[e.Session]
		for _, as := range core.HookEventsOf(e, s.Aside) {
			body := ""
			for _, hook := range hooks {
				if !hook.Wants(e, as) {
					continue
				}
				if body == "" {
					text, err := h.Tell(as, e, s)
					if err != nil {
						return nil, fmt.Errorf("tell of %s: %w", e.ID, err)
					}
					body = string(text)
				}
				calls = append(calls, core.HookCall{
					Hook: hook.ID, ID: "evt_" + rand.Text(), Event: as, About: e.ID, Session: e.Session, Body: body, OwedAt: now,
				})
			}
		}
	}
	return calls, nil
}
