package outbox

import (
	"context"
	"errors"
	"time"

	"parley/core"
	"parley/core/store"
)

// do lets the adapter do a task, and writes down what came of it.
func (r *runner) do(ctx context.Context, t task) result {
	out, matters, err := r.outgoing(t)
	var receipt core.Receipt
	file := t.File
	switch {
	case err != nil:
		err = &core.Error{Op: "outbox.do", Kind: core.Invalid, Reason: "This message cannot be read.", Err: err}
	case matters && r.unsure(t):
		return result{err: r.settle(ctx, t, outcome{verdict: core.Restored})}
	case matters && t.Verb == core.OutFetch:
		file, err = r.fetch(ctx, t.File)
	case matters:
		receipt, err = r.call(ctx, out)
	}
	now := r.clock()
	opened := err == nil && matters && t.opens()
	verdict := core.Judge(out.Verb, r.finds(t.Delivery), t.lane, receipt.More || opened, err, core.At(now), r.chance())
	switch {
	case err == nil && t.Verb == core.OutSend && (!matters || out.Withdrawn && receipt.Part == ""):
		verdict.State = core.Dropped
	case err == nil && matters && r.Sent != nil:
		r.Sent()
	}
	if err != nil {
		r.log.InfoContext(ctx, "not delivered", "channel", r.Channel.String(), "verb", string(t.Verb), "message", t.Message.ID.String(),
			"attempts", t.lane.Attempts+1, "becomes", string(verdict.State), "error", err)
	}
	e, _ := errors.AsType[*core.Error](err)
	outcome := outcome{
		receipt: receipt, file: file, verdict: verdict, moot: !matters, failed: err != nil, opened: opened, kind: core.KindOf(err),
		lost: e != nil && e.Kind == core.Gone && e.Scope == core.ScopeThread && t.Thread != "",
	}
	if failed := r.settle(ctx, t, outcome); failed != nil {
		return result{err: failed}
	}
	switch core.KindOf(err) {
	case core.Unauthorized:
		return result{err: err}
	case core.Throttled:
		return result{stop: t.lane.Bucket, whole: verdict.Whole, until: now.Add(verdict.Pause)}
	}
	return result{whole: verdict.Whole, until: now.Add(verdict.Pause)}
}

// unsure tells whether a task may have been done before a backup was restored, and must not be done twice.
func (r *runner) unsure(t task) bool {
	verb := asked(r.verb(t.Verb), t.lane.Step, len(t.Parts))
	return t.lane.Doubtful(t.No) && core.Unknown(verb, r.finds(t.Delivery)).State == core.MaySent
}

// outcome is what came of a task.
type outcome struct {
	receipt core.Receipt
	file    core.File // that was fetched
	verdict core.Verdict
	moot    bool // there was nothing to do any more
	failed  bool
	opened  bool      // a thread was made, and what was owed is still to be done
	lost    bool      // the thread is no longer there
	kind    core.Kind // of the failure
}

// settle writes an outcome down, and goes on trying while the database does not answer: it is known only here.
func (r *runner) settle(ctx context.Context, t task, o outcome) error {
	for first := true; ; first = false {
		var mine bool
		_, err := r.writer.Do(context.WithoutCancel(ctx), store.Job{
			Touch: func(k *store.Keys) { k.Session(t.Session); k.Lane(t.Session) },
			Do: func(w *store.Work) (err error) {
				mine, err = r.record(w, t, o)
				return err
			},
		})
		if !passing(err) {
			if err == nil && !mine && first { // later it may be what an earlier try has done without an answer
				return &core.Error{Op: "outbox.settle", Kind: core.Gone, Reason: "This delivery was settled by another."}
			}
			return err
		}
		select {
		case <-ctx.Done(): // it stays under way, and is unknown to whoever runs the channel next
			return err
		case <-time.After(hiccupTime):
		}
	}
}

// record writes an outcome into the work; false: the lane is no longer where the task left it.
func (r *runner) record(w *store.Work, t task, o outcome) (bool, error) {
	if err := w.Holds(r.Lease, r.Epoch); err != nil {
		return false, err
	}
	s, err := w.Session(t.Session)
	if err != nil {
		return false, err
	}
	l, err := w.Lane(t.Channel, t.Lane)
	if core.KindOf(err) == core.NotFound {
		return false, nil
	}
	if err != nil || !l.Sending || l.Epoch != r.Epoch || l.Head() != t.No || l.Step != t.lane.Step || l.Attempts != t.lane.Attempts {
		return false, err
	}
	if o.receipt.Part != "" && t.Verb != core.OutTell {
		if err := w.AddPartOf(t.Delivery, t.Thread, o.receipt.Part); err != nil {
			return false, err
		}
	}
	switch {
	case o.receipt.Gone != "" && t.Verb == core.OutTell:
		w.RemoveTelling(t.Channel, o.receipt.Gone)
	case o.receipt.Gone != "":
		w.RemovePart(t.Channel, o.receipt.Gone)
	}
	if o.verdict.State != core.Queued {
		if err := w.Settle(l); err != nil {
			return false, err
		}
		if t.Verb == core.OutFetch {
			return true, r.fetched(w, s, t, o)
		}
		if t.MovedTo != "" { // it came to the old room while that was moved
			return true, w.OweElsewhere(t.Delivery, t.MovedTo)
		}
		if t.Room != "" {
			return true, rethread(w, s, t, o)
		}
		return true, conclude(w, s, t.Delivery, o)
	}
	l.Sending = false
	l.DueAt = w.Now().Add(o.verdict.Pause)
	switch {
	case o.kind == core.Unauthorized: // not tried: the wait for another key is not the head's
		l.Since = 0
	case o.lost: // none of it is in the thread that is made now
		l.Step, l.Attempts = 0, l.Attempts+1
	case o.failed:
		l.Attempts++
	case o.opened:
		l.Attempts = 0
	default:
		l.Step, l.Attempts = l.Step+1, 0
	}
	w.PutLane(l)
	return true, rethread(w, s, t, o)
}

