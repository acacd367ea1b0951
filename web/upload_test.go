package web

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/core"
)

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	large := strings.Repeat("x", core.MaxFile+1)
	refused(t, h.send(h.upload(h.boris, "a", large)), http.StatusRequestEntityTooLarge, "too_large", "")
	chunked := h.upload(h.boris, "a", large)
	chunked.ContentLength = -1
	refused(t, h.send(chunked), http.StatusRequestEntityTooLarge, "too_large", "")
	refused(t, h.send(h.upload(h.boris, "a", "")), http.StatusUnprocessableEntity, "invalid", "file")
	broken := h.upload(h.boris, "a", "")
	broken.Body, broken.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader("half"), failing{})), 8
	refused(t, h.send(broken), http.StatusBadRequest, "incomplete", "")
	if n := h.kept(); n != 0 {
		t.Errorf("files on the disk: got %d, want none of what was refused", n)
	}
	if f := h.brought(h.boris, "a", large[1:]); f.Size != core.MaxFile {
		t.Errorf("size: got %d, want %d", f.Size, core.MaxFile)
	}
	for i := range core.MaxUnclaimed - 1 { // what was refused does not count
		h.brought(h.boris, fmt.Sprint(i), "x")
	}
	w := h.send(h.upload(h.boris, "a", "x"))
	refused(t, w, http.StatusTooManyRequests, "throttled", "")
	h.brought(h.anna, "a", "x")
	var ids []string
	for range core.MaxMedia + 1 {
		ids = append(ids, core.FileID(1).String())
	}
	id := h.said(h.support, "customer", "hello")
	at := "/api/v1/sessions/" + id.String() + "/messages"
	for name, m := range map[string]Message{
		"more than a message may have": {ClientID: "c1", Kind: "reply", Attachments: ids},
		"what is no id":                {ClientID: "c1", Kind: "reply", Attachments: []string{"msg_1"}},
		"what is not there":            {ClientID: "c1", Kind: "reply", Attachments: ids[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, h.call(h.anna, "POST", at, m), http.StatusUnprocessableEntity, "invalid", "attachments")
		})
	}
	f := h.brought(h.anna, "a", "x")
	refused(t, h.call(h.anna, "POST", at, h.message("reply", f, f)), http.StatusUnprocessableEntity, "invalid", "attachments")
	refused(t, h.call(h.anna, "POST", at, h.message("reply")), http.StatusUnprocessableEntity, "invalid", "text")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestAnUploadBreaksOff is a client who goes away in the middle, on a real connection.
func TestAnUploadBreaksOff(t *testing.T) {
	t.Parallel()
	h := open(t)
	conn, err := net.Dial("tcp", h.serve(0))
	check(t, err)
	_, err = fmt.Fprintf(conn, "POST /api/v1/files?name=a HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 100000\r\nCookie: __Host-parley=%s\r\n\r\nhalf",
		rawType, h.anna.token.Reveal())
	check(t, err)
	eventually(t, "a part on the disk", func() bool { return h.kept() == 1 })
	check(t, conn.Close())
	eventually(t, "nothing on the disk", func() bool { return h.kept() == 0 })
	eventually(t, "no row", func() bool {
		stale, err := h.store.StaleFiles(t.Context(), core.At(time.Now().Add(time.Hour)), 10)
		return err == nil && len(stale) == 0
	})
}

// TestASlowUploadOutlivesTheServersLimits: a file takes longer than other requests may.
func TestASlowUploadOutlivesTheServersLimits(t *testing.T) {
	t.Parallel()
	h := open(t)
	const limit = 1500 * time.Millisecond
	body, bytes := io.Pipe()
	go func() {
		for range 6 {
			_, _ = io.WriteString(bytes, "slow ")
			time.Sleep(limit / 3)
		}
		_ = bytes.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+h.serve(limit)+"/api/v1/files?name=slow", body)
	check(t, err)
	r.Header.Set("Content-Type", rawType)
	r.AddCookie(&http.Cookie{Name: "__Host-parley", Value: h.anna.token.Reveal()})
	w, err := http.DefaultClient.Do(r)
	check(t, err)
	defer w.Body.Close() //nolint:errcheck // was only read
	if w.StatusCode != http.StatusCreated {
		t.Errorf("status: got %d, want %d", w.StatusCode, http.StatusCreated)
	}
}

// serve lets the server answer on a port, with a time limit for reading and for writing.
func (h *house) serve(limit time.Duration) (address string) {
	s := httptest.NewUnstartedServer(h.server)
	s.Config.ReadTimeout, s.Config.WriteTimeout = limit, limit
	s.Start()
	h.t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not so", what)
		}
	}
}

// TestAnUploadIsNotHeldInMemory lets the whole of a file be read while it comes.
func TestAnUploadIsNotHeldInMemory(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, rest := bytes.Repeat([]byte("x"), 1<<20), make(chan struct{})
	r := h.upload(h.anna, "a", "")
	r.ContentLength = -1
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(first), waiting(rest), strings.NewReader("end")))
	done := make(chan *httptest.ResponseRecorder)
	go func() { done <- h.send(r) }()
	eventually(t, "the first megabyte on the disk", func() bool {
		parts, err := filepath.Glob(filepath.Join(h.folder, "*", "*"))
		if err != nil || len(parts) != 1 {
			return false
		}
		info, err := os.Stat(parts[0])
		return err == nil && info.Size() >= int64(len(first))-32<<10
	})
	close(rest)
	if f := answer[File](t, <-done, http.StatusCreated); f.Size != int64(len(first)+3) {
		t.Errorf("size: got %d, want %d", f.Size, len(first)+3)
	}
}

// waiting is nothing, for as long as the channel is open.
type waiting chan struct{}

func (w waiting) Read([]byte) (int, error) {
	<-w
	return 0, io.EOF
}
