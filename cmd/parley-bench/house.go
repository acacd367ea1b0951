package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"parley/channels/widget"
	"parley/core"
	"parley/core/hub"
	"parley/core/store"
)

const origin = "https://shop.test"

// house is what a run finds in its database: a department with a widget, and agents who may do everything there.
type house struct {
	department core.DepartmentID
	channel    core.Channel
	agents     []core.Secret // an API key each
}

// engine is the writer with the hub before it, in this process: what the program is without sockets.
type engine struct {
	store  *store.Store
	writer *store.Writer
	hub    *hub.Hub
	stop   func() error
}

func startEngine(ctx context.Context, url string) (*engine, error) {
	s, err := openStore(url)
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	log := slog.New(slog.DiscardHandler)
	w := store.NewWriter(s, func(core.Committed) {}, store.WithAudit(core.NewAuditSeal(secretKey)))
	h, err := hub.New(hub.Config{
		Writer: w, Store: s, Hints: func(core.Hint) {}, IDs: &core.IDMaker{}, Clock: core.SystemClock, Log: log,
		Can: func(core.ChannelID) (core.Capabilities, bool) { return core.Capabilities{Pulls: true}, true },
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // what was handed in is written before stop returns
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	return &engine{s, w, h, func() error {
		cancel()
		return errors.Join(<-done, s.Close())
	}}, nil
}

func openStore(url string) (*store.Store, error) {
	return store.Open(store.Options{URL: url, Clock: core.SystemClock, Log: slog.New(slog.DiscardHandler)})
}

// furnish makes a house in a new database.
func furnish(ctx context.Context, url string, agents int) (house, error) {
	e, err := startEngine(ctx, url)
	if err != nil {
		return house{}, err
	}
	h, err := e.furnish(ctx, agents)
	return h, errors.Join(err, e.stop())
}

func (e *engine) furnish(ctx context.Context, agents int) (house, error) {
	var h house
	d, err := e.hub.AddDepartment(ctx, "Support", "", "UTC")
	if err != nil {
		return h, err
	}
	h.department = d.ID
	// A visitor says more here than any person could.
	settings, err := json.Marshal(widget.Settings{Origins: []string{origin}, Limits: widget.Limits{Frames: 1 << 30, Messages: 1 << 30}})
	if err != nil {
		return h, err
	}
	if h.channel, err = e.hub.AddChannel(ctx, hub.NewChannel{Slug: "shop", Kind: widget.Kind, Department: d.ID, Settings: settings}); err != nil {
		return h, err
	}
	for i := range agents {
		email := fmt.Sprintf("agent%d@example.test", i+1)
		_, err := e.hub.AddAgent(ctx, hub.NewAgent{
			Email: email, Name: fmt.Sprintf("Agent %d", i+1), Password: core.NewToken(),
			Roles: core.Roles{d.ID: core.Operator | core.Supervisor},
		})
		if err != nil {
			return h, err
		}
		key, err := e.hub.AddKey(ctx, email, "bench", core.AllScope)
		if err != nil {
			return h, err
		}
		h.agents = append(h.agents, key)
	}
	return h, nil
}
