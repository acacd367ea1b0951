package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"parley/core"
	"parley/core/hub"
	"parley/web"
)

// wish is a channel that is to be added: by a command, or over the API.
type wish struct {
	kind       string
	name       string // "": the department's and the kind
	department core.DepartmentID
	settings   json.RawMessage // what is asked of the kind; each has its own
	keys       newKeys
	dedupe     string
}

// prepared is what a kind makes of a wish, when its network has nothing against it.
type prepared struct {
	settings any
	secret   core.Secret // "" for none
	room     string      // in which agents are to work; "" for none
}

// add adds a channel. The error is Invalid, with the field, or Unavailable; a network that does not answer in time is.
func (o *office) add(ctx context.Context, w wish) (core.Channel, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	k, known := kinds[w.kind]
	if !known {
		return core.Channel{}, wrong("kind", "is no kind of channel")
	}
	departments, err := o.AllDepartments(ctx)
	if err != nil {
		return core.Channel{}, err
	}
	i := slices.IndexFunc(departments, func(d core.Department) bool { return d.ID == w.department })
	if i < 0 {
		return core.Channel{}, wrong("department", "is none")
	}
	w.name = cmp.Or(w.name, departments[i].Slug+"-"+w.kind)
	if err := core.CheckSlug("name", w.name); err != nil {
		return core.Channel{}, err
	}
	made, err := k.add(ctx, o, w)
	if err != nil {
		return core.Channel{}, err
	}
	document, err := json.Marshal(made.settings)
	if err != nil {
		return core.Channel{}, fmt.Errorf("write settings down: %w", err)
	}
	n := hub.NewChannel{Slug: w.name, Kind: w.kind, Department: w.department, Settings: document, Dedupe: w.dedupe}
	if made.secret != "" {
		if n.Sealed, err = o.seal(ctx, w.name, made.secret); err != nil {
			return core.Channel{}, err
		}
	}
	c, err := o.hub.AddChannel(ctx, n)
	if err == nil && made.room != "" {
		err = o.hub.AddSurface(ctx, core.Surface{Channel: c.ID, Room: core.RemoteID(made.room), Department: c.Department})
	}
	return c, err
}

// addFor adds a channel for an admin who asks over the API, and tells this node's adapters before it answers.
func (n *node) addFor(ctx context.Context, a web.Adding) (core.Channel, string, error) {
	o := office{Store: n.store, config: &n.config, hub: n.hub}
	c, err := o.add(ctx, wish{kind: a.Kind, name: a.Name, department: a.Department, settings: a.Settings, keys: a.Keys, dedupe: a.Dedupe})
	if err != nil {
		return c, "", err
	}
	n.watch.look(ctx)
	if embed := kinds[c.Kind].embed; embed != nil {
		return c, embed(n.publicURL, c.Slug), nil
	}
	return c, "", nil
}

// wrong says what is wrong with what a channel was to be given.
func wrong(field, reason string) error {
	return &core.Error{Op: "channels.add", Kind: core.Invalid, Field: field, Reason: reason}
}
