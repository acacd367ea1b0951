package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"parley/core"
	"parley/core/store"
	"parley/core/webhook"
)

// HookCall is the body of a call to a hook: what happened, as the API shows it.
type HookCall struct {
	Type      string        `json:"type"`
	Timestamp string        `json:"timestamp"` // when it happened
	Data      *HookCallData `json:"data,omitempty"`
}

// HookCallData is what a call says besides.
type HookCallData struct {
	Event   Event   `json:"event"`
	Session Session `json:"session"` // as it stood when the call was made
}

// HookBody makes what a hook is told of an event.
func HookBody(as core.HookEvent, e core.Event, s store.Summary) ([]byte, error) {
	target := ""
	if e.Target == s.Assignee {
		target = s.AssigneeName
	}
	return json.Marshal(HookCall{Type: string(as), Timestamp: e.At.String(), Data: &HookCallData{eventOf(e, target), sessionOf(s)}})
}

// NewHook is a hook that is to be added.
type NewHook struct {
	Name        string   `json:"name"`
	URL         string   `json:"url" doc:"https, on the public internet; or of a host that whoever runs Parley lets be inside"`
	Events      []string `json:"events" nullable:"false" enum:"session.started,session.assigned,session.ended,session.rated,message.created,message.offline,record.created" doc:"what it is told"`
	Departments []string `json:"departments,omitempty" nullable:"false" doc:"ids; none: all"`
}

// HookChange is all that is set of a hook.
type HookChange struct {
	NewHook
	Enabled bool  `json:"enabled" doc:"switched off it is told nothing, and what is owed to it is given up; switched on it is told what happens from then on"`
	Version int64 `json:"version,omitempty" minimum:"0" doc:"the hook's as it was seen; without it, whatever it is"`
}

// Hook is a call that Parley makes to somebody's system when something happens.
type Hook struct {
	ID string `json:"id" example:"hok_5k"`
	NewHook
	Enabled      bool   `json:"enabled"`
	Version      int64  `json:"version" doc:"rises with every change of what is set, and when it is switched off"`
	Reason       string `json:"reason,omitempty" doc:"why it was switched off, if nobody did that"`
	CreatedAt    string `json:"created_at" format:"date-time"`
	RotatedUntil string `json:"rotated_until,omitempty" format:"date-time" doc:"until then the secret before signs too"`
	Failures     int64  `json:"failures" doc:"calls in a row that it could not take"`
	RetryAt      string `json:"retry_at,omitempty" format:"date-time" doc:"it is not called before: it could not take the last call"`
	Owed         int64  `json:"owed" doc:"calls that are to be made"`
	Parked       int64  `json:"parked" doc:"calls that were given up, and are kept to be replayed"`
}

// SecretHook is a hook with a new secret.
type SecretHook struct {
	Hook   Hook   `json:"hook"`
	Secret string `json:"secret,omitempty" doc:"whsec_…, shown this once; missing where the same was asked for again"`
}

// HookAttempt is what came of a call.
type HookAttempt struct {
	At     string `json:"at" format:"date-time"`
	Took   int64  `json:"took" doc:"milliseconds"`
	Status int    `json:"status" doc:"of the answer; 0: none came"`
	Answer string `json:"answer" doc:"its beginning, 2 KiB at most, without secrets of the hook"`
	Reason string `json:"reason,omitempty" doc:"why it has not arrived, in a sentence; missing: it has"`
}

// HookCallRow is something that a hook is or was told.
type HookCallRow struct {
	ID       string       `json:"id" doc:"the webhook-id, the same at every attempt and in replays"`
	Event    string       `json:"event"`
	Session  string       `json:"session"`
	State    string       `json:"state" enum:"owed,delivered,parked" doc:"parked: given up after three days, until somebody replays it"`
	OwedAt   string       `json:"owed_at" format:"date-time"`
	DueAt    string       `json:"due_at,omitempty" format:"date-time" doc:"of owed: it is not tried before"`
	Attempts int64        `json:"attempts" doc:"since it was owed, or replayed last"`
	Request  string       `json:"request" doc:"the body, 4 KiB of it at most"`
	Last     *HookAttempt `json:"last,omitempty" doc:"the last attempt; missing: there was none"`
}

// maxShown is how much of a call's body is shown, in bytes.
const maxShown = 4 << 10

