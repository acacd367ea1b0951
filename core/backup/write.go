package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/core"
	"parley/core/store"
)

// Source is what is backed up.
type Source struct {
	Store    *store.Store
	Files    Files
	Clock    core.Clock
	Program  string    // its version
	Database string    // sqlite or postgres
	Key      *core.Key // to be in the archive, which is then a secret that opens the channels' secrets; nil: it is kept elsewhere
}

// Write writes an archive of what is in the source when it begins. It is whole when Write returns without an error. Bytes that are gone, though
// a message claims them, do not keep all else from being saved: they are named as lost.
func Write(ctx context.Context, to io.Writer, from Source) (Contents, error) {
	w := &writer{ctx: ctx, digest: newDigest(), at: from.Clock(), had: Contents{Rows: map[string]int64{}}}
	packed, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return w.had, err
	}
	w.tar = tar.NewWriter(packed)
	files, err := w.rows(from)
	for i := 0; err == nil && i < len(files); i++ {
		err = w.file(from.Files, files[i])
	}
	if err == nil {
		err = w.document(endName, end{w.had, w.digest.text()})
	}
	if err == nil {
		err = errors.Join(w.tar.Close(), packed.Close())
	}
	return w.had, err
}

// writer is one archive on its way.
type writer struct {
	ctx    context.Context //nolint:containedctx // of the one Write
	tar    *tar.Writer
	digest digest
	at     time.Time
	had    Contents
}

// rows writes what comes before the files, from one moment, and gives the files of that moment.
func (w *writer) rows(from Source) (files []store.KeptFile, err error) {
	x, err := from.Store.Snapshot(w.ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	err = w.document(manifestName, Manifest{
		Format: format, Program: from.Program, Schema: x.Schema, Database: from.Database, At: core.At(w.at), KeyCheck: x.Check, Tables: x.Tables,
	})
	if err == nil && from.Key != nil {
		text := from.Key.Text().Reveal() + "\n"
		err = w.entry(keyName, int64(len(text)), strings.NewReader(text))
	}
	for i := 0; err == nil && i < len(x.Tables); i++ {
		err = w.table(x, x.Tables[i])
	}
	if err != nil {
		return nil, err
	}
	return x.Files(w.ctx)
}

// table writes a table's rows in pieces: the size of an entry stands before it.
func (w *writer) table(x *store.Snapshot, t store.Table) error {
	var piece bytes.Buffer
	pieces := 0
	flush := func() error {
		if piece.Len() == 0 {
			return nil
		}
		pieces++
		err := w.entry(fmt.Sprintf("%s%s/%d", tablesFolder, t.Name, pieces), int64(piece.Len()), &piece)
		piece.Reset()
		return err
	}
	err := x.Rows(w.ctx, t, func(row []any) error {
		line, err := encode(row)
		if err != nil {
			return fmt.Errorf("read table %s: %w", t.Name, err)
		}
		piece.Write(append(line, '\n'))
		w.had.Rows[t.Name]++
		if piece.Len() >= pieceSize {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func (w *writer) file(files Files, f store.KeptFile) (err error) {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	bytes, err := files.Open(f.Key)
	if core.KindOf(err) == core.NotFound {
		w.had.Lost = append(w.had.Lost, f.ID)
		return nil
	}
	if err != nil {
		return unreadable(err)
	}
	defer func() { err = errors.Join(err, bytes.Close()) }()
	size, err := bytes.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = bytes.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	if size != f.Size {
		w.had.Lost = append(w.had.Lost, f.ID)
		return nil
	}
	w.had.Files++
	w.had.Bytes += size
	return w.entry(filesFolder+f.Key, size, bytes)
}

// unreadable says what is wrong with where files are kept.
func unreadable(err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Err != nil {
		err = e.Err
	}
	return fmt.Errorf("read a file: %w", err)
}

func (w *writer) document(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return w.entry(name, int64(len(text)), bytes.NewReader(text))
}

func (w *writer) entry(name string, size int64, from io.Reader) error {
	h := &tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: w.at, Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
	if err := w.tar.WriteHeader(h); err != nil {
		return err
	}
	w.digest.entry(name, size)
	if n, err := io.Copy(io.MultiWriter(w.tar, w.digest), from); err != nil || n != size {
		return errors.Join(err, w.short(name, n, size))
	}
	return nil
}

func (*writer) short(name string, n, size int64) error {
	if n == size {
		return nil
	}
	return fmt.Errorf("%s ended after %d of %d bytes", name, n, size)
}
