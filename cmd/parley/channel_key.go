package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"parley/channels"
	"parley/core"
)

// readSecret reads a secret from a file.
func readSecret(flag, path string) (core.Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", &badInput{flag, "cannot be read: " + cause(err)}
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" || len(secret) > 4096 {
		return "", &badInput{flag, "holds no key"}
	}
	return core.Secret(secret), nil
}

type channelSet struct {
	Slug      string `arg:"" help:"The channel's name."`
	TokenFile string `required:"" placeholder:"FILE" help:"A file with the new token."`
}

func (s channelSet) Run(p *program) error {
	token, err := readSecret("--token-file", s.TokenFile)
	if err != nil {
		return err
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	c, err := o.channel(ctx, s.Slug)
	if err != nil {
		return err
	}
	same := kinds[c.Kind].same
	if same == nil {
		return &badInput{"<slug>", "names a channel that has no key"}
	}
	if err := same(c.Settings, token); err != nil {
		return err
	}
	if c.Sealed, err = o.seal(ctx, c.Slug, token); err != nil {
		return err
	}
	return o.hub.SetChannel(ctx, c)
}

type channelTest struct {
	Slug string `arg:"" help:"The channel's name."`
}

func (t channelTest) Run(p *program) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	c, err := o.channel(ctx, t.Slug)
	if err != nil {
		return err
	}
	if kinds[c.Kind].open == nil {
		return &badInput{"<slug>", "names a channel that has nothing to test"}
	}
	if err := o.unlock(ctx); err != nil {
		return err
	}
	d := desk{config: o.config, publicURL: o.config.public(nil), log: quiet}
	a, err := d.open(c, channels.Reports{Received: func() {}, Trouble: func(string) {}})
	if err != nil {
		return err
	}
	answer, err := channels.Check(ctx, a)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, answer)
	return nil
}
