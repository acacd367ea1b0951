package widget

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/uuid"

	"parley/core"
)

// clientFrame is what a client says; each type has its own members of these.
type clientFrame struct {
	Type     string
	Versions []int
	Token    core.Secret
	After    string
	ID       string
	Text     string
	Cursor   string
	Before   string
	Files    []string // ids of what was brought
	About    string
	Rating   string
	Comment  string

	broken bool // the frame has what is no character: the decoder has put another one there
}

// member gives the place of a member, nil if no frame has one of that name.
func (f *clientFrame) member(name string) any {
	switch name {
	case "type":
		return &f.Type
	case "versions":
		return &f.Versions
	case "token":
		return &f.Token
	case "after":
		return &f.After
	case "id":
		return &f.ID
	case "text":
		return &f.Text
	case "cursor":
		return &f.Cursor
	case "before":
		return &f.Before
	case "files":
		return &f.Files
	case "about":
		return &f.About
	case "rating":
		return &f.Rating
	case "comment":
		return &f.Comment
	}
	return nil
}

// The types of frame that a client sends.
const (
	frameHello   = "hello"
	frameMessage = "message"
	frameEmpty   = "empty"
	frameEnd     = "end"
	frameRate    = "rate"
	frameSeen    = "seen"
	frameTyping  = "typing"
	frameOlder   = "older"
	framePing    = "ping"
)

func isKnown(frame string) bool {
	switch frame {
	case frameHello, frameMessage, frameEmpty, frameEnd, frameRate, frameSeen, frameTyping, frameOlder, framePing:
		return true
	}
	return false
}

// errNoObject is for frames that are not a JSON object at all.
var errNoObject = errors.New("not a JSON object")

// parse reads a frame. The error is errNoObject, or Invalid: a member stands there twice, or has the wrong type; unknown
// types have no members that could. encoding/json alone would take the last of two members, and "Text" for "text".
func parse(b []byte) (clientFrame, error) {
	var f clientFrame
	if !startsObject(b) || !json.Valid(b) {
		return f, errNoObject
	}
	f.broken = !utf8.Valid(b) || halfPair(b)
	var wrong, twice string
	seen := make(map[string]bool, 4)
	d := json.NewDecoder(bytes.NewReader(b))
	_, _ = d.Token() // {; what follows is valid too
	for d.More() {
		token, _ := d.Token()
		name, _ := token.(string)
		value := f.member(name)
		switch {
		case value == nil:
			value = new(json.RawMessage) // passed over
		case seen[name]:
			twice = name
		default:
			seen[name] = true
		}
		if d.Decode(value) != nil && wrong == "" {
			wrong = name
		}
	}
	switch {
	case twice != "":
		return f, unreadable(twice, "stands there twice")
	case f.Type == "":
		return f, unreadable("type", "cannot be read")
	case wrong != "" && isKnown(f.Type):
		return f, unreadable(wrong, "cannot be read")
	}
	return f, nil
}

func startsObject(b []byte) bool {
	for _, c := range b {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '{'
		}
	}
	return false
}

// halfPair tells whether valid JSON escapes one half of a surrogate pair without the other.
func halfPair(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		first, ok := escaped(b[i:])
		if !ok {
			i++ // \n and the like
			continue
		}
		i += 5
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escaped(b[i+1:])
		if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped reads \uXXXX.
func escaped(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}

func unreadable(field, reason string) error {
	return &core.Error{Op: "widget.parse", Kind: core.Invalid, Field: field, Reason: reason}
}

// check says whether a message, an empty one, an end or a rating can be accepted at all; what a rating says is the core's to judge. The error is Invalid.
func (f clientFrame) check() error {
	const op = "widget.check"
	switch {
	case !isClientID(f.ID):
		return &core.Error{Op: op, Kind: core.Invalid, Field: "id", Reason: "is not a UUID in lower case"}
	case f.Type == frameEnd || f.Type == frameEmpty:
		return nil
	case f.broken:
		field := "text"
		if f.Type == frameRate {
			field = "comment"
		}
		return &core.Error{Op: op, Kind: core.Invalid, Field: field, Reason: "is not valid UTF-8"}
	case f.Type == frameRate:
		return nil
	case len(f.Files) > core.MaxMedia:
		return &core.Error{Op: op, Kind: core.Invalid, Field: "files", Reason: fmt.Sprintf("are more than %d", core.MaxMedia)}
	}
	for _, id := range f.Files {
		if _, err := core.ParseID[core.FileID](id); err != nil {
			return &core.Error{Op: op, Kind: core.Invalid, Field: "files", Reason: "are none that you have brought", Err: err}
		}
	}
	if f.Text == "" && len(f.Files) > 0 {
		return nil
	}
	return core.CheckText("text", f.Text)
}

// media is what the frame's files are to the core. They were checked.
func (f clientFrame) media() []core.Media {
	var all []core.Media
	for _, word := range f.Files {
		id, _ := core.ParseID[core.FileID](word)
		all = append(all, core.Media{File: id})
	}
	return all
}

// inbound says a frame in core's words: what who did at the site. place is what they have seen up to, or the message whose session they rate.
func (s *site) inbound(who core.RemoteID, f clientFrame, place core.EventID) core.Inbound {
	in := core.Inbound{
		Channel: s.live.Channel.ID, Department: s.live.Channel.Department, Identity: who, Conversation: who,
	}
	switch f.Type {
	case frameMessage:
		in.Verb, in.Dedupe, in.Content = core.InboundMessage, f.ID, core.Content{Text: f.Text, Media: f.media()}
	case frameEmpty:
		in.Verb, in.Dedupe = core.InboundEmpty, f.ID
	case frameEnd:
		in.Verb, in.Dedupe = core.InboundEnd, f.ID
	case frameSeen:
		in.Verb, in.Seen = core.InboundRead, place
	case frameRate:
		in.Verb, in.Dedupe, in.About, in.Rating, in.Text = core.InboundRate, f.ID, place, core.Rating(f.Rating), f.Comment
	case frameTyping:
		in.Verb = core.InboundTyping
	}
	return in
}

// isClientID tells whether s is a UUID as it is written: lower case, with hyphens. Any version will do; the one that all
// would share will not.
func isClientID(s string) bool {
	id, err := uuid.Parse(s)
	return err == nil && id != uuid.Nil && id.String() == s
}

// isToken tells whether s could be a token of core.NewToken.
func isToken(s core.Secret) bool {
	if len(s) != core.TokenLength {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
