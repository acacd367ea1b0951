package core

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func typeOf(fields ...Field) RecordType {
	for i := range fields {
		if fields[i].Label == "" {
			fields[i].Label = "x"
		}
	}
	return RecordType{ID: 1, Department: 2, Name: "Complaint", Use: UseRecord, Fields: fields, Version: 1}
}

func fieldOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Field
	}
	return ""
}

func TestF1_WhatATypeOfRecordMayBe(t *testing.T) {
	t.Parallel()
	good := Field{Name: "subject", Kind: FieldText}
	many := make([]Field, MaxFields+1)
	for i := range many {
		many[i] = Field{Name: "f" + strings.Repeat("x", i), Kind: FieldText}
	}
	for name, c := range map[string]struct {
		typ   RecordType
		field string // that is refused; "": none
	}{
		"one field":                    {typeOf(good), ""},
		"no fields":                    {typeOf(), "fields"},
		"too many fields":              {typeOf(many...), "fields"},
		"a field twice":                {typeOf(good, good), "fields[1].name"},
		"a name with a capital":        {typeOf(Field{Name: "Subject", Kind: FieldText}), "fields[0].name"},
		"no name":                      {typeOf(Field{Kind: FieldText}), "fields[0].name"},
		"no kind":                      {typeOf(Field{Name: "a"}), "fields[0].kind"},
		"a choice of nothing":          {typeOf(Field{Name: "a", Kind: FieldChoice}), "fields[0].choices"},
		"a choice of the same twice":   {typeOf(Field{Name: "a", Kind: FieldChoice, Choices: []string{"x", "x"}}), "fields[0].choices"},
		"choices of a text":            {typeOf(Field{Name: "a", Kind: FieldText, Choices: []string{"x"}}), "fields[0].choices"},
		"a default that is no choice":  {typeOf(Field{Name: "a", Kind: FieldChoice, Choices: []string{"x"}, Default: "y"}), "fields[0].default"},
		"a default that is one":        {typeOf(Field{Name: "a", Kind: FieldChoice, Choices: []string{"x"}, Default: "x"}), ""},
		"a long help":                  {typeOf(Field{Name: "a", Kind: FieldText, Help: strings.Repeat("x", 1001)}), "fields[0].help"},
		"a label with control letters": {typeOf(Field{Name: "a", Kind: FieldText, Label: "a\nb"}), "fields[0].label"},
		"a type without a name":        {RecordType{Use: UseRecord, Fields: Fields{good}}, "name"},
		"a type for nothing":           {RecordType{Name: "x", Fields: Fields{good}}, "use"},
		"a type for something else":    {RecordType{Name: "x", Use: "lead", Fields: Fields{good}}, "use"},
		"a type of account":            {RecordType{Name: "x", Use: UseAccount, Fields: Fields{{Name: "a", Label: "A", Kind: FieldText}}}, ""},
	} {
		if got := fieldOf(c.typ.Check()); got != c.field {
			t.Errorf("%s: got %q refused, want %q", name, got, c.field)
		}
	}
}

func TestF1_ABoxThatIsNotTickedSaysNothing(t *testing.T) {
	t.Parallel()
	kind := typeOf(Field{Name: "subject", Kind: FieldText}, Field{Name: "vip", Kind: FieldCheckbox})
	form := func(fields FieldValues) string { return NewRecord(1, kind, Session{ID: 2}, fields, 3, 4).Form }
	unsaid := form(FieldValues{"subject": "Lamp"})
	if got := form(FieldValues{"subject": "Lamp", "vip": "false"}); got != unsaid {
		t.Error("not ticked: is another form than one that does not say so")
	}
	for name, other := range map[string]FieldValues{"ticked": {"subject": "Lamp", "vip": "true"}, "a text": {"subject": "false"}} {
		if form(other) == unsaid || form(other) == form(nil) {
			t.Errorf("%s: is the same form", name)
		}
	}
}

