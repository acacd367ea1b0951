package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/core"
)

// failure is a call that has no good answer, with all that can be known of it.
type failure struct {
	method string
	left   bool          // all of the request was taken to be sent: Telegram may have done it
	begun  bool          // some of it
	status int           // HTTP's; zero: no answer came
	code   int           // Telegram's error code; zero: the answer is not Telegram's
	text   string        // what Telegram says of it, in lower case: to tell cases apart and for the log
	retry  time.Duration // when to try again, as Telegram says
	moved  bool          // the chat is another now
	err    error         // without the token
}

func (f *failure) Error() string {
	switch {
	case f.code != 0:
		return fmt.Sprintf("%s: %d %s", f.method, f.code, f.text)
	case f.status != 0:
		return fmt.Sprintf("%s: status %d: %v", f.method, f.status, f.err)
	}
	return fmt.Sprintf("%s: %v", f.method, f.err)
}

func (f *failure) Unwrap() error { return f.err }

// says tells whether Telegram refused with one of these words. They change over time: codes go first where they can tell.
func says(err error, words ...string) bool {
	f, ok := errors.AsType[*failure](err)
	if !ok || f.code == 0 {
		return false
	}
	for _, w := range words {
		if strings.Contains(f.text, w) {
			return true
		}
	}
	return false
}

// What people are told.
const (
	reasonToken       = "Telegram refuses the token: it was revoked or mistyped."
	reasonAway        = "Telegram cannot be reached."
	reasonStrange     = "What answers in Telegram's place is not Telegram."
	reasonSilent      = "Telegram did not answer as it should."
	reasonOther       = "Another program reads this bot's updates, or a webhook is set."
	reasonSlow        = "Telegram asks to wait."
	reasonBlocked     = "The customer has blocked the bot."
	reasonDeactivated = "The customer's Telegram account does not exist any more."
	reasonNoChat      = "This chat does not exist any more, or the customer has not started the bot."
	reasonRemoved     = "The bot was removed from this chat."
	reasonMoved       = "This chat has become another one."
	reasonForbidden   = "Telegram does not let the bot write to this customer."
	reasonRefused     = "Telegram does not accept it."
	reasonMissing     = "The message is not in the customer's chat any more."
	reasonFixed       = "Telegram does not let this message be changed."
	reasonTooOld      = "Telegram lets a bot delete only within 48 hours."
	reasonEmoji       = "Telegram does not know this emoji as a reaction."
	reasonBlank       = "Telegram shows nothing of this text."
	reasonLong        = "It is too long for Telegram."
	reasonLarge       = "Telegram lets bots send files of at most 50 MB."
	reasonTooBig      = "Telegram lets bots fetch files of at most 20 MB. Ask the customer for another way."
	reasonUnread      = "The file cannot be read here."
	reasonNoFile      = "Telegram does not have this file any more."
	reasonElsewhere   = "The file is kept by a Bot API server of your own, which hands out none."
)

// fault gives what a failed call means to whoever asked for something to be done.
func fault(op string, err error) *core.Error {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		return &core.Error{Op: op, Kind: core.Uncertain, Err: err}
	}
	if ours, ok := errors.AsType[*core.Error](f.err); ok { // it never came to a call
		return ours
	}
	e := &core.Error{Op: op, Err: f}
	switch {
	case f.code == 0:
		f.unanswered(e)
	case f.code >= http.StatusInternalServerError:
		e.Kind, e.Reason = core.Uncertain, reasonSilent
	case f.code == http.StatusTooManyRequests:
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, max(f.retry, time.Second)
	case f.code == http.StatusUnauthorized, f.code == http.StatusNotFound:
		e.Kind, e.Reason = core.Unauthorized, reasonToken
	case f.code == http.StatusConflict:
		e.Kind, e.Reason = core.Taken, reasonOther
	case f.code == http.StatusRequestEntityTooLarge:
		e.Kind, e.Reason = core.Invalid, reasonLarge
	case f.code == http.StatusForbidden:
		e.Kind, e.Reason = core.Gone, f.forbidden()
	case f.moved:
		e.Kind, e.Reason = core.Gone, reasonMoved
	default:
		e.Kind, e.Reason = f.refused()
	}
	return e
}

// asked gives what a failed call means that asked Telegram something: it can simply be asked again.
func asked(op string, err error) *core.Error {
	e := fault(op, err)
	if e.Kind == core.Uncertain {
		e.Kind = core.Unavailable
	}
	return e
}

// unanswered is for calls that Telegram did not answer, though something else may have.
func (f *failure) unanswered(e *core.Error) {
	switch {
	case f.status == http.StatusRequestEntityTooLarge:
		e.Kind, e.Reason = core.Invalid, reasonLarge
	case !f.left && f.begun: // a part of a file: what is not whole is not done
		e.Kind, e.Reason = core.Unavailable, reasonAway
	case !f.left: // no name, no connection, no certificate, no time
		e.Kind, e.Reason, e.Scope = core.Unavailable, reasonAway, core.ScopeChannel
	case f.status == http.StatusTooManyRequests:
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, time.Second
	case f.status >= 300 && f.status < http.StatusInternalServerError: // a proxy, a wrong address: it did not let the call pass
		e.Kind, e.Reason, e.Scope = core.Unavailable, reasonStrange, core.ScopeChannel
	default:
		e.Kind, e.Reason = core.Uncertain, reasonSilent
	}
}

// forbidden says why the customer cannot be written to.
func (f *failure) forbidden() string {
	switch {
	case says(f, "blocked by the user"):
		return reasonBlocked
	case says(f, "deactivated"):
		return reasonDeactivated
	case says(f, "kicked", "not a member"):
		return reasonRemoved
	case says(f, "initiate conversation"):
		return reasonNoChat
	}
	return reasonForbidden
}

// refused is for what Telegram will never do as it was asked.
func (f *failure) refused() (core.Kind, string) {
	switch {
	case says(f, "chat not found", "peer_id_invalid"):
		return core.Gone, reasonNoChat
	case says(f, "user_is_blocked"):
		return core.Gone, reasonBlocked
	case says(f, "user_deactivated", "input_user_deactivated"):
		return core.Gone, reasonDeactivated
	case says(f, "upgraded to a supergroup"):
		return core.Gone, reasonMoved
	case says(f, "to edit not found", "to react not found", "wasn't found", "message_id_invalid"):
		return core.NotFound, reasonMissing
	case says(f, "can't be edited"):
		return core.Forbidden, reasonFixed
	case says(f, "can't be deleted"):
		return core.Forbidden, reasonTooOld
	case says(f, "reaction_invalid", "reaction is invalid"):
		return core.Invalid, reasonEmoji
	case says(f, "file is too big"):
		return core.Invalid, reasonTooBig
	case says(f, "too large"):
		return core.Invalid, reasonLarge
	case says(f, "temporarily unavailable"): // said of files that are still on their way, too
		return core.Unavailable, reasonSilent
	case says(f, "file_id", "file identifier", "file_reference"):
		return core.NotFound, reasonNoFile
	case says(f, "text is empty", "must be non-empty"):
		return core.Invalid, reasonBlank
	case says(f, "too long"):
		return core.Invalid, reasonLong
	}
	return core.Invalid, reasonRefused
}
