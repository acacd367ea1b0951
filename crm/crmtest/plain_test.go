package crmtest_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"parley/core"
	"parley/crm/crmtest"
)

// system is where the plain provider's records live, and its network.
type system struct {
	mu      sync.Mutex
	records []core.RemoteRecord
	made    map[string]core.RemoteID // by what a record is known by
	links   map[[2]core.RemoteRef]int
	breaks  []crmtest.Fault
	refuses bool // the key
	barred  bool // the address
	closed  chan struct{}
	fault   fault
}

// fault is what is wrong in the provider.
type fault struct {
	forgets, shared, wipes, part, cuts, lenient bool
	nameless, unlimited, impatient, outlives    bool
	talks, believes, relinks, doubts, hides     bool
	loses, shouts, doubles, deaf, keeps, parks  bool
}

const (
	kind = "complaint"
	key  = core.Secret("KEY-1234567890")
)

func newSystem(f fault) func(crmtest.T) crmtest.Driver {
	return func(t crmtest.T) crmtest.Driver {
		s := &system{made: map[string]core.RemoteID{}, links: map[[2]core.RemoteRef]int{}, closed: make(chan struct{}), fault: f}
		t.Cleanup(func() { close(s.closed) })
		return s
	}
}

func (s *system) About() crmtest.About {
	return crmtest.About{Type: kind, Text: "subject", Other: "name", Secret: key}
}

func (s *system) Open() core.Provider {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault.forgets {
		clear(s.made)
	}
	return (*plain)(s)
}

func (s *system) Keep(core.Draft) {}

func (s *system) Kept() (all []core.RemoteRecord) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		r.Fields = maps.Clone(r.Fields)
		all = append(all, r)
	}
	return all
}

func (s *system) Linked(from, to core.RemoteRef) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.links[[2]core.RemoteRef{from, to}]
}

func (s *system) Break(times int, f crmtest.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaks = append(s.breaks, slices.Repeat([]crmtest.Fault{f}, times)...)
}

func (s *system) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = true
}

func (s *system) Bar() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.barred = true
}

// plain is the smallest complete provider.
type plain system

func (p *plain) fails(op string, kind core.Kind, reason string) error {
	e := &core.Error{Op: "plain." + op, Kind: kind, Reason: reason}
	if p.fault.talks {
		e.Reason += " The key was " + key.Reveal() + "."
	}
	return e
}

// enter lets a call in, alone.
func (p *plain) enter(op string) (leave func(), err error) {
	p.mu.Lock()
	switch {
	case p.barred && p.fault.parks:
		err = p.fails(op, core.Forbidden, "The host is in a private network.")
	case p.barred, p.refuses && p.fault.doubts:
		err = p.fails(op, core.Unavailable, "Something is wrong.")
	case p.refuses:
		err = p.fails(op, core.Unauthorized, "The key is refused.")
	}
	return p.mu.Unlock, err
}

func (p *plain) Describe(context.Context, string) ([]core.RemoteType, error) {
	leave, err := p.enter("Describe")
	defer leave()
	t := core.RemoteType{Name: kind, Label: "Complaint", Fields: []core.Field{
		{Name: "subject", Label: "Subject", Kind: core.FieldText}, {Name: "name", Label: "Name", Kind: core.FieldText},
	}}
	if p.fault.hides {
		t.Fields = t.Fields[:1]
	}
	if p.fault.shouts {
		t.Fields = append(t.Fields, core.Field{Name: "Account_Name", Label: "Account", Kind: core.FieldText})
	}
	return []core.RemoteType{t}, err
}

func (p *plain) Find(_ context.Context, _ string, q core.RecordQuery) (found []core.RemoteRecord, err error) {
	leave, err := p.enter("Find")
	defer leave()
	for _, r := range p.records {
		if err == nil && p.matches(r, q.Fields) && (len(found) < q.Limit || p.fault.unlimited) {
			found = append(found, r)
		}
	}
	return found, err
}

func (p *plain) matches(r core.RemoteRecord, fields core.FieldValues) bool {
	for name, want := range fields {
		if has := r.Fields[name]; has != want && (!p.fault.part || want == "" || !strings.HasPrefix(has, want)) {
			return false
		}
	}
	return true
}

func (p *plain) Create(ctx context.Context, call string, d core.Draft) (core.RemoteRecord, error) {
	leave, err := p.enter("Create")
	defer leave()
	if err != nil {
		return core.RemoteRecord{}, err
	}
	broken := crmtest.Fault{Done: true}
	if len(p.breaks) > 0 {
		broken, p.breaks = p.breaks[0], p.breaks[1:]
	}
	var made core.RemoteRecord
	if broken.Done {
		if made, err = p.put(call, d); err != nil {
			return made, err
		}
	}
	switch broken.Kind {
	case "":
		return made, nil
	case crmtest.Throttle:
		if p.fault.impatient {
			broken.RetryAfter = 0
		}
		return core.RemoteRecord{}, &core.Error{Op: "plain.Create", Kind: core.Throttled, RetryAfter: broken.RetryAfter}
	case crmtest.NoID:
		if p.fault.nameless {
			return core.RemoteRecord{Fields: d.Fields}, nil
		}
	case crmtest.Hang:
		if p.fault.outlives {
			<-p.closed
		}
		<-ctx.Done()
	case crmtest.BrokenJSON:
		if p.fault.believes {
			return core.RemoteRecord{}, p.fails("Create", core.Invalid, "The answer cannot be read.")
		}
	}
	return core.RemoteRecord{}, p.fails("Create", core.Uncertain, "The system did not answer as it should.")
}

