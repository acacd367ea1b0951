package slack

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"parley/core"
)

// What agents are told of what does not come to a customer.
const (
	reasonLeft     = "The customer's account in Slack is deactivated, or the app may not write to them."
	reasonNoRoom   = "Slack does not show the app this conversation any more: it was deleted, or the app was removed from it."
	reasonArchived = "The channel in Slack was archived."
	reasonNoThread = "The message that the customer's thread began with was deleted in Slack."
	reasonNoTab    = "The app's messages tab in Slack is off: switch it on, or install the app again with Parley's manifest."
	reasonFixed    = "Slack does not let it be changed any more."
)

// leftWords are of customers who cannot be written to.
var leftWords = []string{"user_disabled", "user_not_found", "user_not_visible", "users_not_found", "is_inactive", "cannot_dm_bot"}

// place gives where in Slack a customer's conversation is.
func place(conversation core.RemoteID) (room, thread string) {
	room, thread, _ = strings.Cut(string(conversation), "/")
	return room, thread
}

// serveCustomer does the next step of what is owed to a customer.
func (a *Adapter) serveCustomer(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	switch o.Verb {
	case core.OutSend:
		parts := a.parts(o)
		if o.Step >= len(parts) {
			return core.Receipt{}, nil
		}
		part, err := a.hand(ctx, o, parts[o.Step], o.Step)
		return core.Receipt{Part: part, More: err == nil && !o.Withdrawn && o.Step+1 < len(parts)}, err
	case core.OutEdit:
		return a.correct(ctx, o)
	case core.OutDelete:
		if len(o.Parts) == 0 {
			return core.Receipt{}, nil
		}
		gone, err := a.takeBack(ctx, o.Parts[0])
		return core.Receipt{Gone: gone, More: err == nil && len(o.Parts) > 1}, err
	}
	return core.Receipt{}, &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonRefused}
}

// correct makes one part of an answer what it must be, as edit does where agents work.
func (a *Adapter) correct(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	parts := a.parts(o)
	want, have := len(parts), len(o.Parts)
	switch {
	case o.Step < min(want, have):
		room, ts, err := split(o.Parts[o.Step])
		if err == nil {
			err = a.unreached(room, a.change(ctx, room, ts, copyPost(o, parts[o.Step], o.Step)))
		}
		return core.Receipt{More: err == nil && o.Step+1 < max(want, have)}, err
	case have < want:
		part, err := a.hand(ctx, o, parts[have], have)
		return core.Receipt{Part: part, More: err == nil && have+1 < want}, err
	case have > want:
		gone, err := a.takeBack(ctx, o.Parts[have-1])
		return core.Receipt{Gone: gone, More: err == nil && have-1 > want}, err
	}
	return core.Receipt{}, nil
}

// takeBack deletes a post; one that is not there is deleted.
func (a *Adapter) takeBack(ctx context.Context, part core.RemoteID) (core.RemoteID, error) {
	room, ts, err := split(part)
	if err != nil {
		return "", err
	}
	_, _, err = a.api.api.DeleteMessageContext(ctx, room, ts)
	if says(err, "message_not_found") {
		return part, nil
	}
	if err = a.unreached(room, err); err != nil {
		return "", err
	}
	return part, nil
}

// hand posts a part of an answer, unless an earlier attempt has.
func (a *Adapter) hand(ctx context.Context, o core.Outgoing, c core.Content, step int) (core.RemoteID, error) {
	room, thread := place(o.To.Conversation)
	p, id := copyPost(o, c, step), mark(o, step)
	if thread == "" && o.ReplyTo != "" && step == 0 {
		var err error
		if thread, err = a.threadOf(ctx, o.ReplyTo); err != nil {
			return "", err
		}
		p.broad = true // or it would hide in a thread
	}
	if o.Again {
		part, found, err := a.find(ctx, room, thread, id)
		if core.KindOf(err) == core.Gone && direct(room) {
			part, found, err = a.find(ctx, room, "", id)
		}
		if core.KindOf(err) == core.Gone { // of the thread
			err = &core.Error{Op: opDeliver, Kind: core.Gone, Reason: reasonNoThread, Err: err}
		}
		if found || err != nil || o.Withdrawn {
			return part, err
		}
	}
	_, ts, made, err := a.posted(ctx, room, thread, id, p)
	if err := a.unreached(room, err); err != nil {
		return "", err
	}
	switch {
	case ts == "":
		err := &failure{method: "chat.postMessage", left: true, status: http.StatusOK, err: errors.New("the message has no timestamp")}
		return "", fault(opDeliver, err)
	case thread != "" && made.Timestamp != "" && made.ThreadTimestamp == "" && !direct(room):
		// Slack has posted it for the whole channel, because the thread's root is gone.
		_, _, err := a.api.api.DeleteMessageContext(ctx, room, ts)
		return "", &core.Error{Op: opDeliver, Kind: core.Gone, Reason: reasonNoThread, Err: err}
	}
	part := remote(room, ts)
	if made.ThreadTimestamp != "" {
		a.threads.add(string(part), core.RemoteID(made.ThreadTimestamp))
	}
	return part, nil
}

// threadOf gives the root of the thread in which a direct message is answered: that in which it stands, or its own. "": it is not there any
// more, so the answer stands alone.
func (a *Adapter) threadOf(ctx context.Context, message core.RemoteID) (string, error) {
	if root, known := a.threads.get(string(message)); known {
		return string(root), nil
	}
	room, ts, err := split(message)
	if err != nil {
		return "", err
	}
	page, _, err := a.page(ctx, room, ts, "", "")
	switch {
	case wordOf(err) != "" && core.KindOf(fault(opDeliver, err)) == core.Gone:
		return "", nil
	case err != nil:
		return "", asked(opDeliver, err)
	}
	for _, m := range page {
		if m.Timestamp == ts {
			if m.ThreadTimestamp != "" {
				ts = m.ThreadTimestamp
			}
			a.threads.add(string(message), core.RemoteID(ts))
			return ts, nil
		}
	}
	return "", nil
}

// unreached gives what a failed call means that was made for a customer; nil if it did not fail. What people have to mend in Slack, the
// channel's state says.
func (a *Adapter) unreached(room string, err error) error {
	if err == nil {
		a.roomTrouble(room, "")
		return nil
	}
	e := fault(opDeliver, err)
	reason := ""
	switch {
	case says(err, leftWords...):
		reason = reasonLeft
	case says(err, "channel_not_found"):
		reason = reasonNoRoom
	case says(err, "is_archived"):
		reason = reasonArchived
	case says(err, "message_not_found"), says(err, fixedWords...):
		return &core.Error{Op: opDeliver, Kind: core.Invalid, Reason: reasonFixed, Err: err}
	case says(err, threadWords...):
		reason = reasonNoThread
	case says(err, "messages_tab_disabled"):
		e.Kind, e.Reason, e.RetryAfter = core.Unavailable, reasonNoTab, roomPause
		a.roomTrouble(room, e.Reason)
		return e
	case says(err, roomWords...):
		e.Reason = "The app may not write in the channel " + room + " in Slack: invite it there."
		a.roomTrouble(room, e.Reason)
		return e
	default:
		return e
	}
	return &core.Error{Op: opDeliver, Kind: core.Gone, Reason: reason, Err: err}
}
