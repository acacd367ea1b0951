package outbox

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"parley/core"
)

// correction begins what is sent in the place of an edit that the channel cannot show.
const correction = "Correction: "

// outgoing says what the adapter is to do; false: nothing, because it does not matter any more.
func (r *runner) outgoing(t task) (core.Outgoing, bool, error) {
	m := t.Message
	x, err := core.ParseExtra(m.Data)
	out := core.Outgoing{
		ID: fmt.Sprintf("%s.%s.%d", m.ID, t.Verb, int64(t.OwedAt)), Verb: r.verb(t.Verb), To: core.Address{Conversation: t.Conversation},
		Content: core.Content{Text: m.Text, Entities: x.Entities, Media: x.Media}, Parts: t.Parts, Step: int(t.lane.Step), Again: t.lane.Attempts > 0 || t.lane.Doubtful(t.No),
		By: m.ActorKind, Name: m.Name,
	}
	shown := m.DeletedAt == 0
	if x.Queue && t.Room == "" { // as it stands by now
		out.Content, shown = core.Content{Text: t.QueueText}, shown && t.QueueSeq == m.Seq
	}
	switch {
	case err != nil:
		return out, false, err
	case t.Verb == core.OutFile && !r.carries(&out, t, x), t.Verb == core.OutFetch:
		return out, t.Verb == core.OutFetch && t.File.State == core.FilePending && m.DeletedAt == 0, nil
	case t.Room != "":
		matters := expose(&out, t, r.can.Finds)
		return out, matters, nil
	case t.Verb == core.OutFile:
		return out, m.DeletedAt == 0, nil
	case t.Verb == core.OutSend:
		out.Step = max(out.Step, len(t.Parts)) // also those of an earlier try that went wrong after them
		if r.can.ReplyOut {
			out.ReplyTo = t.ReplyTo
		}
		out.Withdrawn = !shown && r.can.Finds && out.Again
		return out, shown || out.Withdrawn, nil
	case len(t.Parts) == 0, t.Verb == core.OutEdit && !shown:
		return out, false, nil
	case out.Verb == core.OutSend:
		out.Content = corrected(out.Content)
		if r.can.ReplyOut {
			out.ReplyTo = t.Parts[0]
		}
	case t.Verb == core.OutReact:
		out.Emoji = x.Reaction(core.ByAgent)
	}
	return out, true, nil
}

// expose makes of a delivery what a surface is to do; false: nothing, because it does not matter any more. A thread that is missing
// is made first. finds is Capabilities.Finds.
func expose(out *core.Outgoing, t task, finds bool) bool {
	m := t.Message
	out.ID += "." + string(t.Room)
	out.Verb, out.To = t.Verb, core.Address{Conversation: t.Room, Thread: t.Thread}
	out.Surface, out.Message, out.Card, out.Recent, out.Former = true, m.ID, t.Card, t.Recent, t.Former
	out.Note, out.State, out.Reason, out.Late = m.Note(), m.State, m.Reason, t.Late
	if t.Verb == core.OutOpen {
		out.Verb = core.OutCard
	}
	if m.Kind == core.EventMarked {
		out.Mark, out.Calls = core.Mark(m.Text), t.Calls
	}
	if t.Verb == core.OutAlert {
		return t.concerns(out.Mark)
	}
	switch { // nothing is said where the session is not served any more, but that it has left
	case !t.Served, t.Card.Moved != "" && (t.Thread == "" || t.Verb != core.OutCard):
		return false
	}
	switch t.Verb {
	case core.OutOpen:
		return t.Thread == "" || len(t.Recent) > 0 // the session has come back to it
	case core.OutCard:
		return t.Thread != "" // whoever makes the thread shows the card as it then is
	case core.OutSend:
		out.Step = max(out.Step, len(t.Parts))
		if m.DeletedAt != 0 {
			out.Withdrawn = finds && out.Again && t.Thread != ""
			return out.Withdrawn
		}
	case core.OutFile:
		if m.DeletedAt != 0 {
			return false
		}
	case core.OutTell:
		switch m.State {
		case core.Failed, core.MaySent:
		case core.Sent: // after all
			return t.Thread != "" && len(t.Parts) > 0
		default:
			return false
		}
	case core.OutWarn:
		if !t.holds(out.Mark) {
			return false
		}
	case core.OutLeave:
		return t.Thread != "" && t.Former.Thread != ""
	case core.OutMark:
		return len(t.Parts) > 0 && m.DeletedAt == 0
	default:
		return t.Thread != "" && (len(t.Parts) > 0 || t.Late) && (t.Verb == core.OutDelete || m.DeletedAt == 0)
	}
	if t.Thread == "" {
		out.ID, out.Verb, out.Step = out.ID+".open", core.OutCard, 0
	}
	return true
}

// holds tells whether the session has the mark still, and no graver one: it has not been answered, joined or ended meanwhile.
func (t task) holds(m core.Mark) bool { return slices.Contains(t.Card.Marks.Telling(), m) }

// concerns tells whether what an alert says is still so, and still for whom it was meant: a session that has the mark, or else was assigned to
// them. Who has joined, or has lost it again, need not be told of that.
func (t task) concerns(m core.Mark) bool {
	mine := t.Reader != 0 && t.Reader == t.Card.Assignee
	if m == "" {
		return mine && t.Card.State == core.Pending && t.Reader == t.Message.Target
	}
	return t.holds(m) && (mine || m.Critical() && t.Role.Has(core.Supervisor))
}

// opens tells whether the adapter is asked for a thread on the way to something else.
func (t task) opens() bool {
	return t.Room != "" && t.Thread == "" && t.Verb != core.OutOpen && t.Verb != core.OutMark && t.Verb != core.OutAlert
}

// asked is what the verb of a step comes to: a longer text needs another part.
func asked(v core.OutVerb, step int64, parts int) core.OutVerb {
	if v == core.OutEdit && step >= int64(parts) {
		return core.OutSend
	}
	return v
}

// verb is what the adapter is asked for: where it cannot edit, a correction is sent.
func (r *runner) verb(v core.OutVerb) core.OutVerb {
	if v == core.OutEdit && !r.can.EditOut {
		return core.OutSend
	}
	return v
}

// corrected gives a content as a correction of another.
func corrected(c core.Content) core.Content {
	moved := core.Content{Text: correction + c.Text}
	for _, e := range c.Entities {
		e.Offset += len(correction)
		moved.Entities = append(moved.Entities, e)
	}
	return moved
}

// call lets the adapter do it. A panic is our bug; nobody knows how far it came.
func (r *runner) call(ctx context.Context, out core.Outgoing) (receipt core.Receipt, err error) {
	limit := callTime
	if out.Verb == core.OutFile {
		limit = fileTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			r.log.ErrorContext(ctx, "adapter panicked", "channel", r.Channel.String(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = &core.Error{Op: "outbox.call", Kind: core.Uncertain}
		}
	}()
	return r.Adapter.Deliver(ctx, out)
}
