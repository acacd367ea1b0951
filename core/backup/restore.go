package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"parley/core"
	"parley/core/store"
)

// Archive is one to be restored, read once from its beginning to its end.
type Archive struct {
	Manifest
	Key core.Secret // the secret key in base64; "": it is not in the archive

	packed *gzip.Reader
	tar    *tar.Reader
	digest digest
	next   *tar.Header // the entry to be read
}

// Open reads an archive's beginning. The error is Invalid with Field "from" where it is no archive, or of a newer program.
func Open(from io.Reader) (*Archive, error) {
	packed, err := gzip.NewReader(from)
	if err != nil {
		return nil, damaged("is no backup of Parley", err)
	}
	a := &Archive{packed: packed, tar: tar.NewReader(packed), digest: newDigest()}
	if err := a.advance(); err != nil {
		return nil, err
	}
	if a.next.Name != manifestName {
		return nil, damaged("is no backup of Parley", nil)
	}
	if err := a.document(&a.Manifest); err != nil {
		return nil, err
	}
	if a.Format > format {
		return nil, damaged("was made by a newer Parley, "+a.Program, nil)
	}
	if err := a.advance(); err != nil || a.next.Name != keyName {
		return a, err
	}
	text, err := io.ReadAll(a.entry())
	if err != nil {
		return nil, damaged(cutOff, err)
	}
	a.Key = core.Secret(strings.TrimSpace(string(text)))
	return a, a.advance()
}

// Target is where an archive is restored.
type Target struct {
	Store    *store.Store
	Files    Files
	KeyCheck string // of the secret key that the installation will have
	Audit    core.AuditSeal
}

// Restore fills an empty installation with the rest of the archive. It is whole when Restore returns without an error, and else empty again.
// The error is Invalid: with Field "from" where the archive is cut off, damaged or of a newer program, with "database_url" where there is
// something in the database.
func (a *Archive) Restore(ctx context.Context, to Target) (Contents, error) {
	rows, err := to.Store.Restore(ctx, a.Schema)
	if err != nil {
		return Contents{}, err
	}
	r := &restorer{archive: a, rows: rows, files: to.Files, had: Contents{Rows: map[string]int64{}}}
	err = r.all(ctx)
	if err == nil {
		err = rows.Finish(ctx, store.Completion{Check: to.KeyCheck, Resealed: to.KeyCheck != a.KeyCheck, Audit: to.Audit, AsOf: a.At})
	}
	if err != nil {
		err = errors.Join(err, r.undo(context.WithoutCancel(ctx)))
	}
	return r.had, err
}

// restorer is one restore on its way.
type restorer struct {
	archive *Archive
	rows    *store.Restoration
	files   Files
	had     Contents
	put     []string // files that were not there before
}

// all restores entry by entry, and sees that nothing is missing.
func (r *restorer) all(ctx context.Context) error {
	a := r.archive
	for a.next.Name != endName {
		var err error
		if table, isTable := strings.CutPrefix(a.next.Name, tablesFolder); isTable {
			err = r.table(ctx, table)
		} else if key, isFile := strings.CutPrefix(a.next.Name, filesFolder); isFile {
			err = r.file(ctx, key)
		} else {
			err = damaged(cutOff, nil)
		}
		if err == nil {
			err = a.advance()
		}
		if err != nil {
			return err
		}
	}
	hash := a.digest.text() // of all before the end
	var last end
	if err := a.document(&last); err != nil {
		return err
	}
	if hash != last.Hash {
		return damaged(cutOff, nil)
	}
	r.had.Lost = last.Lost
	if _, err := a.tar.Next(); !errors.Is(err, io.EOF) {
		return damaged(cutOff, err)
	}
	if _, err := io.Copy(io.Discard, a.packed); err != nil { // its own sum stands at its end
		return damaged(cutOff, err)
	}
	return nil
}

func (r *restorer) table(ctx context.Context, piece string) error {
	name, _, _ := strings.Cut(piece, "/")
	i := slices.IndexFunc(r.archive.Tables, func(t store.Table) bool { return t.Name == name })
	if i < 0 || r.archive.next.Size > maxPiece {
		return damaged(cutOff, nil)
	}
	t := r.archive.Tables[i]
	from := json.NewDecoder(r.archive.entry())
	from.UseNumber()
	var rows [][]any
	for {
		row, err := decode(from)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(row) != len(t.Columns) {
			return damaged(cutOff, err)
		}
		rows = append(rows, row)
	}
	r.had.Rows[name] += int64(len(rows))
	return r.rows.Fill(ctx, t, rows)
}

func (r *restorer) file(ctx context.Context, key string) error {
	there, err := r.files.Open(key)
	switch {
	case err == nil:
		err = there.Close()
	case core.KindOf(err) == core.NotFound:
		r.put = append(r.put, key)
		err = nil
	}
	if err != nil {
		return err
	}
	size := r.archive.next.Size
	kept, err := r.files.Put(ctx, key, r.archive.entry())
	if e, ok := errors.AsType[*core.Error](err); ok && e.Kind == core.Unavailable {
		return &core.Error{Op: "backup.Restore", Reason: fmt.Sprintf("the files cannot be kept: %v", e.Err), Err: err}
	}
	if err != nil || kept.Size != size {
		return damaged(cutOff, err)
	}
	r.had.Files++
	r.had.Bytes += size
	return nil
}

// undo takes away what was restored.
func (r *restorer) undo(ctx context.Context) error {
	err := r.rows.Undo(ctx)
	for _, key := range r.put {
		err = errors.Join(err, r.files.Remove(key))
	}
	return err
}

// advance goes to the next entry.
func (a *Archive) advance() error {
	h, err := a.tar.Next()
	if err != nil {
		return damaged(cutOff, err)
	}
	a.next = h
	return nil
}

// entry gives the bytes of the entry, to be read to their end.
func (a *Archive) entry() io.Reader {
	a.digest.entry(a.next.Name, a.next.Size)
	return io.TeeReader(a.tar, a.digest)
}

// document reads an entry of JSON.
func (a *Archive) document(into any) error {
	if a.next.Size > maxPiece {
		return damaged(cutOff, nil)
	}
	text, err := io.ReadAll(a.entry())
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return damaged(cutOff, err)
	}
	return nil
}

const cutOff = "is cut off or damaged"

// damaged refuses an archive.
func damaged(reason string, err error) error {
	return &core.Error{Op: "backup.Restore", Kind: core.Invalid, Field: "from", Reason: reason, Err: err}
}
