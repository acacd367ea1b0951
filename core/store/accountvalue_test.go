package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// contact is a type of account that Parley keeps.
var contact = core.RecordType{
	ID: 500, Department: 1, Name: "Contact", Use: core.UseAccount, Version: 1, Fields: core.Fields{
		{Name: "name", Label: "Name", Kind: core.FieldText}, {Name: "plan", Label: "Plan", Kind: core.FieldChoice, Choices: []string{"free", "paid"}},
		{Name: "email", Label: "E-mail", Kind: core.FieldEmail},
	},
}

// keep adds an account, or whatever the type is of, that its provider has.
func (h *house) keep(t core.RecordType, fields core.FieldValues) core.Record {
	h.t.Helper()
	r := core.Record{
		ID: core.RecordID(h.id()), Type: t.ID, Binding: t.Binding, Department: t.Department, Session: 1, Title: "an account", Fields: fields, Version: 1,
		State: core.RecordKept,
	}
	r.Form, r.Remote = fmt.Sprint("form ", r.ID), core.RemoteID(r.ID.String())
	h.must(h.do(store.Job{Do: func(w *store.Work) error { w.AddRecord(r); return nil }}))
	return r
}

func (h *house) put(r core.Record) {
	h.t.Helper()
	h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutRecord(r); return nil }}))
}

func (h *house) types(types ...core.RecordType) {
	h.t.Helper()
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		for _, t := range types {
			w.PutRecordType(t)
		}
		return nil
	}}))
}

// found looks for accounts, and compares which are found in which order.
func (h *house) found(what string, fields core.FieldValues, limit int, want ...core.RecordID) {
	h.t.Helper()
	all, err := h.store.FindAccounts(ctx, contact.ID, fields, limit)
	if err != nil {
		h.t.Fatalf("%s: %v", what, err)
	}
	var got []core.RecordID
	for _, r := range all {
		got = append(got, r.ID)
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// crowd adds so many accounts of the type, the newest with the highest id, with names and addresses of their own and all on the free plan.
func (h *house) crowd(n int) {
	h.t.Helper()
	first := h.last.Add(int64(n)) - int64(n)
	numbers := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", n)
	h.change("INSERT INTO records (id, type, binding, department, session, form, title, fields, version, state, reason, remote, address, attempts, due_at, "+
		"created_at, created_by, changed_at) "+numbers+`SELECT ? + i, ?, 0, 1, i, 'crowd ' || (? + i), '', '{"email":"c' || i || '@example.test","name":"C ' || i || '","plan":"free"}',
		1, 'kept', '', 'r' || (? + i), '', 0, 0, 0, 0, 0 FROM n`, first, contact.ID, first, first)
	h.change("INSERT INTO account_values (type, value, record) SELECT type, value, record FROM account_fields WHERE record > ? AND record <= ?", first, first+int64(n))
}

func TestF1_AnAccountIsFoundHoweverManyAreNewer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.types(contact)
		ada := core.FieldValues{"email": "ada@example.test", "name": "Ada", "plan": "free"}
		oldest := h.keep(contact, ada)
		h.crowd(10_100)
		second := h.keep(contact, core.FieldValues{"email": "ada@example.test", "name": "Ada Lovelace", "plan": "paid"})
		for what, fields := range map[string]core.FieldValues{
			"by name": {"name": "Ada"}, "by name and plan": {"plan": "free", "name": "Ada"}, "by all": ada, "by two": {"email": "ada@example.test", "plan": "free"},
			"and what is empty": {"name": "Ada", "phone": ""},
		} {
			h.found(what, fields, 20, oldest.ID)
		}
		h.found("the newest first", core.FieldValues{"email": "ada@example.test"}, 20, second.ID, oldest.ID)
		h.found("no more than so many", core.FieldValues{"email": "ada@example.test"}, 1, second.ID)
		h.found("a part is not a match", core.FieldValues{"name": "Ad"}, 20)
		h.found("two that are never together", core.FieldValues{"name": "Ada", "plan": "paid"}, 20)
		h.found("what is empty there", core.FieldValues{"name": "Ada", "plan": ""}, 20)
		h.found("a field that there is not", core.FieldValues{"name": "Ada", "fax": "1"}, 20)
		if all, err := h.store.FindAccounts(ctx, contact.ID, core.FieldValues{"plan": "free"}, 20); err != nil || len(all) != 20 || all[0].ID <= all[19].ID {
			t.Errorf("what ten thousand have: got %d, %v, want the newest 20", len(all), err)
		}
	})
}

