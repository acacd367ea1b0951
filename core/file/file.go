package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/core"
)

// Store keeps bytes. Its methods may be called by many at once, and by many processes over one folder or bucket.
type Store struct{ shelf }

// shelf is where the bytes of a Store lie.
type shelf interface {
	// Put keeps what r gives under a key. It is there whole and durable when Put returns, or not at all; kept again, it is replaced. The
	// error is Invalid for nothing and for too much, Unavailable where it cannot be kept now; one of r's is given as it is.
	Put(ctx context.Context, key string, r io.Reader) (Kept, error)
	// Open gives the bytes of a key, to be closed within some minutes; NotFound if there are none, Unavailable where nobody can tell.
	Open(key string) (io.ReadSeekCloser, error)
	// Remove takes the bytes of a key away. What is not there is gone already.
	Remove(key string) error
	// Sweep takes away what was left unfinished before a time, by a process that has ended since.
	Sweep(before time.Time) error
	// Check finds out whether it answers now.
	Check(ctx context.Context) error
	// Close lets go of it.
	Close() error
}

// New keeps bytes in a folder, and makes it where it is not there.
func New(path string) (*Store, error) {
	f, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	return &Store{f}, nil
}

// Kept says what has been kept.
type Kept struct {
	Size int64  // bytes
	Type string // media type, by content
}

// sniffed is how many bytes tell what a file is: https://mimesniff.spec.whatwg.org/#reading-the-resource-header
const sniffed = 512

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
