package slack

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"parley/core"
)

// leave lets the card in a room that was moved say where the session is shown now. Where nothing can be changed any more, nothing is: the room may
// have been archived, which may be why it was moved.
func (a *Adapter) leave(ctx context.Context, o core.Outgoing) error {
	room, root := string(o.Former.Conversation), string(o.Former.Thread)
	err := a.change(ctx, room, root, leftPost(o, a.addressOf(ctx, string(o.To.Conversation), string(o.To.Thread))))
	if err == nil || says(err, roomWords...) || says(err, threadWords...) || says(err, fixedWords...) {
		return nil
	}
	return fault(opDeliver, err)
}

// addressOf gives the address of a message; "" if Slack does not tell it.
func (a *Adapter) addressOf(ctx context.Context, room, ts string) string {
	link, err := a.api.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: room, Ts: ts})
	if err != nil {
		a.config.Log.InfoContext(ctx, "a message has no address", "error", asked("slack.addressOf", err))
		return ""
	}
	return link
}

// leftPost is the card of a session that is shown in another room now. Nothing can be pressed on it.
func leftPost(o core.Outgoing, link string) post {
	name := fmt.Sprintf("%s · %s · #%d", customerOf(o.Card), kindOf(o.Card), o.Card.Number)
	return richPost(name+": goes on in another channel",
		line(emoji("arrow_right"), words(" "), strong(name)), line(words("Goes on in "), leading(string(o.To.Conversation), link)))
}

// former says where a session was shown before, if it was elsewhere.
func (a *Adapter) former(ctx context.Context, o core.Outgoing) []slack.RichTextElement {
	if o.Former.Thread == "" {
		return nil
	}
	room := string(o.Former.Conversation)
	return []slack.RichTextElement{line(words("Until now this was in "), leading(room, a.addressOf(ctx, room, string(o.Former.Thread))))}
}

// leading leads to a message, or, where its address is not known, to its room.
func leading(room, link string) slack.RichTextSectionElement {
	if link != "" {
		return slack.NewRichTextSectionLinkElement(link, "another channel's thread", nil)
	}
	return slack.NewRichTextSectionChannelElement(room, nil)
}
