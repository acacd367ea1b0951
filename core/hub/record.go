package hub

import (
	"cmp"
	"encoding/json"

	"parley/core"
)

// createRecord makes a record of a form, once: who sends the same form meanwhile, from wherever, gets the record that is there.
func (a *act) createRecord(d core.CreateRecord) error {
	t, fields, err := a.form(d, core.UseRecord)
	if err != nil {
		return err
	}
	_, err = a.addRecord(t, a.newRecord(t, fields))
	return err
}

func (a *act) newRecord(t core.RecordType, fields core.FieldValues) core.Record {
	r := core.NewRecord(core.RecordID(a.hub.ids.Next(a.Now())), t, a.s, fields, a.who.Agent.ID, a.Now())
	r.Rule = a.rule
	return r
}

// addRecord adds a record, unless one of the same form is there, which it gives; zero: there was none.
func (a *act) addRecord(t core.RecordType, r core.Record) (there core.Record, err error) {
	if there, err = a.RecordOf(r.Form); core.KindOf(err) != core.NotFound {
		a.record = there.ID
		return there, err
	}
	a.record = r.ID
	a.AddRecord(r)
	e := a.event(core.EventRecordCreated, core.AgentsOnly)
	e.Data, e.Dedupe = core.Extra{Record: r.Mark(t)}.Data(), a.Key()
	a.Append(&a.s, e)
	return core.Record{}, nil
}

// recordRating makes the one record that a rule makes of the ratings of a session: of what the customer says after the first, such as a comment after the
// thumb, the rule's fields change. What else is in the record stays.
func (a *act) recordRating(rule core.RecordRuleID, d core.CreateRecord) error {
	t, fields, err := a.form(d, core.UseRecord)
	if err != nil {
		return err
	}
	r := a.newRecord(t, fields)
	r.Form = core.RatingForm(rule, a.s.ID)
	there, err := a.addRecord(t, r)
	if err != nil || there.ID == 0 {
		return err
	}
	now := core.FieldValues{}
	for _, f := range t.Fields {
		if now[f.Name] = there.Fields[f.Name]; d.Fields[f.Name] != "" {
			now[f.Name] = d.Fields[f.Name]
		}
	}
	return a.editRecord(core.EditRecord{Session: a.s.ID, Record: there.ID, Fields: now})
}

// form reads a form of a type that the session's department offers for such a use.
func (a *act) form(d core.CreateRecord, use core.RecordUse) (core.RecordType, core.FieldValues, error) {
	t, err := a.recordType(d.Type)
	switch {
	case err != nil:
		return t, nil, err
	case t.RemovedAt != 0:
		return t, nil, &core.Error{Op: "hub.form", Kind: core.Gone, Reason: "This kind of record is not offered any more."}
	case t.Use == core.UseAccount && use != core.UseAccount:
		return t, nil, &core.Error{Op: "hub.form", Kind: core.Invalid, Field: "type", Reason: "is of accounts: register the customer instead"}
	case t.Use != core.UseAccount && use == core.UseAccount:
		return t, nil, &core.Error{Op: "hub.form", Kind: core.Invalid, Field: "type", Reason: "is not of accounts"}
	case d.Version != 0 && d.Version != t.Version:
		return t, nil, &core.Error{Op: "hub.form", Kind: core.Taken, Reason: "This form has changed since it was opened. Open it again."}
	}
	fields, err := t.Fill(d.Fields)
	return t, fields, err
}

// recordType gives a type of the session's department.
func (a *act) recordType(id core.RecordTypeID) (core.RecordType, error) {
	t, err := a.RecordType(id)
	if core.KindOf(err) == core.NotFound || err == nil && t.Department != a.s.Department {
		return t, &core.Error{Op: "hub.recordType", Kind: core.NotFound, Field: "type", Reason: "This department has no such kind of record."}
	}
	return t, err
}

// editRecord gives a record other values. One with which something is wrong is tried again, also as it was.
func (a *act) editRecord(d core.EditRecord) error {
	r, err := a.Record(d.Record)
	if core.KindOf(err) == core.NotFound || err == nil && r.Session != a.s.ID {
		return &core.Error{Op: "hub.EditRecord", Kind: core.NotFound}
	}
	if err != nil {
		return err
	}
	if d.Version != 0 && d.Version != r.Version {
		return &core.Error{Op: "hub.EditRecord", Kind: core.Taken, Reason: "This record has changed since you looked at it."}
	}
	t, err := a.RecordType(r.Type)
	if err != nil {
		return err
	}
	fields, err := t.Fill(d.Fields)
	if err != nil {
		return err
	}
	changes := core.ChangesOf(r.Fields, fields)
	if len(changes) == 0 && r.State != core.RecordParked && r.Reason == "" {
		return nil
	}
	r.Edit(t, fields, a.Now())
	a.PutRecord(r)
	text, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	a.AddRecordEdit(r.ID, core.RecordEdit{Version: r.Version, At: a.Now(), Agent: a.who.Agent.ID, Name: cmp.Or(a.who.Agent.PublicName, a.rule), Changes: string(text)})
	mark := r.Mark(t)
	mark.Edited = true
	e := a.event(core.EventRecordChanged, core.AgentsOnly)
	e.Data, e.Dedupe = core.Extra{Record: mark}.Data(), a.Key()
	a.Append(&a.s, e)
	return nil
}

// recordIn gives the record that an event tells of, zero if it tells of none.
func recordIn(e core.Event) core.RecordID {
	x, _ := core.ParseExtra(e.Data) // what cannot be read tells of none
	return cmp.Or(x.Record, &core.RecordMark{}).ID
}
