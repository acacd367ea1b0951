package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"parley/core"
	"parley/core/file"
	"parley/core/store"
)

// Hub decides. Its methods may be called by many at once.
type Hub struct {
	writer    *store.Writer
	store     *store.Store
	files     *file.Store
	hints     func(core.Hint)
	swept     func(sessions int)
	can       func(core.ChannelID) (core.Capabilities, bool)
	providers func(context.Context, core.BindingID) (core.Provider, error)
	ids       *core.IDMaker
	clock     core.Clock
	log       *slog.Logger
	by        core.ActorKind
	noted     noted

	behind   bool      // the clock of this machine is behind the database's; belongs to Run
	looked   core.Time // the latest time when timers were looked after, since the clock was set back last; belongs to Run
	moved    *arrivals
	unserved []core.DepartmentID // by the last sweep; belongs to Run
}

// Config is what a hub needs.
type Config struct {
	Writer    *store.Writer
	Store     *store.Store
	Files     *file.Store                                                  // nil where nobody brings any
	Can       func(core.ChannelID) (core.Capabilities, bool)               // what a channel can do; false: not known here yet
	Providers func(context.Context, core.BindingID) (core.Provider, error) // makes what speaks for a binding; nil where nobody looks for accounts
	Hints     func(core.Hint)                                              // shows that somebody writes; must not block
	Swept     func(sessions int)                                           // counts those that waited although there was room; nil: nobody does
	IDs       *core.IDMaker
	Clock     core.Clock
	Log       *slog.Logger
	By        core.ActorKind // by whose hand is done what no agent asks for; "": the system's
}

// New makes the hub. It refuses to start when a deed has no code or no row in the table of rights.
func New(c Config) (*Hub, error) {
	if err := complete(core.Deeds, core.Rights); err != nil {
		return nil, err
	}
	return &Hub{writer: c.Writer, store: c.Store, files: c.Files, hints: c.Hints, swept: c.Swept, can: c.Can, providers: c.Providers, ids: c.IDs,
		clock: c.Clock, log: c.Log.With("room", "hub"), moved: newArrivals(), by: c.By}, nil
}

// complete says whether every deed has its row of rights and its code.
func complete(deeds []core.Deed, rights map[core.Verb]core.Right) error {
	for _, d := range deeds {
		if rights[d.Verb()].May == 0 {
			return fmt.Errorf("deed %q has no row in the table of rights", d.Verb())
		}
		if err := (&act{}).dispatch(d, true); err != nil {
			return err
		}
	}
	return nil
}

// dispatch runs the deed's own code; dry only says whether there is any.
func (a *act) dispatch(d core.Deed, dry bool) error {
	var run func() error
	switch d := d.(type) {
	case core.Say:
		run = func() error { return a.say(d) }
	case core.Note:
		run = func() error { return a.note(d) }
	case core.Take:
		run = func() error { return a.take(d) }
	case core.Release:
		run = func() error { return a.release(d) }
	case core.Assign:
		run = func() error { return a.assign(d) }
	case core.Transfer:
		run = func() error { return a.transfer(d) }
	case core.Join:
		run = a.join
	case core.Leave:
		run = a.leave
	case core.End:
		run = func() error { return a.end(d) }
	case core.Unanswered:
		run = func() error { return a.unanswered(d) }
	case core.Prioritise:
		run = func() error { return a.prioritise(d) }
	case core.Tag:
		run = func() error { return a.tag(d) }
	case core.SetLanguage:
		run = func() error { return a.setLanguage(d) }
	case core.Block:
		run = func() error { return a.block(d) }
	case core.Unblock:
		run = a.unblock
	case core.Snooze:
		run = func() error { return a.snooze(d) }
	case core.Unsnooze:
		run = a.unsnooze
	case core.CreateRecord:
		run = func() error { return a.createRecord(d) }
	case core.EditRecord:
		run = func() error { return a.editRecord(d) }
	case core.MatchAccount:
		run = func() error { return a.matchAccount(d) }
	case core.RegisterAccount:
		run = func() error { return a.registerAccount(d) }
	case core.UnmatchAccount:
		run = a.unmatchAccount
	case core.Read:
		run = func() error { return a.read(d) }
	case core.Edit:
		run = func() error { return a.edit(d) }
	case core.Delete:
		run = func() error { return a.delete(d) }
	case core.React:
		run = func() error { return a.react(d) }
	case core.Retry:
		run = func() error { return a.retry(d) }
	case core.Typing:
		run = func() error { return nil } // told, not written: see typing.go
	default:
		return fmt.Errorf("deed %q has no code", d.Verb())
	}
	if dry {
		return nil
	}
	return run()
}

