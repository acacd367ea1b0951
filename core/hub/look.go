package hub

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/store"
)

// How timers are looked after: how soon after it is due a subject is looked at, how many in one go, and how long a look that failed waits.
const (
	lookTime  = time.Second
	lookPage  = 50 // each asks the database a few times, and what is committed together has four seconds
	lookAgain = time.Minute
)

// stirs tells whether a session's rules ask for something else, or at another time, after it has become what it is now.
func stirs(before, now core.Session) bool {
	return now.Open() && (before.State != now.State || before.Assignee != now.Assignee || before.Department != now.Department ||
		(before.WaitingSince == 0) != (now.WaitingSince == 0) || before.Warned() != now.Warned() || before.SnoozedAt != now.SnoozedAt || before.SnoozedUntil != now.SnoozedUntil)
}

// rules are what a session is looked at for.
type rules struct {
	core.Settings
	pulls bool      // its customer looks at the channel
	works core.Time // since when its department works, or when it does next; zero where its hand-off does not ask for that
}

func (h *Hub) rulesOf(w *store.Work, s core.Session) (rules, error) {
	settings, err := w.Settings(s.Department)
	if err != nil {
		return rules{}, err
	}
	can, err := h.capabilities(s.Channel)
	if err != nil || can.Pulls || s.Assignee == 0 || s.WaitingSince == 0 {
		return rules{settings, can.Pulls, 0}, err
	}
	zone, err := w.Zone(s.Department)
	return rules{settings, can.Pulls, settings.Hours.Since(zone, w.Now())}, err
}

// arm has a session looked at when its rules next ask for it.
func (h *Hub) arm(w *store.Work, s core.Session) error {
	r, err := h.rulesOf(w, s)
	if core.KindOf(err) == core.Unavailable { // the channel is new: whoever looks will know it
		w.Wake(core.AboutSession(s.ID), w.Now())
		return nil
	}
	if err != nil {
		return err
	}
	asks, next := r.AutoClose.Look(s, r.pulls, w.Now())
	marks, passes := r.Service.Look(s, w.Now())
	if asks != core.Bearable || marks != s.Marks {
		next = w.Now()
	}
	_, lapses := r.HandOff.Look(s, 0, r.works, w.Now())
	if s.Bot {
		_, lapses = r.Bot.Look(s, true, w.Now())
	}
	ends, leaves := r.left(s, s.Began(), w.Now()) // whoever looks will know when the customer was last seen
	if ends {
		leaves = w.Now()
	}
	if at := sooner(sooner(sooner(next, passes), sooner(lapses, s.SnoozedUntil)), leaves); at != 0 {
		w.Wake(core.AboutSession(s.ID), at)
	}
	return nil
}

// left is Abandon.Look where customers can leave.
func (r rules) left(s core.Session, seen, now core.Time) (ends bool, next core.Time) {
	if !r.pulls {
		return false, 0
	}
	return r.Abandon.Look(s, seen, now)
}

