package core

import (
	"context"
	"fmt"
	"slices"
)

// AccountSearch is a customer whose account a rule has looked for, or registered where there is none (FEATURES F2). It is done once for each customer
// and binding: what an agent has taken back since, no rule gives again. Where several were found, other fields are looked for anew.
type AccountSearch struct {
	Customer CustomerID   `db:"customer"`
	Binding  BindingID    `db:"binding"`
	Session  SessionID    `db:"session"` // in which the rule's event was
	Type     RecordTypeID `db:"type"`
	Rule     RecordRuleID `db:"rule"`
	Fields   FieldValues  `db:"fields"`   // what the customer is registered with
	Attempts int64        `db:"attempts"` // that came to nothing
	DueAt    Time         `db:"due_at"`   // when the provider may be asked; zero: it is done
}

// Several tells whether a search has found more than one account, so that an agent has to match the customer.
func (a AccountSearch) Several() bool { return a.DueAt == 0 && len(a.Fields) > 0 }

// Judge tells whether a provider that was asked in vain is to be asked again, and when. chance is for Pause.
func (a *AccountSearch) Judge(err error, now Time, chance float64) (again bool) {
	e := asError(err)
	if e == nil || !e.passes() {
		return false
	}
	a.DueAt = now.Add(recordPause(e, a.Attempts, chance))
	a.Attempts++
	return true
}

// Reaches gives by what an account is surely found: each e-mail address and phone number that a form of the type has. A name is not sure enough for whom
// nobody looks at.
func (t RecordType) Reaches(form FieldValues) (queries []FieldValues) {
	for _, f := range t.Fields {
		if value := form[f.Name]; value != "" && (f.Kind == FieldEmail || f.Kind == FieldPhone) && len(queries) < maxReached {
			queries = append(queries, FieldValues{f.Name: value})
		}
	}
	return queries
}

// Reached tells whether a form of the type can say by what an account is surely found. Of a type without an address or number every customer is somebody new.
func (t RecordType) Reached(form FieldValues) bool {
	reach := slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Kind == FieldEmail || f.Kind == FieldPhone })
	return !reach || len(t.Reaches(form)) > 0
}

// FindAll asks a provider for records of a type, one query after the other, and gives what it has found, each once, at most MaxFound. call is what the
// calls are known by.
func FindAll(ctx context.Context, p Provider, call string, t RecordType, queries []FieldValues) (found []RemoteRecord, _ error) {
	kinds := map[string]FieldKind{}
	for _, f := range t.Fields {
		kinds[f.Name] = f.Kind
	}
	for i, fields := range queries {
		more, err := p.Find(ctx, fmt.Sprintf("%s-%d", call, i+1), RecordQuery{Type: t.System(), Fields: fields, Kinds: kinds, Limit: MaxFound})
		if err != nil {
			return nil, err
		}
		for _, r := range more {
			if !slices.ContainsFunc(found, func(f RemoteRecord) bool { return f.ID == r.ID }) && len(found) < MaxFound {
				found = append(found, r)
			}
		}
	}
	return found, nil
}
