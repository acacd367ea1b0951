package core

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what a message carries besides its text.
const (
	MaxEntities = 200 // marks on a text; those past it are left out of what comes in
	MaxMedia    = 20
)

// Content is what a message says. It has a text or media.
type Content struct {
	Text     string
	Entities []Entity // marks on parts of Text, by offset; the wider first where two begin together
	Media    []Media
}

// EntityKind is how a part of a text is marked.
type EntityKind string

// The kinds of mark. A channel that does not know one leaves the text as it is.
const (
	Bold      EntityKind = "bold"
	Italic    EntityKind = "italic"
	Underline EntityKind = "underline"
	Strike    EntityKind = "strike"
	Spoiler   EntityKind = "spoiler"
	Code      EntityKind = "code"
	Pre       EntityKind = "pre" // a block of code; Language may say of what
	Quote     EntityKind = "quote"
	Link      EntityKind = "link" // the text leads to URL
)

// EntityKinds lists all kinds.
var EntityKinds = []EntityKind{Bold, Italic, Underline, Strike, Spoiler, Code, Pre, Quote, Link}

// Entity marks a part of a text. Offset and Length count Unicode code points, as no network and no language does: each edge
// converts for itself.
type Entity struct {
	Kind     EntityKind `json:"kind"`
	Offset   int        `json:"offset"`
	Length   int        `json:"length"`
	URL      string     `json:"url,omitempty"`      // of a link: http, https, mailto or tel
	Language string     `json:"language,omitempty"` // of a pre
}

// Media is something that came with a message. Without a file it is shown by name and size: what the network said of it.
type Media struct {
	Kind   string   `json:"kind"`             // photo, video, voice, audio, file, sticker, location, contact, other
	Name   string   `json:"name,omitempty"`   // a file's name, or a line that says what it is
	Type   string   `json:"type,omitempty"`   // media type: by content once the file is ready, before that as the network says
	Size   int64    `json:"size,omitempty"`   // bytes, as Type; zero: unknown
	Remote RemoteID `json:"remote,omitempty"` // what the adapter needs to fetch it

	File   FileID        `json:"file,omitempty"`   // its bytes, which Parley keeps; zero: it does not
	Key    string        `json:"key,omitempty"`    // the file's; who knows it may read the file
	State  FileState     `json:"state,omitempty"`  // of File
	Sent   DeliveryState `json:"sent,omitempty"`   // of an agent's: how far it is on its way to the customer; "" where nothing is owed
	Reason string        `json:"reason,omitempty"` // of State and Sent: a sentence for people
}

// CheckEntities says whether the marks lie within the text: Invalid if not.
func CheckEntities(field, text string, all []Entity) error {
	if len(all) > MaxEntities {
		return invalid(field, "are too many")
	}
	length := utf8.RuneCountInString(text)
	for _, e := range all {
		switch {
		case !e.Kind.known():
			return invalid(field, "have an unknown kind")
		case e.Offset < 0 || e.Length <= 0 || e.Offset > length || e.Length > length-e.Offset:
			return invalid(field, "reach outside the text")
		case (e.Kind == Link) != (e.URL != ""):
			return invalid(field, "have a link without address, or an address without link")
		case e.URL != "" && !safeURL(e.URL):
			return invalid(field, "have a link that is not http, https, mailto or tel")
		case len(e.Language) > 40:
			return invalid(field, "have a language that is too long")
		}
	}
	return nil
}

func (k EntityKind) known() bool {
	for _, known := range EntityKinds {
		if k == known {
			return true
		}
	}
	return false
}

// safeURL tells whether a link may be shown as one.
func safeURL(s string) bool {
	if len(s) > 2048 || strings.ContainsFunc(s, func(r rune) bool { return control(r) || r == ' ' }) || !utf8.ValidString(s) {
		return false
	}
	lower := strings.ToLower(s)
	for _, scheme := range []string{"http://", "https://", "mailto:", "tel:"} {
		if strings.HasPrefix(lower, scheme) && len(s) > len(scheme) {
			return true
		}
	}
	return false
}

// Check says whether the content can be a message at all.
func (c Content) Check() error {
	if len(c.Media) > MaxMedia {
		return invalid("media", "are too many")
	}
	for _, m := range c.Media {
		for _, word := range []string{m.Kind, m.Name, m.Type} {
			if err := checkBytes("media", word, MaxName); err != nil {
				return err
			}
		}
		if err := checkBytes("media", string(m.Remote), 1024); err != nil {
			return err
		}
	}
	if c.Text != "" || len(c.Media) == 0 {
		if err := CheckText("text", c.Text); err != nil {
			return err
		}
	}
	return CheckEntities("entities", c.Text, c.Entities)
}

