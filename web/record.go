package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"parley/core"
	"parley/core/store"
)

// Record is what was created from a session.
type Record struct {
	ID         string            `json:"id" example:"rec_5k"`
	Type       Ref               `json:"type"`
	Department string            `json:"department" doc:"its id"`
	Session    SessionRef        `json:"session"`
	Customer   string            `json:"customer" doc:"their name; empty until somebody tells"`
	Title      string            `json:"title" doc:"beginning of the first field that says something"`
	Fields     map[string]string `json:"fields" doc:"by their names: numbers as -12.5, dates as 2026-03-02, checkboxes as true or false; what is empty is missing"`
	Version    int64             `json:"version" doc:"rises with every edit"`
	State      string            `json:"state" enum:"owed,kept,parked" doc:"owed: saved, and its provider will have it as soon as it answers; kept: it has it; parked: it does not take it as it is, an edit lets it try again"`
	Reason     string            `json:"reason,omitempty" doc:"a sentence for people: why it is parked or still owed, or not linked with the customer's account"`
	Address    string            `json:"address,omitempty" doc:"where people see it at its provider"`
	Author     Ref               `json:"author" doc:"who has created it; empty: a rule has"`
	Rule       string            `json:"rule,omitempty" doc:"what the rule was called that has created it"`
	CreatedAt  string            `json:"created_at" format:"date-time"`
	ChangedAt  string            `json:"changed_at" format:"date-time" doc:"when it was last edited, or its state changed"`
}

// SessionRef names a session.
type SessionRef struct {
	ID     string `json:"id"`
	Number int64  `json:"number"`
}

// RecordDetail is a record with what was changed in it.
type RecordDetail struct {
	Record
	Edits []RecordEdit `json:"edits" nullable:"false" doc:"the newest 100, newest first"`
}

// RecordEdit is one change of a record.
type RecordEdit struct {
	Version int64                   `json:"version" doc:"that it made"`
	At      string                  `json:"at" format:"date-time"`
	Agent   Ref                     `json:"agent" doc:"as they were called then"`
	Changes map[string]RecordChange `json:"changes" doc:"by the fields' names"`
}

// RecordChange is what a field said and says.
type RecordChange struct {
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// maxEdits is how many changes of a record are shown.
const maxEdits = 100

func recordOf(r store.RecordRow) Record {
	return Record{
		ID: r.ID.String(), Type: Ref{r.Type.String(), r.TypeName}, Department: r.Department.String(), Session: SessionRef{r.Session.String(), r.Number},
		Customer: r.Customer, Title: r.Title, Fields: r.Fields, Version: r.Version, State: string(r.State), Reason: r.Why(r.Record), Address: r.Address,
		Author: Ref{r.CreatedBy.String(), r.Author}, Rule: r.Rule, CreatedAt: r.CreatedAt.String(), ChangedAt: r.ChangedAt.String(),
	}
}

type (
	// NewRecord is a form that was filled in.
	NewRecord struct {
		Type    string            `json:"type" doc:"one of the session's department"`
		Fields  map[string]string `json:"fields" doc:"by their names, each written as its kind is"`
		Version int64             `json:"version,omitempty" minimum:"0" doc:"the type's as its form was shown; without it, whatever it is"`
	}
	// RecordFields are all that a record shall say.
	RecordFields struct {
		Fields  map[string]string `json:"fields" doc:"all of them, by their names: what is missing is emptied"`
		Version int64             `json:"version,omitempty" minimum:"0" doc:"the record's as it was seen; without it, whatever it is"`
	}
)

type (
	newRecordInput struct {
		Deed
		Body NewRecord
	}
	newRecordOutput struct {
		Status int
		Body   Record
	}
	setRecordInput struct {
		ID   string `path:"id" example:"rec_5k"`
		Key  string `header:"Idempotency-Key" doc:"the same again, with the same key, is done once"`
		Body RecordFields
	}
	onRecord struct {
		ID string `path:"id" example:"rec_5k"`
	}
	recordOutput  struct{ Body Record }
	detailOutput  struct{ Body RecordDetail }
	recordsOutput struct{ Body Page[Record] }
	recordsInput  struct {
		Type       string `query:"type" doc:"an id"`
		Department string `query:"department" doc:"an id"`
		State      string `query:"state" enum:"owed,kept,parked"`
		Q          string `query:"q" maxLength:"200" doc:"a part of the title"`
		Limit      int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
		After      string `query:"after" doc:"a page's next"`
	}
)

// createRecord is 201 for a new record, and 200 where the same form was sent already, by whomever: with the record that is there.
func (s *Server) createRecord(ctx context.Context, in *newRecordInput) (*newRecordOutput, error) {
	t, err := idOf("type", in.Body.Type, core.ParseID[core.RecordTypeID])
	if err != nil {
		return nil, err
	}
	done, err := s.perform(ctx, in.Deed, func(id core.SessionID) core.Deed {
		return core.CreateRecord{Session: id, Type: t, Fields: in.Body.Fields, Version: in.Body.Version}
	})
	if err != nil {
		return nil, err
	}
	row, err := s.store.Record(ctx, callerOf(ctx).actor.Scope(), done.Record)
	if err != nil {
		return nil, err
	}
	out := &newRecordOutput{Status: http.StatusCreated, Body: recordOf(row)}
	if done.Repeat || done.Event.ID == 0 {
		out.Status = http.StatusOK
	}
	return out, nil
}

// sessionRecords gives a session's records, oldest first.
func (s *Server) sessionRecords(ctx context.Context, in *struct{ OnSession }) (*struct{ Body List[Record] }, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	scope := callerOf(ctx).actor.Scope()
	if _, err := s.store.Session(ctx, scope, id); err != nil {
		return nil, err
	}
	rows, err := s.store.RecordsOf(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body List[Record] }{List[Record]{Items: []Record{}}}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, recordOf(r))
	}
	return out, nil
}

