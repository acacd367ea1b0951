package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

// alert tells an agent by direct message of a session that was assigned to them, or has a mark.
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

// alertPost says who has given which session, if somebody has and not distribution, or which mark it has, and leads there.
func alertPost(o core.Outgoing, public string) post {
	c := o.Card
	title := fmt.Sprintf(" · %s · #%d", kindOf(c), c.Number)
	text, gave := o.Name+" has assigned you ", []slack.RichTextSectionElement{strong(o.Name), words(" has assigned you ")}
	if o.Name == "" {
		text = "Yours by distribution: "
		gave = []slack.RichTextSectionElement{words(text)}
	}
	lines := []slack.RichTextElement{line(append(gave, strong(customerOf(c)), words(title+" in "+c.Team+"."))...)}
	if text += customerOf(c) + title; o.Mark != "" {
		_, state := standing(c)
		lines = []slack.RichTextElement{
			line(emoji(markSign(o.Mark)), words(" "), strong(markSaid(o.Mark)), words(": "), strong(customerOf(c)), words(title+" in "+c.Team+".")),
			line(words(state)),
		}
		text = markSaid(o.Mark) + ": " + customerOf(c) + title
	}
	if c.Preview != "" {
		lines = append(lines, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{words(c.Preview)}})
	}
	p := richPost(text, lines...)
	if o.Mark != "" {
		p.addWait(c)
	}
	if public != "" {
		open := button(pressOpen, c.Session.String(), "Open in workspace")
		open.URL = workspace(c, public)
		p.blocks = append(p.blocks, slack.NewActionBlock("", open))
	}
	return p
}

// warnPost says in a session's thread which mark it has, and calls those members: they are who holds it. Who is none is named.
func warnPost(o core.Outgoing, members []string) post {
	c := o.Card
	parts := []slack.RichTextSectionElement{emoji(markSign(o.Mark)), words(" ")}
	for _, user := range members {
		parts = append(parts, slack.NewRichTextSectionUserElement(user, nil), words(" "))
	}
	said, text := markSaid(o.Mark), ""
	if held := c.State == core.Pending || c.State == core.Active; held && len(members) == 0 && c.Holder != "" {
		parts, text = append(parts, words(c.Holder+": ")), c.Holder+": "
	}
	p := richPost(fmt.Sprintf("%s%s: %s · %s · #%d", text, said, customerOf(c), kindOf(c), c.Number), line(append(parts, strong(said))...))
	p.calls = members
	p.addWait(c)
	return p
}

// addWait says since when the customer waits.
func (p *post) addWait(c core.Card) {
	if c.WaitingSince != 0 {
		since := slack.NewTextBlockObject(slack.MarkdownType, "waits since "+moment(c.WaitingSince), false, true)
		p.blocks = append(p.blocks, slack.NewContextBlock("", since))
	}
}

// members gives those of the people linked to the app whom its workspace can call.
func (a *Adapter) members(linked []core.RemoteID) (users []string) {
	for _, remote := range linked {
		user, ours := strings.CutPrefix(string(remote), a.settings.Team+"/")
		if ours && user != "" && !strings.ContainsFunc(user, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }) {
			users = append(users, user)
		}
	}
	return users
}

// markWords say what marks mean.
var markWords = map[core.Mark]string{
	core.MarkWaiting: "Has waited for too long", core.MarkIdle: "Without an answer for long", core.MarkIdleCritical: "Without an answer for too long",
	core.MarkDuration: "Has lasted long", core.MarkDurationCritical: "Has lasted too long",
}

// markSaid says what a mark means, of one that is not known here its name.
func markSaid(m core.Mark) string {
	if said := markWords[m]; said != "" {
		return said
	}
	name := strings.ReplaceAll(string(m), "_", " ")
	return strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
}

// markSign is how grave a mark is.
func markSign(m core.Mark) string {
	if m.Critical() {
		return "rotating_light"
	}
	return "hourglass_flowing_sand"
}