func TestF1_AnAccountIsFoundByWhatItSaysNow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.types(contact)
		r := h.keep(contact, core.FieldValues{"email": "ada@example.test", "name": "Ada"})
		r.State, r.ChangedAt = core.RecordOwed, 5
		h.put(r)
		h.found("as it was", core.FieldValues{"name": "Ada"}, 20, r.ID)
		r.Fields = core.FieldValues{"email": "ada@example.test", "plan": "paid"}
		h.put(r)
		h.found("what it said before", core.FieldValues{"name": "Ada"}, 20)
		h.found("what it says still", core.FieldValues{"email": "ada@example.test"}, 20, r.ID)
		h.found("what it says now", core.FieldValues{"plan": "paid"}, 20, r.ID)
		r.Fields = core.FieldValues{}
		h.put(r)
		h.found("blanked", core.FieldValues{"plan": "paid"}, 20)
		if n := h.count("account_values"); n != 0 {
			t.Errorf("of what was blanked %d values are left", n)
		}
		unkept := r
		unkept.Fields, unkept.Remote = core.FieldValues{"name": "Ada"}, ""
		h.put(unkept)
		h.found("what is not kept yet", core.FieldValues{"name": "Ada"}, 20)
		unkept.Remote = r.Remote
		h.put(unkept)
		h.found("and now it is", core.FieldValues{"name": "Ada"}, 20, r.ID)

		err := h.group(store.Job{Do: func(w *store.Work) error {
			unkept.Fields = core.FieldValues{"name": "Refused"}
			w.PutRecord(unkept)
			return errRefused
		}})[0].err
		if core.KindOf(err) != core.Forbidden {
			t.Fatalf("got %v, want it refused", err)
		}
		h.found("after what was refused", core.FieldValues{"name": "Ada"}, 20, r.ID)
		h.healthy()
	})
}

func TestF1_LongValuesOfAccountsAreComparedToTheirEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.types(contact)
		begins := strings.Repeat("ä👩‍👧\"<é\u2028", 200)
		first := h.keep(contact, core.FieldValues{"name": begins + "1"})
		for range 30 { // more than a page of those that begin alike
			h.keep(contact, core.FieldValues{"name": begins + "2"})
		}
		last := h.keep(contact, core.FieldValues{"name": begins + "1"})
		h.found("by a long name", core.FieldValues{"name": begins + "1"}, 20, last.ID, first.ID)
		h.found("by the beginning of one", core.FieldValues{"name": begins}, 20)
		whole := []rune(begins)[:64]
		exact := h.keep(contact, core.FieldValues{"name": string(whole)})
		h.found("by one that has room", core.FieldValues{"name": string(whole)}, 20, exact.ID)
		sly := h.keep(contact, core.FieldValues{"name": "a=b", "plan": "free"})
		h.found("with the sign between name and value", core.FieldValues{"name": "a=b"}, 20, sly.ID)
	})
}

func TestF1_OnlyAccountsThatParleyKeepsAreLookedForHere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		complaint, elsewhere := contact, contact
		complaint.ID, complaint.Name, complaint.Use = 501, "Complaint", core.UseRecord
		elsewhere.ID, elsewhere.Name, elsewhere.Binding, elsewhere.Department = 502, "Elsewhere", 9, h.sales
		h.types(contact, complaint, elsewhere)
		ada := core.FieldValues{"name": "Ada"}
		h.keep(complaint, ada)
		h.put(h.keep(elsewhere, ada))
		h.found("of another type", ada, 20)
		if n := h.count("account_values"); n != 0 {
			t.Errorf("got %d values of what is no account here", n)
		}
		for what, c := range map[string]struct {
			t      core.RecordTypeID
			fields core.FieldValues
			want   core.Kind
		}{
			"what is no account": {complaint.ID, ada, core.Invalid}, "nothing": {contact.ID, nil, core.Invalid}, "nothing but blanks": {contact.ID, core.FieldValues{"name": ""}, core.Invalid},
			"a type that there is not": {9, ada, core.NotFound},
		} {
			if found, err := h.store.FindAccounts(ctx, c.t, c.fields, 20); core.KindOf(err) != c.want || len(found) != 0 {
				t.Errorf("%s: got %d, %v, want %s", what, len(found), err, c.want)
			}
		}
	})
}

func TestAccountsFromBeforeThatTheyHadValuesAreFound(t *testing.T) {
	t.Parallel()
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.types(contact)
		ada := h.keep(contact, core.FieldValues{"name": "Ada", "email": "ada@example.test"})
		h.crowd(50)
		const step = "00038_account_values.sql"
		for range 100 {
			steps, err := h.store.Steps(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if i := slices.IndexFunc(steps, func(s store.Step) bool { return s.Name == step }); i < 0 || steps[i].Applied.IsZero() {
				break
			}
			if err := h.store.MigrateDown(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.store.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		h.found("by address", core.FieldValues{"email": "ada@example.test"}, 20, ada.ID)
		if n := h.count("account_values"); n != 152 {
			t.Errorf("got %d values, want 152", n)
		}
	})
}

func TestDoctorComparesByWhatAccountsAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.types(contact)
		ada := h.keep(contact, core.FieldValues{"name": "Ada", "email": "ada@example.test", "plan": "free"})
		h.keep(contact, core.FieldValues{"name": "Carla"})
		if got := h.doctor(true); len(got) != 0 {
			t.Fatalf("nothing to mend: got %v", got)
		}
		before := h.dump()
		h.change("DELETE FROM account_values WHERE value <> 'name=Carla'")
		h.change("INSERT INTO account_values (type, value, record) VALUES (?, 'name=Eve', ?)", contact.ID, ada.ID)
		want := []store.Finding{
			{What: "account " + ada.ID.String(), Name: "what it says, and is not found by,", Real: 3, Mend: true},
			{What: "account " + ada.ID.String(), Name: "what it is found by, and does not say,", Kept: 1, Mend: true},
		}
		for _, fix := range []bool{false, true} {
			if got := h.doctor(fix); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		if h.dump() != before || len(h.doctor(false)) != 0 {
			t.Error("not mended")
		}
	})
}
