package main

import (
	"context"

	"parley/core"
	"parley/core/store"
	"parley/crm"
	"parley/crm/builtin"
	"parley/crm/hubspot"
	"parley/crm/webhook"
)

// providers has one line per kind of system where records live.
var providers = []crm.Kind{
	webhook.Kind,
	hubspot.Kind,
}

// provider gives what speaks for a binding. Parley's own records have none: they live here.
func (n *node) provider(ctx context.Context, id core.BindingID) (core.Provider, error) {
	if id == 0 {
		return builtin.New(shelf{n.store}), nil
	}
	b, err := n.store.Binding(ctx, id)
	if core.KindOf(err) == core.NotFound {
		return nil, &core.Error{Op: "crm.provider", Kind: core.Unavailable, Reason: "What kept these records is not set up here any more."}
	}
	if err != nil {
		return nil, err
	}
	return n.bindings.Open(b)
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
