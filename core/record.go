package core

import (
	"cmp"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Limits of types and records, in bytes where they are of texts.
const (
	MaxRecordTypes = 50 // of a department
	MaxFields      = 50
	MaxChoices     = 100
	MaxFieldText   = 16 << 10 // of one field
	MaxFieldTexts  = 64 << 10 // of all fields of a record
)

// RecordType is a type of record that a department creates from its sessions, as an admin has defined it. Where a department has none, nobody is
// offered to create any.
type RecordType struct {
	ID         RecordTypeID `db:"id"`
	Department DepartmentID `db:"department"`
	Name       string       `db:"name"`    // for people: Complaint; unique in the department
	Binding    BindingID    `db:"binding"` // whose provider keeps its records; zero: Parley itself
	Use        RecordUse    `db:"use"`     // a department has one for accounts at most
	Remote     string       `db:"remote"`  // what that provider's system calls the type; "" if Parley keeps them
	Fields     Fields       `db:"fields"`
	Version    int64        `db:"version"` // rises with every change
	CreatedAt  Time         `db:"created_at"`
	RemovedAt  Time         `db:"removed_at"` // zero: it is offered
}

// Fields are the fields of a type, in the order of its form.
type Fields []Field

// Value stores the fields as JSON.
func (f Fields) Value() (driver.Value, error) {
	b, err := json.Marshal(f)
	return string(b), err
}

// Scan reads what Value has stored.
func (f *Fields) Scan(stored any) error { return scanJSON(stored, f) }

// Check says whether there can be such a type. The error is Invalid, with the field.
func (t RecordType) Check() error {
	if err := CheckName("name", t.Name); err != nil {
		return err
	}
	if !slices.Contains(RecordUses, t.Use) {
		return invalid("use", "must be record or account")
	}
	if err := t.checkBound(); err != nil {
		return err
	}
	if len(t.Fields) == 0 || len(t.Fields) > MaxFields {
		return invalid("fields", "must be from 1 to 50")
	}
	names := map[string]bool{}
	for i, f := range t.Fields {
		at := fmt.Sprintf("fields[%d]", i)
		if err := f.check(at); err != nil {
			return err
		}
		if names[f.Name] {
			return invalid(at+".name", "is another field's too")
		}
		names[f.Name] = true
	}
	return nil
}

// Check says whether a type can have such a field. The error is Invalid, with what is wrong: field.name, field.choices.
func (f Field) Check() error { return f.check("field") }

// check says whether there can be such a field; at is where it stands.
func (f Field) check(at string) error {
	named := func(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }
	switch {
	case f.Name == "" || len(f.Name) > 64 || strings.ContainsFunc(f.Name, named):
		return invalid(at+".name", "must be 1 to 64 small letters, digits and _")
	case !slices.Contains(FieldKinds, f.Kind):
		return invalid(at+".kind", "must be text, number, choice, date, email, phone or checkbox")
	case f.Kind == FieldChoice && (len(f.Choices) == 0 || len(f.Choices) > MaxChoices):
		return invalid(at+".choices", "must be from 1 to 100")
	case f.Kind != FieldChoice && len(f.Choices) > 0:
		return invalid(at+".choices", "are for a choice")
	}
	for i, c := range f.Choices {
		if err := CheckName(at+".choices", c); err != nil {
			return err
		}
		if slices.Contains(f.Choices[:i], c) {
			return invalid(at+".choices", "has the same twice")
		}
	}
	if _, err := f.read(f.Default); err != nil {
		return invalid(at+".default", reasonOf(err))
	}
	return cmp.Or(CheckName(at+".label", f.Label), checkBytes(at+".help", f.Help, 1000))
}

// reasonOf gives an error's sentence.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// Fill reads what a form says: the values as they are kept, without those that are empty. The error is Invalid, with the field: fields.<name>.
func (t RecordType) Fill(form FieldValues) (FieldValues, error) {
	values, size := FieldValues{}, 0
	for _, f := range t.Fields {
		value, err := f.read(form[f.Name])
		if err != nil {
			return nil, err
		}
		if value == "" && f.Required || f.Kind == FieldCheckbox && f.Required && value != "true" {
			return nil, invalid("fields."+f.Name, "must be filled in")
		}
		if value != "" {
			values[f.Name] = value
		}
		size += len(value)
	}
	for name := range form {
		if !slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Name == name }) {
			return nil, invalid("fields", "has a field that this kind of record does not have")
		}
	}
	if size > MaxFieldTexts {
		return nil, invalid("fields", "are too long together")
	}
	return values, nil
}

// Whole gives the values of all fields, "" for those that have none.
func (t RecordType) Whole(values FieldValues) FieldValues {
	whole := FieldValues{}
	for _, f := range t.Fields {
		whole[f.Name] = values[f.Name]
	}
	return whole
}

