package slack

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

const opDeliver = "slack.Deliver"

// Deliver does the next step of what is owed to a channel where agents work, or to a customer.
func (a *Adapter) Deliver(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	if o.Surface && o.Verb == core.OutCard {
		a.homes.touch(o.Card)
	}
	switch {
	case o.Verb == core.OutFile && (!o.Surface || o.To.Thread != ""):
		return a.deliverFile(ctx, o)
	case o.Verb == core.OutDelete && len(o.Parts) > 0 && isFile(o.Parts[0]):
		gone, err := a.dropFile(ctx, o.Parts[0])
		return core.Receipt{Gone: gone, More: err == nil && (len(o.Parts) > 1 || o.Late)}, err
	case !o.Surface:
		return a.serveCustomer(ctx, o)
	case o.Verb == core.OutCard && o.To.Thread == "":
		return a.open(ctx, o)
	case o.Verb == core.OutAlert:
		return core.Receipt{}, a.alert(ctx, o)
	case o.To.Thread == "" && o.Verb != core.OutMark:
		return core.Receipt{}, lost(errors.New("there is no thread"))
	case o.Verb == core.OutCard:
		return core.Receipt{}, a.refresh(ctx, o)
	case o.Verb == core.OutSend:
		return a.send(ctx, o)
	case o.Verb == core.OutEdit:
		return a.edit(ctx, o)
	case o.Verb == core.OutDelete:
		return a.delete(ctx, o)
	case o.Verb == core.OutTell:
		return a.tell(ctx, o)
	case o.Verb == core.OutLeave:
		return core.Receipt{}, a.leave(ctx, o)
	case o.Verb == core.OutMark:
		return a.acknowledge(ctx, o)
	case o.Verb == core.OutWarn:
		_, err := a.put(ctx, o, warnPost(o, a.members(o.Calls)))
		return core.Receipt{}, err
	}
	return core.Receipt{}, &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonRefused}
}

// open posts a session's card, which is the root of its thread, and where there was a thread before, what that showed last.
func (a *Adapter) open(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	card, err := a.offered(ctx, o)
	if err != nil {
		return core.Receipt{}, err
	}
	part, err := a.put(ctx, o, card)
	if err != nil {
		return core.Receipt{}, err
	}
	_, ts, err := split(part)
	if err != nil {
		return core.Receipt{}, err
	}
	o.To.Thread = core.RemoteID(ts)
	if len(o.Recent) > 0 || o.Former.Thread != "" {
		if _, err := a.put(ctx, o, recallPost(o, "The last messages:", a.former(ctx, o)...)); err != nil {
			a.config.Log.InfoContext(ctx, "last messages not shown again", "error", err)
		}
	}
	return core.Receipt{Thread: o.To.Thread}, nil
}

// refresh makes the card anew, and shows below it what the thread has missed. If the card cannot be changed, it is not there, or is not ours any more.
func (a *Adapter) refresh(ctx context.Context, o core.Outgoing) error {
	room, root := string(o.To.Conversation), string(o.To.Thread)
	card, err := a.offered(ctx, o)
	if err != nil {
		return err
	}
	err = a.change(ctx, room, root, card)
	if says(err, "message_not_found", "cant_update_message") {
		a.posts.forget(remote(room, root))
		return lost(err)
	}
	if err = a.refused(room, err); err == nil && len(o.Recent) > 0 {
		_, err = a.put(ctx, o, recallPost(o, "Said meanwhile:"))
	}
	return err
}

// send sends part Step of the content.
func (a *Adapter) send(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	parts := a.parts(o)
	if o.Step >= len(parts) {
		return core.Receipt{}, nil
	}
	part, err := a.put(ctx, o, copyPost(o, parts[o.Step], o.Step))
	return core.Receipt{Part: part, More: err == nil && !o.Withdrawn && o.Step+1 < len(parts)}, err
}

// parts gives the messages that a content becomes.
func (a *Adapter) parts(o core.Outgoing) []core.Content {
	if !o.Surface {
		o.Content.Media = nil // they follow by themselves
	}
	if strings.TrimSpace(o.Content.Text) == "" && len(o.Content.Media) == 0 {
		return []core.Content{{Text: reasonEmpty}}
	}
	return channels.Split(o.Content, a.can.MaxText, a.can.Unit)
}

// edit makes one part what it must be: step n changes part n; where the new text has more parts, the further steps send them; where it
// has fewer, each deletes the last. Parts are those that there are now, so the list has grown or shrunk with the steps before; of a Late edit, whose
// message the thread does not have, there are none at first.
func (a *Adapter) edit(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	parts := a.parts(o)
	want, have := len(parts), len(o.Parts)
	switch {
	case o.Step < min(want, have):
		err := a.editPart(ctx, o, o.Parts[o.Step], parts[o.Step])
		return core.Receipt{More: err == nil && o.Step+1 < max(want, have)}, err
	case have < want:
		o.Step = have
		part, err := a.put(ctx, o, copyPost(o, parts[have], have))
		return core.Receipt{Part: part, More: err == nil && have+1 < want}, err
	case have > want:
		o.Step = have - 1
		gone, err := a.deletePart(ctx, o, o.Parts[have-1])
		return core.Receipt{Gone: gone, More: err == nil && have-1 > want}, err
	}
	return core.Receipt{}, nil
}

