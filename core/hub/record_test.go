package hub

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

// ada is an admin without a role.
func (s *shop) ada() core.Actor {
	return core.Actor{Agent: core.Agent{ID: s.sofia.Agent.ID, Admin: true, PublicName: "Ada"}}
}

// typed gives the type of record that Support creates: a subject, which it must have, and an amount.
func (s *shop) typed() core.RecordType {
	s.t.Helper()
	if s.complaint.ID == 0 {
		s.complaint = must(s.hub.SetRecordType(context.Background(), s.ada(), core.RecordType{Department: s.support, Name: "Complaint", Fields: core.Fields{
			{Name: "subject", Label: "Subject", Kind: core.FieldText, Required: true}, {Name: "amount", Label: "Amount", Kind: core.FieldNumber},
		}}, 0))
	}
	return s.complaint
}

// recorded creates a record.
func (s *shop) recorded(who core.Actor, id core.SessionID, fields core.FieldValues) core.RecordID {
	s.t.Helper()
	return must(s.hub.Do(context.Background(), who, core.CreateRecord{Session: id, Type: s.typed().ID, Fields: fields}, "")).Record
}

func TestF1_AnOperatorCreatesARecord(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "my lamp is broken")
		done := must(s.hub.Do(t.Context(), s.anna, core.CreateRecord{Session: id, Type: s.typed().ID, Version: 1, Fields: core.FieldValues{"subject": "Broken lamp", "amount": " 12.50 "}}, "k1"))
		x := must(core.ParseExtra(done.Event.Data))
		if done.Event.Kind != core.EventRecordCreated || done.Event.Audience != core.AgentsOnly || x.Record.ID != done.Record || x.Record.Title != "Broken lamp" || x.Record.State != core.RecordOwed {
			t.Errorf("got %+v, %+v", done.Event, x.Record)
		}
		scope := s.anna.Scope()
		row := must(s.store.Record(t.Context(), scope, done.Record))
		if row.Session != id || row.TypeName != "Complaint" || row.Author != "Anna Berg" || row.Fields["amount"] != "12.50" || row.State != core.RecordOwed {
			t.Errorf("got %+v", row)
		}
		again := must(s.hub.Do(t.Context(), s.anna, core.CreateRecord{Session: id, Type: s.typed().ID, Version: 1, Fields: core.FieldValues{"subject": "Broken lamp", "amount": " 12.50 "}}, "k1"))
		if !again.Repeat || again.Record != done.Record {
			t.Errorf("the same key: got %+v", again)
		}
		if _, err := s.store.Record(t.Context(), s.eve.Scope(), done.Record); core.KindOf(err) != core.NotFound {
			t.Errorf("a stranger to the department: got %v, want not_found", err)
		}
		if got := must(s.store.RecordsOf(t.Context(), s.eve.Scope(), id)); len(got) != 0 {
			t.Errorf("a stranger to the department: got %v", got)
		}
		s.healthy()
	})
}

// F1: two people who send the same form at the same moment, over one node or two, make one record, and both are told which.
func TestF1_TheSameFormAtOnceIsOneRecord(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.typed()
		other := s.hub // on SQLite there is one node
		if strings.HasPrefix(url, "postgres") {
			other = s.node(url)
		}
		for range 10 {
			id := s.write("carla", "hello")
			made := make([]core.RecordID, 8)
			var all sync.WaitGroup
			barrier := make(chan struct{})
			for i := range made {
				all.Go(func() {
					h, who := s.hub, s.anna
					if i%2 == 1 {
						h, who = other, s.sofia
					}
					<-barrier
					done, err := h.Do(t.Context(), who, core.CreateRecord{Session: id, Type: s.complaint.ID, Fields: core.FieldValues{"subject": "Same"}}, "")
					if err != nil {
						t.Error(err)
					}
					made[i] = done.Record
				})
			}
			close(barrier)
			all.Wait()
			rows := must(s.store.RecordsOf(t.Context(), s.anna.Scope(), id))
			if len(rows) != 1 {
				t.Fatalf("got %d records, want 1", len(rows))
			}
			for _, got := range made {
				if got != rows[0].ID {
					t.Errorf("got %s, want %s", got, rows[0].ID)
				}
			}
			s.do(s.sofia, core.End{Session: id})
		}
		s.healthy()
	})
}

