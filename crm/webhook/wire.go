package webhook

import (
	"encoding/json"
	"fmt"

	"parley/core"
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

type found struct {
	Records []record `json:"records"`
}

func (r record) fits(fields core.FieldValues) bool {
	for name, want := range fields {
		if r.Fields[name] != want {
			return false
		}
	}
	return true
}

type described struct {
	Types []struct {
		Name   string      `json:"name"`
		Label  string      `json:"label"`
		Fields core.Fields `json:"fields"`
	} `json:"types"`
}

// types gives what was described, if types of records can be made of it: whoever builds the system is told what is wrong.
func (d described) types() ([]core.RemoteType, error) {
	types, names := []core.RemoteType{}, map[string]bool{}
	for i, t := range d.Types {
		reason := ""
		switch {
		case t.Name == "" || t.Label == "":
			reason = fmt.Sprintf("types[%d] has no name or no label", i)
		case names[t.Name]:
			reason = fmt.Sprintf("types[%d] has the name of another", i)
		}
		names[t.Name] = true
		fields := map[string]bool{}
		for j, f := range t.Fields {
			if err := (core.RecordType{Name: "one field", Use: core.UseRecord, Fields: core.Fields{f}}).Check(); err != nil || fields[f.Name] {
				reason = fmt.Sprintf("types[%d].fields[%d] is none, or there twice: see the README of crm/webhook", i, j)
			}
			fields[f.Name] = true
		}
		if reason != "" {
			return nil, &core.Error{Op: "webhook.Describe", Kind: core.Invalid, Field: "types", Reason: "The answer cannot be used: " + reason + "."}
		}
		types = append(types, core.RemoteType{Name: t.Name, Label: t.Label, Fields: t.Fields})
	}
	return types, nil
}
