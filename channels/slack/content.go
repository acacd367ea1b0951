package slack

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// content is what a person's message says. names gives the name of a user, "" if there is none. Rich text is exact; where a message
// has none, its text is read, in which only addresses and mentions are more than they seem.
func content(m slack.Msg, names func(user string) string) core.Content {
	r := &reader{text: m.Text, names: names}
	blocks := richBlocks(m)
	if len(blocks) == 0 {
		r.readText()
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			r.element(e)
		}
	}
	return channels.Clean(core.Content{Text: r.written.String(), Entities: r.marks})
}

// richBlocks gives the blocks that say all that the message says; nothing if others have a part in it.
func richBlocks(m slack.Msg) []*slack.RichTextBlock {
	var all []*slack.RichTextBlock
	for _, b := range m.Blocks.BlockSet {
		r, ok := b.(*slack.RichTextBlock)
		if !ok {
			return nil
		}
		all = append(all, r)
	}
	return all
}

// reader reads a message into a text with marks.
type reader struct {
	text    string // the message's, which knows names that its rich text does not
	names   func(string) string
	written strings.Builder
	length  int // of it, in code points
	marks   []core.Entity
	closed  bool // what was written last stands on lines of its own
}

func (r *reader) write(s string) {
	r.written.WriteString(s)
	r.length += utf8.RuneCountInString(s)
}

// mark marks what was written since a place. Marks that meet are one: Slack cuts them where another begins.
func (r *reader) mark(e core.Entity, since int) {
	if since == r.length {
		return
	}
	for i := range r.marks {
		if o := &r.marks[i]; o.Kind == e.Kind && o.URL == e.URL && o.Offset+o.Length == since && e.Kind != core.Quote && e.Kind != core.Pre {
			o.Length += r.length - since
			return
		}
	}
	e.Offset, e.Length = since, r.length-since
	r.marks = append(r.marks, e)
}

// element reads what stands on lines of its own. Slack writes the line end before such a thing, and none after it.
func (r *reader) element(e slack.RichTextElement) {
	if r.closed || r.length > 0 && !strings.HasSuffix(r.written.String(), "\n") {
		r.write("\n")
	}
	r.closed = true
	since := r.length
	switch e := e.(type) {
	case *slack.RichTextSection:
		r.section(e.Elements)
		r.closed = false
	case *slack.RichTextQuote:
		r.section(e.Elements)
		r.mark(core.Entity{Kind: core.Quote}, since)
	case *slack.RichTextPreformatted:
		r.section(e.Elements)
		r.mark(core.Entity{Kind: core.Pre, Language: e.Language}, since)
	case *slack.RichTextList:
		r.list(e)
	}
}

func (r *reader) list(l *slack.RichTextList) {
	for i, item := range l.Elements {
		if i > 0 {
			r.write("\n")
		}
		r.write(strings.Repeat("    ", min(max(l.Indent, 0), 8)))
		if l.Style == slack.RTEListOrdered {
			r.write(strconv.Itoa(l.Offset+i+1) + ". ")
		} else {
			r.write("• ")
		}
		if section, ok := item.(*slack.RichTextSection); ok {
			r.section(section.Elements)
		}
	}
}

func (r *reader) section(parts []slack.RichTextSectionElement) {
	for _, p := range parts {
		since := r.length
		var style *slack.RichTextSectionTextStyle
		switch p := p.(type) {
		case *slack.RichTextSectionTextElement:
			r.write(p.Text)
			style = p.Style
		case *slack.RichTextSectionLinkElement:
			r.link(p.URL, p.Text)
			style = p.Style
		case *slack.RichTextSectionUserElement:
			r.mention(p.UserID, "")
			style = p.Style
		case *slack.RichTextSectionChannelElement:
			r.write("#" + r.label("#"+p.ChannelID, "channel"))
			style = p.Style
		case *slack.RichTextSectionUserGroupElement:
			r.write("@" + strings.TrimPrefix(r.label("!subteam^"+p.UsergroupID, "group"), "@"))
		case *slack.RichTextSectionBroadcastElement:
			r.write("@" + p.Range)
		case *slack.RichTextSectionEmojiElement:
			r.write(character(p))
		default:
			r.write(shown(p))
		}
		r.styled(style, since)
	}
}

