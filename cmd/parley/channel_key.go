package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"parley/channels"
	"parley/channels/slack"
	"parley/core"
)

// askTime is how long a command waits for a network.
const askTime = 20 * time.Second

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

// keyFiles are files that hold a channel's keys; each kind has its own.
type keyFiles struct {
	TokenFile         string `placeholder:"FILE" help:"Telegram: a file with the new token."`
	BotTokenFile      string `placeholder:"FILE" help:"Slack: a file with the new bot token. A key that is not given stays."`
	AppTokenFile      string `placeholder:"FILE" help:"Slack: a file with the new app-level token."`
	SigningSecretFile string `placeholder:"FILE" help:"Slack: a file with the new signing secret."`
}

// newKeys are keys that were given, by what they are called.
type newKeys map[string]core.Secret

// What the kinds call their keys.
const (
	keyToken   = "token"
	keyBot     = "bot_token"
	keyApp     = "app_token"
	keySigning = "signing_secret"
)

func (f keyFiles) read() (newKeys, error) {
	keys := newKeys{}
	for name, path := range map[string]string{
		keyToken: f.TokenFile, keyBot: f.BotTokenFile, keyApp: f.AppTokenFile, keySigning: f.SigningSecretFile,
	} {
		if path == "" {
			continue
		}
		secret, err := readSecret(flagOf[name], path)
		if err != nil {
			return nil, err
		}
		keys[name] = secret
	}
	return keys, nil
}

// only says whether there are keys where the kind has some, and none but those. The error is Invalid, with the field.
func (k newKeys) only(names ...string) error {
	for name, key := range k {
		if !slices.Contains(names, name) {
			return wrong(cmp.Or(known(name), "keys"), "is not for this kind of channel")
		}
		if strings.ContainsFunc(key.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			return wrong(name, "has a space, a new line or another character that is in no key: give the key alone")
		}
	}
	if len(k) == 0 && len(names) > 0 {
		return wrong(names[0], "is missing")
	}
	return nil
}

// known gives a key's name if any kind has it: an error repeats nothing else.
func known(name string) string {
	if flagOf[name] == "" {
		return ""
	}
	return name
}

type channelSet struct {
	Slug string `arg:"" help:"The channel's name."`
	widgetChange
	keyFiles
	slackChange
}

func (s channelSet) Run(p *program) error {
	keys, err := s.read()
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	c, err := o.channel(ctx, s.Slug)
	if err != nil {
		return err
	}
	if flag := s.widgetChange.given(); flag != "" {
		if len(keys) > 0 || s.slackChange.given() {
			return &badInput{flag, "is a widget's: it goes with no other kind's"}
		}
		if c.Settings, err = s.apply(c, flag); err != nil {
			return err
		}
		return o.hub.SetChannel(ctx, c)
	}
	switch {
	case s.slackChange.given() && c.Kind != slack.Kind:
		return &badInput{"<slug>", "names a channel that is no Slack app"}
	case kinds[c.Kind].rekey == nil:
		return &badInput{"<slug>", "names a channel that has no key"}
	}
	if len(keys) > 0 || !s.slackChange.given() {
		if err := o.rekey(ctx, &c, keys); err != nil {
			return err
		}
	}
	if s.slackChange.given() {
		held, err := o.config.unseal(c)
		if err != nil { // the old keys are lost
			held = ""
		}
		if err := o.resettle(ctx, &c, held, s.slackChange); err != nil {
			return err
		}
	}
	return o.hub.SetChannel(ctx, c)
}

// rekey gives a channel other keys of the account that it speaks for, when its network has nothing against them. Those that are not given stay,
// unless they are lost. The error is Invalid, with the field, or Unavailable.
func (o *office) rekey(ctx context.Context, c *core.Channel, keys newKeys) error {
	held, err := o.config.unseal(*c)
	if err != nil { // all must be given
		held = ""
	}
	if held, err = kinds[c.Kind].rekey(ctx, o.config, *c, held, keys); err != nil {
		return err
	}
	c.Sealed, err = o.seal(ctx, c.Slug, held)
	return err
}

// rekeyFor does that for an admin who asks over the API, and tells this node's adapters before it answers.
func (n *node) rekeyFor(ctx context.Context, id core.ChannelID, keys map[string]core.Secret) (core.Channel, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	o := office{Store: n.store, config: &n.config, hub: n.hub}
	all, err := o.Channels(ctx)
	if err != nil {
		return core.Channel{}, err
	}
	i := slices.IndexFunc(all, func(c core.Channel) bool { return c.ID == id })
	switch {
	case i < 0:
		return core.Channel{}, &core.Error{Op: "channels.rekey", Kind: core.NotFound}
	case kinds[all[i].Kind].rekey == nil:
		return core.Channel{}, wrong("keys", "is not for this kind of channel: it has none")
	}
	c := all[i]
	if err := o.rekey(ctx, &c, keys); err != nil {
		return core.Channel{}, err
	}
	if err := o.hub.SetChannel(ctx, c); err != nil {
		return core.Channel{}, err
	}
	n.watch.look(ctx)
	return c, nil
}

type channelTest struct {
	Slug string `arg:"" help:"The channel's name."`
}

func (t channelTest) Run(p *program) error {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
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
	a, err := opener{config: o.config, publicURL: o.config.public(nil), desk: o.hub.Desk, log: quiet}.open(c, channels.Reports{Received: func() {}, Trouble: func(string) {}})
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
