package telegram

import (
	"context"
	"errors"
	"time"

	"parley/core"
)

const (
	maxTries   = 5 // for an update that the inbox does not take
	retryPause = 200 * time.Millisecond
)

// storePatiently stores what was heard, however long that takes. The error says that ctx has ended.
func (a *Adapter) storePatiently(ctx context.Context, h heard) error {
	for failures := int64(0); ; failures++ {
		err := a.store(ctx, h)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait(ctx, min(max(retryAfter(err), core.Pause(failures, a.chance())), longestTime))
	}
}

// store hands what was heard to the inbox. What the inbox refuses is kept aside, so that the conversation goes on. The error says that
// the inbox takes nothing now, or that ctx has ended.
func (a *Adapter) store(ctx context.Context, h heard) error {
	if h.notice != "" {
		a.config.Log.Warn(h.notice)
	}
	if h.Verb == "" {
		return nil
	}
	err := a.handIn(ctx, h.Inbound)
	if err == nil || isPassing(err) || ctx.Err() != nil {
		return err
	}
	a.config.Log.Warn("update kept aside", "verb", string(h.Verb), "error", err)
	err = a.handIn(ctx, h.aside("It could not be taken."))
	if err == nil || isPassing(err) || ctx.Err() != nil {
		return err
	}
	a.config.Log.Error("update lost: it could not even be kept aside", "error", err)
	return nil
}

// handIn hands an inbound in, again if there was an error of which nothing is known.
func (a *Adapter) handIn(ctx context.Context, in core.Inbound) (err error) {
	in.Raw = a.api.redactText(in.Raw)
	for try := 1; ; try++ {
		err = a.config.Inbox.Receive(ctx, in)
		if err == nil || isPassing(err) || isFinal(err) || try == maxTries || ctx.Err() != nil {
			return err
		}
		wait(ctx, retryPause)
	}
}

// isPassing tells whether the inbox will take the same later.
func isPassing(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Busy || kind == core.Unavailable || kind == core.Throttled
}

// isFinal tells whether the inbox will never take it.
func isFinal(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Invalid || kind == core.Forbidden
}

// retryAfter is how long the inbox wants to be left alone.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}
