package telegram

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"parley/core"
)

const (
	lookTime       = 3 * time.Minute
	storeTime      = 20 * time.Second                  // for one call of Telegram's
	maxBody        = 1 << 20                           // bytes
	maxConnections = 10                                // of Telegram's at once
	secretHeader   = "X-Telegram-Bot-Api-Secret-Token" //nolint:gosec // a header's name
)

const reasonHookRefused = "Telegram does not accept this server's public address: it must be https, on port 443, 80, 88 or 8443, and one that it can reach."

// hookURL is what Telegram calls.
func (a *Adapter) hookURL() string {
	return a.config.PublicURL + "/hooks/telegram/" + a.config.Channel.Slug
}

// watch has Telegram call this server, and looks whether it can, until ctx ends.
func (a *Adapter) watch(ctx context.Context) error {
	err := a.persist(ctx, func() error {
		return a.api.call(ctx, callTime, "setWebhook", &bot.SetWebhookParams{
			URL: a.hookURL(), SecretToken: a.config.WebhookSecret.Reveal(), AllowedUpdates: allowed, MaxConnections: maxConnections,
		}, nil)
	})
	if e, ok := errors.AsType[*core.Error](err); ok && e.Kind == core.Invalid {
		e.Reason = reasonHookRefused
	}
	for err == nil && ctx.Err() == nil {
		var hook models.WebhookInfo
		err = a.persist(ctx, func() (err error) {
			hook, err = a.webhook(ctx)
			return err
		})
		if err == nil && ctx.Err() == nil {
			a.trouble(a.ails(hook), nil)
			wait(ctx, a.look)
		}
	}
	return err
}

// webhook asks what Telegram knows of the webhook.
func (a *Adapter) webhook(ctx context.Context) (hook models.WebhookInfo, err error) {
	err = a.api.call(ctx, callTime, "getWebhookInfo", struct{}{}, &hook)
	return hook, err
}

// ails says what is wrong with the webhook, "" for nothing. Telegram names its last failure for ever; an old one says nothing.
func (a *Adapter) ails(hook models.WebhookInfo) string {
	switch {
	case hook.URL == "":
		return "Telegram does not call this server: its webhook was taken away, or is not set yet."
	case hook.URL != a.hookURL():
		return "Telegram calls another program: it has set its own webhook for this bot."
	case hook.PendingUpdateCount == 0 || a.config.Clock().Sub(time.Unix(int64(hook.LastErrorDate), 0)) > 2*a.look:
		return ""
	}
	why := "its last call failed"
	for _, known := range []struct{ word, why string }{
		{"ssl", "this server's certificate does not satisfy it"},
		{"certificate", "this server's certificate does not satisfy it"},
		{"wrong response", "this server answered its call with an error"},
		{"resolve", "it does not find this server's name"},
		{"timed out", "this server does not answer in time"},
		{"timeout", "this server does not answer in time"},
		{"connection", "it cannot reach this server"},
	} {
		if strings.Contains(strings.ToLower(hook.LastErrorMessage), known.word) {
			why = known.why
			break
		}
	}
	return fmt.Sprintf("Telegram cannot hand its updates over, %d wait: %s.", hook.PendingUpdateCount, why)
}

// ServeHTTP takes an update that Telegram brings, in the mode webhook. 200 says that it is stored.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status, text := a.admit(r); status != 0 {
		http.Error(w, text, status)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		} else {
			http.Error(w, "cannot be read", http.StatusBadRequest)
		}
		return
	}
	u, err := parse(body)
	if err != nil {
		http.Error(w, "not an update", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), storeTime)
	defer cancel()
	if err := a.store(ctx, receive(a.config.Channel, u)); err != nil {
		after := max(retryAfter(err), time.Second)
		w.Header().Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
		http.Error(w, "again later", http.StatusServiceUnavailable)
		return
	}
	a.received()
	w.WriteHeader(http.StatusOK)
}

// admit says why a call is not let in, 0 if it is. Nothing of its body is read.
func (a *Adapter) admit(r *http.Request) (int, string) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case a.settings.Mode != ModeWebhook:
		return http.StatusNotFound, "no such channel"
	case !hmac.Equal([]byte(r.Header.Get(secretHeader)), []byte(a.config.WebhookSecret.Reveal())):
		a.config.Log.Info("webhook refused: it does not know the secret")
		return http.StatusUnauthorized, "unauthorized"
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "only POST"
	case err != nil || kind != "application/json":
		return http.StatusUnsupportedMediaType, "only application/json"
	case r.Header.Get("Content-Encoding") != "":
		return http.StatusUnsupportedMediaType, "only as it is"
	}
	return 0, ""
}
