package web

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"parley/core"
)

// silentTime is how long the node that runs a channel may say nothing before the channel counts as stopped: it writes every
// half minute.
const silentTime = 90 * time.Second

// Channel is one configured account on a network.
type Channel struct {
	ID         string `json:"id"`
	Slug       string `json:"slug"`
	Kind       string `json:"kind"`
	Department string `json:"department"`
	Health     Health `json:"health"`
}

// Health is how a channel fares.
type Health struct {
	State      string `json:"state" enum:"running,troubled,reconnect,stopped" doc:"reconnect: it needs another key"`
	Reason     string `json:"reason,omitempty" doc:"what is wrong, in a sentence"`
	Since      string `json:"since,omitempty" format:"date-time"`
	ReceivedAt string `json:"received_at,omitempty" format:"date-time" doc:"the newest word from the network"`
	SentAt     string `json:"sent_at,omitempty" format:"date-time" doc:"the newest thing that it took"`
	Backlog    int64  `json:"backlog" doc:"things owed to it"`
	Parked     int64  `json:"parked" doc:"things that came in and could not be applied"`
}

type channelsOutput struct{ Body List[Channel] }

func (s *Server) channels(ctx context.Context, _ *struct{}) (*channelsOutput, error) {
	rows, err := s.store.Channels(ctx)
	if err != nil {
		return nil, err
	}
	healths, err := s.store.Healths(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[core.ChannelID]core.Health{}
	for _, h := range healths {
		byID[h.Channel] = h
	}
	who := callerOf(ctx).actor
	out := &channelsOutput{List[Channel]{[]Channel{}}}
	for _, c := range rows {
		if who.Agent.Admin || who.Scope().Sees(c.Department) {
			out.Body.Items = append(out.Body.Items, s.channelOf(c, byID[c.ID]))
		}
	}
	return out, nil
}

func (s *Server) healthOf(id core.ChannelID, h core.Health) Health {
	state := string(h.State)
	can, known := s.can(id)
	switch {
	case known && can.Pulls:
		state = string(core.Running) // every node serves it
	case h.ToldAt == 0, h.State != core.Reconnect && h.ToldAt.Add(silentTime) < core.At(s.clock()):
		state = "stopped"
	}
	return Health{
		State: state, Reason: h.Reason, Since: h.Since.String(), ReceivedAt: h.ReceivedAt.String(), SentAt: h.SentAt.String(),
		Backlog: h.Backlog, Parked: h.Parked,
	}
}

type manifestInput struct {
	Kind string `query:"kind" doc:"of channel, such as slack"`
	Name string `query:"name" doc:"what the channel will be called: its slug"`
	Mode string `query:"mode" doc:"the kind's usual one if left out"`
}

// Manifest is what a network asks for when an app is made.
type Manifest struct {
	Text string `json:"text" doc:"to be given to the network as it is"`
}

type manifestOutput struct{ Body Manifest }

func (s *Server) channelManifest(_ context.Context, in *manifestInput) (*manifestOutput, error) {
	text, err := s.manifest(in.Kind, in.Name, in.Mode)
	if err != nil {
		return nil, err
	}
	return &manifestOutput{Manifest{text}}, nil
}

// NewChannel is a channel that is to be added.
type NewChannel struct {
	Kind       string            `json:"kind" doc:"such as slack"`
	Name       string            `json:"name,omitempty" doc:"its slug; the department's and the kind if left out"`
	Department string            `json:"department" doc:"its id"`
	Settings   map[string]any    `json:"settings,omitempty" doc:"what its kind is asked for: see the README of the kind"`
	Keys       map[string]string `json:"keys,omitempty" doc:"its tokens, by what its kind calls them. They are sealed, and in no answer"`
}

// Adding is a NewChannel as it has been read.
type Adding struct {
	Kind, Name string
	Department core.DepartmentID
	Settings   json.RawMessage
	Keys       map[string]core.Secret
	Dedupe     string // who adds it, with their idempotency key; "" for none
}

// AddedChannel is a channel as it was added.
type AddedChannel struct {
	Channel Channel `json:"channel"`
	Embed   string  `json:"embed,omitempty" doc:"the line that shows it on a site's pages, where one does"`
}

type (
	addInput struct {
		Key  string `header:"Idempotency-Key" doc:"the same again, with the same key, is done once"`
		Body NewChannel
	}
	addOutput struct{ Body AddedChannel }
)

// maxKey is how long a key of a channel may be, in bytes.
const maxKey = 4096

func (s *Server) addChannel(ctx context.Context, in *addInput) (*addOutput, error) {
	department, err := core.ParseID[core.DepartmentID](in.Body.Department)
	if err != nil {
		return nil, refuse("department", "is none")
	}
	a := Adding{Kind: in.Body.Kind, Name: in.Body.Name, Department: department, Settings: json.RawMessage("{}")}
	if in.Body.Settings != nil {
		if a.Settings, err = json.Marshal(in.Body.Settings); err != nil {
			return nil, fmt.Errorf("write settings down: %w", err)
		}
	}
	if a.Keys, err = keysOf(in.Body.Keys); err != nil {
		return nil, err
	}
	if a.Dedupe, err = dedupeOf(callerOf(ctx).actor, in.Key); err != nil {
		return nil, err
	}
	c, embed, err := s.add(ctx, a)
	if err != nil {
		return nil, keyed(err)
	}
	return &addOutput{AddedChannel{s.channelOf(c, core.Health{}), embed}}, nil
}

// keysOf reads keys as they are pasted. An empty one is none.
func keysOf(given map[string]string) (map[string]core.Secret, error) {
	keys := map[string]core.Secret{}
	for name, key := range given {
		if key = strings.TrimSpace(key); len(key) > maxKey {
			return nil, refuse("keys", "has one that is too long")
		}
		if key != "" {
			keys[name] = core.Secret(key)
		}
	}
	return keys, nil
}

// NewKeys are what a channel is given in the place of keys that it has.
type NewKeys struct {
	Keys map[string]string `json:"keys" doc:"by what its kind calls them; one that is not given stays. They are sealed, and in no answer"`
}

type (
	rekeyInput struct {
		ID   string `path:"id"`
		Body NewKeys
	}
	rekeyOutput struct{ Body Channel }
)

func (s *Server) rekeyChannel(ctx context.Context, in *rekeyInput) (*rekeyOutput, error) {
	id, err := core.ParseID[core.ChannelID](in.ID)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(in.Body.Keys)
	if err != nil {
		return nil, err
	}
	c, err := s.rekey(ctx, id, keys)
	if err != nil {
		return nil, err
	}
	healths, err := s.store.Healths(ctx)
	if err != nil {
		return nil, err
	}
	var now core.Health
	for _, h := range healths {
		if h.Channel == id {
			now = h
		}
	}
	return &rekeyOutput{s.channelOf(c, now)}, nil
}

func (s *Server) channelOf(c core.Channel, h core.Health) Channel {
	return Channel{ID: c.ID.String(), Slug: c.Slug, Kind: c.Kind, Department: c.Department.String(), Health: s.healthOf(c.ID, h)}
}

type testInput struct {
	ID   string `path:"id"`
	Body Nothing
}

// Tested is a network's answer.
type Tested struct {
	Answer string `json:"answer" doc:"a line for people, such as the account's name"`
}

type testOutput struct{ Body Tested }

func (s *Server) testChannel(ctx context.Context, in *testInput) (*testOutput, error) {
	id, err := core.ParseID[core.ChannelID](in.ID)
	if err != nil {
		return nil, err
	}
	answer, err := s.check(ctx, id)
	if err != nil {
		return nil, err
	}
	return &testOutput{Tested{answer}}, nil
}
