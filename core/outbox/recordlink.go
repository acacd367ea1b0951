package outbox

import (
	"context"

	"parley/core"
	"parley/core/store"
)

// link is to let the provider of a record and of its customer's account link the two.
func (r *Records) link(epoch int64, head store.OwedRecord) errand {
	var account core.Record
	return errand{
		what: "the link of record " + head.ID.String(), binding: head.Binding, due: max(head.LinkDueAt, head.RestUntil),
		ask: func(ctx context.Context) (err error) {
			account, err = r.Store.AccountFor(ctx, head.Record)
			if core.KindOf(err) == core.NotFound || err == nil && account.Remote == "" { // it was taken from the customer
				account = core.Record{}
				return nil
			}
			if err != nil {
				return err
			}
			return r.askLink(ctx, head.Record, account)
		},
		settle: func(ctx context.Context, asking error) error {
			return r.settleLink(ctx, epoch, head.Record, account, asking)
		},
	}
}

func (r *Records) askLink(ctx context.Context, record, account core.Record) error {
	p, err := r.Open(ctx, record.Binding)
	if err != nil {
		return err
	}
	from, err := r.refTo(ctx, record)
	if err != nil {
		return err
	}
	to, err := r.refTo(ctx, account)
	if err != nil {
		return err
	}
	return p.Link(ctx, record.ID.String()+"-to-"+account.ID.String(), from, to)
}

// refTo says what the provider calls a record that it has.
func (r *Records) refTo(ctx context.Context, of core.Record) (core.RemoteRef, error) {
	t, err := r.Store.RecordType(ctx, of.Type)
	return core.RemoteRef{Type: t.System(), ID: of.Remote}, err
}

// settleLink writes down what came of linking a record, and tells those who see its session why it was refused. Where the customer has another account
// by now, that is next.
func (r *Records) settleLink(ctx context.Context, epoch int64, asked, account core.Record, asking error) error {
	return r.write(ctx, epoch, asked, func(w *store.Work, s *core.Session, now core.Record) error {
		reason := now.Reason
		if now.JudgeLink(account.ID, asking, w.Now()); now.LinkDueAt == 0 && now.Reason == reason {
			if err := owesLink(w, *s, &now); err != nil {
				return err
			}
		}
		w.PutRecord(now)
		b, err := binding(w, now.Binding)
		if err != nil {
			return err
		}
		if account.ID != 0 {
			r.noteHealth(w, b, asking)
		}
		if now.Reason == reason {
			return nil
		}
		return tellRecord(w, s, now)
	})
}

// owesLink lets a record be linked with its customer's account, if it is not.
func owesLink(w *store.Work, s core.Session, r *core.Record) error {
	if r.State != core.RecordKept || r.Binding == 0 {
		return nil
	}
	t, err := w.RecordType(r.Type)
	if err != nil {
		return err
	}
	if t.Use == core.UseAccount {
		return w.OweLinks(s.ID, *r)
	}
	account, err := w.AccountOf(s, r.Binding)
	if err == nil {
		r.OweLink(account, w.Now())
	}
	return err
}
