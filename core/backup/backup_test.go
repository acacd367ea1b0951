package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/core"
	"parley/core/backup"
	"parley/core/file"
	"parley/core/store"
	"parley/core/store/storetest"
)

var at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func now() time.Time { return at }

// house is an installation with a few files: two that messages have claimed, one that nobody has sent.
type house struct {
	*testing.T
	store *store.Store
	files *file.Store
	keys  []string // of the claimed files, then of the other
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, store: storetest.Open(t, storetest.SQLite(t), now), files: storetest.Files(t)}
	w := storetest.Write(t, h.store, func(core.Committed) {})
	_, err := w.Do(t.Context(), store.Job{Do: func(w *store.Work) error {
		w.AddDepartment(core.Department{ID: 1, Slug: "support", Name: "Support", Zone: "UTC", CreatedAt: w.Now()})
		w.AddChannel(core.Channel{ID: 2, Slug: "shop", Kind: "test", Department: 1, Settings: []byte(`{}`), CreatedAt: w.Now()})
		for i := range 3 {
			f := core.File{ID: core.FileID(10 + i), Key: core.NewFileKey(), Name: "lamp.png", State: core.FileReady, CreatedAt: w.Now()}
			kept, err := h.files.Put(t.Context(), f.Key, strings.NewReader(bytesOf(i)))
			if err != nil {
				return err
			}
			if f.Size, f.Type = kept.Size, kept.Type; i < 2 {
				f.Message = core.EventID(i + 1)
			}
			h.keys = append(h.keys, f.Key)
			w.AddFile(f)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func bytesOf(i int) string { return strings.Repeat(fmt.Sprintf("file %d ", i), 5000) }

func (h *house) source() backup.Source {
	return backup.Source{Store: h.store, Files: h.files, Clock: now, Program: "test", Database: "sqlite"}
}

func (h *house) write() ([]byte, backup.Contents) {
	h.Helper()
	var to bytes.Buffer
	had, err := backup.Write(h.Context(), &to, h.source())
	if err != nil {
		h.Fatal(err)
	}
	return to.Bytes(), had
}

func restore(from io.Reader, s *store.Store, files backup.Files) (backup.Contents, error) {
	a, err := backup.Open(from)
	if err != nil {
		return backup.Contents{}, err
	}
	return a.Restore(context.Background(), backup.Target{Store: s, Files: files, KeyCheck: "check"})
}

func TestFilesAreInTheArchiveH4(t *testing.T) {
	t.Parallel()
	h := open(t)
	archive, had := h.write()
	s, files := storetest.Bare(t, storetest.EmptySQLite(t), now), storetest.Files(t)
	got, err := restore(bytes.NewReader(archive), s, files)
	if err != nil || got.Files != 2 || got.Bytes != had.Bytes || got.Rows["files"] != 2 {
		t.Fatalf("got %+v, %v, want %+v", got, err, had)
	}
	for i, key := range h.keys[:2] {
		f, err := files.Open(key)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(f); err != nil || string(text) != bytesOf(i) {
			t.Errorf("file %d: got %d bytes, %v", i, len(text), err)
		}
		_ = f.Close()
	}
	if _, err := files.Open(h.keys[2]); core.KindOf(err) != core.NotFound {
		t.Errorf("a file that nobody has sent: got %v, want NotFound", err)
	}
}

func TestAFileThatIsGoneIsNamedAndAllElseIsSavedH4(t *testing.T) {
	t.Parallel()
	h := open(t)
	if err := h.files.Remove(h.keys[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := h.files.Put(t.Context(), h.keys[1], strings.NewReader("not whole")); err != nil {
		t.Fatal(err)
	}
	archive, had := h.write()
	if len(had.Lost) != 2 || had.Files != 0 {
		t.Errorf("got %+v, want two lost", had)
	}
	got, err := restore(bytes.NewReader(archive), storetest.Bare(t, storetest.EmptySQLite(t), now), storetest.Files(t))
	if err != nil || len(got.Lost) != 2 || got.Rows["files"] != 2 {
		t.Errorf("restored: got %+v, %v", got, err)
	}
}

// repack changes an archive entry by entry.
func repack(t *testing.T, archive []byte, change func(h *tar.Header, text []byte) (name string, out []byte)) []byte {
	t.Helper()
	unpacked, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	var to bytes.Buffer
	packed := gzip.NewWriter(&to)
	from, out := tar.NewReader(unpacked), tar.NewWriter(packed)
	for {
		h, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		text, failed := io.ReadAll(from)
		if err = errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		if h.Name, text = change(h, text); h.Name == "" {
			continue
		}
		h.Size = int64(len(text))
		_, failed = out.Write(nil)
		if err := errors.Join(failed, out.WriteHeader(h)); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	return to.Bytes()
}

// Whatever is wrong with an archive, it is refused and nothing of it stays; the same database then takes one that is whole.
func TestADamagedArchiveLeavesNothingH4(t *testing.T) {
	t.Parallel()
	h := open(t)
	whole, _ := h.write()
	replaced := func(in, old, by string) []byte {
		return repack(t, whole, func(h *tar.Header, text []byte) (string, []byte) {
			if strings.HasPrefix(h.Name, in) {
				text = bytes.Replace(text, []byte(old), []byte(by), 1)
			}
			return h.Name, text
		})
	}
	without := func(prefix string) []byte {
		return repack(t, whole, func(h *tar.Header, text []byte) (string, []byte) {
			if strings.HasPrefix(h.Name, prefix) {
				return "", nil
			}
			return h.Name, text
		})
	}
	broken := map[string][]byte{
		"nothing":                        nil,
		"no archive":                     []byte("PK\x03\x04 something else"),
		"another archive":                without("manifest.json"),
		"of a newer program":             replaced("manifest.json", `"format": 1`, `"format": 2`),
		"of newer tables":                replaced("manifest.json", `"schema": `, `"schema": 9`),
		"a row that was changed":         replaced("tables/departments", "Support", "Suppart"),
		"a file that was changed":        replaced("files/", "file", "fail"),
		"a file that is missing":         without("files/" + h.keys[0]),
		"a table that is missing":        without("tables/channels"),
		"no end":                         without("end.json"),
		"a table that nobody knows":      replaced("manifest.json", `"name": "keys"`, `"name": "gifts"`),
		"a column that nobody knows":     replaced("manifest.json", `"slug"`, `"slog"`),
		"a row with a value too few":     replaced("tables/departments", `"Support",`, ``),
		"a file with a name of a folder": replaced("end.json", `"sha256"`, `"sha1"`),
		"an end that is no document":     replaced("end.json", `{`, `[`),
	}
	for _, n := range []int{5, 20, len(whole) / 4, len(whole) / 2, len(whole) * 3 / 4, len(whole) - 300, len(whole) - 9, len(whole) - 1} {
		broken[fmt.Sprintf("cut off after %d of %d bytes", n, len(whole))] = whole[:n]
	}
	for _, n := range []int{0, 30, len(whole) / 3, len(whole) / 2, len(whole) - 5} {
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x10
		broken[fmt.Sprintf("bit of byte %d turned", n)] = flipped
	}
	s, files := storetest.Bare(t, storetest.EmptySQLite(t), now), storetest.Files(t)
	for name, archive := range broken {
		if _, err := restore(bytes.NewReader(archive), s, files); core.KindOf(err) != core.Invalid {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
		for _, key := range h.keys {
			if _, err := files.Open(key); core.KindOf(err) != core.NotFound {
				t.Errorf("%s: a file stays, %v", name, err)
			}
		}
		if steps, err := s.Steps(t.Context()); err != nil || !steps[0].Applied.IsZero() {
			t.Errorf("%s: tables stay, %v", name, err)
		}
	}
	if _, err := restore(bytes.NewReader(whole), s, files); err != nil {
		t.Errorf("one that is whole: %v", err)
	}
}

// full is a disk on which there is room for some bytes.
type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, syscall.ENOSPC
	}
	return len(b), nil
}

func TestADiskThatIsFullIsSaidH4(t *testing.T) {
	t.Parallel()
	h := open(t)
	whole, _ := h.write()
	for _, room := range []int{0, 100, len(whole) / 2, len(whole) - 1} {
		if _, err := backup.Write(t.Context(), &full{room}, h.source()); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("room for %d bytes: got %v, want that the disk is full", room, err)
		}
	}
	s, files := storetest.Bare(t, storetest.EmptySQLite(t), now), storetest.Files(t)
	_, err := restore(bytes.NewReader(whole), s, failing{files})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("files that cannot be kept: got %v", err)
	}
	if _, err := restore(bytes.NewReader(whole), s, files); err != nil {
		t.Errorf("once there is room: %v", err)
	}
}

// failing keeps no files.
type failing struct{ backup.Files }

func (failing) Put(context.Context, string, io.Reader) (file.Kept, error) {
	return file.Kept{}, &core.Error{Kind: core.Unavailable, Reason: "The file cannot be stored now.", Err: syscall.ENOSPC}
}

// A file that was there before, as when only the database was lost, outlives a restore that fails.
func TestWhatWasThereBeforeStaysH4(t *testing.T) {
	t.Parallel()
	h := open(t)
	whole, _ := h.write()
	if _, err := restore(bytes.NewReader(whole[:len(whole)-1]), storetest.Bare(t, storetest.EmptySQLite(t), now), h.files); err == nil {
		t.Fatal("restored what is cut off")
	}
	for _, key := range h.keys {
		f, err := h.files.Open(key)
		if err != nil {
			t.Fatalf("a file is gone: %v", err)
		}
		_ = f.Close()
	}
}
