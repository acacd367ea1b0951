package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/core"
)

// Store keeps bytes in a folder. Its methods may be called by many at once, and by many processes over one folder.
type Store struct{ root *os.Root }

// New opens the folder, and makes it where it is not there.
func New(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the files: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of the files: %w", err)
	}
	return &Store{root}, nil
}

// Close lets the folder go.
func (s *Store) Close() error { return s.root.Close() }

// Kept says what has been kept.
type Kept struct {
	Size int64  // bytes
	Type string // media type, by content
}

// sniffed is how many bytes tell what a file is: https://mimesniff.spec.whatwg.org/#reading-the-resource-header
const sniffed = 512

// Put keeps what r gives under a key. It is there whole and on the disk when Put returns, or not at all; kept again, it is replaced. The error
// is Invalid for nothing and for too much, Unavailable where the disk fails; one of r's is given as it is.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) (Kept, error) {
	folder, name, err := place(key)
	if err != nil {
		return Kept{}, err
	}
	if err := s.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return Kept{}, broken("Put", err)
	}
	part := name + "." + core.NewFileKey()[:8] + partSuffix
	f, err := s.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Kept{}, broken("Put", err)
	}
	kept, err := fill(ctx, f, r)
	if err == nil {
		err = wrapped(s.root.Rename(part, name))
	}
	if err == nil {
		err = s.sync(folder)
	}
	if err != nil {
		return Kept{}, errors.Join(err, s.root.Remove(part))
	}
	return kept, nil
}

// partSuffix ends the name of what is not whole yet.
const partSuffix = ".part"

// fill writes all of r, and says what it was.
func fill(ctx context.Context, f *os.File, r io.Reader) (kept Kept, err error) {
	defer func() { err = errors.Join(err, wrapped(f.Close())) }()
	source := &reader{ctx: ctx, from: io.LimitReader(r, core.MaxFile+1)}
	kept.Size, err = io.Copy(f, source)
	switch {
	case source.err != nil:
		return kept, source.err
	case err != nil:
		return kept, broken("Put", err)
	case kept.Size == 0:
		return kept, &core.Error{Op: "file.Put", Kind: core.Invalid, Field: "file", Reason: "The file is empty."}
	case kept.Size > core.MaxFile:
		return kept, TooLarge("file.Put")
	}
	kept.Type = TypeOf(source.head)
	return kept, wrapped(f.Sync())
}

// TooLarge is the refusal of a file that is larger than core.MaxFile.
func TooLarge(op string) error {
	return &core.Error{Op: op, Kind: core.Invalid, Field: "file", Reason: fmt.Sprintf("The file is larger than %d MB.", core.MaxFile>>20)}
}

// TypeOf gives the media type by a file's first bytes, without parameters.
func TypeOf(head []byte) string {
	whole, _, _ := strings.Cut(http.DetectContentType(head), ";")
	return whole
}

// reader keeps the beginning and the error of what it reads, which is not the disk's.
type reader struct {
	ctx  context.Context //nolint:containedctx // of the one Put
	from io.Reader
	head []byte
	err  error
}

func (r *reader) Read(b []byte) (int, error) {
	if r.err = r.ctx.Err(); r.err != nil {
		return 0, r.err
	}
	n, err := r.from.Read(b)
	if missing := sniffed - len(r.head); missing > 0 {
		r.head = append(r.head, b[:min(n, missing)]...)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// sync makes sure that a folder's names are on the disk.
func (s *Store) sync(folder string) error {
	for _, name := range []string{folder, "."} {
		d, err := s.root.Open(name)
		if err == nil {
			err = errors.Join(d.Sync(), d.Close())
		}
		if err != nil {
			return broken("Put", err)
		}
	}
	return nil
}

// Open gives the bytes of a key, to be closed; NotFound if there are none.
func (s *Store) Open(key string) (io.ReadSeekCloser, error) {
	_, name, err := place(key)
	if err != nil {
		return nil, err
	}
	f, err := s.root.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &core.Error{Op: "file.Open", Kind: core.NotFound, Err: err}
	case err != nil:
		return nil, broken("Open", err)
	}
	return f, nil
}

// Remove takes the bytes of a key away. What is not there is gone already.
func (s *Store) Remove(key string) error {
	_, name, err := place(key)
	if err != nil {
		return err
	}
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return broken("Remove", err)
	}
	return nil
}

// Sweep takes away what was left unfinished before a time, by a process that has ended since.
func (s *Store) Sweep(before time.Time) error {
	err := fs.WalkDir(s.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, partSuffix) {
			return err
		}
		info, err := d.Info()
		if err == nil && info.ModTime().Before(before) {
			err = s.root.Remove(name)
		}
		if errors.Is(err, fs.ErrNotExist) { // finished meanwhile
			return nil
		}
		return err
	})
	if err != nil {
		return broken("Sweep", err)
	}
	return nil
}

// place says where a key's bytes are. Keys are base64url, so they cannot lead elsewhere; anything else is NotFound.
func place(key string) (folder, name string, err error) {
	word := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	if len(key) != core.TokenLength || strings.ContainsFunc(key, func(r rune) bool { return !word(r) }) {
		return "", "", &core.Error{Op: "file.place", Kind: core.NotFound}
	}
	return key[:2], filepath.Join(key[:2], key), nil
}

// broken is a failure of the disk.
func broken(op string, err error) error {
	return &core.Error{Op: "file." + op, Kind: core.Unavailable, Reason: "The file cannot be stored now.", Err: err}
}

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return broken("Put", err)
}
