package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"parley/core"
	"parley/core/backup"
)

type restoreCommand struct {
	From   string `required:"" placeholder:"FILE" help:"The archive; - for stdin."`
	NewKey bool   `help:"Go on without the secret key of the backup, with the one of this installation. Channels then need their tokens again: parley channel set."`
}

// Help says what --help adds.
func (restoreCommand) Help() string {
	return "Fills an empty database, of either kind, and the files with what parley backup has written; whole, or not at all. Stop the server first. " +
		"Everybody signs in again, and pages that are open load anew. What waited to be sent when the backup was made may have been sent since: it is shown as " +
		"\"may not have arrived\", with Resend, and not sent by itself."
}

func (r restoreCommand) Run(p *program) (err error) {
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	from := io.ReadCloser(os.Stdin)
	if r.From != "-" {
		if from, err = os.Open(r.From); err != nil {
			return &badInput{"--from", "cannot be opened: " + cause(err)}
		}
	}
	defer from.Close() //nolint:errcheck // it was only read
	a, err := backup.Open(from)
	if err != nil {
		return err
	}
	c, s, err := p.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := c.makeFolder(); err != nil {
		return err
	}
	made, err := r.key(c, a)
	if err != nil {
		return err
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	had, err := a.Restore(ctx, backup.Target{Store: s, Files: files, KeyCheck: c.key.Check(), Audit: core.NewAuditSeal(c.key)})
	if err != nil {
		if made {
			err = errors.Join(err, os.Remove(c.keyFile()))
		}
		return err
	}
	fmt.Fprintf(p.stdout, "restored as of %s: %s\n", a.At.Std().Format(time.RFC3339), contents(had))
	if len(had.Lost) > 0 {
		fmt.Fprintf(p.stdout, "%d files were gone already when the backup was made\n", len(had.Lost))
	}
	if a.KeyCheck != "" && a.KeyCheck != c.key.Check() {
		fmt.Fprintln(p.stdout, "channels need their tokens again: parley channel set")
	}
	return nil
}

// key finds the secret key for what is restored: that of the settings or of the data folder, else that of the archive, which is then put into
// the data folder. It tells whether it has made it there.
func (r restoreCommand) key(c *config, a *backup.Archive) (made bool, err error) {
	if !c.hasKey() {
		switch {
		case a.Key != "":
			key, err := core.ParseKey(a.Key.Reveal())
			if err != nil || key.Check() != a.KeyCheck && a.KeyCheck != "" {
				return false, &badInput{"--from", "is damaged: its secret key is not that of its database"}
			}
			if err := keepKey(c.keyFile(), key); err != nil {
				return false, fmt.Errorf("keep the secret key: %w", err)
			}
		case a.KeyCheck != "" && !r.NewKey:
			return false, &badInput{c.from["secret_key"],
				"is not there: give the secret key of the backup (--secret-key-file), or go on without it (--new-key), and channels need their tokens again"}
		}
		made = true
	}
	err = c.loadKey()
	if err == nil && a.KeyCheck != "" && c.key.Check() != a.KeyCheck && !r.NewKey {
		err = &badInput{c.from["secret_key"],
			"is another secret key than that of the backup: give that one (--secret-key-file), or go on without it (--new-key), and channels need their tokens again"}
	}
	return made, err
}
