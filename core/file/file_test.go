package file

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
)

var png = []byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100))

func open(t *testing.T) (*Store, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "files")
	s, err := New(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, folder
}

// left lists what lies in the folder.
func left(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestKeptWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	broken := errors.New("the line broke")
	for name, tt := range map[string]struct {
		ctx   context.Context
		bytes io.Reader
		kind  core.Kind
		is    error
	}{
		"nothing":                  {t.Context(), strings.NewReader(""), core.Invalid, nil},
		"one byte too many":        {t.Context(), io.LimitReader(endless{}, core.MaxFile+1), core.Invalid, nil},
		"without end":              {t.Context(), endless{}, core.Invalid, nil},
		"broken off in the middle": {t.Context(), io.MultiReader(bytes.NewReader(png), failing{broken}), "", broken},
		"given up":                 {ended, bytes.NewReader(png), "", context.Canceled},
	} {
		s, folder := open(t)
		key := core.NewFileKey()
		_, err := s.Put(tt.ctx, key, tt.bytes)
		if err == nil || core.KindOf(err) != tt.kind || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: got %v, want %s %v", name, err, tt.kind, tt.is)
		}
		if got := left(t, folder); len(got) != 0 {
			t.Errorf("%s: left are %q", name, got)
		}
		if _, err := s.Open(key); core.KindOf(err) != core.NotFound {
			t.Errorf("%s: opened, got %v, want NotFound", name, err)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestKeptAndRead(t *testing.T) {
	t.Parallel()
	s, folder := open(t)
	key := core.NewFileKey()
	kept, err := s.Put(t.Context(), key, bytes.NewReader(png))
	if err != nil || kept != (Kept{int64(len(png)), "image/png"}) {
		t.Fatalf("got %+v, %v", kept, err)
	}
	if _, err := s.Put(t.Context(), key, bytes.NewReader(png)); err != nil { // fetched once more after a crash
		t.Errorf("kept again: %v", err)
	}
	f, err := s.Open(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if _ = f.Close(); err != nil || !bytes.Equal(got, png) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if info, err := os.Stat(filepath.Join(folder, key[:2], key)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file that nobody else may read", info, err)
	}
	for range 2 {
		if err := s.Remove(key); err != nil {
			t.Errorf("removed: %v", err)
		}
	}
	if got := left(t, folder); len(got) != 0 {
		t.Errorf("left are %q", got)
	}
	if kept, err := s.Put(t.Context(), key, io.LimitReader(endless{}, core.MaxFile)); err != nil || kept.Size != core.MaxFile {
		t.Errorf("as large as may be: got %+v, %v", kept, err)
	}
}

func TestWhatWasLeftUnfinishedGoes(t *testing.T) {
	t.Parallel()
	s, folder := open(t)
	key := core.NewFileKey()
	if _, err := s.Put(t.Context(), key, bytes.NewReader(png)); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old.part": 2 * time.Hour, "young.part": time.Minute, "old": 2 * time.Hour} {
		path := filepath.Join(folder, key[:2], name)
		at := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, png, 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	got := left(t, folder)
	slices.Sort(got)
	want := []string{key, "old", "young.part"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}

func TestKeysLeadNowhereElse(t *testing.T) {
	t.Parallel()
	s, folder := open(t)
	if err := os.WriteFile(filepath.Join(folder, "..", "secret.key"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", "../secret.key", "..", strings.Repeat("../", 12) + "secret.", strings.Repeat("a", 42), strings.Repeat("ä", 43), strings.Repeat("a", 42) + "/"} {
		if _, err := s.Open(key); core.KindOf(err) != core.NotFound {
			t.Errorf("open %q: got %v, want NotFound", key, err)
		}
		if _, err := s.Put(t.Context(), key, bytes.NewReader(png)); core.KindOf(err) != core.NotFound {
			t.Errorf("put %q: got %v, want NotFound", key, err)
		}
		if err := s.Remove(key); core.KindOf(err) != core.NotFound {
			t.Errorf("remove %q: got %v, want NotFound", key, err)
		}
	}
}

func TestNothingServedRunsSECURITY5SECURITY6(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		bytes, called, mediaType, disposition string
	}{
		"a photo":              {string(png), "cat.png", "image/png", `inline; filename=cat.png`},
		"a page":               {"<html><script>alert(1)</script>", "page.html", "application/octet-stream", `attachment; filename=page.html`},
		"a page called photo":  {"<html><script>alert(1)</script>", "cat.png", "application/octet-stream", `attachment; filename=cat.png`},
		"a drawing":            {`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "a.svg", "application/octet-stream", `attachment; filename=a.svg`},
		"a drawing, with head": {`<?xml version="1.0"?><svg onload="alert(1)"/>`, "a.svg", "application/octet-stream", `attachment; filename=a.svg`},
		"a document":           {"%PDF-1.7 /JavaScript", "bill.pdf", "application/octet-stream", `attachment; filename=bill.pdf`},
		"a text":               {"hello", "Größe.txt", "application/octet-stream", `attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.txt`},
	} {
		s, _ := open(t)
		key := core.NewFileKey()
		kept, err := s.Put(t.Context(), key, strings.NewReader(tt.bytes))
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		if err := s.Serve(w, httptest.NewRequest("GET", "/", nil), core.File{Key: key, Name: tt.called, Type: kept.Type}); err != nil {
			t.Fatal(err)
		}
		h := w.Header()
		if h.Get("Content-Type") != tt.mediaType || h.Get("Content-Disposition") != tt.disposition || w.Body.String() != tt.bytes {
			t.Errorf("%s: got %v and %d bytes", name, h, w.Body.Len())
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("%s: got %v", name, h)
		}
	}
}
