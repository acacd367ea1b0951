package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
)

// formOf is what a new type asks for.
func formOf(ids *core.IDMaker) RecordForm {
	return RecordForm{Name: fmt.Sprint("Type ", ids.Next(1)), Fields: []Field{{Name: "subject", Label: "Subject", Kind: "text"}}}
}

// typeIn adds a type of record to a department: a subject, and an amount.
func (h *house) typeIn(d core.DepartmentID) core.RecordType {
	h.t.Helper()
	t, err := h.hub.SetRecordType(context.Background(), h.ada.Actor, core.RecordType{Department: d, Name: fmt.Sprint("Type ", h.ids.Next(1)), Fields: core.Fields{
		{Name: "subject", Label: "Subject", Kind: core.FieldText, Required: true}, {Name: "amount", Label: "=Amount", Kind: core.FieldNumber},
	}}, 0)
	check(h.t, err)
	return t
}

// complaint gives the one type of a department that tests of requests share.
func (h *house) complaint(d core.DepartmentID) core.RecordType {
	h.t.Helper()
	h.types.Lock()
	defer h.types.Unlock()
	if h.types.of == nil {
		h.types.of = map[core.DepartmentID]core.RecordType{}
	}
	if _, there := h.types.of[d]; !there {
		h.types.of[d] = h.typeIn(d)
	}
	return h.types.of[d]
}

func (h *house) departmentOf(id core.SessionID) core.DepartmentID {
	h.t.Helper()
	row, err := h.store.Session(context.Background(), core.Scope{Departments: []core.DepartmentID{h.support.ID, h.sales.ID}}, id)
	check(h.t, err)
	return row.Department
}

// recorded creates a record of a session.
func (h *house) recorded(who *person, id core.SessionID, fields core.FieldValues) core.RecordID {
	h.t.Helper()
	done, err := h.hub.Do(context.Background(), who.Actor, core.CreateRecord{Session: id, Type: h.complaint(h.departmentOf(id)).ID, Fields: fields}, "")
	check(h.t, err)
	return done.Record
}

