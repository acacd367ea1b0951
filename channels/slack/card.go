package slack

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// What buttons are called in Slack's calls. Their value is the session, of retry the session and the message: "ses_…/msg_…", of record the session and,
// where that is settled, the type.
const (
	pressTake    = "take"
	pressAssign  = "assign"
	pressRelease = "release"
	pressJoin    = "join"
	pressClose   = "close"
	pressBlock   = "block"
	pressUnblock = "unblock"
	pressRetry   = "retry"
	pressReply   = "reply"
	pressRecord  = "record"
	pressType    = "type" // a list in the window of a record
	pressSend    = "send" // as pressKeep, of a question: the value is that
	pressKeep    = "keep"
	pressOpen    = "open" // leads to the workspace; Slack tells of it all the same
)

const (
	maxShown  = 60  // runes of a name
	maxTags   = 300 // … of all tags together, as a list
	maxRecall = 300 // runes of a message that is shown again
)

// customerOf is what a customer is called.
func customerOf(c core.Card) string {
	if name := clipped(channels.CleanName(c.Customer), maxShown); name != "" {
		return name
	}
	return "Customer"
}

// kindOf is what a kind of channel is called.
func kindOf(c core.Card) string {
	if c.Kind == "" {
		return "Parley"
	}
	return strings.ToUpper(c.Kind[:1]) + c.Kind[1:]
}

// clipped is a text that is at most so many runes long.
func clipped(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return strings.TrimSpace(string(runes[:limit-1])) + "…"
}

// standing is the sign of a session's state, and the state in words.
func standing(c core.Card) (sign, state string) {
	switch c.Moved {
	case core.MovedDepartment:
		return "arrow_right", "Moved to " + c.Team
	case core.MovedPriority:
		return "arrow_right", "Not shown here any more: its priority is " + string(c.Priority) + " now"
	}
	switch {
	case c.Moved == core.MovedLanguage && c.Language == "":
		return "arrow_right", "Not shown here: the customer's language is not known"
	case c.Moved == core.MovedLanguage:
		return "arrow_right", "Not shown here any more: the customer's language is " + string(c.Language)
	case c.SnoozedAt != 0 && c.SnoozedUntil == 0:
		return "zzz", "With " + c.Holder + ", snoozed until the customer writes"
	case c.SnoozedAt != 0:
		return "zzz", "With " + c.Holder + ", snoozed"
	}
	switch c.State {
	case core.Waiting:
		return "red_circle", "Waiting: nobody has taken it"
	case core.Pending:
		return "large_yellow_circle", "Assigned to " + c.Holder + ", who has not joined yet"
	case core.Active:
		return "large_green_circle", "With " + c.Holder
	}
	state = "Ended"
	switch c.Outcome {
	case core.CompletedByOperator:
		state = "Ended by the agent"
	case core.CompletedByCustomer:
		state = "Ended by the customer"
	case core.NotAnswered:
		state = "Ended as unanswered"
	case core.EndedByBlock:
		state = "Ended by a block"
	case core.Expired:
		state = "Ended because the customer was silent"
	}
	if c.Holder != "" {
		state += ", was with " + c.Holder
	}
	return "white_circle", state
}

// What a customer thinks of a session, as a sign and in words.
var (
	thumbs = map[core.Rating]string{core.Good: "thumbsup", core.Bad: "thumbsdown"}
	rated  = map[core.Rating]string{core.Good: "Rated good.", core.Bad: "Rated not good."}
)

// cardPost is what a surface shows of a session at the head of its thread.
func cardPost(c core.Card, public string) post {
	sign, state := standing(c)
	title := fmt.Sprintf(" · %s · #%d", kindOf(c), c.Number)
	lines := []slack.RichTextElement{line(emoji(sign), words(" "), strong(customerOf(c)), words(title)), line(words(state))}
	live := c.State != core.Over && c.Moved == ""
	if live {
		for _, m := range c.Marks.Telling() {
			lines = append(lines, line(emoji(markSign(m)), words(" "), strong(markSaid(m))))
			state += "\n" + markSaid(m)
		}
	}
	if c.Preview != "" && live {
		lines = append(lines, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{words(c.Preview)}})
	}
	if c.Unreachable != "" && live {
		lines = append(lines, line(emoji("warning"), words(" "), strong("The customer cannot be reached. "), words(c.Unreachable)))
	}
	if c.Rating != "" && c.Moved == "" {
		lines = append(lines, line(emoji(thumbs[c.Rating]), words(" "), strong(rated[c.Rating]), words(" "+clipped(c.Comment, maxRecall))))
	}
	if c.Moved == "" {
		lines = append(lines, recordLines(c, public)...)
	}
	p := post{
		text:   fmt.Sprintf("%s%s: %s", customerOf(c), title, state),
		blocks: []slack.Block{slack.NewRichTextBlock("", lines...), slack.NewContextBlock("", counts(c)...)},
	}
	if c.Preview != "" && live {
		p.text += "\n" + c.Preview
	}
	if buttons := buttonsOf(c, public); len(buttons) > 0 {
		p.blocks = append(p.blocks, slack.NewActionBlock("", buttons...))
	}
	return p
}

