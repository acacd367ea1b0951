package main

import (
	"cmp"
	"context"
	"fmt"

	"parley/channels"
	"parley/channels/slack"
	"parley/core"
)

type channelAddSlack struct {
	placement
	BotTokenFile      string   `required:"" placeholder:"FILE" help:"A file with the bot token, xoxb-…"`
	AppTokenFile      string   `placeholder:"FILE" help:"A file with the app-level token, xapp-…, for the mode socket."`
	SigningSecretFile string   `placeholder:"FILE" help:"A file with the signing secret, for the mode events."`
	Mode              string   `enum:"socket,events" default:"socket" help:"socket: Parley opens a connection to Slack; events: Slack calls PARLEY_PUBLIC_URL."`
	LinkByEmail       bool     `help:"Let a member of the workspace be the agent who has their e-mail address, without a code. Guests and others never are."`
	DND               string   `name:"dnd" default:"off" placeholder:"busy|away|off" help:"What linked agents are to their colleagues while they are not to be disturbed in Slack, unless they say otherwise meanwhile."`
	TeamChannel       string   `placeholder:"ID" help:"A Slack channel, like C0123456789, where the department's sessions are shown and answered."`
	DMs               bool     `name:"dms" help:"Who writes to the app in direct messages is a customer."`
	HelpChannel       []string `placeholder:"ID[:every]" sep:"none" help:"A Slack channel in which each message that mentions the app begins a session in its thread; with :every each message does. May be given again."`
}

func (s channelAddSlack) Run(p *program) error {
	keys, err := keyFiles{BotTokenFile: s.BotTokenFile, AppTokenFile: s.AppTokenFile, SigningSecretFile: s.SigningSecretFile}.read()
	if err != nil {
		return err
	}
	asked := slackWish{Mode: s.Mode, LinkByEmail: s.LinkByEmail, DND: s.DND, TeamChannel: s.TeamChannel, DMs: s.DMs, HelpChannels: s.HelpChannel}
	c, err := p.addChannel(s.placement, slack.Kind, asked, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Added %s. Try it: parley channel test %s\n", c.Slug, c.Slug)
	return nil
}

// slackWish is what is asked of an app that is added.
type slackWish struct {
	Mode         string   `json:"mode"` // "": socket
	LinkByEmail  bool     `json:"link_by_email"`
	DND          string   `json:"dnd"`          // "": off
	TeamChannel  string   `json:"team_channel"` // "" for none
	DMs          bool     `json:"dms"`
	HelpChannels []string `json:"help_channels"`
}

func addSlack(ctx context.Context, o *office, w wish) (prepared, error) {
	var asked slackWish
	if err := channels.ReadSettings(w.settings, &asked); err != nil {
		return prepared{}, err
	}
	rooms, err := asked.rooms()
	if err != nil {
		return prepared{}, err
	}
	if err := w.keys.only(keyBot, keyApp, keySigning); err != nil {
		return prepared{}, err
	}
	secrets := slackKeys(slack.Secrets{}, w.keys)
	dnd, err := slack.ParseDND("dnd", cmp.Or(asked.DND, "off"))
	if err != nil {
		return prepared{}, err
	}
	wanted := slack.Settings{Mode: cmp.Or(asked.Mode, slack.ModeSocket), LinkByEmail: asked.LinkByEmail, DND: dnd}
	settings, err := connectSlack(ctx, o.config, secrets, wanted)
	if err != nil {
		return prepared{}, err
	}
	settings.Rooms = rooms
	if err := o.freeApp(ctx, settings, w.name); err != nil {
		return prepared{}, err
	}
	if err := o.apart(ctx, rooms); err != nil {
		return prepared{}, err
	}
	made := prepared{settings: settings, secret: secrets.Sealed(), room: asked.TeamChannel}
	if made.room == "" {
		return made, nil
	}
	if err := o.forAgents(ctx, "team_channel", made.room); err != nil {
		return prepared{}, err
	}
	return made, slack.CheckMember(ctx, o.config.slackURL, secrets, "team_channel", made.room, nil)
}

// rooms gives where customers write to the app.
func (s slackWish) rooms() (slack.Rooms, error) {
	help, err := helpChannels(s.HelpChannels)
	if err != nil {
		return slack.Rooms{}, err
	}
	rooms := slack.Rooms{DMs: s.DMs, Help: help}
	if err := rooms.Check(); err != nil {
		return rooms, err
	}
	if s.TeamChannel == "" {
		return rooms, nil
	}
	if err := slack.CheckRoom("team_channel", s.TeamChannel); err != nil {
		return rooms, err
	}
	return rooms, rooms.Apart("team_channel", s.TeamChannel)
}

type channelManifestSlack struct {
	Name string `required:"" placeholder:"SLUG" help:"What the channel will be called: with --name, or the department and slack."`
	Mode string `enum:"socket,events" default:"socket" help:"As for channel add slack."`
}

func (m channelManifestSlack) Run(p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	text, err := manifest(slack.Kind, m.Name, m.Mode, c.public(nil))
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, text)
	return nil
}

