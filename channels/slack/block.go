package slack

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// terms are what the lengths of a block are called, from the shortest.
var terms = []struct {
	term core.Term
	name string
}{
	{core.ForDay, "The rest of the day, an hour at least"},
	{core.For24Hours, "24 hours"},
	{core.ForWeek, "7 days"},
	{core.ForAlways, "For good"},
}

// termOf reads the length that follows !block; without one it is the rest of the day. What is none of them is refused where it is done.
func termOf(rest string) core.Term {
	if rest == "" {
		return core.ForDay
	}
	return core.Term(strings.ToLower(rest))
}

// openBlock asks for how long a session's customer shall be kept out: that it is asked is the confirmation.
func (a *Adapter) openBlock(ctx context.Context, p press, session core.SessionID) {
	list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose a time"), callBlock)
	for _, t := range terms {
		list.Options = append(list.Options, slack.NewOptionBlockObject(string(t.term), plainText(t.name), nil))
	}
	list.InitialOption = list.Options[0]
	kept := about{Session: session, Room: p.room()}
	view := window(callBlock, "Block the customer", "Block", kept.text(),
		section("The session ends, and the customer cannot write until the block is over. What they write meanwhile is counted, not kept."),
		slack.NewInputBlock(callBlock, plainText("For how long"), nil, list))
	if _, err := a.api.api.OpenViewContext(ctx, p.Trigger, view); err != nil {
		a.config.Log.InfoContext(ctx, "a window was not opened", "error", asked("slack.openBlock", err))
		a.whisper(ctx, p.room(), p.thread(), p.User.ID, sayLate)
	}
}

// submitBlock blocks the customer of a window. What is wrong is told at the field.
func (a *Adapter) submitBlock(ctx context.Context, p press) reply {
	var b about
	if err := json.Unmarshal([]byte(p.View.Metadata), &b); err != nil || b.Session == 0 {
		return fieldError(callBlock, sayOld)
	}
	chosen := p.View.State.Values[callBlock][callBlock].Selected
	if chosen == nil {
		return fieldError(callBlock, "Choose a time.")
	}
	d := core.Block{Session: b.Session, For: core.Term(chosen.Value)}
	if err := d.Check(); err != nil {
		return fieldError(callBlock, "Choose a time.")
	}
	if word := a.pressed(ctx, p, d, b.Room, "v/"+p.View.ID+"/"+chosen.Value); word != "" {
		return fieldError(callBlock, word)
	}
	return reply{}
}

// blockedFact says until when a card's customer is kept out, and who did it; both "" if nobody did.
func blockedFact(c core.Card) (until, by string) {
	b := c.Blocked
	switch {
	case b.Since == 0 || c.Moved != "":
		return "", ""
	case b.Until == 0:
		until = "blocked for good"
	default:
		until = "blocked until " + moment(b.Until)
	}
	return until, "Blocked by " + clipped(channels.CleanName(b.Name), maxShown)
}
