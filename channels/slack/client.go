package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"parley/core"
)

const (
	callTime  = 25 * time.Second // for one call
	idleTime  = 20 * time.Second // a connection that was just closed cannot be told from a lost call
	maxAnswer = 10 << 20         // bytes
	maxWord   = 80               // bytes of Slack's word for what is wrong that are kept
	maxRetry  = 24 * time.Hour
)

// client calls the Web API. Each call is one request: nothing is repeated, and no redirection followed.
type client struct {
	api   *slack.Client
	calls *http.Client // as api makes calls
	files *http.Client // for the bytes of files, which take their time
	base  *url.URL     // of the API
	token core.Secret
}

// newClient makes a client. apiURL is "" for Slack's own.
func newClient(given *http.Client, apiURL string, s Secrets) *client {
	if apiURL == "" {
		apiURL = slack.APIURL
	}
	apiURL = strings.TrimRight(apiURL, "/") + "/" // the names of methods are put right behind it
	base, err := url.Parse(apiURL)
	if err != nil { // New has looked at it
		base = &url.URL{}
	}
	calls := careful(given, apiURL)
	return &client{
		api:   slack.New(s.Bot.Reveal(), slack.OptionAPIURL(apiURL), slack.OptionHTTPClient(calls), slack.OptionAppLevelToken(s.App.Reveal())),
		calls: calls, files: plainly(calls), base: base, token: s.Bot,
	}
}

// call calls a method, and reads the answer into something. It is for answers of which slack-go wants to understand more than we do.
func (c *client) call(ctx context.Context, method string, form url.Values, into any) error {
	form.Set("token", c.token.Reveal())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath(method).String(), strings.NewReader(form.Encode()))
	if err != nil {
		return plain(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.calls.Do(request)
	if err != nil {
		return plain(err)
	}
	defer response.Body.Close() //nolint:errcheck // was only read
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var r refusal
	if err := json.Unmarshal(body, &r); err != nil || r.OK == nil || !*r.OK {
		return slack.SlackErrorResponse{Err: r.Word, Needed: r.Needed, Provided: r.Provided}
	}
	return json.Unmarshal(body, into)
}

// plainly gives a client beside a careful one whose answers are read as they come, and whose time is its caller's.
func plainly(calls *http.Client) *http.Client {
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if w, ok := calls.Transport.(witness); ok {
		c.Transport = w.through
	}
	return c
}

// careful gives an HTTP client whose failures tell how far a call came: slack.Client loses that, and so does an http.Client with a
// time-out of its own. With HTTP/1 a request either has the connection for itself, or has not begun.
func careful(given *http.Client, apiURL string) *http.Client {
	c := &http.Client{}
	if given != nil {
		*c = *given
	}
	w := witness{c.Transport, c.Timeout, apiURL}
	if w.within == 0 {
		w.within = callTime
	}
	if w.through == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		t.IdleConnTimeout, t.MaxIdleConnsPerHost = idleTime, 16
		w.through = t
	}
	c.Transport, c.Timeout = w, 0
	return c
}

// witness makes a call. Its errors are *failure; the answers that it lets through are Slack's, and whole. A redirection is none.
type witness struct {
	through http.RoundTripper
	within  time.Duration
	api     string // answers of other addresses, such as a response_url, have no form
}

func (w witness) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(request.Context(), w.within)
	defer cancel()
	f := &failure{method: path.Base(request.URL.Path)}
	var left atomic.Bool
	response, err := w.through.RoundTrip(watched(request.WithContext(ctx), &left))
	f.left = left.Load()
	if err != nil {
		f.err = plain(err)
		return nil, f
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer)) // a longer one breaks off, and cannot be read
	_ = response.Body.Close()
	f.left, f.status = true, response.StatusCode
	if err != nil {
		f.err = fmt.Errorf("read the answer: %w", plain(err))
		return nil, f
	}
	f.err = f.judge(response.Header)
	if f.err == nil && strings.HasPrefix(request.URL.String(), w.api) {
		body, f.err = f.read(body)
	} else if f.err == nil && f.status != http.StatusOK {
		f.err = statusError(f.status)
	}
	if f.err != nil {
		return nil, f
	}
	response.StatusCode, response.Body, response.ContentLength = http.StatusOK, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return response, nil
}

// watched gives the request with a body that notes when all of it was taken to be sent.
func watched(request *http.Request, left *atomic.Bool) *http.Request {
	if request.Body == nil || request.Body == http.NoBody {
		return request
	}
	copied := *request
	copied.Body = &leaving{ReadCloser: request.Body, rest: request.ContentLength, left: left}
	if request.GetBody != nil {
		copied.GetBody = func() (io.ReadCloser, error) {
			body, err := request.GetBody()
			left.Store(false)
			return &leaving{ReadCloser: body, rest: request.ContentLength, left: left}, err
		}
	}
	return &copied
}

// leaving is a request's body that notes when all of it was taken to be sent.
type leaving struct {
	io.ReadCloser
	rest int64
	left *atomic.Bool
}

func (l *leaving) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.rest -= int64(n); l.rest <= 0 {
		l.left.Store(true)
	}
	return n, err
}

// plain takes the address out of a transport's error.
func plain(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// refusal is what Slack says to a call that it does not do.
type refusal struct {
	OK       *bool  `json:"ok"`
	Word     string `json:"error"`
	Needed   string `json:"needed,omitempty"`
	Provided string `json:"provided,omitempty"`
}

// judge looks at an answer's status, as far as that says all.
func (f *failure) judge(header http.Header) error {
	switch {
	case f.status == http.StatusTooManyRequests:
		f.retry = retryAfter(header)
		return &slack.RateLimitedError{RetryAfter: f.retry}
	case f.status >= http.StatusInternalServerError:
		return statusError(f.status)
	}
	return nil
}

func statusError(status int) error {
	return slack.StatusCodeError{Code: status, Status: strconv.Itoa(status)}
}

// read looks at an answer of the Web API, and gives what slack.Client shall read of it.
func (f *failure) read(body []byte) ([]byte, error) {
	var r refusal
	err := json.Unmarshal(body, &r)
	slacks := err == nil && r.OK != nil && (*r.OK || r.Word != "")
	switch {
	case f.status != http.StatusOK && (!slacks || *r.OK):
		return nil, statusError(f.status)
	case !slacks:
		return nil, errors.New("the answer is not Slack's")
	case *r.OK:
		return body, nil
	}
	if !isWord(r.Word) {
		r.Word = "unknown"
	}
	return json.Marshal(r)
}

// retryAfter is how long Slack asks to wait: a second, if it does not say.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.ParseInt(header.Get("Retry-After"), 10, 64)
	if err != nil {
		return time.Second
	}
	return time.Duration(min(max(seconds, 1), int64(maxRetry/time.Second))) * time.Second
}
