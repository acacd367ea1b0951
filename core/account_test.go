package core

import (
	"maps"
	"slices"
	"testing"
)

var contact = RecordType{ID: 7, Department: 2, Name: "Contact", Use: UseAccount, Version: 1, Fields: Fields{
	{Name: "age", Label: "Age", Kind: FieldNumber}, {Name: "name", Label: "Name", Kind: FieldText, Required: true}, {Name: "email", Label: "E-mail", Kind: FieldEmail},
	{Name: "phone", Label: "Phone", Kind: FieldPhone},
}}

func TestF2_ByWhatAnAccountIsLookedFor(t *testing.T) {
	t.Parallel()
	wordless := contact
	wordless.Fields = contact.Fields[2:]
	begins := FieldValues{"name": "Carla", "phone": "+4930123456", "email": "c@example.test", "age": "30"}
	for name, c := range map[string]struct {
		typ          RecordType
		said, begins FieldValues
		customer     string
		want         []FieldValues
		field        string // that is refused; "": none
	}{
		"nothing is known but the name":           {contact, nil, nil, "Carla", []FieldValues{{"name": "Carla"}}, ""},
		"what they wrote, before the name":        {contact, nil, begins, "Carla", []FieldValues{{"email": "c@example.test"}, {"phone": "+4930123456"}, {"name": "Carla"}}, ""},
		"what they wrote, without a name":         {contact, nil, begins, "", []FieldValues{{"email": "c@example.test"}, {"phone": "+4930123456"}}, ""},
		"blanks are nothing":                      {contact, FieldValues{"email": "  "}, nil, "Carla", []FieldValues{{"name": "Carla"}}, ""},
		"by what was filled in, and nothing else": {contact, FieldValues{"email": " d@example.test "}, begins, "Carla", []FieldValues{{"email": "d@example.test"}}, ""},
		"a phone number as it is kept":            {contact, FieldValues{"phone": "+49 (30) 123456"}, nil, "", []FieldValues{{"phone": "+4930123456"}}, ""},
		"by two":                                  {contact, FieldValues{"phone": "123", "name": "C"}, nil, "Carla", []FieldValues{{"phone": "123", "name": "C"}}, ""},
		"nothing, of somebody without a name":     {contact, nil, nil, "", nil, "fields"},
		"the name, where no field takes words":    {wordless, nil, nil, "Carla", nil, "fields"},
		"a field that is none":                    {contact, FieldValues{"x": "y"}, nil, "Carla", nil, "fields"},
		"no e-mail address":                       {contact, FieldValues{"email": "carla"}, nil, "Carla", nil, "fields.email"},
	} {
		got, err := c.typ.Queries(c.said, c.begins, c.customer)
		if err == nil && !slices.EqualFunc(got, c.want, maps.Equal) || fieldOf(err) != c.field {
			t.Errorf("%s: got %v, %v, want %v (%s)", name, got, err, c.want, c.field)
		}
	}
}

func TestF2_WhatMakesTwoAccountsTheSame(t *testing.T) {
	t.Parallel()
	other := contact
	other.ID = 9
	form := FieldValues{"name": "Carla"}
	first := NewAccount(1, contact, Session{ID: 5}, 30, form, 3, 10)
	found := FoundAccount(1, contact, Session{ID: 5}, RemoteRecord{ID: "R1", Address: "https://crm.example/R1", Fields: FieldValues{
		"name": "Carla", "age": "young", "email": "c@example.test", "fax": "1",
	}}, 3, 10)
	if found.State != RecordKept || found.DueAt != 0 || found.Remote != "R1" || found.Title != "Carla" || found.Address == "" ||
		!maps.Equal(found.Fields, FieldValues{"name": "Carla", "email": "c@example.test"}) {
		t.Errorf("one that was found: got %+v, want it kept, with what the type's fields can say", found)
	}
	for name, c := range map[string]struct {
		of, r Record
		same  bool
	}{
		"the form, from another session":      {first, NewAccount(2, contact, Session{ID: 6}, 30, form, 4, 20), true},
		"the form, of another customer":       {first, NewAccount(2, contact, Session{ID: 5}, 31, form, 3, 10), false},
		"the form, of another type":           {first, NewAccount(2, other, Session{ID: 5}, 30, form, 3, 10), false},
		"another form":                        {first, NewAccount(2, contact, Session{ID: 5}, 30, FieldValues{"name": "C"}, 3, 10), false},
		"the form of a record":                {first, NewRecord(2, contact, Session{ID: 30}, form, 3, 10), false},
		"what was found, with other values":   {found, FoundAccount(2, contact, Session{ID: 6}, RemoteRecord{ID: "R1"}, 4, 20), true},
		"what was found under another id":     {found, FoundAccount(2, contact, Session{ID: 5}, RemoteRecord{ID: "R2"}, 3, 10), false},
		"what was found, for another type":    {found, FoundAccount(2, other, Session{ID: 5}, RemoteRecord{ID: "R1"}, 3, 10), false},
		"what was found, and what was filled": {found, first, false},
	} {
		if got := c.r.Form == c.of.Form; got != c.same {
			t.Errorf("%s: got the same %t, want %t", name, got, c.same)
		}
	}
}
