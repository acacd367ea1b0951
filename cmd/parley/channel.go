package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"parley/channels/widget"
	"parley/core"
	"parley/core/hub"
	"parley/core/socket"
)

type channelCommand struct {
	Add struct {
		Widget   channelAddWidget   `cmd:"" help:"Add a site's chat widget, and print the line that shows it."`
		Telegram channelAddTelegram `cmd:"" help:"Add a Telegram bot."`
		Slack    channelAddSlack    `cmd:"" help:"Add a Slack app, from whose threads agents answer, and to which customers write."`
	} `cmd:"" help:"Add a channel."`
	Manifest struct {
		Slack channelManifestSlack `cmd:"" help:"Print what Slack asks for when an app is made, as JSON."`
	} `cmd:"" help:"Print what a network asks for before a channel can be added."`
	Set  channelSet  `cmd:"" help:"Give a channel another key, or another setting. What is owed to it is kept, and goes on with the new one."`
	Test channelTest `cmd:"" help:"Ask a channel's network whether all is well."`
	List channelList `cmd:"" help:"List the channels."`
}

// placement is where a new channel stands.
type placement struct {
	Department string `required:"" placeholder:"DEPT" help:"The department that answers, named by slug or exact name."`
	Name       string `placeholder:"SLUG" help:"Its name in addresses, of a-z, 0-9 and dashes; the department's and the kind unless said otherwise."`
}

type channelAddWidget struct {
	placement
	Origin []string `required:"" placeholder:"URL" sep:"none" help:"A site that may show it, like https://shop.example.com. May be given again."`
	Files  bool     `help:"Let customers send files. They see those of agents in any case."`
	lookChange
}

func (w channelAddWidget) Run(p *program) error {
	for i, origin := range w.Origin {
		w.Origin[i] = strings.TrimSuffix(origin, "/")
		if _, ok := socket.ParseOrigin(w.Origin[i]); !ok {
			return &badInput{"--origin", "must be like https://shop.example.com, without a path"}
		}
	}
	settings, err := widget.NewSettings(w.Origin)
	if err != nil {
		return err
	}
	settings.Files = w.Files
	if err := w.apply(&settings.Look); err != nil {
		return err
	}
	public, err := p.config()
	if err != nil {
		return err
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	c, err := o.addChannel(ctx, w.placement, widget.Kind, settings, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "<script async src=%q data-channel=%q></script>\n", public.public(nil)+"/widget.js", c.Slug)
	return nil
}

// addChannel adds a channel of a kind. Without a name it is called after its department and its kind.
func (o *office) addChannel(ctx context.Context, at placement, kind string, settings any, secret core.Secret) (core.Channel, error) {
	document, err := json.Marshal(settings)
	if err != nil {
		return core.Channel{}, fmt.Errorf("write settings down: %w", err)
	}
	d, err := o.department(ctx, "--department", at.Department)
	if err != nil {
		return core.Channel{}, err
	}
	if at.Name == "" {
		at.Name = d.Slug + "-" + kind
	}
	n := hub.NewChannel{Slug: at.Name, Kind: kind, Department: d.ID, Settings: document}
	if secret != "" {
		if n.Sealed, err = o.seal(ctx, at.Name, secret); err != nil {
			return core.Channel{}, err
		}
	}
	return o.hub.AddChannel(ctx, n)
}

// channel finds a channel by its name.
func (o *office) channel(ctx context.Context, slug string) (core.Channel, error) {
	all, err := o.Channels(ctx)
	if err != nil {
		return core.Channel{}, err
	}
	for _, c := range all {
		if c.Slug == slug {
			return c, nil
		}
	}
	return core.Channel{}, &badInput{"<slug>", "names no channel"}
}

type channelList struct{}

func (channelList) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Channels(ctx)
	if err != nil {
		return err
	}
	departments, err := o.AllDepartments(ctx)
	if err != nil {
		return err
	}
	slugs := map[core.DepartmentID]string{}
	for _, d := range departments {
		slugs[d.ID] = d.Slug
	}
	rows := [][]string{{"NAME", "KIND", "DEPARTMENT", "SETTINGS"}}
	for _, c := range all {
		rows = append(rows, []string{c.Slug, c.Kind, slugs[c.Department], string(c.Settings)})
	}
	return p.table(rows)
}
