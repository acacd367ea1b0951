package slack

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// Begins says what begins a session in a help channel. All that follows in the message's thread belongs to it.
type Begins string

// What can begin one: a message in the channel itself, and not in a thread.
const (
	BeginsMention Begins = "mention" // one that mentions the app
	BeginsEvery   Begins = "every"   // each
)

// maxHelp bounds the help channels of an app.
const maxHelp = 100

// Rooms is where customers write to the app.
type Rooms struct {
	DMs  bool              `json:"dms,omitempty"`           // in direct messages
	Help map[string]Begins `json:"help_channels,omitempty"` // in threads of these channels
}

// Check says whether the rooms are such. The error is Invalid.
func (r Rooms) Check() error {
	if len(r.Help) > maxHelp {
		return invalid("help_channels", "are too many")
	}
	for room, begins := range r.Help {
		if err := CheckRoom("help_channels", room); err != nil {
			return err
		}
		if begins != BeginsMention && begins != BeginsEvery {
			return invalid("help_channels", "have one in which sessions begin neither with a mention nor with every message")
		}
	}
	return nil
}

// ParseHelp reads a help channel as people write it: ID, ID:mention or ID:every. The error is Invalid, with the field.
func ParseHelp(field, text string) (room string, begins Begins, err error) {
	room, how, told := strings.Cut(text, ":")
	begins = Begins(how)
	if !told {
		begins = BeginsMention
	}
	if begins != BeginsMention && begins != BeginsEvery {
		return "", "", invalid(field, "ends neither in :mention nor in :every")
	}
	return room, begins, CheckRoom(field, room)
}

// With gives the rooms with further help channels, or others in which sessions begin in another way.
func (r Rooms) With(more map[string]Begins) Rooms {
	all := maps.Clone(r.Help)
	if all == nil {
		all = map[string]Begins{}
	}
	maps.Copy(all, more)
	r.Help = all
	return r
}

// Without gives the rooms without a help channel. The error is Invalid, with the field, if it is none.
func (r Rooms) Without(field, room string) (Rooms, error) {
	if r.Help[room] == "" {
		return r, invalid(field, "names no help channel")
	}
	r.Help = maps.Clone(r.Help)
	delete(r.Help, room)
	return r, nil
}

// Apart says whether a room is none where customers write: agents may work there. The error is Invalid, with the field.
func (r Rooms) Apart(field, room string) error {
	if r.Help[room] != "" {
		return invalid(field, "names a channel in which customers ask for help: agents need another, or what they say would come back as a customer's")
	}
	return nil
}

// direct tells whether a room is direct messages with the app.
func direct(room string) bool { return aDirect.MatchString(room) }

var aDirect = regexp.MustCompile(`^D[A-Z0-9]{1,20}$`)

// serves tells whether what is said in a room may be a customer's.
func (s Settings) serves(room string) bool { return direct(room) || s.Help[room] != "" }

// begins tells whether a message begins a session in a help channel.
func (s Settings) begins(d doing) bool {
	return !direct(d.room) && !d.inThread() && (s.Help[d.room] == BeginsEvery || s.Help[d.room] == BeginsMention && mentions(d.msg, s.Bot))
}

// mentions tells whether a message mentions somebody.
func mentions(m slack.Msg, user string) bool {
	found := strings.Contains(m.Text, "<@"+user+">") || strings.Contains(m.Text, "<@"+user+"|")
	for _, b := range richBlocks(m) {
		sections(b.Elements, func(all []slack.RichTextSectionElement) []slack.RichTextSectionElement {
			found = found || slices.ContainsFunc(all, func(e slack.RichTextSectionElement) bool { return isMention(e, user) })
			return all
		})
	}
	return found
}

// unmentioned takes the mentions of somebody out of a message, each with the space after it. The message is changed.
func unmentioned(m slack.Msg, user string) slack.Msg {
	m.Text = regexp.MustCompile(`<@`+regexp.QuoteMeta(user)+`(\|[^>]*)?>\s?`).ReplaceAllString(m.Text, "")
	for _, b := range richBlocks(m) {
		sections(b.Elements, func(all []slack.RichTextSectionElement) []slack.RichTextSectionElement {
			var rest []slack.RichTextSectionElement
			for i, e := range all {
				if isMention(e, user) {
					continue
				}
				if text, ok := e.(*slack.RichTextSectionTextElement); ok && i > 0 && isMention(all[i-1], user) {
					text.Text = strings.TrimPrefix(strings.TrimPrefix(text.Text, " "), "\n")
				}
				rest = append(rest, e)
			}
			return rest
		})
	}
	return m
}

func isMention(e slack.RichTextSectionElement, user string) bool {
	m, ok := e.(*slack.RichTextSectionUserElement)
	return ok && m.UserID == user
}

// sections goes through the sections of rich text, and lets each be another.
func sections(elements []slack.RichTextElement, do func([]slack.RichTextSectionElement) []slack.RichTextSectionElement) {
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSection:
			e.Elements = do(e.Elements)
		case *slack.RichTextQuote:
			e.Elements = do(e.Elements)
		case *slack.RichTextPreformatted:
			e.Elements = do(e.Elements)
		case *slack.RichTextList:
			sections(e.Elements, do)
		}
	}
}
