package web

import (
	"context"
	"slices"

	"parley/core"
)

// RecordType is a type of record that a department creates from its sessions.
type RecordType struct {
	ID         string `json:"id" example:"rct_5k"`
	Department string `json:"department" doc:"its id"`
	Use        string `json:"use" enum:"record,account" doc:"record: created from sessions; account: who their customers are"`
	RecordForm
	Home
	Version int64 `json:"version" doc:"rises with every change"`
}

// Home is where a type's records live. It stays as it is when the type is added.
type Home struct {
	Binding string `json:"binding,omitempty" doc:"the id of the account on the system that keeps its records; missing: Parley keeps them"`
	Remote  string `json:"remote,omitempty" doc:"of a binding: what its system calls the type"`
}

// RecordForm is what a type is called and asks for.
type RecordForm struct {
	Name   string  `json:"name" doc:"for people, such as Complaint; unique in the department"`
	Fields []Field `json:"fields" nullable:"false" minItems:"1" maxItems:"50" doc:"in the order of the form"`
}

// Field is a field of a record.
type Field struct {
	Name     string   `json:"name" doc:"1 to 64 small letters, digits and _; unique in the type, and the same wherever the record goes"`
	Label    string   `json:"label" doc:"for people"`
	Kind     string   `json:"kind" enum:"text,number,choice,date,email,phone,checkbox"`
	Required bool     `json:"required,omitempty" doc:"of a checkbox: it must be true"`
	Default  string   `json:"default,omitempty" doc:"what a form begins with, as a value is written"`
	Help     string   `json:"help,omitempty"`
	Choices  []string `json:"choices,omitempty" nullable:"false" maxItems:"100" doc:"of a choice"`
}

// RecordStart is a type of record with what a form of it begins with, for one session.
type RecordStart struct {
	RecordType
	Values map[string]string `json:"values" doc:"by the fields' names: their defaults, and what is known of the session and its customer; what begins empty is missing"`
}

// NewRecordType is a type that is to be added.
type NewRecordType struct {
	Department string `json:"department" doc:"its id"`
	Use        string `json:"use,omitempty" enum:"record,account" doc:"record, if left out: created from sessions; account: who their customers are, one type in a department; it stays so"`
	RecordForm
	Home
}

// RecordTypeChange replaces what a type is called and asks for.
type RecordTypeChange struct {
	RecordForm
	Version int64 `json:"version,omitempty" minimum:"0" doc:"the type's as it was seen; without it, whatever it is"`
}

type (
	recordFormsInput struct {
		OnSession
		Use string `query:"use" enum:"record,account" default:"record" doc:"account: by which the customer is registered"`
	}
	recordTypesInput struct {
		Department string `query:"department" doc:"an id"`
	}
	recordTypesOutput  struct{ Body List[RecordType] }
	recordTypeOutput   struct{ Body RecordType }
	addRecordTypeInput struct{ Body NewRecordType }
	setRecordTypeInput struct {
		ID   string `path:"id" example:"rct_5k"`
		Body RecordTypeChange
	}
	recordTypeInput struct {
		ID   string `path:"id" example:"rct_5k"`
		Body Nothing
	}
)

func recordTypeOf(t core.RecordType) RecordType {
	out := RecordType{ID: t.ID.String(), Department: t.Department.String(), Use: string(t.Use), RecordForm: RecordForm{Name: t.Name}, Version: t.Version}
	out.Fields, out.Binding, out.Remote = fieldsOf(t.Fields), t.Binding.String(), t.Remote
	return out
}

func fieldsOf(fields core.Fields) []Field {
	all := []Field{}
	for _, f := range fields {
		all = append(all, Field{f.Name, f.Label, string(f.Kind), f.Required, f.Default, f.Help, f.Choices})
	}
	return all
}

func (f RecordForm) fields() (all core.Fields) {
	for _, each := range f.Fields {
		all = append(all, core.Field{
			Name: each.Name, Label: each.Label, Kind: core.FieldKind(each.Kind), Required: each.Required, Default: each.Default, Help: each.Help,
			Choices: each.Choices,
		})
	}
	return all
}

// recordTypes gives the types of the departments where one has a role, or, to an admin, of all.
func (s *Server) recordTypes(ctx context.Context, in *recordTypesInput) (*recordTypesOutput, error) {
	actor := callerOf(ctx).actor
	departments := actor.Scope().Departments
	if actor.Agent.Admin {
		all, err := s.store.AllDepartments(ctx)
		if err != nil {
			return nil, err
		}
		departments = nil
		for _, d := range all {
			departments = append(departments, d.ID)
		}
	}
	if in.Department != "" {
		d, err := idOf("department", in.Department, core.ParseID[core.DepartmentID])
		if err != nil {
			return nil, err
		}
		departments = slices.DeleteFunc(slices.Clone(departments), func(each core.DepartmentID) bool { return each != d })
	}
	types, err := s.store.RecordTypes(ctx, departments)
	if err != nil {
		return nil, err
	}
	out := &recordTypesOutput{List[RecordType]{Items: []RecordType{}}}
	for _, t := range types {
		out.Body.Items = append(out.Body.Items, recordTypeOf(t))
	}
	return out, nil
}

// recordForms gives what can be created from a session, or by what its customer is registered.
func (s *Server) recordForms(ctx context.Context, in *recordFormsInput) (*struct{ Body List[RecordStart] }, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	forms, err := s.store.RecordForms(ctx, callerOf(ctx).actor.Scope(), id, core.RecordUse(in.Use))
	if err != nil {
		return nil, err
	}
	out := &struct{ Body List[RecordStart] }{List[RecordStart]{Items: []RecordStart{}}}
	for _, f := range forms {
		out.Body.Items = append(out.Body.Items, RecordStart{recordTypeOf(f.RecordType), f.Values})
	}
	return out, nil
}

func (s *Server) addRecordType(ctx context.Context, in *addRecordTypeInput) (*recordTypeOutput, error) {
	d, err := s.department(ctx, in.Body.Department)
	if core.KindOf(err) == core.NotFound {
		return nil, refuse("department", "is none")
	}
	if err != nil {
		return nil, err
	}
	t := core.RecordType{Department: d, Use: core.RecordUse(in.Body.Use), Name: in.Body.Name, Remote: in.Body.Remote, Fields: in.Body.fields()}
	if in.Body.Binding != "" {
		if t.Binding, err = idOf("binding", in.Body.Binding, core.ParseID[core.BindingID]); err != nil {
			return nil, err
		}
	}
	return s.putRecordType(ctx, t, 0)
}

func (s *Server) setRecordType(ctx context.Context, in *setRecordTypeInput) (*recordTypeOutput, error) {
	id, err := core.ParseID[core.RecordTypeID](in.ID)
	if err != nil {
		return nil, err
	}
	return s.putRecordType(ctx, core.RecordType{ID: id, Name: in.Body.Name, Fields: in.Body.fields()}, in.Body.Version)
}

func (s *Server) putRecordType(ctx context.Context, t core.RecordType, version int64) (*recordTypeOutput, error) {
	t, err := s.hub.SetRecordType(ctx, callerOf(ctx).actor, t, version)
	if err != nil {
		return nil, err
	}
	return &recordTypeOutput{recordTypeOf(t)}, nil
}

func (s *Server) removeRecordType(ctx context.Context, in *recordTypeInput) (*struct{}, error) {
	id, err := core.ParseID[core.RecordTypeID](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.hub.RemoveRecordType(ctx, callerOf(ctx).actor, id)
}