// Preview is what lists show of the content, on one line.
func (c Content) Preview() string {
	if c.Text != "" || len(c.Media) == 0 {
		return Preview(c.Text)
	}
	m := c.Media[0]
	if m.Name == "" {
		return "[" + m.Kind + "]"
	}
	return Preview("[" + m.Kind + "] " + m.Name)
}

// Extra is all of a message but its text, and what some events have besides, as the log keeps it in Event.Data.
type Extra struct {
	Entities  []Entity   `json:"entities,omitempty"`
	Media     []Media    `json:"media,omitempty"`
	Reactions []Reaction `json:"reactions,omitempty"`
	Was       string     `json:"was,omitempty"` // of an edit: the text before it

	Words DeliveryState `json:"words,omitempty"` // of a message with files: how far its text is on its way

	Added   []string `json:"added,omitempty"` // of EventTagged
	Removed []string `json:"removed,omitempty"`
	From    string   `json:"from,omitempty"` // of EventTransferred: what the departments were called then
	To      string   `json:"to,omitempty"`
	Until   Time     `json:"until,omitzero"` // of EventBlocked, where zero is for good, and of EventSnoozed
	By      SwitchBy `json:"by,omitempty"`   // of EventDepartmentSwitched

	Rating Rating      `json:"rating,omitempty"` // of EventRated
	Queue  bool        `json:"queue,omitempty"`  // of a message that tells the customer their place in the queue: Session.QueueText is what they see
	Record *RecordMark `json:"record,omitempty"` // of EventRecordCreated, EventRecordChanged, EventAccountMatched and EventAccountUnmatched
}

// RecordMark is a record as an event tells of it.
type RecordMark struct {
	ID      RecordID    `json:"id"`
	Type    string      `json:"type"` // its type's name then
	Title   string      `json:"title"`
	State   RecordState `json:"state"`
	Reason  string      `json:"reason,omitempty"`
	Address string      `json:"address,omitempty"`
	Edited  bool        `json:"edited,omitempty"`  // of EventRecordChanged: somebody has given it other values
	Account bool        `json:"account,omitempty"` // it is who the customer is, or was
	Rule    string      `json:"rule,omitempty"`    // what the rule was called that did it; "": an agent did, or its provider
}

// Reaction is what somebody put on a message. Each side has one: what the customer shows, and what agents show together.
type Reaction struct {
	By    ActorKind `json:"by"`
	Emoji string    `json:"emoji"`
}

// Data writes the extra down, "" if there is nothing in it.
func (x Extra) Data() string {
	if len(x.Entities)+len(x.Media)+len(x.Reactions)+len(x.Added)+len(x.Removed) == 0 && x.Was == "" && x.To == "" && x.Words == "" && x.Until == 0 && x.By == "" && x.Rating == "" && !x.Queue && x.Record == nil {
		return ""
	}
	b, err := json.Marshal(x)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	return string(b)
}

// ParseExtra reads what Data wrote.
func ParseExtra(data string) (Extra, error) {
	var x Extra
	if data == "" {
		return x, nil
	}
	if err := json.Unmarshal([]byte(data), &x); err != nil {
		return x, fmt.Errorf("read a message's extra: %w", err)
	}
	return x, nil
}

// WithReaction gives the extra with another reaction of one side; "" takes it away.
func (x Extra) WithReaction(by ActorKind, emoji string) Extra {
	var others []Reaction
	for _, r := range x.Reactions {
		if r.By != by {
			others = append(others, r)
		}
	}
	if emoji != "" {
		others = append(others, Reaction{by, emoji})
	}
	x.Reactions = others
	return x
}

// CheckEmoji says whether s may be a reaction: at most 32 bytes that show a sign, and nothing of plain text. "" takes one back.
func CheckEmoji(field, s string) error {
	if err := checkBytes(field, s, 32); err != nil {
		return err
	}
	if s != "" && !strings.ContainsFunc(s, sign) || strings.ContainsFunc(s, plain) {
		return invalid(field, "is not an emoji")
	}
	return nil
}

const (
	keycap      = '\u20e3' // makes a sign of the digit, # or * before it
	information = '\u2139' // ℹ, which Unicode counts among the letters
)

// sign tells what an emoji must have one of: ‼ and 〰 are punctuation to Unicode.
func sign(r rune) bool {
	return r == keycap || r == information || r >= 0x80 && (unicode.IsSymbol(r) || unicode.IsPunct(r))
}

// plain tells what an emoji has nothing of. The digits, # and * are for keycaps.
func plain(r rune) bool {
	if r < 0x80 {
		return r != '#' && r != '*' && (r < '0' || r > '9')
	}
	return r != information && unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSpace(r) || unicode.IsControl(r)
}

// Reaction gives what one side shows, "" for nothing.
func (x Extra) Reaction(by ActorKind) string {
	for _, r := range x.Reactions {
		if r.By == by {
			return r.Emoji
		}
	}
	return ""
}