// check says what can be said of a form without its type.
func (f FieldValues) check() error {
	if len(f) > MaxFields {
		return invalid("fields", "are too many")
	}
	size := 0
	for name, value := range f {
		size += len(name) + len(value)
	}
	if size > 2*MaxFieldTexts {
		return invalid("fields", "are too long together")
	}
	return nil
}

// read gives a value as it is written; "" is none.
func (f Field) read(s string) (string, error) {
	at := "fields." + f.Name
	if err := checkBytes(at, s, MaxFieldText); err != nil {
		return "", err
	}
	if f.Kind != FieldText {
		s = strings.TrimSpace(s)
	}
	if strings.TrimSpace(s) == "" {
		return "", nil
	}
	switch f.Kind {
	case FieldText:
		if strings.ContainsFunc(s, func(r rune) bool { return control(r) && r != '\t' && r != '\n' && r != '\r' }) {
			return "", invalid(at, "has control characters")
		}
	case FieldNumber:
		if !decimal(s) {
			return "", invalid(at, "must be a number such as -12.5")
		}
	case FieldChoice:
		if !slices.Contains(f.Choices, s) {
			return "", invalid(at, "must be one of its choices")
		}
	case FieldDate:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "", invalid(at, "must be a date such as 2026-03-02")
		}
	case FieldEmail:
		if s = FoldEmail(s); CheckEmail(s) != nil {
			return "", invalid(at, "is not an e-mail address")
		}
	case FieldPhone:
		return phone(at, s)
	case FieldCheckbox:
		if _, err := strconv.ParseBool(s); err != nil || s != "true" && s != "false" {
			return "", invalid(at, "must be true or false")
		}
	}
	return s, nil
}

// decimal tells whether s is a number, written with digits alone.
func decimal(s string) bool {
	whole, part, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	digits := func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	}
	return len(s) <= 40 && digits(whole) && (!point || digits(part))
}

// phone gives a number without what people put between its digits.
func phone(at, s string) (string, error) {
	number := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-./()", r) {
			return -1
		}
		return r
	}, s)
	digits := strings.TrimPrefix(number, "+")
	if len(digits) < 3 || len(digits) > 20 || !decimal(digits) || strings.Contains(digits, ".") {
		return "", invalid(at, "must be a phone number such as +49 30 123456")
	}
	return number, nil
}

// RecordState says how far a record has come.
type RecordState string

// The states of a record.
const (
	RecordOwed   RecordState = "owed"   // it is saved here, and its provider will have it as soon as it answers
	RecordKept   RecordState = "kept"   // its provider has it as it stands here
	RecordParked RecordState = "parked" // its provider does not take it as it is; Reason says why. An edit lets it try again
)

// RecordStates lists all states.
var RecordStates = []RecordState{RecordOwed, RecordKept, RecordParked}

// Record is what was created from a session, or the account of its customer.
type Record struct {
	ID         RecordID     `db:"id"`
	Type       RecordTypeID `db:"type"`
	Binding    BindingID    `db:"binding"` // as its type's was then
	Department DepartmentID `db:"department"`
	Session    SessionID    `db:"session"`
	Form       string       `db:"form"` // what session, type and form come to: unique
	Title      string       `db:"title"`
	Fields     FieldValues  `db:"fields"`
	Version    int64        `db:"version"` // rises with every edit
	State      RecordState  `db:"state"`
	Reason     string       `db:"reason"`   // a sentence for people: why it is parked, or why it is still owed
	Remote     RemoteID     `db:"remote"`   // what the provider calls it; "" until that has it
	Address    string       `db:"address"`  // where people see it there; "" where they cannot
	Attempts   int64        `db:"attempts"` // failed ones, since it was owed last
	DueAt      Time         `db:"due_at"`   // owed: when the provider may be asked
	CreatedAt  Time         `db:"created_at"`
	CreatedBy  AgentID      `db:"created_by"`  // zero: a rule
	Rule       string       `db:"rule"`        // what that was called then; "": an agent has created it
	Linked     RecordID     `db:"linked"`      // the customer's account that the provider has it linked with; zero: none
	LinkDueAt  Time         `db:"link_due_at"` // when the provider may be asked to link it; zero: it need not be
	ChangedAt  Time         `db:"changed_at"`  // when it was last edited, or its state changed: while it is owed, since when it is
}

// NewRecord makes a record of a type that is to be kept, from a form as Fill has read it.
func NewRecord(id RecordID, t RecordType, s Session, fields FieldValues, by AgentID, now Time) Record {
	return Record{
		ID: id, Type: t.ID, Binding: t.Binding, Department: s.Department, Session: s.ID, Form: t.formOf(s.ID, fields), Title: t.Title(fields), Fields: fields,
		Version: 1, State: RecordOwed, DueAt: now, CreatedAt: now, CreatedBy: by, ChangedAt: now,
	}
}

