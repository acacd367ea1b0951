package slack

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/core"
)

// Where something can be wrong while everything else is well.
const (
	troubleToken = iota
	troubleSocket
	troubleClock
	troubleRoom
	troubleScope
	troubles
)

// trouble tells what is wrong at one place, "" for nothing, and logs when that changes what is wrong in all.
func (a *Adapter) trouble(where int, reason string, err error) {
	a.mu.Lock()
	a.problems[where] = reason
	now := cmp.Or(a.problems[:]...)
	changed := a.problem != now
	a.problem = now
	a.mu.Unlock()
	switch {
	case changed && now == "":
		a.config.Log.Info("slack is well again")
	case changed && err != nil:
		a.config.Log.Warn("slack is in trouble", "reason", now, "error", err)
	case changed:
		a.config.Log.Warn("slack is in trouble", "reason", now)
	}
	if a.config.Trouble != nil && (changed || where != troubleClock) {
		a.config.Trouble(now)
	}
}

// roomTrouble tells what is wrong with a room, "" for nothing. Of several rooms the one that was refused last counts.
func (a *Adapter) roomTrouble(room, reason string) {
	a.mu.Lock()
	passed := reason == "" && a.refusing != room
	if !passed {
		a.refusing = ""
		if reason != "" {
			a.refusing = room
		}
	}
	a.mu.Unlock()
	if !passed {
		a.trouble(troubleRoom, reason, nil)
	}
}

// permitted notes which permissions the app has, as Slack tells with an answer.
func (a *Adapter) permitted(header http.Header) {
	var needs []string
	if a.settings.LinkByEmail {
		needs = append(needs, ScopeEmail)
	}
	if a.settings.DND != "" {
		needs = append(needs, ScopeQuiet)
	}
	missing := lacking(header, needs)
	a.mu.Lock()
	a.missing = missing
	a.mu.Unlock()
	reason := ""
	if len(missing) > 0 {
		reason = "The app lacks the permissions " + strings.Join(missing, ", ") + " in Slack: install it again with Parley's manifest."
	}
	a.trouble(troubleScope, reason, nil)
}

// lacks tells whether the app was not given a permission.
func (a *Adapter) lacks(scope string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.missing, scope)
}

// ails says what is wrong, "" for nothing.
func (a *Adapter) ails() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.problem
}

func (a *Adapter) received() {
	if a.config.Received != nil {
		a.config.Received()
	}
}

// reasonOf gives what people are told of an error, "" for none.
func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*core.Error](err); ok && e.Reason != "" {
		return e.Reason
	}
	return reasonSilent
}

// pauseOf is how long to wait at least after an error, as it says itself.
func pauseOf(err error) time.Duration {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// wait waits, or ends with ctx.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// passing tells whether the desk will take the same later. Of what went wrong for no known cause, that is hoped.
func passing(err error) bool {
	switch core.KindOf(err) {
	case core.Busy, core.Unavailable, core.Throttled, core.Uncertain, "":
		return err != nil
	}
	return false
}
