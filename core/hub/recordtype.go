package hub

import (
	"context"
	"reflect"
	"slices"

	"parley/core"
	"parley/core/store"
)

// SetRecordType adds a type of record to a department, for records where it does not say for what, or changes the one that has its id: its name and its
// fields; where its records live stays. Records that are there stay as they are. version is the type's as the admin saw it; zero is any. Errors: Forbidden to all but admins, NotFound, Invalid with the field, Taken where it
// has changed since.
func (h *Hub) SetRecordType(ctx context.Context, who core.Actor, t core.RecordType, version int64) (core.RecordType, error) {
	const op = "hub.SetRecordType"
	if err := governs(who); err != nil {
		return t, err
	}
	added := t.ID == 0
	if t.Use == "" {
		t.Use = core.UseRecord
	}
	if !added {
		t.Binding, t.Remote = 0, "" // they stay as they are
	}
	if err := t.Check(); err != nil {
		return t, err
	}
	err := h.retype(ctx, who, &t, func(w *store.Work, before core.RecordType) error {
		if version != 0 && version != before.Version {
			return &core.Error{Op: op, Kind: core.Taken, Reason: "This type has changed since you looked at it."}
		}
		others, err := w.RecordTypesOf(t.Department)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(o core.RecordType) bool { return o.Name == t.Name && o.ID != t.ID }) {
			return &core.Error{Op: op, Kind: core.Invalid, Field: "name", Reason: "is another type's of this department"}
		}
		if added && t.Use == core.UseAccount && slices.ContainsFunc(others, func(o core.RecordType) bool { return o.Use == core.UseAccount }) {
			return &core.Error{Op: op, Kind: core.Invalid, Field: "use", Reason: "is another type's of this department: it has one type of account"}
		}
		if added && t.Binding != 0 {
			if b, err := w.Binding(t.Binding); core.KindOf(err) == core.NotFound || err == nil && b.RemovedAt != 0 {
				return &core.Error{Op: op, Kind: core.Invalid, Field: "binding", Reason: "is none that is set up"}
			} else if err != nil {
				return err
			}
		}
		if added && len(others) >= core.MaxRecordTypes {
			return &core.Error{Op: op, Kind: core.Invalid, Field: "name", Reason: "would be one type too many: a department has at most 50"}
		}
		return nil
	})
	return t, err
}

// RemoveRecordType takes a type away: it is not offered any more, also to who has its form open. Records that are there stay. Errors: as SetRecordType.
func (h *Hub) RemoveRecordType(ctx context.Context, who core.Actor, id core.RecordTypeID) error {
	if err := governs(who); err != nil {
		return err
	}
	t := core.RecordType{ID: id}
	return h.retype(ctx, who, &t, func(w *store.Work, before core.RecordType) error {
		t.Name, t.Fields, t.RemovedAt = before.Name, before.Fields, w.Now()
		return nil
	})
}

// retype adds or changes a type, after it was checked against what it was: zero for one that is new.
func (h *Hub) retype(ctx context.Context, who core.Actor, t *core.RecordType, check func(*store.Work, core.RecordType) error) error {
	by, asked := h.handOf(ctx), *t
	if t.ID != 0 {
		stored, err := h.store.RecordType(ctx, t.ID)
		if err != nil {
			return err
		}
		asked.Department = stored.Department
	}
	_, err := h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Department(asked.Department) },
		Do: func(w *store.Work) error {
			*t = asked
			if _, err := w.Department(t.Department); err != nil {
				return err
			}
			var before core.RecordType
			if t.ID == 0 {
				t.ID, t.CreatedAt = core.RecordTypeID(h.ids.Next(w.Now())), w.Now()
			} else {
				var err error
				if before, err = w.RecordType(t.ID); err != nil {
					return err
				}
				if before.RemovedAt != 0 {
					return &core.Error{Op: "hub.retype", Kind: core.NotFound}
				}
				t.Binding, t.Remote, t.Use, t.CreatedAt = before.Binding, before.Remote, before.Use, before.CreatedAt
			}
			t.Version = before.Version + 1
			if err := check(w, before); err != nil {
				return err
			}
			if t.RemovedAt == 0 && t.Name == before.Name && slices.EqualFunc(t.Fields, before.Fields, sameField) {
				*t = before
				return nil
			}
			offered, err := w.RecordTypesOf(t.Department)
			if err != nil {
				return err
			}
			w.PutRecordType(*t)
			auditRecordType(w, by, before, *t)
			w.Tell(settings(core.Event{Kind: core.EventDepartmentChanged, Department: t.Department}))
			if first, last := len(offered) == 0, len(offered) == 1 && t.RemovedAt != 0; first || last {
				return w.RenewCardsOf(t.Department) // which offer to create one only where there is a type
			}
			return nil
		},
	})
	return err
}

func sameField(a, b core.Field) bool { return reflect.DeepEqual(a, b) }

// NoteExport notes that an agent is about to export records. It returns when that is durable.
func (h *Hub) NoteExport(ctx context.Context, who core.Actor, filter map[string]string) error {
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		w.Audit(core.AuditEntry{
			Hand: who.Hand(), Action: core.AuditRecordsExported, Subject: core.AuditedInstallation, Changes: core.ChangesOf(nil, filter).Text(),
		})
		return nil
	}})
	return err
}

// recordTypeView is what the audit log shows of a type.
type recordTypeView struct {
	Name       string                `json:"name"`
	Department core.DepartmentID     `json:"department"`
	Use        core.RecordUse        `json:"use"`
	Binding    core.BindingID        `json:"binding,omitempty"`
	Remote     string                `json:"remote,omitempty"`
	Fields     map[string]core.Field `json:"fields"`
}

// auditRecordType notes what a type becomes; before is zero for one that is new.
func auditRecordType(w *store.Work, by core.Hand, before, after core.RecordType) {
	view := func(t core.RecordType) any {
		if t.ID == 0 || t.RemovedAt != 0 {
			return nil
		}
		v := recordTypeView{t.Name, t.Department, t.Use, t.Binding, t.Remote, map[string]core.Field{}}
		for _, f := range t.Fields {
			v.Fields[f.Name] = f
		}
		return v
	}
	action := core.AuditTypeChanged
	switch {
	case before.ID == 0:
		action = core.AuditTypeAdded
	case after.RemovedAt != 0:
		action = core.AuditTypeRemoved
	}
	w.Audit(core.AuditEntry{
		Hand: by, Action: action, Subject: core.AuditedRecordType, SubjectID: after.ID.String(), Changes: core.ChangesOf(view(before), view(after)).Text(),
	})
}