// backBy says what has brought a session back that was snoozed.
var backBy = map[core.Woken]string{
	core.WokenByTime: "back: its time has come", core.WokenByCustomer: "back: the customer wrote", core.WokenByHand: "back: brought by hand",
}

// counts is the small print of a card.
func counts(c core.Card) []slack.MixedElement {
	var facts []string
	switch {
	case c.Moved != "":
	case c.State == core.Over && c.EndedAt != 0:
		facts = append(facts, "ended "+moment(c.EndedAt))
	case c.WaitingSince != 0:
		facts = append(facts, "waits since "+moment(c.WaitingSince))
	}
	facts = append(facts, many(c.Messages, "message"))
	if c.Unread > 0 && c.State != core.Over && c.Moved == "" {
		facts = append(facts, strconv.FormatInt(c.Unread, 10)+" unread")
	}
	if c.Priority != core.Normal && c.Priority != "" {
		facts = append([]string{"*" + string(c.Priority) + " priority*"}, facts...)
	}
	if c.Language != "" {
		facts = append(facts, "language "+string(c.Language))
	}
	if c.SnoozedUntil != 0 {
		facts = append(facts, "back "+moment(c.SnoozedUntil))
	}
	if c.Woken != "" {
		facts = append(facts, backBy[c.Woken])
	}
	until, by := blockedFact(c)
	if until != "" {
		facts = append(facts, until)
	}
	small := []slack.MixedElement{slack.NewTextBlockObject(slack.MarkdownType, strings.Join(facts, " · "), false, true)}
	for _, name := range []string{by, c.Team, c.Channel, clipped(strings.Join(c.Tags.List(), ", "), maxTags)} {
		if name != "" {
			small = append(small, slack.NewTextBlockObject(slack.PlainTextType, name, false, false))
		}
	}
	return small
}

// moment is a time that Slack shows in the reader's zone, and as how long ago that is: so it stays true without being changed.
// https://docs.slack.dev/messaging/formatting-message-text/#date-formatting
func moment(at core.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time} ({ago})|%s>", at.Std().Unix(), at.Std().Format("2006-01-02 15:04 UTC"))
}

func many(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(n, 10) + " " + noun + "s"
}

// buttonsOf are the deeds that the session's state allows, whoever looks, and the way into the workspace: a card is the same for all.
func buttonsOf(c core.Card, public string) []slack.BlockElement {
	if c.Moved == core.MovedDepartment { // what happens to it is not shown here, and who works here may not see it
		return nil
	}
	var all []slack.BlockElement
	if c.Moved == "" {
		all = deedsOf(c)
		if c.Types > 0 {
			all = append(all, button(pressRecord, c.Session.String(), "Record…"))
		}
	}
	if public != "" {
		open := button(pressOpen, c.Session.String(), "Open in workspace")
		open.URL = workspace(c, public)
		all = append(all, open)
	}
	return all
}

func deedsOf(c core.Card) []slack.BlockElement {
	value := c.Session.String()
	take := button(pressTake, value, "Take").WithStyle(slack.StylePrimary)
	join := button(pressJoin, value, "Join")
	assign, release := button(pressAssign, value, "Assign…"), button(pressRelease, value, "Release")
	end := button(pressClose, value, "Close").WithConfirm(confirm(
		"Close the session?", "What the customer writes later begins another, or opens this one again where it comes soon.", "Close"))
	block := button(pressBlock, value, "Block…")
	switch c.State {
	case core.Waiting:
		return []slack.BlockElement{take, assign, end, block}
	case core.Pending:
		return []slack.BlockElement{join.WithStyle(slack.StylePrimary), assign, release, end, block}
	case core.Active:
		return []slack.BlockElement{join, assign, release, end, block}
	case core.Over:
		if c.Blocked.Since != 0 {
			return []slack.BlockElement{button(pressUnblock, value, "Unblock").WithConfirm(confirm(
				"Let the customer write again?", "What they wrote meanwhile was not kept.", "Unblock"))}
		}
	}
	return nil
}

func button(action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, slack.NewTextBlockObject(slack.PlainTextType, label, false, false))
}

func confirm(title, text, yes string) *slack.ConfirmationBlockObject {
	plain := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	return slack.NewConfirmationBlockObject(plain(title), plain(text), plain(yes), plain("Cancel")).WithStyle(slack.StyleDanger)
}

// workspace is where the session is in the workspace, which opens it beside the list in which it is then.
func workspace(c core.Card, public string) string {
	return strings.TrimSuffix(public, "/") + "/sessions/" + c.Session.String()
}
