package core

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Provider speaks for one account on a system where records live. Its methods may be called by many at once, but what concerns one record comes
// one call after the other. None of them outlives its ctx.
//
// Every call has an id of its own, the same at every attempt and after every restart: what a call with that id has done already is not done again,
// and gets the same answer. So whoever does not know how far a call came makes it once more. What is made is known by more than that: see Create.
//
// Errors are of these kinds. Throttled, Busy, Unavailable and Uncertain: again later, after RetryAfter where the system says so. Unauthorized: the
// account's key is refused, nothing was done. Invalid, with the field where the system names it, Forbidden, NotFound and Gone: never as it is. Their
// Reason is a sentence for people, and neither it nor the cause has a secret in it.
type Provider interface {
	// Describe gives the types of record that the account has, in the order in which the system shows them.
	Describe(ctx context.Context, call string) ([]RemoteType, error)

	// Find gives records of a type that have all the fields as asked for, at most as many as the limit says; none is no error.
	Find(ctx context.Context, call string, q RecordQuery) ([]RemoteRecord, error)

	// Create makes a record. Its answer has the ID by which the system knows it: where the system gave none, it fails as Uncertain. A record is known by
	// Draft.Record, not by call: one that was edited before an answer came is the same, with another call. It is given the draft's fields then, as by
	// Update: of such a record the draft names all of them, "" where it is empty.
	Create(ctx context.Context, call string, d Draft) (RemoteRecord, error)

	// Update gives a record the draft's fields: one that is "" is emptied, those that the draft does not name stay. NotFound or Gone where it is not there.
	Update(ctx context.Context, call string, at RemoteID, d Draft) (RemoteRecord, error)

	// Link says that two records belong together, such as a ticket and who has opened it: from the record, to the account, where links have a direction.
	// Linked ones stay so. NotFound where either is not there.
	Link(ctx context.Context, call string, from, to RemoteRef) error
}

// RemoteType is a type of record, as its system describes it.
type RemoteType struct {
	Name   string  // what the system calls it
	Label  string  // what people call it
	Fields []Field // that can be asked for in Parley: Field.Check lets them pass
}

// RemoteRecord is a record, as its system has it.
type RemoteRecord struct {
	ID      RemoteID
	Address string // where people see it; "" where they cannot
	Fields  FieldValues
}

// RemoteRef names a record among those of all types.
type RemoteRef struct {
	Type string
	ID   RemoteID
}

// Draft is a record as its system shall have it.
type Draft struct {
	Record RecordID // what Parley calls it
	Type   string   // what the system calls its type
	Fields FieldValues
	Back   string // address of the session that it came from, for people of the company
}

// RecordQuery asks for records of a type that have all the fields just so.
type RecordQuery struct {
	Type   string
	Fields FieldValues
	Kinds  map[string]FieldKind // of the fields, where they are known
	Limit  int                  // 1 to MaxFound
}

// Fits tells whether a record's fields are as asked for. An address or a number that its system writes in another way, as in capitals or with spaces, is
// the same.
func (q RecordQuery) Fits(has FieldValues) bool {
	for name, want := range q.Fields {
		got := has[name]
		if kind := q.Kinds[name]; kind == FieldEmail || kind == FieldPhone {
			if as, err := (Field{Name: name, Kind: kind}).read(got); err == nil {
				got = as
			}
		}
		if got != want {
			return false
		}
	}
	return true
}

// MaxFound bounds what Find gives.
const MaxFound = 20

// FieldKind is what a field of a record takes.
type FieldKind string

// The kinds of field, and how their values are written. A field without a value is not written at all.
const (
	FieldText     FieldKind = "text"
	FieldNumber   FieldKind = "number"   // decimal, with a point: -12.5
	FieldChoice   FieldKind = "choice"   // one of the field's choices
	FieldDate     FieldKind = "date"     // 2026-03-02
	FieldEmail    FieldKind = "email"    // in small letters
	FieldPhone    FieldKind = "phone"    // digits, with a plus before them or none
	FieldCheckbox FieldKind = "checkbox" // true or false
)

// FieldKinds lists all kinds.
var FieldKinds = []FieldKind{FieldText, FieldNumber, FieldChoice, FieldDate, FieldEmail, FieldPhone, FieldCheckbox}

// Field is a field of a type of record. Check says what fits.
type Field struct {
	Name     string    `json:"name"`  // what the system calls it: 1 to 64 of a-z, 0-9 and _; unique in the type
	Label    string    `json:"label"` // what people call it
	Kind     FieldKind `json:"kind"`
	Required bool      `json:"required,omitempty"`
	Default  string    `json:"default,omitempty"` // what a form begins with, as a value is written
	Help     string    `json:"help,omitempty"`
	Choices  []string  `json:"choices,omitempty"` // of a choice: 1 to MaxChoices
}

// FieldValues are what a record's fields say, by their names, each written as its kind is.
type FieldValues map[string]string

// Have tells whether the values say all that others say.
func (f FieldValues) Have(others FieldValues) bool {
	for name, want := range others {
		if f[name] != want {
			return false
		}
	}
	return true
}

// Value stores the values as JSON.
func (f FieldValues) Value() (driver.Value, error) {
	if f == nil {
		f = FieldValues{}
	}
	b, err := json.Marshal(f)
	return string(b), err
}

// Scan reads what Value has stored.
func (f *FieldValues) Scan(stored any) error { return scanJSON(stored, f) }

// scanJSON reads a column of JSON.
func scanJSON(stored, to any) error {
	switch s := stored.(type) {
	case string:
		return json.Unmarshal([]byte(s), to)
	case []byte:
		return json.Unmarshal(s, to)
	}
	return fmt.Errorf("a column of JSON holds a %T", stored)
}
