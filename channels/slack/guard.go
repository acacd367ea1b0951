package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// What the guards tell people privately.
const (
	sayInside     = "This stays with colleagues: in this channel, what you write is a note. Begin with !r to answer the customer, or press Reply… on the card."
	sayEmptyReply = "Nothing was sent: there is nothing after !r."
	sayAsk        = "Nothing was sent yet: this begins with a mention of a colleague. Is it for the customer?"
	sayAskEdited  = "Nothing was sent yet. Is the message, as you have changed it, for the customer?"
	sayAskLong    = "Nothing was sent: this begins with a mention of a colleague. Write it again: with !r before it, it goes to the customer; with //, it is a note."
	saySent       = "It was sent to the customer."
	sayKept       = "It was kept as a note."
	sayChosen     = "This was decided already, and stays as it was."
	sayAskedAnew  = "Nothing was done: you have changed the message since. Answer the newer question, or write it again."
	sayErased     = "Nothing was done: you have deleted the message."
	sayEditInside = "Not changed at the customer: what goes to them from this channel begins with !r. Put that before it, or // to take it back."
	sayEditCalls  = "Not changed at the customer: it begins with a mention of a colleague. Put !r before it to change it all the same, or // to take it back."
)

// maxValue is how long what a button carries can be, as Slack counts: https://docs.slack.dev/reference/block-kit/block-elements/button-element
const maxValue = 2000

// purposely gives what is to be sent on purpose: what follows !r. ok: it begins so.
func purposely(c core.Content) (rest core.Content, ok bool) {
	text := strings.TrimLeftFunc(c.Text, unseen)
	if len(text) < 2 || text[0] != '!' || text[1] != 'r' && text[1] != 'R' {
		return c, false
	}
	next, _ := utf8.DecodeRuneInString(text[2:])
	if len(text) > 2 && !unicode.IsSpace(next) {
		return c, false
	}
	rest.Text = strings.TrimLeftFunc(text[2:], unseen)
	cut := utf8.RuneCountInString(c.Text) - utf8.RuneCountInString(rest.Text)
	for _, e := range c.Entities {
		end := e.Offset + e.Length - cut
		if e.Offset = max(e.Offset-cut, 0); end > e.Offset {
			e.Length = end - e.Offset
			rest.Entities = append(rest.Entities, e)
		}
	}
	rest.Media = c.Media
	return channels.Clean(rest), true
}

// inside tells whether what is written in the room stays there. Of one that shows no sessions any more nobody knows what it was, so it does.
func (a *Adapter) inside(ctx context.Context, room string) (bool, error) {
	f, err := a.config.Desk.Surface(ctx, core.RemoteID(room))
	if err != nil && core.KindOf(err) != core.NotFound {
		return false, err
	}
	return f.Replies != core.RepliesOut, nil
}

// utter does what the room's guards allow with what is neither a note nor a word.
func (t *task) utter(ctx context.Context, c core.Content) error {
	inside, err := t.inside(ctx, t.room)
	switch {
	case err != nil || blank(c):
		return err
	case inside:
		_, ok, err := t.deed(ctx, core.Note{Session: t.session, Text: c.Text, Media: c.Media}, t.remote(), t.key(), notKept)
		if ok && t.told.add(t.user+" inside "+t.room) {
			t.word = sayInside
		}
		return err
	case calls(t.msg, t.settings.Bot):
		return t.ask(ctx, c)
	}
	return t.answer(ctx, c)
}

// answer answers the customer.
func (t *task) answer(ctx context.Context, c core.Content) error {
	if blank(c) {
		t.word = sayEmptyReply
		return nil
	}
	_, _, err := t.deed(ctx, core.Say{Session: t.session, Text: c.Text, Entities: c.Entities, Media: c.Media}, t.remote(), t.key(), notSent)
	return err
}

// revise changes an answer as its author has, unless what it is now would not have gone out.
func (t *task) revise(ctx context.Context, m core.Event, c core.Content, dedupe string) error {
	c, meant := purposely(c)
	if !meant {
		inside, err := t.inside(ctx, t.room)
		switch {
		case err != nil:
			return err
		case inside:
			t.word = sayEditInside
			return nil
		case calls(t.msg, t.settings.Bot) && firstWord(c.Text) != firstWord(m.Text): // the same was sent on purpose
			t.word = sayEditCalls
			return nil
		}
	}
	if strings.TrimSpace(c.Text) == "" && meant {
		t.word = sayEmptyReply
		return nil
	}
	_, _, err := t.deed(ctx, core.Edit{Session: m.Session, Message: m.ID, Text: c.Text, Entities: c.Entities}, t.remote(), dedupe, notChanged)
	return err
}

