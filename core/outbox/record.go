package outbox

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"parley/core"
	"parley/core/store"
)

// Limits of handing records over.
const (
	recordLease  = "records"
	leaseTime    = 15 * time.Second
	recordTime   = 30 * time.Second // for one call of a provider
	maxProviders = 64               // that are asked at once
)

// RecordsConfig is what handing records over needs.
type RecordsConfig struct {
	Store  *store.Store
	Writer *store.Writer
	Open   func(context.Context, core.BindingID) (core.Provider, error)                                 // makes what speaks for a binding, as it is set now
	Back   func(core.SessionID) string                                                                  // the address of a session, for people of the company
	Match  func(w *store.Work, s core.AccountSearch, found []core.RemoteRecord) (core.RuleFault, error) // gives a customer their account, and tells why it cannot
	Holder string                                                                                       // names this process
	Clock  core.Clock
	Chance func() float64 // for jitter, from [0, 1); nil: random
	Poll   time.Duration  // how often the database is looked at when nothing rings; zero: 2 s
	Log    *slog.Logger
}

// Records hands the records that are owed to the providers that keep them, links them with their customers' accounts there, and looks for accounts where
// a rule says so, on one node at a time.
// Each binding has a lane of its own, so one that does not answer keeps nobody else waiting; after a call that came to nothing the lane rests, and goes on
// with what has failed less often; what is refused for good is parked. Nothing is marked before a provider is asked: whatever ends the process, the same
// call is made once more, and the provider knows it again by its id.
type Records struct {
	RecordsConfig
	wake chan struct{} // one slot: look, or not
}

// NewRecords makes it. Nothing is handed over before Run.
func NewRecords(c RecordsConfig) *Records {
	if c.Chance == nil {
		c.Chance = rand.Float64
	}
	if c.Poll == 0 {
		c.Poll = 2 * time.Second
	}
	c.Log = c.Log.With("room", "outbox")
	return &Records{RecordsConfig: c, wake: make(chan struct{}, 1)}
}

// Heard lets Run look if a record may be owed by what was committed. It does not block. What other nodes commit is seen at the next look.
func (r *Records) Heard(c core.Committed) {
	for _, e := range c.Events {
		if e.Kind == core.EventRecordCreated || e.Kind == core.EventRecordChanged && e.ActorKind == core.ByAgent || e.Kind == core.EventBindingChanged {
			strike(r.wake)
			return
		}
	}
}

// Run hands records over until ctx ends, and waits then for the calls that are under way. Of several nodes one does it; the others wait until it stops
// or has been silent for 15 seconds.
func (r *Records) Run(ctx context.Context) error {
	r.Store.Perform(ctx, store.Duty{Name: recordLease, Holder: r.Holder, Lease: leaseTime, Clock: r.Clock, Log: r.Log}, r.hold)
	return nil
}

// hold hands records over for as long as the lease can be renewed.
func (r *Records) hold(ctx context.Context, t *store.Tenure) error {
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	done := make(chan core.BindingID, maxProviders)
	busy := map[core.BindingID]bool{}
	defer func() {
		defer time.AfterFunc(graceTime, cancel).Stop()
		for range busy {
			<-done
		}
	}()
	for ctx.Err() == nil {
		if err := t.Renew(ctx); err != nil {
			return err
		}
		errands, err := r.errands(ctx, t.Epoch)
		if err != nil {
			return err
		}
		now, pause := r.Clock(), r.Poll
		for _, e := range errands {
			switch wait := e.due.Std().Sub(now); {
			case busy[e.binding] || len(busy) == maxProviders: // who is done wakes us
			case wait > 0:
				pause = min(pause, wait)
			default:
				busy[e.binding] = true
				go func() {
					r.run(calls, e)
					done <- e.binding
				}()
			}
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-timer.C:
		case b := <-done:
			delete(busy, b)
		}
		timer.Stop()
	}
	return nil
}

// errand is something that a binding's system is asked for.
type errand struct {
	what    string // for the log
	binding core.BindingID
	due     core.Time
	ask     func(context.Context) error        // asks it
	settle  func(context.Context, error) error // writes down what came of that
}

// errands gives what each binding's system is to be asked for next: of several of one binding the first that is due.
func (r *Records) errands(ctx context.Context, epoch int64) (all []errand, err error) {
	records, err := r.Store.OwedRecords(ctx)
	if err != nil {
		return nil, err
	}
	links, err := r.Store.OwedLinks(ctx)
	if err != nil {
		return nil, err
	}
	searches, err := r.Store.OwedAccountSearches(ctx)
	if err != nil {
		return nil, err
	}
	for _, head := range records {
		all = append(all, r.hand(epoch, head))
	}
	for _, head := range links {
		all = append(all, r.link(epoch, head))
	}
	for _, head := range searches {
		all = append(all, r.search(epoch, head))
	}
	return all, nil
}

