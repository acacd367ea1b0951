package telegram

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"parley/channels"
	"parley/core"
)

const opDeliver = "telegram.Deliver"

// Deliver does the next step of what is owed. A text that is too long for one message goes as several, each a step.
func (a *Adapter) Deliver(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	chat, err := chatOf(o.To.Conversation)
	if err != nil {
		return core.Receipt{}, err
	}
	switch o.Verb {
	case core.OutSend:
		return a.send(ctx, chat, o)
	case core.OutEdit:
		return a.edit(ctx, chat, o)
	case core.OutDelete:
		return a.delete(ctx, chat, o)
	case core.OutFile:
		part, err := a.sendFile(ctx, chat, o.File)
		return core.Receipt{Part: part}, err
	case core.OutReact:
		return core.Receipt{}, a.react(ctx, chat, o)
	}
	return core.Receipt{}, &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonRefused}
}

// split gives the messages that a content becomes.
func split(c core.Content) ([]core.Content, error) {
	if strings.TrimSpace(c.Text) == "" {
		return nil, &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonBlank}
	}
	return channels.Split(c, maxText, core.UnitUTF16), nil
}

// send sends part Step of the content; the first is the answer, if it is one.
func (a *Adapter) send(ctx context.Context, chat int64, o core.Outgoing) (core.Receipt, error) {
	parts, err := split(o.Content)
	if err != nil || o.Step >= len(parts) {
		return core.Receipt{}, err
	}
	var answers *models.ReplyParameters
	if o.Step == 0 && o.ReplyTo != "" {
		if message, err := messageOf(chat, o.ReplyTo); err == nil {
			answers = &models.ReplyParameters{MessageID: message, AllowSendingWithoutReply: true}
		}
	}
	part, err := a.sendPart(ctx, chat, parts[o.Step], answers)
	return core.Receipt{Part: part, More: err == nil && o.Step+1 < len(parts)}, err
}

func (a *Adapter) sendPart(ctx context.Context, chat int64, part core.Content, answers *models.ReplyParameters) (core.RemoteID, error) {
	var made madeMessage
	params := &bot.SendMessageParams{
		ChatID: chat, Text: part.Text, Entities: marksOut(part), LinkPreviewOptions: noPreview(), ReplyParameters: answers,
	}
	err := a.api.call(ctx, callTime, "sendMessage", params, &made)
	if refusesMarks(err) {
		params.Entities = nil
		err = a.api.call(ctx, callTime, "sendMessage", params, &made)
	}
	return made.name(chat, "sendMessage", err)
}

// madeMessage is what Telegram says of a message that it has sent.
type madeMessage struct {
	ID int64 `json:"message_id"`
}

// name gives the name of the message that a call has made.
func (m madeMessage) name(chat int64, method string, err error) (core.RemoteID, error) {
	if err == nil && m.ID == 0 {
		err = &failure{method: method, left: true, status: http.StatusOK, err: errors.New("the message has no number")}
	}
	if err != nil {
		return "", fault(opDeliver, err)
	}
	return remote(chat, m.ID), nil
}

// refusesMarks tells whether Telegram took offence at a mark, such as a link to a host that cannot be. The words matter more.
func refusesMarks(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.code == http.StatusBadRequest && says(err, "entit")
}

// noPreview keeps Telegram from fetching the links that agents write.
func noPreview() *models.LinkPreviewOptions {
	return &models.LinkPreviewOptions{IsDisabled: bot.True()}
}

// edit makes one part what it must be: step n changes part n; where the new text has more parts, the further steps send them; where it
// has fewer, each deletes the last. Parts are those that there are now, so the list has grown or shrunk with the steps before.
func (a *Adapter) edit(ctx context.Context, chat int64, o core.Outgoing) (core.Receipt, error) {
	parts, err := split(o.Content)
	if err != nil {
		return core.Receipt{}, err
	}
	want, have := len(parts), len(o.Parts)
	switch {
	case o.Step < min(want, have):
		err := a.editPart(ctx, chat, o.Parts[o.Step], parts[o.Step])
		return core.Receipt{More: err == nil && o.Step+1 < max(want, have)}, err
	case have < want:
		part, err := a.sendPart(ctx, chat, parts[have], nil)
		if e, ok := errors.AsType[*core.Error](err); ok && e.Kind == core.Uncertain {
			// An edit is tried again where nobody knows what came of it, but this part would be there twice.
			e.Kind, e.Reason = core.Forbidden, "Its last part may not have arrived: the connection broke while it was being sent."
		}
		return core.Receipt{Part: part, More: err == nil && have+1 < want}, err
	case have > want:
		gone, err := a.deletePart(ctx, chat, o.Parts[have-1])
		return core.Receipt{Gone: gone, More: err == nil && have-1 > want}, err
	}
	return core.Receipt{}, nil
}

func (a *Adapter) editPart(ctx context.Context, chat int64, part core.RemoteID, c core.Content) error {
	message, err := messageOf(chat, part)
	if err != nil {
		return err
	}
	params := &bot.EditMessageTextParams{
		ChatID: chat, MessageID: message, Text: c.Text, Entities: marksOut(c), LinkPreviewOptions: noPreview(),
	}
	err = a.api.call(ctx, callTime, "editMessageText", params, nil)
	if refusesMarks(err) {
		params.Entities = nil
		err = a.api.call(ctx, callTime, "editMessageText", params, nil)
	}
	if err == nil || says(err, "message is not modified") {
		return nil
	}
	return fault(opDeliver, err)
}

// delete deletes the first part that there still is: those before it are no longer among Parts, so Step does not count here.
func (a *Adapter) delete(ctx context.Context, chat int64, o core.Outgoing) (core.Receipt, error) {
	if len(o.Parts) == 0 {
		return core.Receipt{}, nil
	}
	gone, err := a.deletePart(ctx, chat, o.Parts[0])
	return core.Receipt{Gone: gone, More: err == nil && len(o.Parts) > 1}, err
}

// deletePart deletes a message; one that is not there is deleted.
func (a *Adapter) deletePart(ctx context.Context, chat int64, part core.RemoteID) (core.RemoteID, error) {
	message, err := messageOf(chat, part)
	if err != nil {
		return "", err
	}
	err = a.api.call(ctx, callTime, "deleteMessage", &bot.DeleteMessageParams{ChatID: chat, MessageID: message}, nil)
	if err != nil && !says(err, "to delete not found", "wasn't found", "message_id_invalid") {
		return "", fault(opDeliver, err)
	}
	return part, nil
}

// variant asks for the coloured form of a character. Telegram's list of reactions has none.
const variant = "\ufe0f"

// react shows an emoji on the first part, or takes it back.
func (a *Adapter) react(ctx context.Context, chat int64, o core.Outgoing) error {
	if len(o.Parts) == 0 {
		return nil
	}
	message, err := messageOf(chat, o.Parts[0])
	if err != nil {
		return err
	}
	params := &bot.SetMessageReactionParams{ChatID: chat, MessageID: message}
	if o.Emoji != "" {
		params.Reaction = []models.ReactionType{{
			Type:              models.ReactionTypeTypeEmoji,
			ReactionTypeEmoji: &models.ReactionTypeEmoji{Emoji: strings.ReplaceAll(o.Emoji, variant, "")},
		}}
	}
	if err := a.api.call(ctx, callTime, "setMessageReaction", params, nil); err != nil {
		return fault(opDeliver, err)
	}
	return nil
}
