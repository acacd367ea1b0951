package main

import (
	"context"

	"parley/core"
	"parley/core/store"
	"parley/crm/builtin"
)

// provider makes what speaks for a binding. Parley's own records have none: they live here.
func (n *node) provider(_ context.Context, b core.BindingID) (core.Provider, error) {
	if b == 0 {
		return builtin.New(shelf{n.store}), nil
	}
	return nil, &core.Error{Op: "crm.provider", Kind: core.Unavailable, Reason: "What kept these records is not set up here any more."}
}

// sessionURL is where people of the company see a session. The workspace opens it in whichever list they are.
func (n *node) sessionURL(department string, s core.SessionID) string {
	return n.publicURL + "/inbox/" + department + "/closed/" + s.String()
}

// shelf is where Parley has its own records.
type shelf struct{ store *store.Store }

func (s shelf) Types(ctx context.Context) ([]core.RecordType, error) {
	return s.store.BoundTypes(ctx, 0)
}

func (s shelf) Record(ctx context.Context, id core.RecordID) (core.Record, error) {
	return s.store.KeptRecord(ctx, id)
}

func (s shelf) Records(ctx context.Context, t core.RecordTypeID, before core.RecordID, limit int) ([]core.Record, error) {
	return s.store.KeptRecords(ctx, t, before, limit)
}