// run runs an errand to its end.
func (r *Records) run(ctx context.Context, e errand) {
	asking, cancel := context.WithTimeout(ctx, recordTime)
	err := e.ask(asking)
	cancel()
	if err != nil {
		r.Log.InfoContext(ctx, e.what+" came to nothing", "binding", e.binding.String(), "error", err)
	}
	if failed := e.settle(ctx, err); failed != nil { // it is asked once more
		r.Log.WarnContext(ctx, "what became of "+e.what+" is not written down", "binding", e.binding.String(), "error", failed)
		select {
		case <-ctx.Done():
		case <-time.After(hiccupTime):
		}
	}
}

// hand is to let a record's provider have it.
func (r *Records) hand(epoch int64, head store.OwedRecord) errand {
	var kept core.RemoteRecord
	return errand{
		what: "record " + head.ID.String(), binding: head.Binding, due: max(head.DueAt, head.RestUntil),
		ask: func(ctx context.Context) (err error) {
			kept, err = r.ask(ctx, head.Record)
			if err == nil && kept.ID == "" {
				err = &core.Error{Op: "outbox.Records", Kind: core.Uncertain, Reason: "The answer does not say what was made."}
			}
			return err
		},
		settle: func(ctx context.Context, asking error) error { return r.settle(ctx, epoch, head.Record, kept, asking) },
	}
}

func (r *Records) ask(ctx context.Context, head core.Record) (core.RemoteRecord, error) {
	p, err := r.Open(ctx, head.Binding)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	t, err := r.Store.RecordType(ctx, head.Type)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	d := core.Draft{Record: head.ID, Type: t.System(), Fields: head.Fields, Back: r.Back(head.Session)}
	if head.Version > 1 || head.Remote != "" { // what was emptied since is named too: it may be there, whether or not an answer came
		d.Fields = t.Whole(head.Fields)
	}
	if head.Remote == "" {
		return p.Create(ctx, head.Call(), d)
	}
	return p.Update(ctx, head.Call(), head.Remote, d)
}

// settle writes down how a record stands after its provider was asked, and tells those who see its session. Where it was edited meanwhile, it stays
// owed as it is now.
func (r *Records) settle(ctx context.Context, epoch int64, asked core.Record, kept core.RemoteRecord, asking error) error {
	return r.write(ctx, epoch, asked, func(w *store.Work, s *core.Session, now core.Record) error {
		before := now
		if asking == nil {
			now.Remote, now.Address = kept.ID, kept.Address
		}
		b, err := binding(w, now.Binding)
		if err != nil {
			return err
		}
		if now.Version == asked.Version {
			now.JudgeRecord(asking, b.Name, w.Now(), r.Chance())
		}
		if err := owesLink(w, *s, &now); err != nil {
			return err
		}
		w.PutRecord(now)
		r.noteHealth(w, b, asking)
		if now.State == before.State && now.Reason == before.Reason {
			return nil
		}
		return tellRecord(w, s, now)
	})
}

// write writes something down about a record as it stands now.
func (r *Records) write(ctx context.Context, epoch int64, asked core.Record, down func(w *store.Work, s *core.Session, now core.Record) error) error {
	return r.held(ctx, epoch, asked.Session, func(w *store.Work) error {
		s, err := w.Session(asked.Session)
		if err != nil {
			return err
		}
		now, err := w.Record(asked.ID)
		if err != nil {
			return err
		}
		return down(w, &s, now)
	})
}

// held does something about a session as long as this node has the lease.
func (r *Records) held(ctx context.Context, epoch int64, s core.SessionID, do func(*store.Work) error) error {
	_, err := r.Writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Session(s) },
		Do: func(w *store.Work) error {
			if err := w.Holds(recordLease, epoch); err != nil {
				return err
			}
			return do(w)
		},
	})
	return err
}

// tellRecord tells how a record stands.
func tellRecord(w *store.Work, s *core.Session, r core.Record) error {
	t, err := w.RecordType(r.Type)
	if err != nil {
		return err
	}
	w.Append(s, core.Event{Kind: core.EventRecordChanged, Audience: core.AgentsOnly, ActorKind: core.BySystem, Data: core.Extra{Record: r.Mark(t)}.Data()})
	return nil
}

// binding gives a record's; a zero one for what Parley keeps itself.
func binding(w *store.Work, id core.BindingID) (core.Binding, error) {
	b, err := w.Binding(id)
	if core.KindOf(err) == core.NotFound {
		err = nil
	}
	return b, err
}

// noteHealth keeps how a binding's system did when it was asked.
func (r *Records) noteHealth(w *store.Work, b core.Binding, asking error) {
	was := b
	b.Fared(asking, w.Now(), r.Chance())
	if b.ID == 0 || b.Failures == 0 && was.Failures == 0 && was.TriedAt != 0 {
		return
	}
	w.NoteBinding(b)
	if b.Reason != was.Reason || was.TriedAt == 0 {
		w.Tell(core.Event{Kind: core.EventBindingChanged, Audience: core.AgentsOnly, ActorKind: core.BySystem})
	}
}