// editPart changes a post of ours. What an agent has posted is theirs to change, so the new words follow in the thread.
func (a *Adapter) editPart(ctx context.Context, o core.Outgoing, part core.RemoteID, c core.Content) error {
	room, ts, err := split(part)
	if err != nil {
		return err
	}
	err = a.change(ctx, room, ts, copyPost(o, c, o.Step))
	if says(err, "message_not_found") || says(err, fixedWords...) {
		_, err := a.put(ctx, o, editedPost(o, c))
		return err
	}
	return a.refused(room, err)
}

// delete deletes the first part that there still is: those before it are no longer among Parts, so Step does not count here. At last a thread that
// has told the message in short says that it is gone.
func (a *Adapter) delete(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	switch {
	case len(o.Parts) > 0:
		gone, err := a.deletePart(ctx, o, o.Parts[0])
		return core.Receipt{Gone: gone, More: err == nil && (len(o.Parts) > 1 || o.Late)}, err
	case o.Late:
		_, err := a.put(ctx, o, deletedPost(o))
		return core.Receipt{}, err
	}
	return core.Receipt{}, nil
}

// deletePart deletes a post of ours; one that is not there is deleted. Of what an agent has posted, a line says so.
func (a *Adapter) deletePart(ctx context.Context, o core.Outgoing, part core.RemoteID) (core.RemoteID, error) {
	room, ts, err := split(part)
	if err != nil {
		return "", err
	}
	_, _, err = a.api.api.DeleteMessageContext(ctx, room, ts)
	switch {
	case says(err, "message_not_found"):
		return part, nil
	case says(err, fixedWords...):
		if _, err := a.put(ctx, o, deletedPost(o)); err != nil {
			return "", err
		}
		return part, nil
	}
	if err != nil {
		return "", a.refused(room, err)
	}
	return part, nil
}

// split reads what remote wrote.
func split(part core.RemoteID) (room, ts string, err error) {
	room, ts, ok := strings.Cut(string(part), "/")
	if !ok || room == "" || ts == "" {
		return "", "", &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonRefused}
	}
	return room, ts, nil
}

// lost says that the thread is.
func lost(err error) *core.Error {
	return &core.Error{Op: opDeliver, Kind: core.Gone, Scope: core.ScopeThread, Reason: reasonThread, Err: err}
}

// refused gives what a failed call means where it wanted to write in a room; nil if it did not fail.
func (a *Adapter) refused(room string, err error) error {
	if err == nil {
		a.roomTrouble(room, "")
		return nil
	}
	e := fault(opDeliver, err)
	switch {
	case says(err, "is_archived"):
		e.Reason = "The channel " + room + " in Slack is archived."
	case says(err, "channel_not_found", "not_in_channel"):
		e.Reason = "The app is not in the channel " + room + " in Slack: invite it there."
	case says(err, roomWords...):
		e.Reason = "Slack does not let the app write in the channel " + room + "."
	default:
		return e
	}
	a.roomTrouble(room, e.Reason)
	return e
}

// put posts what the delivery's step owes, unless an earlier attempt has, or it was taken back since.
func (a *Adapter) put(ctx context.Context, o core.Outgoing, p post) (core.RemoteID, error) {
	room, thread, id := string(o.To.Conversation), string(o.To.Thread), mark(o, o.Step)
	if o.Again {
		if part, ok, err := a.find(ctx, room, thread, id); ok || err != nil {
			return part, err
		}
	}
	if o.Withdrawn {
		return "", nil
	}
	_, ts, made, err := a.posted(ctx, room, thread, id, p)
	refused := a.refused(room, err)
	switch {
	case err != nil:
		err = refused
		if core.KindOf(err) == core.Gone {
			a.posts.forget(remote(room, thread))
		}
		return "", err
	case ts == "":
		err := &failure{method: "chat.postMessage", left: true, status: http.StatusOK, err: errors.New("the message has no timestamp")}
		return "", fault(opDeliver, err)
	case thread != "" && made.Timestamp != "" && made.ThreadTimestamp == "":
		// Slack has posted it into the room, because the thread's root is gone: nobody shall answer it there.
		_, _, err := a.api.api.DeleteMessageContext(ctx, room, ts)
		a.posts.forget(remote(room, thread))
		return "", lost(err)
	}
	return remote(room, ts), nil
}

// posted calls chat.postMessage, once more without form where Slack does not accept that: the words matter more.
func (a *Adapter) posted(ctx context.Context, room, thread, id string, p post) (string, string, slack.Message, error) {
	options := append(p.options(), metadata(id))
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	if p.name != "" {
		options = append(options, slack.MsgOptionUsername(p.name))
	}
	if p.icon != "" {
		options = append(options, slack.MsgOptionIconEmoji(p.icon))
	}
	if p.broad && thread != "" {
		options = append(options, slack.MsgOptionBroadcast())
	}
	where, ts, made, err := a.api.api.PostMessageWithResponseContext(ctx, room, append(options, slack.MsgOptionBlocks(p.blocks...))...)
	if says(err, formWords...) {
		a.config.Log.WarnContext(ctx, "slack does not accept the form of a message", "word", wordOf(err))
		return a.api.api.PostMessageWithResponseContext(ctx, room, options...)
	}
	return where, ts, made, err
}

// change calls chat.update, in the same way.
func (a *Adapter) change(ctx context.Context, room, ts string, p post) error {
	_, _, _, err := a.api.api.UpdateMessageContext(ctx, room, ts, append(p.options(), slack.MsgOptionBlocks(p.blocks...))...)
	if says(err, formWords...) {
		a.config.Log.WarnContext(ctx, "slack does not accept the form of a message", "word", wordOf(err))
		_, _, _, err = a.api.api.UpdateMessageContext(ctx, room, ts, append(p.options(), slack.MsgOptionBlocks())...)
	}
	return err
}