type (
	hooksOutput  struct{ Body List[Hook] }
	hookOutput   struct{ Body Hook }
	addHookInput struct {
		Key  string `header:"Idempotency-Key" doc:"the same again, with the same key, is done once"`
		Body NewHook
	}
	secretHookOutput struct{ Body SecretHook }
	setHookInput     struct {
		ID   string `path:"id" example:"hok_5k"`
		Body HookChange
	}
	hookInput struct {
		ID   string `path:"id" example:"hok_5k"`
		Body Nothing
	}
	rotateHookInput struct {
		ID   string `path:"id" example:"hok_5k"`
		Key  string `header:"Idempotency-Key" doc:"the same again, with the same key, is done once"`
		Body Nothing
	}
	hookAttemptOutput struct{ Body HookAttempt }
	hookCallsInput    struct {
		ID    string `path:"id" example:"hok_5k"`
		State string `query:"state" enum:"owed,delivered,parked"`
		Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
		After string `query:"after" doc:"a page's next"`
	}
	hookCallsOutput struct{ Body Page[HookCallRow] }
	replayInput     struct {
		ID   string `path:"id" example:"hok_5k"`
		Body Replay
	}
	replayOutput struct{ Body Replayed }
)

// Replay says which calls are to be made again: one, or all that fit.
type Replay struct {
	Call  string `json:"call,omitempty" doc:"the id of one; else:"`
	State string `json:"state,omitempty" enum:"delivered,parked" doc:"parked if left out"`
	From  string `json:"from,omitempty" format:"date-time" doc:"those that were owed then or later; needed without a call"`
	To    string `json:"to,omitempty" format:"date-time" doc:"those that were owed before"`
}

// Replayed says how many calls are made again.
type Replayed struct {
	Calls int64 `json:"calls"`
}

func hookOf(h core.Hook, f store.HookFigures) Hook {
	out := Hook{
		ID: h.ID.String(), Reason: h.Reason, CreatedAt: h.CreatedAt.String(), RotatedUntil: h.FormerUntil.String(), Failures: h.Failures,
		RetryAt: h.DueAt.String(), Owed: f.Owed, Parked: f.Parked,
		Enabled: h.Enabled(), Version: h.Version, NewHook: NewHook{Name: h.Name, URL: h.URL},
	}
	for _, e := range h.Events {
		out.Events = append(out.Events, string(e))
	}
	for _, d := range h.Departments {
		out.Departments = append(out.Departments, d.String())
	}
	return out
}

// hookFrom reads what is set of a hook.
func (s *Server) hookFrom(n NewHook) (core.Hook, error) {
	h := core.Hook{Name: n.Name, URL: n.URL}
	for _, e := range n.Events {
		if as := core.HookEvent(e); !slices.Contains(h.Events, as) {
			h.Events = append(h.Events, as)
		}
	}
	for _, text := range n.Departments {
		d, err := idOf("departments", text, core.ParseID[core.DepartmentID])
		if err != nil {
			return h, err
		}
		if !slices.Contains(h.Departments, d) {
			h.Departments = append(h.Departments, d)
		}
	}
	return h, s.hooks.Check(h)
}

func (s *Server) listHooks(ctx context.Context, _ *struct{}) (*hooksOutput, error) {
	all, err := s.store.Hooks(ctx)
	if err != nil {
		return nil, err
	}
	figures, err := s.store.HookFigures(ctx)
	if err != nil {
		return nil, err
	}
	out := &hooksOutput{List[Hook]{Items: []Hook{}}}
	for _, h := range all {
		out.Body.Items = append(out.Body.Items, hookOf(h, figures[h.ID]))
	}
	return out, nil
}

func (s *Server) addHook(ctx context.Context, in *addHookInput) (*secretHookOutput, error) {
	h, err := s.hookFrom(in.Body)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx).actor
	dedupe, err := dedupeOf(who, in.Key)
	if err != nil {
		return nil, err
	}
	secret := webhook.NewSecret()
	h.Sealed = s.hooks.Seal(secret)
	added, err := s.hub.AddHook(ctx, who, h, dedupe)
	if err != nil {
		return nil, keyed(err)
	}
	return secretHook(added, h.Sealed, secret), nil
}

func (s *Server) setHook(ctx context.Context, in *setHookInput) (*hookOutput, error) {
	id, err := core.ParseID[core.HookID](in.ID)
	if err != nil {
		return nil, err
	}
	h, err := s.hookFrom(in.Body.NewHook)
	if err != nil {
		return nil, err
	}
	if h.ID = id; in.Body.Enabled {
		h.EnabledAt = core.At(s.clock())
	}
	if h, err = s.hub.SetHook(ctx, callerOf(ctx).actor, h, in.Body.Version); err != nil {
		return nil, err
	}
	figures, err := s.store.HookFigures(ctx)
	if err != nil {
		return nil, err
	}
	return &hookOutput{hookOf(h, figures[h.ID])}, nil
}

