package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	messagesANote = 4 // every so many is a note
	messagesARead = 3 // after every so many the agent has read all
	messagesALook = 3 // in each session, until the agent looks again which are there
)

// operator answers over REST in the sessions that its agent holds: one numbered message after another, each sent again
// until it is answered.
type operator struct {
	siege *siege
	name  string
	api   *agentAPI
	done  chan struct{} // closed when all is acknowledged and nothing new comes

	number int
	said   map[string][]utterance // acknowledged, in order, by session
}

func newOperator(s *siege, name string, api *agentAPI) *operator {
	return &operator{siege: s, name: name, api: api, done: make(chan struct{}), said: map[string][]utterance{}}
}

// run answers until the siege ends and all is acknowledged.
func (o *operator) run(ctx context.Context) {
	defer close(o.done)
	for !o.siege.stopping.Load() && ctx.Err() == nil {
		held := o.held(ctx)
		if len(held) == 0 {
			pause(ctx, 10*time.Millisecond)
		}
		for range len(held) * messagesALook {
			if o.siege.stopping.Load() || !o.answer(ctx, held[o.number%len(held)]) {
				break
			}
		}
	}
}

// held gives the sessions to answer in: those that the agent holds, but for one if those are as many as there may be.
func (o *operator) held(ctx context.Context) []string {
	if !o.siege.gate.wait(ctx) {
		return nil
	}
	var page struct{ Items []sessionRow }
	o.siege.flying.Add(1)
	defer o.siege.flying.Add(-1)
	if o.api.get(ctx, "/api/v1/sessions?assignee=me&state=pending,active", &page) != nil {
		return nil // that was a crash
	}
	slices.SortFunc(page.Items, func(a, b sessionRow) int { return int(a.Number - b.Number) })
	if n := len(page.Items); n == int(busyHouse.Distribution.Ceiling) {
		ignored := int(time.Now().UnixMilli()/ignoredTime.Milliseconds()) % n
		page.Items = slices.Delete(page.Items, ignored, ignored+1)
	}
	ids := make([]string, len(page.Items))
	for i, row := range page.Items {
		ids[i] = row.ID
	}
	return ids
}

// answer says one message, and false if the session is not the agent's any more.
func (o *operator) answer(ctx context.Context, session string) bool {
	o.number++
	u := utterance{ID: newID(), Text: fmt.Sprintf("%s %07d", o.name, o.number), Note: o.number%messagesANote == 0}
	seq, ok := o.say(ctx, session, u)
	if !ok {
		return false
	}
	o.said[session] = append(o.said[session], u)
	o.siege.told.Add(1)
	if o.number%messagesARead == 0 {
		o.request(ctx, "/api/v1/sessions/"+session+"/read", map[string]any{"seq": seq}, nil)
	}
	if o.number%messagesASnooze == 0 {
		o.request(ctx, "/api/v1/sessions/"+session+"/snooze", map[string]any{"until": time.Now().Add(snoozeTime).UTC().Format(time.RFC3339Nano)}, nil)
	}
	return true
}

// say sends one message until it is answered, and gives its seq. Somebody else may hold the session by then, or nobody: it is not said.
func (o *operator) say(ctx context.Context, session string, u utterance) (seq int64, ok bool) {
	kind := "reply"
	if u.Note {
		kind = "note"
	}
	body := map[string]any{"client_id": u.ID, "kind": kind, "text": u.Text}
	for tried := false; o.siege.gate.wait(ctx); tried = true {
		if tried {
			o.siege.retried()
		}
		var e logEvent
		status, err := o.request(ctx, "/api/v1/sessions/"+session+"/messages", body, &e)
		switch {
		case err != nil:
			pause(ctx, time.Millisecond)
		case status == http.StatusCreated || status == http.StatusOK:
			o.answered(u, e, status == http.StatusOK, tried)
			return e.Seq, true
		case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
			o.siege.refusals.Add(1)
			pause(ctx, 20*time.Millisecond)
		case status == http.StatusConflict || status == http.StatusForbidden:
			return 0, false
		default:
			o.siege.fail("%s got status %d for a message", o.name, status)
			return 0, false
		}
	}
	return 0, false
}

func (o *operator) answered(u utterance, e logEvent, repeat, tried bool) {
	switch {
	case e.Text != u.Text || e.ClientID != u.ID:
		o.siege.fail("%s sent %q and was answered with %q", o.name, u.Text, e.Text)
	case repeat && !tried:
		o.siege.fail("%s sent %q once and was told that it was there", o.name, u.Text)
	case repeat:
		o.siege.repeats.Add(1)
		o.siege.found()
	}
}

func (o *operator) request(ctx context.Context, path string, body, out any) (int, error) {
	o.siege.flying.Add(1)
	defer o.siege.flying.Add(-1)
	return o.api.do(ctx, http.MethodPost, path, body, out)
}
