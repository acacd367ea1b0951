package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx/reflectx"
)

// stored is a table whose rows the writer adds and changes whole. Its columns are those fields of V that bear their names.
type stored[V any] struct {
	columns  []storedColumn // the first names the row
	changing []storedColumn // what names it, and what can change

	sqliteInsert, sqliteUpdate     string // for one row
	postgresInsert, postgresUpdate string // for many, one array a column
}

type storedColumn struct {
	name  string
	kind  string // PostgreSQL's
	field []int
}

// newStored describes a table by its columns, as a statement lists them, and those of them that never change.
func newStored[V any](table, columns, fixed string) stored[V] {
	t := reflect.TypeFor[V]()
	fields := reflectx.NewMapper("db").TypeMap(t)
	never := listed(fixed)
	var s stored[V]
	for i, name := range listed(columns) {
		f := fields.GetByPath(name)
		if f == nil {
			panic(fmt.Sprintf("%s has no field for the column %s of %s", t, name, table))
		}
		c := storedColumn{name, arrayKind(f.Field.Type), f.Index}
		s.columns = append(s.columns, c)
		if i == 0 || !slices.Contains(never, name) {
			s.changing = append(s.changing, c)
		}
	}
	s.sqliteInsert = "INSERT INTO " + table + " (" + columns + ") VALUES (?" + strings.Repeat(", ?", len(s.columns)-1) + ")"
	s.postgresInsert = "INSERT INTO " + table + " (" + columns + ") SELECT * FROM unnest(" + arrays(s.columns) + ")"
	var one, many, names []string
	for i, c := range s.changing {
		names = append(names, c.name)
		if i > 0 {
			one = append(one, fmt.Sprintf("%s = ?%d", c.name, i+1))
			many = append(many, fmt.Sprintf("%s = n.%s", c.name, c.name))
		}
	}
	key := s.columns[0].name
	s.sqliteUpdate = "UPDATE " + table + " SET " + strings.Join(one, ", ") + " WHERE " + key + " = ?1"
	s.postgresUpdate = "UPDATE " + table + " t SET " + strings.Join(many, ", ") + " FROM unnest(" + arrays(s.changing) + ") AS n (" +
		strings.Join(names, ", ") + ") WHERE t." + key + " = n." + key
	return s
}

// values gives a row to add.
func (s stored[V]) values(row V) []any { return valuesIn(s.columns, row) }

// changes gives a row as it has become.
func (s stored[V]) changes(row V) []any { return valuesIn(s.changing, row) }

func valuesIn[V any](columns []storedColumn, row V) []any {
	v := reflect.ValueOf(row)
	values := make([]any, len(columns))
	for i, c := range columns {
		switch f := v.FieldByIndex(c.field); f.Kind() {
		case reflect.Int64:
			values[i] = f.Int()
		case reflect.Bool:
			values[i] = f.Bool()
		default: // arrayKind has seen the others
			values[i] = f.String()
		}
	}
	return values
}

// arrayKind is what PostgreSQL calls the type of a column.
func arrayKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int64:
		return "BIGINT"
	case reflect.Bool:
		return "BOOLEAN"
	case reflect.String:
		return "TEXT"
	}
	panic(fmt.Sprintf("no column holds a %s", t))
}

// arrays lists the arguments of unnest.
func arrays(columns []storedColumn) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = fmt.Sprintf("CAST($%d AS %s[])", i+1, c.kind)
	}
	return strings.Join(all, ", ")
}

// listed takes a list of columns apart.
func listed(columns string) []string {
	return strings.FieldsFunc(columns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
}

// of lists columns as those of a table that a statement calls so.
func of(alias, columns string) string {
	names := listed(columns)
	for i, n := range names {
		names[i] = alias + "." + n
	}
	return strings.Join(names, ", ")
}