func (r *reader) styled(s *slack.RichTextSectionTextStyle, since int) {
	if s == nil {
		return
	}
	for _, m := range []struct {
		on   bool
		kind core.EntityKind
	}{{s.Bold, core.Bold}, {s.Italic, core.Italic}, {s.Underline, core.Underline}, {s.Strike, core.Strike}, {s.Code, core.Code}} {
		if m.on {
			r.mark(core.Entity{Kind: m.kind}, since)
		}
	}
}

// link writes a link. One whose text is its address needs no mark: it is seen anyway.
func (r *reader) link(url, text string) {
	since := r.length
	if text == "" {
		text = strings.TrimPrefix(url, "mailto:")
	}
	r.write(text)
	_, bare, _ := strings.Cut(url, ":")
	if bare = strings.TrimPrefix(bare, "//"); text != url && text != bare && text+"/" != bare {
		r.mark(core.Entity{Kind: core.Link, URL: url}, since)
	}
}

// mention writes the name of a user.
func (r *reader) mention(user, label string) {
	if name := r.names(user); name != "" {
		label = name
	}
	if label == "" {
		label = "someone"
	}
	r.write("@" + label)
}

// label finds what the message's text calls something.
func (r *reader) label(what, otherwise string) string {
	if _, rest, ok := strings.Cut(r.text, "<"+what+"|"); ok {
		if name, _, ok := strings.Cut(rest, ">"); ok && name != "" {
			return unescaped(name)
		}
	}
	return otherwise
}

// character is an emoji; one that the workspace has made itself stays a name.
func character(e *slack.RichTextSectionEmojiElement) string {
	var all strings.Builder
	for hex := range strings.SplitSeq(e.Unicode, "-") {
		point, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || !utf8.ValidRune(rune(point)) {
			return ":" + e.Name + ":"
		}
		all.WriteRune(rune(point))
	}
	return all.String()
}

// shown is what can be shown of a kind of element that has no text of its own, or that did not exist when this was written.
func shown(p slack.RichTextSectionElement) string {
	var has struct{ Text, Fallback, Value, URL string }
	b, err := json.Marshal(p)
	if err == nil {
		_ = json.Unmarshal(b, &has) // what cannot be read stays empty
	}
	for _, s := range []string{has.Text, has.Fallback, has.Value, has.URL} {
		if s != "" {
			return s
		}
	}
	return fmt.Sprintf("[%s]", p.RichTextSectionElementType())
}

// readText reads a text as Slack writes it: https://docs.slack.dev/messaging/formatting-message-text/
func (r *reader) readText() {
	for rest := r.text; rest != ""; {
		before, after, ok := strings.Cut(rest, "<")
		r.write(unescaped(before))
		if !ok {
			return
		}
		token, next, ok := strings.Cut(after, ">")
		if !ok {
			r.write("<" + unescaped(after))
			return
		}
		r.token(token)
		rest = next
	}
}

// token reads what stands between < and >.
func (r *reader) token(token string) {
	what, label, _ := strings.Cut(token, "|")
	what, label = unescaped(what), unescaped(label)
	switch {
	case strings.HasPrefix(what, "@"):
		r.mention(what[1:], label)
	case strings.HasPrefix(what, "#") && label == "":
		r.write("#channel")
	case strings.HasPrefix(what, "#"):
		r.write("#" + label)
	case strings.HasPrefix(what, "!subteam^") && label == "":
		r.write("@group")
	case strings.HasPrefix(what, "!subteam^"):
		r.write("@" + strings.TrimPrefix(label, "@"))
	case strings.HasPrefix(what, "!") && label != "":
		r.write(label)
	case strings.HasPrefix(what, "!"):
		r.write("@" + what[1:])
	case strings.Contains(what, ":"):
		r.link(what, label)
	default: // Slack writes no such thing, but others that stand in its place do
		r.write("<" + unescaped(token) + ">")
	}
}

var unescape = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

func unescaped(s string) string { return unescape.Replace(s) }
