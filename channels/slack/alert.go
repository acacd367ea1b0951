package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

// alert tells an agent by direct message of a session that was assigned to them.
func (a *Adapter) alert(ctx context.Context, o core.Outgoing) error {
	_, user, ok := strings.Cut(string(o.To.Conversation), "/")
	if !ok {
		return &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonRefused}
	}
	if err := a.write(ctx, user, alertPost(o, a.config.Public)); err != nil {
		return fault(opDeliver, err)
	}
	return nil
}

// alertPost says who has given which session, and leads there.
func alertPost(o core.Outgoing, public string) post {
	c := o.Card
	title := fmt.Sprintf(" · %s · #%d", kindOf(c), c.Number)
	lines := []slack.RichTextElement{
		line(strong(o.Name), words(" has assigned you "), strong(customerOf(c)), words(title+" in "+c.Team+".")),
	}
	if c.Preview != "" {
		lines = append(lines, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{words(c.Preview)}})
	}
	p := richPost(o.Name+" has assigned you "+customerOf(c)+title, lines...)
	if public != "" {
		open := button(pressOpen, c.Session.String(), "Open in workspace")
		open.URL = workspace(c, public)
		p.blocks = append(p.blocks, slack.NewActionBlock("", open))
	}
	return p
}