func TestF1_TypesOfRecordsOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := RecordForm{Name: "Complaint", Fields: []Field{
		{Name: "subject", Label: "Subject", Kind: "text", Required: true, Help: "In a few words"},
		{Name: "reason", Label: "Reason", Kind: "choice", Choices: []string{"Late", "Broken"}, Default: "Late"},
	}}
	w := h.call(h.ada, "POST", "/api/v1/record-types", NewRecordType{Department: h.support.ID.String(), RecordForm: form})
	added := answer[RecordType](t, w, http.StatusCreated)
	if added.Version != 1 || len(added.Fields) != 2 || added.Fields[1].Default != "Late" {
		t.Errorf("got %+v", added)
	}
	if got := get[List[RecordType]](h, h.anna, "/api/v1/record-types").Items; len(got) != 1 || got[0].ID != added.ID {
		t.Errorf("an operator: got %+v", got)
	}
	if got := get[List[RecordType]](h, h.eve, "/api/v1/record-types?department="+h.support.ID.String()).Items; len(got) != 0 {
		t.Errorf("an operator elsewhere: got %+v", got)
	}
	bad := form
	bad.Fields = []Field{{Name: "Subject", Label: "Subject", Kind: "text"}}
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", NewRecordType{Department: h.support.ID.String(), RecordForm: bad}), http.StatusUnprocessableEntity, "invalid", "fields[0].name")
	refused(t, h.call(h.ada, "POST", "/api/v1/record-types", NewRecordType{Department: "dep_zz", RecordForm: form}), http.StatusUnprocessableEntity, "invalid", "department")
	path := "/api/v1/record-types/" + added.ID
	form.Fields = form.Fields[:1]
	if got := answer[RecordType](t, h.call(h.ada, "PUT", path, RecordTypeChange{RecordForm: form, Version: 1}), http.StatusOK); got.Version != 2 || len(got.Fields) != 1 {
		t.Errorf("got %+v", got)
	}
	refused(t, h.call(h.ada, "PUT", path, RecordTypeChange{RecordForm: bad, Version: 1}), http.StatusUnprocessableEntity, "invalid", "fields[0].name")
	form.Name = "Other"
	refused(t, h.call(h.ada, "PUT", path, RecordTypeChange{RecordForm: form, Version: 1}), http.StatusConflict, "taken", "")

	// A type that goes while its form is open.
	session := h.said(h.support, "carla", "hello")
	if w := h.call(h.ada, "DELETE", path, "{}"); w.Code != http.StatusNoContent {
		t.Errorf("got %d", w.Code)
	}
	refused(t, h.call(h.anna, "POST", "/api/v1/sessions/"+session.String()+"/records", NewRecord{Type: added.ID, Fields: map[string]string{"subject": "x"}}), http.StatusGone, "gone", "")
	if got := get[List[RecordType]](h, h.anna, "/api/v1/record-types").Items; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestF1_RecordsOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.said(h.support, "carla", "hello")
	kind := h.complaint(h.support.ID).ID.String()
	path := "/api/v1/sessions/" + session.String() + "/records"
	forms := get[List[RecordStart]](h, h.anna, "/api/v1/sessions/"+session.String()+"/record-forms").Items
	if len(forms) != 1 || forms[0].ID != kind || len(forms[0].Fields) != 2 || !maps.Equal(forms[0].Values, map[string]string{"subject": "hello"}) {
		t.Errorf("got %+v, want the one form, with how the session began", forms)
	}
	form := NewRecord{Type: kind, Version: 1, Fields: map[string]string{"subject": "Lamp", "amount": "12"}}
	made := answer[Record](t, h.call(h.anna, "POST", path, form), http.StatusCreated)
	if made.State != "owed" || made.Title != "Lamp" || made.Session.ID != session.String() || made.Author.Name != h.anna.Agent.Name {
		t.Errorf("got %+v", made)
	}
	if again := answer[Record](t, h.call(h.sofia, "POST", path, form), http.StatusOK); again.ID != made.ID {
		t.Errorf("the same form: got %s, want %s", again.ID, made.ID)
	}
	refused(t, h.call(h.anna, "POST", path, NewRecord{Type: kind, Fields: map[string]string{"amount": "12"}}), http.StatusUnprocessableEntity, "invalid", "fields.subject")
	refused(t, h.call(h.anna, "POST", path, NewRecord{Type: kind, Fields: map[string]string{"subject": strings.Repeat("x", 20<<10)}}), http.StatusUnprocessableEntity, "invalid", "fields.subject")
	refused(t, h.call(h.anna, "POST", path, NewRecord{Type: kind, Fields: map[string]string{"subject": strings.Repeat("x", 1<<20)}}), http.StatusRequestEntityTooLarge, "too_large", "")
	refused(t, h.call(h.anna, "POST", path, NewRecord{Type: "x", Fields: map[string]string{}}), http.StatusUnprocessableEntity, "invalid", "type")
	refused(t, h.call(h.anna, "POST", path, NewRecord{Type: kind, Version: 7, Fields: form.Fields}), http.StatusConflict, "taken", "")

	edit := RecordFields{Fields: map[string]string{"subject": "Lamp, broken"}, Version: 1}
	if got := answer[Record](t, h.call(h.sofia, "PUT", "/api/v1/records/"+made.ID, edit), http.StatusOK); got.Version != 2 || got.Fields["amount"] != "" {
		t.Errorf("got %+v", got)
	}
	refused(t, h.call(h.anna, "PUT", "/api/v1/records/"+made.ID, edit), http.StatusConflict, "taken", "")
	detail := get[RecordDetail](h, h.anna, "/api/v1/records/"+made.ID)
	if len(detail.Edits) != 1 || detail.Edits[0].Changes["amount"] != (RecordChange{Before: "12"}) || detail.Edits[0].Agent.ID != h.sofia.Agent.ID.String() {
		t.Errorf("got %+v", detail.Edits)
	}
	if got := get[List[Record]](h, h.anna, path).Items; len(got) != 1 || got[0].Title != "Lamp, broken" {
		t.Errorf("got %+v", got)
	}
	for _, e := range get[EventPage](h, h.anna, "/api/v1/sessions/"+session.String()+"/messages").Items {
		if strings.HasPrefix(e.Kind, "record_") && (e.Audience != "agents" || e.Record == nil || e.Record.ID != made.ID) {
			t.Errorf("got %+v", e)
		}
	}
}