func (s *Server) removeHook(ctx context.Context, in *hookInput) (*struct{}, error) {
	id, err := core.ParseID[core.HookID](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.hub.RemoveHook(ctx, callerOf(ctx).actor, id)
}

func (s *Server) rotateHook(ctx context.Context, in *rotateHookInput) (*secretHookOutput, error) {
	id, err := core.ParseID[core.HookID](in.ID)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx).actor
	dedupe, err := dedupeOf(who, in.Key)
	if err != nil {
		return nil, err
	}
	secret := webhook.NewSecret()
	sealed := s.hooks.Seal(secret)
	h, err := s.hub.RotateHook(ctx, who, id, sealed, dedupe)
	if err != nil {
		return nil, keyed(err)
	}
	return secretHook(h, sealed, secret), nil
}

// secretHook shows a hook's secret if it is the one that was made now.
func secretHook(h core.Hook, sealed string, secret core.Secret) *secretHookOutput {
	out := &secretHookOutput{SecretHook{Hook: hookOf(h, store.HookFigures{})}}
	if h.Sealed == sealed {
		out.Body.Secret = secret.Reveal()
	}
	return out
}

func (s *Server) testHook(ctx context.Context, in *hookInput) (*hookAttemptOutput, error) {
	id, err := core.ParseID[core.HookID](in.ID)
	if err != nil {
		return nil, err
	}
	h, err := s.store.Hook(ctx, id)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(HookCall{Type: string(core.HookTest), Timestamp: core.At(s.clock()).String()})
	if err != nil {
		return nil, err
	}
	return &hookAttemptOutput{attemptOf(s.hooks.Test(ctx, h, "evt_"+rand.Text(), body))}, nil
}

func attemptOf(a core.HookAttempt) HookAttempt {
	return HookAttempt{At: a.TriedAt.String(), Took: a.Took / 1000, Status: a.Status, Answer: a.Answer, Reason: a.Reason}
}

func (s *Server) hookCalls(ctx context.Context, in *hookCallsInput) (*hookCallsOutput, error) {
	id, err := core.ParseID[core.HookID](in.ID)
	if err != nil {
		return nil, err
	}
	before := int64(0)
	if in.After != "" {
		if before, err = strconv.ParseInt(in.After, 10, 64); err != nil || before < 1 {
			return nil, refuse("after", "is not a page's next")
		}
	}
	if _, err := s.store.Hook(ctx, id); err != nil {
		return nil, err
	}
	rows, more, err := s.store.HookCalls(ctx, store.HookCalls{Hook: id, State: core.HookState(in.State)}, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &hookCallsOutput{Page[HookCallRow]{Items: []HookCallRow{}}}
	for _, c := range rows {
		out.Body.Items = append(out.Body.Items, callOf(c))
	}
	if more {
		out.Body.Next = strconv.FormatInt(rows[len(rows)-1].No, 10)
	}
	return out, nil
}

func callOf(c core.HookCall) HookCallRow {
	out := HookCallRow{
		ID: c.ID, Event: string(c.Event), Session: c.Session.String(), State: string(c.State), OwedAt: c.OwedAt.String(), Attempts: c.Attempts, Request: c.Body,
	}
	if len(c.Body) > maxShown {
		out.Request = strings.ToValidUTF8(c.Body[:maxShown], "") + "…"
	}
	if c.State == core.HookOwed {
		out.DueAt = c.DueAt.String()
	}
	if c.TriedAt != 0 {
		last := attemptOf(c.HookAttempt)
		out.Last = &last
	}
	return out
}

func (s *Server) replayHook(ctx context.Context, in *replayInput) (*replayOutput, error) {
	id, err := core.ParseID[core.HookID](in.ID)
	if err != nil {
		return nil, err
	}
	calls := store.HookCalls{Hook: id, ID: in.Body.Call, State: core.HookState(in.Body.State)}
	if calls.From, err = timeOf("from", in.Body.From); err != nil {
		return nil, err
	}
	if calls.To, err = timeOf("to", in.Body.To); err != nil {
		return nil, err
	}
	if calls.ID == "" {
		calls.State = cmp.Or(calls.State, core.HookParked)
		if in.Body.From == "" { // thirty days of calls are no slip of a hand
			return nil, refuse("from", "is missing: say since when, or name one call")
		}
		if calls.To != 0 && calls.To <= calls.From {
			return nil, refuse("to", "must be later than from")
		}
	}
	n, err := s.hub.ReplayHook(ctx, callerOf(ctx).actor, calls)
	if err != nil {
		return nil, err
	}
	return &replayOutput{Replayed{n}}, nil
}
