package file

import (
	"bytes"
	"crypto/md5" //nolint:gosec // what S3 calls an ETag
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
)

// fakeS3 is one bucket, as far as a shelf uses it: https://docs.aws.amazon.com/AmazonS3/latest/API/
type fakeS3 struct {
	t       *testing.T
	mu      sync.Mutex
	objects map[string][]byte
	asked   []string
	fault   func(w http.ResponseWriter, r *http.Request) (handled bool)
}

func newFakeS3(t *testing.T) (*fakeS3, *Store, string) {
	t.Helper()
	f := &fakeS3{t: t, objects: map[string][]byte{}}
	server := httptest.NewTLSServer(f)
	t.Cleanup(server.Close)
	parts := t.TempDir()
	s, err := NewBucket(Bucket{
		Endpoint: strings.TrimPrefix(server.URL, "https://"), Secure: true, Region: "eu-central-1", Name: "shop", Prefix: "parley/",
		AccessKey: "access", SecretKey: "hunter2canary", Transport: server.Client().Transport,
	}, parts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return f, s, parts
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.Method+" "+r.URL.Path)
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=access/") || strings.Contains(fmt.Sprint(r.Header, r.URL), "canary") {
		f.t.Errorf("%s %s is not signed, or says the secret", r.Method, r.URL)
	}
	if f.fault != nil && f.fault(w, r) {
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/shop/")
	object, there := f.objects[name]
	switch {
	case r.URL.Path == "/shop/" && r.Method == http.MethodHead:
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil || int64(len(body)) != r.ContentLength {
			refuse(w, http.StatusBadRequest, "IncompleteBody")
			return
		}
		f.objects[name] = body
		w.Header().Set("ETag", etag(body))
	case r.Method == http.MethodDelete:
		delete(f.objects, name)
		w.WriteHeader(http.StatusNoContent)
	case !there:
		refuse(w, http.StatusNotFound, "NoSuchKey")
	default:
		w.Header().Set("ETag", etag(object))
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), bytes.NewReader(object))
	}
}

func (f *fakeS3) fails(how func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = how
}

func (f *fakeS3) holds() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.objects)
}

func etag(b []byte) string {
	sum := md5.Sum(b) //nolint:gosec // as above
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}

func TestABucketKeepsAndServes(t *testing.T) {
	t.Parallel()
	f, s, parts := newFakeS3(t)
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	key := core.NewFileKey()
	for range 2 {
		if kept, err := s.Put(t.Context(), key, bytes.NewReader(png)); err != nil || kept != (Kept{int64(len(png)), "image/png"}) {
			t.Fatalf("got %+v, %v", kept, err)
		}
	}
	if got := f.objects["parley/"+key]; !bytes.Equal(got, png) {
		t.Errorf("the bucket has %q", got)
	}
	if got := left(t, parts); len(got) != 0 {
		t.Errorf("left on the way are %q", got)
	}
	for part, want := range map[string]string{"": string(png), "bytes=8-17": strings.Repeat("x", 10), "bytes=-3": "xxx"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		if part != "" {
			r.Header.Set("Range", part)
		}
		if err := s.Serve(w, r, core.File{Key: key, Name: "cat.png", Type: "image/png"}); err != nil {
			t.Fatal(err)
		}
		if w.Body.String() != want || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("range %q: got %q, %v", part, w.Body, w.Header())
		}
	}
	for range 2 {
		if err := s.Remove(key); err != nil {
			t.Errorf("removed: %v", err)
		}
	}
	if _, err := s.Open(key); core.KindOf(err) != core.NotFound {
		t.Errorf("opened: got %v, want NotFound", err)
	}
	if _, err := s.Open("../" + key); core.KindOf(err) != core.NotFound {
		t.Errorf("elsewhere: got %v, want NotFound", err)
	}
}

func TestABucketThatFails(t *testing.T) {
	t.Parallel()
	status := func(code int, name string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool { refuse(w, code, name); return true }
	}
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"the bucket is gone":      status(http.StatusNotFound, "NoSuchBucket"),
		"the key is refused":      status(http.StatusForbidden, "InvalidAccessKeyId"),
		"another's signature":     status(http.StatusForbidden, "SignatureDoesNotMatch"),
		"it asks to go elsewhere": status(http.StatusTemporaryRedirect, "TemporaryRedirect"),
		"it is broken":            status(http.StatusNotImplemented, "NotImplemented"),
		"it speaks something else": func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, "<html>")
			return true
		},
		"the quota is used up":       status(http.StatusForbidden, "QuotaExceeded"),
		"the object cannot be asked": status(http.StatusForbidden, "AccessDenied"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s, parts := newFakeS3(t)
			f.fails(fault)
			key := core.NewFileKey()
			_, putting := s.Put(t.Context(), key, bytes.NewReader(png))
			_, opening := s.Open(key)
			for what, err := range map[string]error{"put": putting, "open": opening, "remove": s.Remove(key), "check": s.Check(t.Context())} {
				if core.KindOf(err) != core.Unavailable || strings.Contains(err.Error(), "canary") {
					t.Errorf("%s: got %v, want Unavailable", what, err)
				}
			}
			if got := left(t, parts); len(got) != 0 || f.holds() != 0 {
				t.Errorf("left are %q and %d objects", got, f.holds())
			}
			f.fails(nil)
			if _, err := s.Put(t.Context(), key, bytes.NewReader(png)); err != nil {
				t.Errorf("once it is there again: %v", err)
			}
		})
	}
}

// What turns out to be nothing, too much or broken off never goes to the bucket; what breaks off on the way there is not in it.
func TestABucketHasNothingThatIsNotWhole(t *testing.T) {
	t.Parallel()
	f, s, parts := newFakeS3(t)
	for name, r := range map[string]io.Reader{
		"nothing": strings.NewReader(""), "too much": endless{}, "broken off": io.MultiReader(bytes.NewReader(png), failing{io.ErrUnexpectedEOF}),
	} {
		if _, err := s.Put(t.Context(), core.NewFileKey(), r); err == nil {
			t.Errorf("%s: kept", name)
		}
	}
	if len(f.asked) != 0 {
		t.Errorf("asked %q", f.asked)
	}
	cuts := 0
	f.fails(func(_ http.ResponseWriter, r *http.Request) bool {
		if cuts++; cuts > 1 {
			return false
		}
		_, _ = io.CopyN(io.Discard, r.Body, 10)
		panic(http.ErrAbortHandler) // the line breaks, once
	})
	key := core.NewFileKey()
	if _, err := s.Put(t.Context(), key, bytes.NewReader(png)); err != nil || cuts < 2 {
		t.Errorf("a line that breaks once: %v after %d requests", err, cuts)
	}
	if got := f.objects["parley/"+key]; !bytes.Equal(got, png) {
		t.Errorf("the bucket has %d bytes", len(got))
	}
	if got := left(t, parts); len(got) != 0 {
		t.Errorf("left are %q", got)
	}
}
