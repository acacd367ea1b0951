package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"parley/core"
)

// Link is an account on a channel that is the agent's: what is done there by it, the agent does.
type Link struct {
	ID       string `json:"id" example:"lnk_9f86d081884c7d65"`
	Channel  string `json:"channel" doc:"the channel's slug"`
	Kind     string `json:"kind" doc:"the channel's kind"`
	LinkedAt string `json:"linked_at" format:"date-time"`
}

// Links are an agent's own.
type Links struct {
	Items []Link   `json:"items" nullable:"false" doc:"oldest first"`
	Kinds []string `json:"kinds" nullable:"false" doc:"which kinds of channels there are, those of other departments too: agents may work on one that serves another's customers"`
}

// LinkCode links the account by which it is said on a channel.
type LinkCode struct {
	Code      string `json:"code" doc:"works once, and in the place of those given before"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
}

type (
	linksOutput    struct{ Body Links }
	linkCodeOutput struct{ Body LinkCode }
	unlinkInput    struct {
		ID   string `path:"id" example:"lnk_9f86d081884c7d65"`
		Body Nothing
	}
)

func (s *Server) links(ctx context.Context, _ *struct{}) (*linksOutput, error) {
	channels, err := s.store.Channels(ctx)
	if err != nil {
		return nil, err
	}
	links, err := s.store.Links(ctx, callerOf(ctx).actor.Agent.ID)
	if err != nil {
		return nil, err
	}
	out := &linksOutput{Links{Items: make([]Link, 0, len(links)), Kinds: []string{}}}
	byID := map[core.ChannelID]core.Channel{}
	for _, c := range channels {
		byID[c.ID] = c
		out.Body.Kinds = append(out.Body.Kinds, c.Kind)
	}
	slices.Sort(out.Body.Kinds)
	out.Body.Kinds = slices.Compact(out.Body.Kinds)
	for _, l := range links {
		on := byID[l.Channel]
		out.Body.Items = append(out.Body.Items, Link{ID: linkID(l), Channel: on.Slug, Kind: on.Kind, LinkedAt: l.CreatedAt.String()})
	}
	return out, nil
}

func (s *Server) newLinkCode(ctx context.Context, _ *struct{ Body Nothing }) (*linkCodeOutput, error) {
	code, until, err := s.hub.NewLinkCode(ctx, callerOf(ctx).actor)
	if err != nil {
		return nil, err
	}
	return &linkCodeOutput{LinkCode{code.Reveal(), until.String()}}, nil
}

// unlink finds the link among the caller's own: another's is not there.
func (s *Server) unlink(ctx context.Context, in *unlinkInput) (*struct{}, error) {
	who := callerOf(ctx).actor
	links, err := s.store.Links(ctx, who.Agent.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(links, func(l core.AgentLink) bool { return linkID(l) == in.ID })
	if i < 0 {
		return nil, &core.Error{Op: "web.unlink", Kind: core.NotFound}
	}
	return nil, s.hub.Unlink(ctx, who, links[i])
}

// linkID names a link without telling what the channel calls the person.
func linkID(l core.AgentLink) string {
	h := sha256.Sum256([]byte(l.Channel.String() + "/" + string(l.Remote)))
	return "lnk_" + hex.EncodeToString(h[:8])
}
