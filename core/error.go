package core

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what the caller of a failed operation can do.
type Kind string

// The kinds of error, all of them.
const (
	Invalid      Kind = "invalid"      // the input is wrong; Field names where; do not repeat
	Forbidden    Kind = "forbidden"    // seen, but not theirs to do
	NotFound     Kind = "not_found"    // is not there, or is not for this reader to know of
	Taken        Kind = "taken"        // somebody else was first, or has changed it since; Winner has the name
	Exists       Kind = "exists"       // there is one already, and may be one only
	Ended        Kind = "ended"        // the session is over
	Throttled    Kind = "throttled"    // too many; again after RetryAfter
	Busy         Kind = "busy"         // a queue is full; again after RetryAfter
	Unavailable  Kind = "unavailable"  // a part that is needed is not there; again after RetryAfter
	Uncertain    Kind = "uncertain"    // may have happened; look before repeating
	Gone         Kind = "gone"         // was there, and will not be again
	Unauthorized Kind = "unauthorized" // says not who they are
	Closed       Kind = "closed"       // the department takes no new sessions now
	Full         Kind = "full"         // the agent has as many sessions as they want; again with Over to do it all the same
)

// Error is every failure that crosses from one room to another.
type Error struct {
	Op         string        // room and operation: "hub.Take"
	Kind       Kind          // what the caller can do
	Field      string        // Invalid: the field, as the outside calls it
	Winner     string        // Taken: the public name of who holds it
	Reason     string        // a sentence for people, without what was sent; "" where the kind says it all
	RetryAfter time.Duration // Throttled, Busy, Unavailable
	Scope      string        // Throttled, Unavailable: ScopeChannel if it holds for all of a channel; Gone: ScopeThread; "" for what was asked
	Err        error         // the cause; never shown outside
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Kind != "" {
		fmt.Fprintf(&b, ": %s", e.Kind)
	}
	if e.Field != "" {
		fmt.Fprintf(&b, " (%s)", e.Field)
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, ": %s", e.Reason)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// The scopes of an error of Deliver.
const (
	ScopeChannel = "channel" // it stops the whole channel
	ScopeThread  = "thread"  // a surface's thread is lost
)

// asError gives err as an Error: nil for nil, and Uncertain for what is none, because nobody can know how far that came.
func asError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Op: "core.asError", Kind: Uncertain, Err: err}
}

// KindOf gives the kind of the first Error in err's chain, "" if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
