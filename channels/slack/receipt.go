package slack

import (
	"context"

	"github.com/slack-go/slack"

	"parley/core"
)

// receiptEmoji is the sign on an answer that has reached the customer.
const receiptEmoji = "white_check_mark"

// acknowledge puts the sign on a message where its agent has said it, or on its copy, one at each step. One that has it, or is not there any more,
// needs none. A sign that cannot be put is not missed for long: it says less than the thread.
func (a *Adapter) acknowledge(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	if o.Step >= len(o.Parts) {
		return core.Receipt{}, nil
	}
	err := a.react(ctx, o.Parts[o.Step])
	return core.Receipt{More: err == nil && o.Step+1 < len(o.Parts)}, err
}

// react puts the sign on a message.
func (a *Adapter) react(ctx context.Context, part core.RemoteID) error {
	room, ts, err := split(part)
	if err != nil {
		return err
	}
	err = a.api.api.AddReactionContext(ctx, receiptEmoji, slack.NewRefToMessage(room, ts))
	switch {
	case says(err, "already_reacted", "message_not_found", "too_many_reactions", "too_many_emoji"):
		return nil
	case says(err, "missing_scope"): // it would come again for a day
		return &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: missingScope(err), Err: err}
	case err != nil:
		return fault(opDeliver, err)
	}
	return nil
}

// tell tells what has become of a message. When it has arrived after all, the lines that said otherwise say so, one at each step.
func (a *Adapter) tell(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	if o.State != core.Sent {
		part, err := a.put(ctx, o, tellPost(o))
		return core.Receipt{Part: part}, err
	}
	if len(o.Parts) == 0 {
		return core.Receipt{}, nil
	}
	room, ts, err := split(o.Parts[0])
	if err != nil {
		return core.Receipt{}, err
	}
	if err = a.change(ctx, room, ts, arrivedPost(o)); err != nil && !says(err, "message_not_found") && !says(err, fixedWords...) {
		return core.Receipt{}, a.refused(room, err)
	}
	return core.Receipt{Gone: o.Parts[0], More: len(o.Parts) > 1}, nil
}

// arrivedPost takes the place of what told that a message had not arrived.
func arrivedPost(o core.Outgoing) post {
	const said = "Delivered after all."
	lines := []slack.RichTextElement{line(emoji(receiptEmoji), words(" "+said))}
	if about := core.Preview(o.Content.Text); about != "" {
		lines = append(lines, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{words(about)}})
	}
	return richPost(said, lines...)
}
