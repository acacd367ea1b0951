package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"parley/core"
)

// escaped is a text as Slack's text fields take it: nothing in it is a mention, a link or a mark. What stands in rich text needs
// no escaping, and must not have any.
func escaped(s string) string { return slackutilsx.EscapeMessage(s) }

// piece is a part of a text whose marks are the same everywhere in it.
type piece struct {
	text  string
	style slack.RichTextSectionTextStyle
	url   string
}

// stretch is what becomes one element: the pieces of a block of code, of a quote, or of what lies between such.
type stretch struct {
	kind     core.EntityKind // Pre, Quote or ""
	block    int             // which of the content's marks it is; -1: none
	language string
	pieces   []piece
}

// rich writes a text with its marks. Blocks of code and quotes stand on lines of their own there, so the line ends around them go.
// Marks that Slack does not know are left out, spoilers too: agents may see those.
func rich(c core.Content) []slack.RichTextElement {
	var elements []slack.RichTextElement
	broken := true // the next stretch is on a new line already
	for _, s := range stretches(c) {
		if s.kind == "" {
			if !broken {
				s.pieces[0].text = strings.TrimPrefix(s.pieces[0].text, "\n")
			}
			broken = true
		} else {
			last := &s.pieces[len(s.pieces)-1]
			last.text, broken = strings.CutSuffix(last.text, "\n")
		}
		if e := s.element(); e != nil {
			elements = append(elements, e)
		}
	}
	return elements
}

// stretches cuts a text wherever a mark begins or ends.
func stretches(c core.Content) []stretch {
	runes := []rune(c.Text)
	cuts := []int{0, len(runes)}
	for _, e := range c.Entities {
		cuts = append(cuts, min(max(e.Offset, 0), len(runes)), min(max(e.Offset+e.Length, 0), len(runes)))
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var all []stretch
	for i, from := range cuts[:len(cuts)-1] {
		p, in := piece{text: string(runes[from:cuts[i+1]])}, stretch{block: -1}
		for n, e := range c.Entities {
			if e.Offset > from || e.Offset+e.Length <= from {
				continue
			}
			p.wear(e)
			if e.Kind == core.Pre && in.kind != core.Pre || e.Kind == core.Quote && in.kind == "" {
				in.kind, in.block, in.language = e.Kind, n, e.Language
			}
		}
		if len(all) == 0 || all[len(all)-1].block != in.block {
			all = append(all, in)
		}
		last := &all[len(all)-1]
		last.pieces = append(last.pieces, p)
	}
	return all
}

// wear puts a mark on the piece.
func (p *piece) wear(e core.Entity) {
	switch e.Kind {
	case core.Bold:
		p.style.Bold = true
	case core.Italic:
		p.style.Italic = true
	case core.Underline:
		p.style.Underline = true
	case core.Strike:
		p.style.Strike = true
	case core.Code:
		p.style.Code = true
	case core.Link:
		if leads(e.URL) {
			p.url = e.URL
		}
	}
}

// leads tells whether Slack takes the address of a link.
func leads(url string) bool {
	lower := strings.ToLower(url)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "mailto:")
}

// element writes the stretch; nil: there is nothing in it.
func (s stretch) element() slack.RichTextElement {
	var inside []slack.RichTextSectionElement
	for _, p := range s.pieces {
		if p.text == "" {
			continue
		}
		var style *slack.RichTextSectionTextStyle
		if p.style != (slack.RichTextSectionTextStyle{}) && s.kind != core.Pre {
			style = &p.style
		}
		if p.url != "" {
			inside = append(inside, slack.NewRichTextSectionLinkElement(p.url, p.text, style))
		} else {
			inside = append(inside, slack.NewRichTextSectionTextElement(p.text, style))
		}
	}
	switch {
	case len(inside) == 0:
		return nil
	case s.kind == core.Pre:
		return &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: inside, Language: s.language}
	case s.kind == core.Quote:
		return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: inside}
	}
	return slack.NewRichTextSection(inside...)
}

// line is a section of rich text.
func line(parts ...slack.RichTextSectionElement) slack.RichTextElement {
	return slack.NewRichTextSection(slices.DeleteFunc(parts, func(p slack.RichTextSectionElement) bool {
		text, ok := p.(*slack.RichTextSectionTextElement)
		return ok && text.Text == "" // Slack refuses those
	})...)
}

func words(s string) slack.RichTextSectionElement { return slack.NewRichTextSectionTextElement(s, nil) }

func strong(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, &slack.RichTextSectionTextStyle{Bold: true})
}

func emoji(name string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionEmojiElement(name, 0, nil)
}
