package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/mattn/go-isatty"

	"parley/core"
	"parley/core/backup"
)

type backupCommand struct {
	To      string `required:"" placeholder:"FILE" help:"The archive to write, which must not be there yet; - for stdout."`
	WithKey bool   `help:"Put the secret key into the archive. Whoever has it can then read the channels' tokens too: keep it like a password. Without it keep the key elsewhere."`
}

// Help says what --help adds.
func (backupCommand) Help() string {
	return "Writes everything as it is now into one archive, also while the server runs: sessions, settings, counters, files, API keys. Not in it are logins, " +
		"and files that nobody has sent yet. The archive holds what customers wrote and the hashes of passwords: it is nobody else's to read. The channels' " +
		"tokens in it are sealed with the secret key, which is not in it unless asked for: restored without that key, channels need their tokens again."
}

// Run says on stderr what is in the archive. It fails, with the archive written, where bytes of files are gone.
func (b backupCommand) Run(p *program) (err error) {
	if b.To == "" {
		return &badInput{"--to", "is empty"}
	}
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	c, s, err := p.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if !c.exists() {
		return c.absent()
	}
	from := backup.Source{Store: s, Clock: core.SystemClock, Program: version, Database: c.databaseKind()}
	if b.WithKey {
		if err := c.loadKey(); err != nil {
			return err
		}
		from.Key = &c.key
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	from.Files = files
	var had backup.Contents
	write := func(to io.Writer) (err error) {
		had, err = backup.Write(ctx, to, from)
		return err
	}
	if b.To == "-" {
		err = b.toStdout(p, write)
	} else {
		err = writeNew(b.To, write)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stderr, "backed up: "+contents(had))
	if !b.WithKey {
		fmt.Fprintf(p.stderr, "the secret key (%s) is not in it: keep it elsewhere\n", c.from["secret_key"])
	}
	if len(had.Lost) > 0 {
		fmt.Fprintf(p.stderr, "%d files are gone from where files are kept, the first is %s: all else is in the archive\n", len(had.Lost), had.Lost[0])
		return errFindings
	}
	return nil
}

func (b backupCommand) toStdout(p *program, write func(io.Writer) error) error {
	if f, ok := p.stdout.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return &badInput{"--to", "an archive is nothing for a terminal: send it on, or name a file"}
	}
	return write(p.stdout)
}

// writeNew makes a file, for its owner alone. It is there whole, or not at all, and never in the place of another.
func writeNew(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) { // before hours of work
		return &badInput{"--to", "is there already"}
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // with mode 0600
	if err != nil {
		return &badInput{"--to", "cannot be made: " + cause(err)}
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	err = write(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err = os.Link(file.Name(), path); errors.Is(err, fs.ErrExist) {
		return &badInput{"--to", "is there already"}
	}
	return err
}

// contents says what is in an archive, for people.
func contents(c backup.Contents) string {
	return fmt.Sprintf("%d sessions, %d events, %d files (%.1f MB)", c.Rows["sessions"], c.Rows["log"], c.Files, float64(c.Bytes)/(1<<20))
}
