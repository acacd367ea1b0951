package crmtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"

	"parley/core"
)

// Spoiled gives, for each case, a driver whose provider breaks what the case asks for: a driver is of use if each is found.
func Spoiled(newDriver func(T) Driver) []Planted {
	var faults []Planted
	for _, f := range []struct {
		number, also, what string
	}{
		{"01", "", "a field is not told of"},
		{"02", "05 06", "of two fields one is lost"},
		{"03", "", "a call is known to one process only"},
		{"04", "16", "a call is known by what is in it"},
		{"05", "", "what an update does not name is gone"},
		{"06", "", "the limit is not looked at"},
		{"07", "", "a link is not made"},
		{"08", "", "a long text is cut"},
		{"09", "", "what the system does not know is left out"},
		{"10", "", "nobody hears for how long to wait"},
		{"11", "", "an answer that cannot be read is a refusal"},
		{"12", "", "an answer without an id is believed"},
		{"13", "", "a key that is refused is tried again"},
		{"14", "", "a call goes on when nobody waits any more"},
		{"15", "", "the key is in errors"},
		{"16", "", "a record is known by its call"},
		{"17", "", "what must not be called is a refusal"},
	} {
		faults = append(faults, Planted{Case: f.number, Also: f.also, Fault: f.what, Driver: func(t T) Driver { return spoil(newDriver(t), f.number) }})
	}
	return faults
}

func spoil(d Driver, number string) Driver {
	s := &spoiled{Driver: d, number: number}
	if n, ok := d.(Networked); ok {
		return spoiledNet{s, n}
	}
	return s
}

// spoiled is a driver whose providers have a fault: that of a case's number.
type spoiled struct {
	Driver
	number string
	opened atomic.Int64
	last   atomic.Value // the FaultKind of the last break
	barred atomic.Bool
}

type spoiledNet struct {
	*spoiled
	Networked
}

func (s spoiledNet) Break(times int, f Fault) {
	s.last.Store(f.Kind)
	s.Networked.Break(times, f)
}

func (s spoiledNet) Bar() {
	s.barred.Store(true)
	s.Networked.Bar()
}

func (s *spoiled) Open() core.Provider {
	return &rotten{Provider: s.Driver.Open(), about: s.About(), number: s.number, process: s.opened.Add(1), last: &s.last, barred: &s.barred}
}

type rotten struct {
	core.Provider
	about   About
	number  string
	process int64
	last    *atomic.Value
	barred  *atomic.Bool
}

func (r *rotten) Describe(ctx context.Context, call string) ([]core.RemoteType, error) {
	types, err := r.Provider.Describe(ctx, call)
	for i := range types {
		if r.number == "01" && types[i].Name == r.about.Type {
			types[i].Fields = nil
		}
	}
	return types, r.spoils(err)
}

func (r *rotten) Find(ctx context.Context, call string, q core.RecordQuery) ([]core.RemoteRecord, error) {
	if r.number == "06" {
		q.Limit = core.MaxFound
	}
	found, err := r.Provider.Find(ctx, call, q)
	return found, r.spoils(err)
}

func (r *rotten) Create(ctx context.Context, call string, d core.Draft) (core.RemoteRecord, error) {
	d.Fields = maps.Clone(d.Fields)
	switch text := d.Fields[r.about.Text]; r.number {
	case "02":
		if text != "" {
			delete(d.Fields, r.about.Other)
		}
	case "03":
		d.Record += core.RecordID(1_000_000 * (r.process - 1))
		call = d.Record.String()
	case "04":
		d.Record = known(fmt.Sprint(d.Fields))
		call = d.Record.String()
	case "08":
		d.Fields[r.about.Text] = text[:min(len(text), 1000)]
	case "09":
		d.Type = r.about.Type
		delete(d.Fields, "unheard_of")
	case "14":
		ctx = context.WithoutCancel(ctx)
	case "16":
		d.Record = known(call)
	}
	made, err := r.Provider.Create(ctx, call, d)
	if r.number == "12" && err != nil && r.last.Load() == NoID {
		return core.RemoteRecord{}, nil
	}
	return made, r.spoils(err)
}

// known gives a record an id of what it is known by.
func known(by string) (id core.RecordID) {
	for _, c := range by {
		id = (id*31 + core.RecordID(c)) % (1 << 40)
	}
	return id
}

func (r *rotten) Update(ctx context.Context, call string, at core.RemoteID, d core.Draft) (core.RemoteRecord, error) {
	if d.Fields = maps.Clone(d.Fields); r.number == "05" && d.Fields[r.about.Text] != "" {
		d.Fields[r.about.Other] = ""
	}
	changed, err := r.Provider.Update(ctx, call, at, d)
	return changed, r.spoils(err)
}

func (r *rotten) Link(ctx context.Context, call string, from, to core.RemoteRef) error {
	err := r.Provider.Link(ctx, call, from, to)
	if r.number == "07" && core.KindOf(err) == core.NotFound {
		return nil
	}
	return r.spoils(err)
}

// spoils gives an error as the fault has it.
func (r *rotten) spoils(err error) error {
	e, ok := errors.AsType[*core.Error](err)
	if !ok {
		return err
	}
	other := *e
	switch {
	case r.number == "10":
		other.RetryAfter = 0
	case r.number == "11" && r.last.Load() == BrokenJSON:
		other.Kind = core.Invalid
	case r.number == "13" && e.Kind == core.Unauthorized:
		other.Kind = core.Unavailable
	case r.number == "17" && r.barred.Load():
		other.Kind = core.Forbidden
	case r.number == "15":
		other.Reason += " The key was " + r.about.Secret.Reveal() + "."
	}
	return &other
}
