package slack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"parley/core"
)

// failure is a call that Slack has not answered as it should, with all that can be known of it.
type failure struct {
	method string
	left   bool          // all of the request was taken to be sent: Slack may have done it
	status int           // HTTP's; zero: no answer came
	retry  time.Duration // when to try again, as Slack says
	err    error         // without the address and the token
}

func (f *failure) Error() string {
	if f.status != 0 {
		return fmt.Sprintf("%s: status %d: %v", f.method, f.status, f.err)
	}
	return fmt.Sprintf("%s: %v", f.method, f.err)
}

func (f *failure) Unwrap() error { return f.err }

// wordOf is Slack's word for what is wrong, "" if it has given none: https://docs.slack.dev/reference/methods/chat.postMessage#errors
func wordOf(err error) string {
	if r, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return r.Err
	}
	return ""
}

// says tells whether Slack refused with one of these words.
func says(err error, words ...string) bool {
	word := wordOf(err)
	return word != "" && slices.Contains(words, word)
}

// What people are told.
const (
	reasonRevoked = "Slack refuses the token: it was revoked, or the app was removed."
	reasonAway    = "Slack cannot be reached."
	reasonStrange = "What answers in Slack's place is not Slack."
	reasonSilent  = "Slack did not answer as it should."
	reasonSlow    = "Slack asks to wait."
	reasonThread  = "The session's thread in Slack was deleted."
	reasonRoom    = "The app cannot write to the channel in Slack: invite it, or look whether the channel was archived."
	reasonRefused = "Slack does not accept it."
	reasonEmpty   = "There is nothing in it that Slack could show."
)

// roomPause is how long a room rests that cannot be written to: people have to mend that.
const roomPause = 5 * time.Minute

// Slack's words, by what they mean to us.
var (
	tokenWords = []string{
		"token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive", "app_uninstalled", "not_allowed_token_type",
		"user_removed_from_team", "team_disabled",
	}
	waitWords  = []string{"ratelimited", "rate_limited"}
	brokeWords = []string{"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
	laterWords = []string{"team_added_to_org", "accesslimited", "message_limit_exceeded"}
	roomWords  = []string{
		"channel_not_found", "not_in_channel", "is_archived", "restricted_action", "restricted_action_read_only_channel",
		"restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "restricted_action_thread_locked",
	}
	threadWords = []string{"thread_not_found", "message_not_found", "cannot_reply_to_message"}
	fixedWords  = []string{"cant_update_message", "cant_delete_message", "edit_window_closed"}
	formWords   = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
)

// fault gives what a failed call means to whoever asked for something to be done.
func fault(op string, err error) *core.Error {
	e := &core.Error{Op: op, Err: err}
	f, broken := errors.AsType[*failure](err)
	if broken {
		e.Err = f
	}
	switch {
	case broken:
		f.unanswered(e)
	case wordOf(err) == "":
		e.Kind, e.Reason = core.Uncertain, reasonSilent
	case says(err, tokenWords...):
		e.Kind, e.Reason = core.Unauthorized, reasonRevoked
	case says(err, waitWords...):
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, time.Second
	case says(err, brokeWords...):
		e.Kind, e.Reason = core.Uncertain, reasonSilent
	case says(err, laterWords...):
		e.Kind, e.Reason, e.RetryAfter = core.Unavailable, reasonSlow, time.Minute
	case says(err, roomWords...):
		e.Kind, e.Reason, e.RetryAfter = core.Unavailable, reasonRoom, roomPause
	case says(err, "missing_scope"):
		e.Kind, e.Reason, e.RetryAfter = core.Unavailable, missingScope(err), roomPause
	case says(err, threadWords...):
		e.Kind, e.Reason, e.Scope = core.Gone, reasonThread, core.ScopeThread
	default:
		e.Kind, e.Reason = core.Invalid, refused(err)
	}
	return e
}

// asked gives what a failed call means that can simply be made again; nil if it did not fail.
func asked(op string, err error) error {
	if err == nil {
		return nil
	}
	e := fault(op, err)
	if e.Kind == core.Uncertain {
		e.Kind = core.Unavailable
	}
	return e
}

// unanswered is for calls that Slack did not answer, though something else may have.
func (f *failure) unanswered(e *core.Error) {
	switch {
	case !f.left: // no name, no connection, no certificate, no time
		e.Kind, e.Reason, e.Scope = core.Unavailable, reasonAway, core.ScopeChannel
	case f.retry > 0:
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, f.retry
	case f.status >= 300 && f.status < 500: // a proxy, a wrong address: it did not let the call pass
		e.Kind, e.Reason, e.Scope = core.Unavailable, reasonStrange, core.ScopeChannel
	default:
		e.Kind, e.Reason = core.Uncertain, reasonSilent
	}
}

// missingScope names the permission that the app was not given.
func missingScope(err error) string {
	r, _ := errors.AsType[slack.SlackErrorResponse](err)
	if !isWord(r.Needed) {
		return "The app lacks a permission in Slack: install it again with Parley's manifest."
	}
	return "The app lacks the permission " + r.Needed + " in Slack: install it again with Parley's manifest."
}

// refused is for what Slack will never do as it was asked. Its word helps whoever looks for the cause.
func refused(err error) string {
	if word := wordOf(err); isWord(word) {
		return strings.TrimSuffix(reasonRefused, ".") + " (" + word + ")."
	}
	return reasonRefused
}

// isWord tells whether it can be shown: Slack's words are of small letters.
func isWord(s string) bool {
	return s != "" && len(s) <= maxWord && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.:,-") == ""
}
