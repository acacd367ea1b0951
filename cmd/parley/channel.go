package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"parley/channels"
	"parley/channels/widget"
	"parley/core"
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
	textChange
}

func (w channelAddWidget) Run(p *program) error {
	asked := widgetWish{Origins: w.Origin, Files: w.Files}
	if err := cmp.Or(w.lookChange.apply(&asked.Look), w.textChange.apply(&asked.Texts)); err != nil {
		return err
	}
	public, err := p.config()
	if err != nil {
		return err
	}
	c, err := p.addChannel(w.placement, widget.Kind, asked, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, snippet(public.public(nil), c.Slug))
	return nil
}

// widgetWish is what is asked of a widget that is added.
type widgetWish struct {
	Origins []string `json:"origins"`
	Files   bool     `json:"files"`
	widget.Look
	widget.Texts
}

func addWidget(_ context.Context, _ *office, w wish) (prepared, error) {
	var asked widgetWish
	if err := channels.ReadSettings(w.settings, &asked); err != nil {
		return prepared{}, err
	}
	if err := w.keys.only(); err != nil {
		return prepared{}, err
	}
	for i, origin := range asked.Origins {
		asked.Origins[i] = strings.TrimSuffix(origin, "/")
		if _, ok := socket.ParseOrigin(asked.Origins[i]); !ok {
			return prepared{}, wrong("origins", "must be like https://shop.example.com, without a path")
		}
	}
	settings, err := widget.NewSettings(asked.Origins)
	if err != nil {
		return prepared{}, err
	}
	settings.Files, settings.Look, settings.Texts = asked.Files, asked.Look, asked.Texts
	return prepared{settings: settings}, cmp.Or(settings.Look.Check(), settings.Texts.Check())
}

// snippet is the line that shows a widget on a site's pages.
func snippet(publicURL, slug string) string {
	return fmt.Sprintf("<script async src=%q data-channel=%q></script>", publicURL+"/widget.js", slug)
}

// addChannel adds a channel of a kind, with what the kind is asked for.
func (p *program) addChannel(at placement, kind string, asked any, keys newKeys) (core.Channel, error) {
	settings, err := json.Marshal(asked)
	if err != nil {
		return core.Channel{}, fmt.Errorf("write settings down: %w", err)
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return core.Channel{}, err
	}
	defer o.close()
	d, err := o.department(ctx, "--department", at.Department)
	if err != nil {
		return core.Channel{}, err
	}
	return o.add(ctx, wish{kind: kind, name: at.Name, department: d.ID, settings: settings, keys: keys})
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
