package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"parley/channels/channeltest"
	"parley/core"
)

// caller is a driver whose Slack calls the adapter: of each room one thing after the other, each until it is taken.
type caller struct {
	*driver
	to      sync.Mutex // over what follows
	handler http.Handler
	moved   chan struct{} // closed when there is another handler
	slug    string
	woken   chan struct{} // run looks again
	busy    map[string]bool
}

func newCaller(t channeltest.T) *caller {
	c := &caller{driver: newDriver(ModeEvents), moved: make(chan struct{}), woken: make(chan struct{}, 1), busy: map[string]bool{}}
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
	c.to.Lock()
	c.slug = channel.Slug
	c.to.Unlock()
	return c.driver.Open(channel, k)
}

func (c *caller) Calls(h http.Handler) {
	c.to.Lock()
	defer c.to.Unlock()
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

// run brings what there is to tell.
func (c *caller) run(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	for ctx.Err() == nil {
		c.mu.Lock()
		c.hand.Lock()
		feed, changed := slices.Clone(c.feed), c.changed
		silent := c.down || c.bot != c.key.Bot
		c.hand.Unlock()
		c.mu.Unlock()
		c.to.Lock()
		for _, t := range feed {
			if silent || c.handler == nil || c.busy[t.room] {
				continue
			}
			c.busy[t.room] = true
			handler, moved := c.handler, c.moved
			calls.Go(func() {
				if c.bring(ctx, t, handler, moved) {
					c.taken(t.number)
				}
				c.to.Lock()
				delete(c.busy, t.room)
				c.to.Unlock()
				c.wake()
			})
		}
		c.to.Unlock()
		select {
		case <-ctx.Done():
		case <-changed:
		case <-c.woken:
		}
	}
}

// bring calls once, and gives up after a while, and where somebody else is to be called.
func (c *caller) bring(ctx context.Context, t told, handler http.Handler, moved <-chan struct{}) bool {
	limited, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c.hand.Lock()
	r := c.Request(t.body, c.clock()).WithContext(limited)
	c.hand.Unlock()
	status := make(chan int, 1)
	go func() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		status <- w.Code
	}()
	select {
	case s := <-status:
		if s/100 == 2 {
			return true
		}
	case <-moved:
	case <-limited.Done():
	}
	wait(ctx, 5*time.Millisecond)
	return false
}

func (c *caller) Body(customer int, text string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	ts := c.keep(map[string]any{"type": "message", "channel": roomOf(customer), "user": userOf(customer), "text": text, "thread_ts": ""})
	body, err := json.Marshal(map[string]any{"type": "event_callback", "team_id": "T1", "event_id": "Ev" + ts, "event": map[string]any{
		"type": "message", "channel": roomOf(customer), "channel_type": "im", "user": userOf(customer), "text": text, "ts": ts, "event_ts": ts,
	}})
	if err != nil {
		panic(err)
	}
	return body
}

func (c *caller) Request(body []byte, at time.Time) *http.Request {
	r := signed("application/json", string(body), at)
	c.to.Lock()
	defer c.to.Unlock()
	r.URL.Path = "/hooks/slack/" + c.slug
	return r
}

func (c *caller) Forge(r *http.Request, way int) bool {
	good := r.Header.Get(signatureHeader)
	switch way {
	case 0:
		r.Header.Del(signatureHeader)
	case 1:
		r.Header.Set(signatureHeader, "")
	case 2:
		r.Header.Set(signatureHeader, good[:len(good)-1])
	case 3:
		r.Header.Set(signatureHeader, "v0="+good[len(good)-64:len(good)-2]+"00")
		if r.Header.Get(signatureHeader) == good {
			r.Header.Set(signatureHeader, "v0="+good[len(good)-64:len(good)-2]+"01")
		}
	case 4:
		r.Header.Del(timeHeader)
	case 5:
		r.Header.Set(signatureHeader, testSigning.Reveal())
	default:
		return false
	}
	return true
}

// Stamped is true: Slack signs the time, too.
func (c *caller) Stamped() bool { return true }