// Do does a deed for an agent and returns when it is durable. dedupe is the client's idempotency key, "" for none: the same
// again, also at the same time, gets the first answer with Repeat set; used otherwise it is Invalid. Errors: Invalid, NotFound
// (also for what the actor may not see), Forbidden, Taken with the winner's name, Ended, Busy, Unavailable.
func (h *Hub) Do(ctx context.Context, who core.Actor, d core.Deed, dedupe string) (core.Done, error) {
	return h.do(ctx, who, d, core.Said{}, dedupe)
}

// do does a deed that was done at a place: on a surface, or nowhere in particular.
func (h *Hub) do(ctx context.Context, who core.Actor, d core.Deed, said core.Said, dedupe string) (core.Done, error) {
	if err := d.Check(); err != nil {
		return core.Done{}, err
	}
	if dedupe != "" {
		if err := core.CheckDedupe("client_id", dedupe); err != nil {
			return core.Done{}, err
		}
		dedupe = who.Origin() + ":" + dedupe
	}
	if t, ok := d.(core.Typing); ok {
		return core.Done{}, h.typing(ctx, who, t)
	}
	body, err := json.Marshal(d)
	if err != nil {
		return core.Done{}, fmt.Errorf("write deed down: %w", err)
	}
	var after core.Session
	var record core.RecordID
	var own int // events of the deed's own: what distribution makes of it comes after them
	commit, err := h.writer.Do(ctx, store.Job{
		Dedupe: dedupe, Body: string(d.Verb()) + " " + string(body), Size: len(body), Said: said,
		Touch: func(k *store.Keys) { touch(k, who, d) },
		Do: func(w *store.Work) error {
			err := h.routed(func(w *store.Work) error {
				a, err := h.perform(w, who, d)
				own, record = w.Told(), a.record
				return err
			})(w)
			if err == nil {
				after, err = w.Session(d.On())
			}
			return err
		},
	})
	if err != nil {
		return core.Done{}, err
	}
	done := core.Done{Session: after, Record: record, Repeat: commit.Repeat}
	if own = min(own, len(commit.Events)); done.Repeat {
		own = len(commit.Events)
	}
	if own > 0 {
		done.Event = commit.Events[own-1] // what a deed brings about first, such as joining, comes before it
	}
	if done.Repeat {
		done.Record = recordIn(done.Event)
		now, err := h.store.Session(ctx, who.Scope(), d.On())
		if err != nil && core.KindOf(err) != core.NotFound { // the deed may have been what took it from the actor's eyes
			return core.Done{}, err
		}
		done.Session = now.Session
	}
	return done, nil
}

// touch names the rows that a deed will look at.
func touch(k *store.Keys, who core.Actor, d core.Deed) {
	switch d := d.(type) {
	case core.Assign:
		k.Held(d.Session)
		k.Agent(d.To)
		k.Load(d.To)
	case core.Transfer:
		k.Held(d.Session)
		k.Department(d.To)
	case core.Take:
		k.Held(d.Session)
		k.Load(who.Agent.ID)
	case core.Release, core.End, core.Unanswered, core.Block:
		k.Held(d.On())
	default:
		k.Session(d.On())
	}
	switch d.(type) {
	case core.Say, core.Edit, core.Delete, core.React, core.Retry:
		k.Lane(d.On())
	}
	k.Participants(d.On())
}

// perform is the one path of an agent's deed: load, ask the table of rights, decide. Most refusals come from the table (core.Allow): NotFound
// outside one's departments, Ended, Forbidden, and Taken where another's holding is all that stands in the way.
func (h *Hub) perform(w *store.Work, who core.Actor, d core.Deed) (*act, error) {
	s, err := w.Session(d.On())
	a := &act{Work: w, hub: h, who: who, s: s}
	if err != nil {
		return a, err
	}
	a.mine, err = w.Participant(s.ID, who.Agent.ID)
	if err != nil {
		return a, err
	}
	if err := core.Allow(d.Verb(), s, core.StandingIn(s, who, a.mine)); err != nil {
		return a, a.named(err)
	}
	if err := core.Permit(d.Verb(), who.Agent.Permissions); err != nil {
		return a, err
	}
	if err := a.dispatch(d, false); err != nil {
		return a, err
	}
	if a.attest(d); !stirs(s, a.s) {
		return a, nil
	}
	if grown(s, a.s) {
		if err := h.crowd(w, a.s.Department); err != nil {
			return a, err
		}
	}
	return a, h.arm(w, a.s)
}
