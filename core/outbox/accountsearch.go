package outbox

import (
	"context"
	"fmt"

	"parley/core"
	"parley/core/store"
)

// search is to look for a customer's account, where a rule says so.
func (r *Records) search(epoch int64, head store.OwedAccountSearch) errand {
	var found []core.RemoteRecord
	return errand{
		what: "the search for the account of " + head.Customer.String(), binding: head.Binding, due: max(head.DueAt, head.RestUntil),
		ask: func(ctx context.Context) (err error) {
			found, err = r.find(ctx, head.AccountSearch)
			return err
		},
		settle: func(ctx context.Context, asking error) error {
			return r.settleSearch(ctx, epoch, head.AccountSearch, found, asking)
		},
	}
}

func (r *Records) find(ctx context.Context, a core.AccountSearch) ([]core.RemoteRecord, error) {
	t, err := r.Store.RecordType(ctx, a.Type)
	if err != nil {
		return nil, err
	}
	queries := t.Reaches(a.Fields)
	if len(queries) == 0 {
		return nil, nil
	}
	p, err := r.Open(ctx, a.Binding)
	if err != nil {
		return nil, err
	}
	return core.FindAll(ctx, p, fmt.Sprintf("find-%s-%d", a.Customer, a.Attempts), t, queries)
}

// settleSearch gives the customer the account that was found, or registers them. What the provider refuses is the rule's failure, and the rule's next event
// begins anew.
func (r *Records) settleSearch(ctx context.Context, epoch int64, asked core.AccountSearch, found []core.RemoteRecord, asking error) error {
	return r.held(ctx, epoch, asked.Session, func(w *store.Work) error {
		now, err := w.AccountSearch(asked.Customer, asked.Binding)
		if core.KindOf(err) == core.NotFound || err == nil && now.DueAt == 0 { // an agent has taken an account from the customer
			return nil
		}
		if err != nil {
			return err
		}
		b, err := binding(w, now.Binding)
		if err != nil {
			return err
		}
		r.noteHealth(w, b, asking)
		if now.Judge(asking, w.Now(), r.Chance()) {
			w.PutAccountSearch(now)
			return nil
		}
		t, err := w.RecordType(now.Type)
		if err != nil {
			return err
		}
		fault := core.RuleFaultOf(asking, t)
		if asking == nil {
			if fault, err = r.Match(w, now, found); err != nil {
				return err
			}
		}
		if fault.Reason != "" {
			w.FailRecordRule(now.Rule, fault)
		}
		switch {
		case fault.Reason == "":
			w.EndAccountSearch(now)
		case len(found) > 1:
			now.DueAt = 0
			w.PutAccountSearch(now)
		default:
			w.DropAccountSearch(now)
		}
		return nil
	})
}
