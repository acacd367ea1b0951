package main

import (
	"context"
	"fmt"

	"parley/channels"
	"parley/channels/telegram"
	"parley/core"
)

type channelAddTelegram struct {
	placement
	TokenFile string `required:"" placeholder:"FILE" help:"A file with the bot's token, as BotFather gives it."`
	Mode      string `enum:"poll,webhook" default:"poll" help:"poll: Parley asks Telegram for news; webhook: Telegram calls PARLEY_PUBLIC_URL, which must be https."`
}

func (t channelAddTelegram) Run(p *program) error {
	token, err := readSecret("--token-file", t.TokenFile)
	if err != nil {
		return err
	}
	settings, err := telegram.NewSettings(token, t.Mode)
	if err != nil {
		return &badInput{"--token-file", "does not hold a bot's token"}
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	if err := o.freeBot(ctx, settings, ""); err != nil {
		return err
	}
	c, err := o.addChannel(ctx, t.placement, telegram.Kind, settings, token)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Added %s. Try it: parley channel test %s\n", c.Slug, c.Slug)
	return nil
}

// freeBot refuses a bot that another channel speaks for: two that poll one bot take its messages from each other.
func (o *office) freeBot(ctx context.Context, s telegram.Settings, but string) error {
	all, err := o.Channels(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Kind != telegram.Kind || c.Slug == but {
			continue
		}
		if other, err := telegram.ParseSettings(c.Settings); err == nil && other.Bot == s.Bot {
			return &badInput{"--token-file", "holds the token of the bot that " + c.Slug + " speaks for already"}
		}
	}
	return nil
}

// rekeyTelegram reads another token of the bot that a channel speaks for.
func rekeyTelegram(_ context.Context, _ *config, c core.Channel, _ core.Secret, keys newKeys) (core.Secret, error) {
	if err := keys.only("--token-file"); err != nil {
		return "", err
	}
	token := keys["--token-file"]
	old, err := telegram.ParseSettings(c.Settings)
	if err != nil {
		return "", err
	}
	is, err := telegram.NewSettings(token, old.Mode)
	if err != nil {
		return "", &badInput{"--token-file", "does not hold a bot's token"}
	}
	if is.Bot != old.Bot {
		return "", &badInput{"--token-file", "holds the token of another bot: its customers would be others. Add it as a channel of its own"}
	}
	return token, nil
}

func openTelegram(o opener, c core.Channel, token core.Secret, r channels.Reports) (core.Adapter, error) {
	a, err := telegram.New(telegram.Config{
		Channel: c, Token: token, WebhookSecret: o.config.key.Word("telegram " + c.Slug), APIURL: o.config.telegramURL, PublicURL: o.publicURL,
		Inbox: o.inbox, Clock: core.SystemClock, Log: o.log.With("room", "telegram", "channel", c.Slug), Received: r.Received, Trouble: r.Trouble,
	})
	if err != nil { // not a nil of a type that is an adapter
		return nil, err
	}
	return a, nil
}
