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
	// Records gives those of a type that have been kept, newest first: those before an id, 0 for the newest.
	Records(ctx context.Context, t core.RecordTypeID, before core.RecordID, limit int) ([]core.Record, error)
}

// Provider is the provider of what lives in Parley.
type Provider struct{ shelf Shelf }

var _ core.Provider = (*Provider)(nil)

// New makes the provider.
func New(s Shelf) *Provider { return &Provider{s} }

// pageSize is how many records are read at once to find some.
const pageSize = 500

// maxSearched bounds how many records of a type are looked at to find some.
const maxSearched = 10_000

// Describe gives the types that admins have defined.
func (p *Provider) Describe(ctx context.Context, _ string) ([]core.RemoteType, error) {
	types, err := p.shelf.Types(ctx)
	described := make([]core.RemoteType, len(types))
	for i, t := range types {
		described[i] = core.RemoteType{Name: t.ID.String(), Label: t.Name, Fields: t.Fields}
	}
	return described, err
}

// Find gives the newest records that are as asked for, of the newest 10,000 of their type.
func (p *Provider) Find(ctx context.Context, _ string, q core.RecordQuery) ([]core.RemoteRecord, error) {
	t, err := core.ParseID[core.RecordTypeID](q.Type)
	if err != nil {
		return nil, err
	}
	var found []core.RemoteRecord
	var before core.RecordID
	for range maxSearched / pageSize {
		page, err := p.shelf.Records(ctx, t, before, pageSize)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if matches(r, q.Fields) && len(found) < q.Limit {
				found = append(found, remote(r))
			}
		}
		if len(page) < pageSize || len(found) == q.Limit {
			break
		}
		before = page[len(page)-1].ID
	}
	return found, nil
}

func matches(r core.Record, fields core.FieldValues) bool {
	for name, want := range fields {
		if r.Fields[name] != want {
			return false
		}
	}
	return true
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
