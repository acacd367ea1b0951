package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"parley/core"
)

const (
	callTime  = 25 * time.Second // for one call, but for one that waits for updates
	idleTime  = 20 * time.Second // less than Telegram keeps a connection: one that it has just closed cannot be told from a lost call
	maxAnswer = 10 << 20         // bytes
	maxTell   = 200              // bytes of what Telegram says of a failure that are kept
	maxRetry  = 24 * time.Hour
)

// client calls the Bot API. Each call is one request: nothing is repeated, and no redirection followed.
type client struct {
	http  http.Client
	base  string // with the token, so it is never shown
	files string // likewise: what the addresses of files begin with
	token core.Secret
}

// newClient makes a client. With HTTP/1 a request either has the connection for itself, or has not begun.
func newClient(given *http.Client, apiURL string, token core.Secret) *client {
	c := &client{base: apiURL + "/bot" + token.Reveal() + "/", files: apiURL + "/file/bot" + token.Reveal() + "/", token: token}
	if given != nil {
		c.http = *given
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		t.IdleConnTimeout, t.MaxIdleConnsPerHost = idleTime, 16
		c.http.Transport = t
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// call calls a method and reads its result, unless that is nil. Its errors are *failure.
func (c *client) call(ctx context.Context, within time.Duration, method string, params, result any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return &failure{method: method, err: err}
	}
	return c.post(ctx, within, method, content{
		mediaType: "application/json", size: int64(len(body)),
		open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}, result)
}

// content is a request's body, which open gives from the start each time.
type content struct {
	mediaType string
	size      int64 // bytes, exactly
	open      func() (io.ReadCloser, error)
}

// post calls a method as call does.
func (c *client) post(ctx context.Context, within time.Duration, method string, what content, result any) error {
	f := &failure{method: method}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var left atomic.Int64
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+method, nil)
	if err != nil {
		f.err = c.redact(err)
		return f
	}
	request.Header.Set("Content-Type", what.mediaType)
	request.ContentLength = what.size
	request.GetBody = func() (io.ReadCloser, error) {
		left.Store(0)
		body, err := what.open()
		return &leaving{body, &left}, err
	}
	if request.Body, err = request.GetBody(); err != nil {
		f.err = err
		return f
	}
	response, err := c.http.Do(request)
	f.left, f.begun = left.Load() >= what.size, left.Load() > 0
	if err != nil {
		f.err = c.redact(err)
		return f
	}
	defer response.Body.Close()
	return c.read(f, response, result)
}

// leaving is a request's body that counts what was taken of it to be sent. httptrace tells when that was all, too, but may tell it after
// the network has answered.
type leaving struct {
	io.ReadCloser
	left *atomic.Int64
}

func (l *leaving) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.left.Add(int64(n))
	return n, err
}

// redact takes the address, and the token wherever else it stands, out of a transport's error.
func (c *client) redact(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if strings.Contains(err.Error(), c.token.Reveal()) {
		return errors.New(c.redactText(err.Error()))
	}
	return err
}

func (c *client) redactText(s string) string {
	return strings.ReplaceAll(s, c.token.Reveal(), "[redacted]")
}

// answer is what Telegram says to any call.
type answer struct {
	OK          *bool           `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int64 `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// read reads the answer to a call; nil if it is a good one, else f, which then says so.
func (c *client) read(f *failure, response *http.Response, result any) error {
	f.left, f.status = true, response.StatusCode
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer)) // a longer one breaks off, and cannot be read
	if err != nil {
		f.err = fmt.Errorf("read the answer: %w", err)
		return f
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || a.OK == nil {
		f.err = errors.New("the answer is not Telegram's")
		return f
	}
	if !*a.OK {
		if f.code = a.Code; f.code == 0 {
			f.code = f.status
		}
		text := c.redactText(a.Description) // before it is cut and made small: what is left of a token then would not be known as one
		f.text = strings.ToLower(strings.ToValidUTF8(text[:min(len(text), maxTell)], ""))
		f.retry = time.Duration(min(max(a.Parameters.RetryAfter, 0), int64(maxRetry/time.Second))) * time.Second
		f.moved = a.Parameters.MigrateTo != 0
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
