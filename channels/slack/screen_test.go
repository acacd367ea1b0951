package slack

import (
	"unicode/utf8"

	"parley/channels/channeltest"
	"parley/core"
)

// see shows rich text, as Slack does: a list of blocks, an element, or what is in it.
func see(what any, s *channeltest.Shown) {
	switch part := what.(type) {
	case []any:
		for _, each := range part {
			see(each, s)
		}
	case map[string]any:
		since := utf8.RuneCountInString(s.Text)
		switch part["type"] {
		case "text", "link":
			text, _ := part["text"].(string)
			s.Text += text
		case "user", "usergroup", "broadcast":
			s.Pinged = true
		default:
			see(part["elements"], s)
		}
		mark := func(kind core.EntityKind, url string) {
			s.Entities = append(s.Entities, core.Entity{Kind: kind, Offset: since, Length: utf8.RuneCountInString(s.Text) - since, URL: url})
		}
		style, _ := part["style"].(map[string]any)
		for name, kind := range map[string]core.EntityKind{"bold": core.Bold, "italic": core.Italic, "underline": core.Underline, "strike": core.Strike, "code": core.Code} {
			if style[name] == true {
				mark(kind, "")
			}
		}
		switch part["type"] {
		case "link":
			url, _ := part["url"].(string)
			mark(core.Link, url)
		case "rich_text_quote":
			mark(core.Quote, "")
		case "rich_text_preformatted":
			mark(core.Pre, "")
		}
	}
}
