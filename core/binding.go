package core

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Limits of bindings.
const (
	MaxBindings   = 50
	maxRemoteType = 200 // bytes of what a system calls a type
)

// Binding is an account on a system where records live, that an admin has set up.
type Binding struct {
	ID        BindingID   `db:"id"`
	Name      string      `db:"name"`     // for people; unique among those that are there
	Provider  string      `db:"provider"` // the kind of system: a ProviderKind's name
	Settings  FieldValues `db:"settings"` // as its kind asks for them
	Sealed    string      `db:"sealed"`   // its keys; "": there are none
	Version   int64       `db:"version"`  // rises with every change of what is set
	CreatedAt Time        `db:"created_at"`
	RemovedAt Time        `db:"removed_at"` // zero: it is in use
	Reason    string      `db:"reason"`     // why its system did not take a record when it was asked last: a sentence; "": it answers
	Since     Time        `db:"since"`      // when Reason began; zero: it answers
	TriedAt   Time        `db:"tried_at"`   // when its system was first asked since it was set; zero: it was not
	Failures  int64       `db:"failures"`   // calls that came to nothing since its system took something, or refused it
	RestUntil Time        `db:"rest_until"` // when its system may be asked again; zero: at any time
}

// Check says whether there can be such a binding, as far as can be said without its provider. The error is Invalid, with the field.
func (b Binding) Check() error { return CheckName("name", b.Name) }

// ProviderKind is a kind of system where records live, and what an admin is asked for to set up an account on it. It is data.
type ProviderKind struct {
	Name     string // as bindings say it: hubspot
	Label    string // as people say it: HubSpot
	Settings Fields
	Keys     []KeyField
}

// KeyField is a key that a kind of system wants.
type KeyField struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Help  string `json:"help,omitempty"`
	Made  bool   `json:"made,omitempty"` // where it is not given, one is made, and shown once
}

// Fill reads the settings of an account: as they are kept, without those that are empty, with defaults where there are some. The error is Invalid, with the
// field: settings.<name>.
func (k ProviderKind) Fill(settings FieldValues) (FieldValues, error) {
	given := FieldValues{}
	for name, value := range settings {
		given[name] = strings.TrimSpace(value)
	}
	for _, f := range k.Settings {
		if given[f.Name] == "" && f.Default != "" {
			given[f.Name] = f.Default
		}
	}
	filled, err := RecordType{Fields: k.Settings}.Fill(given)
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Field == "fields" {
			e.Reason = "has one that this kind of system does not have"
		}
		e.Field = "settings" + strings.TrimPrefix(e.Field, "fields")
	}
	return filled, err
}

// checkBound says whether a type's binding and what its system calls the type go together.
func (t RecordType) checkBound() error {
	switch {
	case t.Binding == 0 && t.Remote != "":
		return invalid("remote", "is for a type whose records live elsewhere: name its binding")
	case t.Binding != 0 && (t.Remote == "" || len(t.Remote) > maxRemoteType || strings.ContainsFunc(t.Remote, control)):
		return invalid("remote", fmt.Sprintf("must be what the system calls the type, in 1 to %d bytes", maxRemoteType))
	}
	return nil
}

// System is what its provider calls the type.
func (t RecordType) System() string {
	if t.Binding == 0 {
		return t.ID.String()
	}
	return t.Remote
}

// Fared notes how a binding's system did when it was asked. What it refuses is no fault of its own, and being asked less often is usual. After a call
// that came to nothing the system is left alone for a while, whatever else it is owed. chance is for Pause.
func (b *Binding) Fared(asking error, now Time, chance float64) {
	e, reason := asError(asking), ""
	b.TriedAt = cmp.Or(b.TriedAt, now)
	if e == nil || e.Kind == "" || !e.passes() {
		b.Failures, b.RestUntil = 0, 0
	} else {
		b.RestUntil = now.Add(recordPause(e, b.Failures, chance))
		b.Failures++
		if e.Kind != Throttled {
			reason = e.trouble("It does not answer.")
		}
	}
	if reason != b.Reason {
		b.Reason, b.Since = reason, now
	}
	if reason == "" {
		b.Since = 0
	}
}

// Rested lets a binding's system be asked at once, as one of which nothing is known.
func (b *Binding) Rested() { b.Reason, b.Since, b.TriedAt, b.Failures, b.RestUntil = "", 0, 0, 0, 0 }
