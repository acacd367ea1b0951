package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/core"
)

const (
	maxBody         = 1 << 20 // bytes
	maxSkew         = 5 * time.Minute
	signatureHeader = "X-Slack-Signature"
	timeHeader      = "X-Slack-Request-Timestamp"
)

// ServeHTTP takes what Slack tells, in the mode events: events, what people press, and commands. 200 says that it is stored, or that there
// is nothing to store; 503 that Slack shall tell it again. Nothing is read of what Slack has not signed.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.settings.Mode != ModeEvents {
		http.Error(w, "no such channel", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "cannot be read", http.StatusBadRequest)
		return
	}
	if reason := a.verify(r.Header, body); reason != "" {
		a.config.Log.InfoContext(r.Context(), "a call was refused that is not, or not lately, Slack's", "reason", reason)
		http.Error(w, reason, http.StatusUnauthorized)
		return
	}
	a.serve(w, r, body)
}

// serve answers a call that is Slack's.
func (a *Adapter) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	c, status, text := a.take(r.Header.Get("Content-Type"), body)
	if status != 0 {
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
		return
	}
	// Slack hangs up after three seconds. What is half done is done all the same, and found done when Slack tells of it again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), workTime)
	defer cancel()
	answer, err := c.finish(ctx, a.pace.hold)
	if err != nil {
		a.config.Log.InfoContext(ctx, "slack is asked to tell it again", "error", err)
		after := max(pauseOf(err), time.Second)
		w.Header().Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
		http.Error(w, "again later", http.StatusServiceUnavailable)
		return
	}
	write(w, answer.body)
	answer.follow(ctx)
}

// write answers at once, though the handler may go on.
func write(w http.ResponseWriter, body any) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil { // words and blocks always marshal
			panic(err)
		}
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(text)
	_ = http.NewResponseController(w).Flush() // where that cannot be, Slack waits until the handler ends
}

// take takes in what Slack tells. A status is the answer already.
func (a *Adapter) take(contentType string, body []byte) (c call, status int, text string) {
	kind, _, _ := mime.ParseMediaType(contentType)
	var err error
	switch kind {
	case "application/json":
		var e envelope
		if err = json.Unmarshal(body, &e); err == nil && e.Type == "url_verification" {
			return call{}, http.StatusOK, e.Challenge
		}
		c, err = a.takeEvent(body)
	case "application/x-www-form-urlencoded":
		var form url.Values
		form, err = url.ParseQuery(string(body))
		switch {
		case err != nil:
		case form.Has("payload"):
			c, err = a.takePress([]byte(form.Get("payload")))
		case form.Has("command"):
			c = a.takeCommand(commandOf(form))
		case !form.Has("ssl_check"):
			err = errors.New("neither an interaction nor a command")
		}
	default:
		return call{}, http.StatusUnsupportedMediaType, "neither JSON nor a form"
	}
	switch {
	case core.KindOf(err) == core.Busy:
		return call{}, http.StatusServiceUnavailable, "again later"
	case err != nil:
		return call{}, http.StatusBadRequest, "cannot be read"
	}
	return c, 0, ""
}

// verify says why a call is not Slack's, or not a new one; "" if it is. https://docs.slack.dev/authentication/verifying-requests-from-slack
func (a *Adapter) verify(header http.Header, body []byte) string {
	given, signed := strings.CutPrefix(header.Get(signatureHeader), "v0=")
	at := header.Get(timeHeader)
	signature, err := hex.DecodeString(given)
	if !signed || err != nil || at == "" {
		return "not signed"
	}
	code := hmac.New(sha256.New, []byte(a.config.Secrets.Signing.Reveal()))
	_, _ = fmt.Fprintf(code, "v0:%s:", at) // never fails
	_, _ = code.Write(body)
	if !hmac.Equal(signature, code.Sum(nil)) {
		return "wrongly signed"
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return "wrongly signed"
	}
	skew := a.config.Clock().Sub(time.Unix(seconds, 0))
	if skew > maxSkew || skew < -maxSkew {
		a.trouble(troubleClock, skewed(skew), nil)
		return "too far from this server's time"
	}
	a.trouble(troubleClock, "", nil)
	return ""
}

// skewed says that the clocks differ. Either may be wrong, but Slack's is looked after.
func skewed(by time.Duration) string {
	way := "ahead of"
	if by < 0 {
		by, way = -by, "behind"
	}
	return fmt.Sprintf("This server's clock is %s %s Slack's, so what Slack tells is refused: set the clock right.", by.Round(time.Minute), way)
}