func TestF1_WhatAFormSays(t *testing.T) {
	t.Parallel()
	const refused = "refused"
	for name, c := range map[string]struct {
		field    Field
		in, want string
	}{
		"a text stays as it is":     {Field{Kind: FieldText}, " =1+1\n", " =1+1\n"},
		"blanks are nothing":        {Field{Kind: FieldText}, "  \n", ""},
		"blanks where it must be":   {Field{Kind: FieldText, Required: true}, "  ", refused},
		"a control character":       {Field{Kind: FieldText}, "a\x1b", refused},
		"broken UTF-8":              {Field{Kind: FieldText}, "a\xff", refused},
		"NUL":                       {Field{Kind: FieldText}, "a\x00", refused},
		"1 MB":                      {Field{Kind: FieldText}, strings.Repeat("x", 1<<20), refused},
		"a number":                  {Field{Kind: FieldNumber}, " -12.50 ", "-12.50"},
		"a number with a comma":     {Field{Kind: FieldNumber}, "1,5", refused},
		"a number with an exponent": {Field{Kind: FieldNumber}, "1e9", refused},
		"infinity":                  {Field{Kind: FieldNumber}, "Inf", refused},
		"a point and nothing":       {Field{Kind: FieldNumber}, "1.", refused},
		"a choice":                  {Field{Kind: FieldChoice, Choices: []string{"Red"}}, "Red", "Red"},
		"another case is another":   {Field{Kind: FieldChoice, Choices: []string{"Red"}}, "red", refused},
		"a day":                     {Field{Kind: FieldDate}, "2028-02-29", "2028-02-29"},
		"a day that there is not":   {Field{Kind: FieldDate}, "2027-02-29", refused},
		"an address":                {Field{Kind: FieldEmail}, " ada@example.test", "ada@example.test"},
		"an address with capitals":  {Field{Kind: FieldEmail}, "Ada@Example.TEST ", "ada@example.test"},
		"no address":                {Field{Kind: FieldEmail}, "ada", refused},
		"a phone number":            {Field{Kind: FieldPhone}, "+49 (30) 123-456", "+4930123456"},
		"a word":                    {Field{Kind: FieldPhone}, "call me", refused},
		"a tick":                    {Field{Kind: FieldCheckbox}, "true", "true"},
		"no tick where it must be":  {Field{Kind: FieldCheckbox, Required: true}, "false", refused},
		"neither":                   {Field{Kind: FieldCheckbox}, "1", refused},
	} {
		c.field.Name = "a"
		got, err := typeOf(c.field).Fill(FieldValues{"a": c.in})
		switch {
		case c.want == refused && fieldOf(err) != "fields.a":
			t.Errorf("%s: got %q, %v, want fields.a refused", name, got["a"], err)
		case c.want != refused && (err != nil || got["a"] != c.want):
			t.Errorf("%s: got %q, %v, want %q", name, got["a"], err, c.want)
		}
		if _, kept := got["a"]; kept && c.want == "" {
			t.Errorf("%s: what is empty is kept", name)
		}
	}
	if _, err := typeOf(Field{Name: "a", Kind: FieldText}).Fill(FieldValues{"b": "x"}); fieldOf(err) != "fields" {
		t.Errorf("a field that is not there: got %v", err)
	}
}

// The same form is one record, whoever sends it; whatever differs is another.
func TestF1_WhatMakesTwoFormsTheSame(t *testing.T) {
	t.Parallel()
	a, b := typeOf(Field{Name: "a", Kind: FieldText}), typeOf(Field{Name: "a", Kind: FieldText})
	b.ID = 9
	first := NewRecord(1, a, Session{ID: 5}, FieldValues{"a": "x", "b": "y"}, 3, 10)
	for name, c := range map[string]struct {
		r    Record
		same bool
	}{
		"by another agent, later": {NewRecord(2, a, Session{ID: 5}, FieldValues{"b": "y", "a": "x"}, 4, 20), true},
		"of another session":      {NewRecord(2, a, Session{ID: 6}, FieldValues{"a": "x", "b": "y"}, 3, 10), false},
		"of another type":         {NewRecord(2, b, Session{ID: 5}, FieldValues{"a": "x", "b": "y"}, 3, 10), false},
		"of other values":         {NewRecord(2, a, Session{ID: 5}, FieldValues{"a": "xy", "b": ""}, 3, 10), false},
	} {
		if got := c.r.Form == first.Form; got != c.same {
			t.Errorf("%s: got the same %t, want %t", name, got, c.same)
		}
	}
}