// stays changes a note that has lost its sign, or never had one. Where that is no wonder nothing is said.
func (t *task) stays(ctx context.Context, m core.Event, c core.Content, dedupe string) error {
	rest, meant := purposely(c)
	inside, err := t.inside(ctx, t.room)
	if err != nil {
		return err
	}
	_, ok, err := t.deed(ctx, core.Edit{Session: m.Session, Message: m.ID, Text: cmp.Or(rest.Text, c.Text)}, t.remote(), dedupe, notChanged)
	if ok && (meant || !inside) {
		t.word = sayStaysNote
	}
	return err
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(strings.TrimLeftFunc(text, unseen), " ")
	return word
}

// calls tells whether a message begins with a mention of others than the app: a person, a group, or all.
func calls(m slack.Msg, bot string) bool {
	if all := richBlocks(m); len(all) > 0 {
		switch e := firstSeen(all).(type) {
		case *slack.RichTextSectionUserElement:
			return e.UserID != bot
		case *slack.RichTextSectionUserGroupElement, *slack.RichTextSectionBroadcastElement:
			return true
		}
		return false
	}
	token, ok := strings.CutPrefix(strings.TrimLeftFunc(m.Text, unseen), "<")
	if !ok {
		return false
	}
	token, _, _ = strings.Cut(token, ">")
	token, _, _ = strings.Cut(token, "|")
	return strings.HasPrefix(token, "@") && token != "@"+bot || strings.HasPrefix(token, "!subteam^") ||
		token == "!here" || token == "!channel" || token == "!everyone"
}

// firstSeen gives the first element that shows anything; nil if that is in a list, a quote or the like.
func firstSeen(blocks []*slack.RichTextBlock) slack.RichTextSectionElement {
	for _, b := range blocks {
		for _, e := range b.Elements {
			s, ok := e.(*slack.RichTextSection)
			if !ok {
				return nil
			}
			for _, e := range s.Elements {
				if text, ok := e.(*slack.RichTextSectionTextElement); !ok || strings.TrimFunc(text.Text, unseen) != "" {
					return e
				}
			}
		}
	}
	return nil
}

// question is what the buttons of one carry, so that it can be answered whenever, and by whatever process.
type question struct {
	Session  core.SessionID `json:"s"`
	Room     string         `json:"r"`
	Thread   string         `json:"h"`
	TS       string         `json:"m"`           // the message
	Edit     string         `json:"e,omitempty"` // the edit of it that the text is of
	Text     string         `json:"t"`
	Entities []core.Entity  `json:"x,omitempty"`
	Media    []core.Media   `json:"f,omitempty"`
}