// rethread notes a surface's thread that was made, or is lost, and what it was told. A lost one is made anew at once. What a surface shows says nothing about
// how far the message has come.
func rethread(w *store.Work, s core.Session, t task, o outcome) error {
	switch {
	case o.lost:
		w.LoseThread(t.Channel, core.Address{Conversation: t.Room, Thread: t.Thread})
		return w.OweOpen(t.Delivery)
	case o.receipt.Part != "" && t.Verb == core.OutTell:
		return w.AddTelling(t.Delivery, o.receipt.Part)
	case t.Verb == core.OutOpen && t.Thread != "" && !o.moot && o.verdict.State == core.Sent:
		w.CatchUp(t.Channel, core.Address{Conversation: t.Room, Thread: t.Thread}, t.Card.LastSeq)
		return nil
	case o.receipt.Thread == "":
		return nil
	}
	w.AddThread(s.ID, t.Channel, core.Address{Conversation: t.Room, Thread: o.receipt.Thread}, t.Card.LastSeq)
	if s.LastSeq == t.Card.LastSeq {
		return nil
	}
	return w.OweCard(t.Delivery)
}

// conclude says on the message, and on the session, what became of a delivery.
func conclude(w *store.Work, s core.Session, d core.Delivery, o outcome) error {
	if o.moot && d.Verb != core.OutSend {
		return nil
	}
	m, err := w.Message(d.Message)
	if err != nil {
		return err
	}
	state, reason, err := became(&m, d, o)
	if err != nil {
		return err
	}
	if d.Verb == core.OutSend || d.Verb == core.OutFile || reason != m.Reason {
		report(w, &s, m, state, reason)
	}
	switch {
	case o.kind == core.Gone && s.Open() && s.Unreachable == "":
		s.Unreachable = o.verdict.Reason
		w.Append(&s, core.Event{Kind: core.EventLost, Audience: core.AgentsOnly, ActorKind: core.BySystem, Reason: o.verdict.Reason})
	case o.verdict.State == core.Sent && s.Open() && s.Unreachable != "":
		s.Unreachable = ""
		w.Append(&s, core.Event{Kind: core.EventFound, Audience: core.AgentsOnly, ActorKind: core.BySystem})
	}
	return nil
}

// became says how far a delivery has brought a message, and why not farther; what is kept of its parts is noted on it.
func became(m *core.Event, d core.Delivery, o outcome) (state core.DeliveryState, reason string, err error) {
	state, reason = m.State, o.verdict.Reason
	if d.Verb == core.OutSend || d.Verb == core.OutFile {
		state, reason, err = sent(m, d, o.verdict.State, reason)
	} else {
		switch o.verdict.State {
		case core.MaySent:
			reason = "The change may not have reached the customer."
		case core.Failed:
			reason = "The change has not reached the customer. " + reason
		default:
			reason = m.Reason
			if d.Verb == core.OutEdit && m.State == core.Sent {
				reason = "" // of an edit that had not arrived
			}
		}
	}
	if o.receipt.Note != "" {
		reason = o.receipt.Note
	}
	return state, reason, err
}

// recover decides about what was under way when an earlier run of the channel ended: nobody knows how far that came.
func (r *runner) recover(ctx context.Context) error {
	for {
		lanes, err := r.store.UnderWay(ctx, r.Channel, maxUnderWay)
		if err != nil || len(lanes) == 0 {
			return err
		}
		names := make([]string, len(lanes))
		for i, l := range lanes {
			names[i] = l.Lane
		}
		heads, err := r.store.Tasks(ctx, r.Channel, names)
		if err != nil {
			return err
		}
		sessions := map[string]core.SessionID{} // known beforehand, they are locked before the lanes, as everywhere
		for _, t := range heads {
			sessions[t.Lane] = t.Session
		}
		for _, lane := range lanes {
			touch := func(k *store.Keys) { k.Session(sessions[lane.Lane]); k.Lane(sessions[lane.Lane]) }
			_, err := r.writer.Do(ctx, store.Job{Touch: touch, Do: func(w *store.Work) error {
				if err := w.Holds(r.Lease, r.Epoch); err != nil {
					return err
				}
				return r.unknown(w, lane)
			}})
			if err != nil {
				return err
			}
		}
	}
}

func (r *runner) unknown(w *store.Work, lane core.Lane) error {
	l, err := w.Lane(lane.Channel, lane.Lane)
	if err != nil || !l.Sending {
		return err
	}
	d, err := w.Head(l)
	if err != nil {
		return err
	}
	s, err := w.Session(d.Session)
	if err != nil {
		return err
	}
	verb := r.verb(d.Verb)
	if verb == core.OutEdit {
		parts, err := w.Parts(d)
		if err != nil {
			return err
		}
		verb = asked(verb, l.Step, len(parts))
	}
	verdict := core.Unknown(verb, r.finds(d))
	if verdict.State == core.Queued {
		l.Sending, l.DueAt = false, w.Now()
		if !verb.Repeatable() {
			l.Attempts++ // the channel looks first whether it was sent
		}
		w.PutLane(l)
		return nil
	}
	if err := w.Settle(l); err != nil {
		return err
	}
	if d.Room != "" {
		return nil
	}
	return conclude(w, s, d, outcome{verdict: verdict})
}
