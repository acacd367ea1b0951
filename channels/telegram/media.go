package telegram

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"parley/channels"
	"parley/core"
)

// message is a message as far as we read it: https://core.telegram.org/bots/api#message
type message struct {
	ID       int64  `json:"message_id"`
	From     person `json:"from"`
	Chat     chat   `json:"chat"`
	Date     int64  `json:"date"`
	EditDate int64  `json:"edit_date"`
	ReplyTo  *struct {
		ID int64 `json:"message_id"`
	} `json:"reply_to_message"`

	Text            string                 `json:"text"`
	Entities        []models.MessageEntity `json:"entities"`
	Caption         string                 `json:"caption"`
	CaptionEntities []models.MessageEntity `json:"caption_entities"`

	Photo     []file `json:"photo"` // the same in several sizes
	Animation *file  `json:"animation"`
	Video     *file  `json:"video"`
	VideoNote *file  `json:"video_note"`
	Voice     *file  `json:"voice"`
	Audio     *file  `json:"audio"`
	Document  *file  `json:"document"`
	Sticker   *file  `json:"sticker"`

	Venue *struct {
		Title   string `json:"title"`
		Address string `json:"address"`
	} `json:"venue"`
	Location *struct {
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	} `json:"location"`
	Contact *struct {
		Phone     string `json:"phone_number"`
		FirstName string `json:"first_name"`
		LastName  string `json:"last_name"`
	} `json:"contact"`
	Poll *struct {
		Question string `json:"question"`
	} `json:"poll"`
	Dice *struct {
		Emoji string `json:"emoji"`
		Value int64  `json:"value"`
	} `json:"dice"`
}

// file is a photo, video and so on, each with its own members of these.
type file struct {
	ID        string `json:"file_id"`
	Name      string `json:"file_name"`
	Type      string `json:"mime_type"`
	Size      int64  `json:"file_size"`
	Title     string `json:"title"`
	Performer string `json:"performer"`
	Emoji     string `json:"emoji"`
}

func (f file) media(kind, name string) *core.Media {
	return &core.Media{Kind: kind, Name: name, Type: f.Type, Size: f.Size, Remote: core.RemoteID(f.ID)}
}

// content is what a message says; false: nothing, it tells of something that happened to the chat. raw is all of it.
func (m message) content(raw []byte) (core.Content, bool) {
	c := core.Content{Text: m.Text, Entities: marksIn(m.Text, m.Entities)}
	if m.Text == "" {
		c.Text, c.Entities = m.Caption, marksIn(m.Caption, m.CaptionEntities)
	}
	if media := m.media(); media != nil {
		c.Media = []core.Media{*media}
	}
	c = channels.Clean(c)
	if c.Text != "" || len(c.Media) > 0 {
		return c, true
	}
	line, ok := describe(raw)
	return core.Content{Media: []core.Media{{Kind: "other", Name: line}}}, ok
}

// media is what comes with the message. Some kinds are sent as a simpler one too, for old programs: those go first.
func (m message) media() *core.Media {
	switch {
	case m.Animation != nil:
		return m.Animation.media("video", m.Animation.Name)
	case m.Document != nil:
		return m.Document.media("file", m.Document.Name)
	case m.Video != nil:
		return m.Video.media("video", m.Video.Name)
	case m.VideoNote != nil:
		return m.VideoNote.media("video", "video message.mp4")
	case m.Voice != nil:
		return m.Voice.media("voice", "voice message.ogg")
	case m.Audio != nil:
		return m.Audio.media("audio", m.Audio.track())
	case m.Sticker != nil:
		return m.Sticker.media("sticker", m.Sticker.Emoji)
	case len(m.Photo) > 0:
		return largest(m.Photo).media("photo", "photo.jpg")
	case m.Venue != nil:
		return &core.Media{Kind: "location", Name: join(", ", m.Venue.Title, m.Venue.Address)}
	case m.Location != nil:
		return &core.Media{Kind: "location", Name: fmt.Sprintf("%.6f, %.6f", m.Location.Latitude, m.Location.Longitude)}
	case m.Contact != nil:
		return &core.Media{Kind: "contact", Name: join(", ", join(" ", m.Contact.FirstName, m.Contact.LastName), m.Contact.Phone)}
	case m.Poll != nil:
		return &core.Media{Kind: "other", Name: "a poll: " + m.Poll.Question}
	case m.Dice != nil:
		return &core.Media{Kind: "other", Name: fmt.Sprintf("%s a dice, shows %d", m.Dice.Emoji, m.Dice.Value)}
	}
	return nil
}

func (f file) track() string {
	if f.Name != "" {
		return f.Name
	}
	return join(" – ", f.Performer, f.Title)
}

func largest(sizes []file) file {
	best := sizes[0]
	for _, f := range sizes[1:] {
		if f.Size >= best.Size { // the last is the largest, should the sizes be missing
			best = f
		}
	}
	return best
}

// join puts the words together that there are.
func join(by string, words ...string) string {
	var there []string
	for _, w := range words {
		if w != "" {
			there = append(there, w)
		}
	}
	return strings.Join(there, by)
}

// curious are kinds of message that we only name.
var curious = []struct{ member, line string }{
	{"story", "a story"},
	{"checklist", "a checklist"},
	{"paid_media", "media that have to be paid for"},
	{"game", "a game"},
	{"invoice", "an invoice"},
	{"gift", "a gift"},
	{"unique_gift", "a gift"},
	{"giveaway", "a giveaway"},
	{"giveaway_winners", "the winners of a giveaway"},
	{"text", "a text that cannot be shown"},
}

// service are the members of messages that Telegram writes itself, about a chat.
var service = []string{
	"new_chat_members", "left_chat_member", "chat_owner_left", "chat_owner_changed", "new_chat_title", "new_chat_photo", "delete_chat_photo",
	"group_chat_created", "supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id",
	"migrate_from_chat_id", "pinned_message", "successful_payment", "refunded_payment", "users_shared", "chat_shared", "gift_upgrade_sent",
	"connected_website", "write_access_allowed", "passport_data", "proximity_alert_triggered", "boost_added", "chat_background_set",
	"checklist_tasks_done", "checklist_tasks_added", "direct_message_price_changed", "forum_topic_created", "forum_topic_edited",
	"forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created",
	"giveaway_completed", "paid_message_price_changed", "suggested_post_approved", "suggested_post_approval_failed",
	"suggested_post_declined", "suggested_post_paid", "suggested_post_refunded", "video_chat_scheduled", "video_chat_started",
	"video_chat_ended", "video_chat_participants_invited", "web_app_data",
}

// describe names a message that has neither text nor media that we know; false: Telegram wrote it.
func describe(raw []byte) (string, bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil { // it was read before
		return "", false
	}
	for _, name := range service {
		if _, ok := members[name]; ok {
			return "", false
		}
	}
	for _, c := range curious {
		if _, ok := members[c.member]; ok {
			return c.line, true
		}
	}
	return "something that Parley cannot show", true
}
