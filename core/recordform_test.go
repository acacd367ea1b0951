package core

import (
	"maps"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestF1_WhatAFormBeginsWith(t *testing.T) {
	t.Parallel()
	s := Session{Number: 42, Language: "de-AT", Priority: Urgent}
	carla := Customer{Name: "Carla Cole"}
	said := []string{"My lamp\nis broken", "write to ada@example.test", "or carla@example.test, +49 (30) 123-456 or order 30123456"}
	for name, c := range map[string]struct {
		field Field
		want  string // "": nothing
	}{
		"a default comes first":              {Field{Name: "subject", Kind: FieldText, Default: "Complaint"}, "Complaint"},
		"the name":                           {Field{Name: "customer_name", Kind: FieldText}, "Carla Cole"},
		"the first name":                     {Field{Name: "first_name", Kind: FieldText}, "Carla"},
		"the last name":                      {Field{Name: "lastname", Kind: FieldText}, "Cole"},
		"how it began":                       {Field{Name: "subject", Kind: FieldText}, "My lamp is broken"},
		"what was said":                      {Field{Name: "description", Kind: FieldText}, strings.Join(said, "\n")},
		"the last address":                   {Field{Name: "contact", Kind: FieldEmail}, "carla@example.test"},
		"the last number with a plus":        {Field{Name: "contact", Kind: FieldPhone}, "+4930123456"},
		"the language":                       {Field{Name: "language", Kind: FieldText}, "de-AT"},
		"the session":                        {Field{Name: "session", Kind: FieldNumber}, "42"},
		"the priority, as the choice has it": {Field{Name: "priority", Kind: FieldChoice, Choices: []string{"Low", "URGENT"}}, "URGENT"},
		"a priority that is no choice":       {Field{Name: "priority", Kind: FieldChoice, Choices: []string{"Low"}}, ""},
		"a name that is no number":           {Field{Name: "name", Kind: FieldNumber}, ""},
		"a day":                              {Field{Name: "description", Kind: FieldDate}, ""},
		"a box":                              {Field{Name: "message", Kind: FieldCheckbox}, ""},
		"a box that is ticked":               {Field{Name: "message", Kind: FieldCheckbox, Default: "true"}, "true"},
		"a name that stands for nothing":     {Field{Name: "colour", Kind: FieldText}, ""},
	} {
		got := typeOf(c.field).Prefill(s, carla, said)
		want := FieldValues{}
		if c.want != "" {
			want[c.field.Name] = c.want
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	all := typeOf(Field{Name: "message", Kind: FieldText}, Field{Name: "title", Kind: FieldText}, Field{Name: "name", Kind: FieldText}, Field{Name: "mail", Kind: FieldEmail})
	if got := all.Prefill(s, Customer{}, nil); len(got) != 0 {
		t.Errorf("of somebody of whom nothing is known: got %v", got)
	}
	long := all.Prefill(s, carla, []string{strings.Repeat("é", MaxTold), "and more"})["message"]
	if n := utf8.RuneCountInString(long); n != MaxTold || !strings.HasSuffix(long, "é…") {
		t.Errorf("got %d characters, want %d and a sign that there is more", n, MaxTold)
	}
}