// records gives the records whose sessions one sees, newest first.
func (s *Server) records(ctx context.Context, in *recordsInput) (*recordsOutput, error) {
	filter, before, err := in.filter()
	if err != nil {
		return nil, err
	}
	rows, err := s.store.Records(ctx, callerOf(ctx).actor.Scope(), filter, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &recordsOutput{Page[Record]{Items: []Record{}}}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		out.Body.Next = rows[in.Limit-1].ID.String()
	}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, recordOf(r))
	}
	return out, nil
}

func (in *recordsInput) filter() (f store.RecordFilter, before core.RecordID, err error) {
	f.State, f.Title = core.RecordState(in.State), in.Q
	if in.Type != "" {
		if f.Type, err = idOf("type", in.Type, core.ParseID[core.RecordTypeID]); err != nil {
			return f, 0, err
		}
	}
	if in.Department != "" {
		if f.Department, err = idOf("department", in.Department, core.ParseID[core.DepartmentID]); err != nil {
			return f, 0, err
		}
	}
	if in.After != "" {
		if before, err = core.ParseID[core.RecordID](in.After); err != nil {
			return f, 0, refuse("after", "is not a page's next")
		}
	}
	return f, before, nil
}

// record gives one record with what was changed in it.
func (s *Server) record(ctx context.Context, in *onRecord) (*detailOutput, error) {
	row, err := s.recordSeen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	edits, err := s.store.RecordEdits(ctx, row.ID, maxEdits)
	if err != nil {
		return nil, err
	}
	out := &detailOutput{RecordDetail{Record: recordOf(row), Edits: []RecordEdit{}}}
	for _, e := range edits {
		edit := RecordEdit{Version: e.Version, At: e.At.String(), Agent: Ref{e.Agent.String(), e.Name}, Changes: map[string]RecordChange{}}
		if err := json.Unmarshal([]byte(e.Changes), &edit.Changes); err != nil {
			return nil, fmt.Errorf("read edit %d of %s: %w", e.Version, row.ID, err)
		}
		out.Body.Edits = append(out.Body.Edits, edit)
	}
	return out, nil
}

// setRecord gives a record other values.
func (s *Server) setRecord(ctx context.Context, in *setRecordInput) (*recordOutput, error) {
	row, err := s.recordSeen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.do(ctx, core.EditRecord{Session: row.Session, Record: row.ID, Fields: in.Body.Fields, Version: in.Body.Version}, in.Key); err != nil {
		return nil, err
	}
	if row, err = s.recordSeen(ctx, in.ID); err != nil {
		return nil, err
	}
	return &recordOutput{recordOf(row)}, nil
}

// recordSeen gives a record whose session the caller sees.
func (s *Server) recordSeen(ctx context.Context, id string) (store.RecordRow, error) {
	r, err := core.ParseID[core.RecordID](id)
	if err != nil {
		return store.RecordRow{}, err
	}
	return s.store.Record(ctx, callerOf(ctx).actor.Scope(), r)
}
