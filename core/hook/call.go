package hook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/webhook"
)

// maxAnswer is how much of an answer is kept, in bytes.
const maxAnswer = 2 << 10

// purpose is what hooks' secrets are sealed for.
const purpose = "hook"

// start calls the hooks to which something is due and that are not being called.
func (h *holding) start(ctx context.Context) error {
	due, err := h.Store.HooksDue(ctx)
	if err != nil {
		return err
	}
	now := core.At(h.Clock())
	for _, d := range due {
		if d.DueAt > now || !h.begin(d.ID) {
			continue
		}
		h.calls.Go(func() {
			defer h.Ring() // what came meanwhile is due
			defer h.end(d.ID)
			if err := h.run(ctx, d.ID); err != nil && ctx.Err() == nil {
				h.Log.WarnContext(ctx, "a hook is not called now", "hook", d.ID, "error", err)
			}
		})
	}
	return nil
}

// begin makes a hook busy; false if it is.
func (h *holding) begin(id core.HookID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[id] {
		return false
	}
	h.busy[id] = true
	return true
}

func (h *holding) end(id core.HookID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.busy, id)
}

// run makes a hook's calls, one after the other, as long as it takes them.
func (h *holding) run(ctx context.Context, id core.HookID) error {
	for ctx.Err() == nil {
		hook, err := h.Store.Hook(ctx, id)
		if err != nil || !hook.Enabled() {
			return found(err)
		}
		c, err := h.Store.NextHookCall(ctx, id, core.At(h.Clock()))
		if err != nil {
			return found(err)
		}
		attempt, retryAfter := h.try(ctx, hook, c)
		if ctx.Err() != nil {
			return nil
		}
		now := core.At(h.Clock())
		v := core.JudgeHook(c, attempt.Status, retryAfter, now, h.Chance())
		c.HookAttempt, c.Attempts, c.DueAt = attempt, c.Attempts+1, now.Add(v.Pause)
		err = h.write(ctx, func(w *store.Work) error {
			if w.SettleHookCall(c, v); v.Off {
				w.Tell(core.Event{Kind: core.EventHookChanged, Audience: core.AgentsOnly, ActorKind: core.BySystem})
			}
			return nil
		})
		if v.Off && err == nil {
			h.Log.WarnContext(ctx, "a hook wants no more calls, and was switched off", "hook", id)
		}
		if err != nil || v.Whole || v.Off {
			return err
		}
	}
	return nil
}

// found makes an error of what is not there any more none.
func found(err error) error {
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	return err
}

// Seal hides a new secret.
func (x *Hooks) Seal(secret core.Secret) string { return x.seal.Seal(secret, purpose) }

// Check refuses as Invalid a hook that cannot be.
func (x *Hooks) Check(h core.Hook) error {
	if err := h.Check(); err != nil {
		return err
	}
	return x.Guard.CheckURL("url", h.URL)
}

// Test calls a hook once with something that has not happened, as it would be called, and says what came of it. Nothing is kept.
func (x *Hooks) Test(ctx context.Context, h core.Hook, id string, body []byte) core.HookAttempt {
	attempt, _ := x.try(ctx, h, core.HookCall{ID: id, Body: string(body)})
	return attempt
}

// try makes one attempt.
func (x *Hooks) try(ctx context.Context, h core.Hook, c core.HookCall) (a core.HookAttempt, retryAfter time.Duration) {
	began := x.Clock()
	a.TriedAt = core.At(began)
	secrets, err := x.secrets(h, a.TriedAt)
	var answer webhook.Answer
	if err == nil {
		answer, err = webhook.Post(ctx, x.client, webhook.Call{URL: h.URL, ID: c.ID, Body: []byte(c.Body), Secrets: secrets}, began)
	}
	a.Took, a.Status = x.Clock().Sub(began).Microseconds(), answer.Status
	a.Answer, a.Reason = quote(answer, secrets), reasonOf(answer.Status, err)
	return a, answer.RetryAfter
}

// secrets gives those that sign now, the newest first. One from before that was sealed with another key signs no more.
func (x *Hooks) secrets(h core.Hook, now core.Time) ([]core.Secret, error) {
	secret, err := x.seal.Open(h.Sealed, purpose)
	if err != nil {
		return nil, &core.Error{Op: "hook.secrets", Kind: core.Invalid, Reason: "Its secret was sealed with another key: give it a new one.", Err: err}
	}
	secrets := []core.Secret{secret}
	if now < h.FormerUntil {
		if former, err := x.seal.Open(h.Former, purpose); err == nil {
			secrets = append(secrets, former)
		}
	}
	return secrets, nil
}

// quote gives the beginning of an answer as text, without the secrets, which a hook has too and may show when it fails.
func quote(a webhook.Answer, secrets []core.Secret) string {
	text := string(a.Body)
	for _, s := range secrets {
		text = strings.ReplaceAll(text, strings.TrimRight(strings.TrimPrefix(s.Reveal(), "whsec_"), "="), "[redacted]")
	}
	cut := a.Cut || len(text) > maxAnswer
	text = strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), maxAnswer)], "�"), "\x00", "�")
	if cut {
		text += "…"
	}
	return text
}

// reasonOf says in a sentence why a call has not arrived; "": it has.
func reasonOf(status int, err error) string {
	switch e, _ := errors.AsType[*core.Error](err); {
	case e != nil && e.Reason != "":
		return e.Reason
	case err != nil:
		return "It could not be called."
	case status >= 200 && status < 300:
		return ""
	case status >= 300 && status < 400:
		return fmt.Sprintf("It answered %d, a redirect, which is not followed: give the address where it leads.", status)
	case status == http.StatusGone:
		return "It answered 410 Gone, and was switched off."
	}
	return strings.TrimSpace(fmt.Sprintf("It answered %d %s", status, http.StatusText(status))) + "."
}
