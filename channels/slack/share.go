package slack

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// extra is what a customer's message has, and an agent's need not have.
type extra struct {
	shares []string // messages that are passed on with it, as Slack writes texts
	name   string   // what the event calls who said it, "" if it does not
	raw    string   // all of it, where it is strange
}

// extra reads what the message has besides its words.
func (m message) extra() extra {
	var x extra
	var called struct {
		Display string `json:"display_name"`
		Real    string `json:"real_name"`
	}
	if json.Unmarshal(m.Profile, &called) == nil {
		if x.name = channels.CleanName(called.Display); x.name == "" {
			x.name = channels.CleanName(called.Real)
		}
	}
	for _, raw := range list(m.Shares) {
		var s struct {
			Share    bool   `json:"is_share"`
			Text     string `json:"text"`
			Fallback string `json:"fallback"`
		}
		if json.Unmarshal(raw, &s) == nil && s.Share {
			if s.Text == "" {
				s.Text = s.Fallback
			}
			x.shares = append(x.shares, s.Text)
		}
	}
	return x
}

// list reads a list whose parts are read by themselves.
func list(raw json.RawMessage) []json.RawMessage {
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	return all
}

// complete adds to what a message says what came with it: files, and what was passed on, as quotes.
func (d doing) complete(c core.Content, media []core.Media) core.Content {
	c.Media = media
	for _, share := range d.more.shares {
		text := content(slack.Msg{Text: share}, func(string) string { return "" }).Text
		if text == "" {
			continue
		}
		if c.Text != "" {
			c.Text += "\n"
		}
		c.Entities = append(c.Entities, core.Entity{Kind: core.Quote, Offset: utf8.RuneCountInString(c.Text), Length: utf8.RuneCountInString(text)})
		c.Text += text
	}
	return channels.Clean(c)
}

// services are the messages that nobody has written: https://docs.slack.dev/reference/events/message#subtypes
var services = []string{
	"assistant_app_thread", "bot_add", "bot_remove", "channel_archive", "channel_canvas_updated", "channel_convert_to_private",
	"channel_convert_to_public", "channel_join", "channel_leave", "channel_name", "channel_posting_permissions", "channel_purpose",
	"channel_topic", "channel_unarchive", "document_mention", "ekm_access_denied", "file_comment", "file_mention", "group_archive",
	"group_join", "group_leave", "group_name", "group_purpose", "group_topic", "group_unarchive", "huddle_thread", "message_replied",
	"pinned_item", "reminder_add", "reply_broadcast", "sh_room_created", "sh_room_shared", "tombstone", "unpinned_item",
}

// readStrange reads a message of a kind that did not exist when this was written.
func (m message) readStrange(s Settings, d doing) doing {
	if !s.serves(d.room) || slices.Contains(services, m.Subtype) || m.ours(s) || m.BotID != "" || m.User == "" {
		return doing{}
	}
	d.kind, d.more = didStrange, m.extra()
	return d
}
