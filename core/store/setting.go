package store

import (
	"context"

	"parley/core"
)

const (
	documentColumns = `department, own, version, changed_at, changed_by`
	selectDocument  = `SELECT ` + documentColumns + ` FROM settings `
)

const selectOneDocument = selectDocument + `WHERE department = ?`

// Document gives what was set for a department, or, for zero, for all of them; its version is zero where nothing was.
func (s *Store) Document(ctx context.Context, d core.DepartmentID) (core.SettingsDocument, error) {
	found, err := one[core.SettingsDocument](ctx, s, "store.Document", selectOneDocument, d)
	if core.KindOf(err) == core.NotFound {
		return core.SettingsDocument{Department: d, Own: "{}"}, nil
	}
	return found, err
}

const selectDocuments = selectDocument + `ORDER BY department`

// AllSettings gives how departments work, each by its id.
func (s *Store) AllSettings(ctx context.Context) (func(core.DepartmentID) core.Settings, error) {
	documents, err := all[core.SettingsDocument](ctx, s, "store.AllSettings", selectDocuments)
	if err != nil {
		return nil, err
	}
	house, own := core.Shipped, map[core.DepartmentID]core.Settings{}
	for _, d := range documents { // that of all comes first
		if d.Department == 0 {
			house = house.Over([]byte(d.Own))
		} else {
			own[d.Department] = house.Over([]byte(d.Own))
		}
	}
	return func(d core.DepartmentID) core.Settings {
		if s, ok := own[d]; ok {
			return s
		}
		return house
	}, nil
}

// Settings gives how a department works.
func (s *Store) Settings(ctx context.Context, d core.DepartmentID) (core.Settings, error) {
	return settingsOf(d, func(d core.DepartmentID) (core.SettingsDocument, error) { return s.Document(ctx, d) })
}

// Document gives what was set for a department. It is nobody else's to change while the department is locked.
func (w *Work) Document(d core.DepartmentID) (core.SettingsDocument, error) {
	g := w.group
	doc, there, known := g.documents.get(d)
	if !known {
		unknown := []core.DepartmentID{d}
		if _, _, known := g.documents.get(0); !known && d != 0 { // whoever asks for a department's asks for that of all, too
			unknown = append(unknown, 0)
		}
		if err := w.read(g.loadDocuments(unknown)); err != nil {
			return doc, err
		}
		doc, there, _ = g.documents.get(d)
	}
	if !there {
		return core.SettingsDocument{Department: d, Own: "{}"}, nil
	}
	return doc, nil
}

// Settings gives how a department works.
func (w *Work) Settings(d core.DepartmentID) (core.Settings, error) { return settingsOf(d, w.Document) }

// PutDocument changes what was set for a department.
func (w *Work) PutDocument(d core.SettingsDocument) {
	w.group.documents.put(w.group, d.Department, d, false)
}

func settingsOf(d core.DepartmentID, read func(core.DepartmentID) (core.SettingsDocument, error)) (core.Settings, error) {
	own, err := read(d)
	if err != nil {
		return core.Shipped, err
	}
	all, err := read(0)
	return core.Shipped.Over([]byte(all.Own)).Over([]byte(own.Own)), err
}

func (g *group) loadDocuments(ids []core.DepartmentID) error {
	return loadRows(g, &g.documents, ids, g.loads.documents, func(d core.SettingsDocument) core.DepartmentID { return d.Department })
}

func (g *group) documentRows() [][]any {
	_, changed := g.documents.split()
	return valuesOf(changed, func(d core.SettingsDocument) []any {
		return []any{int64(d.Department), d.Own, d.Version, int64(d.ChangedAt), int64(d.ChangedBy)}
	})
}
