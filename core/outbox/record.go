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
	Open   func(context.Context, core.BindingID) (core.Provider, error) // makes what speaks for a binding, as it is set now
	Back   func(department string, s core.SessionID) string             // the address of a session of the department with that slug, for people of the company
	Holder string                                                       // names this process
	Clock  core.Clock
	Chance func() float64 // for jitter, from [0, 1); nil: random
	Poll   time.Duration  // how often the database is looked at when nothing rings; zero: 2 s
	Log    *slog.Logger
}

// Records hands the records that are owed to the providers that keep them, on one node at a time. Each binding has a lane of its own, in the order of
// its records, so one that does not answer keeps nobody else waiting; what it refuses for good is parked, and the lane goes on. Nothing is marked
// before a provider is asked: whatever ends the process, the same call is made once more, and the provider knows it again by its id.
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
		now := r.Clock()
		heads, err := r.Store.OwedRecords(ctx)
		if err != nil {
			return err
		}
		pause := r.Poll
		for _, head := range heads {
			switch wait := head.DueAt.Std().Sub(now); {
			case busy[head.Binding] || len(busy) == maxProviders: // who is done wakes us
			case wait > 0:
				pause = min(pause, wait)
			default:
				busy[head.Binding] = true
				go func() {
					r.hand(calls, t.Epoch, head)
					done <- head.Binding
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

// hand asks a record's provider to have it, and writes down what came of that.
func (r *Records) hand(ctx context.Context, epoch int64, head core.Record) {
	kept, err := r.ask(ctx, head)
	if err == nil && kept.ID == "" {
		err = &core.Error{Op: "outbox.Records", Kind: core.Uncertain, Reason: "The answer does not say what was made."}
	}
	if err != nil {
		r.Log.InfoContext(ctx, "record not handed over", "record", head.ID.String(), "binding", head.Binding.String(), "attempts", head.Attempts+1, "error", err)
	}
	if failed := r.settle(ctx, epoch, head, kept, err); failed != nil { // it is asked once more
		r.Log.WarnContext(ctx, "what became of a record is not written down", "record", head.ID.String(), "error", failed)
		select {
		case <-ctx.Done():
		case <-time.After(hiccupTime):
		}
	}
}

func (r *Records) ask(ctx context.Context, head core.Record) (core.RemoteRecord, error) {
	ctx, cancel := context.WithTimeout(ctx, recordTime)
	defer cancel()
	p, err := r.Open(ctx, head.Binding)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	t, err := r.Store.RecordType(ctx, head.Type)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	d := core.Draft{Record: head.ID, Type: t.System(), Fields: head.Fields}
	if d.Back, err = r.back(ctx, head); err != nil {
		return core.RemoteRecord{}, err
	}
	if head.Remote == "" {
		return p.Create(ctx, head.Call(), d)
	}
	d.Fields = t.Whole(head.Fields)
	return p.Update(ctx, head.Call(), head.Remote, d)
}

// back gives the address of the record's session.
func (r *Records) back(ctx context.Context, head core.Record) (string, error) {
	all, err := r.Store.AllDepartments(ctx)
	if err != nil {
		return "", err
	}
	for _, d := range all {
		if d.ID == head.Department {
			return r.Back(d.Slug, head.Session), nil
		}
	}
	return "", &core.Error{Op: "outbox.Records", Kind: core.NotFound, Reason: "Its department is not there any more."}
}

// settle writes down how a record stands after its provider was asked, and tells those who see its session. Where it was edited meanwhile, it stays
// owed as it is now.
func (r *Records) settle(ctx context.Context, epoch int64, asked core.Record, kept core.RemoteRecord, asking error) error {
	_, err := r.Writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Session(asked.Session) },
		Do: func(w *store.Work) error {
			if err := w.Holds(recordLease, epoch); err != nil {
				return err
			}
			s, err := w.Session(asked.Session)
			if err != nil {
				return err
			}
			now, err := w.Record(asked.ID)
			if err != nil {
				return err
			}
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
			w.PutRecord(now)
			noteHealth(w, b, asking)
			if now.State == before.State && now.Reason == before.Reason {
				return nil
			}
			t, err := w.RecordType(now.Type)
			if err != nil {
				return err
			}
			w.Append(&s, core.Event{
				Kind: core.EventRecordChanged, Audience: core.AgentsOnly, ActorKind: core.BySystem, Data: core.Extra{Record: now.Mark(t)}.Data(),
			})
			return nil
		},
	})
	return err
}

// binding gives a record's; a zero one for what Parley keeps itself.
func binding(w *store.Work, id core.BindingID) (core.Binding, error) {
	b, err := w.Binding(id)
	if core.KindOf(err) == core.NotFound {
		err = nil
	}
	return b, err
}

// noteHealth keeps how a binding's system fared when it was asked.
func noteHealth(w *store.Work, b core.Binding, asking error) {
	if reason := core.Fared(asking); b.ID != 0 && reason != b.Reason {
		w.NoteBinding(b.ID, reason)
		w.Tell(core.Event{Kind: core.EventBindingChanged, Audience: core.AgentsOnly, ActorKind: core.BySystem})
	}
}
