package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"parley/channels"
	"parley/channels/slack"
	"parley/channels/telegram"
	"parley/channels/widget"
	"parley/core"
)

// kind is a kind of channel.
type kind struct {
	can core.Capabilities
	// open makes the adapter of one channel, with its secret; nil where one handler speaks for all (see newAdapters). It does no I/O.
	open func(opener, core.Channel, core.Secret, channels.Reports) (core.Adapter, error)
	// add makes of a wish what is kept of it. It asks the network whether all is there that the kind needs. The error is Invalid, with the field.
	add func(context.Context, *office, wish) (prepared, error)
	// rekey reads other keys of the account that a channel speaks for, whose secret has been held until now; nil where a channel has none.
	rekey func(ctx context.Context, c *config, held core.Channel, secret core.Secret, keys newKeys) (core.Secret, error)
	// manifest gives what the network asks for before a channel is added; mode is "" for the usual one. nil where it asks for nothing.
	manifest func(mode, publicURL, slug string) ([]byte, error)
	// embed gives the line that shows a channel on a site's pages; nil where none does.
	embed func(publicURL, slug string) string
}

// kinds has one line per kind of channel.
var kinds = map[string]kind{
	widget.Kind:   {can: widget.Capabilities, add: addWidget, embed: snippet},
	telegram.Kind: {can: telegram.Capabilities, open: openTelegram, add: addTelegram, rekey: rekeyTelegram},
	slack.Kind:    {can: slack.Capabilities, open: openSlack, add: addSlack, rekey: rekeySlack, manifest: slack.Manifest},
}

// manifest gives what a network asks for before a channel of the kind is added. The error is Invalid, with the field.
func manifest(kind, name, mode, publicURL string) (string, error) {
	const op = "channels.manifest"
	k := kinds[kind]
	if k.manifest == nil {
		return "", &core.Error{Op: op, Kind: core.Invalid, Field: "kind", Reason: "is no kind of channel for which a network asks for anything"}
	}
	if err := core.CheckSlug("name", name); err != nil {
		return "", err
	}
	text, err := k.manifest(mode, publicURL, name)
	return string(text), err
}

// opener makes adapters: it has what they need of the program.
type opener struct {
	config    *config
	publicURL string
	inbox     core.Inbox
	desk      func(core.ChannelID) core.Desk
	log       *slog.Logger
}

// open makes a channel's adapter; nil for a kind that needs no running.
func (o opener) open(c core.Channel, r channels.Reports) (core.Adapter, error) {
	k := kinds[c.Kind]
	if k.open == nil {
		return nil, nil
	}
	secret, err := o.config.unseal(c)
	if err != nil {
		return nil, err
	}
	return k.open(o, c, secret, r)
}

// unseal gives a channel's secret.
func (c *config) unseal(of core.Channel) (core.Secret, error) {
	secret, err := core.NewSecretSeal(c.key).Open(of.Sealed, sealOf(of.Slug))
	if err != nil {
		return "", &core.Error{Op: "channels.unseal", Kind: core.Unauthorized, Err: err,
			Reason: "Its key cannot be read with this installation's secret key: give it again with parley channel set."}
	}
	return secret, nil
}

// sealOf is what a channel's secret is sealed for.
func sealOf(slug string) string { return "channel " + slug }

// adapter speaks for all channels of one kind.
type adapter struct {
	paths   []string // where its handler is mounted
	handler http.Handler
	stop    func()               // ends its answers that have no end of their own; nil if there are none
	set     func([]placed) error // says which channels there are, of all kinds; those of others are passed over
}

// placed is a channel with the department whose customers it serves.
type placed struct {
	core.Channel
	department string // its name
}

// newAdapters has what speaks for all channels of a kind, and the supervisor, which runs the channels of all other kinds.
func newAdapters(n *node) []adapter {
	return []adapter{
		widgetAdapter(n),
		{[]string{"/hooks/{kind}/{slug}"}, n.channels, nil, func(all []placed) error {
			bare := make([]core.Channel, len(all))
			for i, c := range all {
				bare[i] = c.Channel
			}
			n.channels.Set(bare)
			return nil
		}},
	}
}

func widgetAdapter(n *node) adapter {
	w := widget.New(n.hub, n.feed, n.hub, n.sockets, n.publicURL, core.SystemClock, n.log.With("room", "widget"))
	w.Country = n.config.countries.of
	n.watch.show = w.SetOpenings
	n.presence.Visited = w.Talks()
	n.queue = &queue{wanted: w.Visited, waits: n.hub.Waits, show: w.SetWaits, log: n.log.With("room", "queue")}
	return adapter{widget.Paths, w, w.Close, func(channels []placed) error {
		live := make([]widget.Live, len(channels))
		for i, c := range channels {
			live[i] = widget.Live{Channel: c.Channel, Department: c.department}
			if err := addOrigins(&live[i].Channel, n.origins); err != nil {
				n.log.Error("origins not added", "channel", c.Slug, "error", err)
			}
		}
		return w.Set(live)
	}}
}

// addOrigins lets more sites show a widget than its settings name.
func addOrigins(c *core.Channel, origins []string) error {
	if c.Kind != widget.Kind || len(origins) == 0 {
		return nil
	}
	s, err := widget.ParseSettings(c.Settings)
	if err == nil {
		var more widget.Settings
		more, err = widget.NewSettings(slices.Concat(s.Origins, origins))
		s.Origins = more.Origins
	}
	if err == nil {
		c.Settings, err = json.Marshal(s)
	}
	if err != nil {
		return fmt.Errorf("add origins: %w", err)
	}
	return nil
}
