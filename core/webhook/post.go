package webhook

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/core"
)

// MaxAnswer is how much of an answer is read unless a call says otherwise, in bytes.
const MaxAnswer = 64 << 10

// maxRetryAfter is the longest pause that an answer may ask for.
const maxRetryAfter = 24 * time.Hour

const secretPrefix = "whsec_"

// NewSecret makes a secret to sign with, as Standard Webhooks write them: whsec_ and 32 bytes in base64.
func NewSecret() core.Secret {
	b, err := base64.RawURLEncoding.DecodeString(core.NewToken().Reveal())
	if err != nil { // what NewToken makes can be read
		panic(err)
	}
	return core.Secret(secretPrefix + base64.StdEncoding.EncodeToString(b))
}

// CanSign tells whether a secret is one as Standard Webhooks write them.
func CanSign(secret core.Secret) bool {
	key, prefixed := strings.CutPrefix(secret.Reveal(), secretPrefix)
	b, err := base64.StdEncoding.DecodeString(key)
	return prefixed && err == nil && len(b) >= 24
}

// Call is one call.
type Call struct {
	URL     string        // CheckURL let it pass
	ID      string        // of what is told: the same at every attempt; without a dot
	Body    []byte        // JSON
	Secrets []core.Secret // by each of which it is signed: whsec_…; one at least
	Most    int           // so much of its answer is read, in bytes; zero: MaxAnswer
}

// Answer is what came back.
type Answer struct {
	Status     int
	Header     http.Header
	Body       []byte        // as much of it as was to be read
	Cut        bool          // there was more
	RetryAfter time.Duration // what it asks for, a day at most; zero: nothing
}

// Post makes a call, once, by a Guard's client; now is the time that is signed. Whatever the status, there is no error where an answer came. Errors: Forbidden
// where the host is inside, Invalid for a secret or an address that cannot be, Unavailable where it was not reached, Uncertain where no answer
// came of it. Their Reason is for people, and says nothing of the address.
func Post(ctx context.Context, client *http.Client, c Call, now time.Time) (Answer, error) {
	const op = "webhook.Post"
	signature, err := sign(c, now)
	if err != nil {
		return Answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(c.Body))
	if err != nil {
		return Answer{}, &core.Error{Op: op, Kind: core.Invalid, Field: "url", Err: withoutAddress(err)}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(standardwebhooks.HeaderWebhookID, c.ID)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return Send(client, r, cmp.Or(c.Most, MaxAnswer), now)
}

// Send makes a call of another shape, once, by a Guard's client, and reads so much of its answer at most, in bytes. As with Post, there is no error where an
// answer came, and none repeats the address.
func Send(client *http.Client, r *http.Request, most int, now time.Time) (Answer, error) {
	r.Header.Set("User-Agent", "Parley")
	// With it net/http repeats a call that has an Idempotency-Key by itself, when a connection that was kept breaks.
	r.GetBody = nil
	response, err := client.Do(r) //nolint:gosec // the client is a Guard's: it reaches nothing inside
	if err != nil {
		return Answer{}, unanswered("webhook.Send", err)
	}
	defer response.Body.Close()
	a := Answer{Status: response.StatusCode, Header: response.Header, RetryAfter: retryAfter(response.Header.Get("Retry-After"), now)}
	a.Body, err = io.ReadAll(io.LimitReader(response.Body, int64(most)+1))
	if len(a.Body) > most {
		a.Body, a.Cut = a.Body[:most], true
	}
	if err != nil { // the status says what became of it all the same
		a.Cut = true
	}
	return a, nil
}

// sign gives the signatures by all secrets, the first one first.
func sign(c Call, now time.Time) (string, error) {
	var signatures []string
	for _, secret := range c.Secrets {
		hook, err := standardwebhooks.NewWebhook(secret.Reveal())
		if err != nil { // its text may have the secret in it
			return "", &core.Error{Op: "webhook.sign", Kind: core.Invalid, Field: "secret", Reason: "must be whsec_ and base64"}
		}
		signature, err := hook.Sign(c.ID, now, c.Body)
		if err != nil {
			return "", err
		}
		signatures = append(signatures, signature)
	}
	if len(signatures) == 0 {
		return "", &core.Error{Op: "webhook.sign", Kind: core.Invalid, Field: "secret", Reason: "is missing"}
	}
	return strings.Join(signatures, " "), nil
}

// unanswered says why no answer came.
func unanswered(op string, err error) error {
	kind, reason := core.Uncertain, "The connection broke before an answer came."
	var dns *net.DNSError
	var dial *net.OpError
	switch refused, ok := errors.AsType[*core.Error](err); {
	case ok:
		kind, reason = refused.Kind, "The address "+refused.Reason+"."
	case Refused(err):
		kind, reason = core.Forbidden, "The host is in a private network, which whoever runs Parley has not allowed (PARLEY_INSIDE_HOSTS)."
	case errors.As(err, &dns):
		kind, reason = core.Unavailable, "The host's name was not found."
	case errors.As(err, &dial) && dial.Op == "dial":
		kind, reason = core.Unavailable, "The host could not be reached."
	case errors.Is(err, context.DeadlineExceeded):
		reason = "No answer came in time."
	}
	return &core.Error{Op: op, Kind: kind, Reason: reason, Err: withoutAddress(err)}
}

// withoutAddress gives an error without what was called.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// retryAfter reads a number of seconds or a time.
func retryAfter(text string, now time.Time) time.Duration {
	pause := time.Duration(0)
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		pause = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		pause = at.Sub(now)
	}
	return min(max(pause, 0), maxRetryAfter)
}
