package echo

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"parley/channels"
	"parley/core"
)

const opDeliver = "echo.Deliver"

// The network's methods, and what they take.
const (
	methodUpdates = "updates"
	methodSend    = "send"
	methodEdit    = "edit"
	methodDelete  = "delete"
	methodReact   = "react"
)

type (
	updatesCall struct {
		Offset int64 `json:"offset"` // what is before it was stored, and is forgotten
		Limit  int   `json:"limit"`
		Wait   int64 `json:"wait_ms"`
	}
	// sendCall is of send and edit, which has an ID.
	sendCall struct {
		Chat    int64  `json:"chat"`
		ID      int64  `json:"id,omitempty"`
		Text    string `json:"text"`
		Marks   []mark `json:"marks,omitempty"`
		ReplyTo int64  `json:"reply_to,omitempty"`
	}
	// partCall is of delete and react.
	partCall struct {
		Chat  int64  `json:"chat"`
		ID    int64  `json:"id"`
		Emoji string `json:"emoji,omitempty"`
	}
)

// Deliver does the next step of what is owed. A text that is too long for one message goes as several, each a step.
func (a *Adapter) Deliver(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	chat, err := strconv.ParseInt(string(o.To.Conversation), 10, 64)
	if err != nil {
		return core.Receipt{}, &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonNoChat, Err: err}
	}
	switch o.Verb {
	case core.OutSend:
		return a.send(ctx, chat, o)
	case core.OutEdit:
		return a.edit(ctx, chat, o)
	case core.OutDelete:
		return a.delete(ctx, chat, o)
	case core.OutReact:
		return a.react(ctx, chat, o)
	}
	return core.Receipt{}, &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonRefused}
}

// send sends part Step of the content; the first is the answer, if it is one.
func (a *Adapter) send(ctx context.Context, chat int64, o core.Outgoing) (core.Receipt, error) {
	parts := split(o.Content)
	if o.Step >= len(parts) {
		return core.Receipt{}, nil
	}
	answers := core.RemoteID("")
	if o.Step == 0 {
		answers = o.ReplyTo
	}
	part, err := a.sendPart(ctx, chat, parts[o.Step], answers)
	return core.Receipt{Part: part, More: err == nil && o.Step+1 < len(parts)}, err
}

func split(c core.Content) []core.Content { return channels.Split(c, maxText, core.UnitRune) }

func (a *Adapter) sendPart(ctx context.Context, chat int64, part core.Content, answers core.RemoteID) (core.RemoteID, error) {
	var made struct {
		ID int64 `json:"id"`
	}
	err := a.call(ctx, methodSend, sendCall{Chat: chat, Text: part.Text, Marks: marksOut(part), ReplyTo: idOf(answers)}, &made)
	if err == nil && made.ID == 0 {
		err = &failure{left: true, err: errors.New("the message has no id")}
	}
	if err != nil {
		return "", fault(opDeliver, err)
	}
	return remote(chat, made.ID), nil
}

// marksOut gives a text's marks as the network counts them.
func marksOut(c core.Content) []mark {
	var all []mark
	for _, e := range channels.ToUTF16(c.Text, c.Entities) {
		all = append(all, mark{Kind: string(e.Kind), Offset: e.Offset, Length: e.Length, URL: e.URL})
	}
	return all
}

// edit makes one part what it must be: step n changes part n; where the new text has more parts, the further steps send them; where it
// has fewer, each deletes the last. Parts are those that there are now, so the list has grown or shrunk with the steps before.
func (a *Adapter) edit(ctx context.Context, chat int64, o core.Outgoing) (core.Receipt, error) {
	parts := split(o.Content)
	want, have := len(parts), len(o.Parts)
	switch {
	case o.Step < min(want, have):
		p := parts[o.Step]
		err := a.call(ctx, methodEdit, sendCall{Chat: chat, ID: idOf(o.Parts[o.Step]), Text: p.Text, Marks: marksOut(p)}, nil)
		if err != nil {
			return core.Receipt{}, fault(opDeliver, err)
		}
		return core.Receipt{More: o.Step+1 < max(want, have)}, nil
	case have < want:
		part, err := a.sendPart(ctx, chat, parts[have], "")
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
	err := a.call(ctx, methodDelete, partCall{Chat: chat, ID: idOf(part)}, nil)
	if err != nil && !says(err, wordNoMessage) {
		return "", fault(opDeliver, err)
	}
	return part, nil
}

// react shows an emoji on the first part, or takes it back.
func (a *Adapter) react(ctx context.Context, chat int64, o core.Outgoing) (core.Receipt, error) {
	if len(o.Parts) == 0 {
		return core.Receipt{}, nil
	}
	if err := a.call(ctx, methodReact, partCall{Chat: chat, ID: idOf(o.Parts[0]), Emoji: o.Emoji}, nil); err != nil {
		return core.Receipt{}, fault(opDeliver, err)
	}
	return core.Receipt{}, nil
}

// idOf reads what remote wrote; zero, which no message is called, for anything else.
func idOf(part core.RemoteID) int64 {
	_, number, _ := strings.Cut(string(part), "/")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// call calls a method and reads its result, unless that is nil. Its errors are *failure.
func (a *Adapter) call(ctx context.Context, method string, params, result any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return &failure{err: err}
	}
	given, err := a.config.Network.Call(ctx, a.config.Key, method, body)
	if err != nil {
		return &failure{left: !errors.Is(err, ErrRefused), err: err}
	}
	return read(given, result)
}
