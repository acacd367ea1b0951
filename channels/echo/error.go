package echo

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"parley/core"
)

// failure is a call that has no good answer, with all that can be known of it. Its text never has the key, nor what the network said
// in whole: that may be a page of somebody else's.
type failure struct {
	left   bool          // the call was sent: the network may have done it
	status int           // of the answer; zero: none came
	word   string        // the network's own word for what is wrong; "": the answer is not the network's
	retry  time.Duration // when to try again, as the network says
	whole  bool          // and that holds for the whole account
	err    error
}

func (f *failure) Error() string {
	switch {
	case f.word != "":
		return "refused: " + f.word
	case f.status != 0:
		return fmt.Sprintf("status %d: %v", f.status, f.err)
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// The network's words for what is wrong.
const (
	wordBadKey    = "bad_key"
	wordSlowDown  = "slow_down"
	wordLater     = "try_later" // nothing was done: the chat is out of reach for now
	wordBlocked   = "blocked"
	wordNoChat    = "no_chat"
	wordNoMessage = "no_message"
	wordTooLong   = "too_long"
	wordRival     = "other_reader"
	wordBroken    = "internal"
)

// says tells whether the network refused with this word.
func says(err error, word string) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.word == word
}

// What people are told.
const (
	reasonKey     = "The network refuses the key: it was revoked or mistyped."
	reasonAway    = "The network cannot be reached."
	reasonStrange = "What answers in the network's place is not the network."
	reasonSilent  = "The network did not answer as it should."
	reasonLater   = "The network cannot reach this chat at the moment."
	reasonSlow    = "The network asks to wait."
	reasonRival   = "Another program reads this account's updates."
	reasonBlocked = "The customer has blocked this account."
	reasonNoChat  = "This chat does not exist any more."
	reasonMissing = "The message is not in the customer's chat any more."
	reasonLong    = "It is too long for the network."
	reasonRefused = "The network does not accept it."
)

// answer is what the network says to any call.
type answer struct {
	OK     *bool           `json:"ok"`
	Result json.RawMessage `json:"result,omitempty"`
	Word   string          `json:"error,omitempty"`
	Retry  int64           `json:"retry_after,omitempty"` // seconds
	Whole  bool            `json:"account,omitempty"`     // the wait is for all calls
}

const maxRetry = 24 * time.Hour

// read reads the answer to a call; nil if it is a good one.
func read(given Response, result any) error {
	f := &failure{left: true, status: given.Status}
	var a answer
	if err := json.Unmarshal(given.Body, &a); err != nil || a.OK == nil {
		f.err = errors.New("the answer is not the network's")
		return f
	}
	if !*a.OK {
		f.word, f.whole = a.Word, a.Whole
		if f.word == "" {
			f.word = "no reason"
		}
		f.retry = time.Duration(min(max(a.Retry, 0), int64(maxRetry/time.Second))) * time.Second
		return f
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(a.Result, result); err != nil {
		f.err = fmt.Errorf("read the result: %w", err)
		return f
	}
	return nil
}

// fault gives what a failed call means to whoever asked for something to be done.
func fault(op string, err error) *core.Error {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		return &core.Error{Op: op, Kind: core.Uncertain, Err: err}
	}
	e := &core.Error{Op: op, Err: f}
	switch {
	case !f.left: // no name, no connection, no time
		e.Kind, e.Reason, e.Scope = core.Unavailable, reasonAway, core.ScopeChannel
	case f.word == "":
		f.unanswered(e)
	case f.word == wordLater:
		e.Kind, e.Reason, e.RetryAfter = core.Unavailable, reasonLater, f.retry
	case f.word == wordSlowDown:
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, max(f.retry, time.Second)
		if f.whole {
			e.Scope = core.ScopeChannel
		}
	case f.word == wordBadKey:
		e.Kind, e.Reason = core.Unauthorized, reasonKey
	case f.word == wordRival:
		e.Kind, e.Reason = core.Taken, reasonRival
	case f.word == wordBlocked:
		e.Kind, e.Reason = core.Gone, reasonBlocked
	case f.word == wordNoChat:
		e.Kind, e.Reason = core.Gone, reasonNoChat
	case f.word == wordNoMessage:
		e.Kind, e.Reason = core.NotFound, reasonMissing
	case f.word == wordTooLong:
		e.Kind, e.Reason = core.Invalid, reasonLong
	case f.status >= http.StatusInternalServerError:
		e.Kind, e.Reason = core.Uncertain, reasonSilent
	default:
		e.Kind, e.Reason = core.Invalid, reasonRefused
	}
	return e
}

// unanswered is for calls to which something else answered, or nothing at all.
func (f *failure) unanswered(e *core.Error) {
	switch {
	case f.status == http.StatusTooManyRequests:
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, time.Second
	case f.status >= 300 && f.status < http.StatusInternalServerError: // a proxy, a wrong address: it did not let the call pass
		e.Kind, e.Reason, e.Scope = core.Unavailable, reasonStrange, core.ScopeChannel
	default:
		e.Kind, e.Reason = core.Uncertain, reasonSilent
	}
}

// asked gives what a failed call means that asked the network something: it can simply be asked again.
func asked(op string, err error) *core.Error {
	e := fault(op, err)
	if e.Kind == core.Uncertain {
		e.Kind = core.Unavailable
	}
	return e
}
