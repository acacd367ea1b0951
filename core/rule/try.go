package rule

import (
	"context"
	"slices"
	"time"

	"parley/core"
	"parley/core/store"
)

// Limits of a trial.
const (
	MostTried = 200              // sessions
	mostPast  = 5000             // events of them
	mostShown = 200              // finds
	tryTime   = 10 * time.Second // for all of it
)

// Trial is what a rule would have created.
type Trial struct {
	Sessions int // that it has looked at, the newest
	Events   int // of them that it waits for
	Cut      bool
	Finds    []Tried
}

// Tried is an event of which a rule would have created a record, or would have failed.
type Tried struct {
	Session store.Summary
	Event   core.Event
	Title   string
	Fields  core.FieldValues
	Fault   core.RuleFault // why it would not have
}

// kindsOf says as what events come what a rule waits for.
var kindsOf = map[core.HookEvent][]core.EventKind{
	core.HookStarted: {core.EventStarted}, core.HookAssigned: {core.EventTaken, core.EventAssigned}, core.HookEnded: {core.EventEnded},
	core.HookRated:   {core.EventRated},
	core.HookMessage: {core.EventMessage}, core.HookOffline: {core.EventMessage},
}

// Try tells what a rule would have created of the newest sessions of its department that a scope sees, at most MostTried, each as it stands now. The same
// form twice in a session is one record; a customer who has an account gets none. Nothing is written. Cut says that there was more than it could look at or show. Errors: Invalid with the field.
func (x *Rules) Try(ctx context.Context, scope core.Scope, r core.RecordRule, sessions int) (t Trial, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	r.EnabledAt = 1 // long ago
	made, err := prepare(r)
	if err != nil {
		return t, err
	}
	kind, err := x.Store.RecordType(ctx, r.Type)
	if core.KindOf(err) == core.NotFound || err == nil && (kind.Department != r.Department || kind.RemovedAt != 0) {
		return t, invalid("type", "is no kind of record of this department")
	}
	if err != nil {
		return t, err
	}
	if err := r.Fits(kind); err != nil {
		return t, err
	}
	p := past{map[core.SessionID]store.Summary{}, map[core.RecordTypeID]core.RecordType{kind.ID: kind}}
	ids, err := x.newest(ctx, scope, r.Department, min(sessions, MostTried), p)
	if err != nil {
		return t, err
	}
	events, err := x.Store.RulePast(ctx, ids, kindsOf[r.On], mostPast+1)
	if err != nil {
		return t, err
	}
	if t.Sessions = len(ids); len(events) > mostPast {
		events, t.Cut = events[:mostPast], true
	}
	until, forms := x.Clock().Add(tryTime), map[string]int{} // where those are that were found already
	for _, e := range events {
		if len(t.Finds) >= mostShown || x.Clock().After(until) {
			t.Cut = true
			break
		}
		t.Events++
		finds, err := x.at(ctx, p, []*ready{made}, e)
		if err != nil {
			return t, err
		}
		for _, f := range finds {
			one := Tried{Session: p.sessions[e.Session], Event: e, Fault: f.Fault}
			if one.Fault.Reason == "" {
				record, err := recordOf(kind, one.Session, f.Form)
				one.Fault, one.Title, one.Fields = core.RuleFaultOf(err, kind), record.Title, record.Fields
				if one.Fault.Reason != "" {
					t.Finds = append(t.Finds, one)
					continue
				}
				if r.On == core.HookRated && kind.Use != core.UseAccount {
					record.Form = core.RatingForm(r.ID, e.Session)
				}
				if at, known := forms[record.Form]; known {
					if r.On == core.HookRated {
						t.Finds[at] = one
					}
					continue
				}
				there, err := x.accounted(ctx, kind, one.Session, record.Fields)
				if err != nil {
					return t, err
				}
				if there {
					continue
				}
				forms[record.Form] = len(t.Finds)
			}
			t.Finds = append(t.Finds, one)
		}
	}
	return t, nil
}

// recordOf gives the record that a form would become.
func recordOf(t core.RecordType, s store.Summary, form core.FieldValues) (core.Record, error) {
	fields, err := t.Fill(form)
	if err != nil {
		return core.Record{}, err
	}
	if t.Use == core.UseAccount {
		return core.NewAccount(0, t, s.Session, s.Customer, fields, 0, 0), nil
	}
	return core.NewRecord(0, t, s.Session, fields, 0, 0), nil
}

// accounted tells whether a rule would do nothing in a session because its customer has their account, had it looked for, or has not said how they are reached.
func (x *Rules) accounted(ctx context.Context, t core.RecordType, s store.Summary, form core.FieldValues) (bool, error) {
	if t.Use != core.UseAccount {
		return false, nil
	}
	if search, err := x.Store.AccountSearch(ctx, s.Customer, t.Binding); err != nil || search.Customer != 0 {
		return true, err
	}
	all, err := x.Store.Accounts(ctx, s.Customer)
	return !t.Reached(form) || slices.ContainsFunc(all, func(a store.AccountRow) bool { return a.Binding == t.Binding }), err
}

// newest reads the newest sessions of a department that a scope sees; none where it does not see the department.
func (x *Rules) newest(ctx context.Context, scope core.Scope, d core.DepartmentID, n int, into past) (ids []core.SessionID, err error) {
	const most = 100 // in one page
	for after := ""; len(ids) < n && scope.Sees(d); {
		page, err := x.Store.Sessions(ctx, scope, store.SessionFilter{Department: d}, after, min(most, n-len(ids)))
		if err != nil {
			return nil, err
		}
		for _, s := range page.Items {
			ids = append(ids, s.ID)
			into.sessions[s.ID] = s
		}
		if after = page.Next; after == "" {
			break
		}
	}
	return ids, nil
}
