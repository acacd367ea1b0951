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
	keys, err := keyFiles{TokenFile: t.TokenFile}.read()
	if err != nil {
		return err
	}
	c, err := p.addChannel(t.placement, telegram.Kind, telegramWish{t.Mode}, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Added %s. Try it: parley channel test %s\n", c.Slug, c.Slug)
	return nil
}

// telegramWish is what is asked of a bot that is added.
type telegramWish struct {
	Mode string `json:"mode"` // "": poll
}

func addTelegram(ctx context.Context, o *office, w wish) (prepared, error) {
	var asked telegramWish
	if err := channels.ReadSettings(w.settings, &asked); err != nil {
		return prepared{}, err
	}
	if err := w.keys.only(keyToken); err != nil {
		return prepared{}, err
	}
	token := w.keys[keyToken]
	settings, err := telegram.NewSettings(token, asked.Mode)
	if err != nil {
		return prepared{}, err
	}
	return prepared{settings: settings, secret: token}, o.freeBot(ctx, settings, w.name)
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
			return wrong(keyToken, "is that of the bot that "+c.Slug+" speaks for already")
		}
	}
	return nil
}

// rekeyTelegram reads another token of the bot that a channel speaks for.
func rekeyTelegram(_ context.Context, _ *config, c core.Channel, _ core.Secret, keys newKeys) (core.Secret, error) {
	if err := keys.only(keyToken); err != nil {
		return "", err
	}
	token := keys[keyToken]
	old, err := telegram.ParseSettings(c.Settings)
	if err != nil {
		return "", err
	}
	is, err := telegram.NewSettings(token, old.Mode)
	if err != nil {
		return "", err
	}
	if is.Bot != old.Bot {
		return "", wrong(keyToken, "is that of another bot: its customers would be others. Add it as a channel of its own")
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
