package outbox

import (
	"context"
	"errors"
	"io"
	"time"

	"parley/core"
	"parley/core/store"
)

// fileTime is for one call that carries a file.
const fileTime = 2 * time.Minute

// carries gives an outgoing its file; false: it is none of the message's.
func (r *runner) carries(out *core.Outgoing, t task, x core.Extra) bool {
	out.ID += "." + t.File.ID.String()
	_, ok := x.WithFile(t.File.ID, func(m *core.Media) {
		out.File = core.OutgoingFile{
			Name: t.File.Name, Type: t.File.Type, Size: t.File.Size, Kind: m.Kind,
			Open: func() (io.ReadSeekCloser, error) { return r.files.Open(t.File.Key) },
		}
	})
	return ok
}

// finds tells whether the channel looks what has become of an earlier attempt. No channel finds files. One more in a surface's thread does
// less harm than one that is missing; an alert is not worth a second one.
func (r *runner) finds(d core.Delivery) bool {
	switch d.Verb {
	case core.OutFile:
		return d.Room != ""
	case core.OutAlert:
		return false
	}
	return r.can.Finds
}

// fetch brings a file from the channel.
func (r *runner) fetch(ctx context.Context, f core.File) (core.File, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTime)
	defer cancel()
	fetcher, ok := r.Adapter.(core.Fetcher)
	if !ok {
		return f, &core.Error{Op: "outbox.fetch", Kind: core.Invalid, Reason: "This channel cannot fetch files."}
	}
	bytes, err := fetcher.Fetch(ctx, f.Remote)
	if err != nil {
		return f, err
	}
	defer bytes.Close() //nolint:errcheck // was only read
	kept, err := r.files.Put(ctx, f.Key, bytes)
	if err != nil {
		if _, ours := errors.AsType[*core.Error](err); !ours {
			err = &core.Error{Op: "outbox.fetch", Kind: core.Unavailable, Err: err}
		}
		return f, err
	}
	f.Size, f.Type, f.State = kept.Size, kept.Type, core.FileReady
	return f, nil
}

// fetched says on the message what became of one of its files. One that an agent has said goes on to the customer, in the place where it comes.
func (r *runner) fetched(w *store.Work, s core.Session, t task, o outcome) error {
	m, err := w.Message(t.Message.ID)
	if err != nil {
		return err
	}
	f := o.file
	if o.verdict.State != core.Sent || o.moot {
		f.State = core.FileRefused
	}
	w.PutFile(f)
	x, err := core.ParseExtra(m.Data)
	if err != nil || o.moot {
		return err
	}
	var told core.Media
	x, _ = x.WithFile(f.ID, func(has *core.Media) {
		if has.State, has.Reason = f.State, o.verdict.Reason; f.State == core.FileReady {
			has.Kind, has.Type, has.Size = core.KindOfFile(has.Kind, f.Type), f.Type, f.Size
		} else if has.Sent == core.Queued {
			has.Sent = core.Failed
		}
		told = *has
	})
	m.Data = x.Data()
	e := core.Event{
		Kind: core.EventFile, Audience: m.Audience, ActorKind: core.BySystem, About: m.ID, Data: core.Extra{Media: []core.Media{told}}.Data(),
		Reason: told.Reason,
	}
	w.PutMessage(m)
	w.Append(&s, e)
	switch {
	case f.State == core.FileReady && told.Sent == core.Queued:
		return w.OweFile(s, m.ID, f.ID)
	case told.Sent == core.Failed:
		report(w, &s, m, x.Whole(), named(told))
	}
	return nil
}

// sent notes on a message with files how far a part of it has come: its text, or one of its files. It gives what that means for the whole.
func sent(m *core.Event, d core.Delivery, state core.DeliveryState, reason string) (core.DeliveryState, string, error) {
	x, err := core.ParseExtra(m.Data)
	if err != nil || len(x.Media) == 0 {
		return state, reason, err
	}
	if d.Verb == core.OutFile {
		x, _ = x.WithFile(d.File, func(f *core.Media) {
			f.Sent, f.Reason = state, reason
			reason = named(*f)
		})
	} else {
		x.Words = state
	}
	whole := x.Whole()
	if m.Data = x.Data(); reason == "" && (whole == core.Failed || whole == core.MaySent) {
		reason = m.Reason // of another part
	}
	return whole, reason, nil
}

// named says of which file it is that something is said.
func named(f core.Media) string {
	if f.Reason == "" {
		return ""
	}
	return f.Name + ": " + f.Reason
}

// report says on the message, and as an event, how far it has come, with each of its files.
func report(w *store.Work, s *core.Session, m core.Event, state core.DeliveryState, reason string) {
	m.State, m.Reason = state, reason
	w.PutMessage(m)
	x, _ := core.ParseExtra(m.Data) // what cannot be read has no files
	w.Append(s, core.Event{
		Kind: core.EventDelivery, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: m.ID, State: m.State, Reason: reason,
		Data: core.Extra{Media: x.Media}.Data(),
	})
}