// slackKeys puts new keys of an app in the place of those that are held. What is not given stays.
func slackKeys(held slack.Secrets, keys newKeys) slack.Secrets {
	return slack.Secrets{
		Bot:     cmp.Or(keys[keyBot], held.Bot),
		App:     cmp.Or(keys[keyApp], held.App),
		Signing: cmp.Or(keys[keySigning], held.Signing),
	}
}

// freeApp refuses an app that another channel speaks for: each would be told only a part of what is said.
func (o *office) freeApp(ctx context.Context, s slack.Settings, but string) error {
	all, err := o.Channels(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Kind != slack.Kind || c.Slug == but {
			continue
		}
		if other, err := slack.ParseSettings(c.Settings); err == nil && other.Team == s.Team && other.Bot == s.Bot {
			return wrong(keyBot, "is that of the app that "+c.Slug+" speaks for already")
		}
	}
	return nil
}

// rekeySlack reads other keys of the app that a channel speaks for. Those that are not given stay.
func rekeySlack(ctx context.Context, c *config, channel core.Channel, held core.Secret, keys newKeys) (core.Secret, error) {
	if err := keys.only(keyBot, keyApp, keySigning); err != nil {
		return "", err
	}
	old, err := slack.ParseSettings(channel.Settings)
	if err != nil {
		return "", err
	}
	var secrets slack.Secrets
	if held != "" {
		if secrets, err = slack.ParseSecrets(held); err != nil {
			return "", err
		}
	}
	secrets = slackKeys(secrets, keys)
	is, err := connectSlack(ctx, c, secrets, old)
	if err != nil {
		return "", err
	}
	if is.Team != old.Team || is.Bot != old.Bot {
		return "", wrong(keyBot, "is that of another app or workspace. Add it as a channel of its own")
	}
	return secrets.Sealed(), nil
}

// connectSlack asks Slack whether the keys are enough for what is wanted of the app, which it gives with what Slack says of the app.
func connectSlack(ctx context.Context, c *config, secrets slack.Secrets, wanted slack.Settings) (slack.Settings, error) {
	var needs []string
	if wanted.LinkByEmail {
		needs = append(needs, slack.ScopeEmail)
	}
	if wanted.DND != "" {
		needs = append(needs, slack.ScopeQuiet)
	}
	found, err := slack.Connect(ctx, c.slackURL, secrets, wanted.Mode, nil, needs...)
	found.LinkByEmail, found.DND = wanted.LinkByEmail, wanted.DND
	return found, err
}

// checkMember asks Slack whether the app of a channel is in a room of it.
func (o *office) checkMember(ctx context.Context, c core.Channel, field, room string) error {
	if err := o.unlock(ctx); err != nil {
		return err
	}
	held, err := o.config.unseal(c)
	if err != nil {
		return err
	}
	secrets, err := slack.ParseSecrets(held)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return slack.CheckMember(ctx, o.config.slackURL, secrets, field, room, nil)
}

func openSlack(o opener, c core.Channel, secret core.Secret, r channels.Reports) (core.Adapter, error) {
	secrets, err := slack.ParseSecrets(secret)
	if err != nil {
		return nil, err
	}
	a, err := slack.New(slack.Config{
		Channel: c, Secrets: secrets, APIURL: o.config.slackURL, Desk: o.desk(c.ID), Inbox: o.inbox, Public: o.publicURL,
		Clock: core.SystemClock, Log: o.log.With("room", "slack", "channel", c.Slug), Received: r.Received, Trouble: r.Trouble,
	})
	if err != nil { // not a nil of a type that is an adapter
		return nil, err
	}
	return a, nil
}
