package builtin_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"parley/core"
	"parley/crm/builtin"
	"parley/crm/crmtest"
)

const complaint core.RecordTypeID = 7

// shelf is Parley's own records, as far as the provider sees them.
type shelf struct {
	mu      sync.Mutex
	records []core.Record
}

func newDriver(crmtest.T) crmtest.Driver { return &shelf{} }

func TestConformance(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, newDriver)
}

func (*shelf) About() crmtest.About {
	return crmtest.About{Type: complaint.String(), Text: "subject", Other: "name", Loose: true, Unlinks: true}
}

func (s *shelf) Open() core.Provider { return builtin.New(s) }

func (s *shelf) Keep(d core.Draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.records, func(r core.Record) bool { return r.ID == d.Record })
	if i < 0 {
		s.records = append(s.records, core.Record{ID: d.Record, Type: complaint, Fields: maps.Clone(d.Fields)})
		return
	}
	fields := maps.Clone(s.records[i].Fields)
	maps.Copy(fields, d.Fields)
	s.records[i].Fields = fields
}

func (s *shelf) Kept() (all []core.RemoteRecord) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		all = append(all, core.RemoteRecord{ID: core.RemoteID(r.ID.String()), Fields: r.Fields})
	}
	return all
}

func (*shelf) Linked(_, _ core.RemoteRef) int { return 0 }

func (*shelf) Types(context.Context) ([]core.RecordType, error) {
	return []core.RecordType{{ID: complaint, Name: "Complaint", Fields: core.Fields{
		{Name: "subject", Label: "Subject", Kind: core.FieldText}, {Name: "name", Label: "Name", Kind: core.FieldText},
	}}}, nil
}

func (s *shelf) Record(_ context.Context, id core.RecordID) (core.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		if r.ID == id {
			return r, nil
		}
	}
	return core.Record{}, &core.Error{Op: "test.Record", Kind: core.NotFound}
}

func (s *shelf) Find(_ context.Context, t core.RecordTypeID, fields core.FieldValues, limit int) (found []core.Record, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.records) {
		if r.Type == t && r.Fields.Have(fields) && len(found) < limit {
			found = append(found, r)
		}
	}
	return found, nil
}
