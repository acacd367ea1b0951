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

// sessionURL is where people of the company see a session: the workspace opens it beside the list in which it is then.
func (n *node) sessionURL(s core.SessionID) string {
	return n.publicURL + "/sessions/" + s.String()
}

// shelf is where Parley has its own records.
type shelf struct{ store *store.Store }

func (s shelf) Types(ctx context.Context) ([]core.RecordType, error) {
	return s.store.BoundTypes(ctx, 0)
}

func (s shelf) Record(ctx context.Context, id core.RecordID) (core.Record, error) {
	return s.store.KeptRecord(ctx, id)
}

func (s shelf) Find(ctx context.Context, t core.RecordTypeID, fields core.FieldValues, limit int) ([]core.Record, error) {
	return s.store.FindAccounts(ctx, t, fields, limit)
}