func TestF1_AFormThatDoesNotHold(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	id := s.write("carla", "hello")
	kind := s.typed()
	theirs := must(s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{Department: s.sales, Name: "Lead", Fields: kind.Fields}, 0))
	changed := must(s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{Department: s.support, Name: "Request", Fields: kind.Fields}, 0))
	changed.Fields = changed.Fields[:1]
	changed = must(s.hub.SetRecordType(t.Context(), s.ada(), changed, 1))
	gone := must(s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{Department: s.support, Name: "Old", Fields: kind.Fields}, 0))
	if err := s.hub.RemoveRecordType(t.Context(), s.ada(), gone.ID); err != nil {
		t.Fatal(err)
	}
	good := core.FieldValues{"subject": "x"}
	for name, c := range map[string]struct {
		deed  core.CreateRecord
		kind  core.Kind
		field string
	}{
		"without a type":              {core.CreateRecord{Session: id, Fields: good}, core.Invalid, "type"},
		"of a type that is not there": {core.CreateRecord{Session: id, Type: 99, Fields: good}, core.NotFound, "type"},
		"of another department's":     {core.CreateRecord{Session: id, Type: theirs.ID, Fields: good}, core.NotFound, "type"},
		"of one that was removed":     {core.CreateRecord{Session: id, Type: gone.ID, Fields: good}, core.Gone, ""},
		"of one that has changed":     {core.CreateRecord{Session: id, Type: changed.ID, Version: 1, Fields: good}, core.Taken, ""},
		"with a field that went":      {core.CreateRecord{Session: id, Type: changed.ID, Fields: core.FieldValues{"subject": "x", "amount": "1"}}, core.Invalid, "fields"},
		"without what it must have":   {core.CreateRecord{Session: id, Type: kind.ID, Fields: core.FieldValues{"amount": "1"}}, core.Invalid, "fields.subject"},
		"with a word for a number":    {core.CreateRecord{Session: id, Type: kind.ID, Fields: core.FieldValues{"subject": "x", "amount": "one"}}, core.Invalid, "fields.amount"},
	} {
		_, err := s.hub.Do(t.Context(), s.anna, c.deed, "")
		if field := fieldOf(err); core.KindOf(err) != c.kind || field != c.field {
			t.Errorf("%s: got %v, want %s (%s)", name, err, c.kind, c.field)
		}
	}
	if got := must(s.store.RecordsOf(t.Context(), s.anna.Scope(), id)); len(got) != 0 {
		t.Errorf("got %v, want nothing created", got)
	}
}

func TestF1_ARecordIsEditedWithItsHistory(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "hello")
		r := s.recorded(s.anna, id, core.FieldValues{"subject": "Lamp", "amount": "1"})
		edit := core.EditRecord{Session: id, Record: r, Fields: core.FieldValues{"subject": "Lamp"}, Version: 1}
		done := must(s.hub.Do(t.Context(), s.sofia, edit, ""))
		if x := must(core.ParseExtra(done.Event.Data)); done.Event.Kind != core.EventRecordChanged || !x.Record.Edited || x.Record.State != core.RecordOwed {
			t.Errorf("got %+v, %+v", done.Event, x.Record)
		}
		edits := must(s.store.RecordEdits(t.Context(), r, 10))
		if len(edits) != 1 || edits[0].Agent != s.sofia.Agent.ID || edits[0].Version != 2 || edits[0].Changes != `{"amount":{"before":"1"}}` {
			t.Errorf("got %+v", edits)
		}
		if _, err := s.hub.Do(t.Context(), s.anna, edit, ""); core.KindOf(err) != core.Taken {
			t.Errorf("who saw it before: got %v, want taken", err)
		}
		edit.Version = 0
		if done := must(s.hub.Do(t.Context(), s.anna, edit, "")); done.Event.ID != 0 {
			t.Errorf("the same again: got %+v, want no event", done.Event)
		}
		edit.Session = s.write("dora", "hello")
		if _, err := s.hub.Do(t.Context(), s.anna, edit, ""); core.KindOf(err) != core.NotFound {
			t.Errorf("of another session: got %v, want not_found", err)
		}
		s.healthy()
	})
}

func TestF1_OnlyAdminsSetTypes(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	kind := s.typed()
	for _, err := range []error{
		func() error { _, err := s.hub.SetRecordType(t.Context(), s.sofia, kind, 0); return err }(),
		s.hub.RemoveRecordType(t.Context(), s.oleg, kind.ID),
	} {
		if core.KindOf(err) != core.Forbidden {
			t.Errorf("got %v, want forbidden", err)
		}
	}
	same := kind
	same.ID = 0
	if _, err := s.hub.SetRecordType(t.Context(), s.ada(), same, 0); fieldOf(err) != "name" {
		t.Errorf("a name twice: got %v", err)
	}
	if _, err := s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{ID: kind.ID, Name: "Other", Fields: kind.Fields}, 7); core.KindOf(err) != core.Taken {
		t.Errorf("another version: got %v, want taken", err)
	}
	before := len(s.audited())
	if got := must(s.hub.SetRecordType(t.Context(), s.ada(), kind, 0)); got.Version != 1 || len(s.audited()) != before {
		t.Errorf("the same again: got version %d", got.Version)
	}
}

// fieldOf gives the field that an error names.
func fieldOf(err error) string {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e.Field
	}
	return ""
}
