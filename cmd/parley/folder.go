package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"parley/core"
	"parley/core/file"
)

// keyFile is where the secret key is kept if the settings do not say it.
func (c *config) keyFile() string { return filepath.Join(c.dataDir, "secret.key") }

// makeFolder makes the data folder if it is not there, and SQLite's file, and finds out whether the database can be kept.
func (c *config) makeFolder() error {
	if err := os.MkdirAll(c.dataDir, 0o700); err != nil {
		return &badInput{c.from["data_dir"], "cannot be made: " + cause(err)}
	}
	if err := tryWriting(c.dataDir); err != nil {
		return &badInput{c.from["data_dir"], "cannot be written to: " + cause(err)}
	}
	path, ok := c.databaseFile()
	if !ok {
		return nil
	}
	if err := tryWriting(filepath.Dir(path)); err != nil { // SQLite keeps its log beside the file
		return &badInput{c.from["database_url"], "its folder cannot be written to: " + cause(err)}
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite would let others read it, and gives its log the same mode
	if err != nil {
		return &badInput{c.from["database_url"], "cannot be opened: " + cause(err)}
	}
	return file.Close()
}

// files opens where what comes with messages is kept: a folder, or a bucket that has one for what is on its way there.
func (c *config) files() (*file.Store, error) {
	folder := filepath.Join(c.dataDir, "files")
	if c.bucket != nil {
		s, err := file.NewBucket(*c.bucket, folder)
		if err != nil {
			return nil, &badInput{c.from["files_url"], "cannot be used: " + cause(err)}
		}
		return s, nil
	}
	s, err := file.New(folder)
	if err != nil {
		return nil, &badInput{c.from["data_dir"], "cannot hold files: " + cause(err)}
	}
	return s, nil
}

// tryWriting makes a file and removes it: what permissions mean, only the file system knows.
func tryWriting(folder string) error {
	file, err := os.CreateTemp(folder, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// hasKey tells whether there is a secret key, in the settings or in the data folder.
func (c *config) hasKey() bool {
	_, err := os.Stat(c.keyFile())
	return c.keyHeld || !errors.Is(err, fs.ErrNotExist)
}

// loadKey reads the secret key from the data folder, and makes it there the first time.
func (c *config) loadKey() error {
	if c.keyHeld {
		return nil
	}
	text, err := os.ReadFile(c.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		if err := keepKey(c.keyFile(), core.NewKey()); err != nil {
			return fmt.Errorf("make the secret key: %w", err)
		}
		text, err = os.ReadFile(c.keyFile())
	}
	if err != nil {
		return &badInput{c.keyFile(), "cannot be read: " + cause(err)}
	}
	c.key, err = core.ParseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return &badInput{c.keyFile(), "must be 32 bytes in base64"}
	}
	c.keyHeld = true
	return nil
}

// keepKey writes a key, all of it or nothing. If another process was first, that one's key stays.
func keepKey(path string, key core.Key) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".secret.key-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.WriteString(key.Text().Reveal() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err = os.Link(file.Name(), path); errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