func TestF1_WhatBecomesOfARecordThatWasAskedFor(t *testing.T) {
	t.Parallel()
	const now = Time(1_000_000_000)
	for name, c := range map[string]struct {
		err   error
		state RecordState
		after time.Duration // it is asked again, at the earliest
	}{
		"it is there":              {nil, RecordKept, 0},
		"too many requests":        {&Error{Kind: Throttled, RetryAfter: 90 * time.Second}, RecordOwed, 90 * time.Second},
		"… for a week":             {&Error{Kind: Throttled, RetryAfter: 7 * 24 * time.Hour}, RecordOwed, time.Hour},
		"… for as long as it says": {&Error{Kind: Throttled}, RecordOwed, time.Second},
		"down":                     {&Error{Kind: Unavailable}, RecordOwed, time.Second},
		"nobody knows":             {&Error{Kind: Uncertain}, RecordOwed, time.Second},
		"something else":           {errors.New("broken"), RecordOwed, time.Second},
		"its key is refused":       {&Error{Kind: Unauthorized}, RecordOwed, 30 * time.Second},
		"it is refused":            {&Error{Kind: Invalid, Reason: "No such field."}, RecordParked, 0},
		"it may not":               {&Error{Kind: Forbidden}, RecordParked, 0},
		"it is not there any more": {&Error{Kind: Gone}, RecordParked, 0},
	} {
		r := Record{State: RecordOwed, Attempts: 2, DueAt: now}
		r.JudgeRecord(c.err, "", now, 0)
		if stays := c.state == RecordOwed; (r.ChangedAt != now) != stays {
			t.Errorf("%s: changed at %d", name, r.ChangedAt)
		}
		if r.State != c.state || c.state == RecordOwed && (r.DueAt < now.Add(c.after) || r.Attempts != 3) || c.state == RecordParked && r.Reason == "" {
			t.Errorf("%s: got %s, due in %v, %d attempts, %q", name, r.State, r.DueAt.Std().Sub(now.Std()), r.Attempts, r.Reason)
		}
		if c.state == RecordOwed && r.DueAt > now.Add(c.after+time.Minute) {
			t.Errorf("%s: due in %v", name, r.DueAt.Std().Sub(now.Std()))
		}
	}
}

// However an address is typed, it is one: in a form, in what a form begins with, in what is looked for and in what a provider has.
func TestF1_AddressesAreTheSameHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	kind := typeOf(Field{Name: "email", Kind: FieldEmail})
	forms := map[string]bool{}
	for _, typed := range []string{"john@x.com", "John@X.com", " JOHN@x.com "} {
		filled, err := kind.Fill(FieldValues{"email": typed})
		if err != nil {
			t.Fatal(err)
		}
		forms[NewRecord(1, kind, Session{ID: 5}, filled, 3, 10).Form] = true
		queries, err := kind.Queries(FieldValues{"email": typed}, nil, "")
		if err != nil || len(queries) != 1 {
			t.Fatalf("%q: got %v, %v, want one query", typed, queries, err)
		}
		for what, got := range map[string]FieldValues{
			"filled in": filled, "looked for": queries[0], "known": kind.Known(FieldValues{"email": typed}),
			"begins with": kind.Prefill(Session{}, Customer{}, []string{"I am " + typed}),
		} {
			if got["email"] != "john@x.com" {
				t.Errorf("%s, %q: got %q", what, typed, got["email"])
			}
		}
	}
	if len(forms) != 1 {
		t.Errorf("got %d forms, want one", len(forms))
	}
}

// SECURITY 16.
func TestWhatASpreadsheetWouldRun16(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+49 30": "'+49 30", "-x": "'-x", "@SUM": "'@SUM", "\t=1": "'\t=1", "\r=1": "'\r=1", "＝1": "'＝1", "a;=1": "a;'=1", " =1": "' =1", "\u200b\u00a0@x": "'\u200b\u00a0@x", "a\n=1": "a\n'=1", "a - b, +c": "a - b, +c", "-12.5": "-12.5", "Ada": "Ada", "": "", "'=1": "'=1",
	} {
		if got := CSVText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
