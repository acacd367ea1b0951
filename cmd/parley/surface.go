package main

import (
	"context"

	"parley/channels/slack"
	"parley/core"
)

type surfaceCommand struct {
	Add    surfaceAdd    `cmd:"" help:"Let a room show a department's sessions, from their next event on."`
	Remove surfaceRemove `cmd:"" help:"End that. What agents say in the threads that are there still belongs to their sessions."`
	List   surfaceList   `cmd:"" help:"List the surfaces."`
}

// spot names a surface.
type spot struct {
	Channel    string `required:"" placeholder:"SLUG" help:"The channel, as channel list names it."`
	Room       string `required:"" placeholder:"ID" help:"The room in it: a Slack channel, like C0123456789."`
	Department string `required:"" placeholder:"DEPT" help:"The department, named by slug or exact name."`
}

type surfaceAdd struct{ spot }

func (s surfaceAdd) Run(p *program) error { return s.set(p, true) }

type surfaceRemove struct{ spot }

func (s surfaceRemove) Run(p *program) error { return s.set(p, false) }

func (s spot) set(p *program, add bool) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	c, err := o.channel(ctx, s.Channel)
	if _, bad := err.(*badInput); bad { //nolint:errorlint // made by channel, never wrapped
		return &badInput{"--channel", "names no channel"}
	}
	if err != nil {
		return err
	}
	if c.Kind != slack.Kind {
		return &badInput{"--channel", "names a channel in which agents cannot work"}
	}
	if err := slack.CheckRoom("room", s.Room); err != nil {
		return err
	}
	d, err := o.department(ctx, "--department", s.Department)
	if err != nil {
		return err
	}
	f := core.Surface{Channel: c.ID, Room: core.RemoteID(s.Room), Department: d.ID}
	if add {
		return o.hub.AddSurface(ctx, f)
	}
	return o.hub.RemoveSurface(ctx, f)
}

type surfaceList struct{}

func (surfaceList) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Surfaces(ctx)
	if err != nil {
		return err
	}
	channels, err := o.Channels(ctx)
	if err != nil {
		return err
	}
	departments, err := o.AllDepartments(ctx)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, c := range channels {
		names[int64(c.ID)] = c.Slug
	}
	for _, d := range departments {
		names[int64(d.ID)] = d.Slug
	}
	rows := [][]string{{"CHANNEL", "ROOM", "DEPARTMENT"}}
	for _, f := range all {
		rows = append(rows, []string{names[int64(f.Channel)], string(f.Room), names[int64(f.Department)]})
	}
	return p.table(rows)
}
