package channeltest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// call lets the network call the adapter, and gives the status of the answer.
func (h *house) call(n *node, r *http.Request) int {
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	mux.Handle("/hooks/{kind}/{slug}", n.runs)
	mux.ServeHTTP(w, r)
	return w.Code
}

// wellAfter says whether a good request is still taken, and nothing else was.
func (h *house) wellAfter(n *node, text string, before ...string) {
	h.Helper()
	d := h.Driver.(Hooked)
	if got := h.call(n, d.Request(d.Body(1, text), h.now())); got/100 != 2 {
		h.Errorf("a good request: got %d", got)
	}
	h.until("the good request is stored", func() bool { return len(h.heard(1)) > len(before) })
	h.expectHeard(1, append(before, text)...)
	if got := len(h.parked()); got != 0 {
		h.Errorf("kept aside: got %d things, want none", got)
	}
}

const manyBytes = 10 << 20

// 09
func malformed(h *house) {
	d := h.Driver.(Hooked)
	n := h.start()
	h.wellAfter(n, "before")
	good := func() []byte { return d.Body(1, "not so") }
	gzipped := func(b []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = z.Write(b)
		_ = z.Close()
		return out.Bytes()
	}
	big := []byte(`{"x":"` + strings.Repeat("a", manyBytes) + `"}`)
	for _, c := range []struct {
		name string
		body []byte
		with func(*http.Request)
	}{
		{"malformed JSON", []byte(`{"update_id":1,"message":{`), nil},
		{"not an object", []byte(`[1,2]`), nil},
		{"an empty body", nil, nil},
		{"10 MB", big, nil},
		{"a wrong content type", good(), func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }},
		{"a gzip bomb", gzipped(big), func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }},
	} {
		r := d.Request(c.body, h.now())
		if c.with != nil {
			c.with(r)
		}
		counted := &counter{rest: r.Body}
		r.Body = counted
		status := h.call(n, r)
		if status/100 != 4 {
			h.Errorf("%s: got %d, want 4xx", c.name, status)
		}
		if counted.n > manyBytes/2 {
			h.Errorf("%s: %d bytes of it were read", c.name, counted.n)
		}
	}
	h.wellAfter(n, "after", "before")
}

// counter counts what is read of a body.
type counter struct {
	rest io.ReadCloser
	n    int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.rest.Read(p)
	c.n += n
	return n, err
}

func (c *counter) Close() error { return c.rest.Close() }

// 10
func forged(h *house) {
	const words = "FORGED-WORDS"
	d := h.Driver.(Hooked)
	n := h.start()
	h.wellAfter(n, "before")
	refused := func(name string, r *http.Request) {
		lines := strings.Count(h.log.String(), "\n")
		if got := h.call(n, r); got != http.StatusUnauthorized && got != http.StatusForbidden {
			h.Errorf("%s: got %d, want 401 or 403", name, got)
		}
		if got := strings.Count(h.log.String(), "\n") - lines; got < 1 {
			h.Errorf("%s: nothing is logged", name)
		}
	}
	for way := 0; ; way++ {
		r := d.Request(d.Body(1, words), h.now())
		if !d.Forge(r, way) {
			break
		}
		refused("a forged request", r)
	}
	if d.Stamped() {
		refused("a request of 6 minutes ago", d.Request(d.Body(1, words), h.now().Add(-6*time.Minute)))
		refused("a request 6 minutes ahead", d.Request(d.Body(1, words), h.now().Add(6*time.Minute)))
	}
	if strings.Contains(h.log.String(), words) {
		h.Errorf("the log has what a forged request said")
	}
	h.wellAfter(n, "after", "before")
}

// 11
func replayed(h *house) {
	d := h.Driver.(Hooked)
	n := h.start()
	body := d.Body(1, "once")
	at := h.now()
	for range 3 {
		if got := h.call(n, d.Request(body, at)); got/100 != 2 {
			h.Errorf("got %d, want it acknowledged each time", got)
		}
	}
	h.expectHeard(1, "once")
	h.wellAfter(n, "again", "once")
}

// 12
func skewed(h *house) {
	d := h.Driver.(Hooked)
	if !d.Stamped() {
		h.Logf("12 is not asked: requests do not say when they were sent")
		return
	}
	n := h.start()
	h.wellAfter(n, "before")
	for range 3 {
		if got := h.call(n, d.Request(d.Body(1, "late"), h.now().Add(-10*time.Minute))); got/100 != 4 {
			h.Errorf("got %d, want 4xx", got)
		}
	}
	h.until("the channel says that its clock is wrong", func() bool { return strings.Contains(strings.ToLower(h.health().Reason), "clock") })
	h.wellAfter(n, "after", "before")
}
