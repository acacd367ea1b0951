package echo

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/channels"
	"parley/core"
)

// update is what the network tells, as far as it matters here: one of its members is there.
type update struct {
	Number   int64     `json:"number"` // rises with each; what is told again has another
	Message  *message  `json:"message"`
	Edited   *message  `json:"edited"`
	Deleted  *deletion `json:"deleted"`
	Reaction *reaction `json:"reaction"`
	Member   *member   `json:"member"`
}

type (
	message struct {
		ID      int64  `json:"id"` // unique within its chat
		Chat    int64  `json:"chat"`
		From    person `json:"from"`
		Date    int64  `json:"date"` // milliseconds since 1970; of an edit, when that was
		Text    string `json:"text,omitempty"`
		Marks   []mark `json:"marks,omitempty"`
		Files   []file `json:"files,omitempty"`
		ReplyTo int64  `json:"reply_to,omitempty"`
		Service string `json:"service,omitempty"` // says what happened in the chat, such as "joined": nobody said it
	}
	person struct {
		ID   int64  `json:"id"`
		Name string `json:"name,omitempty"`
		Bot  bool   `json:"bot,omitempty"` // a program: another one, or ourselves
	}
	mark struct {
		Kind   string `json:"kind"`
		Offset int    `json:"offset"` // in UTF-16 units, like Length
		Length int    `json:"length"`
		URL    string `json:"url,omitempty"`
	}
	file struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Type string `json:"type"`
		Size int64  `json:"size"`
	}
	deletion struct {
		Chat int64  `json:"chat"`
		ID   int64  `json:"id"`
		From person `json:"from"`
		Date int64  `json:"date"`
	}
	reaction struct {
		Chat  int64  `json:"chat"`
		ID    int64  `json:"id"`
		From  person `json:"from"`
		Emoji string `json:"emoji"`
		Date  int64  `json:"date"`
	}
	member struct {
		Chat   int64  `json:"chat"`
		From   person `json:"from"`
		Status string `json:"status"` // blocked, unblocked
		Date   int64  `json:"date"`
	}
)

// heard is an update in core's words. Without a verb there is nothing to tell.
type heard struct {
	core.Inbound
	number int64
	raw    []byte
}

// receive says an update in core's words. What programs say, ourselves among them, and what the network itself says in a chat is
// nothing; what is not understood is unknown. It is pure, and what it gives core.Inbound.Check accepts.
func receive(c core.Channel, raw []byte) heard {
	h := heard{Inbound: core.Inbound{Channel: c.ID, Department: c.Department}, raw: raw}
	var numbered struct {
		Number int64 `json:"number"`
	}
	_ = json.Unmarshal(raw, &numbered) // then there is none, and below it fails again
	h.number = numbered.Number
	var u update
	err := json.Unmarshal(raw, &u)
	switch {
	case err != nil:
	case u.Message != nil:
		err = h.message(*u.Message, false)
	case u.Edited != nil:
		err = h.message(*u.Edited, true)
	case u.Deleted != nil:
		d := u.Deleted
		h.about(core.InboundDelete, d.Chat, d.From, d.Date, remote(d.Chat, d.ID), "d")
	case u.Reaction != nil:
		r := u.Reaction
		h.Emoji = r.Emoji
		h.about(core.InboundReact, r.Chat, r.From, r.Date, remote(r.Chat, r.ID), fmt.Sprintf("r%d-%s", r.Date, hashOf(r.Emoji)))
		err = core.CheckEmoji("emoji", r.Emoji)
	case u.Member != nil:
		err = h.member(*u.Member)
	default:
		err = errors.New("an update of another kind")
	}
	if err != nil {
		return h.aside("The network told of something that Parley does not know.")
	}
	return h
}

// who says whose doing it is, and where. False: not a person's.
func (h *heard) who(chat int64, p person, date int64) bool {
	if p.Bot {
		return false
	}
	h.Conversation, h.Identity = core.RemoteID(strconv.FormatInt(chat, 10)), core.RemoteID(strconv.FormatInt(p.ID, 10))
	h.Profile.Name = channels.CleanName(p.Name)
	h.At = core.At(time.UnixMilli(date))
	return true
}

// about is something that a customer did to a message.
func (h *heard) about(verb core.InboundVerb, chat int64, by person, date int64, target core.RemoteID, suffix string) {
	if !h.who(chat, by, date) {
		return
	}
	h.Verb, h.Target, h.Dedupe = verb, target, string(target)+"/"+suffix
}

func (h *heard) message(m message, edited bool) error {
	if m.Service != "" || !h.who(m.Chat, m.From, m.Date) {
		return nil
	}
	h.Content = channels.Clean(content(m))
	if h.Text == "" && len(h.Media) == 0 {
		return errors.New("nothing can be seen of it")
	}
	name := remote(m.Chat, m.ID)
	if edited {
		h.about(core.InboundEdit, m.Chat, m.From, m.Date, name, fmt.Sprintf("e%d-%s", m.Date, hashOf(h.Text, core.Extra{Entities: h.Entities}.Data())))
		return nil
	}
	h.Verb, h.Remote, h.Dedupe = core.InboundMessage, name, string(name)
	if m.ReplyTo != 0 {
		h.ReplyTo = remote(m.Chat, m.ReplyTo)
	}
	return nil
}

// content gives what a message says. Marks of kinds that the core does not know are left out.
func content(m message) core.Content {
	c := core.Content{Text: m.Text}
	for _, k := range m.Marks {
		c.Entities = append(c.Entities, core.Entity{Kind: core.EntityKind(k.Kind), Offset: k.Offset, Length: k.Length, URL: k.URL})
	}
	c.Entities = channels.FromUTF16(c.Text, c.Entities)
	for _, f := range m.Files {
		c.Media = append(c.Media, core.Media{Kind: "file", Name: f.Name, Type: f.Type, Size: f.Size, Remote: core.RemoteID(f.ID)})
	}
	return c
}

// member tells whether the customer can be written to.
func (h *heard) member(m member) error {
	if !h.who(m.Chat, m.From, m.Date) {
		return nil
	}
	h.Dedupe = fmt.Sprintf("%d/m%d-%s", m.Chat, m.Date, hashOf(m.Status))
	switch m.Status {
	case "blocked":
		h.Verb, h.Reason = core.InboundLost, reasonBlocked
	case "unblocked":
		h.Verb = core.InboundFound
	default:
		return errors.New("a status of another kind")
	}
	return nil
}

// aside is what was heard as something to be kept aside, with all that came.
func (h heard) aside(reason string) heard {
	h.Inbound = core.Inbound{
		Channel: h.Channel, Department: h.Department, Verb: core.InboundUnknown, At: h.At, Identity: h.Identity, Conversation: h.Conversation,
		Reason: reason, Raw: strings.ToValidUTF8(string(h.raw[:min(len(h.raw), core.MaxRaw)]), "\uFFFD"),
		// Not by its number: what is told again has another.
		Dedupe: "u" + hashOf(string(withoutNumber(h.raw))),
	}
	return h
}

// withoutNumber gives an update without its number, as it is if it has none.
func withoutNumber(raw []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return raw
	}
	delete(members, "number")
	rest, err := json.Marshal(members)
	if err != nil {
		return raw
	}
	return bytes.TrimSpace(rest)
}

// hashOf is short, and enough to tell the few things apart that happen to one message in one moment.
func hashOf(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintf(h, "%q", w)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// remote names a message as core keeps it: message numbers are unique within a chat only.
func remote(chat, id int64) core.RemoteID {
	return core.RemoteID(strconv.FormatInt(chat, 10) + "/" + strconv.FormatInt(id, 10))
}
