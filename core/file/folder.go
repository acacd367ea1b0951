package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"parley/core"
)

// folder is a shelf on this machine's disk.
type folder struct{ root *os.Root }

func openFolder(path string) (*folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the files: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open the folder of the files: %w", err)
	}
	return &folder{root}, nil
}

// Close lets the folder go.
func (s *folder) Close() error { return s.root.Close() }

// Check finds nothing: whether the disk takes bytes only writing tells.
func (s *folder) Check(context.Context) error { return nil }

// Put writes beside the key's place and moves what is whole there.
func (s *folder) Put(ctx context.Context, key string, r io.Reader) (Kept, error) {
	below, name, err := place(key)
	if err != nil {
		return Kept{}, err
	}
	if err := s.root.Mkdir(below, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return Kept{}, broken("Put", err)
	}
	part, kept, err := s.part(ctx, name, r)
	if err != nil {
		return Kept{}, err
	}
	if err = wrapped(s.root.Rename(part, name)); err == nil {
		err = s.sync(below)
	}
	if err != nil {
		return Kept{}, errors.Join(err, s.root.Remove(part))
	}
	return kept, nil
}

// part writes all of r into a file that is not at its place yet, or leaves nothing.
func (s *folder) part(ctx context.Context, name string, r io.Reader) (part string, kept Kept, err error) {
	part = name + "." + core.NewFileKey()[:8] + partSuffix
	f, err := s.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", Kept{}, broken("Put", err)
	}
	if kept, err = fill(ctx, f, r); err != nil {
		return "", Kept{}, errors.Join(err, s.root.Remove(part))
	}
	return part, kept, nil
}

// partSuffix ends the name of what is not whole yet.
const partSuffix = ".part"

// sync makes sure that a folder's names are on the disk.
func (s *folder) sync(below string) error {
	for _, name := range []string{below, "."} {
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

// Open gives a file.
func (s *folder) Open(key string) (io.ReadSeekCloser, error) {
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

// Remove removes a file.
func (s *folder) Remove(key string) error {
	_, name, err := place(key)
	if err != nil {
		return err
	}
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return broken("Remove", err)
	}
	return nil
}

// Sweep removes parts that have grown old.
func (s *folder) Sweep(before time.Time) error {
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