func TestF1_RecordsAreListedInPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	mine, theirs := h.said(h.support, "carla", "hello"), h.said(h.sales, "dora", "hello")
	var want []string
	for i := range 5 {
		want = append(want, h.recorded(h.anna, mine, core.FieldValues{"subject": fmt.Sprint("Lamp 100% ", i)}).String())
	}
	other := h.recorded(h.eve, theirs, core.FieldValues{"subject": "Chair"})
	slices.Reverse(want)
	var got []string
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		page := get[Page[Record]](h, h.anna, "/api/v1/records?limit=2&after="+next)
		for _, r := range page.Items {
			got = append(got, r.ID)
		}
		if next = page.Next; pages > 3 {
			t.Fatal("the pages do not end")
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for query, count := range map[string]int{
		"?q=lamp": 5, "?q=100%25": 5, "?q=1_0": 0, "?q=LAMP+100%25+3": 1, "?state=owed": 5, "?state=parked": 0, "?type=" + h.complaint(h.support.ID).ID.String(): 5,
		"?type=" + h.complaint(h.sales.ID).ID.String(): 0, "?department=" + h.sales.ID.String(): 0,
	} {
		if got := len(get[Page[Record]](h, h.anna, "/api/v1/records"+query).Items); got != count {
			t.Errorf("%s: got %d, want %d", query, got, count)
		}
	}
	if got := get[Page[Record]](h, h.eve, "/api/v1/records").Items; len(got) != 1 || got[0].ID != other.String() {
		t.Errorf("elsewhere: got %+v", got)
	}
	refused(t, h.call(h.anna, "GET", "/api/v1/records?after=x", nil), http.StatusUnprocessableEntity, "invalid", "after")
}

// SECURITY 16 and 34: a table that no spreadsheet runs, and nothing of others in it.
func TestRecordsAreExportedAsATable16And34(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.said(h.support, "carla", "hello")
	texts := []string{"=HYPERLINK(1)", "+49", "-x", "@SUM(A1)", "\t=1", "plain, \"quoted\"\nand longer"}
	for _, text := range texts {
		h.recorded(h.anna, session, core.FieldValues{"subject": text, "amount": "-5"})
	}
	h.recorded(h.eve, h.said(h.sales, "dora", "hello"), core.FieldValues{"subject": "CANARY"})
	w := h.call(h.sofia, "GET", "/api/v1/record-types/"+h.complaint(h.support.ID).ID.String()+"/export", nil)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != csvType || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("got %d, %v", w.Code, w.Header())
	}
	rows, err := csv.NewReader(w.Body).ReadAll()
	check(t, err)
	if len(rows) != len(texts)+1 || rows[0][9] != "'=Amount" {
		t.Fatalf("got %d rows, %v", len(rows), rows[0])
	}
	for i, row := range rows[1:] {
		text := texts[len(texts)-1-i]
		if strings.ContainsAny(text[:1], "=+-@\t") {
			text = "'" + text
		}
		if row[8] != text || row[9] != "-5" || strings.Contains(strings.Join(row, " "), "CANARY") {
			t.Errorf("got %q, want %q in it", row, text)
		}
	}
	if got := get[Page[AuditEntry]](h, h.ada, "/api/v1/audit?action=records.exported").Items; len(got) != 1 {
		t.Errorf("got %d entries, want the export noted", len(got))
	}
}

func TestF3_WhatAHookIsToldOfARecord(t *testing.T) {
	t.Parallel()
	r := core.Record{ID: 5, Title: "Lamp", State: core.RecordOwed}
	e := core.Event{ID: 9, At: 1, Kind: core.EventRecordCreated, Session: 7, Audience: core.AgentsOnly, Data: core.Extra{Record: r.Mark(core.RecordType{Name: "Complaint"})}.Data()}
	body, err := HookBody(core.HookRecord, e, store.Summary{Session: core.Session{ID: 7}})
	check(t, err)
	if want := `"record":{"id":"rec_5","type":"Complaint","title":"Lamp","state":"owed"}`; !strings.Contains(string(body), want) || !strings.Contains(string(body), `"type":"record.created"`) {
		t.Errorf("got %s, want %s in it", body, want)
	}
}