// put makes a record, or gives it what stands in it now: the system knows it by Parley's id.
func (p *plain) put(call string, d core.Draft) (core.RemoteRecord, error) {
	by := d.Record.String()
	if p.fault.shared {
		by = fmt.Sprint(d.Fields)
	} else if p.fault.doubles {
		by = call
	}
	if i := p.find(p.made[by]); i >= 0 {
		for name, value := range d.Fields {
			if !p.fault.deaf && (value != "" || !p.fault.keeps) {
				p.records[i].Fields[name] = value
			}
		}
		return p.records[i], nil
	}
	made, err := p.make(d)
	if err == nil {
		p.made[by] = made.ID
	}
	return made, err
}

func (p *plain) make(d core.Draft) (core.RemoteRecord, error) {
	if !p.fault.lenient {
		for name := range d.Fields {
			if d.Type != kind || name != "subject" && name != "name" {
				return core.RemoteRecord{}, p.fails("Create", core.Invalid, "The system does not know this field.")
			}
		}
	}
	id := core.RemoteID(strconv.Itoa(len(p.records) + 1))
	made := core.RemoteRecord{ID: id, Address: "https://plain.example/" + string(id), Fields: maps.Clone(d.Fields)}
	if p.fault.loses && len(made.Fields) > 1 {
		delete(made.Fields, "name")
	}
	if subject := made.Fields["subject"]; p.fault.cuts && len(subject) > 1000 {
		made.Fields["subject"] = subject[:1000]
	}
	p.records = append(p.records, made)
	return made, nil
}

func (p *plain) Update(_ context.Context, _ string, at core.RemoteID, d core.Draft) (core.RemoteRecord, error) {
	leave, err := p.enter("Update")
	defer leave()
	i := p.find(at)
	if err != nil || i < 0 {
		return core.RemoteRecord{}, cmp.Or(err, p.fails("Update", core.NotFound, "It is not there."))
	}
	if p.fault.wipes {
		clear(p.records[i].Fields)
	}
	maps.Copy(p.records[i].Fields, d.Fields)
	return p.records[i], nil
}

func (p *plain) find(id core.RemoteID) int {
	return slices.IndexFunc(p.records, func(r core.RemoteRecord) bool { return r.ID == id })
}

func (p *plain) Link(_ context.Context, _ string, from, to core.RemoteRef) error {
	leave, err := p.enter("Link")
	defer leave()
	if err != nil {
		return err
	}
	if p.find(from.ID) < 0 || p.find(to.ID) < 0 {
		return p.fails("Link", core.NotFound, "It is not there.")
	}
	if pair := [2]core.RemoteRef{from, to}; p.links[pair] == 0 || p.fault.relinks {
		p.links[pair]++
	}
	return nil
}

func TestThePlainProviderKeepsItsPromises(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, newSystem(fault{}))
}

// One fault for each case, that no other case may find.
func TestTheSuiteFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	var faults []crmtest.Planted
	for _, f := range []struct {
		number, also, what string
		fault              fault
	}{
		{"01", "", "a field is not told of", fault{hides: true}},
		{"01", "", "a field has a name that no type can have", fault{shouts: true}},
		{"02", "05 06", "of two fields one is lost", fault{loses: true}},
		{"03", "", "a call is known to one process only", fault{forgets: true}},
		{"04", "16", "a call is known by what is in it", fault{shared: true}},
		{"05", "", "what an update does not name is gone", fault{wipes: true}},
		{"06", "", "the limit is not looked at", fault{unlimited: true}},
		{"06", "", "a beginning is a match", fault{part: true}},
		{"07", "", "a link made twice is two", fault{relinks: true}},
		{"08", "", "a long text is cut", fault{cuts: true}},
		{"09", "", "what the system does not know is taken", fault{lenient: true}},
		{"10", "", "nobody hears for how long to wait", fault{impatient: true}},
		{"11", "", "an answer that cannot be read is a refusal", fault{believes: true}},
		{"12", "", "an answer without an id is believed", fault{nameless: true}},
		{"13", "", "a key that is refused is tried again", fault{doubts: true}},
		{"14", "", "a call goes on when nobody waits any more", fault{outlives: true}},
		{"15", "", "the key is in errors", fault{talks: true}},
		{"16", "", "a record is known by its call", fault{doubles: true}},
		{"16", "", "what was edited before an answer came is not heard", fault{deaf: true}},
		{"16", "", "what was emptied before an answer came stays", fault{keeps: true}},
		{"17", "", "what must not be called is a refusal", fault{parks: true}},
	} {
		faults = append(faults, crmtest.Planted{Case: f.number, Also: f.also, Fault: f.what, Driver: newSystem(f.fault)})
	}
	crmtest.Prove(t, faults)
}
