package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/channels/channeltest"
	"parley/core"
)

func TestConformanceByWebhook(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(t channeltest.T) channeltest.Driver { return newCaller(t) })
}

const publicURL = "https://chat.test"

// caller is a driver whose world calls the adapter, where the adapter has asked for that.
type caller struct {
	*driver

	hand    sync.Mutex // over what follows
	handler http.Handler
	moved   chan struct{} // closed when there is another handler
	slug    string
	woken   chan struct{} // run looks again
	busy    map[int64]bool
}

func newCaller(t channeltest.T) *caller {
	c := &caller{driver: newDriver(ModeWebhook), moved: make(chan struct{}), woken: make(chan struct{}, 1), busy: map[int64]bool{}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

func (c *caller) Open(channel core.Channel, k channeltest.Desk) (core.Adapter, error) {
	c.hand.Lock()
	c.slug = channel.Slug
	c.hand.Unlock()
	return c.driver.Open(channel, k)
}

func (c *caller) Calls(h http.Handler) {
	c.hand.Lock()
	defer c.hand.Unlock()
	c.handler = h
	close(c.moved)
	c.moved = make(chan struct{})
	c.wake()
}

// wake lets run look again.
func (c *caller) wake() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// run brings what there is to tell: of each chat one thing after the other, each until it is taken, and never more at once than the
// adapter wants connections.
func (c *caller) run(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	for ctx.Err() == nil {
		c.mu.Lock()
		feed, to, silent, changed := slices.Clone(c.feed), c.hook, c.down || c.rival || c.hook.url == "", c.changed
		c.mu.Unlock()
		c.hand.Lock()
		met := map[int64]bool{}
		for _, t := range feed {
			if silent || c.handler == nil || met[t.chat] || c.busy[t.chat] || len(c.busy) >= to.most {
				continue
			}
			met[t.chat], c.busy[t.chat] = true, true
			handler, moved := c.handler, c.moved
			calls.Go(func() {
				c.bring(ctx, t, to, handler, moved)
				c.hand.Lock()
				delete(c.busy, t.chat)
				c.hand.Unlock()
				c.wake()
			})
		}
		c.hand.Unlock()
		select {
		case <-ctx.Done():
		case <-changed:
		case <-c.woken:
		}
	}
}

// bring calls once, and gives up after a while, and where somebody else is to be called. It notes what came of it.
func (c *caller) bring(ctx context.Context, t told, to hook, handler http.Handler, moved <-chan struct{}) {
	limited, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	status := make(chan int, 1)
	go func() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, request(to.url, to.secret, t.raw).WithContext(limited))
		status <- w.Code
	}()
	failure := "Connection timed out"
	select {
	case s := <-status:
		failure = fmt.Sprintf("Wrong response from the webhook: %d %s", s, http.StatusText(s))
		if s/100 == 2 {
			failure = ""
		}
	case <-moved:
	case <-limited.Done():
	}
	if failure != "" {
		wait(ctx, 5*time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if failure != "" {
		c.hook.failure, c.hook.failedAt = failure, c.now()
		return
	}
	if i := slices.IndexFunc(c.feed, func(f told) bool { return f.number == t.number }); i >= 0 {
		c.feed = slices.Delete(c.feed, i, i+1)
		c.change()
	}
}

// request is a call of Telegram's.
func request(address, secret string, body []byte) *http.Request {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, u.Path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(secretHeader, secret)
	return r
}

func (c *caller) Body(customer int, text string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.of(customer)
	c.next++
	said := with(at.message(at.add(post{text: text}), c.now()), object{"text": text})
	body, err := json.Marshal(object{"update_id": c.next, "message": said})
	if err != nil {
		panic(err)
	}
	return body
}

func (c *caller) Request(body []byte, _ time.Time) *http.Request {
	c.hand.Lock()
	defer c.hand.Unlock()
	return request(publicURL+"/hooks/telegram/"+c.slug, testSecret.Reveal(), body)
}

func (c *caller) Forge(r *http.Request, way int) bool {
	switch way {
	case 0:
		r.Header.Del(secretHeader)
	case 1:
		r.Header.Set(secretHeader, "")
	case 2:
		r.Header.Set(secretHeader, testSecret.Reveal()+"x")
	case 3:
		r.Header.Set(secretHeader, testSecret.Reveal()[:8])
	case 4:
		r.Header.Set(secretHeader, testToken.Reveal())
	default:
		return false
	}
	return true
}

// Stamped is false: Telegram's calls carry a secret and no time.
func (c *caller) Stamped() bool { return false }
