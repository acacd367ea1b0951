package main

import (
	"context"
	"encoding/json"
	"fmt"

	"parley/channels/slack"
	"parley/core"
)

// slackChange changes where customers write to a Slack app, and how its agents are known.
type slackChange struct {
	LinkByEmail   *bool    `help:"Slack: let a member of the workspace be the agent who has their e-mail address; --link-by-email=false ends that. Who is linked stays so."`
	DND           *string  `name:"dnd" placeholder:"busy|away|off" help:"Slack: what linked agents are to their colleagues while they are not to be disturbed there, unless they say otherwise meanwhile."`
	DMs           bool     `name:"dms" help:"Slack: who writes to the app in direct messages is a customer from now on."`
	NoDMs         bool     `name:"no-dms" help:"Slack: … is none any more."`
	HelpChannel   []string `placeholder:"ID[:every]" sep:"none" help:"Slack: a channel, like C0123456789, in which each message that mentions the app begins a session in its thread; with :every each message does. May be given again."`
	NoHelpChannel []string `placeholder:"ID" sep:"none" help:"Slack: a channel that is no help channel any more. May be given again."`
}

// given tells whether anything is to change.
func (r slackChange) given() bool {
	return r.LinkByEmail != nil || r.DND != nil || r.DMs || r.NoDMs || len(r.HelpChannel)+len(r.NoHelpChannel) > 0
}

// check says whether that can be meant.
func (r slackChange) check() error {
	if r.DMs && r.NoDMs {
		return &badInput{"--no-dms", "is the contrary of --dms"}
	}
	if r.DND != nil {
		if _, err := slack.ParseDND("dnd", *r.DND); err != nil {
			return err
		}
	}
	for _, room := range r.NoHelpChannel {
		if err := slack.CheckRoom("no_help_channel", room); err != nil {
			return err
		}
	}
	_, err := helpChannels(r.HelpChannel)
	return err
}

// over gives the rooms as they are then.
func (r slackChange) over(old slack.Rooms) (slack.Rooms, error) {
	old.DMs = (old.DMs || r.DMs) && !r.NoDMs
	more, err := helpChannels(r.HelpChannel)
	if err != nil {
		return old, err
	}
	for _, room := range r.NoHelpChannel {
		if old, err = old.Without("no_help_channel", room); err != nil {
			return old, err
		}
	}
	return old.With(more), nil
}

// helpChannels reads help channels as they are given.
func helpChannels(given []string) (map[string]slack.Begins, error) {
	all := map[string]slack.Begins{}
	for _, text := range given {
		room, begins, err := slack.ParseHelp("help_channels", text)
		if err != nil {
			return nil, err
		}
		all[room] = begins
	}
	return all, nil
}

// apart refuses rooms for customers in which agents work, whatever app is there.
func (o *office) apart(ctx context.Context, rooms slack.Rooms) error {
	all, err := o.Surfaces(ctx)
	if err != nil {
		return err
	}
	for _, f := range all {
		if err := rooms.Apart("help_channels", string(f.Room)); err != nil {
			return wrong("help_channels", "names "+string(f.Room)+", where agents work: customers need another channel, or what agents say there would come back as a customer's")
		}
	}
	moved, err := o.MovedRooms(ctx)
	if err != nil {
		return err
	}
	for _, room := range moved {
		if err := rooms.Apart("help_channels", string(room)); err != nil {
			return wrong("help_channels", "names "+string(room)+", where agents worked until it was moved: what is said there still belongs to their sessions")
		}
	}
	return nil
}

// forAgents refuses a room in which customers ask for help, whatever app is there.
func (o *office) forAgents(ctx context.Context, field, room string) error {
	all, err := o.Channels(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Kind != slack.Kind {
			continue
		}
		s, err := slack.ParseSettings(c.Settings)
		if err != nil {
			return err
		}
		if err := s.Apart(field, room); err != nil {
			return err
		}
	}
	return nil
}

// resettle changes where customers write to an app and how its agents are known, and asks Slack whether it may know what it needs for that.
func (o *office) resettle(ctx context.Context, c *core.Channel, held core.Secret, r slackChange) error {
	s, err := slack.ParseSettings(c.Settings)
	if err != nil {
		return err
	}
	if s.Rooms, err = r.over(s.Rooms); err != nil {
		return err
	}
	if r.LinkByEmail != nil {
		s.LinkByEmail = *r.LinkByEmail
	}
	if r.DND != nil {
		if s.DND, err = slack.ParseDND("dnd", *r.DND); err != nil {
			return err
		}
	}
	if err := s.Check(); err != nil {
		return err
	}
	if err := o.apart(ctx, s.Rooms); err != nil {
		return err
	}
	secrets, err := slack.ParseSecrets(held)
	if err != nil {
		return err
	}
	if _, err := connectSlack(ctx, o.config, secrets, s); err != nil {
		return err
	}
	if c.Settings, err = json.Marshal(s); err != nil {
		return fmt.Errorf("write settings down: %w", err)
	}
	return nil
}