// ask asks privately whether a message is for the customer. Unlike other private words this must not be lost: where Slack does not take it
// now, the message shall come again.
func (t *task) ask(ctx context.Context, c core.Content) error {
	if stamp, known := t.asked.get(t.key()); known && string(stamp) == askedOf(t.doing.edit) {
		return nil
	}
	b, err := json.Marshal(question{Session: t.session, Room: t.room, Thread: t.thread, TS: t.ts, Edit: t.doing.edit, Text: c.Text, Entities: c.Entities, Media: c.Media})
	if err != nil {
		return err
	}
	value, word := string(b), sayAsk
	if t.doing.edit != "" {
		word = sayAskEdited
	}
	fits := len(utf16.Encode([]rune(value))) <= maxValue
	if !fits {
		word = sayAskLong
	}
	p := richPost(word, line(words(word)))
	if fits {
		p.blocks = append(p.blocks, slack.NewActionBlock("", button(pressSend, value, "Send to the customer"), button(pressKeep, value, "Keep as a note")))
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if err := t.show(asking, t.room, t.thread, t.user, p); err != nil {
		return &core.Error{Op: "slack.ask", Kind: core.Unavailable, Err: asked("slack.ask", err)}
	}
	t.asked.add(t.key(), core.RemoteID(askedOf(t.doing.edit)))
	return nil
}

// askedOf is how it is remembered of which edit of a message was asked.
func askedOf(edit string) string { return "e" + edit }

// askAnew follows an edit of a message of which was asked: its words go out, if they do, as they are now. No edit sends it.
func (t *task) askAnew(ctx context.Context, c core.Content, left string) error {
	if _, known := t.asked.get(t.key()); !known {
		if !t.fixed {
			t.word = sayNeverSent
		}
		return nil
	}
	t.tell(left)
	note, isNote := noteOf(c.Text)
	c, _ = purposely(c)
	switch {
	case !isNote && !blank(c):
		return t.ask(ctx, c)
	case isNote && (note != "" || len(c.Media) > 0):
		if _, _, err := t.deed(ctx, core.Note{Session: t.session, Text: note, Media: c.Media}, t.remote(), t.key(), notKept); err != nil {
			return err
		}
	}
	t.asked.add(t.key(), core.RemoteID(askedOf(t.doing.edit)))
	return nil
}

// choose does what somebody has answered. The key is the message's, so that of all answers to all questions about it one counts.
func (a *Adapter) choose(ctx context.Context, p press, action, value string) reply {
	tell := func(text string) reply {
		return reply{after: func(ctx context.Context) { a.whisper(ctx, p.room(), p.thread(), p.User.ID, text) }}
	}
	var q question
	if err := json.Unmarshal([]byte(value), &q); err != nil || q.Session == 0 || !aRoom.MatchString(q.Room) || q.TS == "" {
		return tell(sayOld)
	}
	at := remote(q.Room, q.TS)
	if stamp, known := a.asked.get(string(at)); known && string(stamp) != askedOf(q.Edit) {
		return a.resolved(p, sayAskedAnew)
	}
	if a.erased.has(string(at)) {
		return a.resolved(p, sayErased)
	}
	who, err := a.admit(ctx, p.team(), p.User.ID)
	switch {
	case err != nil:
		return tell(sayBusy)
	case who.bar != "":
		return tell(barredPress(who.bar))
	}
	var d core.Deed = core.Say{Session: q.Session, Text: q.Text, Entities: q.Entities, Media: q.Media}
	word, lost := saySent, notSent
	if action == pressKeep {
		d, word, lost = core.Note{Session: q.Session, Text: q.Text, Media: q.Media}, sayKept, notKept
	}
	_, err = a.config.Desk.Do(ctx, who.agent, d, core.Said{Room: core.RemoteID(q.Room), Thread: core.RemoteID(q.Thread), Remote: at}, string(at))
	switch e, _ := errors.AsType[*core.Error](err); {
	case e != nil && e.Kind == core.Invalid && e.Field == "client_id":
		return a.resolved(p, sayChosen)
	case err != nil:
		return tell(why(lost, err))
	}
	a.received()
	return a.resolved(p, word)
}

// resolved puts a word in the place of a private question.
func (a *Adapter) resolved(p press, text string) reply {
	return reply{after: func(ctx context.Context) {
		if p.Response != "" {
			said := richPost(text, line(words(text)))
			_, _, err := a.api.api.PostMessageContext(ctx, "", append(said.options(), slack.MsgOptionBlocks(said.blocks...), slack.MsgOptionReplaceOriginal(p.Response))...)
			if err == nil {
				return
			}
		}
		a.whisper(ctx, p.room(), p.thread(), p.User.ID, text)
	}}
}

// offered adds a button for replies to the card where the room keeps inside what is written there.
func (a *Adapter) offered(ctx context.Context, o core.Outgoing) (post, error) {
	p := cardPost(o.Card, a.config.Public)
	if o.Card.State == core.Over || o.Card.Moved != "" {
		return p, nil
	}
	inside, err := a.inside(ctx, string(o.To.Conversation))
	if err != nil || !inside {
		return p, err
	}
	for _, b := range p.blocks {
		if actions, ok := b.(*slack.ActionBlock); ok {
			actions.Elements.ElementSet = append([]slack.BlockElement{button(pressReply, o.Card.Session.String(), "Reply…")}, actions.Elements.ElementSet...)
		}
	}
	return p, nil
}

// openReply opens a window in which the customer is answered.
func (a *Adapter) openReply(ctx context.Context, p press, session core.SessionID) {
	a.openInput(ctx, p, callReply, session, "Reply", "Send", "It goes to the customer", "")
}

// submitReply sends what was written in the window. Nobody has said it in the room, so it is shown there.
func (a *Adapter) submitReply(ctx context.Context, p press) reply {
	return a.submitInput(ctx, p, callReply, notSent, func(s core.SessionID, text string) core.Deed { return core.Say{Session: s, Text: text} })
}