// formOf is what a form comes to: of the same session, or customer, the same type and values are the same record, whoever sends them, from wherever. A
// box that is not ticked says as much as one of which nothing is said.
func (t RecordType) formOf(of any, fields FieldValues) string {
	said := maps.Clone(fields)
	for _, f := range t.Fields {
		if f.Kind == FieldCheckbox && said[f.Name] == "false" {
			delete(said, f.Name)
		}
	}
	b, err := json.Marshal(said) // in the order of the names
	if err != nil {              // words always marshal
		panic(err)
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%s %s %s", of, t.ID, b))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// Title is what a record is called in lists: what its first field that says something in words says.
func (t RecordType) Title(fields FieldValues) string {
	for _, f := range t.Fields {
		if f.Kind != FieldCheckbox && fields[f.Name] != "" {
			return Content{Text: fields[f.Name]}.Preview()
		}
	}
	return t.Name
}

// Edit gives a record other values, and lets its provider have them.
func (r *Record) Edit(t RecordType, fields FieldValues, now Time) {
	r.Fields, r.Title = fields, t.Title(fields)
	r.Version++
	r.State, r.Reason, r.Attempts, r.DueAt, r.ChangedAt = RecordOwed, "", 0, now, now
}

// Call is what the provider knows the call by that brings it the record as it stands: the same at every attempt.
func (r Record) Call() string { return fmt.Sprintf("%s-%d", r.ID, r.Version) }

// RecordEdit is one change of a record.
type RecordEdit struct {
	Version int64   `db:"version"` // that it made
	At      Time    `db:"at"`
	Agent   AgentID `db:"agent"`
	Name    string  `db:"name"`    // what the agent was called then, or the rule
	Changes string  `db:"changes"` // a JSON object of Changes, by the fields' names
}

// Limits of trying.
const (
	maxRecordPause = time.Hour        // of what a provider asks for
	keyPause       = 30 * time.Second // at least, while its key is refused
)

// JudgeRecord says what a record becomes after its provider was asked: how it fares, and, while it is owed, when to ask again. None is given up: a
// provider that is down for a day has everything a day later. where is what people call its system, "" for Parley itself; chance is for Pause.
func (r *Record) JudgeRecord(err error, where string, now Time, chance float64) {
	e := asError(err)
	if e == nil {
		r.State, r.Reason, r.Attempts, r.DueAt, r.ChangedAt = RecordKept, "", 0, 0, now
		return
	}
	if e.passes() {
		r.Reason, r.DueAt = Saved(where, e.trouble("")), now.Add(recordPause(e, r.Attempts, chance))
		r.Attempts++
	} else {
		r.State, r.Reason, r.DueAt, r.ChangedAt = RecordParked, cmp.Or(e.Reason, "It was refused, and nobody has said why."), 0, now
	}
}

// passes tells whether a provider that was asked in vain is to be asked again: what it meets is no fault of what it was asked for. An error without a kind
// is of our own database.
func (e *Error) passes() bool {
	return slices.Contains([]Kind{Throttled, Busy, Unavailable, Uncertain, Unauthorized, ""}, e.Kind)
}

// trouble says why a call of a provider came to nothing; otherwise is for where nobody has said it.
func (e *Error) trouble(otherwise string) string {
	if e.Kind == Unauthorized {
		otherwise = "The key is refused: an admin has to give another."
	}
	return cmp.Or(e.Reason, otherwise)
}

// recordPause is for how long to wait after a call that came to nothing.
func recordPause(e *Error, attempts int64, chance float64) time.Duration {
	pause := max(min(e.RetryAfter, maxRecordPause), Pause(attempts, chance))
	if e.Kind == Unauthorized {
		return max(pause, keyPause)
	}
	return pause
}

// Saved says to agents that a record is safe, and why it is not where it shall be.
func Saved(where, reason string) string {
	if where == "" {
		return reason
	}
	return strings.TrimSpace("Saved here; it will reach " + where + " when that answers. " + reason)
}

// formulaBegins finds where a value begins like a formula, or would if a spreadsheet split it at semicolons, tabs or lines.
var formulaBegins = regexp.MustCompile(`(^|[;\t\r\n])([\s\p{Z}\p{Cf}]*[=+\-@＝＋－＠])`)

// CSVText makes a value one that no spreadsheet runs as a formula: before what begins like one stands an apostrophe
// (https://owasp.org/www-community/attacks/CSV_Injection). Numbers are none.
func CSVText(s string) string {
	if decimal(s) {
		return s
	}
	return formulaBegins.ReplaceAllString(s, "$1'$2")
}

// Mark is what an event tells of the record; t is its type.
func (r Record) Mark(t RecordType) *RecordMark {
	return &RecordMark{ID: r.ID, Type: t.Name, Title: r.Title, State: r.State, Reason: r.Reason, Address: r.Address, Rule: r.Rule, Account: t.Use == UseAccount}
}
