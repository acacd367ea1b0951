package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// Accounts that Parley keeps itself are found by what their fields say. For that each value has a row in account_values; the view account_fields is
// what these rows are made of. Of long values only the beginning is there. Records that are no accounts are looked for by nobody, and have none.

// maxFoundBy is how many characters of a value are in account_values; the view says it too.
const maxFoundBy = 64

const (
	deleteAccountValues = `DELETE FROM account_values WHERE (type, value, record) IN (SELECT f.type, f.value, f.record
	FROM account_fields f JOIN records r ON r.id = f.record WHERE f.record = ? AND r.fields <> ?)`
	insertAccountValues = `INSERT INTO account_values (type, value, record)
	SELECT type, value, record FROM account_fields WHERE record = ? ON CONFLICT (type, value, record) DO NOTHING`
)

// lose takes away by what a record is found that is about to say something else.
func (w *Work) lose(r core.Record) {
	if r.Binding == 0 {
		w.change(deleteAccountValues, r.ID, r.Fields)
	}
}

// find lets a record be found by what it says now.
func (w *Work) find(r core.Record) {
	if r.Binding == 0 {
		w.change(insertAccountValues, r.ID)
	}
}

// CROSS JOIN is the order in which SQLite goes: from the value to its records.
var selectAccountsSaying = `SELECT ` + of("r", recordColumns) + ` FROM account_values v CROSS JOIN records r
	WHERE r.id = v.record AND r.remote <> '' AND v.type = ? AND v.value = ?
	AND (SELECT count(*) FROM account_values o WHERE o.type = v.type AND o.value IN (?) AND o.record = v.record) = ?
	AND v.record < ? ORDER BY v.record DESC LIMIT ?`

// FindAccounts gives the newest accounts of a type that Parley keeps and that have all the fields just so. The error is NotFound if there is no such
// type, and Invalid if it is of no account or nothing is asked for.
func (s *Store) FindAccounts(ctx context.Context, id core.RecordTypeID, fields core.FieldValues, limit int) (found []core.Record, _ error) {
	const op = "store.FindAccounts"
	t, err := s.RecordType(ctx, id)
	if err != nil {
		return nil, err
	}
	keys := foundBy(t, fields)
	switch {
	case t.Use != core.UseAccount:
		return nil, &core.Error{Op: op, Kind: core.Invalid, Field: "type", Reason: "is of no account: nothing else is looked for here"}
	case len(keys) == 0:
		return nil, &core.Error{Op: op, Kind: core.Invalid, Field: "fields", Reason: "must say what to look for"}
	}
	for before := core.RecordID(newest); ; {
		page, err := all[core.Record](ctx, s, op, selectAccountsSaying, id, keys[0], keys, len(keys), before, limit)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if r.Fields.Have(fields) && len(found) < limit {
				found = append(found, r)
			}
		}
		if len(page) < limit || len(found) == limit {
			return found, nil
		}
		before = page[len(page)-1].ID
	}
}

// surest are kinds of field in the order of how few accounts say the same in one.
var surest = []core.FieldKind{
	core.FieldEmail, core.FieldPhone, core.FieldNumber, core.FieldText, core.FieldDate, core.FieldChoice, core.FieldCheckbox,
}

// foundBy gives what account_values has of the fields that say something, the surest first.
func foundBy(t core.RecordType, fields core.FieldValues) (keys []string) {
	rank := map[string]int{}
	for _, f := range t.Fields {
		rank[f.Name] = 1 + slices.Index(surest, f.Kind)
	}
	names := []string{}
	for name, value := range fields {
		if value != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(rank[a]-rank[b], strings.Compare(a, b)) })
	for _, name := range names {
		keys = append(keys, name+"="+beginning(fields[name], maxFoundBy))
	}
	return keys
}

// beginning gives a text's first characters.
func beginning(s string, characters int) string {
	for at := range s {
		if characters == 0 {
			return s[:at]
		}
		characters--
	}
	return s
}

const (
	missingAccountValues = `SELECT type, value, record FROM account_fields EXCEPT SELECT type, value, record FROM account_values`
	foreignAccountValues = `SELECT type, value, record FROM account_values EXCEPT SELECT type, value, record FROM account_fields`
	countMissingValues   = `SELECT record, count(*) AS n FROM (` + missingAccountValues + `) AS missing GROUP BY record ORDER BY record`
	countForeignValues   = `SELECT record, count(*) AS n FROM (` + foreignAccountValues + `) AS found GROUP BY record ORDER BY record`
	mendMissingValues    = `INSERT INTO account_values (type, value, record) ` + missingAccountValues
	mendForeignValues    = `DELETE FROM account_values WHERE (type, value, record) IN (` + foreignAccountValues + `)`
)

// recountFound compares by what accounts are found with what they say.
func recountFound(ctx context.Context, tx *sqlx.Tx, fix bool) (findings []Finding, _ error) {
	for _, c := range []struct{ name, count, mend string }{
		{"what it says, and is not found by,", countMissingValues, mendMissingValues}, {"what it is found by, and does not say,", countForeignValues, mendForeignValues},
	} {
		var records []struct {
			Record core.RecordID `db:"record"`
			N      int64         `db:"n"`
		}
		if err := tx.SelectContext(ctx, &records, c.count); err != nil {
			return nil, err
		}
		for _, r := range records {
			f := Finding{What: "account " + r.Record.String(), Name: c.name, Kept: r.N, Mend: true}
			if c.count == countMissingValues {
				f.Kept, f.Real = 0, r.N
			}
			findings = append(findings, f)
		}
		if fix && len(records) > 0 {
			if _, err := tx.ExecContext(ctx, c.mend); err != nil {
				return nil, err
			}
		}
	}
	return findings, nil
}
