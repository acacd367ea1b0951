package echo

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/channels/channeltest"
	"parley/core"
)

// The suite has cases for adapters that their network calls. Echo's is none; here is one that is, so that those cases are seen to find
// what they are for.
func TestConformanceOfAnAdapterThatIsCalled(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(t channeltest.T) channeltest.Driver { return newCaller(t) })
}

const (
	hookSecret core.Secret = "CANARY-hook-secret"
	timeHeader             = "X-Echo-Time"
	signHeader             = "X-Echo-Signature"
	window                 = 5 * time.Minute
	maxBody                = 1 << 20
)

func sign(at string, body []byte) string {
	h := hmac.New(sha256.New, []byte(hookSecret.Reveal()))
	fmt.Fprintf(h, "%s:%s", at, body)
	return hex.EncodeToString(h.Sum(nil))
}

// hooked is an adapter that its network calls.
type hooked struct {
	*Adapter
	clock  core.Clock
	skewed atomic.Bool

	gullible, trusting, silent bool // faults
}

// Run looks whether the network is there.
func (h *hooked) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := h.call(ctx, methodUpdates, updatesCall{}, nil)
		switch e := asked("echo.Run", err); {
		case ctx.Err() != nil:
		case err == nil && h.skewed.Load():
			h.config.Trouble("This server's clock and the network's differ by more than 5 minutes.")
		case err == nil:
			h.config.Trouble("")
		case e.Kind == core.Unauthorized:
			return e
		default:
			h.config.Trouble(e.Reason)
		}
		wait(ctx, 20*time.Millisecond)
	}
	return nil
}

func (h *hooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Content-Encoding") != "" && !h.gullible {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	limit := int64(maxBody)
	if h.gullible {
		limit = 1 << 30
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	at := r.Header.Get(timeHeader)
	signature := r.Header.Get(signHeader)
	if !hmac.Equal([]byte(signature), []byte(sign(at, body))) && (!h.trusting || signature != "") {
		h.config.Log.Info("request refused: it is not signed by the network")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if off := h.clock().Sub(time.Unix(seconds, 0)).Abs(); err != nil || off > window {
		h.config.Log.Info("request refused: it is not of now", "off", off)
		h.skewed.Store(!h.silent)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	h.skewed.Store(false)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err == nil {
			body, _ = io.ReadAll(z)
		}
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if _, empty := object["x"]; empty && !h.gullible {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
	defer cancel()
	if err := h.handIn(ctx, h.receive(h.config.Channel, body)); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h.config.Received()
}

// byArrival knows an update that has no number by how many have come before it.
func byArrival() func(core.Channel, []byte) heard {
	var n atomic.Int64
	return func(c core.Channel, raw []byte) heard {
		h := receive(c, raw)
		if h.number == 0 {
			h.Dedupe = fmt.Sprint("t", n.Add(1))
		}
		return h
	}
}

// caller is a driver whose network calls.
type caller struct {
	*driver

	mu      sync.Mutex
	handler http.Handler
	moved   chan struct{} // closed when there is another handler
	clock   core.Clock
	slug    string
	woken   chan struct{} // run looks again
	busy    map[int64]bool
}

func newCaller(t channeltest.T) *caller {
	c := &caller{driver: newDriver(false), moved: make(chan struct{}), woken: make(chan struct{}, 1), clock: core.SystemClock, busy: map[int64]bool{}}
	c.about.Secrets = append(c.about.Secrets, hookSecret)
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		c.run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

func (c *caller) Open(channel core.Channel, k channeltest.Desk) (core.Adapter, error) {
	a, err := c.driver.Open(channel, k)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock, c.slug = k.Clock, channel.Slug
	h := &hooked{Adapter: a.(*Adapter), clock: k.Clock}
	if c.fault.server != nil {
		c.fault.server(h)
	}
	return h, nil
}

func (c *caller) Calls(h http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler = h
	close(c.moved)
	c.moved = make(chan struct{})
	c.again()
}

// run brings what the network has to tell: of each chat one thing after the other, and each until it is taken.
func (c *caller) run(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	for ctx.Err() == nil {
		c.net.mu.Lock()
		feed, down, changed := slices.Clone(c.net.feed), c.net.down, c.net.changed
		c.net.mu.Unlock()
		c.mu.Lock()
		met := map[int64]bool{}
		for _, e := range feed {
			chat := chatOf(e.raw)
			if down || c.handler == nil || met[chat] || c.busy[chat] {
				continue
			}
			met[chat], c.busy[chat] = true, true
			calls.Go(func() {
				if c.bring(ctx, e.raw) {
					c.net.forget(e.number)
				}
				c.mu.Lock()
				c.busy[chat] = false
				c.mu.Unlock()
				c.again()
			})
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-changed:
		case <-c.woken:
		}
	}
}

// again lets run look again.
func (c *caller) again() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

func (n *Network) forget(number int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.feed = slices.DeleteFunc(n.feed, func(e entry) bool { return e.number == number })
	n.change()
}

func chatOf(raw []byte) int64 {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(raw, &members)
	for _, m := range members {
		var in struct {
			Chat int64 `json:"chat"`
		}
		if json.Unmarshal(m, &in) == nil && in.Chat != 0 {
			return in.Chat
		}
	}
	return 0
}

// bring calls once, and gives up after a while, and where somebody else is to be called.
func (c *caller) bring(ctx context.Context, raw []byte) bool {
	c.mu.Lock()
	handler, moved, now := c.handler, c.moved, c.clock()
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	status := make(chan int, 1)
	go func() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, c.Request(raw, now).WithContext(ctx))
		status <- w.Code
	}()
	select {
	case s := <-status:
		if s/100 != 2 {
			wait(ctx, 5*time.Millisecond)
		}
		return s/100 == 2
	case <-moved:
	case <-ctx.Done():
	}
	return false
}

func (c *caller) Body(customer int, text string) []byte {
	return fmt.Appendf(nil, `{"message":{"id":%d,"chat":%d,"from":{"id":%d,"name":"Carla"},"date":1790000000000,"text":%q}}`, c.reserve(int64(customer)), customer, 1000+customer, text)
}

func (c *caller) Request(body []byte, at time.Time) *http.Request {
	c.mu.Lock()
	path := "/hooks/" + Kind + "/" + c.slug
	c.mu.Unlock()
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(timeHeader, stamp)
	r.Header.Set(signHeader, sign(stamp, body))
	return r
}

func (c *caller) Forge(r *http.Request, way int) bool {
	switch way {
	case 0:
		r.Header.Del(signHeader)
	case 1:
		r.Header.Set(signHeader, hex.EncodeToString(make([]byte, sha256.Size)))
	case 2:
		r.Header.Del(timeHeader)
	default:
		return false
	}
	return true
}

func (c *caller) Stamped() bool { return true }
