package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"parley/core"
	"parley/crm"
)

// message is the body of a call.
type message struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

// draft is a record that is to be made, or changed.
type draft struct {
	ID      string           `json:"id,omitempty"` // of a change: what the system calls it
	Record  string           `json:"record"`
	Type    string           `json:"type"`
	Fields  core.FieldValues `json:"fields"`
	Session string           `json:"session,omitempty"`
}

type query struct {
	Type   string           `json:"type"`
	Fields core.FieldValues `json:"fields"`
	Limit  int              `json:"limit"`
}

type ref struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type link struct {
	From ref `json:"from"`
	To   ref `json:"to"`
}

// record is one as the system tells of it.
type record struct {
	ID      id               `json:"id"`
	Address string           `json:"address"`
	Fields  core.FieldValues `json:"fields"`
}

// id is a text, or a number as many systems have it.
type id string

// UnmarshalJSON reads a text or a number.
func (i *id) UnmarshalJSON(b []byte) error {
	var n json.Number // takes both
	err := json.Unmarshal(b, &n)
	if err != nil {
		var text string
		err = json.Unmarshal(b, &text)
		n = json.Number(text)
	}
	*i = id(n)
	return err
}

// found is what was found. An answer without the member is none; null is a list without elements, as some languages write it.
type found struct {
	Records json.RawMessage `json:"records"`
}

// list reads what was found.
func (f found) list() (records []record, err error) {
	return records, json.Unmarshal(f.Records, &records)
}

type described struct {
	Types []struct {
		Name   string      `json:"name"`
		Label  string      `json:"label"`
		Fields core.Fields `json:"fields"`
	} `json:"types"`
}

// types gives what was described, if types of records can be made of it: whoever builds the system is told what is wrong. Nothing is left out, for a form
// without a field that the system wants would be refused with every record.
func (d described) types() ([]core.RemoteType, error) {
	types, names := []core.RemoteType{}, map[string]bool{}
	for i, t := range d.Types {
		reason := ""
		switch {
		case t.Name == "" || t.Label == "":
			reason = fmt.Sprintf("types[%d] has no name or no label", i)
		case names[t.Name]:
			reason = fmt.Sprintf("types[%d] has the name of another, %s", i, t.Name)
		default:
			reason = wrong(t.Name, t.Fields)
		}
		if reason != "" {
			return nil, &core.Error{Op: "webhook.Describe", Kind: core.Invalid, Field: "types", Reason: crm.Words("The receiver's answer cannot be used: "+reason+".", nil)}
		}
		names[t.Name] = true
		types = append(types, core.RemoteType{Name: t.Name, Label: t.Label, Fields: t.Fields})
	}
	return types, nil
}

// wrong says of the first field that a form cannot have why not, "" where it can have all.
func wrong(kind string, fields core.Fields) string {
	names := map[string]bool{}
	for _, f := range fields {
		if e, ok := errors.AsType[*core.Error](f.Check()); ok {
			return fmt.Sprintf("the %s of the field %q of %s %s", strings.TrimPrefix(e.Field, "field."), f.Name, kind, e.Reason)
		}
		if names[f.Name] {
			return fmt.Sprintf("the field %q of %s is there twice", f.Name, kind)
		}
		names[f.Name] = true
	}
	return ""
}
