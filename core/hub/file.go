package hub

import (
	"context"
	"fmt"
	"io"
	"slices"

	"parley/core"
	"parley/core/file"
	"parley/core/store"
)

// Bring keeps a file that an agent will say, or a customer on a channel: f says who and what it is called. It is theirs to say once,
// within core.ClaimTime. Errors: Invalid with the field (empty, too large), Throttled where too many wait to be said, Unavailable.
func (h *Hub) Bring(ctx context.Context, f core.File, bytes io.Reader) (core.File, error) {
	now := core.At(h.clock())
	f.ID, f.Key, f.Name = core.FileID(h.ids.Next(now)), core.NewFileKey(), core.FileName(f.Name)
	f.State, f.CreatedAt = core.FilePending, now
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		n, bytes, err := w.Unclaimed(f, w.Now().Add(-core.UnclaimedTime))
		switch {
		case err != nil:
			return err
		case n >= core.MaxUnclaimed:
			return &core.Error{Op: "hub.Bring", Kind: core.Throttled, RetryAfter: core.UnclaimedTime,
				Reason: fmt.Sprintf("%d files of the last hour were not sent. Send those first, or wait.", n)}
		case bytes >= core.MaxUnclaimedBytes:
			return &core.Error{Op: "hub.Bring", Kind: core.Throttled, RetryAfter: core.UnclaimedTime, Reason: "Too many files wait to be sent."}
		}
		w.AddFile(f)
		return nil
	}})
	if err != nil {
		return core.File{}, err
	}
	kept, err := h.files.Put(ctx, f.Key, bytes)
	keep := func(w *store.Work) error {
		f.State, f.Size, f.Type = core.FileReady, kept.Size, kept.Type
		w.PutFile(f)
		return nil
	}
	if err != nil {
		keep = func(w *store.Work) error { w.DropFile(f.ID); return nil }
	}
	_, failed := h.writer.Do(context.WithoutCancel(ctx), store.Job{Do: keep})
	if err == nil {
		err = failed
	}
	return f, err
}

// gather makes of what a deed brings what the message has. The error is Invalid where something is not the actor's to say, or the customer's
// channel does not take it.
func (a *act) gather(media []core.Media, audience core.Audience, can core.Capabilities) ([]core.Media, error) {
	var all []core.Media
	for _, m := range media {
		var err error
		switch {
		case m.File != 0:
			m, err = claimable(a.Work, m.File, all, func(f core.File) bool { return f.Agent == a.who.Agent.ID })
		case m.Remote != "" && a.Said().Room != "":
			m = a.hub.expected(a.Work, m, core.File{Agent: a.who.Agent.ID, Channel: a.Said().Channel, Room: a.Said().Room})
			if m.State == core.FileRefused {
				err = file.TooLarge("hub.gather")
			}
		default:
			err = notYours()
		}
		if err == nil && audience == core.Everyone {
			m.Sent, err = sendable(m, can)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// sendable says how far a file is on its way to a customer at first, or why their channel does not take it.
func sendable(m core.Media, can core.Capabilities) (core.DeliveryState, error) {
	const op, field = "hub.Say", "attachments"
	switch {
	case can.Pulls:
		return "", nil
	case !can.FilesOut:
		return "", &core.Error{Op: op, Kind: core.Invalid, Field: field, Reason: "The customer's channel takes no files."}
	case can.MaxFile > 0 && m.Size > can.MaxFile:
		return "", &core.Error{Op: op, Kind: core.Invalid, Field: field,
			Reason: fmt.Sprintf("The customer's channel takes files of at most %d MB.", can.MaxFile>>20)}
	}
	return core.Queued, nil
}

// hearMedia makes of what came with a customer's message what the message has.
func (h *Hub) hearMedia(w *store.Work, in core.Inbound) ([]core.Media, error) {
	var all []core.Media
	for _, m := range in.Media {
		var err error
		switch {
		case m.File != 0:
			m, err = claimable(w, m.File, all, func(f core.File) bool { return f.Agent == 0 && f.Channel == in.Channel && f.Identity == in.Identity })
		case m.Remote != "":
			var can core.Capabilities
			if can, err = h.capabilities(in.Channel); err == nil && can.FilesIn {
				m = h.expected(w, m, core.File{Channel: in.Channel, Identity: in.Identity})
			}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// claimable gives what a message shows of a file that somebody has brought and not said yet.
func claimable(w *store.Work, id core.FileID, taken []core.Media, theirs func(core.File) bool) (core.Media, error) {
	f, err := w.File(id)
	switch {
	case core.KindOf(err) == core.NotFound:
		return core.Media{}, notYours()
	case err != nil:
		return core.Media{}, err
	case !theirs(f), f.Message != 0, f.State != core.FileReady, slices.ContainsFunc(taken, func(m core.Media) bool { return m.File == id }):
		return core.Media{}, notYours()
	}
	return core.Media{
		Kind: core.KindOfFile("", f.Type), Name: f.Name, Type: f.Type, Size: f.Size, File: f.ID, Key: f.Key, State: f.State,
	}, nil
}

func notYours() error {
	return &core.Error{Op: "hub.claim", Kind: core.Invalid, Field: "attachments", Reason: "is no file that you have brought, or it was sent already"}
}

// expected begins a file whose bytes are still on its channel.
func (h *Hub) expected(w *store.Work, m core.Media, f core.File) core.Media {
	m.Name = core.FileName(m.Name)
	if m.Size > core.MaxFile {
		m.State, m.Reason = core.FileRefused, fmt.Sprintf("It is larger than %d MB.", core.MaxFile>>20)
		return m
	}
	f.ID, f.Key, f.State, f.CreatedAt = core.FileID(h.ids.Next(w.Now())), core.NewFileKey(), core.FilePending, w.Now()
	f.Name, f.Type, f.Size, f.Remote = m.Name, m.Type, m.Size, m.Remote
	w.AddFile(f)
	m.File, m.Key, m.State = f.ID, f.Key, f.State
	return m
}

// claim gives the files to the message that was appended last, and owes what follows: from the channel where they still are, and to the
// customer.
func claim(w *store.Work, s core.Session, media []core.Media) error {
	pause, err := w.Hold(s) // of the surface where it is said
	if err != nil {
		return err
	}
	for _, m := range media {
		if m.File == 0 {
			continue
		}
		w.Claim(m.File)
		f, err := w.File(m.File)
		switch {
		case err != nil:
		case f.State == core.FilePending:
			err = w.OweFetch(s.ID, f.Channel, f.ID, pause)
		case m.Sent == core.Queued:
			err = w.OweFile(s, 0, f.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stalePage is how many files are dropped at once.
const stalePage = 100

// dropStale drops the files that nobody has said in time.
func (h *Hub) dropStale(ctx context.Context) error {
	if h.files == nil {
		return nil
	}
	if err := h.files.Sweep(h.clock().Add(-core.ClaimTime)); err != nil {
		return err
	}
	stale, err := h.store.StaleFiles(ctx, core.At(h.clock().Add(-core.ClaimTime)), stalePage)
	if err != nil {
		return err
	}
	for _, f := range stale {
		gone := false
		_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
			now, err := w.File(f.ID)
			if gone = err == nil && now.Message == 0; gone {
				w.DropFile(f.ID)
			}
			return err
		}})
		if gone && err == nil {
			err = h.files.Remove(f.Key)
		}
		if err != nil && core.KindOf(err) != core.NotFound {
			return err
		}
	}
	return nil
}
