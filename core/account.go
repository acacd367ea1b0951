package core

import (
	"cmp"
	"slices"
)

// RecordUse says what a type of record is for.
type RecordUse string

// The uses.
const (
	UseRecord  RecordUse = "record"  // what is created from a session, such as a request
	UseAccount RecordUse = "account" // who its customer is, in their later sessions too
)

// RecordUses lists all uses.
var RecordUses = []RecordUse{UseRecord, UseAccount}

// Accounts say where customers are matched with their accounts.
type Accounts struct {
	Web bool `json:"web" doc:"customers are matched with their accounts also where the department has no messenger, once it has a type of account"`
}

// Account says which record is a customer's account. They have one in each binding at most, and every department whose type of account has that
// binding shows it.
type Account struct {
	Customer CustomerID `db:"customer"`
	Binding  BindingID  `db:"binding"`
	Record   RecordID   `db:"record"`
	Session  SessionID  `db:"session"` // where somebody has said so
	At       Time       `db:"at"`
	Agent    AgentID    `db:"agent"` // zero: a rule
	Rule     string     `db:"rule"`  // what that was called then
}

// NewAccount makes a customer's account that is to be kept, from a form as Fill has read it. The same customer, type and values are the same account.
func NewAccount(id RecordID, t RecordType, s Session, c CustomerID, fields FieldValues, by AgentID, now Time) Record {
	r := NewRecord(id, t, s, fields, by, now)
	r.Form = t.formOf(c, fields)
	return r
}

// FoundAccount makes the account of a customer that its provider has already. The same type and remote id are the same account.
func FoundAccount(id RecordID, t RecordType, s Session, found RemoteRecord, by AgentID, now Time) Record {
	r := NewRecord(id, t, s, t.Known(found.Fields), by, now)
	r.Form = t.formOf(found.ID, nil)
	r.State, r.DueAt, r.Remote, r.Address = RecordKept, 0, found.ID, found.Address
	return r
}

// Known gives what of a provider's values the type's fields can say.
func (t RecordType) Known(values FieldValues) FieldValues {
	known, size := FieldValues{}, 0
	for _, f := range t.Fields {
		value, err := f.read(values[f.Name])
		if err != nil || value == "" || size+len(value) > MaxFieldTexts {
			continue
		}
		known[f.Name] = value
		size += len(value)
	}
	return known
}

// Queries gives by what an account is looked for, the surest first: all that was filled in of the type's fields, or else each e-mail address and phone
// number that its form begins with, and the customer's name, in the first field that takes words. The error is Invalid, with the field: fields.<name>.
func (t RecordType) Queries(said, begins FieldValues, customer string) ([]FieldValues, error) {
	query, err := t.query(said)
	if err != nil || len(query) > 0 {
		return []FieldValues{query}, err
	}
	queries := t.Reaches(begins)
	words := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Kind == FieldText })
	if customer != "" && words >= 0 {
		queries = append(queries, FieldValues{t.Fields[words].Name: customer})
	}
	if len(queries) == 0 {
		return nil, invalid("fields", "must say what to look for: nothing is known of this customer")
	}
	return queries, nil
}

// maxReached is how many addresses and numbers of a customer are looked for by themselves.
const maxReached = 3

// query reads what was filled in.
func (t RecordType) query(said FieldValues) (FieldValues, error) {
	if err := said.check(); err != nil {
		return nil, err
	}
	query := FieldValues{}
	for name, value := range said {
		i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name })
		if i < 0 {
			return nil, invalid("fields", "has a field that this kind of record does not have")
		}
		value, err := t.Fields[i].read(value)
		if err != nil {
			return nil, err
		}
		if value != "" {
			query[name] = value
		}
	}
	return query, nil
}

type (
	// MatchAccount says which account the session's customer has, as its provider has just found it, also when the session has ended. Theirs again
	// changes nothing.
	MatchAccount struct {
		Session SessionID
		Remote  RemoteID
		Found   RemoteRecord `json:"-"`
	}
	// RegisterAccount makes an account of the department's type for the session's customer. The same form twice is one account, whoever sends it.
	RegisterAccount struct {
		Session SessionID
		Type    RecordTypeID
		Fields  FieldValues
		Version int64 // the type's, as the actor saw its form; zero: whatever it is
	}
	// UnmatchAccount says that the account is not the customer's; it stays where it is. Of one who has none it changes nothing.
	UnmatchAccount struct{ Session SessionID }
)

func (MatchAccount) Verb() Verb    { return VerbMatchAccount }
func (RegisterAccount) Verb() Verb { return VerbRegisterAccount }
func (UnmatchAccount) Verb() Verb  { return VerbUnmatchAccount }

func (d MatchAccount) On() SessionID    { return d.Session }
func (d RegisterAccount) On() SessionID { return d.Session }
func (d UnmatchAccount) On() SessionID  { return d.Session }

// maxRemote bounds what a provider calls an account, and its address, in bytes.
const maxRemote = 2000

func (d MatchAccount) Check() error {
	if d.Remote == "" {
		return invalid("account", "is missing")
	}
	if err := checkBytes("account", string(d.Remote), maxRemote); err != nil {
		return err
	}
	return checkBytes("account", d.Found.Address, maxRemote)
}

func (d RegisterAccount) Check() error {
	return CreateRecord(d).Check()
}
func (UnmatchAccount) Check() error { return nil }

// FindError makes of a provider's error one that tells who looks for accounts what they can do: nothing was changed, and its key is not theirs.
func FindError(err error) error {
	e := asError(err)
	told := &Error{Op: "core.FindError", Kind: Unavailable, RetryAfter: e.RetryAfter, Err: err}
	switch e.Kind {
	case Throttled, Busy:
		told.Kind, told.Reason = e.Kind, e.Reason
	case Invalid:
		told.Kind, told.Field, told.Reason = Invalid, "fields", e.Reason
	case Unauthorized:
		told.Reason = "What keeps the accounts refuses its key: an admin has to give another."
	default:
		told.Reason = cmp.Or(e.Reason, "What keeps the accounts does not answer. Try again in a moment.")
	}
	return told
}
