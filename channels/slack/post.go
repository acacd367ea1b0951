package slack

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// post is a message of ours.
type post struct {
	name, icon string // shown as its author; "": the app
	text       string // what notifications and programs show; not escaped yet
	blocks     []slack.Block
	broad      bool     // shown beside the thread in which it is, too
	calls      []string // members who are called by it; in blocks they stand by themselves
}

// options says what is posted, and that nothing in it is more than it seems but those who are called.
func (p post) options() []slack.MsgOption {
	var called strings.Builder
	for _, user := range p.calls {
		called.WriteString("<@" + user + "> ")
	}
	return []slack.MsgOption{
		slack.MsgOptionText(called.String()+escaped(p.text), false), slack.MsgOptionParse(false), slack.MsgOptionLinkNames(false),
		slack.MsgOptionDisableMarkdown(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

// richPost is a post of rich text.
func richPost(text string, lines ...slack.RichTextElement) post {
	return post{text: text, blocks: []slack.Block{slack.NewRichTextBlock("", lines...)}}
}

// copyPost is a part of a message that was said elsewhere.
func copyPost(o core.Outgoing, c core.Content, step int) post {
	var lines []slack.RichTextElement
	text := c.Text
	if o.Late && step == 0 {
		lines = append(lines, line(emoji("pencil2"), strong(" Edited")))
	}
	if o.By == core.BySystem && step == 0 {
		lines, text = append(lines, line(emoji("robot_face"), strong(" Told to the customer"))), "🤖 "+text
	}
	if o.Note && step == 0 {
		lines, text = append(lines, line(emoji("lock"), strong(" Note"))), "🔒 "+text
	}
	if strings.TrimSpace(c.Text) != "" {
		lines = append(lines, rich(c)...)
	}
	for _, m := range c.Media {
		lines = append(lines, line(emoji("paperclip"), words(" "+mediaLine(m))))
		text = strings.TrimPrefix(text+"\n["+mediaLine(m)+"]", "\n")
	}
	if o.Late && step == 0 {
		text = "Edited: " + text
	}
	p := richPost(text, lines...)
	p.sign(o)
	return p
}

// sign shows who has said it. A customer's name goes with the channel, so that nobody can pass for an agent.
func (p *post) sign(o core.Outgoing) {
	switch o.By {
	case core.ByCustomer:
		p.name, p.icon = fmt.Sprintf("%s (%s)", customerOf(o.Card), kindOf(o.Card)), ":speech_balloon:"
	case core.ByAgent:
		p.name = clipped(channels.CleanName(o.Name), maxShown)
	}
}

// mediaLine tells of something that came with a message.
func mediaLine(m core.Media) string {
	s := m.Kind
	if m.Name != "" {
		s += ": " + m.Name
	}
	if m.Size > 0 {
		s += " (" + size(m.Size) + ")"
	}
	if m.State == core.FileRefused && m.Reason != "" {
		s += ": " + m.Reason
	}
	return s
}

func size(n int64) string {
	switch {
	case n < 1000:
		return many(n, "byte")
	case n < 1000_000:
		return fmt.Sprintf("%.0f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1000_000)
}

// unshownPost tells of a file that Slack does not show.
func unshownPost(o core.Outgoing, reason string) post {
	said := mediaLine(core.Media{Kind: o.File.Kind, Name: o.File.Name, Size: o.File.Size}) + " is in Parley, but cannot be shown here. " + reason
	return richPost(said, line(emoji("paperclip"), words(" "+said)))
}

// editedPost shows a new text of a message that is an agent's own in Slack.
func editedPost(o core.Outgoing, c core.Content) post {
	p := richPost("Edited: "+c.Text, append([]slack.RichTextElement{line(emoji("pencil2"), strong(" Edited"))}, rich(c)...)...)
	p.sign(o)
	return p
}

// deletedPost tells that a message is deleted that is an agent's own in Slack, or was told in short only.
func deletedPost(o core.Outgoing) post {
	said := "A message above was deleted in Parley."
	if o.Late {
		said = "An earlier message was deleted."
	}
	p := richPost(said, line(emoji("wastebasket"), words(" "+said)))
	p.sign(o)
	return p
}

// tellPost tells what has become of a message on its way to the customer, and offers to send it again.
func tellPost(o core.Outgoing) post {
	title, label := "Not delivered", "Retry"
	if o.State == core.MaySent {
		title, label = "Perhaps not delivered", "Resend"
	}
	text := title
	if o.Reason != "" {
		text += ": " + o.Reason
	}
	lines := []slack.RichTextElement{line(emoji("warning"), words(" "), strong(title), words(strings.TrimPrefix(text, title)))}
	if about := core.Preview(o.Content.Text); about != "" {
		lines = append(lines, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{words(about)}})
	}
	p := richPost(text, lines...)
	again := button(pressRetry, o.Card.Session.String()+"/"+o.Message.String(), label)
	if o.State == core.MaySent {
		again.WithConfirm(confirm("Send it again?", "If it has arrived after all, the customer gets it twice.", label))
	}
	p.blocks = append(p.blocks, slack.NewActionBlock("", again))
	return p
}

// recallPost shows under a title what was said and the thread has not shown, after other lines.
func recallPost(o core.Outgoing, title string, lines ...slack.RichTextElement) post {
	text := "This was in another channel until now."
	if len(o.Recent) > 0 {
		lines, text = append(lines, line(words(title))), title
	}
	for _, e := range o.Recent {
		said := recalled(e)
		if said == "" {
			continue
		}
		name := channels.CleanName(e.Name)
		if e.ActorKind == core.ByCustomer {
			name = customerOf(o.Card)
		}
		if name != "" {
			name += ": "
		}
		lines = append(lines, line(strong(name), words(said)))
		text += "\n" + name + said
	}
	return richPost(text, lines...)
}

// recalled is what is shown of a message once more, on one line; "" if there is nothing.
func recalled(e core.Event) string {
	x, err := core.ParseExtra(e.Data)
	if err != nil || e.DeletedAt != 0 {
		return ""
	}
	said := clipped(strings.Join(strings.Fields(e.Text), " "), maxRecall)
	if said == "" && len(x.Media) > 0 {
		said = "[" + mediaLine(x.Media[0]) + "]"
	}
	switch {
	case said == "":
	case e.Note():
		said = "🔒 " + said
	case e.State == core.Failed:
		said = "⚠️ Not delivered: " + said
	case e.State == core.MaySent:
		said = "⚠️ Perhaps not delivered: " + said
	}
	return said
}
