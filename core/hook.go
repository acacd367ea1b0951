package core

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// HookEvent names what a hook can be told, as it stands in the call's type.
type HookEvent string

// What can be told.
const (
	HookStarted  HookEvent = "session.started"  // its customer has written for the first time
	HookAssigned HookEvent = "session.assigned" // somebody holds it: they took it, or were given it
	HookEnded    HookEvent = "session.ended"
	HookRated    HookEvent = "session.rated"   // its customer has rated it, thought otherwise, or taken that back
	HookMessage  HookEvent = "message.created" // customer and agents to each other; never a note
	HookOffline  HookEvent = "message.offline" // a customer's, in a session that began while the department was closed
	HookRecord   HookEvent = "record.created"  // saved here; what keeps it may not have it yet
	HookTest     HookEvent = "test"            // by the test button; nobody subscribes it
)

// HookEvents lists what can be subscribed.
var HookEvents = []HookEvent{HookStarted, HookAssigned, HookEnded, HookRated, HookMessage, HookOffline, HookRecord}

// HookEventsOf says what an event is told as; aside is its session's. Notes are told to nobody.
func HookEventsOf(e Event, aside Aside) []HookEvent {
	switch {
	case e.Kind == EventStarted:
		return []HookEvent{HookStarted}
	case e.Kind == EventTaken, e.Kind == EventAssigned:
		return []HookEvent{HookAssigned}
	case e.Kind == EventEnded:
		return []HookEvent{HookEnded}
	case e.Kind == EventRated:
		return []HookEvent{HookRated}
	case e.Kind == EventRecordCreated:
		return []HookEvent{HookRecord}
	case e.Kind != EventMessage, e.Audience != Everyone:
		return nil
	case e.ActorKind == ByCustomer && aside == Offline:
		return []HookEvent{HookMessage, HookOffline}
	}
	return []HookEvent{HookMessage}
}

// Hook is a call that Parley makes to somebody's system when something happens.
type Hook struct {
	ID          HookID
	Name        string // unique
	URL         string // with https, or of a host that may be inside
	Events      []HookEvent
	Departments []DepartmentID // none: all
	EnabledAt   Time           // what happened before is not told; zero: nothing is
	Reason      string         // why it was switched off, if nobody did that: a sentence
	Sealed      string         // its secret
	Former      string         // the secret before, sealed, which signs too until FormerUntil; "": there is none
	FormerUntil Time
	CreatedAt   Time
	Version     int64 // rises with every change of what is set, and when it is switched off

	DueAt    Time  // it is not called before
	Failures int64 // calls in a row that it could not take
}

// Limits of hooks.
const (
	MaxHooks     = 50
	maxHookName  = 200
	maxHookRooms = 100 // departments of one
)

// HookRotation is for how long both secrets sign when one replaces the other.
const HookRotation = 24 * time.Hour

// HookTraces is for how long what was told, and what came of it, is kept.
const HookTraces = 30 * 24 * time.Hour

// Check refuses as Invalid, with the field, what cannot be. The address is whoever calls it to judge.
func (h Hook) Check() error {
	invalid := func(field, reason string) error {
		return &Error{Op: "core.Hook.Check", Kind: Invalid, Field: field, Reason: reason}
	}
	switch {
	case h.Name == "" || len(h.Name) > maxHookName:
		return invalid("name", "must have 1 to 200 bytes")
	case len(h.Events) == 0:
		return invalid("events", "must name one at least")
	case slices.ContainsFunc(h.Events, func(e HookEvent) bool { return !slices.Contains(HookEvents, e) }):
		return invalid("events", "must be of session.started, session.assigned, session.ended, session.rated, message.created, message.offline and record.created")
	case len(h.Departments) > maxHookRooms:
		return invalid("departments", "must be at most 100")
	}
	return nil
}

// Enabled tells whether it is told anything.
func (h Hook) Enabled() bool { return h.EnabledAt != 0 }

// Wants tells whether the hook is told an event as that.
func (h Hook) Wants(e Event, as HookEvent) bool {
	return h.Enabled() && e.At >= h.EnabledAt && slices.Contains(h.Events, as) && (len(h.Departments) == 0 || slices.Contains(h.Departments, e.Department))
}

// HookState is how far a call has come.
type HookState string

// The states of a call.
const (
	HookOwed      HookState = "owed"
	HookDelivered HookState = "delivered"
	HookParked    HookState = "parked" // given up, until somebody replays it
)

// HookCall is one thing that is told to a hook, and what came of it.
type HookCall struct {
	No       int64     `db:"no"` // in the order of the log
	Hook     HookID    `db:"hook"`
	ID       string    `db:"id"` // webhook-id: the same at every attempt, and in replays
	Event    HookEvent `db:"event"`
	About    EventID   `db:"about"`
	Session  SessionID `db:"session"`
	Body     string    `db:"body"`
	State    HookState `db:"state"`
	OwedAt   Time      `db:"owed_at"`
	Since    Time      `db:"since"` // when it was owed, or replayed last
	DueAt    Time      `db:"due_at"`
	Attempts int64     `db:"attempts"` // since then

	HookAttempt
}

// HookAttempt is the last attempt of a call.
type HookAttempt struct {
	TriedAt Time   `db:"tried_at"` // zero: never
	Took    int64  `db:"took"`     // microseconds
	Status  int    `db:"status"`   // zero: no answer came
	Answer  string `db:"answer"`   // its beginning
	Reason  string `db:"reason"`   // why it has not arrived: a sentence; "": it has
}

// Limits of trying to call.
const (
	hookFirstPause = 5 * time.Second
	hookLongPause  = time.Hour          // also of what a hook asks for
	HookGiveUp     = 3 * 24 * time.Hour // after which a call is parked
)

// HookPause is how long to wait after so many failed attempts and one more, with jitter over its second half: from 5 s, four times as long each
// time, to an hour. chance is from [0, 1).
func HookPause(attempts int64, chance float64) time.Duration {
	most := hookLongPause
	if attempts < 5 { // 5 s << 10 is longer than the longest
		most = min(hookLongPause, hookFirstPause<<(2*attempts))
	}
	return most/2 + time.Duration(chance*float64(most/2))
}

// HookVerdict is what becomes of a call after an attempt.
type HookVerdict struct {
	State HookState
	Pause time.Duration // of HookOwed: before the next attempt
	Whole bool          // the hook cannot take any call now: those behind wait with this one
	Off   bool          // it wants no more of them
}

// JudgeHook decides what becomes of a call by what came back: a status, zero for no answer, and what it asked to wait, of which an hour at most is heeded. A hook that cannot take a call
// holds up what follows, so that order stays; a call that it refuses steps aside, and is tried again by itself.
func JudgeHook(c HookCall, status int, retryAfter time.Duration, now Time, chance float64) HookVerdict {
	if status >= 200 && status < 300 {
		return HookVerdict{State: HookDelivered}
	}
	if status == http.StatusGone {
		return HookVerdict{State: HookParked, Off: true}
	}
	refused := status >= 400 && status < 500 &&
		!slices.Contains([]int{http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests}, status)
	v := HookVerdict{State: HookOwed, Pause: max(min(retryAfter, hookLongPause), HookPause(c.Attempts, chance)), Whole: !refused}
	if now >= cmp.Or(c.Since, c.OwedAt).Add(HookGiveUp) {
		v.State = HookParked
	}
	return v
}
