package telegram

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/channels"
	"parley/core"
)

// update is one thing that happened, as Telegram wrote it: https://core.telegram.org/bots/api#update
type update struct {
	id   int64
	kind string // "message" and so on: the one member besides the number
	body json.RawMessage
	raw  json.RawMessage
}

var errNoUpdate = errors.New("not an update")

// parse reads an update as far as its number and kind. The error is errNoUpdate.
func parse(raw []byte) (update, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return update{}, errNoUpdate
	}
	u := update{raw: raw}
	var number *int64
	if json.Unmarshal(members["update_id"], &number) != nil || number == nil {
		return update{}, errNoUpdate
	}
	u.id = *number
	for kind, body := range members {
		if kind != "update_id" && (u.kind == "" || before(kind, u.kind)) {
			u.kind, u.body = kind, body
		}
	}
	return u, nil
}

// before tells which of two members says what happened. Telegram promises that there is one; should another come with it one day, it is
// the one that we asked for, and of others the same each time.
func before(kind, other string) bool {
	if wanted := slices.Contains(allowed, kind); wanted != slices.Contains(allowed, other) {
		return wanted
	}
	return kind < other
}

// The parts of updates that we read.
type (
	person struct {
		ID        int64  `json:"id"`
		IsBot     bool   `json:"is_bot"`
		FirstName string `json:"first_name"`
		LastName  string `json:"last_name"`
		Username  string `json:"username"`
		Language  string `json:"language_code"` // of their app
	}
	chat struct {
		ID   int64  `json:"id"`
		Type string `json:"type"`
	}
	member struct {
		Chat chat   `json:"chat"`
		From person `json:"from"`
		Date int64  `json:"date"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	}
	reaction struct {
		Chat    chat    `json:"chat"`
		Message int64   `json:"message_id"`
		User    *person `json:"user"`
		Date    int64   `json:"date"`
		New     []struct {
			Type  string `json:"type"`
			Emoji string `json:"emoji"`
		} `json:"new_reaction"`
	}
)

const private = "private"

func (p person) profile() core.Profile {
	name := channels.CleanName(p.FirstName + " " + p.LastName)
	if name == "" && p.Username != "" {
		name = channels.CleanName("@" + p.Username)
	}
	return core.Profile{Name: name, Language: p.Language}
}

// heard is an update in core's words. Without a verb there is nothing to tell.
type heard struct {
	core.Inbound
	notice string // for the log: something that whoever looks after the bot should know
	update update
}

const noticeGroup = "the bot was added to a group or channel: what is said there is passed over"

// receive says an update in core's words. What is said in groups and channels, by other bots, and by Telegram itself about a chat is
// nothing; what is not understood is unknown. It is pure, and what it gives core.Inbound.Check accepts.
func receive(c core.Channel, u update) heard {
	h := heard{update: u, Inbound: core.Inbound{Channel: c.ID, Department: c.Department}}
	var err error
	switch u.kind {
	case "message", "edited_message":
		err = h.message()
	case "message_reaction":
		err = h.reaction()
	case "my_chat_member":
		err = h.membership()
	default:
		h.Inbound = h.aside("Telegram told of something that Parley does not know.")
	}
	if err != nil {
		h.Inbound = h.aside("Telegram told of something in a way that Parley does not know.")
	}
	return h
}

// who says whose doing it is, and where. False: not a person's in a private chat.
func (h *heard) who(at chat, p person, date int64) (bool, error) {
	if at.Type == "" {
		return false, errors.New("in no chat")
	}
	if at.Type != private || p.IsBot {
		return false, nil
	}
	h.Conversation = core.RemoteID(strconv.FormatInt(at.ID, 10))
	h.Identity = core.RemoteID(strconv.FormatInt(cmp.Or(p.ID, at.ID), 10))
	h.Profile, h.At = p.profile(), moment(date)
	return true, nil
}

// moment reads a date, in seconds. Zero where it can be none.
func moment(seconds int64) core.Time {
	if seconds <= 0 || seconds > 1<<36 {
		return 0
	}
	return core.At(time.Unix(seconds, 0))
}

func (h *heard) message() error {
	var m message
	if err := json.Unmarshal(h.update.body, &m); err != nil {
		return err
	}
	if ok, err := h.who(m.Chat, m.From, m.Date); !ok {
		return err
	}
	content, ok := m.content(h.update.body)
	if !ok {
		return nil
	}
	h.Content = content
	name := remote(m.Chat.ID, m.ID)
	if h.update.kind == "edited_message" {
		h.Verb, h.Target, h.At = core.InboundEdit, name, moment(m.EditDate)
		h.Dedupe = fmt.Sprintf("%s/e%d-%s", name, m.EditDate, hashOf(content.Text, core.Extra{Entities: content.Entities, Media: content.Media}.Data()))
		return nil
	}
	h.Verb, h.Remote, h.Dedupe = core.InboundMessage, name, string(name)
	if m.ReplyTo != nil {
		h.ReplyTo = remote(m.Chat.ID, m.ReplyTo.ID)
	}
	return nil
}

// reaction takes the last plain emoji that the customer shows. Those that only Telegram can draw are none.
func (h *heard) reaction() error {
	var r reaction
	if err := json.Unmarshal(h.update.body, &r); err != nil {
		return err
	}
	var by person
	if r.User != nil {
		by = *r.User
	}
	if ok, err := h.who(r.Chat, by, r.Date); !ok {
		return err
	}
	var shown strings.Builder
	for _, n := range r.New {
		if n.Type == "emoji" {
			h.Emoji = n.Emoji
		}
		fmt.Fprintf(&shown, "%q %q ", n.Type, n.Emoji)
	}
	if err := core.CheckEmoji("emoji", h.Emoji); err != nil {
		h.Emoji = ""
		return err
	}
	h.Verb, h.Target = core.InboundReact, remote(r.Chat.ID, r.Message)
	h.Dedupe = fmt.Sprintf("%s/r%d-%s", h.Target, r.Date, hashOf(string(h.Identity), shown.String()))
	return nil
}

// membership tells whether the bot can still write: a customer who blocks it makes it "kicked" in their chat.
func (h *heard) membership() error {
	var m member
	if err := json.Unmarshal(h.update.body, &m); err != nil {
		return err
	}
	status := m.New.Status
	if m.Chat.Type != private && (status == "member" || status == "administrator") {
		h.notice = noticeGroup
	}
	if ok, err := h.who(m.Chat, m.From, m.Date); !ok {
		return err
	}
	h.Dedupe = fmt.Sprintf("%d/m%d-%s", m.Chat.ID, m.Date, hashOf(status))
	switch status {
	case "kicked":
		h.Verb, h.Reason = core.InboundLost, reasonBlocked
	case "member":
		h.Verb = core.InboundFound
	default:
		return errors.New("an unknown status")
	}
	return nil
}

// aside is what was heard as something to be kept aside, with all that came.
func (h heard) aside(reason string) core.Inbound {
	raw := string(h.update.raw[:min(len(h.update.raw), core.MaxRaw)])
	in := core.Inbound{
		Channel: h.Channel, Department: h.Department, Verb: core.InboundUnknown, At: h.At, Identity: h.Identity, Profile: h.Profile,
		Conversation: h.Conversation, Reason: reason, Raw: strings.ToValidUTF8(raw, ""),
	}
	in.Dedupe = fmt.Sprintf("u%d-%s", h.update.id, hashOf(string(h.update.raw)))
	return in
}

// hashOf is short, and enough to tell the few things apart that happen to one message in one second.
func hashOf(words ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", words))
	return hex.EncodeToString(sum[:6])
}
