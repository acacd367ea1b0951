package core

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Limits of rules, in bytes where they are of texts.
const (
	MaxRecordRules = 50   // of a department
	MaxRuleText    = 2000 // of its condition, and of what it writes into one field
)

// RuleOpens begins, in what a rule writes into a field, an expression that ends with RuleCloses. All else is written as it stands.
const (
	RuleOpens  = "{{"
	RuleCloses = "}}"
)

// RuleEvents lists what a rule can wait for. Records are not among it: what a rule creates sets no other off.
var RuleEvents = []HookEvent{HookStarted, HookAssigned, HookEnded, HookRated, HookMessage, HookOffline}

// RecordRule creates a record of each event of a kind for which a condition holds (FEATURES F3). With a type of accounts it matches the session's customer
// with the account that has their e-mail address or phone number, or registers them where none has (F2).
type RecordRule struct {
	ID         RecordRuleID `db:"id"`
	Department DepartmentID `db:"department"`
	Name       string       `db:"name"`      // for people; unique in the department
	On         HookEvent    `db:"event"`     // what it waits for
	When       string       `db:"condition"` // an expression; "": always
	Type       RecordTypeID `db:"type"`      // of the department
	Fields     FieldValues  `db:"fields"`    // what it writes, by the fields' names; those that are missing get what a form begins with
	EnabledAt  Time         `db:"enabled_at"`
	Version    int64        `db:"version"` // rises with every change
	CreatedAt  Time         `db:"created_at"`

	RuleFailure
}

// RuleFailure is what a rule could not do since it was last changed.
type RuleFailure struct {
	Failures int64 `db:"failures"`  // events of which it could not create what it should
	FailedAt Time  `db:"failed_at"` // the last one

	RuleFault // of the last one
}

// RuleFault says why a rule could not do what it should; the zero one, that it could.
type RuleFault struct {
	Field  string `db:"field"`  // where, as its refusals say: "fields.subject"; "": at no place of its own
	Reason string `db:"reason"` // a sentence for people, with the field's label
}

// Enabled tells whether it creates anything.
func (r RecordRule) Enabled() bool { return r.EnabledAt != 0 }

// Wants tells whether the rule waits for an event, told as that, of a session.
func (r RecordRule) Wants(e Event, as HookEvent, s Session) bool {
	return r.On == as && r.Enabled() && e.At >= r.EnabledAt && r.Department == e.Department && r.Department == s.Department
}

// Check says what can be said of a rule without its type, and without reading its expressions. The error is Invalid, with the field.
func (r RecordRule) Check() error {
	switch {
	case !slices.Contains(RuleEvents, r.On):
		return invalid("on", "must be session.started, session.assigned, session.ended, message.created or message.offline")
	case r.Type == 0:
		return invalid("type", "is missing")
	case len(r.Fields) > MaxFields:
		return invalid("fields", "are too many")
	}
	for name, text := range r.Fields {
		if err := checkBytes("fields."+name, text, MaxRuleText); err != nil {
			return err
		}
	}
	return cmp.Or(CheckName("name", r.Name), checkBytes("when", r.When, MaxRuleText))
}

// Fits says whether what a rule writes goes into fields of its type that are there, and may. What expressions come to, and fields that the rule does not
// name, is known only when it runs.
func (r RecordRule) Fits(t RecordType) error {
	for name, text := range r.Fields {
		i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name })
		if i < 0 {
			return invalid("fields", "has a field that this kind of record does not have")
		}
		if strings.Contains(text, RuleOpens) {
			continue
		}
		if _, err := (RecordType{Fields: t.Fields[i : i+1]}).Fill(FieldValues{name: text}); err != nil {
			return err
		}
	}
	return nil
}

// RuleFind is an event for which a rule's condition holds, or for which the rule fails.
type RuleFind struct {
	Rule    RecordRuleID
	Event   EventID
	Session SessionID
	Form    FieldValues // what is to be created
	Fault   RuleFault   // why it cannot be
}

// RatingForm is what a rule's record of a session's ratings is known by: there is one, whatever its fields say.
func RatingForm(r RecordRuleID, s SessionID) string { return fmt.Sprintf("rating %s %s", r, s) }

// label is what people call a field.
func (t RecordType) label(name string) string {
	for _, f := range t.Fields {
		if f.Name == name {
			return "“" + f.Label + "”"
		}
	}
	return name
}

// RuleFaultOf says of an error that a rule has met what is wrong with a form of that type; the zero one of an error that is not the rule's: that is to be
// tried again.
func RuleFaultOf(err error, t RecordType) RuleFault {
	switch KindOf(err) {
	case Invalid, Forbidden, NotFound, Gone, Taken, Exists:
	default:
		return RuleFault{}
	}
	e := asError(err)
	reason := cmp.Or(e.Reason, "It was refused, and nobody has said why.")
	if name, ok := strings.CutPrefix(e.Field, "fields."); ok {
		return RuleFault{e.Field, fmt.Sprintf("The field %s %s.", t.label(name), reason)}
	}
	if e.Field != "" && !strings.HasSuffix(reason, ".") {
		reason = fmt.Sprintf("%s %s.", e.Field, reason)
	}
	return RuleFault{e.Field, reason}
}