// sooner gives the earlier of two times, of which zero is never.
func sooner(a, b core.Time) core.Time {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// due looks at a subject, which is locked, if its timer is still due: of nodes that look at once, one finds it so.
func (h *Hub) due(w *store.Work, t core.Timer) error {
	now, err := w.Timer(t.Subject)
	switch {
	case core.KindOf(err) == core.NotFound || err == nil && now.DueAt > w.Now():
		return nil
	case err != nil:
		return err
	case t.Kind == core.SubjectDepartment:
		return h.lookAtDepartment(w, t)
	}
	return h.look(w, t)
}

// look does what a session's rules ask for now, and says when to look again.
func (h *Hub) look(w *store.Work, t core.Timer) error {
	s, err := w.Session(core.SessionID(t.ID))
	if err != nil {
		return err
	}
	if s.State == core.Empty {
		return endEmpty(w, s, t)
	}
	r, err := h.rulesOf(w, s)
	if core.KindOf(err) == core.Unavailable { // nobody here knows the channel, or not yet
		w.Rest(t.Subject, w.Now().Add(lookAgain))
		return nil
	}
	if err != nil {
		return err
	}
	if s.Wakes(w.Now()) {
		wake(w, &s, core.WokenByTime, core.Event{ActorKind: core.BySystem})
	}
	fails, err := h.handOver(w, &s, "")
	if err != nil {
		return err
	}
	ends, leaves, err := r.missing(w, s)
	if ends {
		w.Rest(t.Subject, 0)
		return shut(w, &s, core.Abandoned, core.Event{Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.BySystem})
	}
	if err != nil {
		return err
	}
	lapses, err := h.relieve(w, &s, r)
	if err != nil {
		return err
	}
	passes, err := mark(w, &s, r.Service)
	if err != nil {
		return err
	}
	asks, next := r.AutoClose.Look(s, r.pulls, w.Now())
	switch asks {
	case core.Warns:
		s.WarnedAt = w.Now()
		err = inform(w, &s, r.AutoClose.SilenceWarning(r.pulls), r.pulls, "")
	case core.Expires:
		next, passes, lapses, fails = 0, 0, 0, 0
		err = shut(w, &s, core.Expired, core.Event{Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.BySystem})
	case core.Bearable:
	}
	w.Rest(t.Subject, sooner(sooner(sooner(next, passes), sooner(lapses, s.SnoozedUntil)), sooner(leaves, fails)))
	return err
}

// missing tells whether the session's customer has left for good before anybody joined, and when to look again (FEATURES C1).
func (r rules) missing(w *store.Work, s core.Session) (ends bool, next core.Time, err error) {
	if _, asks := r.left(s, w.Now(), w.Now()); asks == 0 {
		return false, 0, nil
	}
	seen, err := w.CustomerSeen(s.ID)
	if err != nil {
		return false, 0, err
	}
	ends, next = r.left(s, seen, w.Now())
	return ends, next, nil
}

// mark keeps which service thresholds the session has passed, tells of those that are new, and gives when it passes the next.
func mark(w *store.Work, s *core.Session, v core.Service) (next core.Time, err error) {
	before := s.Marks.List()
	now, next := v.Look(*s, w.Now())
	if now == s.Marks {
		return next, nil
	}
	s.Marks = now
	w.PutSession(*s)
	for _, m := range now.List() {
		if slices.Contains(before, m) {
			continue
		}
		w.Append(s, core.Event{Kind: core.EventMarked, Audience: core.AgentsOnly, ActorKind: core.BySystem, Text: string(m), Target: s.Assignee})
		if higher := s.Priority.Raised(); m == core.MarkWaiting && v.RaisePriority && higher != s.Priority {
			s.Priority = higher
			w.Append(s, core.Event{Kind: core.EventPrioritised, Audience: core.AgentsOnly, ActorKind: core.BySystem, Text: string(higher)})
		}
	}
	return next, nil
}

// inform tells the customer something that nobody has said; pulls says that they look at the log themselves. key is the job's idempotency
// key where this is what the job is about.
func inform(w *store.Work, s *core.Session, text string, pulls bool, key string) error {
	s.HearNotice()
	e := core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.BySystem, Text: text, Dedupe: key}
	if pulls {
		w.Append(s, e)
		return nil
	}
	e.State = core.Queued
	w.Append(s, e)
	lane := string(s.Conversation)
	return w.Owe(core.Delivery{Channel: s.Channel, Lane: lane, Rank: core.CustomerWords, Verb: core.OutSend, Session: s.ID}, lane)
}

// lookAround looks at all that is due, a page at once: so many are committed together.
func (h *Hub) lookAround(ctx context.Context) error {
	if err := h.keepTime(ctx); err != nil {
		return err
	}
	for {
		due, err := h.store.DueTimers(ctx, core.At(h.clock()), lookPage)
		if err != nil || len(due) == 0 {
			return err
		}
		var page sync.WaitGroup
		failed := make([]error, len(due))
		for i, t := range due {
			page.Go(func() { failed[i] = h.lookAt(ctx, t) })
		}
		page.Wait()
		if err := cmp.Or(failed...); err != nil || len(due) < lookPage {
			return err
		}
	}
}

// lookAt looks at one subject. Where that fails it is looked at again after a while, so that it keeps no other one waiting.
func (h *Hub) lookAt(ctx context.Context, t core.Timer) error {
	touch := func(k *store.Keys) {
		if t.Kind == core.SubjectDepartment {
			k.Department(core.DepartmentID(t.ID))
		} else {
			k.Held(core.SessionID(t.ID))
		}
	}
	_, err := h.writer.Do(ctx, store.Job{Touch: touch, Do: h.routed(func(w *store.Work) error { return h.due(w, t) })})
	if kind := core.KindOf(err); err == nil || ctx.Err() != nil || kind == core.Busy || kind == core.Unavailable { // they stay due
		return err
	}
	h.log.WarnContext(ctx, "timer cannot be looked at", "kind", string(t.Kind), "id", t.ID, "error", err)
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error { w.Rest(t.Subject, w.Now().Add(lookAgain)); return nil }})
	return err
}
