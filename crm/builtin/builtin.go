package builtin

import (
	"context"

	"parley/core"
)

// Shelf is where Parley has its own records.
type Shelf interface {
	// Types gives the types whose records live in Parley.
	Types(ctx context.Context) ([]core.RecordType, error)
	// Record gives a record; NotFound if there is none.
	Record(ctx context.Context, id core.RecordID) (core.Record, error)
	// Find gives the newest accounts of a type that have all the fields just so. Invalid if it is of no account, or no field has a value.
	Find(ctx context.Context, t core.RecordTypeID, fields core.FieldValues, limit int) ([]core.Record, error)
}

// Provider is the provider of what lives in Parley.
type Provider struct{ shelf Shelf }

var _ core.Provider = (*Provider)(nil)

// New makes the provider.
func New(s Shelf) *Provider { return &Provider{s} }

// Describe gives the types that admins have defined.
func (p *Provider) Describe(ctx context.Context, _ string) ([]core.RemoteType, error) {
	types, err := p.shelf.Types(ctx)
	described := make([]core.RemoteType, len(types))
	for i, t := range types {
		described[i] = core.RemoteType{Name: t.ID.String(), Label: t.Name, Fields: t.Fields}
	}
	return described, err
}

// Find gives the newest accounts that are as asked for. What is no account is not looked for.
func (p *Provider) Find(ctx context.Context, _ string, q core.RecordQuery) ([]core.RemoteRecord, error) {
	t, err := core.ParseID[core.RecordTypeID](q.Type)
	if err != nil {
		return nil, err
	}
	kept, err := p.shelf.Find(ctx, t, q.Fields, q.Limit)
	found := make([]core.RemoteRecord, len(kept))
	for i, r := range kept {
		found[i] = remote(r)
	}
	return found, err
}

// Create finds that Parley has the record.
func (p *Provider) Create(ctx context.Context, _ string, d core.Draft) (core.RemoteRecord, error) {
	return p.kept(ctx, d.Record)
}

// Update finds that Parley has it as it is now.
func (p *Provider) Update(ctx context.Context, _ string, at core.RemoteID, _ core.Draft) (core.RemoteRecord, error) {
	return p.named(ctx, at)
}

// Link finds that both are there: whose they are, their sessions say.
func (p *Provider) Link(ctx context.Context, _ string, from, to core.RemoteRef) error {
	for _, ref := range []core.RemoteRef{from, to} {
		if _, err := p.named(ctx, ref.ID); err != nil {
			return err
		}
	}
	return nil
}

func (p *Provider) named(ctx context.Context, at core.RemoteID) (core.RemoteRecord, error) {
	id, err := core.ParseID[core.RecordID](string(at))
	if err != nil {
		return core.RemoteRecord{}, err
	}
	return p.kept(ctx, id)
}

func (p *Provider) kept(ctx context.Context, id core.RecordID) (core.RemoteRecord, error) {
	r, err := p.shelf.Record(ctx, id)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	return remote(r), nil
}

// remote gives a record as other systems would. It has no address of its own: people see it in Parley.
func remote(r core.Record) core.RemoteRecord {
	return core.RemoteRecord{ID: core.RemoteID(r.ID.String()), Fields: r.Fields}
}
